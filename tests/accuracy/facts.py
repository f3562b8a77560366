"""What is true of one payment, and what `decisions.md` makes of it. The label of every generated entry.

A second reading of the decision table, written from the page alone and over facts instead of texts: the generator knows
what it wrote, so nothing is parsed here. Where the program disagrees, one of the two has misread the page.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from reconcile.books import Account, Holder, HolderType, Invoice, InvoiceStatus, PowerOfAttorney
from tests.accuracy.numbers import has_check_digits

OWN, THIRD, UNKNOWN = "own", "third_party", "unknown"


@dataclass(frozen=True, slots=True)
class Ref:
    """A number that stands in the purpose or in a field of its own: what it is on the books, and whether a word names it."""

    account: str
    invoice: str = ""
    marked: bool = True


@dataclass(slots=True)
class Facts:
    """One payment as its author meant it. Amounts in minor units."""

    amount: int
    currency: str
    day: date
    own_country: str
    refs: list[Ref] = field(default_factory=list)
    """Numbers that are on the books, in the order of mention."""
    unknown_marked: bool = False
    """A marked number that is on no book."""
    meant: Ref | None = None
    """What that number is one edit away from, where the payer is an own payer of it."""
    range: bool = False
    nature: str = ""
    """`not_a_topup` or `settlement_unmatched`."""
    payer_relation: dict[str, str] = field(default_factory=dict)
    """By holder key; a holder who is not in it is somebody else's: third party, or unknown where nothing shows who pays."""
    stranger: str = THIRD
    payer_known_by_id: str = ""
    """The holder key that the payer's tax id or bank account names."""
    payer_type: HolderType | None = None
    """As far as the statement lets one tell."""
    named: str = ""
    """Whose name stands after за / for: "holder", "other", "" where none does."""
    powers: tuple[PowerOfAttorney, ...] = ()
    """Powers for this payer."""
    doubt: str = ""
    """`balance_mismatch` or `possible_duplicate`."""


@dataclass(frozen=True, slots=True)
class Label:
    """The outcome. `flags` is the exact set, the reason among them."""

    status: str
    reason: str | None = None
    account: str | None = None
    flags: frozenset[str] = frozenset()
    allocations: tuple[tuple[str, int], ...] = ()
    splits: tuple[tuple[str, int], ...] = ()
    relation: str | None = None
    unchecked: frozenset[str] = frozenset()


