"""Is everything there that the night needs? Each look is apart, so that one that fails does not keep the others."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import redis
import sqlalchemy.exc
from sqlalchemy import Connection, Engine, func, select, text

from reconcile import settings
from reconcile.policy import load_policy
from reconcile.problem import Refusal
from reconcile.settings import Settings
from reconcile.steps.outbox import sending
from reconcile.steps.outbox.message import keys_of
from reconcile.steps.outbox.standing import standing_of
from reconcile.steps.watching.finding import Finding, State, judged, ok
from reconcile.steps.watching.schema_check import faults_of
from reconcile.store import heartbeat, partitions, schema
from reconcile.store.clock import database_now
from reconcile.store.engine import is_postgresql, make_engine, reading
from reconcile.store.tables import alert, scheduled_job

MINUTE: Final = timedelta(minutes=1)
LATE_TICK: Final = 5 * MINUTE
LATE_JOB: Final = timedelta(hours=2)
LATE_OUTBOX: Final = timedelta(hours=1)
SKEW, BAD_SKEW = timedelta(seconds=5), timedelta(seconds=60)
LEAST_FREE, FEW_FREE = 256 << 20, 2 << 30
WEATHER: Final = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError)
FEW_MONTHS: Final = 2
Workers = Callable[[], list[str]]


def examine(given: Settings, workers: Workers) -> list[Finding]:
    """Everything, in the order in which one thing needs the other. `workers` asks the broker who answers."""
    found = [*_settings(given), _time_zones(), *_disk(given)]
    try:
        engine = make_engine(given.database_url)
    except Refusal as refusal:
        return [*found, Finding("database", State.SETTINGS, str(refusal.problems[0].what), refusal.problems[0].mend)]
    try:
        found += _database(engine, given)
    except WEATHER as error:
        found.append(_away("database", error))
    finally:
        engine.dispose()
    return [*found, *_broker(given, workers)]


def _away(what: str, error: Exception) -> Finding:
    shown = engine_words(error)
    return Finding(what, State.AWAY, f"it does not answer: {shown}", "start it, or correct its address; then try again")


def engine_words(error: Exception) -> str:
    """The first line of what the driver said; it names host and port, and no password."""
    lines = str(getattr(error, "orig", error)).strip().splitlines()
    return lines[0] if lines else type(error).__name__


# --- settings and machine --------------------------------------------------------------------------------------------


def _settings(given: Settings) -> Iterator[Finding]:
    yield _told("policy", lambda: f"{load_policy(given.policy).on(datetime.now(UTC).date()).version}")
    yield _told("calendar", lambda: _calendar(given))
    if given.outbox_url:
        yield _told("outbox settings", lambda: _outbox_settings(given))
        if urlsplit(given.outbox_url).scheme != "https" and urlsplit(given.outbox_url).hostname not in (
            "127.0.0.1",
            "::1",
        ):
            yield Finding("outbox address", State.WARNING, "changes of balances leave unencrypted", "use https://")
    for name, folder in (("inbox", given.inbox), ("outbox folder", given.outbox_folder)):
        if folder is not None and not folder.is_dir():
            yield Finding(name, State.SETTINGS, f"{folder} is no folder", "create it, or correct the setting")
        elif folder is not None:
            yield ok(name, str(folder))


def _told(what: str, look: Callable[[], str]) -> Finding:
    try:
        return ok(what, look())
    except Refusal as refusal:
        first = refusal.problems[0]
        return Finding(what, State.SETTINGS, f"{first.file}: {first.what}" if first.file else first.what, first.mend)


def _calendar(given: Settings) -> str:
    days = len(settings.load_calendar(given.calendar).overrides)
    return f"{days} days of our own" if given.calendar else "public holidays only"


def _outbox_settings(given: Settings) -> str:
    keys = len(keys_of(given.outbox_secret))
    return (
        f"{urlsplit(given.outbox_url).hostname}, {keys} secrets"
        if keys > 1
        else str(urlsplit(given.outbox_url).hostname)
    )


def _time_zones() -> Finding:
    """Kazakhstan has one time zone, five hours ahead, since 2024-03-01. Older data would begin its days an hour early."""
    offset = datetime(2024, 3, 2, tzinfo=ZoneInfo("Asia/Almaty")).utcoffset()
    right = offset == timedelta(hours=5)
    mend = "upgrade tzdata (pip install -U tzdata, or the system's package)"
    return judged("time zones", f"Asia/Almaty is {offset} ahead of UTC", mend, wrong=not right)


def _disk(given: Settings) -> Iterator[Finding]:
    seen: set[int] = set()
    database = given.database_url.removeprefix("sqlite:///") if given.database_url.startswith("sqlite:///") else "."
    for folder in (Path(database).parent, given.reports, given.inbox, given.outbox_folder, given.files):
        if folder is None or not folder.is_dir() or folder.stat().st_dev in seen:
            continue
        seen.add(folder.stat().st_dev)
        free = shutil.disk_usage(folder).free
        mend = "make room: what cannot be written is not lost, but the night does not end"
        yield judged(
            "disk", f"{free >> 20} MB free where {folder} lies", mend, wrong=free < LEAST_FREE, warn=free < FEW_FREE
        )


# --- the database ----------------------------------------------------------------------------------------------------


def _database(engine: Engine, given: Settings) -> Iterator[Finding]:
    at = schema.version(engine)
    with reading(engine) as connection:
        yield ok("database", _server(connection))
        yield _clock(connection)
        if at != schema.newest():
            seen = f"the schema is at {at or 'nothing'}, this program needs {schema.newest()}"
            yield Finding("schema", State.WRONG, seen, "keep a backup, then run `reconcile init`")
            return
        yield ok("schema", at)
        yield _guards(connection)
        yield from _rights(connection)
        yield from _months(connection)
        yield from _work(connection, given)


def _server(connection: Connection) -> str:
    if is_postgresql(connection):
        return f"PostgreSQL {connection.execute(text('SHOW server_version')).scalar_one()}"
    return f"SQLite {connection.execute(text('SELECT sqlite_version()')).scalar_one()}"


def _clock(connection: Connection) -> Finding:
    skew = abs(datetime.now(UTC) - database_now(connection))
    seen = f"{skew.total_seconds():.0f} s beside the database's"
    return judged("clock", seen, "let both machines keep time by NTP", wrong=skew > BAD_SKEW, warn=skew > SKEW)


def _guards(connection: Connection) -> Finding:
    faults = faults_of(connection)
    if not faults:
        return ok("constraints and triggers", "all there")
    seen = f"{len(faults)} missing or switched off: {', '.join(faults[:5])}"
    return Finding(
        "constraints and triggers", State.WRONG, seen,
        "stop crediting: they keep money from being credited twice; find out who took them away, restore them, then "
        "run `reconcile verify`",
    )  # fmt: skip


def _rights(connection: Connection) -> Iterator[Finding]:
    if not is_postgresql(connection):
        return
    may = connection.execute(
        text("SELECT has_table_privilege('journal', 'UPDATE') OR has_table_privilege('journal', 'DELETE')")
    ).scalar_one()
    seen = (
        "the role may change the journal; only triggers keep it from it"
        if may
        else "the role cannot change the journal"
    )
    yield judged(
        "rights", seen, "give the run-time role no UPDATE, DELETE, TRUNCATE on it: docs/operations.md", warn=may
    )


def _months(connection: Connection) -> Iterator[Finding]:
    """Where entries and journal are split by month: are there tables for the months to come?"""
    if not is_postgresql(connection):
        return
    ahead = partitions.months_ahead(connection, database_now(connection).date())
    if ahead is None:
        return
    waiting = sum(partitions.rows_without_month(connection, split) for split in partitions.SPLITS)
    seen = f"{ahead} months ahead" + (f"; {waiting} rows have no month" if waiting else "")
    yield judged("months", seen, "run `reconcile partition`", warn=ahead < FEW_MONTHS or waiting > 0)


def _work(connection: Connection, given: Settings) -> Iterator[Finding]:
    now = database_now(connection)
    tick = heartbeat.last_beat(connection, heartbeat.TICK)
    mend = "start `celery -A tasks beat`; without it nothing is scheduled but what cron does"
    if tick is None:
        yield Finding("beat", State.WARNING, "no tick was ever seen", mend)
    else:
        ago = now - tick
        yield judged("beat", f"the last tick was {ago.total_seconds():.0f} s ago", mend, wrong=ago > LATE_TICK)
    late = connection.execute(
        select(func.count(), func.min(scheduled_job.c.due_at)).where(
            scheduled_job.c.finished_at.is_(None), scheduled_job.c.due_at < now - LATE_JOB
        )
    ).one()
    seen = (
        f"{late[0]} are due for more than two hours, since {late[1]:%Y-%m-%d %H:%M} UTC" if late[0] else "none is late"
    )
    yield judged("jobs", seen, "look whether a worker is there and what its log says", wrong=late[0] > 0)
    for receiver in sending.receivers(given):
        yield from _outbox(connection, receiver, now)
    count = connection.execute(select(func.count()).select_from(alert).where(alert.c.closed_at.is_(None))).scalar_one()
    yield judged("alerts", f"{count} open", "`reconcile alert list`", warn=count > 0)


def _outbox(connection: Connection, receiver: str, now: datetime) -> Iterator[Finding]:
    at = standing_of(connection, receiver)
    lag = timedelta(0) if at.oldest is None else now - at.oldest
    seen = f"{at.pending} changes wait" + (f", the oldest for {lag}".partition(".")[0] if at.pending else "")
    seen += f"; {at.dead} accounts are given up" if at.dead else ""
    mend = "`reconcile outbox status` says why"
    yield judged(f"outbox ({receiver})", seen, mend, wrong=at.dead > 0, warn=lag > LATE_OUTBOX)


# --- the broker ------------------------------------------------------------------------------------------------------


def _broker(given: Settings, workers: Workers) -> Iterator[Finding]:
    if not given.redis_url:
        yield ok("broker", "none is set: every command works in its own process")
        return
    try:
        with redis.Redis.from_url(given.redis_url, socket_connect_timeout=3, socket_timeout=3) as client:
            about = client.info("server")
            memory = client.info("memory")
    except (redis.RedisError, ValueError) as error:
        yield Finding(
            "broker", State.AWAY, f"Redis does not answer ({type(error).__name__})", "start it; nothing is lost"
        )
        return
    yield ok("broker", f"Redis {about.get('redis_version', '')}")
    policy = memory.get("maxmemory_policy", "noeviction")
    yield judged("broker memory", str(policy), "set maxmemory-policy noeviction: nudges may be dropped",
                 warn=policy != "noeviction")  # fmt: skip
    names = workers()
    seen = f"{len(names)} answer: {', '.join(sorted(names))}" if names else "none answers"
    yield judged("workers", seen, "start `celery -A tasks worker`", wrong=not names)
