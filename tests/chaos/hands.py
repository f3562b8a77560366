"""Celery workers in processes of their own, forked from a server that has the program loaded, so that one is ready in a
second. Each is a group of processes (the worker and its child), killed as a power cut would.

The child may carry a fuse that stops it (SIGSTOP) at one of its steps; what is done then is the test's business.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import celery.bin.worker  # loaded before the processes are split off
import celery.concurrency.prefork  # noqa: F401
import kombu.transport.redis  # noqa: F401
from celery.signals import worker_process_init

import reconcile.steps.inbox
import reconcile.steps.nightly
import reconcile.steps.outbox.sending
import reconcile.steps.post  # noqa: F401

CHUNK = 10
READY = " ready."


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is told beside its environment. `stops_at`: the step at which its child stops, 0 for never."""

    variables: dict[str, str]
    log: Path
    stops_at: int = 0
    clock: timedelta = timedelta(0)
    patience: int = 0
    """Seconds after which the broker gives a message again; 0 leaves the program's own."""


def work(orders: Orders) -> None:
    """The process: `celery -A tasks worker`, and nothing that the hour asks for beside what a test entered."""
    os.setsid()
    with orders.log.open("ab", buffering=0) as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    sys.stdout = sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
    os.environ.update(orders.variables)
    import tasks
    from tests.chaos.night import Fuse

    tasks.run.__globals__["CHUNK"] = CHUNK
    usual, clock = tasks.intake, tasks._now
    tasks.intake = lambda: replace(usual(), pause=0.0)
    tasks._now = lambda: clock() + orders.clock
    tasks._due = lambda now: []
    if orders.patience:
        tasks.app.conf.broker_transport_options |= {
            "visibility_timeout": orders.patience, "unacked_restore_interval": 1,
        }  # fmt: skip

    @worker_process_init.connect(weak=False)
    def _fused(**_: object) -> None:
        Fuse(orders.stops_at, signal.SIGSTOP).attach()

    tasks.app.worker_main([
        "worker", "--concurrency=1", "--loglevel=INFO", "--without-gossip", "--without-mingle", "--without-heartbeat",
    ])  # fmt: skip


@dataclass(eq=False)
class Hand:
    """One worker, as the test holds it."""

    process: Any
    orders: Orders

    def children(self) -> Iterator[int]:
        with suppress(OSError):
            yield from map(int, Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split())

    def stopped(self) -> int | None:
        """The child that its fuse has stopped."""
        for child in self.children():
            with suppress(OSError):
                if Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                    return child
        return None

    def kill(self) -> None:
        if self.process.exitcode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.join()


@dataclass(eq=False)
class Hands:
    """The workers of a test; the block's end kills them all."""

    context: Any
    every: list[Hand] = field(default_factory=list)
    release: bool = False
    """Whoever stands still goes on at once: of two fuses the second one burns when the fault is over."""

    def start(self, orders: Orders) -> Hand:
        orders.log.touch()
        process = self.context.Process(target=work, args=(orders,))
        process.start()
        hand = Hand(process, orders)
        self.every.append(hand)
        return hand

    def ready(self) -> None:
        """All of them listen."""
        logs = {hand.orders.log for hand in self.every}
        until(lambda: sum(log.read_bytes().count(READY.encode()) for log in logs) >= len(self.every), self.said)

    def said(self) -> str:
        return "\n".join(log.read_text("utf-8", "replace")[-4000:] for log in {hand.orders.log for hand in self.every})

    def stopped(self) -> Hand | None:
        return next((hand for hand in self.every if hand.process.exitcode is None and hand.stopped()), None)

    def let_go(self) -> None:
        if self.release and (hand := self.stopped()) and (child := hand.stopped()):
            os.kill(child, signal.SIGCONT)

    def kill(self) -> None:
        for hand in self.every:
            hand.kill()


def until(true: Callable[[], Any], said: Callable[[], str], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, said()
        time.sleep(0.05)
