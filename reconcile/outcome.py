"""What becomes of a payment, as values: the decision, what it allocates, what it converts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconcile.candidates import Candidate
from reconcile.payer import Relation
from reconcile.proposal import Evidence

CREDITED: Final = "credited"
HELD: Final = "held"
UNMATCHED: Final = "unmatched"

PERSON: Final = "person"
"""The rule of what a person decided."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """What is credited instead of the amount paid: `amount` in minor units of `currency`; the rate that gave it (of a
    processing centre's own amount: the rate that it comes to), and whose it is."""

    amount: int
    currency: str
    rate: str
    source: str


@dataclass(slots=True, init=False, unsafe_hash=True)
class Allocation:
    """This much (minor units) of the payment against that invoice."""

    account_number: Final[str]
    invoice_number: Final[str]
    amount: Final[int]

    def __init__(self, account_number: str, invoice_number: str, amount: int) -> None:
        self.account_number = account_number
        self.invoice_number = invoice_number
        self.amount = amount


@dataclass(slots=True, init=False)
class Decision:
    """What becomes of the payment, and why. `splits` has a row for each account that shares it (one for a plain credit);
    `account_number` is None where several share it or none is known."""

    status: Final[str]
    reason: Final[str | None]
    flags: Final[tuple[str, ...]]
    rule: Final[str]
    account_number: Final[str | None]
    relation: Final[Relation | None]
    splits: Final[tuple[tuple[str, int], ...]]
    allocations: Final[tuple[Allocation, ...]]
    candidates: Final[tuple[Candidate, ...]]
    evidence: Final[tuple[Evidence, ...]]
    conversion: Final[Conversion | None]
    """Where a payment through a gateway is credited in another currency than it was paid in."""

    def __init__(
        self,
        status: str,
        reason: str | None,
        flags: tuple[str, ...],
        rule: str,
        account_number: str | None = None,
        relation: Relation | None = None,
        splits: tuple[tuple[str, int], ...] = (),
        allocations: tuple[Allocation, ...] = (),
        candidates: tuple[Candidate, ...] = (),
        evidence: tuple[Evidence, ...] = (),
        conversion: Conversion | None = None,
    ) -> None:
        self.status = status
        self.reason = reason
        self.flags = flags
        self.rule = rule
        self.account_number = account_number
        self.relation = relation
        self.splits = splits
        self.allocations = allocations
        self.candidates = candidates
        self.evidence = evidence
        self.conversion = conversion
