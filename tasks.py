"""The Celery app: `celery -A tasks worker`, `celery -A tasks beat`.

A message is only a nudge. What is to be done stands in the database: beat sends one short `tick` a minute; the tick
enters what is due (one row a job and due time, however many beats there are) and, after that is committed, nudges. A
nudge may come twice, late or never. Without a Redis URL nothing needs a broker: the same tasks run in this process, and
`celery -A tasks beat` alone is a scheduler for one machine.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import kombu.exceptions
import structlog
from celery import Celery
from celery.signals import setup_logging, worker_init
from sqlalchemy import Engine

from reconcile import settings
from reconcile.banking_days import Calendar
from reconcile.parsers.table_folder import profiles_in
from reconcile.policy import PolicyBook, load_policy
from reconcile.steps import fetch, inbox, jobs, mail, missing
from reconcile.steps import nightly as night
from reconcile.steps.garbage import collect_seldom
from reconcile.steps.jobs import Job
from reconcile.steps.outbox import sending
from reconcile.steps.post import Post
from reconcile.steps.run import Worker, help_out, run, under_way
from reconcile.steps.verify import verify
from reconcile.steps.watching import chunks, logs
from reconcile.store import heartbeat, schema
from reconcile.store.engine import make_engine
from schedules import SCHEDULES, due, job_name

TICK: Final = 60
FETCH: Final = 300
"""Seconds between two looks at the banks' servers and the mailboxes."""
MOST_CALLED: Final = 16
LIMIT: Final = 3600
"""Seconds after which a task is killed: a night of a million entries takes minutes. There is no soft limit: it would be
raised inside a step, which might take it for a file's fault; being killed is what every step survives."""
SHARE: Final = 0.5
"""Of the time until it is killed, or the next tick is due, telling other systems takes at most so much; what is left is
told by the next nudge."""
ACTOR: Final = "schedule"

log: Final = logging.getLogger(__name__)
given: Final = settings.load()
collect_seldom()

app: Final = Celery("reconcile")
app.conf.update(
    broker_url=given.redis_url or "memory://",
    result_backend=given.redis_url or "cache+memory://",
    task_always_eager=not given.redis_url,
    task_eager_propagates=True,
    # At least once, and one at a time: what a worker did not finish goes to another one.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_time_limit=LIMIT,
    broker_transport_options={
        "visibility_timeout": 2 * LIMIT,  # more than the limit, else a slow task is delivered a second time
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 5,
    },
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_publish_retry=False,  # the next tick is the retry
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    result_expires=86_400,
    task_default_queue="reconcile",
    timezone="UTC",
    beat_scheduler="celery.beat:Scheduler",  # keeps no file: what was done stands in the database
    beat_schedule={
        name: {"task": f"tasks.{task}", "schedule": seconds, "options": {"expires": seconds}}
        for name, task, seconds in (
            ("tick", "tick", TICK),
            *([("fetch", "fetch_sources", FETCH)] if given.sources else []),
        )
    },
)


@cache
def books() -> Engine:
    """The books, reached when the first task needs them: a connection must not be shared by a worker's children."""
    engine = make_engine(given.database_url)
    schema.ensure(engine)
    return engine


@cache
def policies() -> PolicyBook:
    return load_policy(given.policy)


@cache
def calendar() -> Calendar:
    return settings.load_calendar(given.calendar)


HOURS: Final = {schedule.country: schedule.at for schedule in SCHEDULES}
"""By when a statement must be there: what the night finds in the inbox is in its report."""


def intake() -> inbox.Intake:
    return inbox.Intake(
        books(), given.inbox, policies(), _now(), given.max_statement_bytes, profiles=profiles_in(given.profiles)
    )


def _now() -> datetime:
    return datetime.now(UTC)


@worker_init.connect
def _needs_a_broker(**_: object) -> None:
    if not given.redis_url:
        raise SystemExit("error: RECONCILE_REDIS_URL is not set: set it, or run `celery -A tasks beat` alone")


@setup_logging.connect
def _logs(**_: object) -> None:
    """Ours instead of Celery's: theirs quote what a task was given and died of."""
    logs.configure()


@app.task(ignore_result=True)
def tick() -> dict[str, int]:
    """Enter what is due, give up what failed too often, nudge what is to be done."""
    now = _now()
    heartbeat.beat(books(), heartbeat.TICK)
    entered = sum(jobs.enter(books(), job, now, missed=missed) for job, missed in _due(now))
    given_up = len(jobs.give_up(books(), now))
    if given.redis_url and under_way(books()):
        call_workers(2)  # a run whose workers died is taken up; where they live, they are helped
    nudged = nudge(jobs.waiting(books(), now))
    _look_for_missing(now)
    if sending.receivers(given):
        _send(deliver_outbox)
    if mail.any_due(books(), now):
        _send(deliver_letters)
    return {"entered": entered, "given_up": given_up, "nudged": nudged}


