"""How values look to people: amounts as the country writes them, dates in the reader's language, purposes by what was
read in them, and texts of strangers without characters that deceive the eye."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from reconcile.money import format_amount, minor_digits
from reconcile.purpose.reading import Span
from reconcile.reports.model import Piece

_LINE_BREAKS: Final = "\n\r\t"


@lru_cache(maxsize=64)
def _locale(country: str, language: str) -> Locale:
    """How the country writes numbers; the reader's language where the country is not known."""
    try:
        return Locale.parse(f"und_{country}") if country else Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(language)


@lru_cache(maxsize=64)
def _pattern(currency: str) -> str:
    digits = minor_digits(currency)
    return "#,##0" + ("." + "0" * digits if digits else "")


def amount(minor: int, currency: str, country: str = "", language: str = "en") -> str:
    """An amount without its currency, exactly, as the country writes it.

    >>> amount(123456750, "KZT", "KZ").replace(chr(160), " "), amount(123456750, "KES", "KE")
    ('1 234 567,50', '1,234,567.50')
    """
    exact = Decimal(format_amount(minor, currency))
    return str(format_decimal(exact, format=_pattern(currency), locale=_locale(country, language)))


def whole(number: int, language: str) -> str:
    return str(format_decimal(number, locale=language))


def percent(part: int, all_: int, language: str) -> str:
    """A share with one decimal, rounded down: 100 % is said only where it is all of them."""
    if all_ == 0:
        return "–"
    return str(format_percent(Decimal(part * 1000 // all_) / 1000, format="0.#%", locale=language))


def day(value: date | None, language: str) -> str:
    return str(format_date(value, "d MMM y", locale=language)) if value else "–"


def moment(value: datetime, language: str) -> str:
    return str(format_datetime(value, "d MMM y, HH:mm z", locale=language))


def visible(text: str) -> str:
    """The text with every invisible character named: a payer who turns the writing direction round, or hides a sign
    inside a number, is seen doing it.

    >>> visible("счёт" + chr(0x202E) + "42")
    'счёт‹U+202E›42'
    """
    if text.isprintable():
        return text
    return "".join(char if _is_seen(char) else f"‹U+{ord(char):04X}›" for char in text)


def _is_seen(char: str) -> bool:
    return char.isprintable() or char in _LINE_BREAKS or unicodedata.category(char) == "Zs"


def pieces(text: str, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """The purpose cut at what was read in it; together the pieces are the purpose, every character of it once."""
    found: list[Piece] = []
    at = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.start < at or span.end <= span.start or span.end > len(text):
            continue  # inside one that is shown already
        if span.start > at:
            found.append(Piece(text[at : span.start]))
        found.append(Piece(text[span.start : span.end], span.kind))
        at = span.end
    if at < len(text):
        found.append(Piece(text[at:]))
    return tuple(found)
