"""One night's work in a process of its own: ingest the files, run. It may carry a fuse that kills it on the way.

The fuse counts steps: each SQL statement before and after it ran, each row on its way into a COPY, each commit before
and after. At the step that it was set to, the process kills itself with SIGKILL: nothing is flushed, closed or rolled
back. The same step of the same work is always the same moment, so a seed that fails can be run again.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.pool import Pool

from reconcile.policy import load_policy
from reconcile.purpose.reader import read_purpose
from reconcile.steps import drawing
from reconcile.steps import ingest as ingesting
from reconcile.steps import run as running
from reconcile.store.engine import make_engine

read_purpose("")  # the languages' words are loaded once, before the processes are split off
TRY_AGAIN = 75
"""As the command line says it: the database went away, nothing half-done was kept."""
AS_OF = date(2026, 12, 31)
PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Work:
    """What the process is to do. `files` empty: only the run; `decide` false: only the files. Small chunks, so that
    there are many moments between them; None leaves the program's own."""

    url: str
    files: tuple[Path, ...]
    now: datetime
    decide: bool = True
    chunk: int | None = 25


class Fuse:
    """Counts steps; kills its process at the chosen one (0: never), or stops it there (SIGSTOP)."""

    def __init__(self, at: int = 0, how: signal.Signals = signal.SIGKILL) -> None:
        self.at = at
        self.how = how
        self.steps = 0

    def step(self, *_: object) -> None:
        self.steps += 1
        if self.steps == self.at:
            os.kill(os.getpid(), self.how)

    def attach(self) -> None:
        for name in ("before_cursor_execute", "after_cursor_execute", "commit", "rollback"):
            event.listen(Engine, name, self.step)
        event.listen(Pool, "checkin", self.step)
        _around(psycopg.Cursor, "copy", self.step)
        _around(psycopg.Copy, "write", self.step)
        _around(psycopg.Copy, "__exit__", self.step)


def _around(owner: type, name: str, step: Callable[[], None]) -> None:
    """COPY goes past SQLAlchemy's events, so its own methods are stepped on."""
    plain = getattr(owner, name)

    def stepped(*args: Any, **kwargs: Any) -> Any:
        step()
        try:
            return plain(*args, **kwargs)
        finally:
            step()

    setattr(owner, name, stepped)


def night(work: Work, reached: Callable[[], None] = lambda: None) -> int:
    """Ingest the files in their order, then run; `reached` is told where the run begins. Returns how many decisions
    changed."""
    if work.chunk is not None:
        drawing.CHUNK = running.CHUNK = work.chunk  # type: ignore[misc]
    engine, policies = _engine(work.url), load_policy(None)
    origin = ingesting.Origin("night")
    for path in work.files:
        ingesting.ingest(engine, path, origin=origin, now=work.now, policies=policies)
    reached()
    changed = running.run(engine, as_of=AS_OF, now=work.now, policies=policies).changed if work.decide else 0
    engine.dispose()
    return changed


def _engine(url: str) -> Engine:
    """Without waiting for the disk: what a killed process has written the kernel keeps; only a power cut loses it."""
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return engine


def _main(
    work: Work, fuse_at: int, line: Connection, together: Barrier | None, how: signal.Signals = signal.SIGKILL
) -> None:
    fuse = Fuse(fuse_at, how)
    fuse.attach()
    if together is not None:
        together.wait(PATIENCE)
    at: list[int] = []
    try:
        changed = night(work, lambda: at.append(fuse.steps))
    except (OperationalError, InterfaceError):
        raise SystemExit(TRY_AGAIN) from None
    line.send((fuse.steps, at[0], changed))


def _stands_still(process: Any) -> bool:
    """True once the process has stopped itself; False where it came to its end first."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.exitcode is None:
        with suppress(FileNotFoundError, ProcessLookupError):
            if Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T":
                return True
        time.sleep(0.005)
    return False


@dataclass(frozen=True, slots=True)
class Ended:
    """How the process ended: its exit code, below zero the signal that killed it. Where it came to its end: how many
    steps it took, how many of them before the run began, how many decisions changed."""

    code: int
    steps: int = 0
    ingest_steps: int = 0
    changed: int = 0

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL


class Nights:
    """Starts such processes from a server that has the program loaded already, so that one costs milliseconds."""

    def __init__(self) -> None:
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.chaos.night", "tests.chaos.hands"])

    def one(self, work: Work, fuse_at: int = 0) -> Ended:
        return self._ended([self._started(work, fuse_at, None)])[0]

    def at_once(self, works: Iterable[Work], fuses: Iterable[int] = ()) -> list[Ended]:
        """All of them begin at the same moment; each may carry a fuse."""
        every = list(works)
        together = self.context.Barrier(len(every))
        set_to = [*fuses, *[0] * len(every)]
        return self._ended([self._started(work, fuse, together) for work, fuse in zip(every, set_to, strict=False)])

    def all_killed(self, works: Iterable[Work], at: int) -> bool:
        """They begin at the same moment; once the first one reaches the step, all of them die. False where it came to its
        end before."""
        every = list(works)
        together = self.context.Barrier(len(every))
        started = [
            self._started(work, 0 if number else at, together, signal.SIGSTOP) for number, work in enumerate(every)
        ]
        stood = _stands_still(started[0][0])
        for process, _ in started if stood else []:
            process.kill()
        ended = self._ended(started)
        assert stood or all(each.code == 0 for each in ended), f"the run failed with {ended}, not by our hand"
        return stood

    def disturbed(self, work: Work, at: int, disturb: Callable[[], None], beside: Work | None = None) -> list[Ended]:
        """Stop the night at a step, do something to the world around it, and let it go on; `beside`: a second night
        that begins while the first one stands still. A night that ends before the step is not disturbed."""
        process, line = self._started(work, at, None, signal.SIGSTOP)
        if _stands_still(process):
            disturb()
        started = [(process, line)]
        if beside is not None:
            started.append(self._started(beside, 0, None))
            time.sleep(0.1)
        if process.exitcode is None:
            os.kill(process.pid, signal.SIGCONT)
        return self._ended(started)

    def _started(
        self, work: Work, fuse_at: int, together: Barrier | None, how: signal.Signals = signal.SIGKILL
    ) -> tuple[Any, Connection]:
        ours, theirs = self.context.Pipe(duplex=False)
        process = self.context.Process(target=_main, args=(work, fuse_at, theirs, together, how), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _ended(self, started: list[tuple[Any, Connection]]) -> list[Ended]:
        found = []
        for process, line in started:
            process.join(PATIENCE)
            if process.exitcode is None:
                process.kill()
                raise AssertionError(f"a night did not end within {PATIENCE:.0f} seconds")
            said = (0, 0, 0)
            with suppress(EOFError):
                said = line.recv() if line.poll() else said
            line.close()
            found.append(Ended(process.exitcode, *said))
        return found