def _look_for_missing(now: datetime) -> None:
    """Beside the night: it may not have begun, and what was missing may have come since. A fault here keeps no night."""
    try:
        missing.check(books(), now, policies(), calendar(), HOURS, missing.GRACE)
    except Exception:
        log.exception("it cannot be told which statements are missing")


def _due(now: datetime) -> list[tuple[Job, bool]]:
    rules = policies().on(now.date())
    return [
        (Job(job_name(each.job, each.country), each.due_at), each.missed)
        for schedule in SCHEDULES
        for each in due(
            schedule,
            rules.country(schedule.country).time_zone,
            now,
            jobs.recorded(books(), job_name(schedule.jobs[-1], schedule.country), now),
        )
    ]


def nudge(waiting: list[Job]) -> int:
    """Tell the workers of these jobs; how many were told. Where the broker is away the next tick tells them. Without a
    broker they are done here, and one that fails is recorded and does not keep the others."""
    told = 0
    for job in waiting:
        name, _, country = job.name.partition(":")
        if name not in BY_JOB:
            log.error("%s is no job that this program knows", job.name)
            continue
        if not _send(BY_JOB[name], country, job.due_at.isoformat()):
            return told
        told += 1
    return told


def _send(task: Any, *arguments: str) -> bool:
    """Nudge; False where the broker is away. Without a broker the task is done here; what it raises is logged."""
    try:
        task.apply_async(arguments, expires=TICK, ignore_result=True)
    except kombu.exceptions.OperationalError as error:
        log.warning("the broker is away (%s): what waits stands in the database", type(error).__name__)
        return False
    except Exception:
        if given.redis_url:
            raise
        log.exception("%s failed", ":".join([task.name.removeprefix("tasks."), *arguments[:1]]))
    return True


@app.task(ignore_result=True)
def nightly(country: str, due_at: str) -> str | None:
    """A country's night, where it is entered and nobody did it or does it."""
    job = Job(job_name("nightly", country), datetime.fromisoformat(due_at))
    with structlog.contextvars.bound_contextvars(job=job.name, due_at=due_at, country=country):
        return jobs.perform(books(), job, lambda: _night(country).words(), _now)


def _night(country: str) -> night.Night:
    expected = night.Expected(calendar(), HOURS)
    return night.nightly(intake(), country, given.reports, _nudge(), expected=expected, post=Post(given))


@app.task(ignore_result=True)
def decide_chunks() -> int | None:
    """Help with the run that is under way, chunk by chunk, until it is over; its number."""
    return help_out(Worker(books(), _now(), policies(), chunks.timed()))


def _nudge() -> Callable[[int], None]:
    return call_workers if given.redis_url else lambda chunks: None


def call_workers(chunks: int) -> None:
    """Nudge others to take chunks of a run. Where the broker is away, whoever began the run does it all."""
    try:
        for _ in range(min(chunks - 1, MOST_CALLED)):
            decide_chunks.apply_async(expires=TICK, ignore_result=True)
    except kombu.exceptions.OperationalError as error:
        log.warning("the broker is away (%s): nobody was called to help", type(error).__name__)


BY_JOB: Final[dict[str, Any]] = {"nightly": nightly}
"""The jobs that a schedule may name."""


@app.task(ignore_result=True)
def deliver_letters() -> dict[str, int]:
    """Send the letters that wait."""
    return asdict(Post(given).deliver(books(), _now))


@app.task(ignore_result=True)
def deliver_outbox() -> str:
    """Tell other systems what is new of balances. Without a broker not for longer than a tick may take."""
    return sending.send(books(), given, SHARE * LIMIT if given.redis_url else SHARE * TICK).words()


@app.task
def fetch_sources() -> list[str]:
    """Fetch what is new on the servers and in the mailboxes of the settings into the inbox; a line for each of them."""
    this = fetch.Fetching(books(), given.inbox, _now(), given.max_statement_bytes)
    return [each.words() for each in fetch.fetch_all(this, given.sources)]


@app.task
def ingest_inbox() -> str:
    """Take in what lies in the inbox now."""
    return inbox.ingest_inbox(intake()).words()


@app.task
def ingest_file(path: str) -> str:
    """Take in one file of the inbox, named as it lies there: `sftp/statement.txt`."""
    return inbox.ingest_file(intake(), path).words()


@app.task
def run_all() -> dict[str, Any]:
    """Decide and post everything outstanding."""
    now = _now()
    done = run(books(), as_of=policies().newest_day(now), now=now, policies=policies(), actor=ACTOR, nudge=_nudge())
    return asdict(done) | {"as_of": done.as_of.isoformat()}


@app.task
def verify_books() -> list[str]:
    """Check the books: a line for each thing that does not hold."""
    return verify(books())


@app.task
def report(country: str) -> list[str]:
    """Write a country's alert report of its own today; where it lies."""
    this = intake()
    day = policies().on(this.now.date()).country(country).local_day(this.now)
    return [str(path) for path in night.write_reports(this, country, day, given.reports)]
