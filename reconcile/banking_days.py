"""On which days a country's banks work, so that a statement can be expected.

Monday to Friday, without public holidays, by the PyPI package `holidays`; and a deployment's own table before that,
since days off are moved by decree within the year and no package knows them in time. Only ever used to ask for a
statement: no money is refused, held or dated by it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

from reconcile.problem import Problem, Refusal

ONE_DAY: Final = timedelta(days=1)
RHYTHMS: Final = ("banking_days", "every_day", "none")
"""How often an own bank account's statement comes."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """`overrides`: (country, day) to whether its banks work on that day. `rhythms`: own bank account to how often its
    statement comes, where it is not to be told from what came so far."""

    overrides: Mapping[tuple[str, date], bool] = field(default_factory=dict)
    rhythms: Mapping[str, str] = field(default_factory=dict)

    def works(self, country: str, day: date) -> bool:
        """Whether the country's banks work on that day. A country that nobody knows has no holidays.

        >>> Calendar().works("KZ", date(2026, 3, 8)), Calendar().works("KZ", date(2026, 3, 11))
        (False, True)
        """
        said = self.overrides.get((country, day))
        if said is not None:
            return said
        return day.weekday() < 5 and day not in _holidays(country, day.year)

    def next_working(self, country: str, day: date) -> date:
        """The first day after this one on which the country's banks work."""
        day += ONE_DAY
        while not self.works(country, day):
            day += ONE_DAY
        return day


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # not for every command to wait for

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def read_calendar(text: str, file: str = "") -> Calendar:
    """The deployment's table (docs/operations.md): days on which banks are closed or open against the rule, each with
    the reason, and accounts whose statements come otherwise. Every fault is told at once."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal.of(f"the calendar is no TOML: {error}", "correct the line", file=file) from None
    problems: list[Problem] = []
    rhythms = _rhythms(given.pop("statements", {}), problems)
    overrides = {
        (country, day): works for country, table in given.items() for day, works in _days(country, table, problems)
    }
    if problems:
        raise Refusal(problems).at(file)
    return Calendar(overrides, rhythms)


def _rhythms(table: Any, problems: list[Problem]) -> dict[str, str]:
    mend = f"write one of: {', '.join(RHYTHMS)}"
    if not isinstance(table, dict):
        problems.append(Problem("[statements] is no table of own bank accounts", mend))
        return {}
    problems += [
        Problem(f"[statements] {account}: {rhythm!r} says not how often its statement comes", mend)
        for account, rhythm in table.items()
        if rhythm not in RHYTHMS
    ]
    return {account: rhythm for account, rhythm in table.items() if rhythm in RHYTHMS}


def _days(country: str, table: Any, problems: list[Problem]) -> list[tuple[date, bool]]:
    if not isinstance(table, dict) or not set(table) <= {"closed", "open"}:
        problems.append(
            Problem(f"[{country}] is not known", f"write [{country}.closed] or [{country}.open], two capital letters")
        )
        return []
    found: list[tuple[date, bool]] = []
    for kind, days in table.items():
        for day, why in days.items() if isinstance(days, dict) else [(str(days), "")]:
            try:
                found.append((date.fromisoformat(day), kind == "open"))
            except ValueError:
                problems.append(Problem(f"[{country}.{kind}] {day!r} is not a date", "write it as 2026-03-09"))
            if not isinstance(why, str) or not why:
                problems.append(Problem(f"[{country}.{kind}] {day} has no reason", "say whose order it is"))
    twice = {day for day, works in found if (day, not works) in found}
    problems += [Problem(f"[{country}] {day} is both open and closed", "keep one") for day in sorted(twice)]
    return found
