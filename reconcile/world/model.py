"""The values of a synthetic world: own bank accounts, master data, statements, and the label of every payment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from reconcile.books import Account, Invoice, PowerOfAttorney
from reconcile.statement import Entry, Statement


class Format(StrEnum):
    """In which format the bank of an own account gives its statements, with its dialect."""

    ONE_C = "1c"
    ONE_C_KZ = "1c-kz"
    """Mixed-case keys, СуммаПриход / СуммаРасход, BIN/IIN and KBE (BCC, Kaspi)."""
    ONE_C_KZ_UPPER = "1c-kz-upper"
    """Upper-case keys, one balance section a day, purposes over several lines (Halyk, Kazpost)."""
    CAMT_02 = "camt.053.001.02"
    CAMT_08 = "camt.053.001.08"
    OFX_1 = "ofx-1.0.2"
    OFX_2 = "ofx-2.1.1"

    @property
    def family(self) -> str:
        return {"1": "1c", "c": "camt", "o": "ofx"}[self.value[0]]

    @property
    def has_ids(self) -> bool:
        """The payer's tax id and bank account are told."""
        return self.family != "ofx"

    @property
    def has_kinds(self) -> bool:
        """OrgId / PrvtId, or the KBE sector: only camt and the Kazakh dialects."""
        return self.family == "camt" or self.value.startswith("1c-kz")

    @property
    def has_value_dates(self) -> bool:
        return self.has_kinds

    @property
    def limit(self) -> int:
        """Longest purpose: 1C 210 characters, camt three lines of 140, OFX MEMO 255."""
        return {"1c": 210, "camt": 420, "ofx": 255}[self.family]

    @property
    def name_limit(self) -> int:
        return {"1c": 160, "camt": 70, "ofx": 32}[self.family]

    @property
    def fold(self) -> int:
        """Width at which the format breaks a purpose into lines; 0 where it does not."""
        return {"1c-kz-upper": 75}.get(self.value, 140 if self.family == "camt" else 0)


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One of the provider's own bank accounts, and how its bank sends statements."""

    code: str
    number: str
    country: str
    currency: str
    legal_entity: str
    tax_id: str
    bank_name: str
    bic: str
    format: Format
    opening: int
    books_from: date
    encoding: str = "utf-8"
    planted: bool = False
    """Kept for cases about whole statements; no ordinary case pays into it."""

    @property
    def speech(self) -> str:
        return "cp1251" if self.encoding in ("cp1251", "cp866") else ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What ought to become of one payment, by how its case was built. `status` None: never decided (before the
    cut-over). `flags` is the exact set, the reason among them. `unchecked` names fields that the decision table leaves
    open."""

    case: str
    language: str
    status: str | None
    reason: str | None = None
    account: str | None = None
    flags: tuple[str, ...] = ()
    allocations: tuple[tuple[str, int], ...] = ()
    splits: tuple[tuple[str, int], ...] = ()
    relation: str | None = None
    unchecked: frozenset[str] = frozenset()
    note: str = ""


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """An entry and the label of each of its incoming details; none where it is no payment. `alert` is what the entry
    itself must raise."""

    entry: Entry
    expected: tuple[Expected, ...] = ()
    alert: str = ""


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """A statement as its bank will write it. Its balances may be wrong on purpose (`planted` says so)."""

    own: OwnAccount
    format: Format
    encoding: str
    reference: str
    period_from: date
    period_to: date
    opening: int
    closing: int
    entries: tuple[PlannedEntry, ...]
    planted: str = ""
    """The alert that the statement as a whole must raise."""

    @property
    def alerts(self) -> tuple[str, ...]:
        """All that must be raised about this statement; others may be."""
        raised = [self.planted, *(planned.alert for planned in self.entries)]
        return tuple(alert for alert in raised if alert)

    @property
    def file_name(self) -> str:
        ending = {"1c": "txt", "camt": "xml", "ofx": "ofx"}[self.format.family]
        return f"{self.period_to:%Y-%m-%d}-{self.own.code}-{self.reference}.{ending}"

    @property
    def total_credit(self) -> int:
        return sum(p.entry.amount for p in self.entries if p.entry.credit_debit == "credit")

    @property
    def total_debit(self) -> int:
        return sum(p.entry.amount for p in self.entries if p.entry.credit_debit == "debit")

    def as_statement(self) -> Statement:
        """What a parser ought to read back."""
        return Statement(
            format=self.format.family,
            account=self.own.number,
            currency=self.own.currency,
            entries=iter([planned.entry for planned in self.entries]),
            reference=self.reference,
            period_from=self.period_from,
            period_to=self.period_to,
            opening=self.opening,
            closing=self.closing,
        )


@dataclass(frozen=True, slots=True)
class PowerRow:
    """A power as it is imported: with the account on which it was registered and its day of issue."""

    power: PowerOfAttorney
    account_number: str
    issued_on: date


@dataclass(slots=True)
class World:
    """Everything that a run needs, and what it ought to say. Statements stand in the order of ingest."""

    seed: int
    own_accounts: tuple[OwnAccount, ...] = ()
    accounts: list[Account] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    powers: list[PowerRow] = field(default_factory=list)
    statements: list[PlannedStatement] = field(default_factory=list)

    @property
    def labels(self) -> list[Expected]:
        return [label for s in self.statements for planned in s.entries for label in planned.expected]


FIRST_DAY: Final = date(2026, 2, 2)
WEEKS: Final = 4
