"""A chunk of payments with everything that deciding them needs: read, their keys looked up once, each made a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, case, exists, false, or_, select

from reconcile.policy import PolicyBook
from reconcile.proposal import Case
from reconcile.steps import vanished
from reconcile.steps.payment_rows import accounts_to_open, answered, ask, payment_of
from reconcile.store.declined import standing
from reconcile.store.lookup import add_invoices_of, find
from reconcile.store.tables import entry, line_detail, own_bank_account, statement, statement_line


def load(connection: Connection, some: Any) -> Sequence[Any]:
    """Payments of entries (a subquery of the payment table) with everything that deciding them needs, in canonical order."""
    c = some.c
    detail = line_detail.c
    query = (
        select(
            c.id, c.own_account, c.amount, c.currency, c.booking_date, c.decision_no, c.generation, c.status,
            entry.c.possible_duplicate, entry.c.id.label("entry_id"),
            detail.name, detail.tax_id, detail.account, detail.bank, detail.kind,
            detail.ultimate_name, detail.ultimate_tax_id, detail.ultimate_account, detail.ultimate_kind,
            detail.purpose, detail.references,
            statement.c.format, statement.c.arithmetic, statement.c.accepted_by,
            own_bank_account.c.country,
            _without_amounts(c).label("batch_without_amounts"),
        )
        .select_from(some)
        .join(entry, entry.c.id == c.entry_id)
        .join(
            line_detail,
            and_(
                detail.statement_id == entry.c.statement_id,
                detail.position == entry.c.position,
                detail.detail_no == c.detail_no,
            ),
        )
        .join(statement, statement.c.id == entry.c.statement_id)
        .join(own_bank_account, own_bank_account.c.number == c.own_account)
        .order_by(c.booking_date, c.id)
    )  # fmt: skip
    return connection.execute(query).all()


def _without_amounts(some: Any) -> Any:
    """The one payment of a batch that does not say what each of its details brings."""
    other = line_detail.alias("other")
    further = exists().where(
        other.c.statement_id == entry.c.statement_id, other.c.position == entry.c.position, other.c.detail_no > 0
    )
    whole = and_(some.amount == entry.c.amount, line_detail.c.amount.is_distinct_from(some.amount))
    return case((whole, further), else_=false())


def cases_of(
    connection: Connection, rows: Sequence[Any], policies: PolicyBook, *, settled_too: bool = False
) -> list[Case]:
    """Each payment with all that the books hold about it; one `Found` for the whole chunk. `settled_too`: with invoices
    that have nothing outstanding now, for whoever asks what was decided when they had."""
    doubted, gone = _in_doubt(connection, rows), vanished.no_longer_shown(connection)
    asked, wanted = ask([payment_of(row, row.entry_id in doubted, row.entry_id in gone) for row in rows], policies)
    found = find(connection, wanted)
    declined = standing(connection, [row.id for row in rows if row.decision_no is not None])
    cases = answered(asked, found, declined)
    add_invoices_of(connection, found, accounts_to_open(cases), settled_too=settled_too)
    return cases


def _in_doubt(connection: Connection, rows: Sequence[Any]) -> set[str]:
    """Entries whose statement does not add up and is not accepted, unless a sound statement shows them too."""
    suspects = [row.entry_id for row in rows if row.arithmetic == "mismatch" and row.accepted_by is None]
    if not suspects:
        return set()
    sound = connection.execute(
        select(statement_line.c.entry_id)
        .join(statement, statement.c.id == statement_line.c.statement_id)
        .where(statement_line.c.entry_id.in_(suspects), statement.c.state == "stored")
        .where(or_(statement.c.arithmetic != "mismatch", statement.c.accepted_by.is_not(None)))
    ).scalars()
    return set(suspects) - set(sound)
