"""Files that somebody brings in through the console, and runs that they start: each a row with its progress.

A file is kept until it is stored or refused, so a console that dies goes on with it when it comes up again; storing the
same bytes again adds nothing. The work is done one piece at a time, beside the pages, by `Worker`.
"""

from __future__ import annotations

import logging
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Engine, insert, select, update

from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.settings import Settings
from reconcile.steps.ingest import Origin, ingest
from reconcile.steps.run import run
from reconcile.store.alerts import audit
from reconcile.store.console_tables import console_job
from reconcile.store.engine import reading
from reconcile.store.tables import statement

SHOWN: Final = 50
_LONGEST_NAME: Final = 120
_DEAD_AFTER: Final = timedelta(minutes=5)
_log: Final = logging.getLogger("reconcile.web")


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as the browser sent it: its name there, and its bytes."""

    name: str
    content: BinaryIO


def safe_name(given: str) -> str:
    """A file's own name, whatever path or trick stands around it; it is shown and stored, never used as a path alone.

    >>> safe_name("../../etc/passwd"), safe_name("C:\\\\new\\\\bank.txt"), safe_name("..")
    ('passwd', 'bank.txt', 'file')
    """
    last = re.split(r"[/\\]", given)[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(" .")
    return kept[-_LONGEST_NAME:] or "file"


def receive(engine: Engine, folder: Path, files: Sequence[Brought], actor: str, now: datetime) -> str:
    """Keep these files and enter a job for each; returns the batch they make."""
    batch = secrets.token_hex(12)
    for brought in files:
        job = secrets.token_hex(12)
        place = folder / "uploads" / job
        place.mkdir(parents=True, mode=0o700)
        path = place / safe_name(brought.name)
        with path.open("xb") as out:
            shutil.copyfileobj(brought.content, out, 1 << 20)
        _enter(engine, job, batch, "statement", actor, path.name, path.stat().st_size, now)
    return batch


def start_run(engine: Engine, actor: str, now: datetime) -> str:
    """Enter a run; one that waits already is enough."""
    with reading(engine) as connection:
        waiting = connection.execute(
            select(console_job.c.id).where(console_job.c.kind == "run", console_job.c.state == "waiting")
        ).scalar()
    if waiting:
        return str(waiting)
    job = secrets.token_hex(12)
    _enter(engine, job, job, "run", actor, "", 0, now)
    return job


def _enter(engine: Engine, job: str, batch: str, kind: str, actor: str, name: str, size: int, now: datetime) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(console_job).values(
                id=job, batch=batch, kind=kind, state="waiting", actor=actor, file_name=name, size=size, done=0,
                entered_at=now, seen_at=now,
            )
        )  # fmt: skip
        audit(connection, actor, "upload" if kind == "statement" else "start_run", name or job, "", now)


def jobs(engine: Engine, kind: str = "", limit: int = SHOWN) -> Sequence[Any]:
    """The newest jobs, newest first."""
    query = select(console_job).order_by(console_job.c.entered_at.desc(), console_job.c.id).limit(limit)
    if kind:
        query = query.where(console_job.c.kind == kind)
    with reading(engine) as connection:
        return connection.execute(query).all()


# --- the work --------------------------------------------------------------------------------------------------------


class Worker:
    """Does the jobs, one at a time, in a thread of its own that lives while the console does."""

    def __init__(self, engine: Engine, policies: PolicyBook, settings: Settings, clock: Callable[[], datetime]) -> None:
        self.engine, self.policies, self.settings, self.clock = engine, policies, settings, clock
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; what an earlier console left under way is done again from its beginning."""
        self._thread = threading.Thread(target=self._loop, name="console-jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(30)

    def nudge(self) -> None:
        """There is something to do."""
        self._wake.set()

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                while not self._stop.is_set() and self.one():
                    pass
            except Exception as error:  # the weather: the database is away; it is tried again
                _log.error("the console's jobs: %s", type(error).__name__)
            self._wake.wait(10)
            self._wake.clear()

    def one(self) -> bool:
        """Do the oldest job, if there is one."""
        job = self._claim()
        if job is None:
            return False
        try:
            result = self._run(job) if job.kind == "run" else self._read(job)
        except Refusal as refusal:
            problems = [{"line": each.line, "what": each.what, "mend": each.mend} for each in refusal.problems[:100]]
            self._end(job, "refused", problems=problems)
        except Exception as error:
            _log.error("job %s failed", job.id, exc_info=error)
            self._end(job, "failed")
        else:
            self._end(job, "done", result=result)
        shutil.rmtree(self.settings.files / "uploads" / job.id, ignore_errors=True)
        return True

    def _claim(self) -> Any | None:
        """The oldest job that waits, or that a worker left which no longer says that it lives."""
        now = datetime.now(UTC)
        left = (console_job.c.state == "working") & (console_job.c.seen_at < now - _DEAD_AFTER)
        free = (console_job.c.state == "waiting") | left
        query = select(console_job).where(free).order_by(console_job.c.entered_at, console_job.c.id).limit(1)
        with reading(self.engine) as connection:
            job = connection.execute(query).first()
        if job is None:
            return None
        with self.engine.begin() as connection:
            begun = {"state": "working", "seen_at": now, "done": 0, "total": None}
            taken = connection.execute(update(console_job).where(console_job.c.id == job.id, free).values(**begun))
        return job if taken.rowcount == 1 else self._claim()

    def _read(self, job: Any) -> dict[str, Any]:
        path = self.settings.files / "uploads" / job.id / job.file_name
        if not path.is_file():
            raise Refusal.of("the file is no longer there", "upload it again")
        said = _Said(self.engine, job)
        results = ingest(
            self.engine,
            path,
            origin=Origin(job.actor),
            now=self.clock(),
            policies=self.policies,
            max_bytes=self.settings.max_statement_bytes,
            progress=said.progress,
            at_byte=said.at_byte,
        )
        return {"statements": [self._told(each) for each in results]}

    def _told(self, each: Any) -> dict[str, Any]:
        """What was understood of one statement, with the balances that it states."""
        with reading(self.engine) as connection:
            row = connection.execute(
                select(statement.c.opening, statement.c.closing).where(statement.c.id == each.statement_id)
            ).one()
        told = {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(each).items()}
        return {**told, "opening": row.opening, "closing": row.closing}

    def _run(self, job: Any) -> dict[str, Any]:
        now = self.clock()
        done = run(
            self.engine,
            as_of=now.date(),
            now=now,
            policies=self.policies,
            actor=job.actor,
            progress=_Said(self.engine, job).progress,
        )
        return {"no": done.no, "decided": done.decided, "changed": done.changed, "statuses": done.statuses}

    def _end(self, job: Any, state: str, **values: Any) -> None:
        now = datetime.now(UTC)
        with self.engine.begin() as connection:
            connection.execute(
                update(console_job)
                .where(console_job.c.id == job.id)
                .values(state=state, finished_at=now, seen_at=now, **values)
            )


class _Said:
    """How far a job is, as its row says it: at most three times a second."""

    def __init__(self, engine: Engine, job: Any) -> None:
        self.engine, self.job = engine, job
        self.done, self.place, self.last = 0, 0, 0.0

    def at_byte(self, place: int) -> None:
        """Told how far into the file reading is."""
        self.place = place

    def progress(self, count: int) -> None:
        """Told how many more were read, or looked at."""
        self.done += count
        if time.monotonic() - self.last > 0.3:
            self.last = time.monotonic()
            said = {"done": self.done, "total": self._total(), "seen_at": datetime.now(UTC)}
            with self.engine.begin() as connection:
                connection.execute(update(console_job).where(console_job.c.id == self.job.id).values(**said))

    def _total(self) -> int | None:
        """How many there will be, by the part of the file that is read. None where that does not tell: of a run; of a
        format that is taken whole before its first entry; and at the end, while what was read is stored."""
        return self.done * self.job.size // self.place if 0 < self.place < self.job.size else None
