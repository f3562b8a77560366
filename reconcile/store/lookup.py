"""What the books hold that bears on a chunk of payments: one query a kind, joined against the chunk's own keys, so that
the cost follows the chunk and not the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Table, and_, func, or_, select

from reconcile.books import Account, Holder, HolderType, Invoice, InvoiceStatus, PowerOfAttorney
from reconcile.payer import lookup_names
from reconcile.proposal import Found
from reconcile.reference import number_key, zeroless_key
from reconcile.statement import Party
from reconcile.store.bulk import any_of, listed
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
_STATUSES = {each.value: each for each in InvoiceStatus}
_TYPES = {each.value: each for each in HolderType}


@dataclass(slots=True)
class Wanted:
    """The keys of a chunk: what the books are to be asked for."""

    zeroless: set[str] = field(default_factory=set)
    parties: set[tuple[Party, int | None]] = field(default_factory=set)
    """Payers and ultimate debtors, each with the length at which the format cuts names."""

    @property
    def tax_ids(self) -> set[str]:
        return {party.tax_id for party, _ in self.parties} - {""}

    @property
    def bank_accounts(self) -> set[str]:
        return {party.account for party, _ in self.parties} - {""}


def find(connection: Connection, wanted: Wanted) -> Found:
    """Everything that the keys lead to, but not yet the accounts' further invoices (`add_invoices_of`)."""
    found = Found()
    found.own_accounts = frozenset(connection.execute(select(own_bank_account.c.number)).scalars())
    _add_invoices(connection, found, any_of(connection, invoice.c.zeroless_key, wanted.zeroless))
    numbers = {each.account_number for each in found.invoices.values()}
    holders = _holders_wanted(connection, wanted)
    asked = (any_of(connection, account.c.zeroless_key, wanted.zeroless), any_of(connection, account.c.number, numbers))
    keys = set(holders.all)
    for condition in asked:
        keys.update(connection.execute(select(account.c.holder_key).where(condition)).scalars().all())
    _add_accounts(connection, found, keys)
    _index_numbers(found)
    loaded = {each.holder.key: each.holder for each in found.accounts.values()}
    for index, source in (
        (found.holders_by_tax_id, holders.by_tax_id),
        (found.holders_by_bank_account, holders.by_bank_account),
        (found.holders_by_name, holders.by_name),
    ):
        for key, its in source.items():
            index[key] = tuple(loaded[each] for each in sorted(its) if each in loaded)
    _add_powers(connection, found)
    _add_taught(connection, found, wanted)
    return found


def add_invoices_of(connection: Connection, found: Found, numbers: Iterable[str], *, settled_too: bool = False) -> None:
    """The invoices of these accounts that have something outstanding; `settled_too`: also those that have nothing."""
    numbers = set(numbers) - set(found.invoices_of)
    if not numbers:
        return
    before = set(found.invoices)
    theirs = and_(any_of(connection, invoice.c.account_number, numbers), invoice.c.status == "open")
    _add_invoices(connection, found, theirs, open_only=not settled_too)
    by_account: dict[str, list[Invoice]] = {number: [] for number in numbers}
    for each in found.invoices.values():
        if each.account_number in by_account and (settled_too or each.number not in before or found.left(each) > 0):
            by_account[each.account_number].append(each)
    for number, its in by_account.items():
        found.invoices_of[number] = tuple(sorted(its, key=lambda each: each.number))


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


# --- invoices and accounts -------------------------------------------------------------------------------------------


