"""Refused by country, currency or the account's own standing, before anybody asks who paid."""

from __future__ import annotations

from reconcile.books import HolderType
from reconcile.world.bench import Bench
from reconcile.world.cases.registry import BEYOND_UZ, case

RULE = "May it be credited"


@case(RULE + ": bank transfers are only for businesses in Uzbekistan", countries=("UZ",), weight=5)
def individual_in_uzbekistan(b: Bench) -> None:
    client = b.client(HolderType.INDIVIDUAL)
    account = b.account(client)
    invoice = b.invoice(account)
    b.pay(
        b.own_payer(client),
        invoice.amount,
        b.talk.compose(b.talk.invoice(invoice.number)),
        b.held(account, "method_not_available", relation="own"),
    )


@case(RULE + ": the currency is not the account's", countries=("KE",), currencies=("KES", "USD"), weight=4)
def currency_differs(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client, currency="USD" if b.currency == "KES" else "KES")
    b.pay(
        b.own_payer(client),
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.held(account, "currency_mismatch", relation="own"),
    )


@case(
    RULE + ": the currency is not the account's; a third party's flag stays",
    countries=("KE",),
    currencies=("KES", "USD"),
)
def currency_differs_third_party(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client, currency="USD" if b.currency == "KES" else "KES")
    _, payer = b.stranger(HolderType.LEGAL_ENTITY, client)
    b.pay(
        payer,
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.held(account, "currency_mismatch", "third_party_payer", relation="third_party"),
    )


@case(RULE + ": dollars to a tenge account", own_codes=("KZ-USD",))
def dollars_to_a_tenge_account(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client, currency="KZT")
    b.pay(
        b.own_payer(client),
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.held(account, "currency_mismatch", relation="own"),
    )


@case(RULE + ": paid to the provider's company of another country", own_codes=("KZ-USD",), weight=2)
def wrong_country(b: Bench) -> None:
    client = b.client(HolderType.LEGAL_ENTITY, country="KE")
    account = b.account(client, currency="USD")
    invoice = b.invoice(account)
    talk = b.talk = b.talk_in("en")
    b.pay(
        b.own_payer(client),
        invoice.amount,
        talk.compose(talk.invoice(invoice.number)),
        b.held(account, "wrong_legal_entity", relation="own"),
    )


@case(RULE + ": a closed account", weight=4)
def closed_account(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client, open=False)
    invoice = b.invoice(account)
    core = b.rng.choice((b.talk.invoice(invoice.number), b.talk.account(account.number)))
    b.pay(
        b.own_payer(client), invoice.amount, b.talk.compose(core), b.held(account, "account_not_open", relation="own")
    )


@case("The reason of a hold is the first that applies: closed before third party", countries=BEYOND_UZ)
def closed_account_third_party(b: Bench) -> None:
    client = b.client(b.holder_kind())
    account = b.account(client, open=False)
    _, payer = b.stranger(HolderType.LEGAL_ENTITY, client)
    b.pay(
        payer,
        b.amount(),
        b.talk.compose(b.talk.account(account.number)),
        b.held(account, "account_not_open", "third_party_payer", relation="third_party"),
    )
