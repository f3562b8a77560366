"""Decide and post everything outstanding.

A run goes through the open payments in one fixed order (booking date, then id, which is made of content), cut into
chunks (`store.work`). Any number of workers take chunks, read their purposes, look their keys up and decide, all at the
same time; then each waits for its turn, decides anew what the chunks before it have touched, and writes: so the books
come out as if one worker had done it all. Since a credit changes what is outstanding, passes follow until one changes
nothing: so a second run changes nothing. Whatever dies, the next `run` goes on there, with the same chunks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, insert, select, text, update
from sqlalchemy.exc import InterfaceError, OperationalError

from reconcile.explain.alerts import Said, said
from reconcile.policy import PolicyBook
from reconcile.steps import drafts, gateway, reversals
from reconcile.steps.garbage import collect_young
from reconcile.steps.settlement import settle
from reconcile.steps.turns import NotYet, Taken, taken, wait
from reconcile.store import journal, work
from reconcile.store.alerts import close_alert, raise_alert
from reconcile.store.decisions import write
from reconcile.store.engine import is_postgresql
from reconcile.store.tables import payment, statement
from reconcile.store.tables import run as run_table

CHUNK: Final = 5000
CHUNK_BESIDE_A_FILE: Final = 2000
"""On SQLite, whose one writer the others wait for."""
ATTEMPTS: Final = 5
"""So often a chunk is begun; then it is cut in two, until what cannot be decided stands alone and is left aside."""
MOST_CUTS: Final = 100
"""After so many cuts of one run it is not one payment that is at fault: whole chunks are left aside."""
_START_LOCK: Final = 7_265_636_903
MACHINE: Final = "machine"
Progress = Callable[[int], None]

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did: how many payments stand in each status now, and how many decisions it made. `given_up` payments
    could not be decided, each with its alert."""

    no: int
    as_of: date
    decided: int
    changed: int
    statuses: dict[str, int] = field(default_factory=dict)
    given_up: int = 0


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who takes chunks: a command, a Celery task, a process beside either."""

    engine: Engine
    now: datetime
    policies: PolicyBook
    progress: Progress = lambda count: None


@dataclass(frozen=True, slots=True)
class Run:
    """A run as its row says it."""

    no: int
    as_of: date
    high_water: int


def run(
    engine: Engine,
    *,
    as_of: date,
    now: datetime,
    policies: PolicyBook,
    actor: str = MACHINE,
    progress: Progress = lambda count: None,
    nudge: Callable[[int], None] = lambda chunks: None,
) -> RunResult:
    """Finish a run that a crash left, then decide everything outstanding as of that day. `nudge` is told how many
    chunks there are, once they can be taken: to call others who help."""
    worker = Worker(engine, now, policies, progress)
    left = under_way(engine)
    before = _totals(engine, left)
    if left is not None:
        _see_through(worker, left, nudge)
    stored = _stored_so_far(engine)
    # Before anything else: what a mobile wallet's statement shows is never a bank transfer (data-model, 15).
    gateway.take_wallet_lines(engine, high_water=stored, as_of=as_of, now=now, policies=policies, actor=actor)
    this = _start(worker, as_of, actor, stored)
    seen, news = gateway.judge_payments(engine, now=now, policies=policies, as_of=as_of, run_no=this.no)
    _see_through(worker, this, nudge)
    news += settle(engine, as_of=as_of, now=now, policies=policies)
    decided, changed, given_up = _totals(engine, this)
    decided, changed = decided + seen, changed + news
    if left is not None and left != this:
        decided, changed = (sum(pair) for pair in zip(_totals(engine, left)[:2], (decided, changed), strict=True))
    with engine.connect() as connection:
        statuses = connection.execute(
            select(payment.c.status, func.count()).where(payment.c.status.is_not(None)).group_by(payment.c.status)
        ).all()
    counted = dict(sorted(map(tuple, statuses)))
    return RunResult(this.no, as_of, decided - before[0], changed - before[1], counted, given_up)


def help_out(worker: Worker) -> int | None:
    """Work on the run that is under way until it is over; its number, or None where none is."""
    this = under_way(worker.engine)
    if this is None:
        return None
    _work(worker, this)
    return this.no


def under_way(engine: Engine) -> Run | None:
    with engine.connect() as connection:
        return _open_run(connection)


def _open_run(connection: Connection) -> Run | None:
    query = select(run_table.c.no, run_table.c.as_of, run_table.c.high_water).where(run_table.c.open == 1)
    row = connection.execute(query).first()
    return None if row is None else Run(row.no, row.as_of, row.high_water)


def _totals(engine: Engine, this: Run | None) -> tuple[int, int, int]:
    if this is None:
        return 0, 0, 0
    with engine.connect() as connection:
        return work.totals(connection, this.no)


# --- the run's own row -----------------------------------------------------------------------------------------------


def _stored_so_far(engine: Engine) -> int:
    """The newest statement; those stored later wait for the next run."""
    with engine.connect() as connection:
        return int(connection.execute(select(func.coalesce(func.max(statement.c.sequence), 0))).scalar_one())


def _start(worker: Worker, as_of: date, actor: str, high_water: int) -> Run:
    with worker.engine.begin() as connection:
        if is_postgresql(connection):  # two that begin at once: the second waits, then finds the first one's row
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _START_LOCK})
        standing = _open_run(connection)
        if standing is not None:  # somebody else began one just now: help with it
            return standing
        number = int(connection.execute(select(func.coalesce(func.max(run_table.c.no), 0))).scalar_one()) + 1
        this = Run(number, as_of, high_water)
        connection.execute(
            insert(run_table).values(
                no=number, as_of=as_of, high_water=high_water, pass_no=1, started_at=worker.now, actor=actor, open=1
            )
        )
        for key in work.given_up_before(connection):
            close_alert(connection, "not_decided", key, MACHINE, f"run {number} tries again", worker.now)
        reversals.tie(connection, f"run:{number}:reversals", high_water, as_of, worker.now, worker.policies)
        work.plan(connection, number, 1, work.still_open(as_of, high_water), chunk_size(connection))
        journal.seal(connection, f"run:{number}:reversals", worker.now)
    return this


def _see_through(worker: Worker, this: Run, nudge: Callable[[int], None]) -> None:
    with worker.engine.connect() as connection:
        waiting = work.waiting(connection, this.no)
    if waiting > 1:
        nudge(waiting)
    _work(worker, this)


def _work(worker: Worker, this: Run) -> None:
    """Take chunks until the run is over: where none is free, wait for the others, and end the pass with them."""
    while (pass_no := _pass(worker.engine, this)) is not None:
        if _next_chunk(worker, this, pass_no):
            collect_young()
            continue
        if not wait(worker.engine, this.no, pass_no):
            _end_pass(worker, this, pass_no)


def _pass(engine: Engine, this: Run) -> int | None:
    with engine.connect() as connection:
        query = select(run_table.c.pass_no).where(run_table.c.no == this.no, run_table.c.open == 1)
        found: int | None = connection.execute(query).scalar()
        return found


def _end_pass(worker: Worker, this: Run, pass_no: int) -> None:
    """Another pass where this one credited anything, else the end of the run. Whoever comes second finds it done."""
    with worker.engine.begin() as connection:
        query = select(run_table.c.pass_no, run_table.c.open).where(run_table.c.no == this.no).with_for_update()
        standing = connection.execute(query).one()
        if standing.open is None or standing.pass_no != pass_no or work.open_in(connection, this.no, pass_no):
            return
        again = work.credited_in(connection, this.no, pass_no)
        if again:
            work.plan(connection, this.no, pass_no + 1, drafts.decided_before(this), chunk_size(connection))
        values: dict[str, Any] = {"pass_no": pass_no + 1} if again else {"open": None, "finished_at": worker.now}
        connection.execute(update(run_table).where(run_table.c.no == this.no).values(**values))


def chunk_size(connection: Connection) -> int:
    return CHUNK if is_postgresql(connection) else min(CHUNK, CHUNK_BESIDE_A_FILE)


# --- a chunk ---------------------------------------------------------------------------------------------------------


def _next_chunk(worker: Worker, this: Run, pass_no: int) -> bool:
    """Take a chunk and decide it; False where none is free. What fails is rolled back and tried again, by whoever comes
    first: a person may have acted on one of its payments just then."""
    found: Taken | None = None
    try:
        with taken(worker.engine, this.no, pass_no, worker.now) as found:
            if found is None:
                return False
            done = _cut(found, worker) if found.attempts > ATTEMPTS else _decide(found, worker, this)
    except NotYet:
        return True
    except (OperationalError, InterfaceError):  # the weather: the database is away
        raise
    except Exception:
        if found is None or found.attempts > ATTEMPTS:
            raise
        log.exception("chunk %s of run %d failed; nothing of it was written", found.chunk.link_id, this.no)
        return True
    worker.progress(done)
    return True


def _decide(found: Taken, worker: Worker, this: Run) -> int:
    """How many payments of the chunk are done now."""
    chunk = found.chunk
    with found.looking() as connection:
        drafted = drafts.draft(connection, chunk, this, worker.policies, worker.now)
    with found.writing() as connection:
        drafted.revise(connection)
        written = drafted.news()
        write(connection, chunk.link_id, written)
        work.finish(connection, chunk, "done", len(drafted.rows), len(written))
        journal.seal(connection, chunk.link_id, worker.now)
    return chunk.payments


def _cut(found: Taken, worker: Worker) -> int:
    """A chunk that failed too often is cut in two; a payment that fails alone is left aside, with an alert."""
    chunk = found.chunk
    with found.writing() as connection:
        if chunk.payments > 1 and work.cuts(connection, chunk.run_no) < MOST_CUTS:
            work.cut(connection, chunk)
            return 0
        work.finish(connection, chunk, "given_up")
        raise_alert(connection, _not_decided(chunk), chunk.link_id, worker.now)
    return chunk.payments


def _not_decided(chunk: work.Chunk) -> Said:
    day, entry = chunk.first[0], chunk.first[1]
    if chunk.payments == 1:
        return said("not_decided.one", entry=entry, day=day, attempts=ATTEMPTS)
    return said("not_decided.several", count=chunk.payments, entry=entry, day=day, attempts=ATTEMPTS)
