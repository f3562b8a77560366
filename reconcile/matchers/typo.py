"""Rule 3: a marked number that is on no book, one edit away from exactly one number of the payer's own."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.books import Holder, Invoice
from reconcile.payer import own_holders
from reconcile.proposal import Case, Part, Proposal
from reconcile.purpose.reading import Span, SpanKind
from reconcile.reference import number_key

NAME = "typo"


def propose(case: Case) -> Iterator[Proposal]:
    refs = case.references
    if refs.marked or refs.bare or not refs.unknown:
        return
    holders = own_holders(case.payer, case.found, case.policy.name_limit(case.payment.format))
    invoices = _invoices_meant(case, holders)
    accounts = _accounts_meant(case, holders)
    targets = {invoice.account_number for invoice in invoices} | set(accounts)
    if len(targets) == 1 and len(invoices) <= 1 and len(accounts) <= 1:
        numbers = tuple(invoice.number for invoice in invoices)
        evidence = tuple(("one_edit", {"number": number}) for number in (*numbers, *accounts))
        part = Part(next(iter(targets)), numbers)
        own = ("own_payer", {"name": case.payer.name})
        yield Proposal(NAME, (part,), (*evidence, own), 0.95, certain=True, flags=("reference_corrected",))
        return
    for invoice in invoices:
        evidence = (("one_edit", {"number": invoice.number}),)
        yield Proposal(NAME, (Part(invoice.account_number, (invoice.number,)),), evidence, 0.6)
    for number in accounts:
        yield Proposal(NAME, (Part(number),), (("one_edit", {"number": number}),), 0.6)


def _invoices_meant(case: Case, holders: tuple[Holder, ...]) -> list[Invoice]:
    """The holders' open invoices of exactly this outstanding, one edit from a number marked as an invoice."""
    spans = [span for span in case.references.unknown if span.kind is SpanKind.INVOICE]
    return [
        invoice
        for holder in holders
        for account in case.accounts(holder)
        for invoice in case.open_invoices(account)
        if case.found.left(invoice) == case.payment.amount and _near(spans, invoice.number)
    ]


def _accounts_meant(case: Case, holders: tuple[Holder, ...]) -> list[str]:
    spans = [span for span in case.references.unknown if span.kind is SpanKind.ACCOUNT]
    return [account.number for holder in holders for account in case.accounts(holder) if _near(spans, account.number)]


def _near(spans: list[Span], number: str) -> bool:
    key = number_key(number)
    return any(one_edit(typed, key) for span in spans for typed in span.keys)


def one_edit(typed: str, meant: str) -> bool:
    """One digit replaced, missing or added, or two neighbouring digits swapped; letters must agree.

    >>> one_edit("4521", "4512"), one_edit("451", "4512"), one_edit("A4512", "B4512"), one_edit("4512", "4512")
    (True, True, False, False)
    """
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    start = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    typed, meant = typed[start:], meant[start:]
    if len(typed) > len(meant):
        return typed[0].isdigit() and typed[1:] == meant
    if len(meant) > len(typed):
        return meant[0].isdigit() and meant[1:] == typed
    if typed[1:] == meant[1:]:
        return typed[0].isdigit() and meant[0].isdigit()
    return typed[:2].isdigit() and typed[:2] == meant[1::-1] and typed[2:] == meant[2:]
