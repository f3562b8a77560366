"""The same number in the shapes that hands and banks give it: padded, folded, glued, listed, spread over accounts."""

from __future__ import annotations

from reconcile.books import Account, Invoice
from reconcile.world import scripts
from reconcile.world.bench import Bench, Client
from reconcile.world.cases.registry import case

WORDS = "Words: numbers are compared whole"


def _one(b: Bench, number: str = "") -> tuple[Client, Account, Invoice]:
    client = b.anyone()
    account = b.account(client)
    return client, account, b.invoice(account, number=number)


def _paid_whole(b: Bench, client: Client, account: Account, invoice: Invoice, purpose: str) -> None:
    label = b.credited(account, allocations=[(invoice, invoice.amount)])
    b.pay(b.own_payer(client), invoice.amount, purpose, label)


@case(WORDS + "; leading zeros added", weight=4)
def zeros_added(b: Bench) -> None:
    client, account, invoice = _one(b, b.numbers.short_invoice())
    padded = invoice.number.zfill(len(invoice.number) + b.rng.randint(1, 4))
    _paid_whole(b, client, account, invoice, b.talk.compose(b.talk.invoice(padded)))


@case(WORDS + "; leading zeros left out", weight=4)
def zeros_dropped(b: Bench) -> None:
    client, account, invoice = _one(b, b.numbers.padded_invoice())
    _paid_whole(b, client, account, invoice, b.talk.compose(b.talk.invoice(invoice.number.lstrip("0"))))


@case(WORDS + "; a number that a fold or a space has split is one number", weight=5)
def folded_number(b: Bench) -> None:
    client, account, invoice = _one(b, b.numbers.short_invoice())
    place = b.rng.randint(1, len(invoice.number) - 1)
    fold = "\n" if b.format.fold else " "
    split = invoice.number[:place] + fold + invoice.number[place:]
    extras = not b.format.fold and b.rng.random() < 0.5
    _paid_whole(b, client, account, invoice, b.talk.compose(b.talk.invoice(split), extras=extras))


@case(WORDS + "; a marking word or number sign may be glued to it", weight=5)
def glued_number(b: Bench) -> None:
    client, account, invoice = _one(b, b.rng.choice((b.numbers.short_invoice(), b.numbers.invoice())))
    number, day = invoice.number, b.talk.date()
    russian = (
        f"ОПЛАТА ПО СЧЕТУ{number} ОТ {day}",
        f"Оплата по сч.№{number}от {day}",
        f"опл.счета{number},без ндс",
        f"согласно счету N{number} за услуги",
        f"ПО СЧ{number} ОТ {day}Г",
    )
    latin = (f"PAYMENT INV{number}", f"invoice no{number} {day}", f"inv#{number}/hosting", f"pymt invoice{number}")
    uzbek = (f"hisob-faktura№{number} {day}", f"invoys{number} uchun to'lov", f"00668~to'lov hisobi №{number}dan")
    text = b.rng.choice({"KE": latin, "UZ": russian + uzbek[:2], "KZ": russian}[b.country])
    _paid_whole(b, client, account, invoice, text)


@case(WORDS + "; a blank or separator inside the number of the books is nothing", weight=3)
def separators_differ(b: Bench) -> None:
    number = f"{b.rng.randint(1000001, 1999999)}-B{b.rng.randint(10, 99)}"
    while not b.numbers.reserve(number):
        number = f"{b.rng.randint(1000001, 1999999)}-B{b.rng.randint(10, 99)}"
    client, account, invoice = _one(b, number)
    typed = b.rng.choice(
        (
            number.lower(),
            number.replace("-", " - "),
            number.replace("-", "/"),
            number.replace("-", ""),
            number.replace("B", "В"),
            number.replace("-", " "),
        )
    )
    _paid_whole(b, client, account, invoice, b.talk.compose(b.talk.invoice(typed)))


@case(WORDS + "; the letter O in a digit position", weight=2)
def letter_for_zero(b: Bench) -> None:
    number = b.numbers.short_invoice()
    while "0" not in number[1:]:
        number = b.numbers.short_invoice()
    client, account, invoice = _one(b, number)
    place = invoice.number.index("0", 1)
    typed = invoice.number[:place] + b.rng.choice("OО") + invoice.number[place + 1 :]
    _paid_whole(b, client, account, invoice, b.talk.compose(b.talk.invoice(typed)))


@case(WORDS + "; look-alike letters in the words", weight=3, countries=("KZ", "UZ"))
def look_alikes_in_words(b: Bench) -> None:
    client, account, invoice = _one(b)
    text = b.talk.compose(b.talk.invoice(invoice.number))
    _paid_whole(b, client, account, invoice, scripts.twins(b.rng, text, 0.3))


@case("Words: one word marks every number of the list that it opens", weight=10)
def invoice_list(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    invoices = [b.invoice(account) for _ in range(b.rng.choice((2, 2, 3, 4)))]
    total = sum(invoice.amount for invoice in invoices)
    purpose = b.talk.compose(b.talk.invoices([invoice.number for invoice in invoices]))
    b.pay(b.own_payer(client), total, purpose, b.credited(account, allocations=[(i, i.amount) for i in invoices]))


@case("Which invoices: in the order mentioned, each up to its outstanding", weight=3)
def invoice_list_underpaid(b: Bench) -> None:
    client = b.anyone()
    account = b.account(client)
    first, second = b.invoice(account), b.invoice(account)
    part = second.amount // 3
    purpose = b.talk.compose(b.talk.invoices([first.number, second.number]))
    label = b.credited(account, "underpaid", allocations=[(first, first.amount), (second, part)])
    b.pay(b.own_payer(client), first.amount + part, purpose, label)


@case("Which account, 2: several accounts of one holder, the sum fits exactly", weight=6)
def several_accounts(b: Bench) -> None:
    client = b.client(b.holder_kind())
    accounts = [b.account(client) for _ in range(b.rng.choice((2, 2, 3)))]
    invoices = [b.invoice(account) for account in accounts]
    total = sum(invoice.amount for invoice in invoices)
    purpose = b.talk.compose(b.talk.invoices([invoice.number for invoice in invoices]))
    parts = [(invoice, invoice.amount) for invoice in invoices]
    splits = [(account, invoice.amount) for account, invoice in zip(accounts, invoices, strict=True)]
    b.pay(b.own_payer(client), total, purpose, b.credited(None, allocations=parts, splits=splits))


@case("Which account, 2: where one part is refused, the whole payment is held")
def several_accounts_one_closed(b: Bench) -> None:
    client = b.client(b.holder_kind())
    accounts = [b.account(client), b.account(client, open=False)]
    invoices = [b.invoice(account) for account in accounts]
    purpose = b.talk.compose(b.talk.invoices([invoice.number for invoice in invoices]))
    label = b.held(None, "account_not_open", relation="own", unchecked=("account", "splits"))
    b.pay(b.own_payer(client), sum(invoice.amount for invoice in invoices), purpose, label)


@case("Which account, 2: accounts of one holder whose sum does not fit")
def several_accounts_wrong_sum(b: Bench) -> None:
    client = b.client(b.holder_kind())
    invoices = [b.invoice(b.account(client)) for _ in range(2)]
    purpose = b.talk.compose(b.talk.invoices([invoice.number for invoice in invoices]))
    total = sum(invoice.amount for invoice in invoices) - 1_000
    b.pay(b.own_payer(client), total, purpose, b.unmatched("conflicting_references"))
