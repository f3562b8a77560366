"""What the books hold that bears on a chunk of payments: one query a kind, joined against the chunk's own keys, so that
the cost follows the chunk and not the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, func, or_, select

from reconcile.books import Holder
from reconcile.proposal import Found
from reconcile.store import found as books
from reconcile.store.bulk import any_of, listed
from reconcile.store.found import Wanted
from reconcile.store.tables import (
    account,
    allocation,
    balance_change,
    holder,
    holder_bank_account,
    holder_name,
    holder_tax_id,
    invoice,
    own_bank_account,
    power_of_attorney,
    taught,
)

_PREFIXES_AT_ONCE = 100
_AFTER_ALL = "\U0010ffff"


def find(connection: Connection, wanted: Wanted) -> Found:
    """Everything that the keys lead to, but not yet the accounts' further invoices (`add_invoices_of`)."""
    found = Found()
    found.own_accounts = frozenset(connection.execute(select(own_bank_account.c.number)).scalars())
    books.take_invoices(found, _invoices(connection, any_of(connection, invoice.c.zeroless_key, wanted.zeroless)))
    numbers = {each.account_number for each in found.invoices.values()}
    by_tax_id = _holder_keys(connection, holder_tax_id, holder_tax_id.c.tax_id, wanted.tax_ids)
    by_bank_account = _holder_keys(
        connection, holder_bank_account, holder_bank_account.c.bank_account, wanted.bank_accounts
    )
    by_name = _by_name(connection, *wanted.names(by_tax_id))
    keys = {key for index in (by_tax_id, by_bank_account, by_name) for its in index.values() for key in its}
    asked = (any_of(connection, account.c.zeroless_key, wanted.zeroless), any_of(connection, account.c.number, numbers))
    for condition in asked:
        keys.update(connection.execute(select(account.c.holder_key).where(condition)).scalars().all())
    books.take_accounts(found, _accounts(connection, keys), _holders(connection, keys))
    books.index_numbers(found)
    books.index_holders(found, by_tax_id, by_bank_account, by_name)
    books.take_powers(found, _powers(connection, found.accounts))
    lessons = _taught(connection, wanted.tax_ids | wanted.bank_accounts)
    found.taught.update({key: tuple(sorted(its)) for key, its in lessons.items()})
    return found


def add_invoices_of(connection: Connection, found: Found, numbers: Iterable[str], *, settled_too: bool = False) -> None:
    """The invoices of these accounts that have something outstanding; `settled_too`: also those that have nothing."""
    numbers = set(numbers) - set(found.invoices_of)
    if not numbers:
        return
    before = set(found.invoices)
    theirs = and_(any_of(connection, invoice.c.account_number, numbers), invoice.c.status == "open")
    books.take_invoices(found, _invoices(connection, theirs, open_only=not settled_too))
    books.index_invoices(found, numbers, before, settled_too)


def invoice_positions(connection: Connection, numbers: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The last link of each invoice's allocation chain: (sequence, outstanding after it)."""
    return _last_links(connection, allocation, "invoice_number", numbers)


def account_positions(connection: Connection, numbers: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The last link of each account's chain of balance changes: (sequence, balance after it)."""
    return _last_links(connection, balance_change, "account_number", numbers)


def _last_links(connection: Connection, chain: Table, owner: str, numbers: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The newest link of each, by the chain's own key: however long the table is, and however long each chain."""
    wanted, newest = listed(connection, numbers), chain.alias("newest")
    last = select(func.max(newest.c.sequence)).where(newest.c[owner] == wanted).scalar_subquery()
    query = select(chain.c[owner], chain.c.sequence, chain.c.after)
    rows = connection.execute(query.where(chain.c[owner] == wanted, chain.c.sequence == last))
    return {number: (sequence, after) for number, sequence, after in rows.all()}


# --- rows, in the order that `store.found` names ----------------------------------------------------------------------


def _invoices(connection: Connection, where: Any, open_only: bool = False) -> Sequence[Any]:
    c = invoice.c
    after = (
        select(allocation.c.after)
        .where(allocation.c.invoice_number == c.number)
        .order_by(allocation.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    left = func.coalesce(after, c.amount)
    query = select(c.number, c.account_number, c.amount, c.currency, c.issued_on, c.expires_on, c.status, left)
    query = query.where(where)
    return connection.execute(query.where(left > 0) if open_only else query).all()


def _accounts(connection: Connection, holder_keys: set[str]) -> Sequence[Any]:
    c = account.c
    query = select(c.number, c.holder_key, c.country, c.currency, c.opened_on, c.status)
    return connection.execute(query.where(any_of(connection, c.holder_key, holder_keys)).order_by(c.number)).all()


def _holders(connection: Connection, keys: set[str]) -> dict[str, Holder]:
    texts = []
    for table, column in (
        (holder_name, holder_name.c.name),
        (holder_tax_id, holder_tax_id.c.tax_id),
        (holder_bank_account, holder_bank_account.c.bank_account),
    ):
        query = select(table.c.holder_key, column).where(any_of(connection, table.c.holder_key, keys)).order_by(column)
        texts.append(books.grouped(connection.execute(query).all()))
    query = select(holder.c.key, holder.c.country, holder.c.type).where(any_of(connection, holder.c.key, keys))
    return books.holders(connection.execute(query).all(), *texts)


def _powers(connection: Connection, numbers: Iterable[str]) -> Sequence[Any]:
    c = power_of_attorney.c
    query = select(
        c.account_number,
        c.reference,
        c.representative_name,
        c.representative_tax_id,
        c.valid_from,
        c.valid_until,
        c.revoked_on,
    )
    return connection.execute(query.where(any_of(connection, c.account_number, numbers)).order_by(c.reference)).all()


# --- keys ------------------------------------------------------------------------------------------------------------


def _holder_keys(
    connection: Connection, table: Table, column: Column[str], values: Iterable[str]
) -> defaultdict[str, set[str]]:
    return _key_sets(connection, select(column, table.c.holder_key), column, values)


def _taught(connection: Connection, payer_keys: Iterable[str]) -> defaultdict[str, set[str]]:
    query = select(taught.c.payer_key, taught.c.account_number).where(taught.c.withdrawn_at.is_(None))
    return _key_sets(connection, query, taught.c.payer_key, payer_keys)


def _key_sets(
    connection: Connection, query: Any, column: Column[str], values: Iterable[str]
) -> defaultdict[str, set[str]]:
    """What the query says of each of these values that the column holds."""
    index: defaultdict[str, set[str]] = defaultdict(set)
    if values:
        for value, key in connection.execute(query.where(any_of(connection, column, values))).all():
            index[value].add(key)
    return index


def _by_name(connection: Connection, keys: set[str], prefixes: Sequence[str]) -> defaultdict[str, set[str]]:
    index = _holder_keys(connection, holder_name, holder_name.c.name_key, keys)
    column = holder_name.c.name_prefix
    for start in range(0, len(prefixes), _PREFIXES_AT_ONCE):
        some = prefixes[start : start + _PREFIXES_AT_ONCE]
        ranges = [and_(column >= prefix, column < prefix + _AFTER_ALL) for prefix in some]
        for row in connection.execute(select(holder_name.c.holder_key, column).where(or_(*ranges))):
            for prefix in some:
                if row.name_prefix.startswith(prefix):
                    index[prefix].add(row.holder_key)
    return index
