"""More processes on this machine for the run that is under way: each takes chunks as any other worker does.

Only PostgreSQL gains by it: an SQLite file has one writer at a time, so there everything is done by the one process.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.context import SpawnProcess

from sqlalchemy import Engine

from reconcile.policy import PolicyBook
from reconcile.steps.run import Worker, help_out
from reconcile.store.engine import make_engine

log = logging.getLogger(__name__)


@contextmanager
def beside(engine: Engine, count: int, now: datetime, policies: PolicyBook) -> Iterator[Callable[[int], None]]:
    """What a run is to be given as its `nudge`: starts up to so many helping processes once there are chunks to take.
    The block's end waits for them. One that dies is no loss: its chunk is free again, and the others go on."""
    url = engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("spawn")
    started: list[SpawnProcess] = []

    def call(chunks: int) -> None:
        most = count if engine.dialect.name == "postgresql" else 0
        for _ in range(min(most, chunks - 1) - len(started)):
            process = context.Process(target=_help, args=(url, now, policies), daemon=True)
            process.start()
            started.append(process)

    try:
        yield call
    finally:
        for process in started:
            process.join()
            if process.exitcode:
                log.warning("a helping process ended with %s; what it left was done by the others", process.exitcode)


def _help(url: str, now: datetime, policies: PolicyBook) -> None:
    engine = make_engine(url)
    help_out(Worker(engine, now, policies))
    engine.dispose()
