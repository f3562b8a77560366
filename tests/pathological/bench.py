"""Reads the tables of cases and decides each in memory, with the functions that a run uses for a chunk.

A table (`*.toml`) has its books and its cases. `by` says who pays: a key of the books' holders or of `people` (name, tax id
and bank account as known), `key!name` / `key!id` / `key!bank` (only that of it), `~Some Name` (a name and nothing else), or
nothing at all. Amounts are in major units. `want` is the outcome as words in any order: status, account (`A+B` for parts),
flags (a hold's reason is among them), and `invoice=amount` for each allocation.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Final

from reconcile.books import Account, Holder, HolderType, Invoice, InvoiceStatus, PowerOfAttorney
from reconcile.decision import decide
from reconcile.names import name_key, name_prefix
from reconcile.outcome import Decision
from reconcile.payer import payer_of
from reconcile.policy import Policy, load_policy
from reconcile.proposal import Case, Found, Payment, references_of
from reconcile.purpose.reader import read_purpose
from reconcile.reference import number_key, zeroless_key
from reconcile.statement import NOBODY, Party, PartyKind, StructuredReference
from reconcile.world import identifiers

FOLDER: Final = Path(__file__).parent
DAY: Final = date(2026, 2, 10)
OWN_ACCOUNT: Final = "KZ00OWN"
CURRENCY: Final = {"KZ": "KZT", "UZ": "UZS", "KE": "KES"}


@dataclass(frozen=True, slots=True)
class Given:
    """One case of a table."""

    table: str
    name: str
    purpose: str
    by: str
    amount: int
    want: frozenset[str]
    why: str
    on_behalf: str = ""
    format: str = "1c"
    country: str = ""
    currency: str = ""
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Table:
    """The books of one file, as values."""

    country: str
    holders: dict[str, Holder] = field(default_factory=dict)
    people: dict[str, Party] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    powers: list[PowerOfAttorney] = field(default_factory=list)
    taught: dict[str, tuple[str, ...]] = field(default_factory=dict)
    cases: list[Given] = field(default_factory=list)


def _party(country: str, key: str, its: Mapping[str, Any]) -> Party:
    """Ids and bank accounts follow from the key: made up, with valid check digits."""
    rng = Random(f"{country}{key}")
    person = its.get("type", "legal_entity") != "legal_entity"
    tax_id = its.get("tax_id", identifiers.tax_id(rng, country, person=person))
    bank = its.get("bank", identifiers.bank_account(rng, country, person=person))
    return Party(its["name"], tax_id, bank, kind=PartyKind(its.get("kind", "")))


@lru_cache(maxsize=64)
def table(name: str) -> Table:
    given = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    made = Table(given["country"])
    for key, its in given.get("holders", {}).items():
        country = its.get("country", made.country)
        party = _party(country, key, its)
        kind = HolderType(its.get("type", "legal_entity"))
        names = (party.name, *its.get("names", ()))
        ids = (party.tax_id, *its.get("other_ids", ())) if party.tax_id else ()
        banks = (party.account,) if its.get("bank_known", False) else ()
        made.people[key] = party
        made.holders[key] = Holder(f"{country}:{key}", country, kind, names, ids, banks)
        for number in its.get("accounts", ()):
            made.accounts[number] = Account(number, made.holders[key], country, its.get("currency", CURRENCY[country]))
    for key, its in given.get("people", {}).items():
        made.people[key] = _party(its.get("country", made.country), key, its)
    for number, its in given.get("accounts", {}).items():
        holder = made.holders[its["holder"]]
        opened = its.get("opened")
        currency = its.get("currency", CURRENCY[holder.country])
        made.accounts[number] = Account(number, holder, holder.country, currency, opened, not its.get("closed", False))
    for number, its in given.get("invoices", {}).items():
        made.invoices[number] = _invoice(made, number, its)
    for its in given.get("powers", ()):
        made.powers.append(_power(made, its))
    made.taught = {made.people[key].account: tuple(numbers) for key, numbers in given.get("taught", {}).items()}
    made.cases = [_case(name, each) for each in given["case"]]
    return made


def _invoice(made: Table, number: str, its: list[Any]) -> Invoice:
    """[account, amount, what differs: "paid", "cancelled", "expired", "later", "left 300"]."""
    account, amount, *rest = its
    minor = _minor(amount)
    status = InvoiceStatus(rest[0]) if rest and rest[0] in ("paid", "cancelled") else InvoiceStatus.OPEN
    left = 0 if "paid" in rest else _minor(rest[0].removeprefix("left ")) if rest and "left" in rest[0] else minor
    issued = DAY + timedelta(days=2) if "later" in rest else DAY - timedelta(days=20)
    expires = DAY - timedelta(days=1) if "expired" in rest else None
    return Invoice(number, account, minor, made.accounts[account].currency, issued, expires, status, left)


def _power(made: Table, its: Mapping[str, Any]) -> PowerOfAttorney:
    person = made.people[its["person"]]
    tax_id = person.tax_id if its.get("with_id", True) else ""
    return PowerOfAttorney(
        its["reference"], made.holders[its["holder"]].key, its.get("name", person.name), tax_id, its["from"], its["until"],
        its.get("revoked"),
    )  # fmt: skip


def _case(name: str, each: Mapping[str, Any]) -> Given:
    fields = tuple((kind, value) for kind, value in each.get("fields", ()))
    return Given(
        name, each["name"], each["purpose"], each.get("by", ""), _minor(each.get("amount", "1000")),
        frozenset(each["want"].split()), each["why"], each.get("on_behalf", ""), each.get("format", "1c"),
        each.get("country", ""), each.get("currency", ""), fields,
    )  # fmt: skip


def _minor(amount: str) -> int:
    return int(Decimal(str(amount).replace(" ", "")) * 100)


def all_cases() -> Iterator[Given]:
    for path in sorted(FOLDER.glob("*.toml")):
        yield from table(path.stem).cases


def party(made: Table, said: str) -> Party:
    """Who pays, as the statement shows him."""
    if not said:
        return NOBODY
    if said.startswith("~"):
        return Party(said[1:])
    key, _, only = said.partition("!")
    known = made.people[key]
    if only.startswith("as "):  # all that is known, under another spelling of the name
        return Party(only[3:], known.tax_id, known.account, kind=known.kind)
    return {
        "": known, "name": Party(known.name), "id": Party("", known.tax_id), "bank": Party("", account=known.account),
        "name and bank": Party(known.name, account=known.account), "no id": Party(known.name, account=known.account),
    }[only]  # fmt: skip


def found(made: Table) -> Found:
    """The look-up of a chunk, over the whole table."""
    its = Found(taught=dict(made.taught), own_accounts=frozenset({OWN_ACCOUNT}))
    its.accounts, its.invoices = dict(made.accounts), dict(made.invoices)
    its.outstanding = {number: invoice.outstanding for number, invoice in made.invoices.items()}
    for numbers, exact, zeroless in (
        (its.invoices, its.invoices_by_key, its.invoices_by_zeroless),
        (its.accounts, its.accounts_by_key, its.accounts_by_zeroless),
    ):
        for number in numbers:
            key = number_key(number)
            exact[key] = (*exact.get(key, ()), number)
            zeroless[zeroless_key(key)] = (*zeroless.get(zeroless_key(key), ()), number)
    _index_holders(its, made)
    for number in made.accounts:
        its.invoices_of[number] = tuple(
            inv
            for inv in made.invoices.values()
            if inv.account_number == number and inv.outstanding and inv.status is InvoiceStatus.OPEN
        )
    return its


def _index_holders(its: Found, made: Table) -> None:
    gathered: tuple[defaultdict[str, list[Holder]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
    for holder in made.holders.values():
        for tax_id in holder.tax_ids:
            gathered[0][tax_id].append(holder)
        for number in holder.bank_accounts:
            gathered[1][number].append(holder)
        for key in {key(name) for name in holder.names for key in (name_key, name_prefix)}:
            gathered[2][key].append(holder)
        its.accounts_of[holder.key] = tuple(a for a in made.accounts.values() if a.holder is holder)
        its.powers_of[holder.key] = tuple(power for power in made.powers if power.holder_key == holder.key)
    its.holders_by_tax_id = {key: tuple(each) for key, each in gathered[0].items()}
    its.holders_by_bank_account = {key: tuple(each) for key, each in gathered[1].items()}
    its.holders_by_name = {key: tuple(each) for key, each in gathered[2].items()}


@lru_cache(maxsize=1)
def _policy() -> Policy:
    return load_policy().on(DAY)


def case_of(given: Given) -> Case:
    """The case as a run hands it to the matchers."""
    made, policy = table(given.table), _policy()
    country = given.country or made.country
    debtor, ultimate = party(made, given.by), party(made, given.on_behalf)
    fields = tuple(StructuredReference(kind, value) for kind, value in given.fields)
    payment = Payment(
        "p", given.amount, given.currency or CURRENCY[country], DAY, OWN_ACCOUNT, country, given.format, debtor, ultimate,
        read_purpose(given.purpose), fields,
    )  # fmt: skip
    books = found(made)
    references = references_of(payment, books)
    return Case(payment, payer_of(debtor, ultimate, policy), references, books, policy)


def outcome(given: Given) -> frozenset[str]:
    return told(decide(case_of(given)))


def told(made: Decision) -> frozenset[str]:
    where = made.account_number or "+".join(sorted(number for number, _ in made.splits))
    taken = [f"{each.invoice_number}={_major(each.amount)}" for each in made.allocations]
    return frozenset(each for each in (made.status, where, *made.flags, *taken) if each)


def _major(minor: int) -> str:
    return str(minor // 100) if minor % 100 == 0 else f"{minor / 100:.2f}"
