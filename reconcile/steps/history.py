"""The transaction history of a personal account: every operation of every method, with its status in a customer's words."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import CompoundSelect, Connection, Engine, Row, String, and_, cast, or_, select, union

from reconcile import ledger
from reconcile.explain import phrase, phrases
from reconcile.money import format_amount
from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.steps.acts import resolve_id
from reconcile.steps.export.payments import payment_row, payments_query
from reconcile.steps.export.reading import canonical
from reconcile.steps.gateway.accounts import accounts_of
from reconcile.store.bulk import any_of
from reconcile.store.engine import reading
from reconcile.store.gateway_tables import gateway_payment
from reconcile.store.tables import account, decision, journal, payment

LIMIT: Final = 100
MOST: Final = 1000
KEYS: Final = (
    "payment_id", "date", "method", "status", "status_text", "amount", "currency", "credited_amount",
    "credited_currency", "account_number", "reference", "paid_with",
)  # fmt: skip


def transactions(
    engine: Engine, number: str, policies: PolicyBook, *, language: str = "en", limit: int = LIMIT, after: str = ""
) -> list[dict[str, Any]]:
    """The operations of an account, newest first; `after` is the payment id where the page before ended. Failed card
    and mobile payments stand among them on the first page: their customers ask too. Refuses an unknown account."""
    with reading(engine) as connection:
        if connection.execute(select(account.c.number).where(account.c.number == number)).first() is None:
            raise Refusal.of(f"there is no personal account {number!r}", "check the number")
        rows = _rows(connection, number, limit, after)
        found = [operation(payment_row(row, policies), number, language) for row in rows]
        if not after:
            found += _failed(connection, number, limit, language)
    return sorted(found, key=lambda each: (each["date"], each["payment_id"]), reverse=True)[:limit]


def one(engine: Engine, payment_id: str, policies: PolicyBook, language: str = "en") -> dict[str, Any]:
    """One payment in a customer's words. Refuses an id that leads to none, or to several."""
    with reading(engine) as connection:
        full_id = resolve_id(connection, payment_id)
        row = connection.execute(payments_query().where(payment.c.id == full_id)).first()
    if row is None:
        raise Refusal.of(f"there is no payment {payment_id!r}", "check the id")
    return operation(payment_row(row, policies), "", language)


def operation(row: dict[str, Any], number: str, language: str) -> dict[str, Any]:
    """A payment as its customer may see it: nothing of other accounts, of candidates or of who decided."""
    share = next((each for each in row["splits"] if each["account_number"] == number), None)
    credited = row["status"] == "credited"
    return {
        "payment_id": row["payment_id"],
        "date": row["booking_date"],
        "method": row["channel"],
        "status": row["status"],
        "status_text": words(row["status"], row["reason"], language),
        "amount": row["amount"],
        "currency": row["currency"],
        "credited_amount": share["amount"] if share is not None and credited else row["credited_amount"],
        "credited_currency": row["credited_currency"],
        "account_number": number or row["account_number"],
        "reference": row["gateway_payment_id"] or row["bank_reference"],
        "paid_with": row["payer_account"] if row["channel"] != "bank_transfer" else None,
    }


def words(status: str, reason: str | None, language: str) -> str:
    """What a customer is told: by reason where there is a text for it, else by status."""
    known = phrases()["customer"]
    return phrase("customer", reason if reason in known else status, language)


def _rows(connection: Connection, number: str, limit: int, after: str) -> list[Row[Any]]:
    shared = cast(decision.c.splits, String).contains(f'"{number}"', autoescape=True)
    given = and_(payment.c.account_number.is_(None), gateway_payment.c.account_given == number)
    its = or_(payment.c.account_number == number, and_(payment.c.status == "credited", shared), given)
    ids = connection.execute(_may_be_its(number)).scalars()
    query = payments_query().where(any_of(connection, payment.c.id, ids), its)
    if after:
        last = connection.execute(select(payment).where(payment.c.id == resolve_id(connection, after))).one()
        earlier = and_(payment.c.booking_date == last.booking_date, payment.c.id < last.id)
        query = query.where(or_(payment.c.booking_date < last.booking_date, earlier))
    newest = (payment.c.booking_date.desc(), canonical(connection, payment.c.id).desc())
    return list(connection.execute(query.order_by(*newest).limit(limit)))


def _may_be_its(number: str) -> CompoundSelect[Any]:
    """The payments that may have anything to do with the account: each kind by its own index, however large the books."""
    return union(
        select(payment.c.id).where(payment.c.account_number == number),
        select(journal.c.payment_id).where(
            journal.c.credit == ledger.customer(number), journal.c.payment_id.is_not(None)
        ),
        select(payment.c.id)
        .join(gateway_payment, gateway_payment.c.id == payment.c.gateway_id)
        .where(gateway_payment.c.account_given == number),
    )


def _failed(connection: Connection, number: str, limit: int, language: str) -> list[dict[str, Any]]:
    """Payments that their gateway refused; no money was taken."""
    g = gateway_payment.c
    query = select(gateway_payment).where(g.state == "failed", g.account_given == number).order_by(g.paid_at.desc())
    rows = connection.execute(query.limit(limit)).all()
    if not rows:
        return []
    leads = accounts_of(connection, {row.account_given for row in rows})
    return [
        {
            "payment_id": row.id, "date": row.local_day.isoformat(), "method": row.method, "status": "failed",
            "status_text": words("failed", None, language), "amount": format_amount(row.amount, row.currency),
            "currency": row.currency, "credited_amount": None, "credited_currency": None, "account_number": number,
            "reference": row.external_id or row.receipt, "paid_with": row.masked_pan or row.phone or None,
        }
        for row in rows
        if [each.number for each in leads.get(row.account_given, ())] == [number]
    ]  # fmt: skip
