"""A person says what a payment is *not* for: an account, or one of its invoices. And takes it back.

Declining only takes away. What was declined is not among the payment's candidates any more, whatever later runs find, and
nobody credits it: no run, and no person before it is taken back. The machine goes on deciding the payment; where its
rules lead to what was declined, the payment waits and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, Engine, insert, select, update

from reconcile.candidates import Candidate
from reconcile.decision import decide
from reconcile.declined import heed
from reconcile.outcome import CREDITED, Conversion, Decision
from reconcile.payer import Relation
from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.steps.acts import Outcome, Person, check_reason, locked, propose, refuse_waiting, resolve_id, waiting_act
from reconcile.steps.cases import cases_of, load
from reconcile.store import journal
from reconcile.store.alerts import audit
from reconcile.store.decision_rows import Act, Written
from reconcile.store.decisions import standing_of, write
from reconcile.store.declined import row_of, standing
from reconcile.store.declined_tables import declined_candidate
from reconcile.store.tables import account, decision, invoice, payment

OPEN: Final = ("held", "unmatched")


def decline(
    engine: Engine,
    policies: PolicyBook,
    payment_id: str,
    account_number: str,
    person: Person,
    invoice_number: str | None = None,
) -> Outcome:
    """This payment is not for that account; or, with an invoice, not for that invoice. Refused: a payment that no run
    has decided yet or that is placed, an account or invoice that is not on the books, what is declined already."""
    check_reason(person)
    with engine.begin() as connection:
        row = _open(connection, payment_id, "decline")
        _known(connection, account_number, invoice_number)
        if (word := row_of(connection, row.id, account_number, invoice_number)) is not None:
            raise Refusal.of(
                f"{word.actor} declined this already («{word.reason}»)", "nothing is to be done: it is not offered"
            )
        connection.execute(
            insert(declined_candidate).values(
                payment_id=row.id,
                account_number=account_number,
                invoice_number=invoice_number,
                actor=person.actor,
                reason=person.reason,
                at=person.at,
            )
        )
        arguments = {"account": account_number, "invoice": invoice_number}
        return _record(connection, policies, row, "decline", _in_force(connection, row), person, arguments)


def reconsider(
    engine: Engine,
    policies: PolicyBook,
    payment_id: str,
    account_number: str,
    person: Person,
    invoice_number: str | None = None,
) -> Outcome:
    """Take a declining back: what the rules find is offered again, at once; where they credit it, the next run does. So
    above the policy's amount a second person approves."""
    check_reason(person)
    with engine.begin() as connection:
        row = _open(connection, payment_id, "reconsider")
        arguments = {"account": account_number, "invoice": invoice_number}
        _standing_row(connection, row, arguments)
        if policies.on(row.booking_date).needs_approval(row.amount, row.currency):
            return propose(connection, row, "reconsider", arguments, person)
        return take_back(connection, policies, row, "reconsider", arguments, person)


def take_back(
    connection: Connection,
    policies: PolicyBook,
    row: Any,
    act: str,
    arguments: Mapping[str, Any],
    person: Person,
    approved_by: str | None = None,
) -> Outcome:
    """`reconsider`, where nobody else is to be asked any more."""
    word = _standing_row(connection, row, arguments)
    note = person.reason if approved_by is None else f"{person.reason} (approved by {approved_by})"
    person = replace(person, reason=note)
    connection.execute(
        update(declined_candidate)
        .where(declined_candidate.c.id == word.id)
        .values(taken_back_by=person.actor, taken_back_reason=person.reason, taken_back_at=max(person.at, word.at))
    )
    if row.status not in OPEN:  # a run has placed it while a second person was awaited: that stands
        audit(connection, person.actor, act, row.id, person.reason, person.at, dict(arguments))
        return Outcome(row.id, act, row.status)
    made = _decided_anew(connection, policies, row) or _in_force(connection, row)
    return _record(connection, policies, row, act, made, person, arguments)


