"""Four eyes, also where an act only *leads* to a credit: a power of attorney that releases held payments, a statement that
is vouched for, a holder's tax id or bank account that is added.

What the act would release is found by doing it, deciding the payments with the same rules as the run, and rolling back.
Where these together are more than the policy's amount, the act waits until somebody else approves it; the database
refuses the same person. A move of a payment between accounts has its own approval (`review.reassign`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Engine, Select, insert, select, update

from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.steps import holder_change, masters, statements
from reconcile.steps.acts import Person
from reconcile.steps.trial import MOST, Bound, credited, rolled_back, sums
from reconcile.store.alerts import audit
from reconcile.store.console_tables import proposed_change
from reconcile.store.engine import reading
from reconcile.store.tables import account, entry, payment, statement

Also = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the act was done or waits, and which payments it releases."""

    done: bool
    releases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Power:
    """A power of attorney as it is registered in the console."""

    reference: str
    account_number: str
    representative_name: str
    representative_tax_id: str
    issued_on: date | None
    valid_from: date
    valid_until: date


def accept_statement(engine: Engine, policies: PolicyBook, statement_id: str, person: Person) -> Outcome:
    """Vouch for a statement; above the amount of all it brings, a second person decides."""
    _reason(person)
    with reading(engine) as connection:
        row = _statement(connection, statement_id)
        if row.state == "waiting":
            ids: list[str] = []
            amount = row.credit_sum
        else:
            its = select(entry.c.id).where(entry.c.statement_id == row.id)
            found = connection.execute(
                select(payment.c.id, payment.c.amount).where(
                    payment.c.entry_id.in_(its), payment.c.reason == "balance_mismatch"
                )
            ).all()
            ids, amount = [each.id for each in found], sum(each.amount for each in found)
        day = row.period_to or person.at.date()
    return _through(
        engine, policies, "statement", row.id, {"statement": row.id}, ids, {row.currency: amount}, day, person
    )


def register_power(engine: Engine, policies: PolicyBook, power: Power, person: Person) -> Outcome:
    """Register a power; where the payments that it releases are above the amount, a second person decides."""
    _reason(person)
    released = releases(engine, policies, power, person)
    with reading(engine) as connection:
        amounts = sums(connection, released)
    arguments = {
        "reference": power.reference,
        "account_number": power.account_number,
        "representative_name": power.representative_name,
        "representative_tax_id": power.representative_tax_id,
        "issued_on": power.issued_on.isoformat() if power.issued_on else None,
        "valid_from": power.valid_from.isoformat(),
        "valid_until": power.valid_until.isoformat(),
    }
    return _through(engine, policies, "power", power.reference, arguments, released, amounts, person.at.date(), person)


def releases(engine: Engine, policies: PolicyBook, power: Power, person: Person) -> list[str]:
    """Which held payments the power would have credited: it is registered, they are decided, all is rolled back."""
    with rolled_back(engine) as bound:
        _add_power(bound, policies, power, person)
        holder = select(account.c.holder_key).where(account.c.number == power.account_number).scalar_subquery()
        accounts = select(account.c.number).where(account.c.holder_key == holder)
        held = payment.c.reason.like("power_of_attorney%") & payment.c.account_number.in_(accounts)
        return credited(bound.connection, policies, held)


def change_holder(
    engine: Engine,
    policies: PolicyBook,
    number: str,
    tax_ids: Sequence[str],
    bank_accounts: Sequence[str],
    person: Person,
) -> Outcome:
    """Other tax ids or bank accounts of an account's holder. Who is believed to be the holder's own payer decides about
    every payment to come, so a second person always decides."""
    _reason(person)
    with reading(engine) as connection:
        row = connection.execute(select(account).where(account.c.number == number)).first()
    if row is None:
        raise Refusal.of(f"there is no personal account {number!r}", "check the number")
    arguments = {"account_number": number, "tax_ids": list(tax_ids), "bank_accounts": list(bank_accounts)}
    if list(row.tax_ids) == arguments["tax_ids"] and list(row.bank_accounts) == arguments["bank_accounts"]:
        raise Refusal.of("nothing would change", "type the new tax ids or bank accounts")
    holder_change.attempt(engine, policies, arguments, person)
    return _propose(engine, "holder", number, arguments, [], 0, row.currency, person)


# --- the second person's word ----------------------------------------------------------------------------------------


def approve(engine: Engine, policies: PolicyBook, change_id: int, person: Person) -> None:
    """Do what was proposed, as its proposer, with this person's word: both in one transaction. Nobody approves an act of
    their own."""
    _reason(person)
    with reading(engine) as connection:
        row = _standing(connection, select(proposed_change).where(proposed_change.c.id == change_id))
    proposer = Person(row.actor, f"{row.reason} (approved by {person.actor})", person.at)

    def word(connection: Connection) -> None:
        _closed(connection, change_id, person, "approved")

    _DO[row.kind](engine, policies, row.arguments, proposer, word)


def reject(engine: Engine, change_id: int, person: Person) -> None:
    """The change is not made; its proposer's own no takes it back."""
    _reason(person)
    with engine.begin() as connection:
        _closed(connection, change_id, person, "rejected")


