"""Which personal account a number leads to that a payer typed or a processing centre passed on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Column, Connection, Row, select

from reconcile.books import Account, Holder, HolderType
from reconcile.reference import number_key, zeroless_key
from reconcile.store.bulk import any_of
from reconcile.store.tables import account, holder, invoice

Leads = dict[str, tuple[Account, ...]]


def accounts_of(connection: Connection, given: Iterable[str]) -> Leads:
    """The accounts that each text leads to: the number itself before an invoice's, the exact form before one without
    its leading zeros, which counts only where it leads to one account (`docs/decision-table.md`, Words)."""
    keys = {text: _key(text) for text in set(given) if text and number_key(text)}
    exact = _by_key(connection, account.c.number_key, keys.values())
    invoices = _by_invoice(connection, set(keys.values()) - set(exact))
    rest = {key: zeroless_key(key) for key in keys.values() if key not in exact and key not in invoices}
    zeroless = _by_key(connection, account.c.zeroless_key, rest.values())
    found: Leads = {}
    for text, key in keys.items():
        its = exact.get(key) or invoices.get(key) or zeroless.get(rest.get(key, ""))
        if its:
            found[text] = tuple(sorted(its, key=lambda each: each.number))
    return found


def _key(text: str) -> str:
    """A payer who types at a paybill writes the letter for the zero: among digits it is one."""
    key = number_key(text)
    digits = key.replace("O", "0")
    return digits if digits.isdigit() and any(sign.isdigit() for sign in key) else key


def _by_key(connection: Connection, column: Column[str], keys: Iterable[str]) -> dict[str, list[Account]]:
    found: dict[str, list[Account]] = defaultdict(list)
    query = select(account, holder.c.type).join(holder, holder.c.key == account.c.holder_key)
    for row in connection.execute(query.where(any_of(connection, column, keys))):
        found[row._mapping[column]].append(account_of(row))
    return found


def _by_invoice(connection: Connection, keys: Iterable[str]) -> dict[str, list[Account]]:
    found: dict[str, dict[str, Account]] = defaultdict(dict)
    query = (
        select(account, holder.c.type, invoice.c.number_key.label("invoice_key"))
        .join(holder, holder.c.key == account.c.holder_key)
        .join(invoice, invoice.c.account_number == account.c.number)
    )
    for row in connection.execute(query.where(any_of(connection, invoice.c.number_key, keys))):
        found[row.invoice_key][row.number] = account_of(row)
    return {key: list(its.values()) for key, its in found.items()}


def account_of(row: Row[tuple[object, ...]]) -> Account:
    """A row of the account table, with its holder's type beside."""
    its = row._mapping
    kind = Holder(its["holder_key"], its["country"], HolderType(its["type"]), (its["holder_name"],))
    is_open = its["status"] == "open"
    return Account(its["number"], kind, its["country"], its["currency"], its["opened_on"], is_open)
