"""The provider's own bank accounts, with their cut-over: from when the books are kept, and with which balance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from reconcile.steps.masters.fields import (
    Field,
    Given,
    bank_account,
    column,
    country,
    currency,
    day,
    name,
    plain,
    signed,
)
from reconcile.steps.masters.history import Draft, Record
from reconcile.steps.masters.upsert import Kind
from reconcile.store.bulk import any_of
from reconcile.store.tables import entry, own_bank_account
from reconcile.tabular import Holds, Problems

FIELDS = (
    Field(column("bank_account", Holds.IDENTIFIER), "number", bank_account),
    Field(column("country"), "country", country),
    Field(column("currency"), "currency", currency),
    Field(column("legal_entity"), "legal_entity", name),
    Field(column("bank_name", optional=True), "bank_name", name),
    Field(column("books_from", Holds.DATE, optional=True), "books_from", day),
    Field(column("opening_balance", Holds.AMOUNT, optional=True), "opening_balance", plain),
)
_CUT_OVER = ("currency", "books_from", "opening_balance")


def bank_accounts(now: datetime) -> Kind:
    return Kind(
        name="bank-accounts",
        history="bank_account",
        table=own_bank_account,
        key="number",
        fields=FIELDS,
        defaults={"taken_up_at": now},
        complete=_complete,
        beside=("imported", "taken_up_at"),
        check=_check,
    )


def _complete(given: Given) -> Given:
    if given.get("opening_balance") is not None:
        given["opening_balance"] = signed(given["opening_balance"], given["currency"])
    given["imported"] = True  # so that an account which a statement took up changes when it is imported
    return given


def _check(connection: Connection, drafts: Sequence[Draft], problems: Problems) -> None:
    """The cut-over of an account with entries never changes: they were booked, or left out, by it."""
    moved = [draft for draft in drafts if draft.before is not None and _moves(draft.before, draft.after)]
    if not moved:
        return
    own = any_of(connection, entry.c.own_account, [draft.key for draft in moved])
    booked = set(connection.execute(select(entry.c.own_account).where(own).distinct()).scalars())
    for draft in moved:
        if draft.key in booked:
            what = f"currency, books_from and opening_balance of {draft.key} are fixed once it has entries"
            problems.add(what, "leave them as they are on the books", draft.line)


def _moves(before: Record, after: Record) -> bool:
    return any(before[name_] != after[name_] for name_ in _CUT_OVER)