class Books:
    """Accounts, invoices and what is outstanding, as far as the labels go."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.invoices: dict[str, Invoice] = {}
        self.left: dict[str, int] = {}
        self.of_account: dict[str, list[str]] = {}
        self.of_holder: dict[str, list[str]] = {}

    def add_account(self, account: Account) -> None:
        self.accounts[account.number] = account
        self.of_holder.setdefault(account.holder.key, []).append(account.number)
        self.of_account.setdefault(account.number, [])

    def add_invoice(self, invoice: Invoice) -> None:
        self.invoices[invoice.number] = invoice
        self.left[invoice.number] = 0 if invoice.status is InvoiceStatus.PAID else invoice.amount
        self.of_account[invoice.account_number].append(invoice.number)

    def open_left(self, number: str, currency: str, day: date) -> int:
        """Outstanding of an invoice that is open on that day and in that currency, else 0."""
        invoice = self.invoices[number]
        if invoice.status is not InvoiceStatus.OPEN or invoice.expired(day) or invoice.currency != currency:
            return 0
        return self.left[number] if invoice.issued_on <= day else 0

    def open_of(self, account: str, currency: str, day: date) -> list[str]:
        return [number for number in self.of_account[account] if self.open_left(number, currency, day) > 0]


_INVOICE_FLAGS: Final = ("invoice_already_paid", "invoice_not_open")


def decide(facts: Facts, books: Books) -> Label:
    """The whole table. Does not change the books: `settle` does, once the entry is taken."""
    label = _decide(facts, books)
    if not facts.doubt:
        return label
    kept = label.flags - {label.reason} if label.reason else label.flags
    return replace(label, status="held", reason=facts.doubt, flags=kept | {facts.doubt}, allocations=())


def settle(label: Label, books: Books) -> None:
    for number, amount in label.allocations:
        books.left[number] -= amount


def _decide(facts: Facts, books: Books) -> Label:
    if facts.nature:
        return _unmatched(facts.nature)
    marked = [ref for ref in facts.refs if ref.marked]
    bare = [ref for ref in facts.refs if not ref.marked]
    if marked:
        accounts = list(dict.fromkeys(ref.account for ref in marked))
        if len(accounts) == 1:
            agreeing = [ref for ref in facts.refs if ref.account == accounts[0]]
            return _judge(facts, books, accounts[0], [ref.invoice for ref in agreeing if ref.invoice], marked=agreeing)
        return _several(facts, books, marked, accounts)
    if bare:
        return _bare(facts, books, bare)
    if facts.range:
        return _unmatched("ambiguous_reference")
    if facts.unknown_marked:
        meant = facts.meant
        if meant is not None:
            invoices = [meant.invoice] if meant.invoice else []
            return _judge(facts, books, meant.account, invoices, soft={"reference_corrected"})
        return _unmatched("unknown_reference")
    return _by_payer(facts, books)


def _unmatched(reason: str) -> Label:
    return Label("unmatched", reason, flags=frozenset({reason}))


def _several(facts: Facts, books: Books, marked: list[Ref], accounts: list[str]) -> Label:
    """Rule 2: marked invoices of several accounts of one holder, whose outstanding adds up exactly."""
    holders = {books.accounts[number].holder.key for number in accounts}
    left = {ref.invoice: books.open_left(ref.invoice, facts.currency, facts.day) for ref in marked if ref.invoice}
    if len(holders) != 1 or any(not ref.invoice for ref in marked) or sum(left.values()) != facts.amount:
        return _unmatched("conflicting_references")
    parts = []
    for number in accounts:
        its = [ref.invoice for ref in marked if ref.account == number]
        share = sum(left[invoice] for invoice in its)
        if not share:
            return _unmatched("conflicting_references")
        parts.append((number, share, its))
    judged = [_judge(replace_amount(facts, share), books, number, its) for number, share, its in parts]
    splits = tuple((number, share) for number, share, _ in parts)
    refused = next((each for each in judged if each.status == "held"), None)
    flags = frozenset(flag for each in judged for flag in each.flags)
    if refused is not None:
        return replace(refused, account=None, splits=splits, flags=flags, allocations=())
    allocations = tuple(item for each in judged for item in each.allocations)
    return replace(judged[0], account=None, splits=splits, flags=flags, allocations=allocations)


def replace_amount(facts: Facts, amount: int) -> Facts:
    return replace(facts, amount=amount)


def _bare(facts: Facts, books: Books, bare: list[Ref]) -> Label:
    accounts = list(dict.fromkeys(ref.account for ref in bare))
    invoices = [ref.invoice for ref in bare if ref.invoice]
    if len(accounts) == 1:
        own = relation(facts, books.accounts[accounts[0]].holder) == OWN
        exact = any(books.open_left(number, facts.currency, facts.day) == facts.amount for number in invoices)
        if own or exact:
            return _judge(facts, books, accounts[0], invoices)
    return _unmatched("ambiguous_reference")


def _by_payer(facts: Facts, books: Books) -> Label:
    """Rule 4: the payer's id names one holder with one account in that currency; the amount one open invoice, or all."""
    numbers = [
        number
        for number in books.of_holder.get(facts.payer_known_by_id, ())
        if books.accounts[number].currency == facts.currency
    ]
    if len(numbers) == 1:
        its = books.open_of(numbers[0], facts.currency, facts.day)
        exact = [number for number in its if books.left[number] == facts.amount]
        if len(exact) == 1:
            return _judge(facts, books, numbers[0], exact, soft={"matched_by_payer"})
        if not exact and len(its) > 1 and sum(books.left[number] for number in its) == facts.amount:
            its.sort(key=lambda number: (books.invoices[number].issued_on, number))
            return _judge(facts, books, numbers[0], its, soft={"matched_by_payer"})
    return _unmatched("no_reference")


