"""The bench on which one case is built: its own holder, accounts, invoices, powers, entries, and their labels.

A case shares nothing with any other, so that its label holds whatever else is in the world.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from string import ascii_uppercase, digits

from reconcile.books import Account, Holder, HolderType, Invoice, InvoiceStatus, PowerOfAttorney
from reconcile.statement import NOBODY, CreditDebit, Detail, Entry, Party, PartyKind, StructuredReference
from reconcile.world import identifiers, scripts
from reconcile.world.model import Expected, Format, OwnAccount, PlannedEntry, PowerRow, World
from reconcile.world.names import Company, Name, NameBook, Person, Trader, words_of
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


class Bench:
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

    # Master data

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

    # Payers

    def party(self, name: Name, tax_id: str = "", account: str = "", text: str = "") -> Party:
        """The payer as this bank's format can tell it."""
        text = (text or name.spelled(self.rng))[: self.format.name_limit].rstrip()
        text = scripts.poor(text) if self.own.speech else text
        if not self.format.has_ids:
            return Party(name=text)
        kind = PartyKind.ORGANISATION if isinstance(name, Company) else PartyKind.PRIVATE
        return Party(text, tax_id, account, "", kind if tax_id and self.format.has_kinds else PartyKind.UNSAID)

    def own_payer(self, client: Client) -> Party:
        """The holder pays: told by any of its ids, else by an imported bank account, else by its name."""
        holder, rng = client.holder, self.rng
        tax_id = rng.choice(holder.tax_ids) if holder.tax_ids else self.tax_id(client.name)
        account = rng.choice(holder.bank_accounts) if holder.bank_accounts else ""
        if not account and self.format.has_ids:
            account = identifiers.bank_account(rng, client.name.country, person=holder.type is HolderType.INDIVIDUAL)
        return self.party(client.name, tax_id, account)

    def stranger(self, kind: HolderType, client: Client) -> tuple[Name, Party]:
        """Somebody else pays: no word of the name is the holder's, and the tax id is another. The name fits the format
        whole, so that its legal form is seen."""
        name, text = self._short_name(kind, words_of(client.name))
        account = identifiers.bank_account(self.rng, name.country, person=not isinstance(name, Company))
        return name, self.party(name, self.tax_id(name), account, text)

    def _short_name(self, kind: HolderType, avoid: frozenset[str]) -> tuple[Name, str]:
        while True:
            name = self.name(kind, avoid)
            text = name.spelled(self.rng)
            if len(text) <= self.format.name_limit:
                return name, text

    def institution(self, name: str, *, with_id: bool = True) -> Party:
        """A bank, a processing centre, a switch, under its fixed name."""
        text = (scripts.poor(name) if self.own.speech else name)[: self.format.name_limit].rstrip()
        if not with_id or not self.format.has_ids:
            return Party(text)
        kind = PartyKind.ORGANISATION if self.format.has_kinds else PartyKind.UNSAID
        return Party(text, identifiers.tax_id(self.rng, self.country, person=False), kind=kind)

    def nobody(self) -> Party:
        """A payer that cannot be known: a masked surname, or no name at all."""
        if self.rng.random() < 0.3:
            return NOBODY
        text = self.names.person(self.country).masked
        return Party(scripts.poor(text) if self.own.speech else text)

    # Entries and labels

    def pay(
        self,
        payer: Party,
        amount: int,
        purpose: str,
        *labels: Expected,
        day: date | None = None,
        ultimate: Party = NOBODY,
        references: tuple[StructuredReference, ...] = (),
        reference: str = "",
    ) -> Entry:
        """An incoming entry with its label. camt gives an ultimate debtor no account."""
        if self.format.family == "camt":
            ultimate = replace(ultimate, account="")
        detail = Detail(amount, payer, ultimate, self.as_printed(purpose), references)
        return self.book((detail,), labels, day=day, reference=reference)

    def book(
        self,
        details: tuple[Detail, ...],
        labels: Sequence[Expected],
        *,
        day: date | None = None,
        reference: str = "",
        credit_debit: CreditDebit = CreditDebit.CREDIT,
        reversal: bool = False,
        reverses: str = "",
        alert: str = "",
    ) -> Entry:
        amount = sum(detail.amount or 0 for detail in details)
        booked = day or self.day
        value_date = booked if self.format.has_value_dates else None
        entry = Entry(
            0,
            booked,
            credit_debit,
            amount,
            self.own.currency,
            details,
            value_date,
            reference or self.bank_reference(booked),
            reversal,
            reverses,
        )
        self.drafts.append(Draft(self.own, PlannedEntry(entry, tuple(labels), alert)))
        return entry

    def bank_reference(self, day: date) -> str:
        """What this bank calls an entry; unique in the world, so that a label finds its payment."""
        while True:
            number = self._reference(day)
            if self.numbers.reserve(f"BANKREF{number}"):
                return number

    def _reference(self, day: date) -> str:
        rng = self.rng
        if self.format.family == "1c":
            return str(rng.randint(100, 9_999_999))
        if self.format.family == "ofx":
            return f"{day:%Y%m%d}{rng.randint(0, 9_999_999):07d}"
        return f"FT{day:%y%j}{''.join(rng.choices(ascii_uppercase + digits, k=6))}"

    def as_printed(self, purpose: str) -> str:
        """The purpose as the bank's format carries it: its letters, its length, its folds."""
        text = scripts.poor(purpose) if self.own.speech else purpose
        text = text[: self.format.limit].strip()
        width = self.format.fold
        if not width or len(text) <= width or "\n" in text:
            return text
        pieces = [text[start : start + width].strip() for start in range(0, len(text), width)]
        return "\n".join(piece for piece in pieces if piece)

    def label(
        self,
        status: str | None,
        reason: str | None = None,
        account: Account | None = None,
        *flags: str,
        allocations: Iterable[tuple[Invoice, int]] = (),
        splits: Iterable[tuple[Account, int]] = (),
        relation: str | None = None,
        unchecked: Iterable[str] = (),
        note: str = "",
    ) -> Expected:
        names = sorted({*flags, *((reason,) if reason else ())})
        return Expected(
            self.case,
            self.talk.language.code,
            status,
            reason,
            account.number if account else None,
            tuple(names),
            tuple((invoice.number, part) for invoice, part in allocations),
            tuple((part_of.number, part) for part_of, part in splits),
            relation,
            frozenset(unchecked),
            note,
        )

    def credited(
        self,
        account: Account | None,
        *flags: str,
        allocations: Iterable[tuple[Invoice, int]] = (),
        splits: Iterable[tuple[Account, int]] = (),
        relation: str | None = "own",
        note: str = "",
    ) -> Expected:
        return self.label(
            "credited", None, account, *flags, allocations=allocations, splits=splits, relation=relation, note=note
        )

    def held(
        self,
        account: Account | None,
        reason: str,
        *flags: str,
        relation: str | None,
        note: str = "",
        unchecked: Iterable[str] = (),
    ) -> Expected:
        return self.label("held", reason, account, *flags, relation=relation, note=note, unchecked=unchecked)

    def unmatched(self, reason: str, note: str = "") -> Expected:
        return self.label("unmatched", reason, note=note)
