"""A country's night: the inbox in, the money on the right account once, the books checked, the report written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from reconcile.problem import Refusal
from reconcile.steps import nightly as night
from reconcile.steps.inbox import Intake, Outcome
from reconcile.steps.nightly import Night, nightly
from tests.steps.books import open_books, policies, rows
from tests.steps.nights import PAID_ONCE, balances, pay, prepare

EVENING = datetime(2026, 2, 3, 20, 30, tzinfo=UTC)
"""Half past one of 4 February in Almaty, half past eleven of 3 February in Nairobi."""


class House:
    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.inbox = prepare(engine, folder)
        self.reports = folder / "reports"
        self.intake = Intake(engine, self.inbox, policies(), EVENING, pause=0)

    def night(self, country: str = "KZ", **changes: Any) -> Night:
        return nightly(replace(self.intake, **changes), country, self.reports)

    def alerts(self) -> list[tuple[object, ...]]:
        return rows(self.engine, "SELECT kind, text FROM alert WHERE closed_at IS NULL ORDER BY kind")


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> House:
    return House(open_books(database_url), tmp_path)


def breaks(monkeypatch: pytest.MonkeyPatch, step: str, error: Exception) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(night, step, fail)


def test_a_night_credits_what_is_certain_and_reports_the_rest(house: House) -> None:
    pay(house.inbox)
    done = house.night()
    assert balances(house.engine) == PAID_ONCE
    assert (done.country, done.day, done.differences) == ("KZ", date(2026, 2, 4), ())
    assert done.run.statuses == {"credited": 1, "unmatched": 1}
    assert done.inbox.count(Outcome.STORED) == 1
    assert done.words() == "inbox: 1 stored; 1 credited, 1 unmatched; the books are right"
    assert [path.name for path in done.reports] == ["2026-02-04-KZ.html", "2026-02-04-KZ.xlsx"]
    page = done.reports[0].read_text("utf-8")
    assert "ТОО Незнакомец" in page
    assert done.reports[1].read_bytes()[:2] == b"PK"
    assert sorted(path.name for path in house.reports.iterdir()) == ["2026-02-04-KZ.html", "2026-02-04-KZ.xlsx"]


def test_the_same_night_again_changes_nothing(house: House) -> None:
    pay(house.inbox)
    house.night()
    journal = rows(house.engine, "SELECT key FROM journal ORDER BY key")
    again = house.night()
    assert (again.run.changed, again.inbox.files) == (0, {})
    assert rows(house.engine, "SELECT key FROM journal ORDER BY key") == journal
    assert balances(house.engine) == PAID_ONCE


def test_the_day_is_the_countrys_own(house: House) -> None:
    assert [house.night(country).day.day for country in ("UZ", "KZ", "KE")] == [4, 4, 3]


def test_a_country_without_rules_is_refused(house: House) -> None:
    with pytest.raises(Refusal, match="no rules for country 'XX'"):
        house.night("XX")


def test_a_night_without_an_inbox_decides_all_the_same(house: House) -> None:
    assert house.night(inbox=None).words() == "inbox: empty; no payments; the books are right"


def test_an_inbox_that_is_away_does_not_keep_the_run_and_the_report(house: House, tmp_path: Path) -> None:
    pay(house.inbox)
    house.night()
    for path in house.reports.iterdir():
        path.unlink()
    with pytest.raises(Refusal, match="is no folder"):
        house.night(inbox=tmp_path / "away", now=EVENING + timedelta(minutes=1))
    [(kind, words)] = house.alerts()
    assert kind == "inbox_failed" and str(words).startswith("the night of KZ: the inbox ")
    assert "the inbox" in (house.reports / "2026-02-04-KZ.html").read_text("utf-8")
    house.night(now=EVENING + timedelta(minutes=2))
    assert house.alerts() == []


def test_a_run_that_fails_is_an_alert_until_one_does_not(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    pay(house.inbox)
    breaks(monkeypatch, "run", ZeroDivisionError("Иванов Иван"))
    for minute in (1, 2):
        with pytest.raises(ZeroDivisionError):
            house.night(now=EVENING + timedelta(minutes=minute))
        assert house.alerts() == [("run_failed", "the night of KZ: ZeroDivisionError; the log says where")]
    assert (house.reports / "2026-02-04-KZ.html").exists()
    monkeypatch.undo()
    house.night()
    assert house.alerts() == [] and balances(house.engine) == PAID_ONCE
    breaks(monkeypatch, "run", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        house.night(now=EVENING + timedelta(minutes=3))
    assert [kind for kind, _ in house.alerts()] == ["run_failed"]


def test_differences_are_an_alert_with_their_lines_until_the_books_are_right(house: House) -> None:
    pay(house.inbox)
    house.night()
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE payment SET status = 'held' WHERE status = 'unmatched'")
    done = house.night(now=EVENING + timedelta(minutes=1), inbox=None)
    [(kind, words)] = house.alerts()
    assert kind == "verify_failed"
    assert str(words).splitlines() == [f"{len(done.differences)} differences in the books", *done.differences]
    assert "its status is not that of its decision" in str(words)
    assert done.words().endswith(f"verify found {len(done.differences)} differences")
    with house.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE payment SET status = 'unmatched' WHERE status = 'held'")
    house.night("UZ", now=EVENING + timedelta(minutes=2))
    assert house.alerts() == []


def test_many_differences_are_cut_in_the_alert_and_whole_in_the_result(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(night, "verify", lambda _: [f"line {number}" for number in range(50)])
    done = house.night()
    [(_, words)] = house.alerts()
    assert len(done.differences) == 50
    assert str(words).splitlines()[-2:] == ["line 19", "… and 30 more"]


def test_a_check_that_fails_is_an_alert_and_the_report_is_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, "verify", ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        house.night()
    assert [kind for kind, _ in house.alerts()] == ["verify_not_done"]
    assert (house.reports / "2026-02-04-KZ.xlsx").exists()


@pytest.mark.parametrize("step", ["ingest_inbox", "run", "verify"])
def test_the_weather_ends_the_night_without_blame(house: House, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    breaks(monkeypatch, step, OperationalError("SELECT 1", None, Exception("the server went away")))
    with pytest.raises(OperationalError):
        house.night()
    assert house.alerts() == []
    monkeypatch.undo()
    pay(house.inbox)
    house.night()
    assert balances(house.engine) == PAID_ONCE


def test_the_first_of_several_failures_is_raised(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(monkeypatch, "run", ZeroDivisionError())
    breaks(monkeypatch, "verify", KeyError())
    with pytest.raises(ZeroDivisionError):
        house.night()
    assert [kind for kind, _ in house.alerts()] == ["run_failed", "verify_not_done"]
