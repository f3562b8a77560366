"""A statement was taken back: what its entries alone put in doubt is in doubt no longer.

The bank sends a right statement and finance takes the wrong one back, in whatever order: the books come out the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, not_, or_, select, update

from reconcile.steps.reworded import MOVED_DAYS, Said, as_said, corrected, worded
from reconcile.steps.vanished import VANISHED, no_longer_shown
from reconcile.store.alerts import close_alert
from reconcile.store.bulk import any_of
from reconcile.store.tables import entry, line_detail, statement, statement_line

_FAR = timedelta(MOVED_DAYS)


def free(
    connection: Connection, own_account: str, voided: Sequence[str], actor: str, reason: str, at: datetime
) -> None:
    """Free the account's payments that only these voided entries put in doubt, and close what was said of these."""
    for entry_id in sorted(no_longer_shown(connection).intersection(voided)):
        close_alert(connection, VANISHED, entry_id, actor, reason, at)
    gone = _entries(connection, own_account, any_of(connection, entry.c.id, voided))
    if not gone:
        return
    first, last = min(each.day for each in gone) - _FAR, max(each.day for each in gone) + _FAR
    live = not_(entry.c.voided) & not_(entry.c.reversal) & (entry.c.credit_debit == "credit")
    doubted = [
        each
        for each in _entries(
            connection, own_account, live & entry.c.possible_duplicate & entry.c.booking_date.between(first, last)
        )
        if any(_may_be(each, other) for other in gone)
    ]
    if not doubted:
        return
    days, amounts = {each.day for each in doubted}, {each.kind[2] for each in doubted}
    near = entry.c.booking_date.between(first - _FAR, last + _FAR)
    alike = or_(entry.c.booking_date.in_(sorted(days)), entry.c.amount.in_(sorted(amounts)))
    others = _entries(connection, own_account, live & near & alike)
    shown_by = _shown_by(connection, {str(each.key) for each in others})
    for each in doubted:
        if not any(_may_be(each, other) and not shown_by[str(each.key)] & shown_by[str(other.key)] for other in others):
            connection.execute(update(entry).where(entry.c.id == each.key).values(possible_duplicate=False))


def _may_be(one: Said, other: Said) -> bool:
    """The same money said twice: the amount within some days, or that payer and day with another amount."""
    near = abs(one.day - other.day) <= _FAR
    return one.key != other.key and ((near and one.kind == other.kind) or corrected(one, other))


def _entries(connection: Connection, own_account: str, which: ColumnElement[bool]) -> list[Said]:
    c = statement_line.c
    chosen = (
        worded(statement_line, line_detail, entry.c.id)
        .join(entry, (entry.c.statement_id == c.statement_id) & (entry.c.position == c.position))
        .where(entry.c.own_account == own_account, which)
    )
    return list(as_said(connection.execute(chosen)))


def _shown_by(connection: Connection, entries: Iterable[str]) -> defaultdict[str, set[str]]:
    """The statements that show each entry: two in one statement are two."""
    c = statement_line.c
    rows = connection.execute(
        select(c.entry_id, c.statement_id)
        .join(statement, statement.c.id == c.statement_id)
        .where(statement.c.state == "stored", any_of(connection, c.entry_id, sorted(entries)))
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry_id, statement_id in rows:
        found[entry_id].add(statement_id)
    return found
