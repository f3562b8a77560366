"""Which invoices a payment pays, and what is said of those that it mentions: `docs/decision-table.md`, "Which invoices"."""

from __future__ import annotations

from collections.abc import Sequence

from reconcile.books import Account, Invoice, InvoiceStatus
from reconcile.outcome import Allocation
from reconcile.proposal import Case


def allocations(
    case: Case, account: Account, amount: int, mentioned: Sequence[Invoice], unpaid: Sequence[int]
) -> tuple[Allocation, ...]:
    """The mentioned invoices in order, each up to what is `unpaid` of it; where none is mentioned, the one open invoice
    of that very amount."""
    if not mentioned:
        exact = [inv for inv in case.open_invoices(account) if case.found.left(inv) == amount]
        return (Allocation(account.number, exact[0].number, amount),) if len(exact) == 1 else ()
    taken: list[Allocation] = []
    for invoice, left in zip(mentioned, unpaid, strict=True):
        share = min(amount, left)
        if share > 0:
            taken.append(Allocation(account.number, invoice.number, share))
            amount -= share
    return tuple(taken)


def open_amount(case: Case, invoice: Invoice) -> int:
    day = case.payment.booking_date
    if invoice.currency != case.payment.currency or not case.found.is_open(invoice, day):
        return 0
    return case.found.left(invoice)


def invoice_flags(
    case: Case, amount: int, mentioned: Sequence[Invoice], unpaid: Sequence[int]
) -> tuple[str, ...]:
    """The four flags of `docs/decision-table.md`, "Which invoices". None of them by itself holds an own payer's money."""
    open_sum = 0
    paid = closed = False
    for invoice, left in zip(mentioned, unpaid, strict=True):
        if left:
            open_sum += left
        elif invoice.status is InvoiceStatus.PAID or case.found.left(invoice) == 0:
            paid = True
        elif invoice.status is InvoiceStatus.CANCELLED or invoice.expired(case.payment.booking_date):
            closed = True
    flags: tuple[str, ...] = ()
    if open_sum and amount != open_sum:
        flags = ("underpaid",) if amount < open_sum else ("overpaid",)
    if paid:
        flags = (*flags, "invoice_already_paid")
    return (*flags, "invoice_not_open") if closed else flags
