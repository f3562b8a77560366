"""The head of an MT940 message: its account, currency, reference, opening balance, and whether it is an intraday report."""

from __future__ import annotations

import re
from typing import Final

from stdnum import iban

from reconcile.parsers.mt940_fields import START, TYPE, Field
from reconcile.parsers.mt940_line import Balance, Decimals, balance_of
from reconcile.parsers.source import ReadContext, account_number

OPENING: Final = (":60F:", ":60M:")
_BIC_BEHIND: Final = re.compile(r"\n[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?\s*$")  # field 25P, on a line of its own
_FLOOR: Final = re.compile(r"([A-Z]{3})[CD]?[0-9.,]*")
_WITH_CURRENCY: Final = re.compile(r"(.+?)[ /]?([A-Z]{3})")


def is_interim(head: dict[str, Field]) -> bool:
    """An intraday report: by its envelope, else by the fields that only such a report has, which has no opening balance."""
    if TYPE in head:
        return head[TYPE].text == "942"
    if any(tag in head for tag in OPENING):
        return False
    return ":34F:" in head or ":13D:" in head or ":13:" in head


def opening_of(head: dict[str, Field], decimals: Decimals) -> Balance | None:
    for tag in OPENING:
        if tag in head:
            return balance_of(head[tag], decimals)
    return None


def reference_of(head: dict[str, Field]) -> str:
    """The message's reference and the number of statement and page."""
    number = head.get(":28C:") or head.get(":28:")
    start = head.get(START)
    texts = (start.text if start else "", number.text if number else "")
    return " ".join(text.replace("\n", "") for text in texts if text)


def own_account(text: str, currency: str | None, context: ReadContext) -> str:
    """The account of field 25: banks write the currency behind it and their BIC before it. What the books know wins,
    then a valid IBAN, then the number without the statement's currency."""
    text = _BIC_BEHIND.sub("", text)
    whole = account_number(text)
    found = _WITH_CURRENCY.fullmatch(text.strip().upper())
    bare = whole
    if found is not None and found.group(2) == currency and found.group(1)[-1:].isdigit():
        bare = account_number(found.group(1))
    candidates = [whole, bare, bare.partition("/")[2]]
    for candidate in candidates:
        if candidate in context.own_accounts:
            return candidate
    return next((candidate for candidate in candidates if candidate and iban.is_valid(candidate)), bare)


def currency_said(head: dict[str, Field], opening: Balance | None) -> str | None:
    """Of the opening balance, or of an intraday report's floor limit."""
    if opening is not None:
        return opening.currency
    floor = _FLOOR.fullmatch(head[":34F:"].text) if ":34F:" in head else None
    return floor.group(1) if floor else None
