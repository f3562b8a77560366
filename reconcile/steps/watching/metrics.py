"""The books and the night as Prometheus figures, computed when somebody asks: any process of any machine says the same.

No label holds a name, a tax id or a customer's account: statuses, kinds, jobs, and the provider's own bank accounts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import Connection, Engine, func, select

from reconcile.steps.outbox.standing import standing_of
from reconcile.steps.watching import chunks
from reconcile.store.clock import database_now
from reconcile.store.engine import reading
from reconcile.store.tables import alert, own_bank_account, payment, run, scheduled_job, statement

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
assert chunks.SECONDS  # its figures are part of what is told


def exposition(engine: Engine, receivers: tuple[str, ...]) -> bytes:
    """Everything, as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(_Books(engine, receivers))
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(registry) + generate_latest(REGISTRY)


class _Books(Collector):
    def __init__(self, engine: Engine, receivers: tuple[str, ...]) -> None:
        self.engine, self.receivers = engine, receivers

    def collect(self) -> Iterator[Metric]:
        with reading(self.engine) as connection:
            now = database_now(connection)
            yield from _payments(connection)
            yield from _runs(connection, now)
            yield from _jobs(connection, now)
            yield from _alerts(connection)
            yield from _statements(connection, now)
            yield from _outbox(connection, now, self.receivers)


def _gauge(name: str, words: str, labels: tuple[str, ...], rows: Any) -> GaugeMetricFamily:
    """Rows: the labels' values, then the figure."""
    family = GaugeMetricFamily(f"reconcile_{name}", words, labels=labels)
    for *values, figure in rows:
        family.add_metric([str(value) for value in values], float(figure))
    return family


def _since(now: datetime, moment: datetime | None) -> float:
    return 0.0 if moment is None else max((now - moment).total_seconds(), 0.0)


def _payments(connection: Connection) -> Iterator[Metric]:
    counted = connection.execute(
        select(func.coalesce(payment.c.status, "not_decided"), payment.c.channel, func.count()).group_by(
            payment.c.status, payment.c.channel
        )
    ).all()
    yield _gauge("payments", "Payments by status and channel.", ("status", "channel"), counted)


def _runs(connection: Connection, now: datetime) -> Iterator[Metric]:
    last = connection.execute(
        select(run.c.no, run.c.started_at, run.c.finished_at)
        .where(run.c.open.is_(None))
        .order_by(run.c.no.desc())
        .limit(1)
    ).first()
    under_way = connection.execute(select(run.c.started_at).where(run.c.open == 1)).scalar()
    yield _gauge("runs", "Runs so far.", (), [(last.no if last else 0,)])
    yield _gauge("run_last_age_seconds", "Since the last run that came to its end began.", (),
                 [(_since(now, last.started_at),)] if last else [])  # fmt: skip
    yield _gauge("run_under_way_seconds", "Since the run under way began; 0 where none is.", (),
                 [(_since(now, under_way),)])  # fmt: skip


def _jobs(connection: Connection, now: datetime) -> Iterator[Metric]:
    waiting = connection.execute(
        select(scheduled_job.c.job, func.count(), func.min(scheduled_job.c.due_at))
        .where(scheduled_job.c.finished_at.is_(None))
        .group_by(scheduled_job.c.job)
    ).all()
    newest = (
        select(scheduled_job.c.job, func.max(scheduled_job.c.finished_at).label("finished_at"))
        .where(scheduled_job.c.started_at.is_not(None))
        .group_by(scheduled_job.c.job)
        .subquery()
    )
    last = connection.execute(
        select(scheduled_job.c.job, scheduled_job.c.started_at, scheduled_job.c.finished_at).join(
            newest,
            (newest.c.job == scheduled_job.c.job) & (newest.c.finished_at == scheduled_job.c.finished_at),
        )
    ).all()
    yield _gauge("jobs_waiting", "Jobs that are due and not finished.", ("job",), [row[:2] for row in waiting])
    yield _gauge("job_waiting_seconds", "How long the oldest unfinished job is due.", ("job",),
                 [(row[0], _since(now, row[2])) for row in waiting])  # fmt: skip
    yield _gauge("job_last_seconds", "How long the last finished job took.", ("job",),
                 [(row.job, (row.finished_at - row.started_at).total_seconds()) for row in last])  # fmt: skip
    yield _gauge("job_last_age_seconds", "Since the last job was finished.", ("job",),
                 [(row.job, _since(now, row.finished_at)) for row in last])  # fmt: skip


def _alerts(connection: Connection) -> Iterator[Metric]:
    counted = connection.execute(
        select(alert.c.kind, func.count()).where(alert.c.closed_at.is_(None)).group_by(alert.c.kind)
    ).all()
    yield _gauge("alerts_open", "Open alerts by kind.", ("kind",), counted)


def _statements(connection: Connection, now: datetime) -> Iterator[Metric]:
    newest = connection.execute(
        select(statement.c.own_account, func.max(statement.c.period_to))
        .join(own_bank_account, own_bank_account.c.number == statement.c.own_account)
        .where(statement.c.state == "stored", statement.c.period_to.is_not(None))
        .group_by(statement.c.own_account)
    ).all()
    ends = [(number, datetime.combine(day, time(), UTC) + timedelta(days=1)) for number, day in newest]
    yield _gauge("statement_age_seconds", "Since the end (UTC) of the last day that a stored statement covers.",
                 ("bank_account",), [(number, _since(now, end)) for number, end in ends])  # fmt: skip


def _outbox(connection: Connection, now: datetime, receivers: tuple[str, ...]) -> Iterator[Metric]:
    told = [standing_of(connection, receiver) for receiver in receivers]
    yield _gauge("outbox_changes_waiting", "Changes of balances that are still to be told.", ("receiver",),
                 [(each.receiver, each.pending) for each in told])  # fmt: skip
    yield _gauge("outbox_lag_seconds", "How long the oldest of them waits.", ("receiver",),
                 [(each.receiver, _since(now, each.oldest)) for each in told])  # fmt: skip
    yield _gauge("outbox_accounts_failing", "Accounts that are tried again.", ("receiver",),
                 [(each.receiver, each.failing) for each in told])  # fmt: skip
    yield _gauge("outbox_accounts_given_up", "Accounts that are given up.", ("receiver",),
                 [(each.receiver, each.dead) for each in told])  # fmt: skip
