"""Rule 4: no number at all, but the payer's id names one account, and the amount one open invoice or all of them."""

from __future__ import annotations

from typing import Final

from reconcile.books import Account, Invoice
from reconcile.payer import holders_by_id
from reconcile.proposal import Case, Part, Proposal

NAME: Final = "known_payer"


def propose(case: Case) -> tuple[Proposal, ...]:
    refs = case.references
    if refs.marked or refs.bare or refs.unknown or refs.ranges:
        return ()
    accounts = [
        account
        for holder in holders_by_id(case.payer, case.found)
        for account in case.accounts(holder)
        if account.currency == case.payment.currency
    ]
    if len(accounts) != 1:
        return ()
    account = accounts[0]
    invoices = _invoices_paid(case, account)
    if not invoices:
        return ()
    evidence = (
        ("payer_known", {"account": account.number}),
        ("exact_outstanding", {"invoice": ", ".join(invoices)}),
    )
    return (Proposal(NAME, (Part(account.number, invoices),), evidence, 0.9, certain=True, flags=("matched_by_payer",)),)


def _invoices_paid(case: Case, account: Account) -> tuple[str, ...]:
    """The one open invoice of exactly this outstanding, or all open ones together; where both or several fit, none."""
    open_ones = case.open_invoices(account)
    exact = [invoice for invoice in open_ones if case.found.left(invoice) == case.payment.amount]
    if exact:
        return (exact[0].number,) if len(exact) == 1 else ()
    if len(open_ones) > 1 and sum(map(case.found.left, open_ones)) == case.payment.amount:
        return tuple(invoice.number for invoice in sorted(open_ones, key=_age))
    return ()


def _age(invoice: Invoice) -> tuple[object, str]:
    return (invoice.issued_on, invoice.number)
