"""What became of one payment, for support and customers; and the queue of what waits for a person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, and_, select

from reconcile.explain import sentence
from reconcile.money import format_amount
from reconcile.steps.acts import resolve_id
from reconcile.steps.review import history
from reconcile.store.declined import of_payment
from reconcile.store.engine import reading
from reconcile.store.gateway_tables import gateway_payment
from reconcile.store.tables import decision, entry, journal, line_detail, payment, proposed_act, statement_line


def status(engine: Engine, payment_id: str, language: str = "en") -> dict[str, Any]:
    """Status, flags, reasons in words, candidates and every decision so far."""
    with reading(engine) as connection:
        full_id = resolve_id(connection, payment_id)
        row = _row(connection, full_id)
        decisions = history(connection, full_id)
        declined = of_payment(connection, full_id)
        postings = connection.execute(
            select(journal).where(journal.c.payment_id == full_id).order_by(journal.c.posted_at, journal.c.key)
        ).all()
    in_force = next((each for each in decisions if each.no == row.decision_no), None)
    return {
        "payment_id": row.id,
        "status": row.status or "unmatched",
        "reason": row.reason if in_force is not None else "not_decided",
        "flags": in_force.flags if in_force is not None else [],
        "account_number": row.account_number,
        "amount": format_amount(row.amount, row.currency),
        "currency": row.currency,
        "booking_date": row.booking_date.isoformat(),
        "channel": row.channel,
        "bank_account": row.own_account if row.gateway_id is None else None,
        "bank_reference": row.bank_reference,
        "gateway_payment_id": row.external_id or row.receipt or None,
        "payer": row.name if row.gateway_id is None else row.masked_pan or row.phone,
        "purpose": row.purpose if row.gateway_id is None else row.account_given,
        "explanation": sentence(in_force, language) if in_force is not None else "received; no run has decided it yet",
        "allocations": [_money(each, row.currency) for each in in_force.allocations] if in_force is not None else [],
        "splits": [_money(each, in_force.credited_currency or row.currency) for each in in_force.splits]
        if in_force is not None
        else [],
        "candidates": [
            {"account": each["account"], "invoice": each["invoice"], "score": each["score"]}
            for each in (in_force.candidates if in_force is not None else [])
        ],
        "declined": [
            {
                "account": each.account_number,
                "invoice": each.invoice_number,
                "declined_by": each.actor,
                "declined_at": each.at.isoformat(),
                "note": each.reason,
            }
            for each in declined
        ],
        "history": [
            {
                "decided_at": each.decided_at.isoformat(),
                "decided_by": each.actor,
                "act": each.act,
                "status": each.status,
                "reason": each.reason,
                "rule": each.rule,
                "note": each.note,
                "program": each.program_version,
                "policy": each.policy_version,
            }
            for each in decisions
        ],
        "postings": [
            {
                "key": each.key,
                "debit": each.debit,
                "credit": each.credit,
                "amount": format_amount(each.amount, each.currency),
                "effective_date": each.effective_date.isoformat(),
            }
            for each in postings
        ],
    }


def currency(engine: Engine, payment_id: str) -> str:
    with reading(engine) as connection:
        full_id = resolve_id(connection, payment_id)
        return str(connection.execute(select(payment.c.currency).where(payment.c.id == full_id)).scalar_one())


def queue(engine: Engine) -> list[tuple[object, ...]]:
    """Held and unmatched payments, oldest and largest first, with the best candidate and a waiting act."""
    query = (
        _joined()
        .add_columns(decision.c.candidates, proposed_act.c.act)
        .outerjoin(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
        .outerjoin(proposed_act, and_(proposed_act.c.payment_id == payment.c.id, proposed_act.c.decided_at.is_(None)))
        .where(payment.c.status.in_(("held", "unmatched")) | proposed_act.c.id.is_not(None))
        .order_by(payment.c.booking_date, payment.c.amount.desc(), payment.c.id)
    )
    with reading(engine) as connection:
        return [
            (
                row.id,
                row.booking_date,
                format_amount(row.amount, row.currency),
                row.currency,
                row.status,
                row.reason,
                row.account_number,
                row.name if row.gateway_id is None else row.masked_pan or row.phone,
                _best(row.candidates),
                row.act,
            )
            for row in connection.execute(query)
        ]


def _best(candidates: Any) -> str:
    if not candidates:
        return ""
    first = candidates[0]
    return f"{first['account']} {first['invoice'] or ''}".strip()


def _money(each: dict[str, Any], code: str) -> dict[str, Any]:
    return {**each, "amount": format_amount(each["amount"], code)}


def _joined() -> Any:
    return (
        select(
            payment, line_detail.c.name, line_detail.c.purpose, statement_line.c.bank_reference,
            gateway_payment.c.external_id, gateway_payment.c.receipt, gateway_payment.c.masked_pan,
            gateway_payment.c.phone, gateway_payment.c.account_given,
        )
        .select_from(payment)
        .outerjoin(gateway_payment, gateway_payment.c.id == payment.c.gateway_id)
        .outerjoin(entry, entry.c.id == payment.c.entry_id)
        .outerjoin(
            statement_line,
            and_(statement_line.c.statement_id == entry.c.statement_id, statement_line.c.position == entry.c.position),
        )
        .outerjoin(
            line_detail,
            and_(
                line_detail.c.statement_id == entry.c.statement_id,
                line_detail.c.position == entry.c.position,
                line_detail.c.detail_no == payment.c.detail_no,
            ),
        )
    )  # fmt: skip


def _row(connection: Connection, payment_id: str) -> Any:
    return connection.execute(_joined().where(payment.c.id == payment_id)).one()
