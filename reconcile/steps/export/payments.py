"""Payments with the decision in force: status, reasons, and what a person may pick."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, and_, not_, or_, select

from reconcile.explain import evidence_text, phrase, sentence
from reconcile.money import format_amount
from reconcile.payer import payer_of
from reconcile.policy import PolicyBook
from reconcile.statement import Party
from reconcile.steps.export.reading import canonical, day, moment, stream
from reconcile.store.gateway_tables import gateway_payment, settlement
from reconcile.store.tables import account, decision, entry, line_detail, own_bank_account, payment, statement_line

SCHEMA: Final = 1
KEYS: Final = (
    "schema", "payment_id", "channel", "status", "reason", "flags", "account_number", "amount", "currency",
    "booking_date", "value_date", "bank_account", "bank_reference", "payer_name", "payer_tax_id", "payer_account",
    "payer_relation", "purpose", "allocations", "splits", "candidates", "debtor_name", "ultimate_debtor_name",
    "country",
    "credited_amount", "credited_currency", "gateway_payment_id", "settlement_id", "rule", "policy_version",
    "decided_at", "decided_by", "explanation", "statement_id", "entry_line",
)  # fmt: skip
NOT_DECIDED: Final = "not_decided"


def all_payments(connection: Connection, policies: PolicyBook) -> Iterator[dict[str, Any]]:
    """Every payment, by booking date, own bank account and id."""
    query = payments_query().order_by(
        payment.c.booking_date, canonical(connection, payment.c.own_account), canonical(connection, payment.c.id)
    )
    return (payment_row(row, policies) for row in stream(connection, query))


def waiting(connection: Connection, policies: PolicyBook) -> Iterator[dict[str, Any]]:
    """The held and unmatched payments, the oldest and of these the largest first."""
    query = (
        payments_query()
        .where(payment.c.status.in_(("held", "unmatched")))
        .order_by(payment.c.booking_date, payment.c.amount.desc(), canonical(connection, payment.c.id))
    )
    return (payment_row(row, policies) for row in stream(connection, query))


def payments_query() -> Select[Any]:
    """A payment beside the line that first showed it and the decision in force. What a voided statement brought is
    not on the books."""
    line, detail, gateway = statement_line.c, line_detail.c, gateway_payment.c
    return (
        select(
            payment.c.id, payment.c.channel, payment.c.gateway_id, payment.c.refunded, payment.c.own_account,
            payment.c.amount, payment.c.currency,
            payment.c.booking_date, payment.c.decision_no,
            entry.c.statement_id, line.value_date, line.bank_reference, line.file_line,
            detail.name, detail.tax_id, detail.account, detail.ultimate_name, detail.ultimate_tax_id,
            detail.ultimate_account, detail.purpose,
            own_bank_account.c.country, account.c.country.label("account_country"),
            gateway.external_id, gateway.receipt, gateway.settlement_id, gateway.masked_pan, gateway.phone,
            gateway.paid_at, gateway.account_given, settlement.c.settlement_id.label("settled_as"),
            decision.c.status, decision.c.reason, decision.c.flags, decision.c.account_number, decision.c.rule,
            decision.c.payer_relation, decision.c.allocations, decision.c.splits, decision.c.candidates,
            decision.c.evidence, decision.c.note, decision.c.policy_version, decision.c.actor, decision.c.decided_at,
            decision.c.credited_amount, decision.c.credited_currency, decision.c.fx_rate,
        )
        .select_from(payment)
        .outerjoin(entry, entry.c.id == payment.c.entry_id)
        .outerjoin(statement_line, and_(line.statement_id == entry.c.statement_id, line.position == entry.c.position))
        .outerjoin(
            line_detail,
            and_(
                detail.statement_id == entry.c.statement_id,
                detail.position == entry.c.position,
                detail.detail_no == payment.c.detail_no,
            ),
        )
        .outerjoin(gateway_payment, gateway.id == payment.c.gateway_id)
        .outerjoin(settlement, settlement.c.payment_id == payment.c.id)
        .outerjoin(own_bank_account, own_bank_account.c.number == payment.c.own_account)
        .outerjoin(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
        .outerjoin(account, account.c.number == decision.c.account_number)
        .where(or_(entry.c.id.is_(None), not_(entry.c.voided)))
    )  # fmt: skip


def payment_row(row: Row[Any], policies: PolicyBook) -> dict[str, Any]:
    """A payment as it is exported; every key stands in it, in the promised order."""
    found = {**_received(row), **_payer(row, policies), **(_decided(row) if row.decision_no else _undecided())}
    return {key: found[key] for key in KEYS}


def _received(row: Row[Any]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "payment_id": row.id,
        "channel": row.channel,
        "amount": format_amount(row.amount, row.currency),
        "currency": row.currency,
        "booking_date": day(row.booking_date),
        "value_date": day(row.value_date),
        "bank_account": row.own_account if row.gateway_id is None else None,
        "bank_reference": row.bank_reference or row.receipt or None,
        "purpose": row.purpose if row.gateway_id is None else row.account_given,
        "country": row.country or row.account_country,
        "gateway_payment_id": row.external_id or row.receipt or None,
        "settlement_id": row.settlement_id or row.settled_as or None,
        "statement_id": row.statement_id,
        "entry_line": row.file_line,
    }


def _payer(row: Row[Any], policies: PolicyBook) -> dict[str, Any]:
    """Who paid: the debtor, or the ultimate debtor where the debtor only passes money on. Of a payment through a gateway
    the masked card or phone."""
    if row.gateway_id is not None:
        nobody = dict.fromkeys(("payer_name", "payer_tax_id", "debtor_name", "ultimate_debtor_name"))
        return {**nobody, "payer_account": row.masked_pan or row.phone or None}
    debtor = Party(row.name, row.tax_id, row.account)
    ultimate = Party(row.ultimate_name, row.ultimate_tax_id, row.ultimate_account)
    payer = payer_of(debtor, ultimate, policies.on(row.booking_date))
    return {
        "payer_name": payer.name or None,
        "payer_tax_id": payer.tax_id or None,
        "payer_account": payer.account or None,
        "debtor_name": debtor.name or None,
        "ultimate_debtor_name": ultimate.name or None,
    }


def _undecided() -> dict[str, Any]:
    empty = dict.fromkeys(
        ("account_number", "payer_relation", "credited_amount", "credited_currency", "rule", "policy_version",
         "decided_at", "decided_by")
    )  # fmt: skip
    said = f"{phrase('status', 'unmatched')}: {phrase('reason', NOT_DECIDED)}."
    return {
        **empty,
        "status": "unmatched",
        "reason": NOT_DECIDED,
        "flags": [],
        "allocations": [],
        "splits": [],
        "candidates": [],
        "explanation": said,
    }


def _decided(row: Row[Any]) -> dict[str, Any]:
    credited = row.status == "credited"
    amount, currency = row.amount - row.refunded, row.currency
    if row.credited_amount is not None:
        amount, currency = row.credited_amount, row.credited_currency
    return {
        "status": row.status,
        "reason": row.reason,
        "flags": row.flags,
        "account_number": row.account_number,
        "payer_relation": row.payer_relation,
        "allocations": [
            {"invoice_number": each["invoice"], "amount": format_amount(each["amount"], row.currency)}
            for each in row.allocations
        ],
        "splits": [
            {"account_number": each["account"], "amount": format_amount(each["amount"], currency)}
            for each in row.splits
        ],
        "candidates": [_candidate(each) for each in row.candidates],
        "credited_amount": format_amount(amount, currency) if credited else None,
        "credited_currency": currency if credited else None,
        "rule": row.rule,
        "policy_version": row.policy_version or None,
        "decided_at": moment(row.decided_at),
        "decided_by": row.actor,
        "explanation": sentence(row),
    }


def _candidate(each: dict[str, Any]) -> dict[str, Any]:
    return {
        "account_number": each["account"],
        "invoice_number": each["invoice"],
        "score": each["score"],
        "evidence": [evidence_text(found) for found in each["evidence"]],
    }
