"""Amounts and dates of a table, settled for the whole column and never guessed cell by cell.

`1,234` is a thousand to one bank and a bit more than one to another; `03/04/2026` is March to one and April to another.
The column tells: one cell with both marks, or with two decimals, or with a day above twelve, settles it. Where none
does, amounts are settled by the running balance, and what stays open is refused with its row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from reconcile.money import minor_digits, read_amount
from reconcile.parsers.source import currency_code, with_line
from reconcile.parsers.table_rows import Number
from reconcile.problem import Refusal

_BLANKS: Final = re.compile(r"[\s'’\u00a0\u202f]+")
_SIGNED: Final = re.compile(
    r"(?P<open>\()?(?P<before>[A-Z]{3}|[€£$₸])?(?P<minus>[-−+])?(?P<again>[A-Z]{3}|[€£$₸])?(?P<digits>[0-9][0-9.,]*|[.,][0-9]+)"
    r"(?P<after>[A-Z]{3}|[€£$₸])?(?P<behind>[-−+])?(?P<side>CR|DR)?\.?(?P<close>\))?",
    re.IGNORECASE,
)
_SYMBOLS: Final = {"€": "EUR", "£": "GBP", "$": "USD", "₸": "KZT"}
_PLAIN: Final = re.compile(r"[0-9]{1,13}\.[0-9]{2}", re.ASCII)
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_PARTS: Final = re.compile(
    r"(?P<a>[0-9]{1,4})(?P<mark>[./\- ])(?P<b>[0-9]{1,2}|[A-Za-z]{3,9})(?P=mark)(?P<c>[0-9]{2,4})\.?(?:[ T,]+[0-9].*)?"
)
_DIGITS: Final = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_MONTHS: Final = dict(
    zip(("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), range(1, 13), strict=True)
)


@dataclass(frozen=True, slots=True)
class Written:
    """One amount as written, its sign and currency taken off."""

    digits: str
    negative: bool = False
    side: str = ""
    """`CR` or `DR` behind it."""
    currency: str = ""
    native: bool = False


@lru_cache(maxsize=65536)
def _text_amount(text: str) -> Written | None:
    found = _SIGNED.fullmatch(_BLANKS.sub("", text))
    if found is None or bool(found["open"]) != bool(found["close"]) or (found["minus"] and found["behind"]):
        return None
    written = {code for name in ("before", "again", "after") if (code := found[name])}
    codes = {_SYMBOLS.get(code) or currency_code(code) for code in written}
    if None in codes or len(codes) > 1:
        return None
    sign = found["minus"] or found["behind"] or ""
    negative = bool(found["open"]) or sign in ("-", "−")
    return Written(
        found["digits"], negative and sign != "+", (found["side"] or "").upper(), str(codes.pop()) if codes else ""
    )


def amount_of(cell: str, line: int) -> Written | None:
    """None for an empty cell (also `-`); refuses what is no amount."""
    if isinstance(cell, Number):
        return Written(cell.removeprefix("-"), cell.startswith("-"), native=True)
    text = cell.strip()
    if text in ("", "-", "–", "—"):
        return None
    found = _text_amount(text) if len(text) < 60 else None
    if found is None:
        raise Refusal.of(f"amount {text[:40]!r} is no number", "correct the row, or ask the bank", line=line)
    return found


def mark_told_by(digits: str) -> str:
    """The decimal mark that this amount alone proves; empty where it has two readings or no mark.

    >>> mark_told_by("1,234.56"), mark_told_by("1.234.567"), mark_told_by("12,5"), mark_told_by("1,234")
    ('.', ',', ',', '')
    """
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return max(".,", key=digits.rfind)
    if points + commas != 1:
        return "," if points else "." if commas else ""
    whole, _, fraction = digits.replace(",", ".").partition(".")
    if len(fraction) == 3 and 1 <= len(whole) <= 3 and whole != "0":
        return ""
    return "." if points else ","


def minor_of(written: Written, mark: str, currency: str, line: int) -> int:
    """Whole minor units, without the sign. Groups must be of three digits throughout."""
    digits = written.digits
    if not written.native:
        group = "," if mark == "." else "."
        whole, _, fraction = digits.partition(mark)
        groups = whole.split(group)
        if (
            group in fraction
            or mark in fraction
            or (len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(part) != 3 for part in groups[1:])))
        ):
            raise Refusal.of(
                f"amount {digits[:40]!r} does not fit the decimal mark {mark!r} of its column", "correct it", line=line
            )
        digits = f"{''.join(groups) or '0'}.{fraction}" if fraction else "".join(groups)
    if (
        (point := digits.find(".")) > 0
        and len(digits) - point == 3
        and len(digits) < 16
        and minor_digits(currency) == 2
    ):
        return int(digits[:point] + digits[point + 1 :])
    try:
        return read_amount(digits, currency)
    except Refusal as refusal:
        raise with_line(refusal, line) from None


def plain_minor(text: str) -> int | None:
    """Digits, a point and two decimals, the usual form, by the short way (of a currency that has two, in a column whose
    mark is the point); None for every other form."""
    return int(text[:-3] + text[-2:]) if _PLAIN.fullmatch(text) else None


def order_told_by(cell: str) -> str:
    """The order of day, month and year that this date alone proves; empty where it has two readings or is none.

    >>> order_told_by("2026-02-03"), order_told_by("25/02/2026"), order_told_by("02/25/2026"), order_told_by("02/03/2026")
    ('ymd', 'dmy', 'mdy', '')
    """
    found = _PARTS.fullmatch(cell.strip())
    if found is None:
        return ""
    if len(found["a"]) == 4:
        return "ymd"
    if found["mark"] == "." or not found["b"].isdigit():
        return "dmy"
    if len(found["c"]) == 2:
        return ""  # 26-02-03 has three readings
    first, second = int(found["a"]), int(found["b"])
    if first == second or (first > 12) == (second > 12):
        return ""
    return "dmy" if first > 12 else "mdy"


@lru_cache(maxsize=8192)
def _day(text: str, order: str) -> date | None:
    if found := _DIGITS.fullmatch(text):
        year, month, day = found.groups()
    elif found := _PARTS.fullmatch(text):
        told = order_told_by(text) or order
        if len(found["a"]) == 4:
            year, month, day = found["a"], found["b"], found["c"]
        elif told == "mdy":
            month, day, year = found["a"], found["b"], found["c"]
        else:
            day, month, year = found["a"], found["b"], found["c"]
    else:
        return None
    try:
        number = int(month) if month.isdigit() else _MONTHS[month[:3].casefold()]
        return date(int(year) + (2000 if len(year) == 2 else 0), number, int(day))
    except (ValueError, KeyError):
        return None


def date_of(cell: str, order: str, line: int) -> date:
    """The day, by the order that the column has proved. A number in a sheet is a serial day of the spreadsheet."""
    if not isinstance(cell, Number) and (known := _sure_day(cell, order)) is not None:
        return known
    if isinstance(cell, Number):
        serial = cell.partition(".")[0]
        if serial.isdigit() and 30_000 <= int(serial) <= 70_000:
            return _EXCEL_EPOCH + timedelta(days=int(serial))
    text = cell.strip()
    found = _day(text, order)
    if found is None or not 1990 <= found.year <= 2100:
        raise Refusal.of(
            f"date {text[:40]!r} is not a day of the calendar", "correct the row, or ask the bank", line=line
        )
    told = order_told_by(text)
    if order and told and told != order and {told, order} == {"dmy", "mdy"}:
        raise Refusal.of(f"date {text[:40]!r} has its day elsewhere than the dates before it", "correct it", line=line)
    if not order and not told and not _DIGITS.fullmatch(text) and not _same_either_way(text):
        raise Refusal.of(
            f"date {text[:40]!r} can be read day first or month first, and no other date of the file tells",
            "export a period that has a day above 12, or say date_order in the bank's profile",
            line=line,
        )
    return found


@lru_cache(maxsize=8192)
def _sure_day(text: str, order: str) -> date | None:
    """A day about which there is no doubt; None sends the cell the long way, with its row."""
    told = order_told_by(text)
    found = _day(text.strip(), order) if told and told == order else None
    return found if found is not None and 1990 <= found.year <= 2100 else None


def _same_either_way(text: str) -> bool:
    found = _PARTS.fullmatch(text)
    return found is not None and len(found["c"]) == 4 and found["a"].lstrip("0") == found["b"].lstrip("0")
