"""The parts that a purpose of payment is put together from, in one language.

Placeholders: {n} invoice number, {ns} list of them, {a} account number, {d} date, {c} contract number, {who} the
beneficiary's name, {v} amount of tax, {r} its rate, {x} some other small number, {t} tax id, {p} phone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Final

_PLACEHOLDER: Final = re.compile(r"(\{[a-z]+\})")
Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    opening: Texts
    """Words that open a payment and say nothing."""
    invoice: Texts
    """One invoice number, marked."""
    invoices: Texts
    """Several under one marking word."""
    joiners: Texts
    account: Texts
    """One personal account number, marked."""
    bare: Texts
    """A number that no word marks."""
    ranges: Texts
    service: Texts
    tax: Texts
    contract: Texts
    """A number that is no reference because a word names it something else."""
    other: Texts
    """Other named numbers: acts, phones, tax ids, orders."""
    beneficiary: Texts
    """On whose behalf."""
    on_account: Texts
    """The provider's own wording for third parties: name and account together."""
    plain: Texts
    """A whole purpose that names no number of ours."""
    refund: Texts
    loan: Texts
    interest: Texts
    own_funds: Texts
    capital: Texts
    lump: Texts
    outgoing: Texts
    months: Texts
    accusative: bool = False
    """The beneficiary's name is declined after its preposition."""

    def not_topups(self) -> tuple[Texts, ...]:
        return (self.refund, self.loan, self.interest, self.own_funds, self.capital)


def derived(language: Language, code: str, spell: Callable[[str], str]) -> Language:
    """The same language spelled otherwise; what will stand in a placeholder is left alone."""

    def respell(text: str) -> str:
        return "".join(part if part.startswith("{") else spell(part) for part in _PLACEHOLDER.split(text))

    texts = {
        field.name: tuple(map(respell, getattr(language, field.name)))
        for field in fields(language)
        if field.name not in ("code", "accusative")
    }
    return replace(language, code=code, accusative=language.accusative, **texts)
