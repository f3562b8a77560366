"""A reversal on a mobile wallet's statement: the operator takes a customer's payment back."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import Connection, select

from reconcile import ledger
from reconcile.gateway.report import Door, Kind, Report
from reconcile.ledger import Transfer
from reconcile.policy import Method, PolicyBook
from reconcile.steps.gateway.recording import record
from reconcile.store import journal
from reconcile.store.gateway_tables import gateway_payment, settlement, settlement_tie


def gateway_of(connection: Connection, original: Any | None) -> Any | None:
    """The gateway payment that a wallet's line is tied to; None for any other payment."""
    if original is None or original.status != "settlement":
        return None
    query = (
        select(gateway_payment)
        .join(settlement_tie, settlement_tie.c.movement_id == gateway_payment.c.id)
        .join(settlement, settlement.c.payment_id == settlement_tie.c.payment_id)
        .where(settlement.c.payment_id == original.id, settlement.c.how == "receipt", settlement_tie.c.kind == "paid")
    )
    return connection.execute(query).first()


def give_back_through(
    connection: Connection, link: str, paid: Any, row: Any, now: datetime, policies: PolicyBook
) -> None:
    """The payment is refunded, unless another door told of it before; and the entry that took the money out of the
    wallet clears what the operator is thereby owed."""
    zone = policies.on(row.booking_date).country("KE").time_zone
    report = Report(
        kind=Kind.REFUNDED, door=Door.STATEMENT, method=Method(paid.method), amount=paid.amount, currency=paid.currency,
        at=datetime.combine(row.booking_date, time(12), zone), payment_id=paid.external_id, receipt=paid.receipt,
        operator=paid.operator, source=f"entry {row.id}", facts={"entry": row.id},
    )  # fmt: skip
    record(connection, [report], actor="machine", now=now, policies=policies)
    sides = (ledger.gateway(paid.clearing), ledger.suspense(row.own_account))
    back = Transfer(f"tie:{row.id}", *sides, row.amount, row.currency, row.booking_date, "refunded", None)
    journal.post(connection, link, [back], now, journal.next_row(connection, link))
