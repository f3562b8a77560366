"""A night through the queue: real Celery workers, a real Redis, PostgreSQL. One of them breaks at a step drawn from a seed.

The night's job is entered as the tick enters it; two workers are nudged, one does the night, the other helps with its run.
When the first one to reach its step stands still, the fault is done; then the ticks go on, as beat sends them, until the
night is over. Then it is done again, `verify` must hold, and the exports equal those of an undisturbed night.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import kombu.exceptions
import redis.exceptions
from celery import Celery
from sqlalchemy import text

from reconcile.steps import jobs
from reconcile.store.engine import make_engine
from tests.chaos.crashes import Crashed
from tests.chaos.faults import cut
from tests.chaos.hands import Hands, Orders, until
from tests.chaos.scene import Books, Scene, differences
from tests.servers import RedisServer

BROKER_AWAY = (kombu.exceptions.OperationalError, redis.exceptions.RedisError, OSError)
STEPS = (20, 900)
"""From the first to about the last step of a worker that does the night alone."""
HOUR = timedelta(hours=1)


@dataclass(eq=False)
class Night:
    """One night under way: its books, its workers, its broker."""

    scene: Scene
    redis: RedisServer
    url: str
    folder: Path
    hands: Hands

    def __post_init__(self) -> None:
        self.engine = make_engine(self.url)
        self.job = jobs.Job("nightly:KZ", datetime.now(UTC))
        self.app = Celery(broker=self.redis.url, set_as_current=False)
        self.app.conf.task_publish_retry = False
        self.app.conf.broker_transport_options = {"socket_connect_timeout": 1, "socket_timeout": 5}
        inbox = self.folder / "inbox" / "sftp"
        inbox.mkdir(parents=True)
        for path in self.scene.files:
            shutil.copy(path, inbox)
        self.variables = {
            "RECONCILE_DATABASE_URL": self.url,
            "RECONCILE_REDIS_URL": self.redis.url,
            "RECONCILE_INBOX": str(self.folder / "inbox"),
            "RECONCILE_REPORTS": str(self.folder / "reports"),
        }

    def orders(self, stops_at: int = 0, clock: timedelta = timedelta(0), patience: int = 0) -> Orders:
        return Orders(self.variables, self.folder / "celery.log", stops_at, clock, patience)

    def send(self, name: str, *arguments: str) -> None:
        """A message; where the broker is away it is not sent, and nobody is told."""
        with suppress(*BROKER_AWAY):
            self.app.send_task(f"tasks.{name}", arguments, queue="reconcile", ignore_result=True, retry=False)

    def nudge(self) -> None:
        self.send("nightly", "KZ", self.job.due_at.isoformat())

    def tick(self) -> None:
        """As beat's tick does it: the pause after an attempt is held to be over."""
        if not self.over() and jobs.waiting(self.engine, datetime.now(UTC) + 2 * HOUR):
            self.nudge()
            self.send("decide_chunks")

    def over(self) -> bool:
        query = text("SELECT finished_at IS NOT NULL FROM scheduled_job WHERE job = :name")
        try:
            with self.engine.connect() as connection:
                return bool(connection.execute(query, {"name": self.job.name}).scalar())
        except Exception:  # it is being restarted
            return False

    def see_through(self) -> None:
        """Ticks until the night is over."""
        last = 0.0

        def done() -> bool:
            nonlocal last
            if time.monotonic() - last > 1.0:
                last = time.monotonic()
                with suppress(Exception):  # the database is away just now: the next tick
                    self.tick()
            self.hands.let_go()
            return self.over()

        until(done, self.hands.said, 150)

    def over_by_itself(self) -> bool:
        self.hands.let_go()
        return self.over()

    def until_stopped(self) -> int | None:
        """The child that stands still; None where the night came to its end first."""
        until(lambda: self.hands.stopped() or self.over(), self.hands.said)
        hand = self.hands.stopped()
        return hand.stopped() if hand else None


@contextmanager
def _night(scene: Scene, redis: RedisServer) -> Iterator[Night]:
    redis.flush()
    with scene.books("postgresql") as url, tempfile.TemporaryDirectory(prefix="queue-") as folder:
        night = Night(scene, redis, url, Path(folder), Hands(scene.nights.context))
        try:
            jobs.enter(night.engine, night.job, night.job.due_at)
            yield night
        finally:
            night.hands.kill()
            night.engine.dispose()


