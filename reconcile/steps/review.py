"""What a person decides about a payment: credit, split, reassign, hold, return, ignore, undo.

Each act has an actor and a reason, is one transaction, and never edits the journal: what it undoes, it undoes by a
counter-entry. Above the policy's amount an act waits until a second person approves it. What a person decided stands: no
run overrules it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, select, update

from reconcile import ledger
from reconcile.ledger import Transfer
from reconcile.outcome import Decision
from reconcile.policy import PolicyBook
from reconcile.steps.acts import (
    Outcome,
    Person,
    check_reason,
    locked,
    propose,
    refuse_waiting,
    resolve_id,
    settle,
    waiting_act,
)
from reconcile.steps.placing import PLACED, planned
from reconcile.steps.reversals import owe
from reconcile.store import journal
from reconcile.store.alerts import audit, insert_new
from reconcile.store.decision_rows import Act, Standing, Written
from reconcile.store.decisions import place, standing_of, take_back, write
from reconcile.store.tables import (
    decision,
    entry,
    line_detail,
    taught,
)

NEEDS_APPROVAL: Final = ("credit", "split", "reassign", "return", "ignore", "undo")


def credit(
    engine: Engine,
    policies: PolicyBook,
    payment_id: str,
    account_number: str,
    person: Person,
    invoices: Sequence[str] = (),
) -> Outcome:
    """Credit the whole payment to one account; the invoices named are allocated in order, up to their outstanding."""
    return _act(engine, policies, payment_id, "credit", {"account": account_number, "invoices": list(invoices)}, person)


def split(
    engine: Engine, policies: PolicyBook, payment_id: str, shares: Sequence[tuple[str, int]], person: Person
) -> Outcome:
    """Credit the payment to several accounts; the shares (minor units) make exactly its amount."""
    return _act(engine, policies, payment_id, "split", {"shares": [list(share) for share in shares]}, person)


def reassign(
    engine: Engine,
    policies: PolicyBook,
    payment_id: str,
    account_number: str,
    person: Person,
    invoices: Sequence[str] = (),
) -> Outcome:
    """Take a credit back and give it to another account, in one step."""
    return _act(
        engine, policies, payment_id, "reassign", {"account": account_number, "invoices": list(invoices)}, person
    )


def hold(engine: Engine, policies: PolicyBook, payment_id: str, person: Person, until: date | None = None) -> Outcome:
    """Keep the money in unapplied cash, perhaps until a day; the machine leaves it alone."""
    return _act(engine, policies, payment_id, "hold", {"until": until.isoformat() if until else None}, person)


def return_(engine: Engine, policies: PolicyBook, payment_id: str, person: Person) -> Outcome:
    """The money goes back to its payer: it is owed until the outgoing entry shows."""
    return _act(engine, policies, payment_id, "return", {}, person)


def ignore(engine: Engine, policies: PolicyBook, payment_id: str, person: Person) -> Outcome:
    """No customer's money, or a duplicate: set aside with its reason."""
    return _act(engine, policies, payment_id, "ignore", {}, person)


def undo(engine: Engine, policies: PolicyBook, payment_id: str, person: Person) -> Outcome:
    """Take back exactly the placement in force; the payment is then held by this person."""
    return _act(engine, policies, payment_id, "undo", {}, person)


# --- the one way in --------------------------------------------------------------------------------------------------


def _act(
    engine: Engine, policies: PolicyBook, payment_id: str, act: str, arguments: Mapping[str, Any], person: Person
) -> Outcome:
    check_reason(person)
    with engine.begin() as connection:
        row = locked(connection, resolve_id(connection, payment_id))
        if waiting := waiting_act(connection, row.id):
            if act == "undo":
                return _withdraw(connection, row, waiting, person)
            raise refuse_waiting(waiting, row.id)
        planned(connection, row, act, arguments)  # refuse what cannot be done before anybody is asked to approve it
        policy = policies.on(row.booking_date)
        if act in NEEDS_APPROVAL and policy.needs_approval(row.amount, row.currency):
            return propose(connection, row, act, arguments, person)
        return perform(connection, policies, row, act, arguments, person)


