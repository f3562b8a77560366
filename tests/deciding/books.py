"""Small books in memory: what a chunk's look-up would hand to the decision, without a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from reconcile.books import Account, Holder, HolderType, Invoice, InvoiceStatus, PowerOfAttorney
from reconcile.decision import decide
from reconcile.names import name_key, name_prefix
from reconcile.outcome import Decision
from reconcile.payer import payer_of
from reconcile.policy import load_policy
from reconcile.proposal import Case, Found, Payment
from reconcile.purpose.reader import read_purpose
from reconcile.purpose.resolve import KnownNumbers, resolve
from reconcile.reference import number_key, zeroless_key
from reconcile.statement import NOBODY, Party, StructuredReference

DAY = date(2026, 2, 3)
ISSUED = date(2026, 1, 20)
COMPANY, TRADER, PERSON = HolderType.LEGAL_ENTITY, HolderType.SOLE_PROPRIETOR, HolderType.INDIVIDUAL
OWN_ACCOUNT = "KZ00OWN"
CURRENCY = {"KZ": "KZT", "UZ": "UZS", "KE": "KES"}


def holder(
    key: str, *names: str, tax_id: str = "", bank: str = "", type: HolderType = COMPANY, country: str = "KZ"
) -> Holder:
    return Holder(key, country, type, names, (tax_id,) if tax_id else (), (bank,) if bank else ())


@dataclass
class Books:
    """`accounts`: number to holder. `invoices`: number to (account, amount in minor units[, what differs])."""

    accounts: Mapping[str, Holder]
    invoices: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    paid: frozenset[str] = frozenset()
    cancelled: frozenset[str] = frozenset()
    currencies: Mapping[str, str] = field(default_factory=dict)
    powers: Iterable[PowerOfAttorney] = ()
    taught: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def found(self) -> Found:
        found = Found(taught=dict(self.taught), own_accounts=frozenset({OWN_ACCOUNT}))
        for number, its in self.accounts.items():
            currency = self.currencies.get(number, CURRENCY[its.country])
            found.accounts[number] = Account(number, its, its.country, currency)
        for number, (account, amount) in self.invoices.items():
            status = InvoiceStatus.CANCELLED if number in self.cancelled else InvoiceStatus.OPEN
            currency = found.accounts[account].currency
            found.invoices[number] = Invoice(number, account, amount, currency, ISSUED, None, status)
            found.outstanding[number] = 0 if number in self.paid else amount
        self._index(found)
        return found

    def _index(self, found: Found) -> None:
        for numbers, exact, bare in (
            (found.invoices, found.invoices_by_key, found.invoices_by_zeroless),
            (found.accounts, found.accounts_by_key, found.accounts_by_zeroless),
        ):
            for number in numbers:
                key = number_key(number)
                exact[key] = (*exact.get(key, ()), number)
                bare[zeroless_key(key)] = (*bare.get(zeroless_key(key), ()), number)
        holders = {its.key: its for its in self.accounts.values()}.values()
        for index, keys in (
            (found.holders_by_tax_id, lambda its: its.tax_ids),
            (found.holders_by_bank_account, lambda its: its.bank_accounts),
            (found.holders_by_name, lambda its: {key(name) for name in its.names for key in (name_key, name_prefix)}),
        ):
            gathered: defaultdict[str, list[Holder]] = defaultdict(list)
            for its in holders:
                for key in keys(its):
                    gathered[key].append(its)
            index.update({key: tuple(its) for key, its in gathered.items()})
        for its in holders:
            found.accounts_of[its.key] = tuple(a for a in found.accounts.values() if a.holder.key == its.key)
            found.powers_of[its.key] = tuple(power for power in self.powers if power.holder_key == its.key)
        for number in found.accounts:
            found.invoices_of[number] = tuple(
                inv
                for inv in found.invoices.values()
                if inv.account_number == number and found.left(inv) and inv.status is InvoiceStatus.OPEN
            )

    def case(
        self,
        purpose: str,
        payer: Party = NOBODY,
        amount: int = 100_000,
        *,
        ultimate: Party = NOBODY,
        fields: tuple[StructuredReference, ...] = (),
        country: str = "KZ",
        currency: str = "",
        format: str = "1c",
    ) -> Case:
        found, policy = self.found(), load_policy().on(DAY)
        payment = Payment(
            "p", amount, currency or CURRENCY[country], DAY, OWN_ACCOUNT, country, format, payer, ultimate,
            read_purpose(purpose), fields,
        )  # fmt: skip
        known = KnownNumbers(
            found.invoices_by_key, found.accounts_by_key, found.invoices_by_zeroless, found.accounts_by_zeroless
        )
        references = resolve(payment.reading, known, fields)
        return Case(payment, payer_of(payer, ultimate, policy), references, found, policy)

    def decide(self, purpose: str, payer: Party = NOBODY, amount: int = 100_000, **rest: object) -> Decision:
        return decide(self.case(purpose, payer, amount, **rest))  # type: ignore[arg-type]


def short(made: Decision) -> str:
    """`status account flags / invoice=amount …`; what is not there is left out."""
    where = [made.account_number or "+".join(number for number, _ in made.splits)]
    taken = [f"{each.invoice_number}={each.amount}" for each in made.allocations]
    return " ".join(each for each in (made.status, *where, *made.flags, *taken) if each)
