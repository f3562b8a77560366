"""Other tax ids or bank accounts of an account's holder, by the way of every import: with its checks and its history."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, select

from reconcile.policy import PolicyBook
from reconcile.steps import masters
from reconcile.steps.acts import Person
from reconcile.steps.trial import rolled_back
from reconcile.store.alerts import audit
from reconcile.store.engine import reading
from reconcile.store.tables import account, holder


def change(engine: Any, policies: PolicyBook, given: Mapping[str, str], person: Person) -> None:
    """A file of one row."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "console.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([list(given), list(given.values())])
        masters.import_accounts(engine, path, actor=person.actor, now=person.at, policies=policies)
    with engine.begin() as connection:
        audit(connection, person.actor, "change_holder", given["account_number"], person.reason, person.at)


def attempt(engine: Engine, policies: PolicyBook, arguments: Mapping[str, Any], person: Person) -> None:
    """What is wrong with the change is said now, not when somebody approves it."""
    given = row_of(engine, arguments)
    with rolled_back(engine) as bound:
        change(bound, policies, given, person)


def row_of(engine: Engine, arguments: Mapping[str, Any]) -> dict[str, str]:
    """The account as a row of an import, with what is to be changed."""
    where = account.c.number == arguments["account_number"]
    with reading(engine) as connection:
        row = connection.execute(
            select(account, holder.c.type).join(holder, holder.c.key == account.c.holder_key).where(where)
        ).one()
    first, *others = arguments["tax_ids"] or [""]
    return {
        "account_number": row.number, "holder_name": row.holder_name, "holder_type": row.type, "country": row.country,
        "currency": row.currency, "tax_id": first, "other_tax_ids": ";".join(others),
        "bank_accounts": ";".join(arguments["bank_accounts"]),
    }  # fmt: skip
