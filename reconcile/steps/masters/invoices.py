"""Invoices: after issue their amount, account and currency never change (docs/data-model.md, 9)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from reconcile.books import InvoiceStatus
from reconcile.problem import Refusal
from reconcile.reference import number_key, zeroless_key
from reconcile.steps.masters.fields import Field, Given, column, currency, day, number, one_of, plain, positive
from reconcile.steps.masters.history import Draft, Record
from reconcile.steps.masters.upsert import Kind
from reconcile.store.bulk import any_of
from reconcile.store.tables import account, invoice
from reconcile.tabular import Holds, Problems

FIELDS = (
    Field(column("invoice_number", Holds.IDENTIFIER), "number", number),
    Field(column("account_number", Holds.IDENTIFIER), "account_number", plain),
    Field(column("amount", Holds.AMOUNT), "amount", plain),
    Field(column("currency"), "currency", currency),
    Field(column("issued_on", Holds.DATE), "issued_on", day),
    Field(column("expires_on", Holds.DATE, optional=True), "expires_on", day),
    Field(column("status", optional=True), "status", one_of([status.value for status in InvoiceStatus]), "open"),
)


def _complete(given: Given) -> Given:
    given["amount"] = positive(given["amount"], given["currency"])
    return given


def _validate(record: Record) -> None:
    if record["expires_on"] is not None and record["expires_on"] < record["issued_on"]:
        raise Refusal.of(
            f"expires_on {record['expires_on']} is before issued_on {record['issued_on']}", "correct either day"
        )


def _derive(record: Record) -> Record:
    key = number_key(record["number"])
    return {**record, "number_key": key, "zeroless_key": zeroless_key(key)}


def known_accounts(connection: Connection, drafts: Sequence[Draft], problems: Problems) -> None:
    """Every new row names an account that is on the books."""
    wanted = {draft.after["account_number"] for draft in drafts if draft.before is None}
    if not wanted:
        return
    found = select(account.c.number).where(any_of(connection, account.c.number, wanted))
    known = set(connection.execute(found).scalars())
    for draft in drafts:
        if draft.before is None and draft.after["account_number"] not in known:
            what = f"account_number {draft.after['account_number']!r} is not on the books"
            problems.add(what, "import the account first, or correct the number", draft.line)


INVOICES = Kind(
    name="invoices",
    history="invoice",
    table=invoice,
    key="number",
    fields=FIELDS,
    fixed=("account_number", "amount", "currency"),
    derive=_derive,
    complete=_complete,
    validate=_validate,
    check=known_accounts,
)
