"""Two payments by mobile money that may be one, known by different numbers: what cannot be told is held, never dropped.

The receipt makes a mobile payment one through all its doors. A registry row without it, beside a callback that has it, may
be the same payment; and so may an entry on a bank account of ours that a paybill credits one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, or_, select

from reconcile.policy import Method
from reconcile.store.bulk import any_of
from reconcile.store.gateway_tables import gateway_payment
from reconcile.store.tables import entry, line_detail, own_bank_account, payment, statement_line

_NEAR: Final = timedelta(days=1)
_BOOKED_WITHIN: Final = timedelta(days=5)
_PLACED: Final = ("credited", "returned", "ignored")


def twins_of(connection: Connection, rows: Sequence[Any]) -> dict[str, str]:
    """Gateway payments of the chunk beside the name of the one that each may be again."""
    mobile = [row for row in rows if row.channel == Method.MOBILE_MONEY]
    if not mobile:
        return {}
    found = {}
    others = _others(connection, mobile)
    entries = _entries(connection, mobile)
    for row in mobile:
        twin = next((each.name for each in others if _may_be(row, each)), "")
        twin = twin or next((each.id for each in entries if _same_receipt(row, each)), "")
        if twin:
            found[row.gateway_id] = twin
    return found


def _others(connection: Connection, rows: Sequence[Any]) -> Sequence[Any]:
    """Mobile payments of these accounts that have a placement, or came earlier and wait."""
    g = gateway_payment.c
    moments = [row.paid_at for row in rows]
    return connection.execute(
        select(
            g.id, g.amount, g.currency, g.account_given, g.paid_at, g.receipt, payment.c.status,
            (g.external_id + g.receipt).label("name"),
        )
        .join(payment, payment.c.gateway_id == g.id)
        .where(g.method == str(Method.MOBILE_MONEY), any_of(connection, g.account_given, {r.account_given for r in rows}))
        .where(g.paid_at.between(min(moments) - _NEAR, max(moments) + _NEAR))
        .order_by(g.first_seen, g.id)
    ).all()  # fmt: skip


def _may_be(row: Any, other: Any) -> bool:
    """One of the two lacks its receipt, and the other stands already (of two that wait, the one made first goes on)."""
    if other.id == row.gateway_id or (row.receipt and other.receipt):
        return False
    if (other.amount, other.currency, other.account_given) != (row.amount, row.currency, row.account_given):
        return False
    if abs(other.paid_at - row.paid_at) > _NEAR:
        return False
    return other.status in _PLACED or (other.paid_at, other.id) < (row.paid_at, row.gateway_id)


def _entries(connection: Connection, rows: Sequence[Any]) -> Sequence[Any]:
    """Payments on own bank accounts of these amounts and days that were credited, with the texts of their lines."""
    rows = [row for row in rows if row.receipt]
    if not rows:
        return ()
    days = [row.booking_date for row in rows]
    owns = select(own_bank_account.c.number).where(own_bank_account.c.currency.in_({row.currency for row in rows}))
    return connection.execute(
        select(payment.c.id, payment.c.amount, payment.c.currency, statement_line.c.bank_reference,
               line_detail.c.purpose, line_detail.c.references)
        .join(entry, entry.c.id == payment.c.entry_id)
        .join(statement_line, and_(statement_line.c.statement_id == entry.c.statement_id,
                                   statement_line.c.position == entry.c.position))
        .join(line_detail, and_(line_detail.c.statement_id == entry.c.statement_id,
                                line_detail.c.position == entry.c.position,
                                line_detail.c.detail_no == payment.c.detail_no))
        .where(entry.c.own_account.in_(owns), payment.c.status.in_(_PLACED))
        .where(entry.c.booking_date.between(min(days) - _BOOKED_WITHIN, max(days) + _BOOKED_WITHIN))
        .where(or_(*(payment.c.amount == amount for amount in sorted({row.amount for row in rows})[:500])))
    ).all()  # fmt: skip


def _same_receipt(row: Any, other: Any) -> bool:
    if not row.receipt or (other.amount, other.currency) != (row.amount, row.currency):
        return False
    said = " ".join((other.bank_reference, other.purpose, *(value for _, value in other.references or ()))).upper()
    return row.receipt.upper() in said
