"""Master data as finance exports it: CSV in UTF-8, by the columns of the import."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from reconcile.books import Account, Invoice
from reconcile.money import format_amount
from reconcile.world.make import opening_at_cut_over
from reconcile.world.model import PowerRow, World

BANK_ACCOUNTS: Final = (
    "bank_account",
    "country",
    "currency",
    "legal_entity",
    "bank_name",
    "books_from",
    "opening_balance",
)
ACCOUNTS: Final = (
    "account_number",
    "holder_name",
    "holder_type",
    "country",
    "currency",
    "tax_id",
    "other_tax_ids",
    "bank_accounts",
    "email",
    "opened_on",
    "status",
)
INVOICES: Final = ("invoice_number", "account_number", "amount", "currency", "issued_on", "expires_on", "status")
POWERS: Final = (
    "reference",
    "account_number",
    "representative_name",
    "representative_tax_id",
    "issued_on",
    "valid_from",
    "valid_until",
    "revoked_on",
)
Row = Sequence[object]


def write_master(world: World, folder: Path) -> None:
    """`bank-accounts.csv`, `accounts.csv`, `invoices.csv`, `powers-of-attorney.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / "bank-accounts.csv", BANK_ACCOUNTS, bank_accounts(world))
    write_table(folder / "accounts.csv", ACCOUNTS, map(account_row, world.accounts))
    write_table(folder / "invoices.csv", INVOICES, map(invoice_row, world.invoices))
    write_table(folder / "powers-of-attorney.csv", POWERS, map(power_row, world.powers))


def write_table(path: Path, columns: Row, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)


def bank_accounts(world: World) -> Iterator[Row]:
    for own in world.own_accounts:
        opening = format_amount(opening_at_cut_over(world, own), own.currency)
        yield own.number, own.country, own.currency, own.legal_entity, own.bank_name, own.books_from, opening


def account_row(account: Account) -> Row:
    holder = account.holder
    return (
        account.number,
        holder.names[0],
        holder.type.value,
        account.country,
        account.currency,
        holder.tax_ids[0] if holder.tax_ids else "",
        ";".join(holder.tax_ids[1:]),
        ";".join(holder.bank_accounts),
        f"billing-{account.number.lower()}@example.com",
        account.opened_on or "",
        "open" if account.is_open else "closed",
    )


def invoice_row(invoice: Invoice) -> Row:
    return (
        invoice.number,
        invoice.account_number,
        format_amount(invoice.amount, invoice.currency),
        invoice.currency,
        invoice.issued_on,
        invoice.expires_on or "",
        invoice.status.value,
    )


def power_row(row: PowerRow) -> Row:
    power = row.power
    return (
        power.reference,
        row.account_number,
        power.representative_name,
        power.representative_tax_id,
        row.issued_on,
        power.valid_from,
        power.valid_until,
        power.revoked_on or "",
    )
