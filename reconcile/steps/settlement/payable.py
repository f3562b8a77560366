"""What through gateways a lump sum may pay out: payments and refunds that none has settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, exists, not_, select

from reconcile.gateway.settling import Item
from reconcile.policy import Policy
from reconcile.statement import Party
from reconcile.steps.gateway.ties import Movement
from reconcile.store.gateway_tables import gateway_payment, gateway_refund, settlement_tie


@dataclass(frozen=True, slots=True)
class Payable:
    """An unsettled item beside what posting it takes."""

    item: Item
    movement: Movement
    provider: str


def unsettled(connection: Connection, row: Any, policy: Policy) -> list[Payable]:
    """Payments and refunds that no lump sum has settled, in the sum's currency and of its sender where both are known;
    those without a settlement number only within the window."""
    earliest = row.booking_date - timedelta(policy.settlement_window_days)
    sender = policy.lump_sum_sender(Party(row.name, row.tax_id))
    found = [*paid(connection, row.currency), *refunds(connection, row.currency)]
    return [
        each
        for each in found
        if each.item.day <= row.booking_date
        and (each.item.settlement_id or each.item.day >= earliest)
        and _of_sender(each.provider, sender, policy)
    ]


def _of_sender(provider: str, sender: str | None, policy: Policy) -> bool:
    if not provider or sender is None:
        return True
    known = policy.lump_sum_sender(Party(provider))
    return known is None or known == sender


def paid(connection: Connection, currency: str) -> list[Payable]:
    g = gateway_payment.c
    tied = exists().where(settlement_tie.c.kind == "paid", settlement_tie.c.movement_id == g.id)
    query = select(gateway_payment).where(g.state == "paid", not_(tied)).order_by(g.paid_at, g.id)
    return [each for row in connection.execute(query) if (each := _paid_row(row)).movement.currency == currency]


def _paid_row(row: Any) -> Payable:
    converted = row.converted_amount is not None
    amount, currency = (row.converted_amount, row.converted_currency) if converted else (row.amount, row.currency)
    name, fee = row.external_id or row.receipt, row.fee or 0
    alike = (row.payer_key or row.masked_pan, row.account_given, row.paid_at.isoformat())
    item = Item("paid", row.id, name, row.local_day, amount, fee, row.settlement_id, _merchant(row), alike)
    given = (row.amount, row.currency) if converted else (None, None)
    return Payable(item, Movement("paid", row.id, row.clearing, amount, currency, fee, name, *given), row.provider)


def _merchant(row: Any) -> str:
    return f"{row.provider}|{row.merchant}"


def refunds(connection: Connection, currency: str) -> list[Payable]:
    r, g = gateway_refund.c, gateway_payment.c
    tied = exists().where(settlement_tie.c.kind == "refund", settlement_tie.c.movement_id == r.id)
    query = (
        select(gateway_refund, g.clearing, g.provider, g.merchant, g.external_id, g.receipt, g.currency, g.local_day,
               g.converted_currency, g.account_given)
        .join(gateway_payment, g.id == r.gateway_id)
        .where(not_(tied), g.state == "paid")
        .order_by(r.at, r.id)
    )  # fmt: skip
    found = (_refund_row(row) for row in connection.execute(query))
    return [each for each in found if each.movement.currency == currency]


def _refund_row(row: Any) -> Payable:
    currency = row.converted_currency or row.currency
    name = row.external_id or row.receipt if row.id.startswith("whole:") else row.id
    day = max(row.at.date(), row.local_day)
    item = Item("refund", row.id, f"{name} ({row.kind})", day, row.settled_amount, 0, row.settlement_id, _merchant(row))
    given = (row.amount, row.currency) if row.converted_currency else (None, None)
    movement = Movement("refund", row.id, row.clearing, row.settled_amount, currency, 0, name, *given)
    return Payable(item, movement, row.provider)
