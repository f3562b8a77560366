"""No account: not a top-up, a lump sum, a number that nobody has, no number, or too many."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from reconcile.world.bench import Bench
from reconcile.world.cases.mends import free_typo
from reconcile.world.cases.registry import BEYOND_UZ, case
from reconcile.world.phrases import Language

RULE0 = "Which account, 0"
RULE2 = "Which account, 2"
RULE5 = "Which account, 5"
ACQUIRERS = {
    "KZ": ("АО «Шаңырақ Эквайринг»", "ТОО «Орион Процессинг»"),
    "UZ": ("«Lola Pay» MChJ", "ATB «Zarafshon Bank»"),
    "KE": ("SAFARICOM PLC", "Twiga Payments Ltd"),
}


def _not_a_topup(b: Bench, kind: int) -> None:
    """Whatever number the purpose carries: here one of an open invoice that the payer owes."""
    client = b.client(b.holder_kind())
    invoice = b.invoice(b.account(client))
    texts = b.talk.language.not_topups()[kind]
    text = b.talk.fill(b.rng.choice(texts), n=invoice.number)
    if b.rng.random() < 0.3:
        text += ", " + b.talk.invoice(invoice.number)
    b.pay(b.own_payer(client), invoice.amount, text, b.unmatched("not_a_topup"))


@case(RULE0 + ": a refund or return", weight=6)
def refund(b: Bench) -> None:
    _not_a_topup(b, 0)


@case(RULE0 + ": a loan or its return", weight=3)
def loan(b: Bench) -> None:
    _not_a_topup(b, 1)


@case(RULE0 + ": charter capital", weight=2)
def charter_capital(b: Bench) -> None:
    _not_a_topup(b, 4)


def _from_the_banks_side(b: Bench, texts: Language, kind: int, name: str) -> None:
    b.pay(
        b.institution(name, with_id=False),
        b.amount(),
        b.talk.whole(texts.not_topups()[kind]),
        b.unmatched("not_a_topup"),
    )


@case(RULE0 + ": deposit interest", weight=2)
def deposit_interest(b: Bench) -> None:
    _from_the_banks_side(b, b.talk.language, 2, b.own.bank_name)


@case(RULE0 + ": own funds moved between the provider's own accounts", weight=2)
def own_funds(b: Bench) -> None:
    _from_the_banks_side(b, b.talk.language, 3, b.own.legal_entity)


@case(RULE0 + ": a lump sum of a processing centre, an aggregator, a mobile operator", weight=6)
def lump_sum(b: Bench) -> None:
    if b.country != "KE" and b.talk.language.code == "en":
        b.talk = b.talk_in("ru")
    b.pay(
        b.institution(b.rng.choice(ACQUIRERS[b.country])),
        b.amount(),
        b.talk.whole(b.talk.language.lump),
        b.unmatched("settlement_unmatched"),
    )


@case(RULE5 + ": a marked number that is on nobody's books", weight=6)
def unknown_reference(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account, number=b.numbers.short_invoice())
    payer = b.own_payer(client) if b.rng.random() < 0.5 else b.stranger(b.business(), client)[1]
    typed = _far_from(b, invoice.number, account.number)
    core = b.talk.invoice(typed) if b.rng.random() < 0.7 else b.talk.account(typed)
    b.pay(payer, b.amount() + 1_234_500, b.talk.compose(core), b.unmatched("unknown_reference"))


def _far_from(b: Bench, *numbers: str) -> str:
    """A number on nobody's books with at least two digits that none of these has, so that it is no slip of the hand."""
    while True:
        typed = b.numbers.short_invoice()
        if all((Counter(typed) - Counter(number)).total() > 1 for number in numbers):
            return typed


@case("Only accounts opened by the booking date are on the books", countries=BEYOND_UZ)
def account_opened_later(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client, opened_on=b.day + timedelta(days=4))
    b.pay(
        b.own_payer(client),
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.unmatched("unknown_reference"),
    )


