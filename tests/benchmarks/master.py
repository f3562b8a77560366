"""Generated master data straight into the books' tables: the night is what is measured, not the import."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from reconcile.money import read_amount
from reconcile.names import name_key, name_prefix
from reconcile.reference import number_key, zeroless_key
from reconcile.store import tables
from reconcile.store.bulk import insert_rows

AT_ONCE = 20_000
Row = dict[str, str]


def load(engine: Engine, folder: Path) -> None:
    """`accounts.csv` and `invoices.csv` of a generated world, as their import would store them, without its history."""
    with engine.begin() as connection:
        for rows in _pieces(folder / "accounts.csv"):
            _accounts(connection, rows)
        for rows in _pieces(folder / "invoices.csv"):
            _invoices(connection, rows)


def _pieces(path: Path) -> Iterator[list[Row]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        while piece := list(islice(rows, AT_ONCE)):
            yield piece


def _listed(row: Row, name: str) -> list[str]:
    return [each for each in row.get(name, "").split(";") if each]


_seen: set[tuple[str, ...]] = set()
"""What stands on the books already: a holder may have accounts in several pieces."""


def _new(rows: dict[tuple[str, str], None], kind: str) -> list[tuple[str, str]]:
    fresh = [row for row in rows if (kind, *row) not in _seen]
    _seen.update((kind, *row) for row in fresh)
    return fresh


def _accounts(connection: Connection, rows: list[Row]) -> None:
    holders: list[tuple[str, ...]] = []
    names: dict[tuple[str, str], None] = {}
    tax_ids: dict[tuple[str, str], None] = {}
    banks: dict[tuple[str, str], None] = {}
    accounts: list[tuple[Any, ...]] = []
    for row in rows:
        number, name = row["account_number"], row["holder_name"]
        key = f"{row['country']}:{row['tax_id']}" if row["tax_id"] else f"account:{number}"
        if ("holder", key) not in _seen:
            _seen.add(("holder", key))
            holders.append((key, row["country"], row["holder_type"]))
        ids = [row["tax_id"], *_listed(row, "other_tax_ids")] if row["tax_id"] else []
        names[key, name] = None
        tax_ids.update(((key, each), None) for each in ids)
        banks.update(((key, each), None) for each in _listed(row, "bank_accounts"))
        exact, opened = number_key(number), row.get("opened_on")
        accounts.append(
            (
                number, exact, zeroless_key(exact), key, name, row["country"], row["currency"], ids,
                _listed(row, "bank_accounts"), date.fromisoformat(opened) if opened else None, row.get("status") or "open",
            )
        )  # fmt: skip
    insert_rows(connection, tables.holder, ("key", "country", "type"), holders)
    named = [(key, name, name_key(name), name_prefix(name)) for key, name in _new(names, "name")]
    insert_rows(connection, tables.holder_name, ("holder_key", "name", "name_key", "name_prefix"), named)
    insert_rows(connection, tables.holder_tax_id, ("holder_key", "tax_id"), _new(tax_ids, "tax"))
    insert_rows(connection, tables.holder_bank_account, ("holder_key", "bank_account"), _new(banks, "bank"))
    columns = (
        "number", "number_key", "zeroless_key", "holder_key", "holder_name", "country", "currency", "tax_ids",
        "bank_accounts", "opened_on", "status",
    )  # fmt: skip
    insert_rows(connection, tables.account, columns, accounts)


def _invoices(connection: Connection, rows: list[Row]) -> None:
    made = []
    for row in rows:
        exact, expires = number_key(row["invoice_number"]), row.get("expires_on")
        made.append(
            (
                row["invoice_number"], exact, zeroless_key(exact), row["account_number"],
                read_amount(row["amount"], row["currency"]), row["currency"], date.fromisoformat(row["issued_on"]),
                date.fromisoformat(expires) if expires else None, row.get("status") or "open",
            )
        )  # fmt: skip
    columns = (
        "number", "number_key", "zeroless_key", "account_number", "amount", "currency", "issued_on", "expires_on", "status",
    )  # fmt: skip
    insert_rows(connection, tables.invoice, columns, made)
