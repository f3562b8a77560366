"""What the matchers are handed, and what they hand back: a payment beside all that the books hold which bears on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from reconcile.books import Account, Holder, Invoice, InvoiceStatus, PowerOfAttorney
from reconcile.policy import Policy
from reconcile.purpose.reading import Reading, SpanKind
from reconcile.purpose.resolve import KnownNumbers, References, resolve
from reconcile.statement import NOBODY, Party, StructuredReference

Evidence = tuple[str, Mapping[str, str]]
"""A reason as a code and its words; `reconcile.explain` turns it into a sentence."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One incoming detail on its way to a balance. `amount` in minor units, above zero.

    `own_country` is empty where the country of the own bank account is not known.
    """

    id: str
    amount: int
    currency: str
    booking_date: date
    own_account: str
    own_country: str
    format: str
    debtor: Party
    ultimate: Party
    reading: Reading
    references: tuple[StructuredReference, ...] = ()
    batch_without_amounts: bool = False
    balance_mismatch: bool = False
    possible_duplicate: bool = False
    vanished: bool = False
    """A later statement of the same day no longer shows the entry."""


@dataclass(slots=True)
class Found:
    """What the books hold that bears on a chunk of payments. Looked up once a chunk; `outstanding` is kept current as
    the chunk's decisions are taken, in their order, and nothing else in here changes."""

    accounts: dict[str, Account] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    outstanding: dict[str, int] = field(default_factory=dict)
    invoices_by_key: dict[str, tuple[str, ...]] = field(default_factory=dict)
    accounts_by_key: dict[str, tuple[str, ...]] = field(default_factory=dict)
    invoices_by_zeroless: dict[str, tuple[str, ...]] = field(default_factory=dict)
    accounts_by_zeroless: dict[str, tuple[str, ...]] = field(default_factory=dict)
    holders_by_tax_id: dict[str, tuple[Holder, ...]] = field(default_factory=dict)
    holders_by_bank_account: dict[str, tuple[Holder, ...]] = field(default_factory=dict)
    holders_by_name: dict[str, tuple[Holder, ...]] = field(default_factory=dict)
    """By `name_key`; for a name cut at a format's limit, also by its `name_prefix`."""
    accounts_of: dict[str, tuple[Account, ...]] = field(default_factory=dict)
    invoices_of: dict[str, tuple[Invoice, ...]] = field(default_factory=dict)
    """The invoices of an account with something outstanding, loaded where a rule may ask for them."""
    powers_of: dict[str, tuple[PowerOfAttorney, ...]] = field(default_factory=dict)
    own_accounts: frozenset[str] = frozenset()
    taught: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def left(self, invoice: Invoice) -> int:
        """What is outstanding of the invoice now, in minor units."""
        return self.outstanding.get(invoice.number, 0)

    def is_open(self, invoice: Invoice, day: date) -> bool:
        return (
            invoice.status is InvoiceStatus.OPEN
            and (invoice.expires_on is None or day <= invoice.expires_on)
            and self.outstanding.get(invoice.number, 0) > 0
        )


class _OnTheDay(KnownNumbers):
    """What was on the books on one day; a number that came later is a candidate only."""

    __slots__ = ("day", "found")

    def __init__(self, found: Found, day: date) -> None:
        super().__init__(
            found.invoices_by_key, found.accounts_by_key, found.invoices_by_zeroless, found.accounts_by_zeroless
        )
        self.found = found
        self.day = day

    def there(self, kind: SpanKind, number: str) -> bool:
        found = self.found
        if kind is SpanKind.INVOICE:
            invoice = found.invoices[number]
            if invoice.issued_on > self.day:
                return False
            number = invoice.account_number  # no invoice is on the books before its account is
        opened = found.accounts[number].opened_on
        return opened is None or opened <= self.day


def references_of(payment: Payment, found: Found) -> References:
    """The purpose's numbers against what was on the books on the booking date."""
    return resolve(payment.reading, _OnTheDay(found, payment.booking_date), payment.references)


class Declined(NamedTuple):
    """A person's word that a payment is not for this account; or, where an invoice is named, not for that invoice. `by` is
    who said so, `on` the day (ISO)."""

    account_number: str
    invoice_number: str | None
    by: str
    on: str


@dataclass(frozen=True, slots=True)
class Case:
    """One payment with everything needed to decide it. No matcher looks at what was `declined`: it takes away, and
    never makes anything certain that was not (`reconcile.candidates.heed`)."""

    payment: Payment
    payer: Party
    references: References
    found: Found
    policy: Policy
    declined: tuple[Declined, ...] = ()

    @property
    def name_limit(self) -> int | None:
        """After how many characters the payment's format cuts names off; None where it does not."""
        return self.policy.name_limits.get(self.payment.format)

    def open_invoices(self, account: Account) -> tuple[Invoice, ...]:
        """The account's invoices that were on the books, open and in the payment's currency on the booking date."""
        invoices = self.found.invoices_of.get(account.number, ())
        if not invoices:
            return ()
        day, currency, found = self.payment.booking_date, self.payment.currency, self.found
        return tuple(
            invoice
            for invoice in invoices
            if invoice.issued_on <= day and invoice.currency == currency and found.is_open(invoice, day)
        )

    def accounts(self, holder: Holder) -> tuple[Account, ...]:
        """The holder's accounts that were on the books on the booking date."""
        return tuple(
            account
            for account in self.found.accounts_of.get(holder.key, ())
            if account.opened_on is None or account.opened_on <= self.payment.booking_date
        )


@dataclass(slots=True, init=False, unsafe_hash=True)
class Part:
    """A share of the payment for one account: the invoices mentioned for it, in the order of mention. `amount` is None
    where the whole payment goes there."""

    account_number: Final[str]
    invoices: Final[tuple[str, ...]]
    amount: Final[int | None]

    def __init__(self, account_number: str, invoices: tuple[str, ...] = (), amount: int | None = None) -> None:
        self.account_number = account_number
        self.invoices = invoices
        self.amount = amount


@dataclass(slots=True, init=False)
class Proposal:
    """A matcher's suggestion with its reasons. A *certain* one settles "which account" (`docs/decision-table.md`), the first
    rule that holds; one with a `reason` says with certainty that the payment stays unmatched. The others only rank
    candidates for a person."""

    rule: Final[str]
    parts: Final[tuple[Part, ...]]
    evidence: Final[tuple[Evidence, ...]]
    score: Final[float]
    certain: Final[bool]
    flags: Final[tuple[str, ...]]
    reason: Final[str]

    def __init__(
        self,
        rule: str,
        parts: tuple[Part, ...] = (),
        evidence: tuple[Evidence, ...] = (),
        score: float = 0.0,
        certain: bool = False,
        flags: tuple[str, ...] = (),
        reason: str = "",
    ) -> None:
        self.rule = rule
        self.parts = parts
        self.evidence = evidence
        self.score = score
        self.certain = certain
        self.flags = flags
        self.reason = reason


__all__ = ["NOBODY", "Case", "Declined", "Evidence", "Found", "Part", "Payment", "Proposal", "references_of"]
