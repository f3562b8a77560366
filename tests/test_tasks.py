"""Nudges and work rows on a real Redis with real Celery workers, and without any of them."""

from __future__ import annotations

import importlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Engine

from reconcile.steps import jobs
from reconcile.steps.jobs import Job
from schedules import SCHEDULES, job_name
from tests.servers import RedisServer
from tests.steps.books import open_books, rows
from tests.steps.nights import PAID_ONCE, balances, pay, prepare

ROOT = Path(__file__).parents[1]
AT = datetime(2026, 2, 4, 0, 0, tzinfo=UTC)
JOB = Job("nightly:KZ", AT)
ARGUMENTS = ("KZ", AT.isoformat())


class Place:
    """A database, an inbox and reports, and the environment that points at them."""

    def __init__(self, url: str, folder: Path, redis_url: str = "") -> None:
        self.engine: Engine = open_books(url)
        self.folder = folder
        self.inbox = prepare(self.engine, folder)
        self.variables = {
            "RECONCILE_DATABASE_URL": url,
            "RECONCILE_REDIS_URL": redis_url,
            "RECONCILE_INBOX": str(self.inbox),
            "RECONCILE_REPORTS": str(folder / "reports"),
        }

    def tasks(self, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
        """tasks.py as a process in this place would import it."""
        for name, value in self.variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(self.folder)
        monkeypatch.delitem(sys.modules, "tasks", raising=False)
        return importlib.import_module("tasks")

    def celery(self, *words: str, patch: str = "") -> subprocess.Popen[bytes]:
        """`celery -A tasks …` in its own process group. `patch`: Python that a test slips in before it starts."""
        return self.python(f"{patch}\ntasks.app.start({list(words)!r})")

    def python(self, script: str) -> subprocess.Popen[bytes]:
        script = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nimport tasks\n{script}"
        environment = {**os.environ, **self.variables}
        with (self.folder / "celery.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-c", script],
                cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    @contextmanager
    def worker(self, patch: str = "") -> Iterator[subprocess.Popen[bytes]]:
        quiet = ("--without-gossip", "--without-mingle")
        process = self.celery("worker", "--concurrency=1", "--loglevel=INFO", *quiet, patch=patch)
        try:
            yield process
        finally:
            kill(process)

    def log(self) -> str:
        return (self.folder / "celery.log").read_text("utf-8", "replace")

    def rows(self) -> list[tuple[object, ...]]:
        return rows(
            self.engine, "SELECT job, attempts, finished_at IS NOT NULL, outcome FROM scheduled_job ORDER BY job, due_at"
        )

    def until(self, true: Callable[[], bool], seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"{self.rows()}\n{self.log()[-6000:]}"
            time.sleep(0.05)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the worker and its children, as a power cut."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def place(postgres_url: str, redis_url: str, tmp_path: Path) -> Place:
    return Place(postgres_url, tmp_path, redis_url)


@pytest.fixture
def alone(sqlite_url: str, tmp_path: Path) -> Place:
    return Place(sqlite_url, tmp_path)


# --- on real workers -------------------------------------------------------------------------------------------------

QUICK = """
from dataclasses import replace
usual = tasks.intake
tasks.intake = lambda: replace(usual(), pause=0.0)
"""


def test_a_nudge_does_the_night_and_the_same_nudge_again_does_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = place.tasks(monkeypatch)
    pay(place.inbox)
    jobs.enter(place.engine, JOB, datetime.now(UTC))
    with place.worker(QUICK):
        for _ in range(3):
            tasks.nightly.apply_async(ARGUMENTS)
        place.until(lambda: place.log().count("tasks.nightly[") >= 6)  # received and succeeded, three times
        place.until(lambda: place.log().count("] succeeded in") == 3)
    assert place.rows() == [
        ("nightly:KZ", 1, True, "inbox: 1 stored; 1 credited, 1 unmatched; the books are right")
    ]
    assert balances(place.engine) == PAID_ONCE
    assert len(list((place.folder / "reports").glob("*-KZ.*"))) == 2


def test_two_workers_and_two_ticks_at_once_do_each_night_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = place.tasks(monkeypatch)
    pay(place.inbox)
    with place.worker(QUICK), place.worker(QUICK):
        for _ in range(2):
            tasks.tick.apply_async()
        place.until(lambda: len(place.rows()) == len(SCHEDULES) and all(row[2] for row in place.rows()))
        place.until(lambda: place.log().count("tasks.tick[") >= 4)
    assert [row[1] for row in place.rows()] == [1] * len(SCHEDULES)
    assert {row[0] for row in place.rows()} == {job_name("nightly", each.country) for each in SCHEDULES}
    assert balances(place.engine) == PAID_ONCE


HANGS = QUICK + """
def hang(engine):
    open("hangs", "w").close()
    import time
    time.sleep(600)
tasks.night.verify = hang
"""


def test_a_worker_killed_in_the_middle_leaves_a_job_that_the_next_tick_takes_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = place.tasks(monkeypatch)
    pay(place.inbox)
    jobs.enter(place.engine, JOB, datetime.now(UTC))
    with place.worker(HANGS) as worker:
        tasks.nudge([JOB])
        place.until((place.folder / "hangs").exists)
        assert tasks.nudge([JOB]) == 1
        kill(worker)
    assert place.rows() == [("nightly:KZ", 1, False, "under way")]
    monkeypatch.setattr(tasks, "_now", lambda: datetime.now(UTC) + timedelta(minutes=3))  # the pause is over
    monkeypatch.setattr(tasks, "_due", lambda now: [])
    with place.worker(QUICK):
        place.until(lambda: tasks.tick()["nudged"] == 1, 10)
        place.until(lambda: bool(place.rows()[0][2]))
    assert place.rows()[0][1] == 2
    assert balances(place.engine) == PAID_ONCE


DIES_ONCE = QUICK + """
really = tasks.night.verify
def die(engine):
    import os, signal
    if not os.path.exists("died"):
        open("died", "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    return really(engine)
tasks.night.verify = die
"""


def test_a_child_that_is_killed_is_replaced_and_the_night_done(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = place.tasks(monkeypatch)
    pay(place.inbox)
    jobs.enter(place.engine, JOB, datetime.now(UTC))
    with place.worker(DIES_ONCE):
        tasks.nudge([JOB])
        place.until(lambda: bool(place.rows()[0][2]))
    assert (place.folder / "died").exists() and place.rows()[0][1] == 2
    assert balances(place.engine) == PAID_ONCE


def test_redis_away_costs_the_tick_nothing_but_the_nudge(
    place: Place, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if redis.process is None:
        pytest.skip(f"the server from {redis.origin} is not ours to stop")
    tasks = place.tasks(monkeypatch)
    pay(place.inbox)
    redis.stop()
    try:
        started = time.monotonic()
        assert tasks.tick() == {"entered": len(SCHEDULES), "given_up": 0, "nudged": 0}
        assert time.monotonic() - started < 10
    finally:
        redis.start()
    assert [row[1:3] for row in place.rows()] == [(0, False)] * len(SCHEDULES)
    with place.worker(QUICK):
        assert tasks.tick() == {"entered": 0, "given_up": 0, "nudged": len(SCHEDULES)}
        place.until(lambda: all(row[2] for row in place.rows()))
    assert balances(place.engine) == PAID_ONCE


def test_redis_restarted_under_a_worker_is_found_again(
    place: Place, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if redis.process is None:
        pytest.skip(f"the server from {redis.origin} is not ours to stop")
    tasks = place.tasks(monkeypatch)
    jobs.enter(place.engine, JOB, datetime.now(UTC))
    with place.worker(QUICK):
        place.until(lambda: " ready." in place.log())
        redis.restart()
        place.until(lambda: tasks.nudge([JOB]) == 1)
        place.until(lambda: bool(place.rows()[0][2]))


def test_beat_ticks(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = place.tasks(monkeypatch)
    pay(place.inbox)
    often = "tasks.app.conf.beat_schedule['tick']['schedule'] = 0.3"
    beats = [place.celery("beat", "--pidfile=", patch=often) for _ in range(2)]
    try:
        with place.worker(QUICK):
            place.until(lambda: len(place.rows()) == len(SCHEDULES) and all(row[2] for row in place.rows()))
    finally:
        for beat in beats:
            kill(beat)
    assert [row[1] for row in place.rows()] == [1] * len(SCHEDULES)
    assert tasks.app.conf.beat_schedule["tick"]["schedule"] == tasks.TICK
    assert not list(place.folder.glob("celerybeat-schedule*"))


def test_the_other_tasks_answer(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = place.tasks(monkeypatch)
    name = f"sftp/{pay(place.inbox).name}"
    with place.worker(QUICK):
        assert tasks.ingest_file.delay(name).get(timeout=30) == "1 stored"
        assert tasks.ingest_inbox.delay().get(timeout=30) == "empty"
        assert tasks.run_all.delay().get(timeout=30)["statuses"] == {"credited": 1, "unmatched": 1}
        assert tasks.verify_books.delay().get(timeout=30) == []
        written = tasks.report.delay("KZ").get(timeout=30)
    assert [Path(path).suffix for path in written] == [".html", ".xlsx"] and all(Path(path).exists() for path in written)


# --- what the settings promise ---------------------------------------------------------------------------------------


def test_a_message_is_given_again_only_after_its_task_must_be_over(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    conf = place.tasks(monkeypatch).app.conf
    assert conf.broker_transport_options["visibility_timeout"] > conf.task_time_limit > 10
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)
    assert conf.accept_content == ["json"]


def test_every_job_of_a_schedule_is_known(alone: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = alone.tasks(monkeypatch)
    assert {job for schedule in SCHEDULES for job in schedule.jobs} <= set(tasks.BY_JOB)


# --- without a broker ------------------------------------------------------------------------------------------------


def quick(tasks: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = tasks.intake
    monkeypatch.setattr(tasks, "intake", lambda: replace(usual(), pause=0.0))


def test_without_redis_a_tick_does_the_night_itself(alone: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = alone.tasks(monkeypatch)
    quick(tasks, monkeypatch)
    pay(alone.inbox)
    assert tasks.tick.delay().get() == {"entered": 3, "given_up": 0, "nudged": 3}
    assert [row[1:3] for row in alone.rows()] == [(1, True)] * 3
    assert balances(alone.engine) == PAID_ONCE
    assert tasks.tick() == {"entered": 0, "given_up": 0, "nudged": 0}


def test_without_redis_two_ticks_at_once_do_each_night_once(alone: Place) -> None:
    pay(alone.inbox)
    both = [alone.python(f"{QUICK}\nprint(tasks.tick())") for _ in range(2)]
    assert [each.wait(60) for each in both] == [0, 0], alone.log()
    assert sum(int(count) for count in re.findall(r"'entered': (\d)", alone.log())) == 3
    assert [row[1:3] for row in alone.rows()] == [(1, True)] * 3
    assert balances(alone.engine) == PAID_ONCE


def test_without_redis_one_night_that_fails_does_not_keep_the_others(
    alone: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tasks = alone.tasks(monkeypatch)
    really = tasks.night.nightly

    def fails_in_kz(intake: Any, country: str, reports: Path, *more: Any, **named: Any) -> Any:
        if country == "KZ":
            raise ZeroDivisionError
        return really(intake, country, reports, *more, **named)

    monkeypatch.setattr(tasks.night, "nightly", fails_in_kz)
    assert tasks.tick()["nudged"] == 3
    assert [row[2] for row in alone.rows()] == [True, False, True]
    assert alone.rows()[1][3] == "failed: ZeroDivisionError"
    assert "nightly:KZ failed" in caplog.text


def test_a_job_of_another_version_of_the_program_keeps_nobody(
    alone: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tasks = alone.tasks(monkeypatch)
    assert tasks.nudge([Job("weekly:KZ", AT)]) == 0
    assert "weekly:KZ is no job that this program knows" in caplog.text


def test_without_redis_beat_alone_does_the_night(alone: Place) -> None:
    pay(alone.inbox)
    often = f"{QUICK}\ntasks.app.conf.beat_schedule['tick']['schedule'] = 0.3"
    beat = alone.celery("beat", "--pidfile=", patch=often)
    try:
        alone.until(lambda: len(alone.rows()) == 3 and all(row[2] for row in alone.rows()))
    finally:
        kill(beat)
    assert balances(alone.engine) == PAID_ONCE


def test_a_worker_without_redis_says_what_is_missing(alone: Place) -> None:
    worker = alone.celery("worker", "--concurrency=1")
    assert worker.wait(30) != 0
    assert "error: RECONCILE_REDIS_URL is not set: set it, or run `celery -A tasks beat` alone" in alone.log()


def test_nothing_of_redis_is_needed_to_import_the_tasks(alone: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)
    assert alone.tasks(monkeypatch).app.conf.task_always_eager
