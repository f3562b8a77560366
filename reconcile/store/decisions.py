"""Decisions and what they move, written for a whole chunk at once: every row of them in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from reconcile import __version__, ledger
from reconcile.decision import Allocation, Conversion, Decision
from reconcile.ledger import Transfer
from reconcile.store import journal
from reconcile.store.bulk import any_of, insert_rows, update_rows
from reconcile.store.decision_text import content, digest
from reconcile.store.lookup import account_positions, invoice_positions
from reconcile.store.tables import allocation, balance_change, decision, invoice, payment, placement
from reconcile.store.tables import journal as journal_table

DECISION_COLUMNS = (
    "payment_id", "no", "status", "reason", "flags", "account_number", "rule", "payer_relation", "allocations", "splits",
    "candidates", "evidence", "program_version", "policy_version", "act", "actor", "note", "hold_until", "decided_at",
    "run_no", "digest", "credited_amount", "credited_currency", "fx_rate",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A payment as the books have it: what is needed to write its next decision."""

    payment_id: str
    own_account: str
    amount: int
    currency: str
    booking_date: date
    decision_no: int | None
    generation: int
    status: str | None = None
    refunded: int = 0
    """What of it has gone back through the gateway already."""

    @property
    def left(self) -> int:
        """What is there to be placed, in minor units of the payment's currency."""
        return self.amount - self.refunded


@dataclass(frozen=True, slots=True)
class Act:
    """Whose decision it is: the machine's in a run, or a person's with a reason."""

    actor: str
    at: datetime
    policy_version: str
    name: str = "decide"
    note: str = ""
    run_no: int | None = None
    hold_until: date | None = None
    leaves_it_to_the_machine: bool = False
    """A person's act after which runs go on deciding the payment."""

    @property
    def by_person(self) -> bool:
        return self.run_no is None and not self.leaves_it_to_the_machine


@dataclass(frozen=True, slots=True)
class Written:
    """A decision to be written, beside the payment that it is about."""

    standing: Standing
    decision: Decision
    act: Act
    said: tuple[object, ...] = ()
    mark: str = ""
    """`content(decision)` and its digest, where the caller has them already."""


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
    _append(connection, written)
    credited = [each for each in written if each.decision.status == "credited"]
    if not credited:
        return 0
    at = written[0].act.at
    _place(connection, [(each.standing, "credit") for each in credited])
    transfers = [transfer for each in credited for transfer in _credit(each.standing, each.decision)]
    journal.post(connection, link_id, transfers, at, first_row)
    add_balance_changes(connection, transfers)
    allocate(connection, [(each.standing, each.decision.allocations) for each in credited])
    return len(transfers)


def _append(connection: Connection, written: Sequence[Written]) -> None:
    rows = []
    pointers = []
    for each in written:
        number = (each.standing.decision_no or 0) + 1
        said = each.said or content(each.decision)
        act = each.act
        rows.append(
            (
                each.standing.payment_id,
                number,
                *said,
                __version__,
                act.policy_version,
                act.name,
                act.actor,
                act.note,
                act.hold_until,
                act.at,
                act.run_no,
                each.mark or digest(said),
                *_converted(each.decision),
            )
        )
        pointers.append(
            (
                number,
                each.decision.status,
                each.decision.reason,
                each.decision.account_number,
                act.by_person,
                each.standing.generation + (each.decision.status == "credited"),
                each.standing.payment_id,
            )
        )
    insert_rows(connection, decision, DECISION_COLUMNS, rows)
    update_rows(connection, payment, "id", POINTER_COLUMNS, pointers)


def _converted(made: Decision) -> tuple[int | None, str | None, str | None]:
    as_ = made.conversion
    return (None, None, None) if as_ is None else (as_.amount, as_.currency, as_.rate)


POINTER_COLUMNS = ("decision_no", "status", "reason", "account_number", "by_person", "generation")


def place(connection: Connection, placed: Sequence[tuple[Standing, str]]) -> None:
    """The next placement of each payment; the database refuses one while another is live."""
    _place(connection, placed)
    generations = [(standing.generation + 1, standing.payment_id) for standing, _ in placed]
    update_rows(connection, payment, "id", ("generation",), generations)


def _place(connection: Connection, placed: Sequence[tuple[Standing, str]]) -> None:
    rows = [(standing.payment_id, standing.generation + 1, kind, standing.left) for standing, kind in placed]
    insert_rows(connection, placement, ("payment_id", "generation", "kind", "amount"), rows)


def _credit(standing: Standing, made: Decision) -> list[Transfer]:
    return credit_transfers(standing, made.splits, made.conversion)


