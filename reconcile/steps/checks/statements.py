"""Statements and what came of them: they add up, or a difference says why not; no entry is lost."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, case, func, not_, select

from reconcile.steps import continuity
from reconcile.store.tables import entry, open_difference, own_bank_account, payment, statement, statement_line


def statements_add_up(connection: Connection) -> Iterator[str]:
    """Each statement's opening plus its lines is its closing, unless an open difference names why not."""
    signed = func.sum(
        case((statement_line.c.credit_debit == "credit", statement_line.c.amount), else_=-statement_line.c.amount)
    )
    lines = dict(
        connection.execute(select(statement_line.c.statement_id, signed).group_by(statement_line.c.statement_id)).all()
    )
    for row in connection.execute(select(statement).where(statement.c.state == "stored")):
        if row.opening is None or row.closing is None or row.arithmetic == "mismatch":
            continue
        if row.opening + int(lines.get(row.id, 0)) != row.closing:
            yield f"statement {row.id}: opening balance and lines do not make the closing balance"


def differences_are_named(connection: Connection) -> Iterator[str]:
    """What statements say beyond the ledger stands among the open differences, each with its name."""
    for number in connection.execute(select(own_bank_account.c.number)).scalars():
        stored = {
            (row.key, row.amount)
            for row in connection.execute(select(open_difference).where(open_difference.c.own_account == number))
        }
        found = {(each.key, each.amount) for each in continuity.current(connection, number)}
        for key, amount in sorted(found - stored):
            yield f"bank account {number}: a difference of {amount} minor units ({key}) has no name"
        for key, amount in sorted(stored - found):
            yield f"bank account {number}: the open difference {key} of {amount} minor units is no longer there"


def payments_cover_entries(connection: Connection) -> Iterator[str]:
    """Every incoming entry is wholly one or more payments: nothing is lost."""
    paid = (
        select(payment.c.entry_id, func.sum(payment.c.amount).label("amount")).group_by(payment.c.entry_id).subquery()
    )
    lost = connection.execute(
        select(entry.c.id, entry.c.amount, paid.c.amount.label("paid"))
        .outerjoin(paid, paid.c.entry_id == entry.c.id)
        .where(entry.c.credit_debit == "credit", not_(entry.c.reversal), not_(entry.c.before_books), entry.c.amount > 0)
        .where(func.coalesce(paid.c.amount, 0) != entry.c.amount)
    )
    yield from (f"entry {row.id} brought {row.amount}, its payments make {row.paid or 0} minor units" for row in lost)
