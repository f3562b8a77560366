"""What a bank statement says, as values (ISO 20022 words: `Stmt`, `Ntry`, `TxDtls`).

A parser makes these and knows nothing of the books. Texts stay as the bank wrote them: folds of one field are kept as
line feeds, nothing is case-folded, trimmed only at both ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from reconcile.frozen import quickly_made


class CreditDebit(StrEnum):
    """The bank's mark for the own account: CREDIT is money in, DEBIT money out. Already the effect of this very entry:
    a reversal (`RvslInd`, `RC`, `RD`) never flips it again."""

    CREDIT = "credit"
    DEBIT = "debit"


class PartyKind(StrEnum):
    """What the statement itself says of a party: camt `OrgId`/`PrvtId`, KBE sector 9. Empty where it says nothing."""

    ORGANISATION = "organisation"
    PRIVATE = "private"
    UNSAID = ""


@dataclass(slots=True, init=False, unsafe_hash=True)
class Party:
    """Debtor, ultimate debtor or creditor, as the statement names them. Every field may be empty."""

    name: Final[str]
    tax_id: Final[str]
    account: Final[str]
    bank: Final[str]
    kind: Final[PartyKind]

    def __init__(
        self,
        name: str = "",
        tax_id: str = "",
        account: str = "",
        bank: str = "",
        kind: PartyKind = PartyKind.UNSAID,
    ) -> None:
        self.name = name
        self.tax_id = tax_id
        self.account = account
        self.bank = bank
        self.kind = kind

    def __bool__(self) -> bool:
        return bool(self.name or self.tax_id or self.account)


NOBODY: Final = Party()


@quickly_made
@dataclass(frozen=True, slots=True)
class StructuredReference:
    """A reference outside the purpose. `kind` is one of "end_to_end_id", "creditor_reference", "invoice" (a field meant
    for an invoice number, camt `RfrdDocInf/Nb`), "account" (meant for a customer's account number), "bill_reference",
    "receipt", "phone"."""

    kind: str
    value: str


@quickly_made
@dataclass(frozen=True, slots=True)
class Detail:
    """One `TxDtls`: who paid, on whose behalf, for what. `amount` is None in a batch that gives no detail amounts."""

    amount: int | None
    counterparty: Party = NOBODY
    ultimate: Party = NOBODY
    purpose: str = ""
    references: tuple[StructuredReference, ...] = ()


@quickly_made
@dataclass(frozen=True, slots=True)
class Entry:
    """One booked line (`Ntry`). `amount` is in minor units and positive or zero; `line` is the line (or element number)
    in the file at which the entry begins, from 1; `details` has one member, or several for a batch."""

    line: int
    booking_date: date
    credit_debit: CreditDebit
    amount: int
    currency: str
    details: tuple[Detail, ...]
    value_date: date | None = None
    bank_reference: str = ""
    reversal: bool = False
    reverses: str = ""
    """The bank's own link to the entry that this one reverses (its bank reference), where it gives one."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Keys of the file that no field above takes; kept, never used to decide."""

    @property
    def is_payment(self) -> bool:
        """Incoming money that may belong to a customer; a reversal never does."""
        return self.credit_debit is CreditDebit.CREDIT and not self.reversal and self.amount > 0


@dataclass(slots=True)
class Statement:
    """One account's statement within a file. `entries` streams; what follows the entries in the file (for some formats
    closing balance and totals) is set once they are exhausted. Balances are signed minor units.

    `account` is the provider's own bank account, blanks removed and upper-cased. `currency` is never empty.
    """

    format: str
    account: str
    currency: str
    entries: Iterator[Entry]
    version: str = ""
    profile: str = ""
    reference: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2 where the account number itself tells it (an IBAN, a UZS account), else empty."""
    bank: str = ""
    period_from: date | None = None
    period_to: date | None = None
    opening: int | None = None
    closing: int | None = None
    total_credit: int | None = None
    total_debit: int | None = None
    evidence: bool = False
    """An intraday report or a notification (camt.052, camt.054, MT942): it repeats what a statement will book. Kept, and
    never a source of money."""
    count_expected: int | None = None
    """How many entries the file itself says there are, where it does."""


IDENTITY_VERSION = "1"


def _plain(text: str) -> str:
    return " ".join(text.split())


def identity_key(account: str, entry: Entry) -> str:
    """The content identity of an entry (docs/data-model.md, 2): two lines are *equal* when these are.

    Made of raw fields only, with white space folded, so that no later change of a lexicon or a mask changes it: own
    account, booking date, direction, reversal, amount, currency, bank reference, counterparties and purposes.
    32 hexadecimal digits, versioned.
    """
    parts = [
        IDENTITY_VERSION,
        account,
        entry.booking_date.isoformat(),
        entry.credit_debit.value,
        "R" if entry.reversal else "",
        str(entry.amount),
        entry.currency,
        _plain(entry.bank_reference),
    ]
    for detail in entry.details:
        parts += (
            "" if detail.amount is None or len(entry.details) == 1 else str(detail.amount),
            _plain(detail.counterparty.name),
            detail.counterparty.tax_id,
            detail.counterparty.account,
            _plain(detail.ultimate.name),
            detail.ultimate.tax_id,
            _plain(detail.purpose),
        )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