def credit_transfers(
    standing: Standing, splits: Sequence[tuple[str, int]], conversion: Conversion | None = None
) -> list[Transfer]:
    """Unapplied cash to the customers, one row an account; together exactly what is left of the payment, or what it
    was converted into: then through exchange clearing, where the currency given and the currency taken meet."""
    total = standing.left if conversion is None else conversion.amount
    if sum(amount for _, amount in splits) != total or any(amount <= 0 for _, amount in splits):
        raise ValueError(f"payment {standing.payment_id} of {total} cannot be credited as {splits}")
    base = f"credit:{standing.payment_id}:{standing.generation + 1}"
    keys = [base] if len(splits) == 1 else [f"{base}:{number}" for number in range(1, len(splits) + 1)]
    own, currency = standing.own_account, standing.currency
    source = ledger.unapplied(own)
    rows = []
    if conversion is not None:
        given = ledger.exchange(own, currency)
        row = (f"{base}:exchange", source, given, standing.left, currency, standing.booking_date, "exchanged")
        rows.append(Transfer(*row, standing.payment_id))
        source, currency = ledger.exchange(own, conversion.currency), conversion.currency
    for key, (number, amount) in zip(keys, splits, strict=True):
        row = (key, source, ledger.customer(number), amount, currency, standing.booking_date, "credited")
        rows.append(Transfer(*row, standing.payment_id))
    return rows


def allocate(connection: Connection, wanted: Sequence[tuple[Standing, Sequence[Allocation]]]) -> None:
    """Chain the allocations onto their invoices, in the order given. The database refuses more than is outstanding."""
    numbers = {each.invoice_number for _, its in wanted for each in its}
    if not numbers:
        return
    amounts = {
        row.number: row.amount
        for row in connection.execute(
            select(invoice.c.number, invoice.c.amount).where(any_of(connection, invoice.c.number, numbers))
        )
    }
    positions = invoice_positions(connection, numbers)
    rows = []
    for standing, its in wanted:
        for each in its:
            sequence, before = positions.get(each.invoice_number, (0, amounts[each.invoice_number]))
            rows.append(
                _link(
                    each, amounts[each.invoice_number], sequence, before, standing.payment_id, standing.generation + 1
                )
            )
            positions[each.invoice_number] = (sequence + 1, before - each.amount)
    insert_rows(connection, allocation, ALLOCATION_COLUMNS, rows)


ALLOCATION_COLUMNS = (
    "invoice_number", "sequence", "previous", "invoice_amount", "before", "amount", "after", "payment_id", "generation",
)  # fmt: skip


def _link(
    each: Allocation, total: int, sequence: int, before: int, payment_id: str, generation: int
) -> tuple[object, ...]:
    after = before - each.amount
    previous = sequence or None
    return (each.invoice_number, sequence + 1, previous, total, before, each.amount, after, payment_id, generation)


def release(connection: Connection, payment_id: str, generation: int) -> None:
    """Give back what this placement took from its invoices: rows of the other sign."""
    taken = connection.execute(
        select(allocation)
        .where(allocation.c.payment_id == payment_id, allocation.c.generation == generation)
        .order_by(allocation.c.invoice_number, allocation.c.sequence)
    ).all()
    net: dict[str, int] = {}
    totals = {row.invoice_number: row.invoice_amount for row in taken}
    for row in taken:
        net[row.invoice_number] = net.get(row.invoice_number, 0) + row.amount
    positions = invoice_positions(connection, net)
    rows = []
    for number, amount in net.items():
        if amount:
            sequence, before = positions[number]
            back = Allocation("", number, -amount)
            rows.append(_link(back, totals[number], sequence, before, payment_id, generation))
    insert_rows(connection, allocation, ALLOCATION_COLUMNS, rows)


def add_balance_changes(connection: Connection, transfers: Sequence[Transfer]) -> None:
    """The outbox (docs/data-model.md, 16): each journal row that touches a customer, in order per account."""
    changes = [(number, transfer.key, change) for transfer in transfers for number, change in _changes(transfer)]
    positions = account_positions(connection, {number for number, _, _ in changes})
    rows = []
    for number, key, change in changes:
        sequence, before = positions.get(number, (0, 0))
        rows.append((number, sequence + 1, sequence or None, key, before, change, before + change))
        positions[number] = (sequence + 1, before + change)
    columns = ("account_number", "sequence", "previous", "journal_key", "before", "change", "after")
    insert_rows(connection, balance_change, columns, rows)


def _changes(transfer: Transfer) -> list[tuple[str, int]]:
    sides = ((transfer.credit, transfer.amount), (transfer.debit, -transfer.amount))
    prefix = ledger.customer("")
    return [(side.removeprefix(prefix), change) for side, change in sides if side.startswith(prefix)]


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
