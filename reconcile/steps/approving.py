"""The second person's word on an act that waits. Nobody approves an act of their own."""

from __future__ import annotations

from sqlalchemy import Engine

from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.steps import declining, review
from reconcile.steps.acts import Outcome, Person, check_reason, locked, resolve_id, settle, waiting_act
from reconcile.store.alerts import audit


def approve(engine: Engine, policies: PolicyBook, payment_id: str, person: Person) -> Outcome:
    """Do what was proposed, as its proposer's act, beside the name of who approved it. Refused: a payment on which
    nothing waits, an act of one's own, and what can be done no longer."""
    check_reason(person)
    with engine.begin() as connection:
        row = locked(connection, resolve_id(connection, payment_id))
        waiting = waiting_act(connection, row.id)
        if waiting is None:
            raise Refusal.of(f"no act on payment {row.id} waits for approval", "see `reconcile status`")
        if waiting.actor == person.actor:
            raise Refusal.of(f"{person.actor} proposed this act", "somebody else must approve it")
        settle(connection, waiting, person)
        audit(connection, person.actor, "approve", row.id, person.reason, person.at, {"act": waiting.act})
        do = declining.take_back if waiting.act == "reconsider" else review.perform
        proposer = Person(waiting.actor, waiting.reason, person.at)
        return do(connection, policies, row, waiting.act, waiting.arguments, proposer, person.actor)
