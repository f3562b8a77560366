"""What one door says about one payment through a gateway: a processing centre's registry or webhook, the mobile
operator's callback, the line of a wallet's statement.

The same payment is reported by several doors. What makes it one are its numbers: the gateway's payment id, and for mobile
money the operator's receipt (docs/data-model.md, 15). A card's retrieval number is unique only per acquirer and day, so
it identifies nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from reconcile.policy import Method


class Kind(StrEnum):
    """What became of the payment, in the door's words."""

    PAID = "paid"
    FAILED = "failed"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"


class Door(StrEnum):
    CALLBACK = "callback"
    """The operator's unsigned call: stored first, trusted only where the policy says so."""
    WEBHOOK = "webhook"
    """A processing centre's signed call."""
    REGISTRY = "registry"
    """A file that a person imports."""
    STATEMENT = "statement"
    """The line of a mobile wallet's statement, which is an own bank account."""


DEFAULT_OPERATOR: Final = "M-Pesa"
MAX_CLEARING: Final = 64


@dataclass(frozen=True, slots=True)
class Report:
    """Amounts are whole minor units; `at` has its offset. Empty text: the door does not say. `facts` is what was
    reported, word for word, card numbers masked and phones as the door gives them."""

    kind: Kind
    door: Door
    method: Method
    amount: int
    currency: str
    at: datetime
    payment_id: str = ""
    receipt: str = ""
    original_id: str = ""
    """Of a refund with a number of its own: the payment that it gives back, in whole or in part."""
    account: str = ""
    """The personal account as the payer or the centre gave it."""
    provider: str = ""
    merchant: str = ""
    scheme: str = ""
    issuer_country: str = ""
    payer_key: str = ""
    """One card, or one phone: what a day's limits are counted by (`gateway.payers`)."""
    masked_pan: str = ""
    phone: str = ""
    operator: str = ""
    fee: int | None = None
    settlement_id: str = ""
    converted_amount: int | None = None
    converted_currency: str | None = None
    cleared: frozenset[str] = frozenset()
    """What the door says there is none of, though the books may have it (an empty cell, as against no column)."""
    source: str = ""
    line: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_refund(self) -> bool:
        return self.kind in (Kind.REFUNDED, Kind.CHARGED_BACK)

    @property
    def names_original(self) -> bool:
        """A refund with a number of its own, as against a payment whose status became `refunded`."""
        return self.is_refund and bool(self.original_id) and self.original_id != self.payment_id

    @property
    def identities(self) -> tuple[tuple[str, str, str], ...]:
        """(kind, scope, value) of every number that makes this payment one."""
        found = []
        if number := (self.original_id if self.names_original else self.payment_id):
            found.append(("payment_id", "", number))
        if self.receipt and self.method is Method.MOBILE_MONEY and not self.names_original:
            found.append(("receipt", operator_key(self.operator), self.receipt.upper()))
        return tuple(found)

    @property
    def name(self) -> str:
        """How a person would call it."""
        return self.payment_id or self.receipt

    @property
    def digest(self) -> str:
        """The same report through the same door again is no news."""
        said: tuple[object, ...] = (
            self.kind, self.door, self.amount, self.currency, self.at.isoformat(), self.payment_id, self.receipt,
            self.original_id, self.account, self.fee, self.settlement_id, self.converted_amount,
            self.converted_currency, self.payer_key, self.scheme, self.issuer_country,
        )  # fmt: skip
        said += (sorted(self.cleared),) if self.cleared else ()
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:32]


def operator_key(operator: str) -> str:
    """One operator however it is written; M-Pesa where no door says.

    >>> operator_key("M-PESA"), operator_key(""), operator_key("Airtel Money")
    ('mpesa', 'mpesa', 'airtelmoney')
    """
    return "".join(sign for sign in (operator or DEFAULT_OPERATOR).casefold() if sign.isalnum())[:40]


def clearing(method: Method, provider: str, merchant: str, currency: str) -> str:
    """The ledger's name for who owes us these payments until they are settled: a provider, a merchant, a currency.

    >>> clearing(Method.CARD, "centre", "M-1", "KZT")
    'card:centre:M-1:KZT'
    """
    whole = f"{method}:{provider or '-'}:{merchant or '-'}:{currency}"
    if len(whole) <= MAX_CLEARING and whole.isascii():
        return whole
    short = hashlib.sha256(f"{provider}\x1f{merchant}".encode()).hexdigest()[:16]
    return f"{method}:{short}:{currency}"
