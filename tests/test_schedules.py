"""When a country's night begins, whatever its clocks do, and what is caught up after an outage."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reconcile.policy import load_policy
from schedules import SCHEDULES, Due, Schedule, due, due_at, job_name

NIGHT = Schedule("XX", time(2, 30), ("nightly",), "a made-up country whose clocks change at this very hour")
BERLIN = ZoneInfo("Europe/Berlin")
APIA = ZoneInfo("Pacific/Apia")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("country", "moment"),
    [("UZ", utc(2026, 2, 3, 0, 30)), ("KZ", utc(2026, 2, 3, 0, 0)), ("KE", utc(2026, 2, 3, 1, 30))],
)
def test_each_country_has_its_own_hour(country: str, moment: datetime) -> None:
    schedule = next(each for each in SCHEDULES if each.country == country)
    zone = load_policy(None).on(date(2026, 2, 3)).country(country).time_zone
    before = moment - timedelta(days=1)
    assert due(schedule, zone, moment - timedelta(seconds=1), {before}) == []
    assert due(schedule, zone, moment, {before}) == [Due("nightly", country, moment)]


def test_every_country_of_the_policy_has_a_schedule_that_says_why() -> None:
    assert {schedule.country for schedule in SCHEDULES} == set(load_policy(None).on(date(2026, 2, 3)).countries)
    assert all(len(schedule.why) > 40 for schedule in SCHEDULES)
    assert job_name("nightly", "KZ") == "nightly:KZ"


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [
        (BERLIN, date(2026, 3, 28), utc(2026, 3, 28, 1, 30)),  # winter time
        (BERLIN, date(2026, 3, 29), utc(2026, 3, 29, 1, 30)),  # 02:30 is left out: 03:30 by the new time
        (BERLIN, date(2026, 3, 30), utc(2026, 3, 30, 0, 30)),
        (BERLIN, date(2026, 10, 25), utc(2026, 10, 25, 0, 30)),  # 02:30 comes twice: the first
        (BERLIN, date(2026, 10, 26), utc(2026, 10, 26, 1, 30)),
        (ZoneInfo("Asia/Almaty"), date(2024, 2, 29), utc(2024, 2, 28, 20, 30)),  # +06:00
        (ZoneInfo("Asia/Almaty"), date(2024, 3, 2), utc(2024, 3, 1, 21, 30)),  # +05:00 since 2024-03-01
    ],
)
def test_one_moment_a_day_whatever_the_clocks_do(zone: ZoneInfo, day: date, moment: datetime) -> None:
    assert due_at(NIGHT, zone, day) == moment


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        (BERLIN, utc(2026, 3, 26)),
        (BERLIN, utc(2026, 10, 22)),
        (APIA, utc(2011, 12, 27)),
        (ZoneInfo("Africa/Nairobi"), utc(2026, 3, 26)),
    ],
)
def test_asked_every_ten_minutes_each_night_comes_once(zone: ZoneInfo, start: datetime) -> None:
    done = {start}
    worked = []
    for step in range(7 * 24 * 6):
        now = start + timedelta(minutes=10 * step)
        for each in due(NIGHT, zone, now, done):
            assert not each.missed
            assert each.due_at <= now < each.due_at + timedelta(minutes=10)
            done.add(each.due_at)
            worked.append(each.due_at.astimezone(zone).date())
    assert len(worked) == len(set(worked))
    left_out = {date(2011, 12, 30)}  # Samoa had no such day
    first, last = worked[0], worked[-1]
    assert set(worked) == {first + timedelta(days=n) for n in range((last - first).days + 1)} - left_out


def test_after_an_outage_all_nights_are_told_and_only_the_newest_is_worked() -> None:
    zone = ZoneInfo("UTC")
    found = due(NIGHT, zone, utc(2026, 2, 6, 12), {utc(2026, 2, 2, 2, 30)})
    assert [(each.due_at.day, each.missed) for each in found] == [(3, True), (4, True), (5, True), (6, False)]
    assert due(NIGHT, zone, utc(2026, 2, 6, 12), {each.due_at for each in found}) == []


def test_a_new_schedule_begins_with_the_last_night_that_is_past() -> None:
    assert due(NIGHT, BERLIN, utc(2026, 2, 6, 0), ()) == [Due("nightly", "XX", utc(2026, 2, 5, 1, 30))]


def test_a_record_from_the_future_neither_stops_a_night_nor_makes_one() -> None:
    recorded = {utc(2026, 2, 5, 2, 30), utc(2031, 1, 1)}
    found = due(NIGHT, ZoneInfo("UTC"), utc(2026, 2, 6, 3), recorded)
    assert [each.due_at for each in found] == [utc(2026, 2, 6, 2, 30)]


def test_several_jobs_of_one_moment_come_in_their_order() -> None:
    schedule = Schedule("XX", time(2, 30), ("second", "first"), "because")
    found = due(schedule, ZoneInfo("UTC"), utc(2026, 2, 3, 3), {utc(2026, 2, 1, 3)})
    assert [(each.job, each.missed) for each in found] == [
        ("second", True),
        ("first", True),
        ("second", False),
        ("first", False),
    ]


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        due(NIGHT, BERLIN, datetime(2026, 2, 3), ())  # noqa: DTZ001


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"at": time(5, 0, tzinfo=UTC)}, "its zone stands in the policy"),
        ({"jobs": ()}, "at least one job"),
        ({"jobs": ("a", "a")}, "each once"),
        ({"why": ""}, "say why"),
    ],
)
def test_an_entry_that_is_not_whole_is_refused(entry: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Schedule(**{"country": "XX", "at": time(5), "jobs": ("nightly",), "why": "because"} | entry)  # type: ignore[arg-type]
