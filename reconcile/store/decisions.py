"""Decisions and what they move, written for a whole chunk at once: every row of them in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from reconcile import ledger
from reconcile.ledger import Transfer
from reconcile.outcome import Allocation
from reconcile.store import journal
from reconcile.store.bulk import any_of, insert_rows, update_rows
from reconcile.store.decision_rows import (
    ALLOCATION_COLUMNS,
    BALANCE_CHANGE_COLUMNS,
    DECISION_COLUMNS,
    PLACEMENT_COLUMNS,
    POINTER_COLUMNS,
    Standing,
    Written,
    allocation_rows,
    balance_rows,
    changes_of,
    decision_rows,
    placement_rows,
    released_rows,
    transfers_of,
)
from reconcile.store.lookup import account_positions, invoice_positions
from reconcile.store.tables import allocation, balance_change, decision, invoice, payment, placement
from reconcile.store.tables import journal as journal_table


def digests_in_force(connection: Connection, payment_ids: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(
        select(decision.c.payment_id, decision.c.digest)
        .join(payment, (payment.c.id == decision.c.payment_id) & (payment.c.decision_no == decision.c.no))
        .where(any_of(connection, payment.c.id, payment_ids))
    )
    return {row.payment_id: row.digest for row in rows}


def write(connection: Connection, link_id: str, written: Sequence[Written], first_row: int = 1) -> int:
    """Append the decisions, and for credits everything that moves: placement, journal rows, allocations, balance
    changes. The link is still to be sealed. Returns how many journal rows were posted."""
    rows, pointers = decision_rows(written)
    insert_rows(connection, decision, DECISION_COLUMNS, rows)
    update_rows(connection, payment, "id", POINTER_COLUMNS, pointers)
    credited = [each for each in written if each.decision.status == "credited"]
    if not credited:
        return 0
    placed = [(each.standing, "credit") for each in credited]
    insert_rows(connection, placement, PLACEMENT_COLUMNS, placement_rows(placed))
    transfers = transfers_of(credited)
    journal.post(connection, link_id, transfers, written[0].act.at, first_row)
    add_balance_changes(connection, transfers)
    allocate(connection, [(each.standing, each.decision.allocations) for each in credited])
    return len(transfers)


def place(connection: Connection, placed: Sequence[tuple[Standing, str]]) -> None:
    """The next placement of each payment; the database refuses one while another is live."""
    insert_rows(connection, placement, PLACEMENT_COLUMNS, placement_rows(placed))
    generations = [(standing.generation + 1, standing.payment_id) for standing, _ in placed]
    update_rows(connection, payment, "id", ("generation",), generations)


def allocate(connection: Connection, wanted: Sequence[tuple[Standing, Sequence[Allocation]]]) -> None:
    """Chain the allocations onto their invoices, in the order given. The database refuses more than is outstanding."""
    numbers = {each.invoice_number for _, its in wanted for each in its}
    if not numbers:
        return
    amount_of = select(invoice.c.number, invoice.c.amount).where(any_of(connection, invoice.c.number, numbers))
    amounts = {row.number: row.amount for row in connection.execute(amount_of)}
    rows = allocation_rows(wanted, amounts, invoice_positions(connection, numbers))
    insert_rows(connection, allocation, ALLOCATION_COLUMNS, rows)


def release(connection: Connection, payment_id: str, generation: int) -> None:
    """Give back what this placement took from its invoices: rows of the other sign."""
    taken = connection.execute(
        select(allocation)
        .where(allocation.c.payment_id == payment_id, allocation.c.generation == generation)
        .order_by(allocation.c.invoice_number, allocation.c.sequence)
    ).all()
    net: dict[str, int] = {}
    amounts = {row.invoice_number: row.invoice_amount for row in taken}
    for row in taken:
        net[row.invoice_number] = net.get(row.invoice_number, 0) + row.amount
    rows = released_rows(net, amounts, invoice_positions(connection, net), payment_id, generation)
    insert_rows(connection, allocation, ALLOCATION_COLUMNS, rows)


def add_balance_changes(connection: Connection, transfers: Sequence[Transfer]) -> None:
    """The outbox (docs/data-model.md, 16): each journal row that touches a customer, in order per account."""
    changes = changes_of(transfers)
    positions = account_positions(connection, {number for number, _, _ in changes})
    insert_rows(connection, balance_change, BALANCE_CHANGE_COLUMNS, balance_rows(changes, positions))


def take_back(
    connection: Connection,
    link_id: str,
    standing: Standing,
    at: datetime,
    why: str,
    effective: date,
    first_row: int = 1,
) -> int:
    """Undo the live placement of a payment: its journal rows reversed, its allocations released. Returns the rows."""
    keys = [
        row.key
        for row in connection.execute(
            select(journal_table.c.key)
            .where(journal_table.c.payment_id == standing.payment_id)
            .where(_of_placement(standing.payment_id, standing.generation))
            .order_by(journal_table.c.key)
        )
    ]
    done = journal.posted(connection, keys)
    rows = [ledger.reverse(done[key], effective, why) for key in keys]
    journal.post(connection, link_id, rows, at, first_row)
    add_balance_changes(connection, rows)
    release(connection, standing.payment_id, standing.generation)
    connection.execute(
        update(placement)
        .where(placement.c.payment_id == standing.payment_id, placement.c.generation == standing.generation)
        .where(placement.c.taken_back_at.is_(None))
        .values(taken_back_at=at)
    )
    return len(rows)


def _of_placement(payment_id: str, generation: int) -> ColumnElement[bool]:
    """The journal rows of one placement: its key, or for a split the keys of its legs."""
    key = journal_table.c.key
    bases = [f"{kind}:{payment_id}:{generation}" for kind in ledger.PLACES]
    return or_(*(key == base for base in bases), *(key.startswith(f"{base}:") for base in bases))


def standing_of(row: Mapping[Any, Any]) -> Standing:
    """From a row (mapping) of the payment table."""
    return Standing(
        row["id"],
        row["own_account"],
        row["amount"],
        row["currency"],
        row["booking_date"],
        row["decision_no"],
        row["generation"],
        row["status"],
        row.get("refunded") or 0,
    )
