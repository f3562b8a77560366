"""What the alert report says, as values: read once from the books, then written as a page or as a workbook.

Amounts are whole minor units beside their currency. Texts of banks and payers stand here as they were stored; whoever
shows them escapes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from reconcile.purpose.reading import SpanKind

NOT_DECIDED: Final = "not_decided"
"""Received, and no run has looked at it yet: it counts as unmatched, and is shown."""
STATUSES: Final = ("credited", "held", "unmatched", "returned", "ignored", "settlement")
OPEN: Final = ("held", "unmatched", NOT_DECIDED)
AGES: Final = (("0–1", 0), ("2–3", 2), ("4–7", 4), ("8–30", 8), ("> 30", 31))
"""The steps of the ageing: a label in days, and its first day."""


@dataclass(frozen=True, slots=True)
class Money:
    """Payments together: how many, and what they make in minor units."""

    count: int
    amount: int


NOTHING: Final = Money(0, 0)


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An own bank account in one currency, as the tables of the report name their rows."""

    number: str
    currency: str
    country: str = ""
    bank_name: str = ""


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """received = credited + held + unmatched + returned + ignored + settlement, for one own account and currency.

    `received` is summed over the entries that the bank booked, `by_status` over the payments, so that a difference
    between the two shows. What is not decided yet is part of `unmatched`; `undecided` says how much of it that is.
    """

    own: OwnAccount
    received: int
    by_status: Mapping[str, Money]
    undecided: Money = NOTHING

    @property
    def placed(self) -> int:
        return sum(each.amount for each in self.by_status.values())

    @property
    def difference(self) -> int:
        return self.received - self.placed


@dataclass(frozen=True, slots=True)
class DayLine:
    """What one day brought on one own account, and where it stands now."""

    own: OwnAccount
    received: Money
    automatic: Money
    by_person: Money
    held: Money
    unmatched: Money
    other: Money
    """Returned, ignored, settlement."""


@dataclass(frozen=True, slots=True)
class DayBar:
    """One booking day over all accounts, by count: amounts of several currencies cannot be added."""

    day: date
    received: int
    automatic: int


@dataclass(frozen=True, slots=True)
class AgeLine:
    """Held or unmatched money of one country and currency, by age in days before the day of the report."""

    country: str
    currency: str
    status: str
    steps: tuple[Money, ...]

    @property
    def total(self) -> Money:
        return Money(sum(step.count for step in self.steps), sum(step.amount for step in self.steps))


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a purpose, and what it was read as; None where it says nothing."""

    text: str
    kind: SpanKind | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A candidate of a payment, with what speaks for it in words. `outstanding` (minor units): None without invoice.
    `creditable`: the account is open and kept in the payment's currency, so that a person may credit it."""

    account_number: str
    holder_name: str
    invoice_number: str
    outstanding: int | None
    currency: str
    score: float
    evidence: tuple[str, ...]
    creditable: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next: in words, and the exact command where there is one."""

    words: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A payment that waits for a person."""

    payment_id: str
    booking_date: date
    age: int
    amount: int
    currency: str
    own: OwnAccount
    status: str
    reason: str
    reason_words: str
    explanation: str
    flags: tuple[tuple[str, str], ...]
    """Code and words of each flag beside the reason."""
    account_number: str
    payer_name: str
    payer_tax_id: str
    payer_account: str
    ultimate_name: str
    bank_reference: str
    purpose: str
    pieces: tuple[Piece, ...]
    offers: tuple[Offer, ...]
    steps: tuple[Step, ...]
    file_name: str
    file_line: int
    hold_until: date | None = None
    waiting_act: str = ""
    waiting_actor: str = ""


@dataclass(frozen=True, slots=True)
class AlertLine:
    kind: str
    raised_at: datetime
    own_account: str
    file_name: str
    words: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """Open alerts of one kind, with what they mean and what to do."""

    kind: str
    title: str
    what_to_do: str
    lines: tuple[AlertLine, ...]
    grave: bool = False
    """Whether money may be wrong, and not only late."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement that came on the day, or covers it."""

    statement_id: str
    file_name: str
    own: OwnAccount
    format: str
    period_from: date | None
    period_to: date | None
    entries: int
    opening: int | None
    closing: int | None
    state: str
    arithmetic: str
    continuity: str
    fault: str
    accepted_by: str
    loaded_at: datetime


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """What the statements say beyond the ledger, with its name."""

    key: str
    kind: str
    own: OwnAccount
    as_of: date
    amount: int
    statement_id: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Report:
    """The books as of a day. `items` is drawn once, oldest and largest first, while the books are held still.

    `faults` are the lines of the nightly check; None where the check was not made for this report.
    """

    day: date
    now: datetime
    country: str
    head: str
    program_version: str
    policy_version: str
    identity: tuple[IdentityLine, ...]
    shown_day: date | None
    """The report's day, or the last one before it on which anything came in."""
    of_day: tuple[DayLine, ...]
    trend: tuple[DayBar, ...]
    ageing: tuple[AgeLine, ...]
    waiting: int
    """How many items there are."""
    undecided: int
    later: int
    """Payments booked after the day: not in any figure here."""
    alerts: tuple[AlertGroup, ...]
    statements: tuple[StatementLine, ...]
    differences: tuple[DifferenceLine, ...]
    items: Iterator[Item]
    faults: tuple[str, ...] | None = None

    @property
    def holds(self) -> bool:
        """Whether the identity holds on every account, and the check, where it was made, found nothing."""
        return not self.faults and all(line.difference == 0 for line in self.identity)

    @property
    def alert_count(self) -> int:
        return sum(len(group.lines) for group in self.alerts)

    @property
    def empty(self) -> bool:
        return not self.identity and not self.statements
