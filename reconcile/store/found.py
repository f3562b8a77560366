"""What the books were asked for a chunk, and what they said: rows become values (`store.lookup` asks).

Nothing here knows SQL: the module is compiled with the core. Each row is a tuple in the order that its function names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reconcile.books import Account, Holder, HolderType, Invoice, InvoiceStatus, PowerOfAttorney
from reconcile.payer import lookup_names
from reconcile.proposal import Found
from reconcile.reference import number_key, zeroless_key
from reconcile.statement import Party

_STATUSES: Final = {each.value: each for each in InvoiceStatus}
_TYPES: Final = {each.value: each for each in HolderType}

Texts = Mapping[str, list[str]]
Keys = Mapping[str, set[str]]


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

    def names(self, known_tax_ids: Iterable[str]) -> tuple[set[str], list[str]]:
        """Name keys, and sorted prefixes of cut names: of those alone whom no tax id on the books names."""
        known = set(known_tax_ids)
        asked = [lookup_names(party, limit) for party, limit in self.parties if party.tax_id not in known]
        return {key for key, _ in asked} - {""}, sorted({prefix for _, prefix in asked} - {""})


def grouped(rows: Iterable[Any]) -> defaultdict[str, list[str]]:
    """Rows (key, value), by key, in their order."""
    its: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in rows:
        its[key].append(value)
    return its


def holders(rows: Iterable[Any], names: Texts, tax_ids: Texts, bank_accounts: Texts) -> dict[str, Holder]:
    """Rows: key, country, type. The holders by their keys."""
    found: dict[str, Holder] = {}
    for key, country, type_ in rows:
        its = (tuple(names.get(key, ())), tuple(tax_ids.get(key, ())), tuple(bank_accounts.get(key, ())))
        found[key] = Holder(key, country, _TYPES[type_], *its)
    return found


def take_invoices(found: Found, rows: Iterable[Any]) -> None:
    """Rows: number, account_number, amount, currency, issued_on, expires_on, status, outstanding."""
    for number, account_number, amount, currency, issued_on, expires_on, status, outstanding in rows:
        found.invoices[number] = Invoice(
            number, account_number, amount, currency, issued_on, expires_on, _STATUSES[status]
        )
        if number not in found.outstanding:
            found.outstanding[number] = 0 if status == "paid" else int(outstanding)


def take_accounts(found: Found, rows: Iterable[Any], by_key: Mapping[str, Holder]) -> None:
    """Rows: number, holder_key, country, currency, opened_on, status."""
    by_holder: dict[str, list[Account]] = {}
    for number, holder_key, country, currency, opened_on, status in rows:
        loaded = Account(number, by_key[holder_key], country, currency, opened_on, status == "open")
        found.accounts[number] = loaded
        by_holder.setdefault(holder_key, []).append(loaded)
    for key, accounts in by_holder.items():
        found.accounts_of[key] = tuple(accounts)


def index_numbers(found: Found) -> None:
    """Number keys to numbers, exact and without leading zeros, for all that was found."""
    _index(found.invoices, found.invoices_by_key, found.invoices_by_zeroless)
    _index(found.accounts, found.accounts_by_key, found.accounts_by_zeroless)


def _index(
    numbers: Iterable[str], by_key: dict[str, tuple[str, ...]], by_zeroless: dict[str, tuple[str, ...]]
) -> None:
    for number in sorted(numbers):
        key = number_key(number)
        bare = zeroless_key(key)
        by_key[key] = (*by_key.get(key, ()), number)
        by_zeroless[bare] = (*by_zeroless.get(bare, ()), number)


def index_holders(found: Found, by_tax_id: Keys, by_bank_account: Keys, by_name: Keys) -> None:
    """Whom each of these keys names."""
    loaded = {each.holder.key: each.holder for each in found.accounts.values()}
    for index, source in (
        (found.holders_by_tax_id, by_tax_id),
        (found.holders_by_bank_account, by_bank_account),
        (found.holders_by_name, by_name),
    ):
        for key, its in source.items():
            index[key] = tuple([loaded[each] for each in sorted(its) if each in loaded])


def index_invoices(found: Found, numbers: set[str], before: set[str], settled_too: bool) -> None:
    """The invoices of these accounts, of those that were known `before` only such as have something outstanding."""
    by_account: dict[str, list[str]] = {number: [] for number in numbers}
    for each in found.invoices.values():
        if each.account_number in by_account and (settled_too or each.number not in before or found.left(each) > 0):
            by_account[each.account_number].append(each.number)
    for number, its in by_account.items():
        found.invoices_of[number] = tuple([found.invoices[each] for each in sorted(its)])


def take_powers(found: Found, rows: Iterable[Any]) -> None:
    """Rows: account_number, reference, representative_name, representative_tax_id, valid_from, valid_until, revoked_on."""
    powers: dict[str, list[PowerOfAttorney]] = {}
    for number, reference, name, tax_id, valid_from, valid_until, revoked_on in rows:
        key = found.accounts[number].holder.key
        power = PowerOfAttorney(reference, key, name, tax_id, valid_from, valid_until, revoked_on)
        powers.setdefault(key, []).append(power)
    for key, its in powers.items():
        found.powers_of[key] = tuple(its)
