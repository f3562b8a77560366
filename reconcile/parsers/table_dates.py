"""The order of day and month in a table's dates, where no single date proves it.

Of the orders in which every date of the column is a day of the calendar, those are struck out against which the table
itself speaks. Exactly one must be left, or the dates are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Final

from reconcile.parsers.table_days import day_in_order

ORDERS: Final = ("dmy", "mdy", "ymd")
ENOUGH_DAYS: Final = 6
"""So many different days in an unbroken order are no accident."""
_PADDED: Final = re.compile(r"[0-9]{2}[/\- ][0-9]{2}[/\- ]")
_PARTS: Final = re.compile(r"([0-9]{1,2})([/\- ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})\b")


def open_orders(text: str) -> tuple[str, ...] | None:
    """The orders in which this is a day; None for a date that needs no order (a year first, a month's name, dots)."""
    found = _PARTS.match(text.strip())
    if found is None:
        return None
    orders = ORDERS if len(found[4]) == 2 else ORDERS[:2]
    return tuple(order for order in orders if day_in_order(found.group(), order) is not None)


def settled(dates: list[str], around: Iterable[str], *, comma: bool, english: bool, chained: str) -> str:
    """The order that is left, or empty. `dates`: the open ones in the order of the rows; `around`: the cells above the
    headings; `comma`: whether amounts have a decimal comma; `english`: whether the headings are; `chained`: `down` or `up`
    where balances prove in which order the rows stand."""
    left = [order for order in ORDERS if all(day_in_order(text, order) for text in dates)]
    if comma and len(left) > 1 and (not english or all(map(_PADDED.match, dates))):
        # CLDR: no locale that writes the month first has a decimal comma (Anii in Benin aside). A program in English that
        # takes the order from the language and the comma from the region writes the month without a zero.
        left = [order for order in left if order != "mdy"]
    for strike in (_not_over_years, _within(list(around)), _in_order(chained)):
        if len(left) > 1:
            kept = [order for order in left if strike([_sure(text, order) for text in dates], order)]
            left = kept or left
    return left[0] if len(left) == 1 else ""


def _sure(text: str, order: str) -> date:
    found = day_in_order(text, order)
    assert found is not None, "only orders in which it is a day are asked"
    return found


Strike = Callable[[list[date], str], bool]


def _not_over_years(days: list[date], order: str) -> bool:
    """A year of two digits in front is one only where it does not make a statement last for years."""
    return order != "ymd" or len(set(days)) < 2 or max(days) - min(days) < timedelta(days=800)


def _within(around: list[str]) -> Strike:
    """The table says from when to when it goes: all its days lie between."""
    texts = [found.group() for cell in around for found in _PARTS.finditer(cell[:300]) if len(found[4]) == 4]

    def strike(days: list[date], order: str) -> bool:
        for each in (order,) if order != "ymd" else ("dmy", "mdy"):
            ends = [day for text in texts if (day := day_in_order(text, each))]
            if len(ends) > 1 and len(ends) == len(texts) and min(ends) <= min(days) and max(days) <= max(ends):
                return True
        return False

    return strike if len(texts) > 1 else lambda days, order: True


def _in_order(chained: str) -> Strike:
    """Rows whose balances follow one from the other stand in the order of booking, and so do their days. Without
    balances only many days in an unbroken order say so."""

    def strike(days: list[date], order: str) -> bool:
        if len(set(days)) < (3 if chained else ENOUGH_DAYS):
            return False
        rising, falling = days == sorted(days), days == sorted(days, reverse=True)
        return (rising and chained != "up") or (falling and chained != "down")

    return strike
