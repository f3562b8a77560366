"""How telling other systems goes: what waits, since when, which accounts fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, func, select

from reconcile.store import outbox
from reconcile.store.alerts import audit
from reconcile.store.engine import reading
from reconcile.store.ops_tables import outbox_account, outbox_progress
from reconcile.store.tables import balance_change, journal, journal_link

_turn = outbox_account.c


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one receiver: how many changes wait, and since when the oldest of them. Of the webhook also how many accounts
    wait for another attempt, and how many are given up."""

    receiver: str
    pending: int
    oldest: datetime | None
    failing: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Failing:
    """An account whose next change (`sequence`) the receiver does not take."""

    account_number: str
    sequence: int
    attempts: int
    since: datetime | None
    fault: str
    again_at: datetime | None
    """None: given up."""


def standing(engine: Engine, receiver: str) -> Standing:
    with reading(engine) as connection:
        return standing_of(connection, receiver)


def standing_of(connection: Connection, receiver: str) -> Standing:
    seen = connection.execute(select(outbox_progress.c.link_no).where(outbox_progress.c.receiver == receiver)).scalar()
    unseen = connection.execute(
        select(func.count(balance_change.c.sequence), func.min(journal.c.posted_at))
        .select_from(
            journal_link.join(journal, journal.c.link_id == journal_link.c.id).join(
                balance_change, balance_change.c.journal_key == journal.c.key
            )
        )
        .where(journal_link.c.no > (seen or 0))
    ).one()
    if receiver != "webhook":
        return Standing(receiver, unseen[0], unseen[1])
    waits = _turn.delivered < _turn.newest
    sums = connection.execute(
        select(
            func.coalesce(func.sum(_turn.newest - _turn.delivered), 0),
            func.count().filter(_turn.dead_at.is_(None), _turn.attempts > 0),
            func.count().filter(_turn.dead_at.is_not(None)),
        ).where(waits)
    ).one()
    first = connection.execute(
        select(func.min(journal.c.posted_at))
        .select_from(outbox_account)
        .join(
            balance_change,
            and_(
                balance_change.c.account_number == _turn.account_number,
                balance_change.c.sequence == _turn.delivered + 1,
            ),
        )
        .join(journal, journal.c.key == balance_change.c.journal_key)
        .where(waits)
    ).scalar()
    oldest = min((moment for moment in (first, unseen[1]) if moment is not None), default=None)
    return Standing(receiver, int(sums[0]) + unseen[0], oldest, sums[1], sums[2])


def failing(engine: Engine, limit: int = 100) -> list[Failing]:
    """The accounts that fail, those that are given up first."""
    query = (
        select(outbox_account)
        .where(_turn.delivered < _turn.newest, _turn.attempts > 0)
        .order_by(_turn.dead_at.is_(None), _turn.failing_since, _turn.account_number)
        .limit(limit)
    )
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return [
        Failing(
            row.account_number,
            row.delivered + 1,
            row.attempts,
            row.failing_since,
            row.last_fault,
            row.due_at if row.dead_at is None else None,
        )
        for row in rows
    ]


def retry(engine: Engine, numbers: list[str] | None, *, actor: str, now: datetime) -> list[str]:
    """Have accounts that fail or are given up tried at once (None: all); which ones. Recorded with its actor."""
    with engine.begin() as connection:
        revived = outbox.revive(connection, numbers, now)
        for number in revived:
            audit(connection, actor, "outbox_retry", number, "tried again by hand", now)
    return revived
