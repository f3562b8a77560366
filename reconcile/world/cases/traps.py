"""Numbers that are on the books and yet mean something else where they stand."""

from __future__ import annotations

from datetime import timedelta

from reconcile.world import identifiers
from reconcile.world.bench import Bench
from reconcile.world.cases.registry import WITH_IDS, case

RULE = "Words: a number that another word names is no reference, even where it equals one"


def _strange_account(b: Bench, number: str = "") -> str:
    """The number of another customer's account."""
    return b.account(b.client(b.holder_kind()), number=number).number


@case(RULE + ": a contract, beside a marked invoice", weight=4)
def contract_equals_an_account(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    purpose = b.talk.compose(b.talk.invoice(invoice.number), b.talk.contract(_strange_account(b)), extras=False)
    b.pay(b.own_payer(client), invoice.amount, purpose, b.credited(account, allocations=[(invoice, invoice.amount)]))


@case(RULE + ": a contract, and nothing else", families=WITH_IDS, weight=3)
def only_a_contract_that_equals_an_account(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    purpose = b.talk.compose(b.talk.contract(_strange_account(b)), extras=False)
    label = b.credited(account, "matched_by_payer", allocations=[(invoice, invoice.amount)])
    b.pay(b.own_payer(client), invoice.amount, purpose, label)


@case(RULE + ": another paper's number, from a stranger", weight=3)
def document_equals_an_account(b: Bench) -> None:
    client = b.client(b.holder_kind())
    _, payer = b.stranger(b.business(), client)
    templates = {
        "KE": ("LPO {x}", "order no {x}", "cheque no {x}", "delivery note {x}"),
        "KZ": ("по акту № {x}", "накладная № {x}", "по заказу № {x}", "акт {x}"),
        "UZ": ("dalolatnoma № {x}", "акт № {x}", "по заявке № {x}", "накладная № {x}"),
    }[b.country]
    text = b.talk.fill(b.rng.choice(templates), x=_strange_account(b))
    b.pay(payer, b.amount(), f"{b.talk.plain()}, {text}", b.unmatched("no_reference"))


@case(RULE + ": a date", weight=2)
def date_equals_an_invoice(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    past = b.day - timedelta(days=b.rng.randint(1, 30))
    number = f"{past:%d%m%Y}"
    if b.numbers.reserve(number):
        b.invoice(b.account(b.client(b.holder_kind())), number=number)
    word = {"KE": "dated", "KZ": "от", "UZ": "от"}[b.country]
    purpose = b.talk.compose(b.talk.invoice(invoice.number), f"{word} {past:%d.%m.%Y}", extras=False)
    b.pay(b.own_payer(client), invoice.amount, purpose, b.credited(account, allocations=[(invoice, invoice.amount)]))


@case(RULE + ": a tax id", weight=2)
def tax_id_equals_an_account(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    number = identifiers.uz_stir(b.rng) if b.country == "UZ" else identifiers.kz_bin(b.rng)
    if b.country == "KE":
        number = identifiers.ke_pin(b.rng)
    _strange_account(b, number)
    word = {"KE": "KRA PIN", "KZ": "БИН", "UZ": "ИНН"}[b.country]
    purpose = b.talk.compose(b.talk.invoice(invoice.number), f"{word} {number}", extras=False)
    b.pay(b.own_payer(client), invoice.amount, purpose, b.credited(account, allocations=[(invoice, invoice.amount)]))


@case(RULE + ": a phone", weight=2)
def phone_equals_an_account(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    phone = identifiers.msisdn(b.rng, b.country)
    _strange_account(b, phone)
    word = {"KE": "tel", "KZ": "тел.", "UZ": "tel."}[b.country]
    purpose = b.talk.compose(b.talk.invoice(invoice.number), f"{word} {b.rng.choice(('+', ''))}{phone}", extras=False)
    b.pay(b.own_payer(client), invoice.amount, purpose, b.credited(account, allocations=[(invoice, invoice.amount)]))


@case("Words: a part of a longer run of digits is no reference", weight=3)
def account_inside_a_longer_number(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    longer = f"{b.rng.randint(100, 999)}{_strange_account(b)}{b.rng.randint(10, 99)}"
    other = b.talk.fill({"KE": "cheque no {x}", "KZ": "п/п № {x}", "UZ": "п/п № {x}"}[b.country], x=longer)
    purpose = b.talk.compose(b.talk.invoice(invoice.number), other, extras=False)
    b.pay(b.own_payer(client), invoice.amount, purpose, b.credited(account, allocations=[(invoice, invoice.amount)]))


@case("Words: digits of a bank account are no reference", weight=2)
def digits_of_a_bank_account(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    bank = identifiers.bank_account(b.rng, b.country)
    word = {"KE": "from bank account", "KZ": "ИИК", "UZ": "р/с"}[b.country]
    purpose = b.talk.compose(b.talk.invoice(invoice.number), f"{word} {bank}", extras=False)
    b.pay(b.own_payer(client), invoice.amount, purpose, b.credited(account, allocations=[(invoice, invoice.amount)]))


@case("Which account, 1: bare references never overrule marked ones", weight=3)
def strange_bare_number_beside_a_marked_one(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client)
    invoice = b.invoice(account)
    stray = f"{_strange_account(b)} {b.talk.whole(b.talk.language.service)}"
    purpose = b.talk.compose(stray, b.talk.account(account.number), extras=False)
    label = b.credited(account, allocations=[(invoice, invoice.amount)])
    b.pay(b.own_payer(client), invoice.amount, purpose, label)
