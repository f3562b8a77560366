"""References that agree, paid by the holder: the everyday cases."""

from __future__ import annotations

from reconcile.statement import StructuredReference
from reconcile.world.bench import Bench
from reconcile.world.cases.registry import CAMT, case

RULE = "Which account, 1"


@case(RULE, weight=150)
def marked_invoice(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    invoice = b.invoice(account)
    if b.rng.random() < 0.4:
        b.invoice(account)
    purpose = b.talk.compose(b.talk.invoice(invoice.number))
    b.pay(b.own_payer(client), invoice.amount, purpose, b.credited(account, allocations=[(invoice, invoice.amount)]))


@case(RULE + "; which invoices: none mentioned, none of that amount", weight=12)
def marked_account(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    amount = b.amount()
    if b.rng.random() < 0.3:
        b.invoice(account, amount + 100)
    b.pay(b.own_payer(client), amount, b.talk.compose(b.talk.account(account.number)), b.credited(account))


@case("Which invoices: exactly one open invoice of that very amount", weight=8)
def marked_account_with_its_invoice(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    invoice = b.invoice(account)
    b.invoice(account, invoice.amount + 5_000)
    label = b.credited(account, allocations=[(invoice, invoice.amount)])
    b.pay(b.own_payer(client), invoice.amount, b.talk.compose(b.talk.account(account.number)), label)


@case("Which invoices: two of that amount, so none is meant")
def marked_account_two_of_that_amount(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    invoice = b.invoice(account)
    b.invoice(account, invoice.amount)
    b.pay(b.own_payer(client), invoice.amount, b.talk.compose(b.talk.account(account.number)), b.credited(account))


@case(RULE, weight=12)
def invoice_and_account(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    invoice = b.invoice(account)
    parts = [b.talk.invoice(invoice.number), b.talk.account(account.number)]
    if b.rng.random() < 0.3:
        parts.reverse()
    b.pay(
        b.own_payer(client),
        invoice.amount,
        b.talk.compose(*parts),
        b.credited(account, allocations=[(invoice, invoice.amount)]),
    )


@case(RULE + ": a bare invoice number corroborated by the own payer", weight=8)
def bare_invoice_own_payer(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    invoice = b.invoice(account)
    paid = b.rng.choice((invoice.amount, invoice.amount, invoice.amount // 2))
    flags = () if paid == invoice.amount else ("underpaid",)
    purpose = b.talk.compose(b.talk.bare(invoice.number), extras=b.rng.random() < 0.5)
    b.pay(b.own_payer(client), paid, purpose, b.credited(account, *flags, allocations=[(invoice, paid)]))


@case(RULE + ": a bare account number needs an own payer", weight=5)
def bare_account_own_payer(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    purpose = b.rng.choice((account.number, b.talk.compose(b.talk.bare(account.number))))
    b.pay(b.own_payer(client), b.amount(), purpose, b.credited(account))


@case(RULE + ": a marked number that is not on the books changes nothing")
def marked_beside_an_unknown_one(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    invoice = b.invoice(account)
    purpose = b.talk.compose(b.talk.invoices([invoice.number, b.numbers.short_invoice()]))
    b.pay(b.own_payer(client), invoice.amount, purpose, b.credited(account, allocations=[(invoice, invoice.amount)]))


@case("Words: a structured field meant for one kind of number marks it", families=CAMT)
def structured_invoice(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    invoice = b.invoice(account)
    b.pay(
        b.own_payer(client),
        invoice.amount,
        b.talk.plain(),
        b.credited(account, allocations=[(invoice, invoice.amount)]),
        references=(StructuredReference("invoice", invoice.number),),
    )


@case("Words: an end-to-end id is a reference, and bare", families=CAMT)
def end_to_end_id_own_payer(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    invoice = b.invoice(account)
    b.pay(
        b.own_payer(client),
        invoice.amount,
        b.talk.plain(),
        b.credited(account, allocations=[(invoice, invoice.amount)]),
        references=(StructuredReference("end_to_end_id", invoice.number),),
    )
