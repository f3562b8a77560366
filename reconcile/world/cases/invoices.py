"""Amounts and invoices that do not fit: never by themselves a reason to hold an own payer's money."""

from __future__ import annotations

from datetime import timedelta

from reconcile.books import Account, Invoice, InvoiceStatus
from reconcile.world.bench import Bench, Client
from reconcile.world.cases.registry import BEYOND_UZ, case

RULE = "Which invoices"


def _holder(b: Bench) -> tuple[Client, Account]:
    client = b.anyone()
    return client, b.account(client)


def _mention(b: Bench, invoice: Invoice, account: Account) -> str:
    parts = [b.talk.invoice(invoice.number)]
    if b.rng.random() < 0.25:
        parts.append(b.talk.account(account.number))
    return b.talk.compose(*parts)


@case(RULE + ": underpaid", weight=6)
def underpaid(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    paid = max(100, invoice.amount * b.rng.choice((95, 90, 50, 40)) // 100)
    b.pay(
        b.own_payer(client),
        paid,
        _mention(b, invoice, account),
        b.credited(account, "underpaid", allocations=[(invoice, paid)]),
    )


@case(RULE + ": overpaid, the rest stays on the balance", weight=6)
def overpaid(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    paid = invoice.amount + b.rng.choice((100, 5_000, invoice.amount))
    b.pay(
        b.own_payer(client),
        paid,
        _mention(b, invoice, account),
        b.credited(account, "overpaid", allocations=[(invoice, invoice.amount)]),
    )


@case(RULE + ": the outstanding is what earlier payments have left", days=3, weight=4)
def paid_in_two_parts(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account, b.amount() + 10_000)
    first = invoice.amount // 3
    rest = invoice.amount - first
    over = b.rng.choice((0, 0, 2_500))
    b.pay(
        b.own_payer(client),
        first,
        _mention(b, invoice, account),
        b.credited(account, "underpaid", allocations=[(invoice, first)]),
    )
    flags = ("overpaid",) if over else ()
    b.pay(
        b.own_payer(client),
        rest + over,
        _mention(b, invoice, account),
        b.credited(account, *flags, allocations=[(invoice, rest)]),
        day=b.later(2),
    )


@case(RULE + ": already paid, by the books", weight=3)
def already_paid(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account, status=InvoiceStatus.PAID)
    b.pay(
        b.own_payer(client), invoice.amount, _mention(b, invoice, account), b.credited(account, "invoice_already_paid")
    )


@case(RULE + ": already paid, by an earlier payment", days=3, weight=3)
def paid_twice(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    b.pay(
        b.own_payer(client),
        invoice.amount,
        _mention(b, invoice, account),
        b.credited(account, allocations=[(invoice, invoice.amount)]),
    )
    b.pay(
        b.own_payer(client),
        invoice.amount,
        _mention(b, invoice, account),
        b.credited(account, "invoice_already_paid"),
        day=b.later(2),
    )


@case(RULE + ": a paid one beside an open one; the amount is compared with the open one")
def paid_and_open_together(b: Bench) -> None:
    client, account = _holder(b)
    paid, due = b.invoice(account, status=InvoiceStatus.PAID), b.invoice(account)
    purpose = b.talk.compose(b.talk.invoices([paid.number, due.number]))
    b.pay(
        b.own_payer(client),
        due.amount,
        purpose,
        b.credited(account, "invoice_already_paid", allocations=[(due, due.amount)]),
    )


@case(RULE + ": cancelled", weight=3)
def cancelled(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account, status=InvoiceStatus.CANCELLED)
    b.pay(b.own_payer(client), invoice.amount, _mention(b, invoice, account), b.credited(account, "invoice_not_open"))


@case(RULE + ": expired the day before", weight=3)
def expired(b: Bench) -> None:
    client, account = _holder(b)
    invoice = _expired(b, account)
    b.pay(b.own_payer(client), invoice.amount, _mention(b, invoice, account), b.credited(account, "invoice_not_open"))


def _expired(b: Bench, account: Account) -> Invoice:
    last = b.day - timedelta(days=b.rng.choice((1, 1, 8)))
    return b.invoice(account, issued_on=last - timedelta(days=20), expires_on=last)


@case(RULE + ": on its last day an invoice is open still")
def expires_today(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account, issued_on=b.day - timedelta(days=10), expires_on=b.day)
    b.pay(
        b.own_payer(client),
        invoice.amount,
        _mention(b, invoice, account),
        b.credited(account, allocations=[(invoice, invoice.amount)]),
    )


@case("Which invoices: not an own payer, nothing left to allocate → held", countries=BEYOND_UZ, weight=2)
def third_party_pays_a_paid_invoice(b: Bench) -> None:
    _third_party_pays_nothing_due(b, "invoice_already_paid")


@case("Which invoices: not an own payer, nothing left to allocate → held", countries=BEYOND_UZ, weight=2)
def third_party_pays_a_cancelled_invoice(b: Bench) -> None:
    _third_party_pays_nothing_due(b, "invoice_not_open")


@case("Which invoices: not an own payer, nothing left to allocate → held", countries=BEYOND_UZ, weight=1)
def third_party_pays_an_expired_invoice(b: Bench) -> None:
    _third_party_pays_nothing_due(b, "invoice_not_open", dated=True)


def _third_party_pays_nothing_due(b: Bench, reason: str, *, dated: bool = False) -> None:
    """The wording is complete, so that nothing but the invoice stands in the way."""
    client, account = _holder(b)
    status = InvoiceStatus.PAID if reason == "invoice_already_paid" else InvoiceStatus.CANCELLED
    invoice = _expired(b, account) if dated else b.invoice(account, status=status)
    _, payer = b.stranger(b.business(), client)
    purpose = b.talk.compose(
        b.talk.on_account(client.name, account.number), b.talk.invoice(invoice.number), opening=False, extras=False
    )
    b.pay(payer, invoice.amount, purpose, b.held(account, reason, "third_party_payer", relation="third_party"))
