"""Who pays: unknown, of unknown kind, an intermediary, somebody with an ultimate debtor behind him."""

from __future__ import annotations

from reconcile.books import Account, HolderType
from reconcile.statement import NOBODY
from reconcile.world import identifiers
from reconcile.world.bench import Bench, Client
from reconcile.world.cases.registry import BEYOND_UZ, CAMT, WITH_IDS, WITH_ULTIMATE, case
from reconcile.world.names import words_of

THIRD = "third_party_payer"
INCOMPLETE = "third_party_purpose_incomplete"
BANKS = {
    "KZ": ("АО «Шаңырақ Банк»", "АО «Ертіс Банк»"),
    "UZ": ("ATB «Zarafshon Bank»", "АКБ «Лола Банк»"),
    "KE": ("Twiga Commercial Bank Ltd", "Mawingu Bank PLC"),
}


def _holder(b: Bench, kind: HolderType | None = None) -> tuple[Client, Account]:
    client = b.client(kind or b.holder_kind())
    return client, b.account(client)


@case("May it be credited: unknown payer", weight=6)
def payer_unknown(b: Bench) -> None:
    _, account = _holder(b)
    invoice = b.invoice(account, number=b.numbers.invoice())
    paid = b.rng.choice((invoice.amount, invoice.amount // 2))
    flags = () if paid == invoice.amount else ("underpaid",)
    b.pay(
        b.nobody(),
        paid,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.held(account, "payer_unknown", *flags, relation="unknown"),
    )


@case("May it be credited: unknown payer, only the account's number", weight=3)
def payer_unknown_account_only(b: Bench) -> None:
    _, account = _holder(b)
    b.pay(
        b.nobody(),
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.held(account, "payer_unknown", relation="unknown"),
    )


@case(
    "May it be credited: unknown payer, marked invoice, its exact outstanding, the account's number beside it",
    countries=BEYOND_UZ,
    weight=5,
)
def payer_unknown_exact(b: Bench) -> None:
    _, account = _holder(b)
    invoice = b.invoice(account)
    purpose = b.talk.compose(
        b.talk.invoice(invoice.number), b.talk.account(account.number), extras=b.rng.random() < 0.4
    )
    b.pay(
        b.nobody(),
        invoice.amount,
        purpose,
        b.credited(account, relation="unknown", allocations=[(invoice, invoice.amount)]),
    )


@case("May it be credited: unknown payer, the account's number beside it, another amount", countries=BEYOND_UZ)
def payer_unknown_not_exact(b: Bench) -> None:
    _, account = _holder(b)
    invoice = b.invoice(account)
    purpose = b.talk.compose(b.talk.invoice(invoice.number), b.talk.account(account.number), extras=False)
    b.pay(b.nobody(), invoice.amount + 100, purpose, b.held(account, "payer_unknown", "overpaid", relation="unknown"))


@case("May it be credited: unknown payer in Uzbekistan, however exact", countries=("UZ",))
def payer_unknown_exact_in_uzbekistan(b: Bench) -> None:
    _, account = _holder(b)
    invoice = b.invoice(account)
    purpose = b.talk.compose(b.talk.invoice(invoice.number), b.talk.account(account.number), extras=False)
    b.pay(b.nobody(), invoice.amount, purpose, b.held(account, "payer_unknown", relation="unknown"))


@case("Words: own payer; a name that several bear proves nothing", countries=BEYOND_UZ)
def name_that_two_bear(b: Bench) -> None:
    kind = HolderType.LEGAL_ENTITY
    client, account = _holder(b, kind)
    b.account(b.client(kind, name=client.name))
    payer = b.party(client.name)
    b.pay(
        payer,
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.held(account, "payer_unknown", relation="unknown"),
    )


@case("May it be credited: the kind of payer cannot be told", countries=BEYOND_UZ, weight=4)
def payer_type_unknown(b: Bench) -> None:
    client, account = _holder(b, b.business())
    invoice = b.invoice(account)
    if b.country == "KZ":
        company = b.names.company(b.country, words_of(client.name))
        payer = b.party(company, text=company.core)
    else:
        payer = b.party(b.names.person(b.country, words_of(client.name)))
    b.pay(
        payer,
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.held(account, "payer_type_unknown", THIRD, relation="third_party"),
    )


@case("Words: own payer by an imported bank account, with no tax id on the books", families=WITH_IDS, weight=3)
def own_by_bank_account(b: Bench) -> None:
    client = b.client(b.holder_kind(), with_id=False)
    account = b.account(client)
    invoice = b.invoice(account)
    payer = b.own_payer(client)
    b.pay(
        payer,
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.credited(account, allocations=[(invoice, invoice.amount)]),
    )


@case("Words: own payer by the same name in another form, order or script", families=("1c", "camt", "ofx"), weight=4)
def own_by_name(b: Bench) -> None:
    client = b.client(b.holder_kind(), with_id=False, with_bank=False)
    account = b.account(client)
    b.pay(b.party(client.name), b.amount(), b.talk.compose(b.talk.account(account.number)), b.credited(account))


@case(
    "Never twice: an entry with one customer's phone and receipt is a payment", countries=("KE",), currencies=("KES",)
)
def bank_owned_paybill(b: Bench) -> None:
    client = b.client(HolderType.INDIVIDUAL, with_id=False, with_bank=False)
    account = b.account(client)
    phone = identifiers.msisdn(b.rng, "KE")
    receipt = identifiers.mpesa_receipt(b.rng, b.day.month, b.day.day)
    style = b.rng.choice(
        ("MPESA PAYBILL 222111 - {p} - {r} ACC {a}", "MPESA-{p}-{r} a/c {a}", "MPESA {r} {p} ACCOUNT NO {a}")
    )
    b.pay(b.party(client.name), b.amount(), style.format(p=phone, r=receipt, a=account.number), b.credited(account))


@case("May it be credited: a cash deposit names its bearer only in the text", countries=("KE",), currencies=("KES",))
def cash_deposit(b: Bench) -> None:
    _, account = _holder(b)
    bearer, document = b.names.person("KE"), b.rng.randint(20_000_000, 39_999_999)
    purpose = f"CASH DEP BY {bearer.full.upper()} ID {document} FOR ACC {account.number}"
    b.pay(NOBODY, b.amount(), purpose, b.held(account, "payer_unknown", relation="unknown"))


@case("Words: the payer where the debtor is only an intermediary", families=WITH_ULTIMATE, weight=3)
def intermediary_bank_for_the_holder(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    bank = b.institution(b.rng.choice(BANKS[b.country]))
    b.pay(
        bank,
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.credited(account, allocations=[(invoice, invoice.amount)]),
        ultimate=b.own_payer(client),
    )


@case("Words: a debtor without id and account beside an ultimate debtor that has them", families=WITH_ULTIMATE)
def nameless_switch_for_the_holder(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    switch = b.institution(b.rng.choice(("PAYMENT HUB", "CLEARING", "TRANSIT")), with_id=False)
    b.pay(
        switch,
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.credited(account, allocations=[(invoice, invoice.amount)]),
        ultimate=b.own_payer(client),
    )


@case("Words: an intermediary for a third party", families=WITH_ULTIMATE, countries=BEYOND_UZ)
def intermediary_bank_for_a_stranger(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    _, stranger = b.stranger(b.business(), client)
    bank = b.institution(b.rng.choice(BANKS[b.country]))
    b.pay(
        bank,
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.held(account, INCOMPLETE, THIRD, relation="third_party"),
        ultimate=stranger,
    )


@case(
    "Words: an ultimate debtor who is the holder counts as the purpose naming the holder",
    families=WITH_ULTIMATE,
    countries=BEYOND_UZ,
    weight=3,
)
def ultimate_debtor_names_the_holder(b: Bench) -> None:
    client, account = _holder(b)
    _, payer = b.stranger(HolderType.LEGAL_ENTITY, client)
    b.pay(
        payer,
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.credited(account, THIRD, relation="third_party"),
        ultimate=b.own_payer(client),
    )


@case(
    "Words: … and no more: without the account's number the purpose is incomplete",
    families=WITH_ULTIMATE,
    countries=BEYOND_UZ,
)
def ultimate_debtor_without_account(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    _, payer = b.stranger(HolderType.LEGAL_ENTITY, client)
    b.pay(
        payer,
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.held(account, INCOMPLETE, THIRD, relation="third_party"),
        ultimate=b.own_payer(client),
    )


@case("Words: … and no more: in Uzbekistan it documents nothing", families=CAMT, countries=("UZ",))
def ultimate_debtor_in_uzbekistan(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    _, payer = b.stranger(HolderType.LEGAL_ENTITY, client)
    b.pay(
        payer,
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number), b.talk.account(account.number), extras=False),
        b.held(account, "third_party_not_documented", THIRD, relation="third_party"),
        ultimate=b.own_payer(client),
    )


@case("Words: who pays decides about powers of attorney", families=WITH_ULTIMATE, countries=BEYOND_UZ)
def person_with_the_holder_as_ultimate_debtor(b: Bench) -> None:
    client, account = _holder(b, HolderType.LEGAL_ENTITY)
    _, payer = b.stranger(HolderType.INDIVIDUAL, client)
    b.pay(
        payer,
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.held(account, "power_of_attorney_missing", THIRD, relation="third_party"),
        ultimate=b.own_payer(client),
    )


@case("Holders have several ids: STIR and PINFL of one sole proprietor", countries=("UZ",), families=WITH_IDS)
def second_tax_id(b: Bench) -> None:
    client = b.client(HolderType.SOLE_PROPRIETOR)
    while len(client.holder.tax_ids) < 2:
        client = b.client(HolderType.SOLE_PROPRIETOR)
    account = b.account(client)
    invoice = b.invoice(account)
    payer = b.party(client.name, client.holder.tax_ids[1])
    b.pay(
        payer,
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.credited(account, allocations=[(invoice, invoice.amount)]),
    )
