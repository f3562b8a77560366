"""What the bank does: reversals, batches, the cut-over, money out."""

from __future__ import annotations

from reconcile.books import HolderType
from reconcile.statement import CreditDebit, Detail, Party
from reconcile.world.bench import Bench
from reconcile.world.cases.registry import CAMT, case
from reconcile.world.model import Expected


@case("Never twice: a reversal is no payment, its original is returned", families=CAMT, days=4, weight=3)
def reversed_credit(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    label = b.label("returned", unchecked=("reason", "account", "flags", "relation", "allocations"))
    entry = b.pay(b.own_payer(client), invoice.amount, b.talk.compose(b.talk.invoice(invoice.number)), label)
    link = b.rng.choice(("", entry.bank_reference))
    b.book(entry.details, (), day=b.later(3), credit_debit=CreditDebit.DEBIT, reversal=True, reverses=link)


@case("Never twice: a reversal releases the allocations of its original", families=CAMT, days=5)
def paid_again_after_a_reversal(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    returned = b.label("returned", unchecked=("reason", "account", "flags", "relation", "allocations"))
    entry = b.pay(b.own_payer(client), invoice.amount, b.talk.compose(b.talk.invoice(invoice.number)), returned)
    b.book(entry.details, (), day=b.later(2), credit_debit=CreditDebit.DEBIT, reversal=True)
    purpose = b.talk.compose(b.talk.account(account.number), extras=False)
    b.pay(b.own_payer(client), invoice.amount - 100, purpose, b.credited(account), day=b.later(4))


@case("Never twice: a reversal whose original is not certain stands in outgoing suspense", families=CAMT, weight=1)
def reversal_of_nothing(b: Bench) -> None:
    _, payer = b.stranger(HolderType.LEGAL_ENTITY, b.client(HolderType.LEGAL_ENTITY))
    detail = Detail(b.amount(), payer, purpose=b.talk.plain())
    b.book((detail,), (), credit_debit=CreditDebit.DEBIT, reversal=True, alert="reversal_unmatched")


@case("Observed, booked, paid: each detail of a batch is a payment", families=CAMT, weight=3)
def batch(b: Bench) -> None:
    details, labels = zip(*(_one_of_a_batch(b) for _ in range(b.rng.choice((2, 3, 5)))), strict=True)
    b.book(details, labels)


def _one_of_a_batch(b: Bench) -> tuple[Detail, Expected]:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    purpose = b.as_printed(b.talk.compose(b.talk.invoice(invoice.number)))
    return Detail(invoice.amount, b.own_payer(client), purpose=purpose), b.credited(
        account, allocations=[(invoice, invoice.amount)]
    )


@case("Cut-over: entries before books_from are stored and never decided", own_codes=("UZ-CAMT",), weight=1)
def before_the_cut_over(b: Bench) -> None:
    client = b.client()
    account = b.account(client)
    invoice = b.invoice(account, issued_on=b.day)
    b.pay(b.own_payer(client), invoice.amount, b.talk.compose(b.talk.invoice(invoice.number)), b.label(None))


@case("Money in, money out: an outgoing entry is no payment", weight=8)
def outgoing(b: Bench) -> None:
    payee = Party() if b.rng.random() < 0.3 else b.party(b.name(b.business()))
    detail = Detail(b.amount() // 10 + 100, payee, purpose=b.as_printed(b.talk.whole(b.talk.language.outgoing)))
    b.book((detail,), (), credit_debit=CreditDebit.DEBIT)
