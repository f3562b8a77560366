"""Find payments by what somebody knows of them: an amount, days, the payer, an account, a reference, a receipt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, Engine, String, and_, cast, false, or_, select

from reconcile.money import read_amount
from reconcile.policy import PolicyBook, load_policy
from reconcile.problem import Refusal
from reconcile.statement import Party
from reconcile.steps.export.payments import payment_row, payments_query
from reconcile.steps.export.reading import canonical
from reconcile.store.engine import reading
from reconcile.store.gateway_tables import gateway_payment
from reconcile.store.tables import decision, line_detail, own_bank_account, payment, statement_line

LIMIT: Final = 100


def find(
    engine: Engine,
    *,
    amount: str | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
    payer: str | None = None,
    account: str | None = None,
    reference: str | None = None,
    receipt: str | None = None,
    limit: int = LIMIT,
    policies: PolicyBook | None = None,
) -> list[dict[str, Any]]:
    """Payments that fit everything that is given, newest first, with the keys of `export payments`.

    `payer` is a tax id, a bank account or words of the name; `account` a personal account; `reference` and `receipt`
    stand in the purpose, in a structured field, or are the bank's reference. Refuses a question without content.
    """
    amount, payer, account, reference, receipt = (
        text.strip() if text else None for text in (amount, payer, account, reference, receipt)
    )
    if not any((amount, payer, account, reference, receipt)) and date_from is None and date_to is None:
        raise Refusal.of("nothing is asked for", "give an amount, days, a payer, an account, a reference or a receipt")
    book = policies or load_policy()
    with reading(engine) as connection:
        query = payments_query()
        for condition in _conditions(connection, amount, (date_from, date_to), payer, account):
            query = query.where(condition)
        for text in (reference, receipt):
            if text:
                query = query.where(_referred(text))
        newest = (payment.c.booking_date.desc(), canonical(connection, payment.c.id))
        rows = connection.execute(query.order_by(*newest).limit(limit)).all()
    return [payment_row(row, book) for row in rows]


def _conditions(
    connection: Connection,
    amount: str | None,
    days: tuple[date | None, date | None],
    payer: str | None,
    account: str | None,
) -> Iterator[ColumnElement[bool]]:
    if amount:
        yield _amount(connection, amount)
    if days[0] is not None:
        yield payment.c.booking_date >= days[0]
    if days[1] is not None:
        yield payment.c.booking_date <= days[1]
    if payer:
        yield _paid_by(payer)
    if account:
        yield _account(account)


def _amount(connection: Connection, amount: str) -> ColumnElement[bool]:
    """The same figure in whichever currency the provider has a bank account or took a payment."""
    own = select(own_bank_account.c.currency)
    currencies = connection.execute(own.union(select(gateway_payment.c.currency))).scalars().all()
    read: dict[str, int] = {}
    refusal: Refusal | None = None
    for currency in currencies:
        try:
            read[currency] = read_amount(amount, currency)
        except Refusal as refused:
            refusal = refused
    if refusal is not None and not read:
        raise refusal
    fits = [and_(payment.c.currency == currency, payment.c.amount == minor) for currency, minor in read.items()]
    return or_(false(), *fits)


def _paid_by(text: str) -> ColumnElement[bool]:
    detail = line_detail.c
    plain = "".join(text.split()).upper()
    known = Party(tax_id=plain, account=plain)
    return or_(
        detail.tax_id == known.tax_id,
        detail.ultimate_tax_id == known.tax_id,
        detail.account == known.account,
        detail.ultimate_account == known.account,
        _has_words(detail.name, text),
        _has_words(detail.ultimate_name, text),
    )


def _has_words(column: Column[Any], text: str) -> ColumnElement[bool]:
    """Every word stands in the text, in whatever case: SQLite folds the case of Latin letters only, so each word is
    sought in small letters, capitals and with a capital first."""
    return and_(
        *(
            or_(*(column.contains(form, autoescape=True) for form in {word, word.lower(), word.upper(), word.title()}))
            for word in text.split()
        )
    )


def _account(number: str) -> ColumnElement[bool]:
    """The payment's account, or one that shares it."""
    shared = cast(decision.c.splits, String).contains(f'"{number}"', autoescape=True)
    return or_(payment.c.account_number == number, shared)


def _referred(text: str) -> ColumnElement[bool]:
    return or_(
        statement_line.c.bank_reference == text,
        gateway_payment.c.external_id == text,
        gateway_payment.c.receipt == text.upper(),
        gateway_payment.c.settlement_id == text,
        _has_words(line_detail.c.purpose, text),
        cast(line_detail.c.references, String).contains(text, autoescape=True),
    )
