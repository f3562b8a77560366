"""What a person decides about a payment: credit, split, reassign, hold, return, ignore, approve, undo.

Each act has an actor and a reason, is one transaction, and never edits the journal: what it undoes, it undoes by a
counter-entry. Above the policy's amount an act waits until a second person approves it. What a person decided stands: no
run overrules it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, insert, select, update

from reconcile import ledger
from reconcile.decision import Allocation, Conversion, Decision
from reconcile.ledger import Transfer
from reconcile.money import format_amount
from reconcile.payer import Relation
from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.steps.reversals import owe
from reconcile.store import journal
from reconcile.store.alerts import audit, insert_new
from reconcile.store.decisions import Act, Standing, Written, place, standing_of, take_back, write
from reconcile.store.declined import row_of
from reconcile.store.lookup import invoice_positions
from reconcile.store.tables import (
    account,
    decision,
    entry,
    entry_tie,
    invoice,
    line_detail,
    payment,
    proposed_act,
    taught,
)

PLACED: Final = ("credited", "returned", "ignored")
NEEDS_APPROVAL: Final = ("credit", "split", "reassign", "return", "ignore", "undo")


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, and why; the reason is part of the books."""

    actor: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act came to: done, or waiting for a second person."""

    payment_id: str
    act: str
    status: str
    waiting: bool = False


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


def approve(engine: Engine, policies: PolicyBook, payment_id: str, person: Person) -> Outcome:
    """The second person's word on a waiting act. Nobody approves an act of their own."""
    check_reason(person)
    with engine.begin() as connection:
        full_id = resolve_id(connection, payment_id)
        waiting = waiting_act(connection, full_id)
        if waiting is None:
            raise Refusal.of(f"no act on payment {full_id} waits for approval", "see `reconcile status`")
        if waiting.actor == person.actor:
            raise Refusal.of(f"{person.actor} proposed this act", "somebody else must approve it")
        connection.execute(
            update(proposed_act)
            .where(proposed_act.c.id == waiting.id)
            .values(decided_by=person.actor, decided_at=person.at)
        )
        audit(connection, person.actor, "approve", full_id, person.reason, person.at, {"act": waiting.act})
        proposer = Person(waiting.actor, waiting.reason, person.at)
        if waiting.act == "reconsider":
            from reconcile.steps import declining  # it is an act of its own, and knows this module

            row = locked(connection, full_id)
            return declining.take_back(connection, policies, row, waiting.arguments, proposer, person.actor)
        return _perform(connection, policies, full_id, waiting.act, waiting.arguments, proposer, person.actor)


def resolve_id(connection: Connection, given: str) -> str:
    """The payment that an id, or its unmistakable beginning (six characters or more), names."""
    if connection.execute(select(payment.c.id).where(payment.c.id == given)).first():
        return given
    found = (
        connection.execute(select(payment.c.id).where(payment.c.id.startswith(given, autoescape=True)).limit(2))
        .scalars()
        .all()
        if len(given) >= 6
        else []
    )
    if len(found) != 1:
        what = f"several payments begin with {given!r}" if found else f"there is no payment {given!r}"
        raise Refusal.of(what, "copy the payment id from `reconcile export payments` or `reconcile find`")
    return str(found[0])


# --- the one way in --------------------------------------------------------------------------------------------------


def _act(
    engine: Engine, policies: PolicyBook, payment_id: str, act: str, arguments: Mapping[str, Any], person: Person
) -> Outcome:
    check_reason(person)
    with engine.begin() as connection:
        full_id = resolve_id(connection, payment_id)
        row = locked(connection, full_id)
        if waiting := waiting_act(connection, full_id):
            if act == "undo":
                return _withdraw(connection, row, waiting, person)
            raise Refusal.of(
                f"{waiting.act} by {waiting.actor} waits for approval on payment {full_id}",
                "approve it, or take it back with `reconcile review undo`",
            )
        _plan(connection, row, act, arguments)  # refuse what cannot be done before anybody is asked to approve it
        policy = policies.on(row.booking_date)
        if act in NEEDS_APPROVAL and policy.needs_approval(row.amount, row.currency):
            return propose(connection, row, act, arguments, person)
        return _perform(connection, policies, full_id, act, arguments, person, None)


