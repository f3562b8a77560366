"""The bench on which one case is built: its own holder, accounts, invoices, powers, entries, and their labels.

A case shares nothing with any other, so that its label holds whatever else is in the world.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from string import ascii_uppercase, digits

from reconcile.books import Account, Invoice
from reconcile.statement import NOBODY, CreditDebit, Detail, Entry, Party, StructuredReference
from reconcile.world import scripts
from reconcile.world.model import Expected, PlannedEntry
from reconcile.world.payers import Payers
from reconcile.world.register import Client, Draft

__all__ = ["Bench", "Client", "Draft"]


class Bench(Payers):
    """Register and payers, and the entries that they make, each with its label."""

    def pay(
        self,
        payer: Party,
        amount: int,
        purpose: str,
        *labels: Expected,
        day: date | None = None,
        ultimate: Party = NOBODY,
        references: tuple[StructuredReference, ...] = (),
        reference: str = "",
    ) -> Entry:
        """An incoming entry with its label. camt gives an ultimate debtor no account."""
        if self.format.family == "camt":
            ultimate = replace(ultimate, account="")
        detail = Detail(amount, payer, ultimate, self.as_printed(purpose), references)
        return self.book((detail,), labels, day=day, reference=reference)

    def book(
        self,
        details: tuple[Detail, ...],
        labels: Sequence[Expected],
        *,
        day: date | None = None,
        reference: str = "",
        credit_debit: CreditDebit = CreditDebit.CREDIT,
        reversal: bool = False,
        reverses: str = "",
        alert: str = "",
    ) -> Entry:
        amount = sum(detail.amount or 0 for detail in details)
        booked = day or self.day
        value_date = booked if self.format.has_value_dates else None
        entry = Entry(
            0,
            booked,
            credit_debit,
            amount,
            self.own.currency,
            details,
            value_date,
            reference or self.bank_reference(booked),
            reversal,
            reverses,
        )
        self.drafts.append(Draft(self.own, PlannedEntry(entry, tuple(labels), alert)))
        return entry

    def bank_reference(self, day: date) -> str:
        """What this bank calls an entry; unique in the world, so that a label finds its payment."""
        while True:
            number = self._reference(day)
            if self.numbers.reserve(f"BANKREF{number}"):
                return number

    def _reference(self, day: date) -> str:
        rng = self.rng
        if self.format.family == "1c":
            return str(rng.randint(100, 9_999_999))
        if self.format.family == "ofx":
            return f"{day:%Y%m%d}{rng.randint(0, 9_999_999):07d}"
        return f"FT{day:%y%j}{''.join(rng.choices(ascii_uppercase + digits, k=6))}"

    def as_printed(self, purpose: str) -> str:
        """The purpose as the bank's format carries it: its letters, its length, its folds."""
        text = scripts.poor(purpose) if self.own.speech else purpose
        text = text[: self.format.limit].strip()
        width = self.format.fold
        if not width or len(text) <= width or "\n" in text:
            return text
        pieces = [text[start : start + width].strip() for start in range(0, len(text), width)]
        return "\n".join(piece for piece in pieces if piece)

    def label(
        self,
        status: str | None,
        reason: str | None = None,
        account: Account | None = None,
        *flags: str,
        allocations: Iterable[tuple[Invoice, int]] = (),
        splits: Iterable[tuple[Account, int]] = (),
        relation: str | None = None,
        unchecked: Iterable[str] = (),
        note: str = "",
    ) -> Expected:
        names = sorted({*flags, *((reason,) if reason else ())})
        return Expected(
            self.case,
            self.talk.language.code,
            status,
            reason,
            account.number if account else None,
            tuple(names),
            tuple((invoice.number, part) for invoice, part in allocations),
            tuple((part_of.number, part) for part_of, part in splits),
            relation,
            frozenset(unchecked),
            note,
        )

    def credited(
        self,
        account: Account | None,
        *flags: str,
        allocations: Iterable[tuple[Invoice, int]] = (),
        splits: Iterable[tuple[Account, int]] = (),
        relation: str | None = "own",
        note: str = "",
    ) -> Expected:
        return self.label(
            "credited", None, account, *flags, allocations=allocations, splits=splits, relation=relation, note=note
        )

    def held(
        self,
        account: Account | None,
        reason: str,
        *flags: str,
        relation: str | None,
        note: str = "",
        unchecked: Iterable[str] = (),
    ) -> Expected:
        return self.label("held", reason, account, *flags, relation=relation, note=note, unchecked=unchecked)

    def unmatched(self, reason: str, note: str = "") -> Expected:
        return self.label("unmatched", reason, note=note)