@case("Only invoices issued by the booking date are on the books; later ones are candidates", weight=2)
def invoice_issued_later(b: Bench) -> None:
    client = b.client(b.holder_kind())
    invoice = b.invoice(b.account(client), issued_on=b.day + timedelta(days=b.rng.choice((1, 5))))
    b.pay(
        b.own_payer(client),
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.unmatched("unknown_reference"),
    )


@case(RULE5 + ": nothing names an account", weight=8)
def no_reference(b: Bench) -> None:
    client = b.client(b.holder_kind())
    b.invoice(b.account(client))
    _, payer = b.stranger(b.business(), client)
    b.pay(payer, b.amount(), b.talk.plain(), b.unmatched("no_reference"))


@case(RULE5 + ": a contract is no reference", weight=3)
def only_a_contract(b: Bench) -> None:
    client = b.client(b.holder_kind())
    _, payer = b.stranger(b.business(), client)
    b.account(client)
    b.pay(payer, b.amount(), b.talk.compose(b.talk.contract(), extras=False), b.unmatched("no_reference"))


@case("Which account, 1: a bare number that nothing corroborates", weight=4)
def bare_uncorroborated(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    _, payer = b.stranger(b.business(), client)
    number = b.rng.choice((invoice.number, account.number))
    b.pay(
        payer,
        invoice.amount + 77_700,
        b.talk.compose(b.talk.bare(number), extras=False),
        b.unmatched("ambiguous_reference"),
    )


@case("Words: a range is no list", weight=3)
def range_of_invoices(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    first, last = _consecutive(b)
    total = sum(b.invoice(account, number=number).amount for number in (first, last))
    b.pay(
        b.own_payer(client),
        total,
        b.talk.compose(b.talk.span(first, last), extras=False),
        b.unmatched("ambiguous_reference"),
    )


@case("Words: a range that is itself a number on the books is that number", weight=2)
def range_that_is_a_number(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    first, last = _consecutive(b)
    invoice = b.invoice(account, number=f"{first}-{last}")
    label = b.credited(account, allocations=[(invoice, invoice.amount)])
    b.pay(b.own_payer(client), invoice.amount, b.talk.compose(b.talk.invoice(invoice.number)), label)


def _consecutive(b: Bench) -> tuple[str, str]:
    while True:
        start = b.rng.randint(3_000, 899_990)
        first, last = str(start), str(start + 2)
        if (
            len(first) == len(last)
            and b.numbers.is_free(first)
            and b.numbers.is_free(last)
            and b.numbers.is_free(first + last)
        ):
            for number in (first, last, first + last):
                b.numbers.reserve(number)
            return first, last


@case(RULE2 + ": an invoice of one, the account of another", weight=4)
def invoice_and_strange_account(b: Bench) -> None:
    client, other = b.client(b.holder_kind()), b.client(b.holder_kind())
    invoice, strange = b.invoice(b.account(client)), b.account(other)
    purpose = b.talk.compose(b.talk.invoice(invoice.number), b.talk.account(strange.number), extras=False)
    b.pay(b.own_payer(client), invoice.amount, purpose, b.unmatched("conflicting_references"))


@case(RULE2 + ": invoices of two holders", weight=3)
def invoices_of_two_holders(b: Bench) -> None:
    clients = [b.client(b.holder_kind()) for _ in range(2)]
    invoices = [b.invoice(b.account(client)) for client in clients]
    purpose = b.talk.compose(b.talk.invoices([invoice.number for invoice in invoices]))
    b.pay(b.own_payer(clients[0]), sum(i.amount for i in invoices), purpose, b.unmatched("conflicting_references"))


@case(RULE5 + ": a bare number that nobody has is no reference", weight=2)
def bare_and_unknown(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    stray = free_typo(b, b.invoice(account, number=b.numbers.short_invoice()).number)
    _, payer = b.stranger(b.business(), client)
    b.pay(payer, b.amount(), b.talk.compose(b.talk.fill("№ {n}", n=stray), extras=False), b.unmatched("no_reference"))
