"""Outcomes of one payment side by side, and what they move from account to account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from reconcile.outcome import CREDITED, Decision

Parts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class About:
    """What a reader needs to know the payment by. `amount` in minor units."""

    amount: int
    currency: str
    booking_date: date
    payer: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a payment. `parts`: amount in minor units by account; `allocations`: by invoice."""

    status: str
    reason: str | None
    flags: tuple[str, ...]
    account_number: str | None
    parts: Parts
    allocations: Parts
    rule: str
    version: str = ""

    @property
    def credits(self) -> Parts:
        """What it puts on balances."""
        return self.parts if self.status == CREDITED else ()


def outcome_of(made: Decision, version: str = "") -> Outcome:
    return Outcome(
        made.status,
        made.reason,
        tuple(sorted(made.flags)),
        made.account_number,
        made.splits,
        tuple((each.invoice_number, each.amount) for each in made.allocations),
        made.rule,
        version,
    )


MOVED: Final = ("credited", "no_longer_credited", "other_account", "other_invoices", "other_reason")
"""How a payment came out otherwise, the gravest for the books first."""


@dataclass(frozen=True, slots=True)
class Change:
    """One payment that came out otherwise."""

    payment_id: str
    kind: str
    about: About
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Shift:
    """What an account would have been credited with, in minor units, before and after."""

    account_number: str
    currency: str
    before: int
    after: int


def changes(
    before: Mapping[str, Outcome], after: Mapping[str, Outcome], about: Mapping[str, About]
) -> tuple[Change, ...]:
    """What came out otherwise among the payments that both decided; by kind, then by booking date and id."""
    found = [
        Change(key, kind, about[key], was, now)
        for key, was in before.items()
        if (now := after.get(key)) is not None and (kind := _kind(was, now))
    ]
    found.sort(key=lambda each: (MOVED.index(each.kind), each.about.booking_date, each.payment_id))
    return tuple(found)


def _kind(was: Outcome, now: Outcome) -> str:
    if was.credits != now.credits:
        if not was.credits:
            return "credited"
        return "other_account" if now.credits else "no_longer_credited"
    if was.allocations != now.allocations:
        return "other_invoices"
    seen = (was.status, was.reason, was.flags, was.account_number)
    return "" if seen == (now.status, now.reason, now.flags, now.account_number) else "other_reason"


def shifts(changed: tuple[Change, ...]) -> tuple[Shift, ...]:
    """By account: what the changed payments would have put on it, before and after; only where that differs."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for each in changed:
        for side, outcome in enumerate((each.before, each.after)):
            for number, amount in outcome.credits:
                sums[number, each.about.currency][side] += amount
    return tuple(Shift(*key, was, now) for key, (was, now) in sorted(sums.items()) if was != now)
