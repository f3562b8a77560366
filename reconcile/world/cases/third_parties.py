"""A company or sole proprietor pays for somebody else: the purpose must name the holder and the holder's account."""

from __future__ import annotations

from reconcile.books import Account, HolderType
from reconcile.world.bench import Bench, Client
from reconcile.world.cases.registry import BEYOND_UZ, WITH_IDS, case
from reconcile.world.names import Company, words_of

RULE = "May it be credited: third party, legal entity or sole proprietor"
THIRD = "third_party_payer"
INCOMPLETE = "third_party_purpose_incomplete"


def _holder(b: Bench) -> tuple[Client, Account]:
    client = b.client(b.holder_kind())
    return client, b.account(client)


@case(RULE + ": the provider's wording", countries=BEYOND_UZ, weight=12)
def third_party_complete(b: Bench) -> None:
    client, account = _holder(b)
    _, payer = b.stranger(b.business(), client)
    purpose = b.talk.compose(b.talk.on_account(client.name, account.number), opening=False, extras=b.rng.random() < 0.3)
    b.pay(payer, b.amount(), purpose, b.credited(account, THIRD, relation="third_party"))


@case(RULE + ": invoice, holder's name and account", countries=BEYOND_UZ, weight=6)
def third_party_complete_with_invoice(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    _, payer = b.stranger(b.business(), client)
    purpose = b.talk.compose(
        b.talk.invoice(invoice.number), b.talk.on_account(client.name, account.number), extras=False
    )
    label = b.credited(account, THIRD, relation="third_party", allocations=[(invoice, invoice.amount)])
    b.pay(payer, invoice.amount, purpose, label)


@case(RULE + ": a person's account, paid for by a company", countries=BEYOND_UZ, weight=4)
def third_party_for_a_person(b: Bench) -> None:
    client = b.client(HolderType.INDIVIDUAL)
    account = b.account(client)
    _, payer = b.stranger(HolderType.LEGAL_ENTITY, client)
    purpose = b.talk.compose(b.talk.on_account(client.name, account.number), opening=False, extras=False)
    b.pay(payer, b.amount(), purpose, b.credited(account, THIRD, relation="third_party"))


@case(
    "May it be credited: holder an individual, any third party, also a person",
    countries=BEYOND_UZ,
    families=WITH_IDS,
    weight=3,
)
def person_pays_for_a_person(b: Bench) -> None:
    client = b.client(HolderType.INDIVIDUAL)
    account = b.account(client)
    _, payer = b.stranger(HolderType.INDIVIDUAL, client)
    purpose = b.talk.compose(b.talk.on_account(client.name, account.number), opening=False, extras=False)
    b.pay(payer, b.amount(), purpose, b.credited(account, THIRD, relation="third_party"))


@case("May it be credited: holder an individual, incomplete purpose", countries=BEYOND_UZ, families=WITH_IDS)
def person_pays_for_a_person_incomplete(b: Bench) -> None:
    client = b.client(HolderType.INDIVIDUAL)
    account = b.account(client)
    _, payer = b.stranger(HolderType.INDIVIDUAL, client)
    b.pay(
        payer,
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.held(account, INCOMPLETE, THIRD, relation="third_party"),
    )


@case(RULE + ": an invoice alone names nobody", countries=BEYOND_UZ, weight=5)
def third_party_names_nobody(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    _, payer = b.stranger(b.business(), client)
    b.pay(
        payer,
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.held(account, INCOMPLETE, THIRD, relation="third_party"),
    )


@case(RULE + ": the name without the account number", countries=BEYOND_UZ, weight=3)
def third_party_names_no_account(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    _, payer = b.stranger(b.business(), client)
    purpose = b.talk.compose(b.talk.invoice(invoice.number), b.talk.beneficiary(client.name), extras=False)
    b.pay(payer, invoice.amount, purpose, b.held(account, INCOMPLETE, THIRD, relation="third_party"))


@case(RULE + ": the account number without the name", countries=BEYOND_UZ, weight=3)
def third_party_names_account_only(b: Bench) -> None:
    client, account = _holder(b)
    _, payer = b.stranger(b.business(), client)
    b.pay(
        payer,
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.held(account, INCOMPLETE, THIRD, relation="third_party"),
    )


@case("The purpose names the holder: a different name holds, on the number's account", countries=BEYOND_UZ, weight=3)
def third_party_names_another(b: Bench) -> None:
    client, account = _holder(b)
    _, payer = b.stranger(b.business(), client)
    other = b.name(HolderType.LEGAL_ENTITY, words_of(client.name))
    purpose = b.talk.compose(b.talk.on_account(other, account.number), opening=False, extras=False)
    b.pay(payer, b.amount(), purpose, b.held(account, INCOMPLETE, THIRD, relation="third_party"))


@case("The purpose names the holder: another holder's name is a different name", countries=BEYOND_UZ)
def third_party_names_another_holder(b: Bench) -> None:
    client, account = _holder(b)
    other = b.client(HolderType.LEGAL_ENTITY, name=b.name(HolderType.LEGAL_ENTITY, words_of(client.name)))
    b.account(other)
    _, payer = b.stranger(b.business(), client)
    purpose = b.talk.compose(b.talk.on_account(other.name, account.number), opening=False, extras=False)
    b.pay(payer, b.amount(), purpose, b.held(account, INCOMPLETE, THIRD, relation="third_party"))


@case(
    "Words: own payer; another company that shares a word of the name", countries=BEYOND_UZ, families=WITH_IDS, weight=3
)
def namesake_by_one_word(b: Bench) -> None:
    client = b.client(HolderType.LEGAL_ENTITY)
    account = b.account(client)
    invoice = b.invoice(account)
    assert isinstance(client.name, Company)
    stranger, _ = b.stranger(HolderType.LEGAL_ENTITY, client)
    assert isinstance(stranger, Company)
    kin = Company(b.country, f"{client.name.core.split()[0]} {stranger.core.split()[-1]}", stranger.forms)
    b.pay(
        b.party(kin, b.tax_id(kin)),
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.held(account, INCOMPLETE, THIRD, relation="third_party"),
    )


@case("Words: an id inside the purpose never identifies the payer", countries=BEYOND_UZ, families=WITH_IDS)
def holders_id_in_a_strangers_purpose(b: Bench) -> None:
    client = b.client(HolderType.LEGAL_ENTITY)
    account = b.account(client)
    invoice = b.invoice(account)
    _, payer = b.stranger(b.business(), client)
    word = {"KZ": "БИН", "KE": "PIN"}[b.country]
    purpose = b.talk.compose(b.talk.invoice(invoice.number), f"{word} {client.holder.tax_ids[0]}", extras=False)
    b.pay(payer, invoice.amount, purpose, b.held(account, INCOMPLETE, THIRD, relation="third_party"))


@case("Which account, 1: a bare number corroborated by the exact amount", countries=BEYOND_UZ, weight=3)
def bare_invoice_exact_amount(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    _, payer = b.stranger(b.business(), client)
    b.pay(
        payer,
        invoice.amount,
        b.talk.compose(b.talk.bare(invoice.number), extras=False),
        b.held(account, INCOMPLETE, THIRD, relation="third_party"),
    )


@case("May it be credited: UZ, a third party is not documented", countries=("UZ",), weight=8)
def third_party_in_uzbekistan(b: Bench) -> None:
    client, account = _holder(b)
    invoice = b.invoice(account)
    _, payer = b.stranger(b.rng.choice((b.business(), HolderType.INDIVIDUAL)), client)
    core = b.rng.choice(
        (
            (b.talk.invoice(invoice.number),),
            (b.talk.invoice(invoice.number), b.talk.account(account.number)),
            (b.talk.invoice(invoice.number), b.talk.on_account(client.name, account.number)),
        )
    )
    b.pay(
        payer,
        invoice.amount,
        b.talk.compose(*core, extras=False),
        b.held(account, "third_party_not_documented", THIRD, relation="third_party"),
    )
