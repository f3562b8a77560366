"""The books' own side: transfers between ledger accounts, balanced by construction (docs/data-model.md, 4).

A ledger account is a kind and what it is kept for, such as `bank:KZ12…` or `customer:104582`. Each payment status has its
place: credited → customer; held and unmatched → unapplied cash; returned → returns payable; ignored → ignored. No row
holds personal data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final


@dataclass(slots=True, init=False, unsafe_hash=True)
class Transfer:
    """One journal row: `amount` (minor units, above zero) from the credit side to the debit side. `key` says what it
    records and is unique for ever: the same key again is the same fact."""

    key: Final[str]
    debit: Final[str]
    credit: Final[str]
    amount: Final[int]
    currency: Final[str]
    effective_date: Final[date]
    description: Final[str]
    payment_id: Final[str | None]

    def __init__(
        self,
        key: str,
        debit: str,
        credit: str,
        amount: int,
        currency: str,
        effective_date: date,
        description: str,
        payment_id: str | None = None,
    ) -> None:
        self.key = key
        self.debit = debit
        self.credit = credit
        self.amount = amount
        self.currency = currency
        self.effective_date = effective_date
        self.description = description
        self.payment_id = payment_id


def bank(own_account: str) -> str:
    return f"bank:{own_account}"


def unapplied(own_account: str) -> str:
    return f"unapplied:{own_account}"


def customer(account_number: str) -> str:
    return f"customer:{account_number}"


def returns(own_account: str) -> str:
    """Returns payable: money that goes back to its payer, or has gone back by the bank's reversal."""
    return f"returns:{own_account}"


def ignored(own_account: str) -> str:
    return f"ignored:{own_account}"


def suspense(own_account: str) -> str:
    """Outgoing suspense: outgoing entries that are tied to nothing of ours."""
    return f"suspense:{own_account}"


def opening(own_account: str) -> str:
    return f"opening:{own_account}"


def gateway(clearing: str) -> str:
    """What a processing centre or mobile operator owes us: paid by customers, not yet on our bank account."""
    return f"gateway:{clearing}"


def exchange(clearing: str, currency: str) -> str:
    """Exchange clearing: one currency given, another taken; what stays is gain or loss on exchange."""
    return f"exchange:{clearing}:{currency}"


def fees(clearing: str) -> str:
    return f"fees:{clearing}"


PLACES = {"credit": "credited", "return": "returned", "ignore": "ignored", "settle": "settlement"}
"""A placement's kind and the payment status it gives."""


def reverse(transfer: Transfer, effective: date, description: str) -> Transfer:
    """The counter-entry: the same amount back, under a key of its own. What was posted stays as it is."""
    return Transfer(
        f"reverse:{transfer.key}",
        transfer.credit,
        transfer.debit,
        transfer.amount,
        transfer.currency,
        effective,
        description,
        transfer.payment_id,
    )


def content_id(*parts: object) -> str:
    """An id made of content alone, so that doing a thing again makes the same id: 24 hexadecimal digits."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:24]


def chain_text(
    key: str,
    debit: str,
    credit: str,
    amount: int,
    currency: str,
    effective_date: date,
    posted_at: datetime,
    payment_id: str | None,
    description: str,
) -> str:
    """A journal row as the hash chain sees it."""
    return "\x1f".join(
        (
            key,
            debit,
            credit,
            str(amount),
            currency,
            effective_date.isoformat(),
            posted_at.isoformat(),
            payment_id or "",
            description,
        )
    )


def chain_hash(previous: str, rows: Iterable[str]) -> tuple[str, int]:
    """The hash of one link over its rows and the link before, and how many rows it covers."""
    digest = hashlib.sha256(previous.encode())
    count = 0
    for row in rows:
        digest.update(b"\x1e" + row.encode())
        count += 1
    return digest.hexdigest(), count
