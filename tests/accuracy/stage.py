"""Where scenes are played: books that grow, channels that show more or less of a payer, entries with their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from reconcile.books import Account, Holder, HolderType, Invoice, InvoiceStatus, PowerOfAttorney
from reconcile.statement import NOBODY, CreditDebit, Detail, Entry, PartyKind, StructuredReference
from reconcile.statement import Party as Shown
from reconcile.world import identifiers
from reconcile.world.model import PowerRow
from tests.accuracy.channels import FIRST_DAY, Channel, channels
from tests.accuracy.facts import OWN, THIRD, UNKNOWN, Books, Facts, Label, Ref, decide, settle
from tests.accuracy.numbers import Numbers
from tests.accuracy.people import LEGAL, PERSON, SOLE, Party, Register
from tests.accuracy.speech import Speech, fit

DAYS: Final = tuple(FIRST_DAY + timedelta(days=7 * week + day) for week in range(4) for day in range(5))
_SPOKEN: Final = {
    "KZ": ("ru",) * 11 + ("kk",) * 4 + ("ru-latn",) * 3 + ("en",) * 3,
    "UZ": ("ru",) * 7 + ("uz-latn",) * 6 + ("uz-cyrl",) * 5 + ("ru-latn",) * 2,
    "KE": ("en",) * 4 + ("sw",),
}
_RANGES: Final = {"UZS": (100_000, 60_000_000), "KZT": (5_000, 4_000_000), "KES": (1_000, 900_000), "USD": (20, 9_000)}
_SOLE_MARKS: Final = (
    "ИП",
    "ЖК",
    "ЯТТ",
    "YATT",
    "YTT",
    "T/A",
    "TRADING AS",
    "ИНДИВИДУАЛЬНЫЙ ПРЕДПРИНИМАТЕЛЬ",
    "IP",
    "ZHK",
)
_FORMS: Final = (
    "LIMITED",
    "LTD",
    "LTD.",
    "PLC",
    "LLP",
    "CO. LTD",
    "ТОО",
    "АО",
    "ЖШС",
    "MCHJ",
    "OOO",
    "XK",
    "AJ",
    "ООО",
    "ЧП",
    "МЧЖ",
    "ХК",
    "АЖ",
    "TOO",
    "AO",
    "ZHSHS",
)


class Retry(Exception):
    """The scene cannot be played as drawn; another draw will."""


@dataclass(slots=True)
class Draft:
    """An entry with the labels of its payments."""

    channel: Channel
    entry: Entry
    kind: str
    language: str
    labels: tuple[Label, ...] = ()
    payer: str = ""
    group: str = ""
    """Other than "": kept for a statement of its own (overlaps, statements in doubt)."""


@dataclass
class Stage:
    """Everything that one seed has made so far."""

    rng: Random
    books: Books = field(default_factory=Books)
    drafts: list[Draft] = field(default_factory=list)
    powers: list[PowerRow] = field(default_factory=list)
    imported_banks: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.numbers, self.register = Numbers(self.rng), Register(self.rng)
        self.channels = channels(self.rng)
        self.weights = [channel.weight for channel in self.channels]
        self.taken: set[tuple[str, date, int]] = set()
        self.phones: set[str] = set()
        self.serial = 1000
        self.unlabelled = 0  # entries that are no payments

    def phone(self) -> str:
        """A phone as the operator masks it, unlike all others: where the mask does not tell two apart, they count as one
        for the limits of a day, which no label here knows of."""
        while (shown := f"2547****{self.rng.randint(0, 9999):04d}") in self.phones:
            pass
        self.phones.add(shown)
        return shown

    def pick(self, *wanted: str, country: str = "", currency: str = "", absent: str = "") -> Channel:
        """A channel with these flags."""
        fitting = [
            (channel, weight)
            for channel, weight in zip(self.channels, self.weights, strict=True)
            if all(getattr(channel, flag) for flag in wanted)
            and (not country or channel.own.country == country)
            and (not currency or channel.own.currency == currency)
            and (not absent or not getattr(channel, absent))
            and channel.layout != "mpesa"
        ]
        return self.rng.choices([c for c, _ in fitting], [w for _, w in fitting])[0]

    def of(self, layout: str) -> Channel:
        return next(channel for channel in self.channels if channel.layout == layout)


@dataclass(slots=True)
class Act:
    """One scene: a channel, a day, a language, a client, and what becomes of what he pays."""

    stage: Stage
    channel: Channel
    kind: str
    day: date
    language: str = ""
    speech: Speech = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        rng, channel = self.stage.rng, self.channel
        spoken = _SPOKEN[channel.own.country]
        if channel.charset == "latin":
            spoken = tuple(code for code in spoken if code in ("ru-latn", "en", "sw"))
        self.language = self.language or rng.choice(spoken)
        self.speech = Speech(rng, self.stage.numbers, self.language, channel.own.country, self.day)

    @property
    def rng(self) -> Random:
        return self.stage.rng

    @property
    def country(self) -> str:
        return self.channel.own.country

    @property
    def currency(self) -> str:
        return self.channel.own.currency

    @property
    def cyrillic(self) -> bool:
        """A number may have Cyrillic letters: the payer can type them, and the bank's charset has them."""
        return self.language in ("ru", "kk", "uz-cyrl") and self.channel.charset != "latin"

    def again(self, later: int = 0) -> Act:
        """The same channel and client on a later day."""
        days = [day for day in DAYS if day > self.day]
        if later and not days:
            raise Retry
        return Act(self.stage, self.channel, self.kind, self.rng.choice(days) if later else self.day, self.language)

    # --- the books ---------------------------------------------------------------------------------------------------

    def client(self, kind: HolderType | None = None) -> Party:
        rng = self.rng
        if kind is None:
            weights = (7, 3, 0) if self.country == "UZ" else (7, 3, 2)
            kind = rng.choices((LEGAL, SOLE, PERSON), weights)[0]
        return self.stage.register.any(self.country, kind)

    def holder(self, party: Party, *, ids: bool | None = None, bank: bool | None = None) -> Holder:
        rng = self.rng
        ids = rng.random() < 0.93 if ids is None else ids
        bank = rng.random() < 0.4 if bank is None else bank
        tax_ids = (party.tax_id,) if ids else ()
        key = f"{party.country}:{party.tax_id}"
        return Holder(key, party.country, party.type, (party.books,), tax_ids, (party.account,) if bank else ())

    def account(self, holder: Holder, *, currency: str = "", open: bool = True, number: str = "") -> Account:
        number = number or self.stage.numbers.account()
        opened = FIRST_DAY - timedelta(days=self.rng.randint(30, 900))
        account = Account(number, holder, holder.country, currency or self.currency, opened, open)
        self.stage.books.add_account(account)
        return account

    def invoice(
        self, account: Account, amount: int = 0, *, status: str = "open", expired: bool = False, number: str = "",
        issued: date | None = None,
    ) -> Invoice:  # fmt: skip
        rng = self.rng
        if not number and rng.random() < 0.15:
            number = self.stage.numbers.checked(self.country)
        number = number or self.stage.numbers.invoice(cyrillic=self.cyrillic)
        issued = issued or self.day - timedelta(days=rng.randint(1, 45))
        expires = self.day - timedelta(days=1) if expired else None
        if expired:
            issued = self.day - timedelta(days=rng.randint(20, 60))
        elif rng.random() < 0.3:
            expires = self.day + timedelta(days=rng.randint(30, 90))
        made = Invoice(
            number, account.number, amount or self.money(), account.currency, issued, expires, InvoiceStatus(status)
        )
        self.stage.books.add_invoice(made)
        return made

    def other_invoices(self, account: Account) -> None:
        for _ in range(self.rng.choice((0, 0, 1, 1, 2, 3))):
            self.invoice(account)

    def money(self, low: int = 0, high: int = 0) -> int:
        """An amount in minor units, of so many whole units; of the currency's usual ones without."""
        if not high:
            low, high = _RANGES[self.currency]
        rng = self.rng
        while True:
            whole = int(low * (high / low) ** rng.random())
            if rng.random() < 0.4:
                whole = whole // 1000 * 1000 or whole
            whole = max(whole, low)
            amount = whole * 100 + (rng.randint(1, 99) if rng.random() < 0.3 else 0)
            if self.free(amount):
                return amount

    def free(self, amount: int) -> bool:
        return (self.channel.own.number, self.day, amount) not in self.stage.taken

    # --- who pays ----------------------------------------------------------------------------------------------------

    def shown(self, party: Party, *, masked: bool = False) -> Shown:
        """The payer as this channel's bank tells of him."""
        rng, channel = self.rng, self.channel
        name = ""
        if channel.names and masked:
            words = party.core.split()
            name = f"{words[1]} {words[2] if len(words) > 2 else ''} {words[0][0]}.".replace("  ", " ")
            name = fit(name, channel.charset)
        elif channel.names:
            name = rng.choice([name for name in party.written if self.fits(name, party)])
            name = fit(name, channel.charset)[: channel.name_limit].rstrip()
        ids = channel.ids and not masked
        kind = PartyKind.UNSAID
        if channel.kinds and not masked:
            kind = PartyKind.ORGANISATION if party.type is LEGAL else PartyKind.PRIVATE
        return Shown(
            name, party.tax_id if ids else "", party.account if channel.accounts and not masked else "",
            identifiers.kz_bank_bic(party.account) if channel.own.country == "KZ" and channel.accounts else "", kind,
        )  # fmt: skip

    def fits(self, name: str, party: Party) -> bool:
        """Whole, or cut so that the books' name begins with what is left."""
        limit = self.channel.name_limit
        return len(name) <= limit or party.books.upper().startswith(name[:limit].upper().rstrip())

    def stands(self, party: Party, holder: Holder, own: bool, *, masked: bool = False) -> str:
        """How this payer stands to the holder, as far as the channel shows."""
        channel = self.channel
        if masked:
            return UNKNOWN
        if channel.ids and holder.tax_ids:
            return OWN if own else THIRD
        if channel.accounts and party.account in holder.bank_accounts:
            return OWN
        if not channel.names:
            return UNKNOWN
        return OWN if own else THIRD

    def type_seen(self, party: Party, shown: Shown) -> HolderType | None:
        """The payer's kind by id, by the statement's own mark, or by the marks in the name that is left."""
        name = f" {shown.name.upper()} ".replace('"', " ").replace("«", " ").replace("»", " ")
        sole = any(f" {mark} " in name for mark in _SOLE_MARKS)
        if shown.tax_id or shown.kind is not PartyKind.UNSAID:
            if party.type is LEGAL:
                return LEGAL
            return SOLE if sole else PERSON
        if any(f" {form} " in name or f" {form}," in name for form in _FORMS):
            return LEGAL
        return SOLE if sole else None

    # --- the number as the payer writes it ---------------------------------------------------------------------------

    def said(self, number: str) -> str:
        """The number as somebody copies it: zeros left out or added, separators lost, look-alike letters, lower case."""
        rng = self.rng
        roll = rng.random()
        if roll < 0.72:
            return number
        if number.isdigit():
            if number[0] == "0":
                return number.lstrip("0")
            return rng.choice(("0", "00", "000")) + number if len(number) <= 7 else number
        if roll < 0.8:
            return number.lower() if number.isascii() else number
        if roll < 0.88 and "/" not in number:
            return number.replace("-", "") if not number.replace("-", "").isdigit() else number
        if roll < 0.94 and self.channel.charset != "latin" and self.language in ("ru", "kk", "uz-cyrl"):
            return number.translate(str.maketrans("ABCEHKMPTX", "АВСЕНКМРТХ"))
        return number.replace("-", " - ") if rng.random() < 0.5 and not number.replace("-", "").isdigit() else number

    # --- taking the entry --------------------------------------------------------------------------------------------

    def facts(self, amount: int, refs: Sequence[Ref] = ()) -> Facts:
        return Facts(amount, self.currency, self.day, self.country, list(refs))

    def purpose(self, *parts: str, tails: bool = True, noise: bool = True) -> str:
        channel = self.channel
        text = self.speech.compose(parts, limit=channel.limit - 15, tails=tails)
        text = self.speech.garbled(text, channel.charset) if noise else fit(text, channel.charset)
        if len(text) > channel.limit or "?" in text:
            raise Retry
        return self._folded(text, channel.fold) if channel.fold else text

    def _folded(self, text: str, width: int) -> str:
        """The bank's line fold, which may cut a number: then neither half may be somebody else's."""
        lines, rest = [], text
        while len(rest) > width:
            cut = width
            left = rest[:cut].rsplit(None, 1)[-1] if rest[cut - 1].isalnum() and rest[cut].isalnum() else ""
            if any(c.isdigit() for c in left):
                right = rest[cut:].split(None, 1)[0]
                if len(left) < 2 or len(right) < 2 or not all(self.stage.numbers.take(half) for half in (left, right)):
                    cut -= len(left)
            if rest[cut - 1] == " " or rest[cut] == " ":  # banks trim: the blank at a fold would be lost
                cut = len(rest[:cut].rstrip())
                raise Retry
            lines.append(rest[:cut])
            rest = rest[cut:]
        return "\n".join([*lines, rest])

    def reference(self) -> str:
        self.stage.serial += 1
        if self.channel.layout == "mpesa":
            return identifiers.mpesa_receipt(self.rng, self.day.month, self.day.day)
        return f"{self.rng.choice(('', 'FT'))}{self.stage.serial * 7 + 3}"

    def pay(
        self, facts: Facts, purpose: str, payer: Shown = NOBODY, *, ultimate: Shown = NOBODY,
        references: Sequence[tuple[str, str]] = (), group: str = "", who: str = "", unchecked: Sequence[str] = (),
    ) -> Label:  # fmt: skip
        """Take the entry into the statement, and its label into the books."""
        if not self.free(facts.amount) or facts.amount <= 0:
            raise Retry
        label = decide(facts, self.stage.books)
        settle(label, self.stage.books)
        if unchecked:
            label = replace(label, unchecked=frozenset(unchecked))
        fields = tuple(StructuredReference(kind, value) for kind, value in references)
        detail = Detail(facts.amount, payer, ultimate, purpose, fields)
        entry = Entry(
            0, self.day, CreditDebit.CREDIT, facts.amount, self.currency, (detail,), self.day, self.reference()
        )
        self.stage.taken.add((self.channel.own.number, self.day, facts.amount))
        self.stage.drafts.append(Draft(self.channel, entry, self.kind, self.language, (label,), who, group))
        return label

    def decide_again(self, earlier: Sequence[Facts]) -> None:
        """The entries before the last one, held by their turn, as they stand when what the last one paid is known: a run
        goes on until nothing changes."""
        for back, facts in enumerate(reversed(earlier), 2):
            draft = self.stage.drafts[-back]
            if draft.labels[0].status == "held":
                self.stage.drafts[-back] = replace(draft, labels=(decide(facts, self.stage.books),))

    def once_more(self, facts: Facts) -> None:
        """The last entry stands in the statement a second time."""
        last = self.stage.drafts[-1]
        label = decide(facts, self.stage.books)
        settle(label, self.stage.books)
        self.stage.drafts.append(replace(last, labels=(label,)))

    def take_back(self, later: Act) -> None:
        """The bank reverses the last entry on that day: no payment, and the original is returned."""
        last = self.stage.drafts[-1]
        for number, amount in last.labels[0].allocations:
            self.stage.books.left[number] += amount
        unchecked = frozenset({"reason", "account", "flags", "allocations", "splits", "relation"})
        last.labels = (Label("returned", unchecked=unchecked),)
        entry = replace(
            last.entry, booking_date=later.day, value_date=later.day, credit_debit=CreditDebit.DEBIT, reversal=True,
            bank_reference=self.reference(), reverses=last.entry.bank_reference,
        )  # fmt: skip
        self.stage.drafts.append(Draft(self.channel, entry, self.kind, self.language))
        self.stage.unlabelled += 1


def power(act: Act, account: Account, person: Party, state: str) -> PowerOfAttorney:
    """A power of that state on the act's day, registered."""
    rng, day = act.rng, act.day
    start = {
        "valid": day - timedelta(days=rng.choice((0, 1, 30, 200, 364))),
        "expired": day - timedelta(days=365 + rng.choice((0, 1, 40))),
        "revoked": day - timedelta(days=rng.randint(20, 200)),
        "not_yet_valid": day + timedelta(days=rng.choice((1, 3, 20))),
    }[state]
    until = start + timedelta(days=364)
    revoked = day - timedelta(days=rng.choice((0, 1, 10))) if state == "revoked" else None
    tax_id = person.tax_id if rng.random() < 0.8 else ""
    reference = f"POA-{len(act.stage.powers) + 1:05d}"
    made = PowerOfAttorney(reference, account.holder.key, person.books, tax_id, start, until, revoked)
    act.stage.powers.append(PowerRow(made, account.number, start))
    return made
