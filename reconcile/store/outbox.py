"""The outbox's queries: what is new for a receiver, whose turn it is, what came of it (docs/outbox.md).

What is new is found by the journal's links. A link's number is given under the chain's lock, which is held until the
commit, so numbers become visible in their order and none appears below one that was seen: following them misses nothing
and costs the run nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, and_, case, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from reconcile.explain.alerts import said
from reconcile.store.alerts import close_alert, insert_new, raise_anew
from reconcile.store.bulk import any_of
from reconcile.store.engine import is_postgresql
from reconcile.store.ops_tables import outbox_account, outbox_progress
from reconcile.store.tables import balance_change, journal, journal_link

LINKS: Final = 50
"""Links looked at in one transaction: one has the rows of one chunk."""
ALERT: Final = "outbox_failed"
_turn = outbox_account.c
_IDLE: Final = {"lease": None, "leased_until": None}
_FRESH: Final = {"attempts": 0, "failing_since": None, "last_fault": "", "dead_at": None}


class Change(NamedTuple):
    """One change of a customer's balance, in minor units of `currency`."""

    account_number: str
    sequence: int
    journal_key: str
    before: int
    change: int
    after: int
    currency: str
    effective_date: date
    posted_at: datetime
    payment_id: str | None


class Turn(NamedTuple):
    """An account whose turn it is: the last change that was taken, and how the next one has fared so far."""

    account_number: str
    delivered: int
    attempts: int
    failing_since: datetime | None


# --- what is new -----------------------------------------------------------------------------------------------------


def progress(connection: Connection, receiver: str) -> Any:
    """The receiver's row, locked until the transaction ends; made where it is not there yet."""
    insert_new(connection, outbox_progress, [{"receiver": receiver, "link_no": 0}])
    mine = select(outbox_progress).where(outbox_progress.c.receiver == receiver)
    return connection.execute(mine.with_for_update()).one()


def newest_link(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(journal_link.c.no), 0))).scalar_one())


def move_on(connection: Connection, receiver: str, link_no: int, writing_to: int | None = None) -> None:
    values = {"link_no": link_no, "writing_to": writing_to}
    connection.execute(update(outbox_progress).where(outbox_progress.c.receiver == receiver).values(**values))


def collect(connection: Connection, receiver: str, now: datetime) -> bool:
    """Note for each account how far its changes reach, a few links on; False where nothing is new."""
    link_no = progress(connection, receiver).link_no
    until = min(newest_link(connection), link_no + LINKS)
    if until == link_no:
        return False
    _note_newest(connection, link_no, until, now)
    move_on(connection, receiver, until)
    return True


def _note_newest(connection: Connection, after: int, until: int, now: datetime) -> None:
    change = balance_change.c
    start = (literal(0), literal(0), literal(now, _turn.due_at.type), literal("", _turn.last_fault.type))
    new = (
        select(change.account_number, func.max(change.sequence), *start)
        .select_from(_changes_of_links())
        .where(journal_link.c.no > after, journal_link.c.no <= until)
        .group_by(change.account_number)
        .order_by(change.account_number)
    )
    make = postgresql.insert if is_postgresql(connection) else sqlite.insert
    columns = ["account_number", "newest", "delivered", "attempts", "due_at", "last_fault"]
    row = make(outbox_account).from_select(columns, new)
    larger = case((row.excluded.newest > _turn.newest, row.excluded.newest), else_=_turn.newest)
    at_rest = _turn.delivered == _turn.newest
    due = case((at_rest, row.excluded.due_at), else_=_turn.due_at)
    connection.execute(
        row.on_conflict_do_update(index_elements=[_turn.account_number], set_={"newest": larger, "due_at": due})
    )


def _changes_of_links() -> Any:
    return journal_link.join(journal, journal.c.link_id == journal_link.c.id).join(
        balance_change, balance_change.c.journal_key == journal.c.key
    )


def _change() -> Select[Any]:
    change = balance_change.c
    return select(
        change.account_number, change.sequence, change.journal_key, change.before, change.change, change.after,
        journal.c.currency, journal.c.effective_date, journal.c.posted_at, journal.c.payment_id,
    )  # fmt: skip


def changes_of_links(connection: Connection, after: int, until: int) -> Iterator[Change]:
    """The changes of these links, account by account in order; the same each time, since nothing of them changes."""
    rows = connection.execute(
        _change()
        .select_from(_changes_of_links())
        .where(journal_link.c.no > after, journal_link.c.no <= until)
        .order_by(balance_change.c.account_number, balance_change.c.sequence),
        execution_options={"yield_per": 2000},
    )
    return (Change(*row) for row in rows)


