"""More processes on this machine for the run that is under way: each takes chunks as any other worker does.

They begin to start (imports, words of the languages) while the run still plans its chunks. Beside an SQLite file, which
has one writer at a time, they read and decide while another writes.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from multiprocessing.context import SpawnProcess
from typing import Final

from sqlalchemy import Engine

from reconcile.policy import PolicyBook
from reconcile.purpose.reader import read_purpose
from reconcile.steps.garbage import collect_seldom
from reconcile.steps.run import Worker, chunk_size, help_out
from reconcile.store import work
from reconcile.store.engine import make_engine, reading
from reconcile.store.locks import keeps_places

log = logging.getLogger(__name__)

MOST: Final = 4
"""More processes than this would wait for each other's turn to write."""


def helpers(processes: int | None = None) -> int:
    """How many processes are to help this one: of so many processes, else of one a core that this one may use."""
    if processes is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        processes = min(cores, MOST)
    return processes - 1


@contextmanager
def beside(engine: Engine, count: int, now: datetime, policies: PolicyBook) -> Iterator[Callable[[int], None]]:
    """What a run is to be given as its `nudge`: calls up to so many helping processes once there are chunks to take.
    The block's end waits for them. One that dies is no loss: its chunk is free again, and the others go on."""
    started: list[tuple[SpawnProcess, Pipe]] = []
    most = count if engine.dialect.name == "postgresql" or keeps_places(engine) else 0

    def start(chunks: int) -> None:
        missing = min(most, chunks - 1) - len(started)
        started.extend(_start(engine, now, policies) for _ in range(missing))

    def call(chunks: int) -> None:
        start(chunks)
        for _, pipe in started:
            with suppress(OSError):  # it has died meanwhile
                pipe.send(True)

    try:
        if most > 0:
            with reading(engine) as connection:
                start(work.chunks_waiting(connection, chunk_size(connection), most + 1))
        yield call
    finally:
        for process, pipe in started:
            pipe.close()
            process.join()
            if process.exitcode:
                log.warning("a helping process ended with %s; what it left was done by the others", process.exitcode)


def _start(engine: Engine, now: datetime, policies: PolicyBook) -> tuple[SpawnProcess, Pipe]:
    context = multiprocessing.get_context("spawn")
    called, pipe = context.Pipe(duplex=False)
    url = engine.url.render_as_string(hide_password=False)
    process = context.Process(target=_help, args=(url, now, policies, called), daemon=True)
    process.start()
    called.close()
    return process, pipe


def _help(url: str, now: datetime, policies: PolicyBook, called: Pipe) -> None:
    """Gets ready, waits for the call, then helps until the run is over. Without a call (the run needed no help, or
    its process died before) there is nothing to do."""
    collect_seldom()
    read_purpose("")
    with suppress(EOFError):
        called.recv()
        engine = make_engine(url)
        help_out(Worker(engine, now, policies))
        engine.dispose()
