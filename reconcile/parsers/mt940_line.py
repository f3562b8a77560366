"""Field 61 (one entry) and the balances of MT940/942: strict amounts and dates.

Source: SWIFT Standards MT, category 9. `C` and `D` are money in and out; `RC`, the reversal of a credit, is money out,
`RD` money in. The letter after the mark is the third of the currency (funds code). The value date is YYMMDD, the entry
(booking) date MMDD. An amount has a decimal comma; without one it is whole, and a point is taken for it only where two
decimals follow and no amount of the file has a comma.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from reconcile.money import minor_digits, read_amount
from reconcile.parsers.mt940_fields import Field, new_tuple
from reconcile.parsers.source import with_line
from reconcile.problem import Refusal
from reconcile.statement import CreditDebit

_LINE: Final = re.compile(
    r"([0-9]{6})([0-9]{4}|[ ]{4})?[ ]?([RrEe]?[CcDd])([A-Za-z])?[ ]?([0-9.,]+)"
    r"(?:[ ]?([A-Za-z][A-Za-z0-9 ]{3})(.*)|[ ]*(//.*)|[ ]*)"
)
_BALANCE: Final = re.compile(r"([CD])([0-9]{6})([A-Z]{3})?([0-9.,]+)", re.IGNORECASE)
_SUM: Final = re.compile(r"([0-9]{1,15})([A-Z]{3})([0-9.,]+)")
_AMOUNT: Final = re.compile(r"(?=[.,]?[0-9])([0-9]{0,20})(?:([.,])([0-9]*))?")
# Thousands, where another mark stands before the decimals, so that there is one reading only.
_GROUPED: Final = re.compile(r"[0-9]{1,3}(?:(?:\.[0-9]{3})+,[0-9]{0,2}|(?:,[0-9]{3})+\.[0-9]{2})")
_MARKS: Final = {
    "C": CreditDebit.CREDIT, "D": CreditDebit.DEBIT, "RC": CreditDebit.DEBIT, "RD": CreditDebit.CREDIT,
    "EC": CreditDebit.CREDIT, "ED": CreditDebit.DEBIT,
}  # fmt: skip
# A returned item undoes a payment of our own, or one that was collected: no payment of a customer either way.
_RETURNED: Final = "NRTI"
# What stands in the place of a reference and is none: nothing to refer to, or "see field 86".
_NO_REFERENCE: Final = re.compile(r"NONREF|NOTPROVIDED|[EKPM]REF\+?|N/?A|-*", re.IGNORECASE)


class Line(NamedTuple):
    """Field 61 as values."""

    value_date: date
    booking_date: date
    credit_debit: CreditDebit
    amount: int
    reversal: bool
    expected: bool
    """`EC`/`ED`: announced and not booked, in intraday reports alone."""
    kind: str
    customer_reference: str
    bank_reference: str
    supplement: str


class Balance(NamedTuple):
    day: date | None
    """None where the bank writes zeros."""
    currency: str
    amount: int
    """Signed minor units."""


@dataclass(slots=True)
class Decimals:
    """The decimal mark of the file: that of its first amount."""

    mark: str = ""

    def amount(self, text: str, currency: str, line: int) -> int:
        if self.mark and text[-3:-2] == self.mark and len(text) < 17 and minor_digits(currency) == 2:  # nearly always
            digits = text[:-3] + text[-2:]
            if len(digits) > 2 and digits.isascii() and digits.isdigit():
                return int(digits)
        found = _AMOUNT.fullmatch(text)
        if found is None and _GROUPED.fullmatch(text):
            text = text.replace("." if text.rfind(",") > text.rfind(".") else ",", "")
            found = _AMOUNT.fullmatch(text)
        if found is None or (found.group(2) == "." and len(found.group(3)) != max(2, minor_digits(currency))):
            raise Refusal.of(
                f"amount {text[:40]!r} is not written with one decimal comma, as the format demands",
                "ask the bank for amounts like 1500,00",
                line=line,
            )
        whole, mark, fraction = found.groups()
        if mark and mark != self.mark:
            self.learn(mark, text, line)
        if fraction and len(fraction) == 2 == minor_digits(currency) and len(whole) < 14:
            return int(whole + fraction)
        try:
            return read_amount(f"{whole or 0}.{fraction}" if fraction else whole, currency)
        except Refusal as refusal:
            raise with_line(refusal, line) from None

    def learn(self, mark: str, text: str, line: int) -> None:
        if self.mark:
            raise Refusal.of(
                f"amount {text[:40]!r} has another decimal mark than the amounts before it", "ask the bank", line=line
            )
        self.mark = mark


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    """YYMMDD; years 80 to 99 are of the last century."""
    year = int(text[:2])
    try:
        return date((1900 if year >= 80 else 2000) + year, int(text[2:4]), int(text[4:]))
    except ValueError:
        return None


def read_day(text: str, line: int | None) -> date:
    found = _day(text)
    if found is None:
        raise Refusal.of(
            f"date {text!r} (YYMMDD) is not a day of the calendar", "ask the bank to correct it", line=line
        )
    return found


@lru_cache(maxsize=4096)
def _booked(value: date, text: str) -> date | None:
    """MMDD in the year that brings it nearest to the value date."""
    candidates = []
    for year in (value.year, value.year - 1, value.year + 1):
        try:
            candidates.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    return min(candidates, key=lambda day: abs((day - value).days), default=None)


def booking_day(value: date, text: str | None, line: int | None) -> date:
    """The entry date; where the bank leaves it out or writes zeros, the value date."""
    if text is None or not text.strip(" 0"):
        return value
    booked = _booked(value, text)
    if booked is None or abs((booked - value).days) > 366:
        raise Refusal.of(f"entry date {text!r} (MMDD) is not a day of the calendar", "ask the bank", line=line)
    return booked


@lru_cache(maxsize=4096)
def _days(value: str, entered: str | None) -> tuple[date, date]:
    """Value date and booking date; a file has few of them."""
    day = read_day(value, None)
    return day, booking_day(day, entered, None)


def line_of(field: Field, currency: str, decimals: Decimals) -> Line:
    number = field.line
    head, _, supplement = field.text.partition("\n")
    found = _LINE.fullmatch(head)
    if found is None:
        raise Refusal.of(
            f"the statement line {head[:40]!r} is not YYMMDD[MMDD]C|D|RC|RD, an amount and a type",
            "export the statement again, or ask the bank",
            line=number,
        )
    value, entered, mark, _, amount, kind, behind, alone = found.groups()
    references = behind or alone
    customer, _, bank = references.partition("//") if references else ("", "", "")
    mark, kind = mark.upper(), kind.upper() if kind else ""
    try:
        value_date, booking_date = _days(value, entered)
    except Refusal as refusal:
        raise with_line(refusal, number) from None
    read = (
        value_date,
        booking_date,
        _MARKS[mark],
        decimals.amount(amount, currency, number),
        mark[0] == "R" or kind == _RETURNED,
        mark[0] == "E",
        kind.rstrip(),
        _reference(customer),
        _reference(bank),
        supplement.strip() if supplement else "",
    )
    return new_tuple(Line, read)


def _reference(text: str) -> str:
    text = text.strip()
    return "" if not text or text == "NONREF" or _NO_REFERENCE.fullmatch(text) else text


def balance_of(field: Field, decimals: Decimals, currency: str = "") -> Balance:
    """`C260203KZT1500,00` of fields 60 and 62. Some banks leave the currency out of the closing balance: `currency`."""
    first, _, rest = field.text.partition("\n")  # behind it may stand what a bank puts at a message's end
    found = _BALANCE.fullmatch(first.rstrip())
    if found is None or rest.lstrip()[:1].isdigit():
        raise Refusal.of(
            f"the balance {field.text[:40]!r} is not C|D, YYMMDD, a currency and an amount",
            "export the statement again, or ask the bank",
            line=field.line,
        )
    mark, day, written, text = found.groups()
    currency = (written or currency).upper()
    if not currency:
        raise Refusal.of(f"the balance {field.text[:40]!r} names no currency", "ask the bank", line=field.line)
    amount = decimals.amount(text, currency, field.line)
    known = None if day == "000000" else read_day(day, field.line)
    return Balance(known, currency, -amount if mark in "dD" else amount)


def sum_of(field: Field, decimals: Decimals) -> tuple[int, str, int]:
    """Fields 90C and 90D of MT942: the number of entries, the currency, their sum."""
    found = _SUM.fullmatch(field.text)
    if found is None:
        raise Refusal.of(
            f"the total {field.text[:40]!r} is not a number, a currency and an amount", "ask the bank", line=field.line
        )
    return int(found[1]), found[2], decimals.amount(found[3], found[2], field.line)
