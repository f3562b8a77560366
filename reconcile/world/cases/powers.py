"""An individual pays for a business (KZ, KE): only with a power of attorney valid on the booking date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from reconcile.books import Account, HolderType, Invoice
from reconcile.statement import Party
from reconcile.world.bench import Bench, Client
from reconcile.world.cases.registry import BEYOND_UZ, WITH_IDS, case
from reconcile.world.names import Person, words_of

RULE = "May it be credited: third party, an individual"


@dataclass(frozen=True, slots=True)
class Errand:
    """A person about to pay a company's invoice."""

    client: Client
    account: Account
    invoice: Invoice
    person: Person
    tax_id: str
    payer: Party


def _errand(b: Bench) -> Errand:
    client = b.client()
    account = b.account(client)
    invoice = b.invoice(account)
    person = b.names.person(b.country, words_of(client.name))
    tax_id = b.tax_id(person)
    return Errand(client, account, invoice, person, tax_id, b.party(person, tax_id))


def _purpose(b: Bench, errand: Errand) -> str:
    core = [b.talk.invoice(errand.invoice.number)]
    if b.rng.random() < 0.4:
        core.append(b.talk.on_account(errand.client.name, errand.account.number))
    return b.talk.compose(*core, extras=b.rng.random() < 0.4)


def _credited(b: Bench, errand: Errand) -> None:
    invoice = errand.invoice
    label = b.credited(
        errand.account, "third_party_payer", relation="third_party", allocations=[(invoice, invoice.amount)]
    )
    b.pay(errand.payer, invoice.amount, _purpose(b, errand), label)


def _held(b: Bench, errand: Errand, reason: str) -> None:
    label = b.held(errand.account, reason, "third_party_payer", relation="third_party")
    b.pay(errand.payer, errand.invoice.amount, _purpose(b, errand), label)


@case(RULE + ": valid", countries=BEYOND_UZ, families=WITH_IDS, weight=8)
def power_valid(b: Bench) -> None:
    errand = _errand(b)
    start = b.day - timedelta(days=b.rng.randint(0, 200))
    b.power(
        errand.account, errand.person, errand.tax_id, start=start, until=b.day + timedelta(days=b.rng.randint(0, 150))
    )
    _credited(b, errand)


@case(RULE + ": valid, registered on another account of the holder", countries=BEYOND_UZ, families=WITH_IDS)
def power_on_another_account(b: Bench) -> None:
    errand = _errand(b)
    other = b.account(errand.client)
    b.power(other, errand.person, errand.tax_id, start=b.day - timedelta(days=30), until=b.day + timedelta(days=30))
    _credited(b, errand)


@case(RULE + ": both days of the term are within it", countries=BEYOND_UZ, families=WITH_IDS, weight=1)
def power_on_its_last_day(b: Bench) -> None:
    errand = _errand(b)
    b.power(errand.account, errand.person, errand.tax_id, start=b.day - timedelta(days=100), until=b.day)
    _credited(b, errand)


@case(RULE + ": missing", countries=BEYOND_UZ, families=WITH_IDS, weight=5)
def power_missing(b: Bench) -> None:
    _held(b, _errand(b), "power_of_attorney_missing")


@case(RULE + ": another person's power is none", countries=BEYOND_UZ, families=WITH_IDS, weight=1)
def power_of_another_person(b: Bench) -> None:
    errand = _errand(b)
    other = b.names.person(b.country, words_of(errand.person))
    b.power(errand.account, other, b.tax_id(other), start=b.day - timedelta(days=30), until=b.day + timedelta(days=30))
    _held(b, errand, "power_of_attorney_missing")


@case(RULE + ": the same person's power of another holder is none", countries=BEYOND_UZ, families=WITH_IDS, weight=1)
def power_of_another_holder(b: Bench) -> None:
    errand = _errand(b)
    elsewhere = b.account(b.client())
    b.power(elsewhere, errand.person, errand.tax_id, start=b.day - timedelta(days=30), until=b.day + timedelta(days=30))
    _held(b, errand, "power_of_attorney_missing")


@case(RULE + ": expired", countries=BEYOND_UZ, families=WITH_IDS, weight=3)
def power_expired(b: Bench) -> None:
    errand = _errand(b)
    until = b.day - timedelta(days=b.rng.choice((1, 1, 40)))
    b.power(errand.account, errand.person, errand.tax_id, start=until - timedelta(days=300), until=until)
    _held(b, errand, "power_of_attorney_expired")


@case(RULE + ": revoked, no longer valid from that very day", countries=BEYOND_UZ, families=WITH_IDS, weight=3)
def power_revoked(b: Bench) -> None:
    errand = _errand(b)
    revoked = b.day - timedelta(days=b.rng.choice((0, 0, 12)))
    b.power(
        errand.account,
        errand.person,
        errand.tax_id,
        start=b.day - timedelta(days=90),
        until=b.day + timedelta(days=90),
        revoked=revoked,
    )
    _held(b, errand, "power_of_attorney_revoked")


@case(RULE + ": revoked the day after, so valid", countries=BEYOND_UZ, families=WITH_IDS, weight=1)
def power_revoked_later(b: Bench) -> None:
    errand = _errand(b)
    b.power(
        errand.account,
        errand.person,
        errand.tax_id,
        start=b.day - timedelta(days=90),
        until=b.day + timedelta(days=90),
        revoked=b.day + timedelta(days=1),
    )
    _credited(b, errand)


@case(RULE + ": not yet valid", countries=BEYOND_UZ, families=WITH_IDS, weight=3)
def power_not_yet_valid(b: Bench) -> None:
    errand = _errand(b)
    start = b.day + timedelta(days=b.rng.choice((1, 1, 20)))
    b.power(errand.account, errand.person, errand.tax_id, start=start, until=start + timedelta(days=200))
    _held(b, errand, "power_of_attorney_not_yet_valid")


@case(
    "The reason of a hold: of several powers revoked, expired, not yet valid",
    countries=BEYOND_UZ,
    families=WITH_IDS,
    weight=1,
)
def powers_expired_and_not_yet_valid(b: Bench) -> None:
    errand = _errand(b)
    until = b.day - timedelta(days=3)
    b.power(errand.account, errand.person, errand.tax_id, start=until - timedelta(days=300), until=until)
    b.power(
        errand.account, errand.person, errand.tax_id, start=b.day + timedelta(days=2), until=b.day + timedelta(days=90)
    )
    _held(b, errand, "power_of_attorney_expired")


@case(RULE + ": a sole proprietor's mark makes a business of a person's id", countries=BEYOND_UZ, families=WITH_IDS)
def sole_proprietor_needs_no_power(b: Bench) -> None:
    client = b.client(HolderType.LEGAL_ENTITY)
    account = b.account(client)
    _, payer = b.stranger(HolderType.SOLE_PROPRIETOR, client)
    purpose = b.talk.compose(b.talk.on_account(client.name, account.number), opening=False, extras=False)
    b.pay(payer, b.amount(), purpose, b.credited(account, "third_party_payer", relation="third_party"))
