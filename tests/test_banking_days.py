"""On which days banks work, and what a deployment may say about it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from reconcile.banking_days import Calendar, read_calendar
from reconcile.problem import Refusal
from reconcile.settings import load_calendar

TABLE = """
[KZ.closed]
2026-03-09 = "moved from 8 March"
[KZ.open]
2026-03-14 = "working Saturday"
[statements]
"KZ687220000000000003" = "every_day"
"""


@pytest.mark.parametrize(
    ("country", "day", "works"),
    [
        ("KZ", date(2026, 3, 10), True),
        ("KZ", date(2026, 3, 7), False),  # a Saturday
        ("KZ", date(2026, 3, 23), False),  # Nauryz
        ("UZ", date(2026, 9, 1), False),  # Independence Day, a Tuesday
        ("UZ", date(2026, 9, 2), True),
        ("KE", date(2026, 6, 1), False),  # Madaraka Day
        ("KE", date(2026, 6, 2), True),
        ("XX", date(2026, 1, 1), True),  # nobody knows its holidays
    ],
)
def test_banks_work_on_weekdays_that_are_no_holidays(country: str, day: date, works: bool) -> None:
    assert Calendar().works(country, day) == works


def test_a_table_goes_before_the_rule() -> None:
    calendar = read_calendar(TABLE)
    assert not calendar.works("KZ", date(2026, 3, 9))
    assert calendar.works("KZ", date(2026, 3, 14)) and not calendar.works("UZ", date(2026, 3, 14))
    assert calendar.next_working("KZ", date(2026, 3, 13)) == date(2026, 3, 14)
    assert calendar.rhythms == {"KZ687220000000000003": "every_day"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[KZ", "the calendar is no TOML"),
        ('[KZ.closed]\n"9 March" = "x"', r"\[KZ.closed\] '9 March' is not a date; write it as 2026-03-09"),
        ("[KZ.closed]\n2026-03-09 = 1", "2026-03-09 has no reason"),
        ("[KZ]\nclosed = 3", "'3' is not a date"),
        ("[KZ.shut]\n2026-03-09 = 'x'", r"\[KZ\] is not known; write \[KZ.closed\] or \[KZ.open\]"),
        ("KZ = 1", r"\[KZ\] is not known"),
        ("[KZ.closed]\n2026-03-09='x'\n[KZ.open]\n2026-03-09='y'", "2026-03-09 is both open and closed"),
        ("[statements]\nKZ1 = 'weekly'", "'weekly' says not how often its statement comes; write one of: banking_days"),
        ("statements = 1", "is no table of own bank accounts"),
    ],
)
def test_a_table_that_can_be_read_in_two_ways_is_refused(text: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        read_calendar(text)


def test_a_file_is_named_in_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "calendar.toml"
    with pytest.raises(Refusal, match=r"calendar.toml: the calendar cannot be read: FileNotFoundError"):
        load_calendar(path)
    path.write_text("KZ = 1", "utf-8")
    with pytest.raises(Refusal, match=r"calendar\.toml"):
        load_calendar(path)
    path.write_text(TABLE, "utf-8")
    assert load_calendar(path).overrides and load_calendar(None) == Calendar()
