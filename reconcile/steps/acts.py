"""What every act of a person on a payment stands on: who acts and why, which payment, its lock, and the act that waits for
somebody else's word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from reconcile.problem import Refusal
from reconcile.store.alerts import audit
from reconcile.store.tables import decision, entry, payment, proposed_act


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


def check_reason(person: Person) -> None:
    """Refuses an act without one."""
    if not person.reason.strip():
        raise Refusal.of("the act has no reason", "say why with --reason: it is part of the books")


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


def locked(connection: Connection, payment_id: str) -> Any:
    """The payment, held until the transaction ends. Refused: one whose statement was voided."""
    query = (
        select(payment, entry.c.voided, decision.c.credited_amount, decision.c.credited_currency, decision.c.fx_rate)
        .outerjoin(entry, entry.c.id == payment.c.entry_id)
        .outerjoin(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
    )
    row = connection.execute(query.where(payment.c.id == payment_id).with_for_update(of=payment)).one()
    if row.voided:
        raise Refusal.of(f"the statement of payment {payment_id} was voided", "nothing is to be decided about it")
    return row


# --- an act that waits for a second person ---------------------------------------------------------------------------


def waiting_act(connection: Connection, payment_id: str) -> Any | None:
    """The act that waits for a second person on this payment."""
    return connection.execute(
        select(proposed_act).where(proposed_act.c.payment_id == payment_id, proposed_act.c.decided_at.is_(None))
    ).first()


def refuse_waiting(waiting: Any, payment_id: str) -> Refusal:
    """Nothing else is done to a payment on which an act waits."""
    return Refusal.of(
        f"{waiting.act} by {waiting.actor} waits for approval on payment {payment_id}",
        "approve it, or take it back with `reconcile review undo`",
    )


def propose(connection: Connection, row: Any, act: str, arguments: Mapping[str, Any], person: Person) -> Outcome:
    """The act is noted, and nothing has moved."""
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


def settle(connection: Connection, waiting: Any, person: Person) -> None:
    """The waiting act waits no longer: this person has approved it, or taken it back."""
    connection.execute(
        update(proposed_act)
        .where(proposed_act.c.id == waiting.id)
        .values(decided_by=person.actor, decided_at=person.at)
    )
