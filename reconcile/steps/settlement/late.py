"""A settlement with a difference: rows that came since, and fees that were corrected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select, update

from reconcile import ledger
from reconcile.ledger import Transfer
from reconcile.steps.gateway.ties import late_transfers
from reconcile.steps.settlement.payable import Payable, paid, refunds
from reconcile.steps.settlement.telling import KIND
from reconcile.store import journal
from reconcile.store.alerts import close_alert, insert_new
from reconcile.store.gateway_tables import gateway_payment, settlement, settlement_tie
from reconcile.store.tables import journal as journal_table
from reconcile.store.tables import payment


def complete(connection: Connection, payment_id: str, now: datetime) -> None:
    """Take up what came since, if anything did."""
    done = connection.execute(select(settlement).where(settlement.c.payment_id == payment_id).with_for_update()).one()
    row = connection.execute(select(payment).where(payment.c.id == payment_id)).one()
    if done.how != "settlement_id" or done.difference == 0:
        return
    every = [*paid(connection, done.currency), *refunds(connection, done.currency)]
    late = [each for each in every if each.item.settlement_id == done.settlement_id]
    corrected = _corrected(connection, payment_id)
    if not late and not corrected:
        return
    link = f"settle:{payment_id}:late:{now.isoformat()}"
    _take_late(connection, link, done, row, late, corrected, now)
    journal.seal(connection, link, now)


def _corrected(connection: Connection, payment_id: str) -> list[tuple[Any, int]]:
    """Ties whose payment has another fee now."""
    query = (
        select(settlement_tie, gateway_payment.c.fee.label("now"), gateway_payment.c.clearing)
        .join(gateway_payment, gateway_payment.c.id == settlement_tie.c.movement_id)
        .where(settlement_tie.c.payment_id == payment_id, settlement_tie.c.kind == "paid")
    )
    return [(each, (each.now or 0) - each.fee) for each in connection.execute(query) if (each.now or 0) != each.fee]


def _take_late(
    connection: Connection,
    link: str,
    done: Any,
    row: Any,
    late: Sequence[Payable],
    corrected: Sequence[tuple[Any, int]],
    now: datetime,
) -> None:
    gross = sum(each.item.amount for each in late if each.item.kind == "paid")
    refunds = sum(each.item.amount for each in late if each.item.kind == "refund")
    fees = sum(each.item.fee for each in late) + sum(change for _, change in corrected)
    netted = fees if done.fees_netted else 0
    difference = done.difference - gross + refunds + netted
    connection.execute(
        update(settlement)
        .where(settlement.c.payment_id == done.payment_id)
        .values(gross=done.gross + gross, refunds=done.refunds + refunds, fees=done.fees + fees, difference=difference)
    )
    ties = [
        {"kind": each.item.kind, "movement_id": each.item.id, "payment_id": done.payment_id,
         "amount": each.item.amount, "fee": each.item.fee}
        for each in late
    ]  # fmt: skip
    insert_new(connection, settlement_tie, ties)
    for each, change in corrected:
        here = and_(settlement_tie.c.kind == each.kind, settlement_tie.c.movement_id == each.movement_id)
        connection.execute(update(settlement_tie).where(here).values(fee=each.fee + change))
    home = _home(connection, row, done)
    moved = [each.movement for each in late]
    transfers: list[Transfer] = list(late_transfers(row, home, moved, bool(done.fees_netted), now))
    if done.fees_netted:
        transfers += _fee_changes(row, home, corrected, now)
    journal.post(connection, link, transfers, now)
    if difference == 0:
        close_alert(connection, KIND, done.payment_id, "machine", "the missing rows are on the books now", now)


def _home(connection: Connection, row: Any, done: Any) -> str:
    """The clearing account to which the sum was posted."""
    rows = journal_table.c
    query = select(rows.credit).where(rows.payment_id == row.id, rows.debit == ledger.unapplied(row.own_account))
    return str(connection.execute(query).scalars().first())


def _fee_changes(row: Any, home: str, corrected: Sequence[tuple[Any, int]], now: datetime) -> list[Transfer]:
    fees = ledger.fees(home.removeprefix(ledger.gateway("")))
    rows = []
    for each, change in corrected:
        sides = (fees, home) if change > 0 else (home, fees)
        key = f"fee:{each.movement_id}:{each.fee}:{each.fee + change}"
        rows.append(Transfer(key, *sides, abs(change), row.currency, now.date(), "fee corrected", row.id))
    return rows
