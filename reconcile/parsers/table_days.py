"""Dates of a table, in the order of day and month that the column proves.

`03/04/2026` is March to one bank and April to another. A day above twelve tells; a year first, dots, or a month's name
need no telling. What stays open is refused with its row.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from reconcile.parsers.table_rows import Number
from reconcile.problem import Refusal

_EXCEL_EPOCH: Final = date(1899, 12, 30)
_TIME: Final = r"(?:[\sT,]+[0-9].*|\s*(?:г|y|ж)\.?)?"
_PARTS: Final = re.compile(
    rf"(?P<a>[0-9]{{1,4}})(?P<mark>[./\- ])(?P<b>[0-9]{{1,2}})(?P=mark)(?P<c>[0-9]{{4}}|[0-9]{{1,2}})\.?{_TIME}",
    re.DOTALL,
)
_WEEKDAY: Final = r"(?:[^\W\d]{2,12}\.?,?\s+)?"
_MONTH: Final = r"(?P<month>[^\W\d]{3,12})\.?"
_NAMED: Final = re.compile(
    rf"{_WEEKDAY}(?P<day>[0-9]{{1,2}})[\s./-]*{_MONTH}[\s./,-]*(?P<year>[0-9]{{4}}|[0-9]{{2}})\.?{_TIME}", re.DOTALL
)
_MONTH_FIRST: Final = re.compile(
    rf"{_WEEKDAY}{_MONTH}[\s-]+(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[,\s-]+(?P<year>[0-9]{{4}})\.?{_TIME}", re.DOTALL
)
_DIGITS: Final = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:[\sT]?[0-9]{4,6})?")
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan янв qan yan ene gen janv",
            "feb фев fev fév févr fevr",
            "mar мар mär maer mrt mars märz",
            "apr апр avr abr kwi",
            "may май мая mai mei mag maj",
            "jun июн iyun iun juin giu juni",
            "jul июл iyul iul juil lug juli",
            "aug авг avg ago aoû aou août",
            "sep сен sen set sept",
            "oct окт okt ott out",
            "nov ноя noy",
            "dec дек dek dez dic déc",
        ),
        1,
    )
    for name in names.split()
}
EARLIEST, LATEST = 1990, 2100


def order_told_by(cell: str) -> str:
    """The order of day, month and year that this date alone proves; empty where it has two readings or is none.

    >>> order_told_by("2026-02-03"), order_told_by("25/02/2026"), order_told_by("02/25/2026"), order_told_by("02/03/2026")
    ('ymd', 'dmy', 'mdy', '')
    """
    text = cell.strip()
    found = _PARTS.fullmatch(text)
    if found is None:
        return "dmy" if _NAMED.fullmatch(text) or _MONTH_FIRST.fullmatch(text) else ""
    if len(found["a"]) == 4:
        return "ymd"
    if found["mark"] == ".":
        return "dmy"
    if len(found["c"]) == 2:
        return ""  # 26-02-03 has three readings
    first, second = int(found["a"]), int(found["b"])
    if first == second or (first > 12) == (second > 12):
        return ""
    return "dmy" if first > 12 else "mdy"


@lru_cache(maxsize=8192)
def day_in_order(text: str, order: str) -> date | None:
    """The day that a date of three numbers is in this order; None where it is no day of the calendar.

    >>> day_in_order("03/04/26", "dmy"), day_in_order("03/13/2026", "dmy")
    (datetime.date(2026, 4, 3), None)
    """
    found = _PARTS.fullmatch(text.strip())
    if found is None:
        return None
    places = {"dmy": "cba", "mdy": "cab", "ymd": "abc"}[order]
    written = [found[place] for place in places]
    if len(written[0]) not in (2, 4) or max(map(len, written[1:])) > 2:
        return None
    year, month, day = map(int, written)
    return _calendar(year + 2000 if year < 100 else year, month, day)


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=8192)
def _day(text: str, order: str) -> date | None:
    if found := _DIGITS.fullmatch(text):
        return _calendar(*map(int, found.groups()))
    if _PARTS.fullmatch(text):
        return day_in_order(text, order_told_by(text) or order or "dmy")
    if found := _NAMED.fullmatch(text) or _MONTH_FIRST.fullmatch(text):
        name = found["month"].casefold()
        month = _MONTHS.get(name) or _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])
        year = int(found["year"])
        return _calendar(year + 2000 if year < 100 else year, month, int(found["day"])) if month else None
    return None


def _plausible(day: date, text: str) -> bool:
    """A year of two digits is this century's; one that is written out first is the file's own word, however odd: whether
    anything was booked then is for the books to say."""
    return EARLIEST <= day.year <= LATEST or text[:4] == f"{day.year:04d}"


def date_of(cell: str, order: str, line: int) -> date:
    """The day, by the order that the column has proved. A number in a sheet is a serial day of the spreadsheet."""
    if isinstance(cell, Number):
        serial = cell.partition(".")[0]
        if serial.isdigit() and 30_000 <= int(serial) <= 70_000:
            return _EXCEL_EPOCH + timedelta(days=int(serial))
    text = cell.strip()
    found = _day(text, order)
    if found is None or not _plausible(found, text):
        raise Refusal.of(
            f"date {text[:40]!r} is not a day of the calendar", "correct the row, or ask the bank", line=line
        )
    told = order_told_by(text)
    if {told, order} == {"dmy", "mdy"} and _PARTS.fullmatch(text) and "." not in text[:5]:
        raise Refusal.of(f"date {text[:40]!r} has its day elsewhere than the dates before it", "correct it", line=line)
    if not told and not order and not _DIGITS.fullmatch(text) and not _same_either_way(text):
        raise Refusal.of(
            f"date {text[:40]!r} can be read day first or month first, and no other date of the file tells",
            "export a period that has a day above 12, or say date_order in the bank's profile",
            line=line,
        )
    return found


def _same_either_way(text: str) -> bool:
    found = _PARTS.fullmatch(text)
    return found is not None and len(found["c"]) == 4 and found["a"].lstrip("0") == found["b"].lstrip("0")
