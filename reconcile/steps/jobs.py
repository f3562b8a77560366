"""The work rows: what is to be done stands in the database, one row a job and due time; a message only nudges.

A row is entered once, however many ticks enter it. Whoever is nudged begins it under the job's lock, so a nudge that is
delivered twice, late or to two workers at once finds it under way or done. What a dead worker left (begun, not
finished, nobody holds its lock) is simply still to do: the next tick nudges again, after a pause that doubles with each
attempt. After `ATTEMPTS` the job is given up with an alert; the next night does its work all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, select, update

from reconcile.explain.alerts import Said, said
from reconcile.store.alerts import insert_new, raise_alert
from reconcile.store.engine import reading
from reconcile.store.locks import exclusive
from reconcile.store.tables import alert, scheduled_job

ATTEMPTS: Final = 5
"""More than a poison file may take (`inbox.ATTEMPTS`): a file that kills its worker three times is set aside by the
fourth attempt, which then does the rest of the night."""
MACHINE: Final = "schedule"
UNDER_WAY: Final = "under way"
RAISED: Final = "failed: "


def _clock() -> datetime:
    return datetime.now(UTC)


class Job(NamedTuple):
    """`name` is a job of a country, `nightly:KZ`."""

    name: str
    due_at: datetime


def recorded(engine: Engine, name: str, now: datetime) -> set[datetime]:
    """The latest moment that this job has a row for and that is not in the future; empty where it has none."""
    with reading(engine) as connection:
        latest = connection.execute(
            select(func.max(scheduled_job.c.due_at)).where(scheduled_job.c.job == name, scheduled_job.c.due_at <= now)
        ).scalar_one()
    return set() if latest is None else {latest}


def enter(engine: Engine, job: Job, now: datetime, *, missed: bool = False) -> bool:
    """Record that a job is due, once; True where this call did it. One that was missed is recorded as over, and so is
    an earlier one that nobody finished: the newest does the work of all."""
    row = {"job": job.name, "due_at": job.due_at, "attempts": 0}
    if missed:
        row |= {"finished_at": now, "outcome": "missed: a later night did its work"}
    with engine.begin() as connection:
        new = insert_new(connection, scheduled_job, [row]) > 0
        if new and not missed:
            connection.execute(
                update(scheduled_job)
                .where(
                    scheduled_job.c.job == job.name,
                    scheduled_job.c.due_at < job.due_at,
                    scheduled_job.c.finished_at.is_(None),
                )
                .values(finished_at=now, outcome="not finished: a later night does its work")
            )
    return new


def waiting(engine: Engine, now: datetime) -> list[Job]:
    """Unfinished jobs whose pause since the last attempt is over, oldest first."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(scheduled_job)
            .where(scheduled_job.c.finished_at.is_(None), scheduled_job.c.due_at <= now)
            .order_by(scheduled_job.c.due_at, scheduled_job.c.job)
        ).all()
    return [
        Job(row.job, row.due_at)
        for row in rows
        if row.attempts < ATTEMPTS and (row.started_at is None or now >= row.started_at + pause(row.attempts))
    ]


def pause(attempts: int) -> timedelta:
    """How long after the start of an attempt the next one may begin: 2, 4, 8, 16 minutes."""
    return timedelta(minutes=2**attempts)


def perform(engine: Engine, job: Job, work: Callable[[], str], clock: Callable[[], datetime] = _clock) -> str | None:
    """Do a job that is entered and not done, and record what came of it. None where there is nothing to do: another
    has it, it is done, superseded, given up, or was never entered. What the work raises is recorded and raised."""
    with exclusive(engine, job.name) as mine:
        if not mine or not _begin(engine, job, clock()):
            return None
        try:
            outcome = work()
        except Exception as error:
            _note(engine, job, f"{RAISED}{type(error).__name__}", None)
            raise
        _note(engine, job, outcome, clock())
        return outcome


def _begin(engine: Engine, job: Job, now: datetime) -> bool:
    with engine.begin() as connection:
        begun = connection.execute(
            update(scheduled_job)
            .where(_this(job), scheduled_job.c.finished_at.is_(None), scheduled_job.c.attempts < ATTEMPTS)
            .values(attempts=scheduled_job.c.attempts + 1, started_at=now, outcome=UNDER_WAY)
        )
    return begun.rowcount == 1


def _note(engine: Engine, job: Job, outcome: str, finished_at: datetime | None) -> None:
    with engine.begin() as connection:
        values = {"outcome": outcome} | ({} if finished_at is None else {"finished_at": finished_at})
        connection.execute(update(scheduled_job).where(_this(job)).values(**values))
        if finished_at is not None:
            close_alerts(connection, "job_failed", f"{job.name}:", "a later night was done", finished_at)


def _this(job: Job) -> ColumnElement[bool]:
    return and_(scheduled_job.c.job == job.name, scheduled_job.c.due_at == job.due_at)


def give_up(engine: Engine, now: datetime) -> Sequence[Job]:
    """End the jobs that used all their attempts and that nobody works on, each with an alert."""
    with reading(engine) as connection:
        spent = connection.execute(
            select(scheduled_job).where(scheduled_job.c.finished_at.is_(None), scheduled_job.c.attempts >= ATTEMPTS)
        ).all()
    jobs = [Job(row.job, row.due_at) for row in spent]
    return [job for job in jobs if _give_up(engine, job, now)]


def _give_up(engine: Engine, job: Job, now: datetime) -> bool:
    with exclusive(engine, job.name) as mine:
        if not mine:  # the last attempt is still under way
            return False
        with engine.begin() as connection:
            row = connection.execute(select(scheduled_job).where(_this(job)).with_for_update()).one()
            if row.finished_at is not None:
                return False
            last = _last(row.outcome or "")
            connection.execute(
                update(scheduled_job).where(_this(job)).values(finished_at=now, outcome=f"given up: {last}")
            )
            due = f"{job.due_at:%Y-%m-%d %H:%M}"
            what = said("job_failed.given_up", job=job.name, due=due, attempts=row.attempts, fault=last)
            raise_alert(connection, what, f"{job.name}:{job.due_at:%Y%m%dT%H%M%S}", now)
    return True


def _last(outcome: str) -> Said | str:
    """What became of the last attempt."""
    if outcome == UNDER_WAY:
        return said("part.worker_died")
    return said("part.raised", fault=outcome.removeprefix(RAISED)) if outcome.startswith(RAISED) else outcome


def close_alerts(connection: Connection, kind: str, subject: str, reason: str, at: datetime) -> None:
    """Close the open alerts of a kind whose subject begins so: their cause is gone."""
    connection.execute(
        update(alert)
        .where(alert.c.key.startswith(f"{kind}:{subject}", autoescape=True), alert.c.closed_at.is_(None))
        .values(closed_at=at, closed_by=MACHINE, closed_reason=reason)
    )
