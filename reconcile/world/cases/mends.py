"""What is mended without a person: one-edit typos, and payers known without any number."""

from __future__ import annotations

from datetime import timedelta

from reconcile.books import Account, Invoice, InvoiceStatus
from reconcile.world.bench import Bench, Client
from reconcile.world.cases.registry import WITH_IDS, case
from reconcile.world.numbers import typo

TYPO = "Which account, 3"
PAYER = "Which account, 4"


def free_typo(b: Bench, number: str) -> str:
    """The number with one slip of the hand, leading to nothing on the books."""
    while True:
        changed = typo(b.rng, number)
        if b.numbers.reserve(changed):
            return changed


def _holder(b: Bench) -> tuple[Client, Account]:
    client = b.client(b.holder_kind())
    return client, b.account(client)


@case(TYPO, weight=8)
def typo_of_invoice(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account, number=b.rng.choice((b.numbers.short_invoice(), b.numbers.invoice())))
    if b.rng.random() < 0.5:
        b.invoice(account, invoice.amount + 700)
    purpose = b.talk.compose(b.talk.invoice(free_typo(b, invoice.number)))
    label = b.credited(account, "reference_corrected", allocations=[(invoice, invoice.amount)])
    b.pay(b.own_payer(client), invoice.amount, purpose, label)


@case(TYPO + ": no amount is asked of an account number", weight=4)
def typo_of_account(b: Bench) -> None:
    client, account = _holder(b)
    purpose = b.talk.compose(b.talk.account(free_typo(b, account.number)))
    b.pay(b.own_payer(client), b.amount(), purpose, b.credited(account, "reference_corrected"))


@case(TYPO + ": the amount must be the outstanding")
def typo_wrong_amount(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account, number=b.numbers.short_invoice())
    purpose = b.talk.compose(b.talk.invoice(free_typo(b, invoice.number)))
    b.pay(b.own_payer(client), invoice.amount + 1_000, purpose, b.unmatched("unknown_reference"))


@case(TYPO + ": exactly one within one edit")
def typo_of_two(b: Bench) -> None:
    client, account = _holder(b)
    typed, twins = _between_twins(b)
    first = b.invoice(account, number=twins[0])
    b.invoice(account, first.amount, number=twins[1])
    b.pay(b.own_payer(client), first.amount, b.talk.compose(b.talk.invoice(typed)), b.unmatched("unknown_reference"))


def _between_twins(b: Bench) -> tuple[str, tuple[str, str]]:
    """A number on nobody's books and two numbers within one edit of it."""
    while True:
        base = str(b.rng.randint(200_000, 899_999))
        last = int(base[-1])
        twins = (f"{base[:-1]}{(last + 1) % 10}", f"{base[:-1]}{(last + 2) % 10}")
        if all(b.numbers.is_free(number) for number in (base, *twins)):
            for number in (base, *twins):
                b.numbers.reserve(number)
            return base, twins


@case(TYPO + ": a third party's typo is nobody's")
def typo_by_third_party(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account, number=b.numbers.short_invoice())
    _, payer = b.stranger(b.business(), client)
    purpose = b.talk.compose(b.talk.invoice(free_typo(b, invoice.number)))
    b.pay(payer, invoice.amount, purpose, b.unmatched("unknown_reference"))


@case(TYPO + ": two edits are no typo")
def two_slips(b: Bench) -> None:
    client, account = _holder(b)
    typed, number = _far_apart(b)
    invoice = b.invoice(account, number=number)
    b.pay(b.own_payer(client), invoice.amount, b.talk.compose(b.talk.invoice(typed)), b.unmatched("unknown_reference"))


def _far_apart(b: Bench) -> tuple[str, str]:
    while True:
        number = str(b.rng.randint(200_000, 899_999))
        typed = f"{(int(number[0]) + 3) % 7 + 1}{number[1:-1]}{(int(number[-1]) + 4) % 10}"
        if typed[0] != number[0] and b.numbers.is_free(number) and b.numbers.is_free(typed):
            b.numbers.reserve(number)
            b.numbers.reserve(typed)
            return typed, number


def _wordless(b: Bench) -> str:
    """A purpose without a number of ours; a contract may be named, which does not stand in the way."""
    if b.rng.random() < 0.4:
        return b.talk.compose(b.talk.contract(), extras=False)
    return b.talk.plain()


@case(PAYER + ": the outstanding of exactly one open invoice", weight=8, families=WITH_IDS)
def payer_and_one_invoice(b: Bench) -> None:
    client = b.client(b.holder_kind(), with_id=b.rng.random() < 0.8)
    account = b.account(client)
    invoice = b.invoice(account)
    if b.rng.random() < 0.5:
        b.invoice(account, invoice.amount * 2 + 300)
    label = b.credited(account, "matched_by_payer", allocations=[(invoice, invoice.amount)])
    b.pay(b.own_payer(client), invoice.amount, _wordless(b), label)


@case(PAYER + ": all open invoices together", weight=4, families=WITH_IDS)
def payer_and_all_invoices(b: Bench) -> None:
    client, account = _holder(b)
    invoices = [
        b.invoice(account, issued_on=b.day - timedelta(days=9 - index)) for index in range(b.rng.choice((2, 3)))
    ]
    label = b.credited(account, "matched_by_payer", allocations=[(invoice, invoice.amount) for invoice in invoices])
    b.pay(b.own_payer(client), sum(invoice.amount for invoice in invoices), _wordless(b), label)


@case(PAYER + ": only an open invoice counts", families=WITH_IDS)
def payer_and_a_cancelled_twin(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    _cancelled_like(b, account, invoice)
    label = b.credited(account, "matched_by_payer", allocations=[(invoice, invoice.amount)])
    b.pay(b.own_payer(client), invoice.amount, _wordless(b), label)


def _cancelled_like(b: Bench, account: Account, invoice: Invoice) -> None:
    b.invoice(account, invoice.amount, status=InvoiceStatus.CANCELLED)


@case(PAYER + ": two open invoices of that amount", families=WITH_IDS)
def payer_and_two_equal_invoices(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    b.invoice(account, invoice.amount)
    b.pay(b.own_payer(client), invoice.amount, _wordless(b), b.unmatched("no_reference"))


@case(PAYER + ": the holder of exactly one account in that currency", families=WITH_IDS)
def payer_with_two_accounts(b: Bench) -> None:
    client, account = _holder(b)
    b.account(client)
    invoice = b.invoice(account)
    b.pay(b.own_payer(client), invoice.amount, _wordless(b), b.unmatched("no_reference"))


@case(PAYER + ": the amount fits nothing", weight=3)
def payer_and_no_fitting_amount(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    b.pay(b.own_payer(client), invoice.amount + 12_300, _wordless(b), b.unmatched("no_reference"))


@case(PAYER + ": a name is neither tax id nor bank account", families=("ofx",))
def payer_known_by_name_only(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    b.pay(b.own_payer(client), invoice.amount, _wordless(b), b.unmatched("no_reference"))