def changes_after(connection: Connection, account_number: str, sequence: int, limit: int) -> list[Change]:
    """The account's next changes, in order."""
    change = balance_change.c
    rows = connection.execute(
        _change()
        .join_from(balance_change, journal, journal.c.key == change.journal_key)
        .where(change.account_number == account_number, change.sequence > sequence)
        .order_by(change.sequence)
        .limit(limit)
    )
    return [Change(*row) for row in rows]


# --- whose turn it is ------------------------------------------------------------------------------------------------


def claim(connection: Connection, lease: str, now: datetime, lasts: timedelta, limit: int) -> list[Turn]:
    """Take the accounts that are due and that nobody has, those that wait longest first."""
    taken = connection.execute(
        select(_turn.account_number, _turn.delivered, _turn.attempts, _turn.failing_since)
        .where(_turn.delivered < _turn.newest, _turn.dead_at.is_(None), _turn.due_at <= now)
        .where(or_(_turn.leased_until.is_(None), _turn.leased_until <= now))
        .order_by(_turn.due_at, _turn.account_number)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    mine = any_of(connection, _turn.account_number, [row.account_number for row in taken])
    connection.execute(update(outbox_account).where(mine).values(lease=lease, leased_until=now + lasts))
    return [Turn(*row) for row in taken]


def keep(connection: Connection, account_number: str, lease: str, now: datetime, lasts: timedelta) -> bool:
    """Begin a turn that was claimed: its lease counts from now on; False where it ran out and another has it."""
    mine = and_(_turn.account_number == account_number, _turn.lease == lease)
    done = connection.execute(update(outbox_account).where(mine).values(leased_until=now + lasts))
    return done.rowcount == 1


def taken(connection: Connection, change: Change, lease: str, now: datetime, lasts: timedelta) -> bool:
    """Record that the receiver has taken a change; False where the turn was lost in between: another goes on."""
    done = connection.execute(
        update(outbox_account)
        .where(_turn.account_number == change.account_number, _turn.lease == lease)
        .where(_turn.delivered == change.sequence - 1)
        .values(delivered=change.sequence, due_at=now, leased_until=now + lasts, **_FRESH)
    )
    return done.rowcount == 1


def well_again(connection: Connection, account_number: str, now: datetime) -> None:
    close_alert(connection, ALERT, account_number, "outbox", "the receiver took it", now)


def failed(
    connection: Connection, turn: Turn, lease: str, fault: str, now: datetime, again_at: datetime, *, dead: bool
) -> None:
    """Record a change that was not taken: when it is tried again, or that it is given up, with an alert."""
    values: dict[str, Any] = {
        "attempts": _turn.attempts + 1,
        "failing_since": func.coalesce(_turn.failing_since, literal(now, _turn.due_at.type)),
        "last_fault": fault,
        "due_at": again_at,
        **_IDLE,
    }
    if dead:
        values["dead_at"] = now
    mine = and_(_turn.account_number == turn.account_number, _turn.lease == lease)
    done = connection.execute(update(outbox_account).where(mine).values(**values))
    if dead and done.rowcount == 1:
        _give_up(connection, turn.account_number, fault, now)


def _give_up(connection: Connection, account_number: str, fault: str, now: datetime) -> None:
    given_up = said("outbox_failed.given_up", account=account_number, fault=fault)
    raise_anew(connection, given_up, account_number, now)


def let_go(connection: Connection, lease: str) -> None:
    """End the turns that were not used up."""
    connection.execute(update(outbox_account).where(_turn.lease == lease).values(**_IDLE))


def revive(connection: Connection, numbers: Sequence[str] | None, now: datetime) -> list[str]:
    """Let accounts that are given up, or wait for their next attempt, be tried at once; None: all of them."""
    waits = and_(_turn.delivered < _turn.newest, or_(_turn.dead_at.is_not(None), _turn.attempts > 0))
    which = waits if numbers is None else and_(waits, any_of(connection, _turn.account_number, numbers))
    found = connection.execute(select(_turn.account_number).where(which).order_by(_turn.account_number))
    revived = [str(number) for number in found.scalars()]
    connection.execute(update(outbox_account).where(which).values(due_at=now, **_FRESH))
    return revived
