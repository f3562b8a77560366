"""Rule 3: a marked number that is on no book, one edit away from exactly one number of the payer's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconcile.books import Holder, Invoice
from reconcile.invoicing.numbers import is_valid
from reconcile.payer import own_holders
from reconcile.proposal import Case, Evidence, Part, Proposal
from reconcile.purpose.reading import Span, SpanKind
from reconcile.reference import number_key

NAME: Final = "typo"


def propose(case: Case) -> Sequence[Proposal]:
    refs = case.references
    if refs.marked or refs.bare or not refs.unknown:
        return ()
    holders = own_holders(case.payer, case.found, case.name_limit)
    if not holders:
        return ()
    invoices = _invoices_meant(case, holders)
    accounts = _accounts_meant(case, holders)
    targets = {invoice.account_number for invoice in invoices} | set(accounts)
    if len(targets) == 1 and len(invoices) <= 1 and len(accounts) <= 1:
        numbers = tuple(invoice.number for invoice in invoices)
        evidence = tuple(("one_edit", {"number": number}) for number in (*numbers, *accounts))
        part = Part(next(iter(targets)), numbers)
        own = ("own_payer", {"name": case.payer.name})
        return (Proposal(NAME, (part,), (*evidence, own), 0.95, certain=True, flags=("reference_corrected",)),)
    return [
        *(_near_invoice(case, invoice, exact=invoice in invoices) for invoice in _invoices_near(case, holders)),
        *(Proposal(NAME, (Part(number),), (("one_edit", {"number": number}),), 0.6) for number in accounts),
    ]


def _near_invoice(case: Case, invoice: Invoice, *, exact: bool) -> Proposal:
    """An exact amount tells more than check digits; both together most."""
    signs = _signs(case, invoice)
    score = 0.5 + (0.1 if exact else 0.0) + (0.05 if len(signs) > 1 else 0.0)
    return Proposal(NAME, (Part(invoice.account_number, (invoice.number,)),), signs, score)


def _invoices_meant(case: Case, holders: tuple[Holder, ...]) -> list[Invoice]:
    """The holders' open invoices of exactly this outstanding, one edit from a number marked as an invoice."""
    spans = _marked_as_invoices(case)
    return [
        invoice
        for invoice in _open_of(case, holders)
        if case.found.left(invoice) == case.payment.amount and _near(spans, invoice.number)
    ]


def _invoices_near(case: Case, holders: tuple[Holder, ...]) -> list[Invoice]:
    """The same, whatever is outstanding of them: for a person to look at."""
    spans = _marked_as_invoices(case)
    return [invoice for invoice in _open_of(case, holders) if _near(spans, invoice.number)]


def _marked_as_invoices(case: Case) -> list[Span]:
    return [span for span in case.references.unknown if SpanKind.INVOICE in (span.kind, span.mark)]


def _open_of(case: Case, holders: tuple[Holder, ...]) -> list[Invoice]:
    return [
        invoice for holder in holders for account in case.accounts(holder) for invoice in case.open_invoices(account)
    ]


def _signs(case: Case, invoice: Invoice) -> tuple[Evidence, ...]:
    """Why this number may be meant. The check digits of our own numbers say that what was typed is no number of ours, and
    that this one is: a typing mistake, and not another invoice."""
    number = invoice.number
    near: Evidence = ("one_edit", {"number": number})
    country = case.policy.countries.get(case.found.accounts[invoice.account_number].country)
    series = country.invoice_series if country is not None else None
    if series is None or not is_valid(series, number):
        return (near,)
    return (near, ("check_digits", {"number": number}))


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
