"""The register from which a case draws its master data: holders, accounts, invoices, powers of attorney."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from reconcile.books import Account, Holder, HolderType, Invoice, InvoiceStatus, PowerOfAttorney
from reconcile.world import identifiers
from reconcile.world.model import Format, OwnAccount, PlannedEntry, PowerRow, World
from reconcile.world.names import Company, Name, NameBook, Person, Trader
from reconcile.world.numbers import NumberBook
from reconcile.world.talk import Talk

AMOUNTS = {
    "UZS": (15_000_000, 4_000_000_000),
    "KZT": (1_500_000, 250_000_000),
    "KES": (400_000, 90_000_000),
    "USD": (9_000, 900_000),
}


@dataclass(frozen=True, slots=True)
class Client:
    """A holder with the name it is known by."""

    holder: Holder
    name: Name


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry placed on an own account and day, with its labels."""

    own: OwnAccount
    planned: PlannedEntry


class Register:
    """Draws what a case asks for and notes it in the world. `day` is the first booking date of the case."""

    def __init__(
        self, rng: Random, world: World, own: OwnAccount, day: date, names: NameBook, numbers: NumberBook, case: str
    ) -> None:
        self.rng, self.world, self.own, self.day, self.case = rng, world, own, day, case
        self.names, self.numbers = names, numbers
        numbers.cyrillic = own.country != "KE"
        self.country, self.currency = own.country, own.currency
        self.drafts: list[Draft] = []
        self.talk = self.talk_in("")

    @property
    def format(self) -> Format:
        return self.own.format

    def talk_in(self, code: str) -> Talk:
        return Talk(self.rng, self.own.country, self.format.limit, self.numbers, self.day, code)

    def later(self, business_days: int) -> date:
        """The booking date that many business days after the first one."""
        day = self.day
        for _ in range(business_days):
            day += timedelta(days=3 if day.weekday() == 4 else 1)
        return day

    def amount(self) -> int:
        """A lifelike amount in minor units of the own account's currency: mostly whole, often round."""
        low, high = AMOUNTS[self.currency]
        value = int(low * (high / low) ** self.rng.random())
        step = self.rng.choice((1, 100, 100, 10_000, 100_000))
        return max(low, value // step * step)

    def name(self, kind: HolderType, avoid: Iterable[str] = (), country: str = "") -> Name:
        shun = frozenset(avoid)
        country = country or self.country
        if kind is HolderType.LEGAL_ENTITY:
            return self.names.company(country, shun)
        return self.names.person(country, shun) if kind is HolderType.INDIVIDUAL else self.names.trader(country, shun)

    def business(self) -> HolderType:
        return self.rng.choice((HolderType.LEGAL_ENTITY,) * 4 + (HolderType.SOLE_PROPRIETOR,))

    def client(
        self,
        kind: HolderType | None = None,
        *,
        with_id: bool = True,
        with_bank: bool = True,
        country: str = "",
        name: Name | None = None,
    ) -> Client:
        """A holder: its ids, bank accounts and registered name. `with_bank`: its bank accounts are on the books too."""
        kind, country = kind or self.business(), country or self.country
        name = name or self.name(kind, country=country)
        person = kind is not HolderType.LEGAL_ENTITY
        ids: tuple[str, ...] = (self.tax_id(name),) if with_id else ()
        if with_id and person and country == "UZ" and self.rng.random() < 0.5:
            ids += (identifiers.uz_stir(self.rng, person=True),)
        count = self.rng.choice((1, 1, 2)) if with_bank else 0
        banks = tuple(identifiers.bank_account(self.rng, country, person=person) for _ in range(count))
        registered = name.full if isinstance(name, Person) else name.registered(self.rng)
        key = f"{country}:{ids[0]}" if ids else f"new:{len(self.world.accounts)}"
        return Client(Holder(key, country, kind, (registered,), ids, banks), name)

    def holder_kind(self) -> HolderType:
        """Anybody who may pay by transfer: in Uzbekistan no individuals."""
        if self.country == "UZ" or self.rng.random() < 0.8:
            return self.business()
        return HolderType.INDIVIDUAL

    def anyone(self) -> Client:
        """A holder as they come: some without tax id, told by a bank account or by the name alone."""
        chance = self.rng.random()
        return self.client(self.holder_kind(), with_id=chance < 0.9, with_bank=chance < 0.95)

    def tax_id(self, name: Name) -> str:
        person = name.person if isinstance(name, Trader) else name
        female = isinstance(person, Person) and person.female
        return identifiers.tax_id(self.rng, name.country, person=not isinstance(name, Company), female=female)

    def account(
        self, client: Client, *, currency: str = "", open: bool = True, opened_on: date | None = None, number: str = ""
    ) -> Account:
        number = number or self.numbers.account()
        opened = opened_on or self.day - timedelta(days=self.rng.randint(60, 900))
        holder = client.holder if client.holder.tax_ids else replace(client.holder, key=f"account:{number}")
        account = Account(number, holder, client.holder.country, currency or self.currency, opened, open)
        self.world.accounts.append(account)
        return account

    def invoice(
        self,
        account: Account,
        amount: int = 0,
        *,
        number: str = "",
        status: InvoiceStatus = InvoiceStatus.OPEN,
        issued_on: date | None = None,
        expires_on: date | None = None,
    ) -> Invoice:
        amount = amount or self.amount()
        issued = issued_on or self.day - timedelta(days=self.rng.randint(1, 25))
        if expires_on is None and status is InvoiceStatus.OPEN and self.rng.random() < 0.4:
            expires_on = self.day + timedelta(days=self.rng.randint(30, 60))
        outstanding = amount if status is InvoiceStatus.OPEN else 0
        invoice = Invoice(
            number or self.numbers.invoice(),
            account.number,
            amount,
            account.currency,
            issued,
            expires_on,
            status,
            outstanding,
        )
        self.world.invoices.append(invoice)
        return invoice

    def power(
        self, account: Account, person: Person, tax_id: str, *, start: date, until: date, revoked: date | None = None
    ) -> None:
        reference = f"{self.rng.choice(('Д', 'POA', 'ДВ', 'С'))}-{self.numbers.short_invoice()}"
        power = PowerOfAttorney(reference, account.holder.key, person.full, tax_id, start, until, revoked)
        self.world.powers.append(PowerRow(power, account.number, start - timedelta(days=self.rng.randint(0, 5))))