_undisturbed: dict[int, Books] = {}


def undisturbed(scene: Scene, redis: RedisServer) -> Books:
    """The books after a night by one worker that nothing disturbs."""
    if id(scene) not in _undisturbed:
        with _night(scene, redis) as night:
            night.hands.start(night.orders())
            night.see_through()
            _undisturbed[id(scene)] = scene.exports(night.url)
    return _undisturbed[id(scene)]


def disturb_queue(scene: Scene, database: str, seed: int, fault: str | None = None) -> Crashed:
    """One fault at one step, both drawn from the seed; always on PostgreSQL. `died_at` holds the step, where a worker
    came to it."""
    redis = scene.redis
    assert redis is not None
    expected = undisturbed(scene, redis)
    rng = Random(seed)
    name = fault or rng.choice(sorted(FAULTS))
    at = rng.randint(*STEPS)
    with _night(scene, redis) as night:
        clock, patience = CLOCKS.get(name, (timedelta(0), 0))
        night.hands.start(night.orders(at, patience=patience))
        night.hands.start(night.orders(at, clock, patience))
        night.hands.ready()
        night.nudge()
        night.send("decide_chunks")
        child = night.until_stopped()
        if child is not None:
            FAULTS[name](night, child)
        night.hands.release = True
        night.see_through()
        again = scene.nights.one(replace(scene.work(night.url, 1), files=()))
        assert (again.code, again.changed) == (0, 0), f"seed {seed}: the run afterwards: {again}"
        seen = scene.exports(night.url)
    return Crashed(seed, "postgresql", () if child is None else (at,), differences(expected, seen))


def worker_killed(night: Night, child: int) -> None:
    hand = night.hands.stopped()
    assert hand is not None
    hand.kill()
    night.hands.start(night.orders())


def child_killed(night: Night, child: int) -> None:
    """As the kernel does it when memory is short: the worker starts another child, which has a fuse again."""
    os.kill(child, signal.SIGKILL)


def all_workers_killed(night: Night, child: int) -> None:
    night.hands.kill()
    for _ in range(2):
        night.hands.start(night.orders())


def redis_restarted(night: Night, child: int) -> None:
    night.redis.restart()


def redis_killed(night: Night, child: int) -> None:
    night.redis.kill()
    night.redis.start()


def redis_flushed(night: Night, child: int) -> None:
    night.redis.flush()


def redis_gone(night: Night, child: int) -> None:
    """From here to the end of the night, and back after it: the message that was not acknowledged comes again."""
    night.redis.stop()
    try:
        night.hands.release = True
        until(night.over_by_itself, night.hands.said)
    finally:
        night.redis.start()
    time.sleep(1.0)


def delivered_again(night: Night, child: int) -> None:
    """The same task several times, also while it is under way."""
    for _ in range(3):
        night.nudge()
        night.send("decide_chunks")
        night.send("run_all")
    time.sleep(0.5)


def patience_outlived(night: Night, child: int) -> None:
    """It stands still for longer than the broker waits: the second worker is given its message too."""
    time.sleep(4.0)


def postgres_restarted(night: Night, child: int) -> None:
    night.scene.postgres.restart()


def connections_cut(night: Night, child: int) -> None:
    cut(night.scene, night.url)


def nothing(night: Night, child: int) -> None:
    """The workers differ from the beginning."""


FAULTS: dict[str, Callable[[Night, int], None]] = {
    "a worker killed": worker_killed,
    "its child killed": child_killed,
    "all workers killed": all_workers_killed,
    "Redis restarted": redis_restarted,
    "Redis killed": redis_killed,
    "Redis flushed": redis_flushed,
    "Redis gone to the end": redis_gone,
    "delivered again": delivered_again,
    "the broker's patience outlived": patience_outlived,
    "PostgreSQL restarted": postgres_restarted,
    "connections cut": connections_cut,
    "clocks an hour apart": nothing,
}
CLOCKS: dict[str, tuple[timedelta, int]] = {
    "clocks an hour apart": (HOUR, 0),
    "the broker's patience outlived": (timedelta(0), 1),
}
"""Of the second worker: how far its clock is ahead; of both: how long the broker waits, in seconds."""