def waiting(engine: Engine) -> Sequence[Any]:
    """The changes that wait, oldest first."""
    with reading(engine) as connection:
        return connection.execute(
            select(proposed_change).where(proposed_change.c.outcome.is_(None)).order_by(proposed_change.c.id)
        ).all()


def waiting_subjects(engine: Engine, kind: str) -> set[str]:
    return {row.subject for row in waiting(engine) if row.kind == kind}


def _standing(connection: Connection, query: Select[Any]) -> Any:
    row = connection.execute(query).first()
    if row is None or row.outcome is not None:
        raise Refusal.of("this change no longer waits", "look at the list again")
    return row


def _closed(connection: Connection, change_id: int, person: Person, outcome: str) -> None:
    """A second person's word on a change that still waits; its proposer's own no takes it back."""
    here = proposed_change.c.id == change_id
    row = _standing(connection, select(proposed_change).where(here).with_for_update())
    if outcome == "approved" and row.actor == person.actor:
        raise Refusal.of(f"{person.actor} proposed this change", "somebody else must approve it")
    if outcome == "rejected" and row.actor == person.actor:
        outcome = "withdrawn"
    said = {"outcome": outcome, "decided_by": person.actor, "decided_at": person.at, "decided_reason": person.reason}
    connection.execute(update(proposed_change).where(here).values(**said))
    audit(connection, person.actor, f"{outcome}_{row.kind}", row.subject, person.reason, person.at)


# --- done now, or later ----------------------------------------------------------------------------------------------


def _through(
    engine: Engine,
    policies: PolicyBook,
    kind: str,
    subject: str,
    arguments: Mapping[str, Any],
    released: Sequence[str],
    amounts: Mapping[str, int],
    day: date,
    person: Person,
) -> Outcome:
    policy = policies.on(day)
    above = [(code, amount) for code, amount in amounts.items() if amount and policy.needs_approval(amount, code)]
    if above or len(released) >= MOST:
        code, amount = above[0] if above else next(iter(amounts.items()))
        return _propose(engine, kind, subject, arguments, released, amount, code, person)
    _DO[kind](engine, policies, arguments, person, _alone)
    return Outcome(True, tuple(released))


def _propose(
    engine: Engine,
    kind: str,
    subject: str,
    arguments: Mapping[str, Any],
    released: Sequence[str],
    amount: int,
    currency: str,
    person: Person,
) -> Outcome:
    row = {
        "kind": kind, "subject": subject, "arguments": dict(arguments), "releases": list(released), "amount": amount,
        "currency": currency, "actor": person.actor, "reason": person.reason, "at": person.at,
    }  # fmt: skip
    with engine.begin() as connection:
        waits = (
            proposed_change.c.kind == kind,
            proposed_change.c.subject == subject,
            proposed_change.c.outcome.is_(None),
        )
        if connection.execute(select(proposed_change.c.id).where(*waits)).first():
            raise Refusal.of(f"a change of {subject} waits for a second person already", "let it be decided first")
        connection.execute(insert(proposed_change).values(**row))
        audit(connection, person.actor, f"propose_{kind}", subject, person.reason, person.at)
    return Outcome(False, tuple(released))


def _alone(_connection: Connection) -> None:
    """Nothing is written beside the act."""


def _do_power(engine: Engine, policies: PolicyBook, arguments: Mapping[str, Any], person: Person, also: Also) -> None:
    given = {**arguments}
    for name in ("issued_on", "valid_from", "valid_until"):
        given[name] = date.fromisoformat(given[name]) if given[name] else None
    with engine.begin() as connection:
        also(connection)
        if not _add_power(Bound(connection), policies, Power(**given), person):
            raise Refusal.of(f"power {arguments['reference']} is on the books already", "see the list of powers")


def _add_power(engine: Any, policies: PolicyBook, power: Power, person: Person) -> bool:
    return masters.add_power(
        engine,
        reference=power.reference,
        account_number=power.account_number,
        representative_name=power.representative_name,
        representative_tax_id=power.representative_tax_id,
        issued_on=power.issued_on,
        valid_from=power.valid_from,
        valid_until=power.valid_until,
        actor=person.actor,
        now=person.at,
        reason=person.reason,
        policies=policies,
    )


def _do_holder(engine: Engine, policies: PolicyBook, arguments: Mapping[str, Any], person: Person, also: Also) -> None:
    given = holder_change.row_of(engine, arguments)
    with engine.begin() as connection:
        also(connection)
        holder_change.change(Bound(connection), policies, given, person)


def _do_statement(
    engine: Engine, policies: PolicyBook, arguments: Mapping[str, Any], person: Person, also: Also
) -> None:
    statements.accept(engine, arguments["statement"], person, also)


_DO: Final[dict[str, Callable[[Engine, PolicyBook, Mapping[str, Any], Person, Also], None]]] = {
    "power": _do_power,
    "statement": _do_statement,
    "holder": _do_holder,
}
"""How each kind of act is done; what is `also` written is in the same transaction."""


def _statement(connection: Connection, statement_id: str) -> Any:
    row = connection.execute(select(statement).where(statement.c.id == statement_id)).first()
    if row is None:
        raise Refusal.of(f"there is no statement {statement_id[:40]!r}", "look at the list again")
    return row


def _reason(person: Person) -> None:
    if not person.reason.strip():
        raise Refusal.of("the act has no reason", "say why: it is part of the books")
