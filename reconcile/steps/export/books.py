"""Entries, balances and the journal, as they stand in the books."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, func, not_, select

from reconcile.money import format_amount
from reconcile.payer import payer_of
from reconcile.policy import PolicyBook
from reconcile.statement import Party
from reconcile.steps.export.reading import canonical, chunks, day, moment, stream
from reconcile.store.bulk import any_of
from reconcile.store.tables import (
    account,
    balance_change,
    entry,
    journal,
    line_detail,
    payment,
    statement,
    statement_file,
    statement_line,
)

ENTRY_KEYS: Final = (
    "statement_id", "file", "format", "bank_account", "entry_line", "booking_date", "value_date", "credit_debit",
    "reversal", "amount", "currency", "bank_reference", "payer_name", "payer_tax_id", "payer_account",
    "ultimate_debtor_name", "counterparty_name", "purpose", "payment_id",
)  # fmt: skip
BALANCE_KEYS: Final = ("account_number", "currency", "balance")
JOURNAL_KEYS: Final = (
    "entry_no", "effective_date", "posted_at", "account", "debit", "credit", "currency", "payment_id", "description",
)  # fmt: skip


def entries(connection: Connection, policies: PolicyBook) -> Iterator[dict[str, Any]]:
    """Every entry, incoming and outgoing, by booking date, own bank account and id; also those before the cut-over,
    without those of a voided statement."""
    query = (
        select(
            entry, statement_line.c.file_line, statement_line.c.value_date, statement_line.c.bank_reference,
            statement.c.format, statement_file.c.name.label("file"),
        )
        .join(
            statement_line,
            and_(statement_line.c.statement_id == entry.c.statement_id, statement_line.c.position == entry.c.position),
        )
        .join(statement, statement.c.id == entry.c.statement_id)
        .join(statement_file, statement_file.c.hash == statement.c.file_hash)
        .where(not_(entry.c.voided))
        .order_by(entry.c.booking_date, canonical(connection, entry.c.own_account), canonical(connection, entry.c.id))
    )  # fmt: skip
    for rows in chunks(connection, query):
        ids = [row.id for row in rows]
        details, payments = _details(connection, ids), _payments(connection, ids)
        for row in rows:
            yield _entry(row, details.get(row.id, []), payments.get(row.id, []), policies)


def _details(connection: Connection, entry_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    query = (
        select(entry.c.id.label("entry_id"), line_detail)
        .join(
            line_detail,
            and_(line_detail.c.statement_id == entry.c.statement_id, line_detail.c.position == entry.c.position),
        )
        .where(any_of(connection, entry.c.id, entry_ids))
        .order_by(entry.c.id, line_detail.c.detail_no)
    )
    return _grouped(connection.execute(query))


def _payments(connection: Connection, entry_ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    query = (
        select(payment.c.entry_id, payment.c.id)
        .where(any_of(connection, payment.c.entry_id, entry_ids))
        .order_by(payment.c.entry_id, payment.c.detail_no)
    )
    return _grouped(connection.execute(query))


def _grouped(rows: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.entry_id, []).append(row)
    return found


def _entry(
    row: Row[Any], details: Sequence[Row[Any]], payments: Sequence[Row[Any]], policies: PolicyBook
) -> dict[str, Any]:
    incoming = row.credit_debit == "credit"
    payers = [_payer(row, each, policies) for each in details] if incoming else []
    return {
        "statement_id": row.statement_id,
        "file": row.file,
        "format": row.format,
        "bank_account": row.own_account,
        "entry_line": row.file_line,
        "booking_date": day(row.booking_date),
        "value_date": day(row.value_date),
        "credit_debit": row.credit_debit,
        "reversal": bool(row.reversal),
        "amount": format_amount(row.amount, row.currency),
        "currency": row.currency,
        "bank_reference": row.bank_reference or None,
        "payer_name": _joined(payer.name for payer in payers),
        "payer_tax_id": _joined(payer.tax_id for payer in payers),
        "payer_account": _joined(payer.account for payer in payers),
        "ultimate_debtor_name": _joined(each.ultimate_name for each in details),
        "counterparty_name": _joined(each.name for each in details),
        "purpose": _joined(each.purpose for each in details) or "",
        "payment_id": ";".join(each.id for each in payments) or None,
    }


def _payer(row: Row[Any], detail: Row[Any], policies: PolicyBook) -> Party:
    debtor = Party(detail.name, detail.tax_id, detail.account)
    ultimate = Party(detail.ultimate_name, detail.ultimate_tax_id, detail.ultimate_account)
    return payer_of(debtor, ultimate, policies.on(row.booking_date))


def _joined(texts: Iterable[str]) -> str | None:
    """The texts of a batch's details, each once."""
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None


def balances(connection: Connection, policies: PolicyBook) -> Iterator[dict[str, Any]]:
    """Every personal account with what stands on it, zero included."""
    last = (
        select(balance_change.c.account_number, func.max(balance_change.c.sequence).label("sequence"))
        .group_by(balance_change.c.account_number)
        .subquery()
    )
    query = (
        select(account.c.number, account.c.currency, func.coalesce(balance_change.c.after, 0).label("balance"))
        .outerjoin(last, last.c.account_number == account.c.number)
        .outerjoin(
            balance_change,
            and_(
                balance_change.c.account_number == last.c.account_number,
                balance_change.c.sequence == last.c.sequence,
            ),
        )
        .order_by(canonical(connection, account.c.number))
    )
    for row in stream(connection, query):
        balance = format_amount(int(row.balance), row.currency)
        yield {"account_number": row.number, "currency": row.currency, "balance": balance}


def journal_lines(connection: Connection, policies: PolicyBook) -> Iterator[dict[str, Any]]:
    """Two lines a journal entry, the debit first; by effective date and key."""
    query = select(journal).order_by(journal.c.effective_date, canonical(connection, journal.c.key))
    for row in stream(connection, query):
        amount = format_amount(row.amount, row.currency)
        yield _journal_line(row, row.debit, amount, None)
        yield _journal_line(row, row.credit, None, amount)


def _journal_line(row: Row[Any], ledger_account: str, debit: str | None, credit: str | None) -> dict[str, Any]:
    return {
        "entry_no": row.key,
        "effective_date": day(row.effective_date),
        "posted_at": moment(row.posted_at),
        "account": ledger_account,
        "debit": debit,
        "credit": credit,
        "currency": row.currency,
        "payment_id": row.payment_id,
        "description": row.description,
    }
