"""What was read in a payment purpose: typed spans over the original characters, before the books are asked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class SpanKind(StrEnum):
    """What a stretch of the purpose is. The first three may be references; all others never are."""

    INVOICE = "invoice"
    """A number that an invoice word marks."""
    ACCOUNT = "account"
    """A number that a personal-account word marks."""
    BARE = "bare"
    """A number that no word names."""
    RANGE = "range"
    """«4512-4514» after an invoice word or a number sign: a reference only as a whole."""
    BENEFICIARY = "beneficiary"
    """A name after за / for / on behalf of, or before үшін / uchun / учун."""
    CONTRACT = "contract"
    DOCUMENT = "document"
    """Act, waybill, order, payment order, decree, register …"""
    DATE = "date"
    AMOUNT = "amount"
    PERCENT = "percent"
    TAX_ID = "tax_id"
    PHONE = "phone"
    CARD = "card"
    BANK_ACCOUNT = "bank_account"
    BANK_CODE = "bank_code"
    PURPOSE_CODE = "purpose_code"
    """KNP, EKNP, the five digits that open an Uzbek purpose."""
    RECEIPT = "receipt"
    OTHER = "other"
    """Domain, IP address, quantity, year, digits inside a name …"""


@dataclass(slots=True, init=False, unsafe_hash=True)
class Span:
    """`start` and `end` are offsets into the original purpose. `keys` are the `number_key`s that this stretch may be
    read as, best first (a folded number joined, then its parts; look-alike digits repaired last): which of them is
    meant, the books tell. Empty for what can be no reference. `name` is the beneficiary's name as typed.

    `prefix_key` is the key in which the marking word itself is the number's own prefix («INV-4512» for the number
    INV-4512): under it the number is bare. `mark` says for a RANGE which word opens it (INVOICE or ACCOUNT), if any; of an
    ACCOUNT that its word may as well mean an INVOICE («пополнение счета 4512»); of a CONTRACT or DOCUMENT which of our
    numbers it may be as well («Шот 4512, 4513 акт бойынша»). `lent` is the `prefix_key` of the number that opened the list
    this one stands in («INV-4512, 4513»): where that prefix is no word, it marks none of the list.

    Made by the million, so with a constructor of its own, which is compiled where the core is."""

    kind: Final[SpanKind]
    start: Final[int]
    end: Final[int]
    keys: Final[tuple[str, ...]]
    name: Final[str]
    prefix_key: Final[str]
    mark: Final[SpanKind | None]
    lent: Final[str]

    def __init__(
        self,
        kind: SpanKind,
        start: int,
        end: int,
        keys: tuple[str, ...] = (),
        name: str = "",
        prefix_key: str = "",
        mark: SpanKind | None = None,
        lent: str = "",
    ) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.keys = keys
        self.name = name
        self.prefix_key = prefix_key
        self.mark = mark
        self.lent = lent

    def moved(self, start: int, end: int) -> Span:
        """The same at another place."""
        return Span(self.kind, start, end, self.keys, self.name, self.prefix_key, self.mark, self.lent)


@dataclass(slots=True, init=False, unsafe_hash=True)
class Reading:
    """A purpose, read. `not_a_topup` names why the money is no top-up ("refund", "reversal", "own_funds", "loan",
    "deposit_interest", "charter_capital", "dividends"), else empty; `lump_sum` names the word that shows a lump sum of a
    processing centre, aggregator or mobile operator, else empty."""

    text: Final[str]
    spans: Final[tuple[Span, ...]]
    not_a_topup: Final[str]
    lump_sum: Final[str]

    def __init__(self, text: str, spans: tuple[Span, ...] = (), not_a_topup: str = "", lump_sum: str = "") -> None:
        self.text = text
        self.spans = spans
        self.not_a_topup = not_a_topup
        self.lump_sum = lump_sum

    @property
    def keys(self) -> frozenset[str]:
        """Every key the books have to be asked for."""
        return frozenset(key for span in self.spans for key in span.keys)

    @property
    def beneficiaries(self) -> tuple[str, ...]:
        return tuple(span.name for span in self.spans if span.kind is SpanKind.BENEFICIARY)