def relation(facts: Facts, holder: Holder) -> str:
    return facts.payer_relation.get(holder.key, facts.stranger)


def _judge(
    facts: Facts, books: Books, number: str, invoices: list[str], soft: set[str] = frozenset(), marked: list[Ref] = ()
) -> Label:
    account = books.accounts[number]
    stands = relation(facts, account.holder)
    invoices = list(dict.fromkeys(invoices))
    flags = set(soft)
    if stands == THIRD:
        flags.add("third_party_payer")
    paid = [n for n in invoices if books.invoices[n].status is InvoiceStatus.PAID or books.left[n] == 0]
    shut = [
        n
        for n in invoices
        if n not in paid
        and (books.invoices[n].status is InvoiceStatus.CANCELLED or books.invoices[n].expired(facts.day))
    ]
    open_sum = sum(books.open_left(n, facts.currency, facts.day) for n in invoices)
    if open_sum and facts.amount != open_sum:
        flags.add("underpaid" if facts.amount < open_sum else "overpaid")
    flags |= {"invoice_already_paid"} if paid else set()
    flags |= {"invoice_not_open"} if shut else set()
    allocations = _allocations(facts, books, number, invoices)
    reason = _refusal(facts, books, account, stands, marked, invoices)
    if reason is None and stands != OWN and not allocations:
        reason = next((flag for flag in _INVOICE_FLAGS if flag in flags), None)
    if reason == "method_not_available":
        return Label("held", reason, number, frozenset({reason}), relation=stands)
    if reason:
        return Label("held", reason, number, frozenset(flags | {reason}), relation=stands)
    return Label("credited", None, number, frozenset(flags), tuple(allocations), relation=stands)


def _allocations(facts: Facts, books: Books, number: str, invoices: list[str]) -> list[tuple[str, int]]:
    if not invoices:
        exact = [n for n in books.open_of(number, facts.currency, facts.day) if books.left[n] == facts.amount]
        invoices = exact if len(exact) == 1 else []
    rest, taken = facts.amount, []
    for invoice in invoices:
        share = min(rest, books.open_left(invoice, facts.currency, facts.day))
        if share:
            taken.append((invoice, share))
            rest -= share
    return taken


def _refusal(
    facts: Facts, books: Books, account: Account, stands: str, refs: list[Ref], invoices: list[str]
) -> str | None:
    """May it be credited: the first reason that applies, in the page's order."""
    if facts.currency != account.currency:
        return "currency_mismatch"
    if facts.own_country != account.country:
        return "wrong_legal_entity"
    if not account.is_open:
        return "account_not_open"
    individual = account.holder.type is HolderType.INDIVIDUAL
    if account.country == "UZ" and individual:
        return "method_not_available"
    if stands == OWN:
        return None
    account_named = any(not ref.invoice and ref.account == account.number for ref in facts.refs)
    if stands == UNKNOWN:
        marked = {ref.invoice for ref in facts.refs if ref.marked}
        exact = invoices and all(n in marked for n in invoices)
        exact = exact and sum(books.open_left(n, facts.currency, facts.day) for n in invoices) == facts.amount
        witness = account_named or all(has_check_digits(account.country, n) for n in invoices)
        return None if account.country != "UZ" and exact and witness else "payer_unknown"
    if not individual:
        if facts.payer_type is None:
            return "payer_type_unknown"
        if account.country == "UZ":
            return "third_party_not_documented"
        if facts.payer_type is HolderType.INDIVIDUAL:
            return _power(facts, account)
    return None if facts.named == "holder" and account_named else "third_party_purpose_incomplete"


def _power(facts: Facts, account: Account) -> str | None:
    standing = {power.standing(facts.day) for power in facts.powers if power.holder_key == account.holder.key}
    if "valid" in standing:
        return None
    for word in ("revoked", "expired", "not_yet_valid"):
        if word in standing:
            return f"power_of_attorney_{word}"
    return "power_of_attorney_missing"
