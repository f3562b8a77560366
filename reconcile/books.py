"""Master data as values: who holds which personal account, what was invoiced, who may pay for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class HolderType(StrEnum):
    """Who holds an account, or who pays."""

    LEGAL_ENTITY = "legal_entity"
    SOLE_PROPRIETOR = "sole_proprietor"
    INDIVIDUAL = "individual"


@dataclass(frozen=True, slots=True)
class Holder:
    """The legal or natural person behind one or more personal accounts (docs/data-model.md, 8): one (country, tax id),
    or the account itself where no tax id is known. Never identified by a name."""

    key: str
    country: str
    type: HolderType
    names: tuple[str, ...]
    tax_ids: tuple[str, ...] = ()
    bank_accounts: tuple[str, ...] = ()
    """Bank accounts imported for this holder alone; what a person's decision taught is not among them."""


@dataclass(frozen=True, slots=True)
class Account:
    """A personal account: the customer's prepaid balance, in one currency."""

    number: str
    holder: Holder
    country: str
    currency: str
    opened_on: date | None = None
    is_open: bool = True


class InvoiceStatus(StrEnum):
    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Invoice:
    """An issued invoice never changes its amount, account or currency. `outstanding` is what no allocation has taken
    yet, in minor units, as of the moment the books were looked at."""

    number: str
    account_number: str
    amount: int
    currency: str
    issued_on: date
    expires_on: date | None = None
    status: InvoiceStatus = InvoiceStatus.OPEN
    outstanding: int = 0

    def is_open(self, day: date) -> bool:
        """Neither cancelled nor paid elsewhere, not expired on `day` (the booking date), and something outstanding."""
        return self.status is InvoiceStatus.OPEN and not self.expired(day) and self.outstanding > 0

    def expired(self, day: date) -> bool:
        return self.expires_on is not None and day > self.expires_on


@dataclass(frozen=True, slots=True)
class PowerOfAttorney:
    """A holder's power for a natural person, whichever of the holder's accounts it was registered on."""

    reference: str
    holder_key: str
    representative_name: str
    representative_tax_id: str
    valid_from: date
    valid_until: date
    revoked_on: date | None = None

    def standing(self, day: date) -> str:
        """ "valid" on that day (both ends included), else why not: "revoked", "expired" or "not_yet_valid"."""
        if self.revoked_on is not None and day >= self.revoked_on:
            return "revoked"
        if day > self.valid_until:
            return "expired"
        if day < self.valid_from:
            return "not_yet_valid"
        return "valid"