def _standing_row(connection: Connection, row: Any, arguments: Mapping[str, Any]) -> Any:
    account_number, invoice_number = arguments["account"], arguments["invoice"]
    word = row_of(connection, row.id, account_number, invoice_number)
    if word is None:
        what = f"invoice {invoice_number}" if invoice_number else f"account {account_number}"
        raise Refusal.of(f"{what} is not declined for payment {row.id}", "see `reconcile status`")
    return word


def _open(connection: Connection, payment_id: str, act: str) -> Any:
    """The payment, locked, where its candidates are anybody's question."""
    row = locked(connection, resolve_id(connection, payment_id))
    if waiting := waiting_act(connection, row.id):
        raise refuse_waiting(waiting, row.id)
    if row.decision_no is None:
        raise Refusal.of(f"no run has decided payment {row.id} yet", f"{act} when its candidates are known")
    if row.status not in OPEN:
        raise Refusal.of(f"payment {row.id} is {row.status} already", "undo that first: only what waits has candidates")
    return row


def _known(connection: Connection, account_number: str, invoice_number: str | None) -> None:
    if connection.execute(select(account.c.number).where(account.c.number == account_number)).first() is None:
        raise Refusal.of(f"there is no personal account {account_number!r}", "check the number with `reconcile find`")
    if invoice_number is None:
        return
    its = select(invoice.c.account_number).where(invoice.c.number == invoice_number)
    if connection.execute(its).scalar() != account_number:
        raise Refusal.of(f"account {account_number} has no invoice {invoice_number!r}", "check the invoice number")


def _record(
    connection: Connection,
    policies: PolicyBook,
    row: Any,
    act: str,
    made: Decision,
    person: Person,
    arguments: Mapping[str, Any],
) -> Outcome:
    """The decision as it stands beside everything declined, appended: so the payment's history says who and why, and a
    run that has just read the payment finds out that it must read it again."""
    made = heed(made, standing(connection, [row.id]).get(row.id, ()))
    link = f"act:{row.id}:{row.decision_no + 1}"
    version = policies.on(row.booking_date).version
    doing = Act(
        person.actor, person.at, version, name=act, note=person.reason, leaves_it_to_the_machine=not row.by_person
    )
    write(connection, link, [Written(standing_of(row._mapping), made, doing)])
    audit(connection, person.actor, act, row.id, person.reason, person.at, dict(arguments))
    journal.seal(connection, link, person.at)
    return Outcome(row.id, act, made.status)


def _decided_anew(connection: Connection, policies: PolicyBook, row: Any) -> Decision | None:
    """What the rules say now of a bank payment that is the machine's to decide. None where they would credit it: that is
    for a run, which has its turn among the others."""
    if row.by_person or row.entry_id is None:
        return None
    loaded = load(connection, select(payment).where(payment.c.id == row.id).subquery())
    made = decide(cases_of(connection, loaded, policies)[0])
    return None if made.status == CREDITED else made


def _in_force(connection: Connection, row: Any) -> Decision:
    """The decision in force, as a value."""
    its = connection.execute(
        select(decision).where(decision.c.payment_id == row.id, decision.c.no == row.decision_no)
    ).one()
    return Decision(
        its.status,
        its.reason,
        tuple(its.flags),
        its.rule,
        its.account_number,
        Relation(its.payer_relation) if its.payer_relation else None,
        tuple((each["account"], each["amount"]) for each in its.splits),
        (),
        tuple(_candidate(each) for each in its.candidates),
        _evidence(its.evidence),
        None
        if its.credited_currency is None
        else Conversion(its.credited_amount, its.credited_currency, its.fx_rate, "as judged"),
    )


def _candidate(stored: Any) -> Candidate:
    return Candidate(stored["account"], stored["invoice"], stored["score"], _evidence(stored["evidence"]))


def _evidence(stored: Sequence[Any]) -> tuple[Any, ...]:
    return tuple((code, dict(words)) for code, words in stored)