def _add_invoices(connection: Connection, found: Found, where: object, open_only: bool = False) -> None:
    after = (
        select(allocation.c.after)
        .where(allocation.c.invoice_number == invoice.c.number)
        .order_by(allocation.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    left = func.coalesce(after, invoice.c.amount)
    c = invoice.c
    query = select(
        c.number, c.account_number, c.amount, c.currency, c.issued_on, c.expires_on, c.status, left.label("left")
    ).where(where)  # type: ignore[arg-type]
    rows = connection.execute(query.where(left > 0) if open_only else query).all()
    for number, account_number, amount, currency, issued_on, expires_on, status, outstanding in rows:
        found.invoices[number] = Invoice(
            number, account_number, amount, currency, issued_on, expires_on, _STATUSES[status]
        )
        found.outstanding.setdefault(number, 0 if status == "paid" else int(outstanding))


def _add_accounts(connection: Connection, found: Found, holder_keys: set[str]) -> None:
    holders = _holders(connection, holder_keys)
    by_holder: defaultdict[str, list[Account]] = defaultdict(list)
    c = account.c
    rows = connection.execute(
        select(c.number, c.holder_key, c.country, c.currency, c.opened_on, c.status)
        .where(any_of(connection, c.holder_key, holder_keys))
        .order_by(c.number)
    ).all()
    for number, holder_key, country, currency, opened_on, status in rows:
        loaded = Account(number, holders[holder_key], country, currency, opened_on, status == "open")
        found.accounts[number] = loaded
        by_holder[holder_key].append(loaded)
    found.accounts_of.update({key: tuple(accounts) for key, accounts in by_holder.items()})


def _index_numbers(found: Found) -> None:
    """Number keys to numbers, exact and without leading zeros, for all that was found."""
    for numbers, by_key, by_zeroless in (
        (found.invoices, found.invoices_by_key, found.invoices_by_zeroless),
        (found.accounts, found.accounts_by_key, found.accounts_by_zeroless),
    ):
        exact: defaultdict[str, list[str]] = defaultdict(list)
        bare: defaultdict[str, list[str]] = defaultdict(list)
        for number in sorted(numbers):
            key = number_key(number)
            exact[key].append(number)
            bare[zeroless_key(key)].append(number)
        by_key.update({key: tuple(its) for key, its in exact.items()})
        by_zeroless.update({key: tuple(its) for key, its in bare.items()})


# --- holders ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _HolderKeys:
    by_tax_id: defaultdict[str, set[str]]
    by_bank_account: defaultdict[str, set[str]]
    by_name: defaultdict[str, set[str]]

    @property
    def all(self) -> Iterable[str]:
        for index in (self.by_tax_id, self.by_bank_account, self.by_name):
            for keys in index.values():
                yield from keys


def _holders_wanted(connection: Connection, wanted: Wanted) -> _HolderKeys:
    keys = _HolderKeys(defaultdict(set), defaultdict(set), defaultdict(set))
    _fill(connection, keys.by_tax_id, holder_tax_id, holder_tax_id.c.tax_id, wanted.tax_ids)
    _fill(
        connection, keys.by_bank_account, holder_bank_account, holder_bank_account.c.bank_account, wanted.bank_accounts
    )
    # Only a payer whom no tax id on the books names can be told by name.
    asked = [lookup_names(party, limit) for party, limit in wanted.parties if party.tax_id not in keys.by_tax_id]
    _fill(connection, keys.by_name, holder_name, holder_name.c.name_key, {key for key, _ in asked} - {""})
    prefixes = sorted({prefix for _, prefix in asked} - {""})
    for start in range(0, len(prefixes), _PREFIXES_AT_ONCE):
        some = prefixes[start : start + _PREFIXES_AT_ONCE]
        column = holder_name.c.name_prefix
        ranges = [and_(column >= prefix, column < prefix + _AFTER_ALL) for prefix in some]
        for row in connection.execute(select(holder_name.c.holder_key, column).where(or_(*ranges))):
            for prefix in some:
                if row.name_prefix.startswith(prefix):
                    keys.by_name[prefix].add(row.holder_key)
    return keys


def _fill(
    connection: Connection, index: defaultdict[str, set[str]], table: Table, column: Column[str], values: set[str]
) -> None:
    if values:
        query = select(column, table.c.holder_key).where(any_of(connection, column, values))
        for value, key in connection.execute(query).all():
            index[value].add(key)


def _holders(connection: Connection, keys: set[str]) -> Mapping[str, Holder]:
    gathered: list[defaultdict[str, list[str]]] = []
    for table, column in (
        (holder_name, holder_name.c.name),
        (holder_tax_id, holder_tax_id.c.tax_id),
        (holder_bank_account, holder_bank_account.c.bank_account),
    ):
        texts: defaultdict[str, list[str]] = defaultdict(list)
        for key, value in connection.execute(
            select(table.c.holder_key, column).where(any_of(connection, table.c.holder_key, keys)).order_by(column)
        ).all():
            texts[key].append(value)
        gathered.append(texts)
    names, tax_ids, bank_accounts = gathered
    rows = connection.execute(
        select(holder.c.key, holder.c.country, holder.c.type).where(any_of(connection, holder.c.key, keys))
    ).all()
    return {
        key: Holder(key, country, _TYPES[type_], tuple(names[key]), tuple(tax_ids[key]), tuple(bank_accounts[key]))
        for key, country, type_ in rows
    }


def _add_powers(connection: Connection, found: Found) -> None:
    powers: defaultdict[str, list[PowerOfAttorney]] = defaultdict(list)
    for row in connection.execute(
        select(power_of_attorney)
        .where(any_of(connection, power_of_attorney.c.account_number, found.accounts))
        .order_by(power_of_attorney.c.reference)
    ):
        key = found.accounts[row.account_number].holder.key
        powers[key].append(
            PowerOfAttorney(
                row.reference,
                key,
                row.representative_name,
                row.representative_tax_id,
                row.valid_from,
                row.valid_until,
                row.revoked_on,
            )
        )
    found.powers_of.update({key: tuple(its) for key, its in powers.items()})


def _add_taught(connection: Connection, found: Found, wanted: Wanted) -> None:
    keys = wanted.tax_ids | wanted.bank_accounts
    lessons: defaultdict[str, set[str]] = defaultdict(set)
    for row in connection.execute(
        select(taught.c.payer_key, taught.c.account_number).where(
            any_of(connection, taught.c.payer_key, keys), taught.c.withdrawn_at.is_(None)
        )
    ):
        lessons[row.payer_key].add(row.account_number)
    found.taught.update({key: tuple(sorted(numbers)) for key, numbers in lessons.items()})
