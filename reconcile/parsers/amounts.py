"""Amounts and dates as statements write them: more forms than our own files have, and just as strict."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Final

from reconcile.money import minor_digits, read_amount
from reconcile.parsers.source import with_line
from reconcile.problem import Refusal

_SIMPLE: Final = re.compile(r"([0-9]+)[.,]([0-9]{2})")
_UNGROUPED: Final = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?")
# Groups of three with one separator throughout, then another sign as the decimal mark with one or two decimals.
_GROUPED: Final = re.compile(r"([0-9]{1,3})(?:([., '\u00a0\u202f])[0-9]{3})(?:\2[0-9]{3})*(?:([.,])([0-9]{1,2}))?")
_BLANK_GROUPS: Final = " '\u00a0\u202f"
_DAY_FIRST: Final = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})(?:[ T][0-9:.]+)?")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ][0-9:.,]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?")
_DIGITS: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{2,6})?(?:[.:][0-9]*)?\s*(?:\[[^\]]*\])?")


def _not_plain(text: str, line: int | None) -> Refusal:
    return Refusal.of(
        f"amount {text[:40]!r} can be read in more than one way or in none",
        "ask the bank for amounts like 1500.00",
        line=line,
    )


def plain_amount(text: str, currency: str, line: int | None = None) -> str:
    """The amount as a plain decimal with a point. Refuses what has two readings: three digits after a single point or
    comma are thousands to one bank and decimals to another (a currency with three decimals aside).

    >>> plain_amount("1500,5", "KZT"), plain_amount("1.234,56", "KZT"), plain_amount("1 025,53", "KZT")
    ('1500.5', '1234.56', '1025.53')
    >>> plain_amount("1,234", "KZT")
    Traceback (most recent call last):
    ...
    reconcile.problem.Refusal: amount '1,234' can be read in more than one way or in none; ask the bank for ...
    """
    if found := _UNGROUPED.fullmatch(text):
        whole, fraction = found.group(1), found.group(2) or ""
        if len(fraction) == 3 and minor_digits(currency) != 3:
            raise _not_plain(text, line)
        return f"{whole}.{fraction}" if fraction else whole
    found = _GROUPED.fullmatch(text)
    if found is None:
        raise _not_plain(text, line)
    group, mark, fraction = found.group(2), found.group(3), found.group(4)
    if mark == group or (mark is None and group not in _BLANK_GROUPS):
        raise _not_plain(text, line)
    whole = text[: found.start(3)] if mark else text
    return whole.replace(group, "") + (f".{fraction}" if fraction else "")


def unsigned_amount(text: str, currency: str, line: int | None = None) -> int:
    """Minor units of an amount without a sign."""
    if (found := _SIMPLE.fullmatch(text)) and len(text) < 16 and minor_digits(currency) == 2:
        return int(found.group(1) + found.group(2))
    try:
        return read_amount(plain_amount(text, currency, line), currency)
    except Refusal as refusal:
        raise with_line(refusal, line) from None


def signed_amount(text: str, currency: str, line: int | None = None) -> int:
    """Minor units of an amount that may have one sign in front."""
    if text[:1] in ("-", "+"):
        minor = unsigned_amount(text[1:].lstrip(" "), currency, line)
        return -minor if text[0] == "-" else minor
    return unsigned_amount(text, currency, line)


def exact_amount(text: str, currency: str, line: int | None = None) -> int:
    """Minor units of an XML decimal: a point, no sign, no grouping; surplus decimals only if they are zeros."""
    try:
        return read_amount(text, currency)
    except Refusal as refusal:
        raise with_line(refusal, line) from None


@lru_cache(maxsize=8192)
def _calendar_day(text: str) -> date | None:
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
    elif found := _YEAR_FIRST.fullmatch(text) or _DIGITS.fullmatch(text):
        year, month, day = found.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_date(text: str, line: int | None = None) -> date:
    """The calendar day as written: `31.12.2026`, `2026-12-31`, `20261231`, each with or without a time. A time zone
    never moves it: a statement's dates are the bank's local days.

    >>> read_date("20260115000000[+5:ALMT]").isoformat(), read_date("2026-01-15T23:30:00-05:00").isoformat()
    ('2026-01-15', '2026-01-15')
    """
    found = _calendar_day(text)
    if found is None or not 1990 <= found.year <= 2100:
        raise Refusal.of(f"date {text[:40]!r} is not a day of the calendar", "ask the bank to correct it", line=line)
    return found