def waiting_act(connection: Connection, payment_id: str) -> Any | None:
    """The act that waits for a second person on this payment."""
    return connection.execute(
        select(proposed_act).where(proposed_act.c.payment_id == payment_id, proposed_act.c.decided_at.is_(None))
    ).first()


def _withdraw(connection: Connection, row: Any, waiting: Any, person: Person) -> Outcome:
    """Undo of an act that only waits: it is taken back, and nothing has moved."""
    connection.execute(
        update(proposed_act)
        .where(proposed_act.c.id == waiting.id)
        .values(decided_by=person.actor, decided_at=person.at)
    )
    audit(connection, person.actor, f"withdraw_{waiting.act}", row.id, person.reason, person.at)
    return Outcome(row.id, "undo", row.status or "unmatched")


def check_reason(person: Person) -> None:
    if not person.reason.strip():
        raise Refusal.of("the act has no reason", "say why with --reason: it is part of the books")


def locked(connection: Connection, payment_id: str) -> Any:
    query = (
        select(payment, entry.c.voided, decision.c.credited_amount, decision.c.credited_currency, decision.c.fx_rate)
        .outerjoin(entry, entry.c.id == payment.c.entry_id)
        .outerjoin(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
    )
    row = connection.execute(query.where(payment.c.id == payment_id).with_for_update(of=payment)).one()
    if row.voided:
        raise Refusal.of(f"the statement of payment {payment_id} was voided", "nothing is to be decided about it")
    return row


def propose(connection: Connection, row: Any, act: str, arguments: Mapping[str, Any], person: Person) -> Outcome:
    connection.execute(
        insert(proposed_act).values(
            payment_id=row.id,
            act=act,
            arguments=dict(arguments),
            actor=person.actor,
            reason=person.reason,
            at=person.at,
        )
    )
    audit(connection, person.actor, f"propose_{act}", row.id, person.reason, person.at, dict(arguments))
    return Outcome(row.id, act, row.status or "unmatched", waiting=True)


def _perform(
    connection: Connection,
    policies: PolicyBook,
    payment_id: str,
    act: str,
    arguments: Mapping[str, Any],
    person: Person,
    approved_by: str | None,
) -> Outcome:
    row = locked(connection, payment_id)
    made = _plan(connection, row, act, arguments)
    standing = standing_of(row._mapping)
    link = f"act:{payment_id}:{(standing.decision_no or 0) + 1}"
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


# --- what an act comes to --------------------------------------------------------------------------------------------


def _plan(connection: Connection, row: Any, act: str, arguments: Mapping[str, Any]) -> Decision:
    """The decision that the act makes; refuses what cannot be done."""
    _check_state(connection, row, act)
    evidence = (("person", {"act": act}),)
    if act in ("credit", "reassign"):
        number = _account(connection, row, arguments["account"])
        conversion = _conversion(connection, row, number)
        amount = row.amount - row.refunded if conversion is None else conversion.amount
        made = replace(_credited(row, ((number, amount),), evidence), conversion=conversion)
        allocations = _allocations(connection, row, number, arguments.get("invoices") or [])
        return replace(made, account_number=number, allocations=allocations)
    if act == "split":
        shares = tuple((_account(connection, row, number), int(amount)) for number, amount in arguments["shares"])
        if sum(amount for _, amount in shares) != row.amount - row.refunded or any(amount <= 0 for _, amount in shares):
            total = format_amount(sum(amount for _, amount in shares), row.currency)
            raise Refusal.of(
                f"the shares make {total}, the payment is {format_amount(row.amount - row.refunded, row.currency)} "
                f"{row.currency}",
                "give shares above zero that make the payment exactly",
            )
        if len({number for number, _ in shares}) != len(shares):
            raise Refusal.of("an account stands twice among the shares", "give each account one share")
        single = shares[0][0] if len(shares) == 1 else None
        return replace(_credited(row, shares, evidence), account_number=single)
    status = {"hold": "held", "undo": "held", "return": "returned", "ignore": "ignored"}[act]
    reason = {"hold": "held_by_person", "undo": "undone_by_person", "return": "returned_by_person"}.get(
        act, "ignored_by_person"
    )
    flags = (reason,) if status == "held" else ()
    return Decision(status, reason, flags, "person", account_number=row.account_number, evidence=evidence)


def _check_state(connection: Connection, row: Any, act: str) -> None:
    placed = row.status in PLACED
    if row.status == "settlement":
        raise Refusal.of(
            f"payment {row.id} is a sum that is tied to payments through a gateway", "there is no money left to place"
        )
    if row.refunded == row.amount:
        raise Refusal.of(
            f"payment {row.id} has gone back to its payer through the gateway", "there is no money left to place"
        )
    if act in ("reassign", "undo") and not placed:
        raise Refusal.of(
            f"payment {row.id} is {row.status or 'not decided'}: there is nothing to undo", "credit it instead"
        )
    if act not in ("reassign", "undo") and placed:
        raise Refusal.of(f"payment {row.id} is {row.status} already", "undo that first, or reassign it")
    if row.status == "returned" and act in ("reassign", "undo"):
        tied = connection.execute(select(entry_tie.c.entry_id).where(entry_tie.c.payment_id == row.id)).first()
        if tied is not None:
            raise Refusal.of(
                f"payment {row.id} has gone back to its payer (entry {tied.entry_id})",
                "there is no money left to place",
            )


def _credited(row: Any, shares: tuple[tuple[str, int], ...], evidence: Any) -> Decision:
    return Decision("credited", None, (), "person", relation=Relation.UNKNOWN, splits=shares, evidence=evidence)


def _account(connection: Connection, row: Any, number: str) -> str:
    found = connection.execute(select(account).where(account.c.number == number)).first()
    if found is None:
        raise Refusal.of(f"there is no personal account {number!r}", "check the number with `reconcile find`")
    if found.currency != row.currency and found.currency != row.credited_currency:
        raise Refusal.of(
            f"account {number} is kept in {found.currency}, the payment is in {row.currency}",
            "return the payment, or credit an account in its currency",
        )
    if (word := row_of(connection, row.id, number, None)) is not None:
        raise _was_declined(f"account {number}", word)
    if found.status != "open":
        raise Refusal.of(f"account {number} is closed", "credit another account of the holder, or return the payment")
    return str(found.number)


def _was_declined(what: str, word: Any) -> Refusal:
    return Refusal.of(
        f"{word.actor} said that this payment is not for {what} («{word.reason}»)",
        "take that back first, with `reconcile review reconsider`, and its reason",
    )


def _conversion(connection: Connection, row: Any, number: str) -> Conversion | None:
    """Of a payment in another currency, what it was converted into when it was judged; a person does not convert."""
    currency = connection.execute(select(account.c.currency).where(account.c.number == number)).scalar_one()
    if currency == row.currency:
        return None
    return Conversion(row.credited_amount, currency, row.fx_rate, "as judged")


def _allocations(connection: Connection, row: Any, number: str, invoices: Sequence[str]) -> tuple[Allocation, ...]:
    left = row.amount - row.refunded
    taken = []
    positions = invoice_positions(connection, invoices)
    for wanted in dict.fromkeys(invoices):
        found = connection.execute(select(invoice).where(invoice.c.number == wanted)).first()
        if found is None or found.account_number != number:
            raise Refusal.of(f"account {number} has no invoice {wanted!r}", "check the invoice number")
        if (word := row_of(connection, row.id, number, wanted)) is not None:
            raise _was_declined(f"invoice {wanted}", word)
        outstanding = positions.get(wanted, (0, found.amount))[1]
        if found.status != "open" or found.currency != row.currency or outstanding <= 0:
            raise Refusal.of(
                f"nothing is outstanding of invoice {wanted}", "leave it out: the money stays on the account's balance"
            )
        share = min(left, outstanding)
        if share > 0:
            taken.append(Allocation(number, wanted, share))
            left -= share
    return tuple(taken)


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