def _withdraw(connection: Connection, row: Any, waiting: Any, person: Person) -> Outcome:
    """Undo of an act that only waits: it is taken back, and nothing has moved."""
    settle(connection, waiting, person)
    audit(connection, person.actor, f"withdraw_{waiting.act}", row.id, person.reason, person.at)
    return Outcome(row.id, "withdraw", row.status or "unmatched")


def perform(
    connection: Connection,
    policies: PolicyBook,
    row: Any,
    act: str,
    arguments: Mapping[str, Any],
    person: Person,
    approved_by: str | None = None,
) -> Outcome:
    """Do it, to a payment that is locked: nobody else is to be asked any more."""
    made = planned(connection, row, act, arguments)
    standing = standing_of(row._mapping)
    link = f"act:{row.id}:{(standing.decision_no or 0) + 1}"
    until = arguments.get("until")
    note = person.reason if approved_by is None else f"{person.reason} (approved by {approved_by})"
    doing = Act(
        person.actor,
        person.at,
        policies.on(row.booking_date).version,
        name=act,
        note=note,
        hold_until=date.fromisoformat(until) if until else None,
    )
    first = 1
    if row.status in PLACED:
        first += take_back(connection, link, standing, person.at, f"undone: {act}", person.at.date())
        connection.execute(
            update(taught)
            .where(taught.c.payment_id == row.id, taught.c.withdrawn_at.is_(None))
            .values(withdrawn_at=person.at)
        )
    write(connection, link, [Written(standing, made, doing)], first)
    if made.status == "returned":
        owe(connection, link, standing, row.booking_date, person.at)
    elif made.status == "ignored":
        _set_aside(connection, link, standing, row.booking_date, person.at)
    elif made.status == "credited":
        _teach(connection, row, made, person)
    audit(connection, person.actor, act, row.id, note, person.at, dict(arguments))
    journal.seal(connection, link, person.at)
    return Outcome(row.id, act, made.status)


def _set_aside(connection: Connection, link: str, standing: Standing, effective: date, at: datetime) -> None:
    place(connection, [(standing, "ignore")])
    transfer = Transfer(
        f"ignore:{standing.payment_id}:{standing.generation + 1}",
        ledger.unapplied(standing.own_account),
        ledger.ignored(standing.own_account),
        standing.amount,
        standing.currency,
        effective,
        "set aside",
        standing.payment_id,
    )
    journal.post(connection, link, [transfer], at, journal.next_row(connection, link))


def _teach(connection: Connection, row: Any, made: Decision, person: Person) -> None:
    """Remember that this payer's account or id paid for that account: it ranks candidates, and decides nothing. What was
    learned before of the same payer and another account is contradicted by it, and withdrawn."""
    if row.gateway_id is not None:
        return
    payer = connection.execute(
        select(line_detail.c.account, line_detail.c.tax_id)
        .join(
            entry, and_(entry.c.statement_id == line_detail.c.statement_id, entry.c.position == line_detail.c.position)
        )
        .where(entry.c.id == row.entry_id, line_detail.c.detail_no == row.detail_no)
    ).one()
    if made.account_number is None:
        return
    for key in sorted({payer.account, payer.tax_id} - {""}):
        contradicted = and_(taught.c.payer_key == key, taught.c.account_number != made.account_number)
        connection.execute(
            update(taught).where(contradicted, taught.c.withdrawn_at.is_(None)).values(withdrawn_at=person.at)
        )
        again = update(taught).where(taught.c.payment_id == row.id, taught.c.payer_key == key)
        values = {"account_number": made.account_number, "actor": person.actor, "at": person.at, "withdrawn_at": None}
        if not insert_new(connection, taught, [{"payment_id": row.id, "payer_key": key, **values}]):
            connection.execute(again.values(**values))


def history(connection: Connection, payment_id: str) -> Sequence[Any]:
    """Every decision about a payment, oldest first."""
    return connection.execute(select(decision).where(decision.c.payment_id == payment_id).order_by(decision.c.no)).all()
