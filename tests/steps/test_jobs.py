"""The work rows: entered once, done once, taken up after a death, given up with an alert."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import Engine

from reconcile.steps import inbox, jobs
from reconcile.steps.jobs import ATTEMPTS, Job, enter, give_up, pause, perform, recorded, waiting
from reconcile.store.engine import make_engine
from tests.steps.books import open_books, rows

AT = datetime(2026, 2, 3, 0, 0, tzinfo=UTC)
JOB = Job("nightly:KZ", AT)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def engine(database_url: str) -> Engine:
    return open_books(database_url)


def outcomes(engine: Engine) -> list[tuple[object, ...]]:
    return rows(engine, "SELECT attempts, finished_at IS NOT NULL, outcome FROM scheduled_job ORDER BY due_at")


def fail() -> str:
    raise ZeroDivisionError("Иванов Иван")


def spend(engine: Engine, attempts: int = ATTEMPTS) -> None:
    for _ in range(attempts):
        with pytest.raises(ZeroDivisionError):
            perform(engine, JOB, fail, lambda: AT)


def test_a_job_is_entered_once(engine: Engine) -> None:
    assert [enter(engine, JOB, AT) for _ in range(3)] == [True, False, False]
    assert recorded(engine, JOB.name, AT) == {AT}
    assert recorded(engine, JOB.name, AT - MINUTE) == set() == recorded(engine, "nightly:UZ", AT)


def test_two_ticks_at_once_enter_one_row(database_url: str) -> None:
    engine = open_books(database_url)
    barrier = Barrier(2)

    def tick(_: int) -> bool:
        own = make_engine(database_url)
        barrier.wait()
        return enter(own, JOB, AT)

    with ThreadPoolExecutor(2) as pool:
        for _ in range(3):
            with engine.begin() as connection:
                connection.exec_driver_sql("DELETE FROM scheduled_job")
            assert sorted(pool.map(tick, range(2))) == [False, True]
            assert len(outcomes(engine)) == 1


def test_a_job_is_done_once(engine: Engine) -> None:
    enter(engine, JOB, AT)
    assert waiting(engine, AT) == [JOB]
    assert perform(engine, JOB, lambda: "well", lambda: AT) == "well"
    assert perform(engine, JOB, fail, lambda: AT) is None
    assert waiting(engine, AT + DAY) == []
    assert outcomes(engine) == [(1, True, "well")]


def test_a_job_that_nobody_entered_is_not_done(engine: Engine) -> None:
    assert perform(engine, JOB, fail, lambda: AT) is None
    assert outcomes(engine) == []


def test_a_job_that_is_due_later_waits(engine: Engine) -> None:
    enter(engine, JOB, AT)
    assert waiting(engine, AT - MINUTE) == []


def test_while_one_does_it_another_is_turned_away(engine: Engine) -> None:
    enter(engine, JOB, AT)
    begun, over = Event(), Event()

    def work() -> str:
        begun.set()
        assert over.wait(30)
        return "by the first"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(perform, engine, JOB, work)
        assert begun.wait(30)
        assert perform(engine, JOB, fail) is None
        assert give_up(engine, AT) == []
        over.set()
        assert first.result() == "by the first"
    assert outcomes(engine) == [(1, True, "by the first")]


def test_a_failure_is_recorded_and_tried_again_after_a_pause(engine: Engine) -> None:
    enter(engine, JOB, AT)
    for attempt in range(1, ATTEMPTS):
        spend(engine, 1)
        assert outcomes(engine) == [(attempt, False, "failed: ZeroDivisionError")]
        assert waiting(engine, AT + pause(attempt) - MINUTE) == []
        assert waiting(engine, AT + pause(attempt)) == [JOB]
    assert perform(engine, JOB, lambda: "well", lambda: AT) == "well"
    assert [pause(n) // MINUTE for n in range(1, ATTEMPTS)] == [2, 4, 8, 16]


def test_after_the_last_attempt_it_is_given_up_with_an_alert(engine: Engine) -> None:
    enter(engine, JOB, AT)
    spend(engine)
    assert waiting(engine, AT + DAY) == []
    assert perform(engine, JOB, lambda: "well", lambda: AT) is None
    assert [give_up(engine, AT), give_up(engine, AT)] == [[JOB], []]
    assert outcomes(engine) == [(ATTEMPTS, True, "given up: failed: ZeroDivisionError")]
    [(words,)] = rows(engine, "SELECT text FROM alert WHERE kind = 'job_failed' AND closed_at IS NULL")
    assert words == (
        "nightly:KZ, due 2026-02-03 00:00 UTC, was given up after 5 attempts (failed: ZeroDivisionError); "
        "nothing is lost: run `reconcile nightly`, or let the next night do its work"
    )


def test_a_later_night_that_is_done_closes_the_alert(engine: Engine) -> None:
    enter(engine, JOB, AT)
    spend(engine)
    give_up(engine, AT)
    other = Job("nightly:UZ", AT + DAY)
    later = Job(JOB.name, AT + DAY)
    for job, open_alerts in ((other, 1), (later, 0)):
        enter(engine, job, AT + DAY)
        perform(engine, job, lambda: "well", lambda: AT + DAY)
        assert rows(engine, "SELECT count(*) FROM alert WHERE closed_at IS NULL") == [(open_alerts,)]


def test_a_missed_night_is_recorded_and_never_worked(engine: Engine) -> None:
    enter(engine, JOB, AT, missed=True)
    assert outcomes(engine) == [(0, True, "missed: a later night did its work")]
    assert waiting(engine, AT + DAY) == []
    assert perform(engine, JOB, fail, lambda: AT) is None


def test_the_newest_night_does_the_work_of_one_that_nobody_finished(engine: Engine) -> None:
    enter(engine, JOB, AT)
    spend(engine, 1)
    later = Job(JOB.name, AT + DAY)
    enter(engine, later, AT + DAY)
    assert waiting(engine, AT + DAY) == [later]
    assert outcomes(engine)[0] == (1, True, "not finished: a later night does its work")


def test_a_poison_file_cannot_use_up_a_night() -> None:
    assert ATTEMPTS > inbox.ATTEMPTS


KILLED = """
import os, signal, sys
from datetime import datetime
from reconcile.steps.jobs import Job, perform
from reconcile.store.engine import make_engine
perform(make_engine(sys.argv[1]), Job(sys.argv[2], datetime.fromisoformat(sys.argv[3])),
        lambda: os.kill(os.getpid(), signal.SIGKILL))
"""


def kill_one(url: str) -> None:
    subprocess.run([sys.executable, "-c", KILLED, url, JOB.name, JOB.due_at.isoformat()], timeout=60)


def test_what_a_killed_process_left_can_be_taken_up(database_url: str) -> None:
    engine = open_books(database_url)
    enter(engine, JOB, AT)
    kill_one(database_url)
    assert outcomes(engine) == [(1, False, "under way")]
    now = datetime.now(UTC)
    assert waiting(engine, now) == []
    assert waiting(engine, now + pause(1)) == [JOB]
    assert perform(engine, JOB, lambda: "well") == "well"
    assert outcomes(engine) == [(2, True, "well")]


def test_one_that_kills_its_worker_each_time_is_given_up(database_url: str) -> None:
    engine = open_books(database_url)
    enter(engine, JOB, AT)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE scheduled_job SET attempts = {ATTEMPTS - 1}")
    kill_one(database_url)
    assert jobs.give_up(engine, AT) == [JOB]
    assert outcomes(engine) == [(ATTEMPTS, True, "given up: the worker died")]
