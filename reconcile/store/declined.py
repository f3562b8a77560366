"""What people declined, as the books have it now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, select

from reconcile.proposal import Declined
from reconcile.store.bulk import any_of
from reconcile.store.declined_tables import declined_candidate

STANDS = declined_candidate.c.taken_back_at.is_(None)


def standing(connection: Connection, payment_ids: Iterable[str]) -> Mapping[str, tuple[Declined, ...]]:
    """What of these payments was declined and not taken back, in the order in which it was said."""
    ids = list(payment_ids)
    found: defaultdict[str, list[Declined]] = defaultdict(list)
    if ids:
        query = select(declined_candidate).where(any_of(connection, declined_candidate.c.payment_id, ids), STANDS)
        for row in connection.execute(query.order_by(declined_candidate.c.at, declined_candidate.c.id)):
            found[row.payment_id].append(as_declined(row))
    return {key: tuple(its) for key, its in found.items()}


def as_declined(row: Any) -> Declined:
    return Declined(row.account_number, row.invoice_number, row.actor, row.at.date().isoformat())


def of_payment(connection: Connection, payment_id: str) -> Sequence[Any]:
    """The rows of what stands declined of one payment, with their reasons."""
    query = select(declined_candidate).where(declined_candidate.c.payment_id == payment_id, STANDS)
    return connection.execute(query.order_by(declined_candidate.c.at, declined_candidate.c.id)).all()


def row_of(connection: Connection, payment_id: str, account_number: str, invoice_number: str | None) -> Any | None:
    """Exactly this one, where it stands."""
    its = declined_candidate.c
    same = and_(its.account_number == account_number, its.invoice_number.is_not_distinct_from(invoice_number))
    return connection.execute(select(declined_candidate).where(its.payment_id == payment_id, same, STANDS)).first()
