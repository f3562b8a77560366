"""Who pays: legal entity, sole proprietor, individual, or nobody can tell. Ids are synthetic, check digits valid."""

from __future__ import annotations

import pytest

from reconcile.books import HolderType
from reconcile.identifiers import kz_check_digit, pinfl_check_digit
from reconcile.names import party_type
from reconcile.statement import Party, PartyKind


def _kz(first11: str) -> str:
    digit = kz_check_digit(first11)
    assert digit is not None
    return f"{first11}{digit}"


IIN = _kz("85041230012")
BIN = _kz("18044002153")
FOREIGN_BIN = _kz("18045002153")
JOINT_BIN = _kz("18046002153")
PINFL = "3150190123456" + str(pinfl_check_digit("3150190123456"))
UZ_COMPANY, UZ_COMPANY_3, UZ_PERSON = "200000017", "300000012", "400000019"
PIN_COMPANY, PIN_PERSON = "P012345678M", "A012345678M"

LEGAL, SOLE, PERSON, UNKNOWN = HolderType.LEGAL_ENTITY, HolderType.SOLE_PROPRIETOR, HolderType.INDIVIDUAL, None
SAYS_ORG, SAYS_PERSON, UNSAID = PartyKind.ORGANISATION, PartyKind.PRIVATE, PartyKind.UNSAID

CASES = [
    # by id
    ("ТОО Ромашка", BIN, UNSAID, LEGAL),
    ("Ромашка", BIN, UNSAID, LEGAL),
    ("Ромашка", BIN, SAYS_PERSON, LEGAL),
    ("Romashka GmbH", FOREIGN_BIN, UNSAID, LEGAL),
    ("Иванов и Петров", JOINT_BIN, UNSAID, SOLE),
    ("ТОО Ромашка", JOINT_BIN, UNSAID, UNKNOWN),
    ("Иванов Иван", IIN, UNSAID, PERSON),
    ("Иванов Иван", IIN, SAYS_ORG, PERSON),
    ("", IIN, UNSAID, PERSON),
    ("ИП Иванов Иван", IIN, UNSAID, SOLE),
    ("ЖК Сериков А.Б.", IIN, UNSAID, SOLE),
    ("Индивидуальный предприниматель Иванов", IIN, UNSAID, SOLE),
    ("жеке кәсіпкер Серіков", IIN, SAYS_PERSON, SOLE),
    ("КХ Береке", IIN, UNSAID, SOLE),
    ("И.П. Иванов Иван", IIN, UNSAID, SOLE),
    ("ЧСИ Иванов Иван", IIN, UNSAID, PERSON),
    ("ТОО Ромашка", IIN, UNSAID, UNKNOWN),
    ("ИП Иванов Иван", BIN, UNSAID, UNKNOWN),
    ("ЖК Юнис Сити", BIN, UNSAID, LEGAL),
    ("ОСИ «ЖК «Юнис Сити»»", BIN, UNSAID, LEGAL),
    ("КХ Береке", BIN, UNSAID, LEGAL),
    ("ООО Барака", UZ_COMPANY, UNSAID, LEGAL),
    ("Барака", UZ_COMPANY_3, UNSAID, LEGAL),
    ("ИП ООО «Baraka Food»", UZ_COMPANY_3, UNSAID, LEGAL),
    ("ИП «Baraka Food»", UZ_COMPANY_3, UNSAID, LEGAL),
    ("Каримов Ботир", UZ_PERSON, UNSAID, PERSON),
    ("ЯТТ Каримов Ботир", UZ_PERSON, UNSAID, SOLE),
    ("YaTT KARIMOV BOTIR", PINFL, UNSAID, SOLE),
    ("Karimov Botir", PINFL, UNSAID, PERSON),
    ("Якка тартибдаги тадбиркор Каримов", PINFL, UNSAID, SOLE),
    ("ООО Барака", PINFL, UNSAID, UNKNOWN),
    ("ИП ООО Baraka", PINFL, UNSAID, UNKNOWN),
    ("Acme Kenya Ltd", PIN_COMPANY, UNSAID, LEGAL),
    ("Umoja Self Help", PIN_COMPANY, UNSAID, LEGAL),
    ("Acme Kenya t/a Acme Stores", PIN_COMPANY, UNSAID, LEGAL),
    ("Jane Wanjiku", PIN_PERSON, UNSAID, PERSON),
    ("Jane Wanjiku t/a Wanjiku Shop", PIN_PERSON, UNSAID, SOLE),
    ("Jane Wanjiku trading as Wanjiku Shop", PIN_PERSON, UNSAID, SOLE),
    ("Wanjiku Enterprises", PIN_PERSON, UNSAID, SOLE),
    ("Acme Kenya Ltd", PIN_PERSON, UNSAID, UNKNOWN),
    # Cyrillic look-alikes and blanks in the id
    ("Jane Wanjiku", "А012 345 678М", UNSAID, PERSON),
    # by the statement and by marks
    ("ТОО Ромашка", "", UNSAID, LEGAL),
    ("ТОО Ромашка", "", SAYS_PERSON, UNKNOWN),
    ("Ромашка ЖШС", "", SAYS_ORG, LEGAL),
    ("ИП Иванов", "", UNSAID, SOLE),
    ("ИП Иванов", "", SAYS_PERSON, SOLE),
    ("ИП ООО Baraka", "", UNSAID, LEGAL),
    ("Baraka MChJ XK", "", UNSAID, LEGAL),
    ("XK Baraka", "", UNSAID, LEGAL),
    ("ОСИ «ЖК Юнис Сити»", "", UNSAID, LEGAL),
    ("John Kamau t/a Kamau Traders", "", UNSAID, SOLE),
    ("Acme Ltd t/a Acme Stores", "", UNSAID, LEGAL),
    ("Umoja Sacco", "", UNSAID, LEGAL),
    ("Nairobi County Government", "", UNSAID, LEGAL),
    ("Kaspi Bank", "", UNSAID, LEGAL),
    ("Иванов Иван", "", SAYS_PERSON, PERSON),
    ("Иванов Иван", "", SAYS_ORG, LEGAL),
    ("Иванов Иван", "", UNSAID, UNKNOWN),
    ("Wanjiku Enterprises", "", UNSAID, UNKNOWN),
    ("Яна Петровна О.", "", UNSAID, UNKNOWN),
    ("", "", UNSAID, UNKNOWN),
    # an id that is none decides nothing
    ("Иванов Иван", BIN[:-1] + str((int(BIN[-1]) + 1) % 10), UNSAID, UNKNOWN),
    ("ТОО Ромашка", "12345", UNSAID, LEGAL),
]


@pytest.mark.parametrize(("name", "tax_id", "kind", "expected"), CASES)
def test_party_type(name: str, tax_id: str, kind: PartyKind, expected: HolderType | None) -> None:
    assert party_type(Party(name=name, tax_id=tax_id, kind=kind)) is expected


def test_the_country_rules_out_an_uzbek_reading_of_nine_digits() -> None:
    party = Party(name="Каримов", tax_id=UZ_COMPANY)
    assert party_type(party, "UZ") is LEGAL
    assert party_type(party, "KZ") is UNKNOWN


def test_an_uzbek_private_company_s_account_tells() -> None:
    assert party_type(Party(name="Барака", account="20208000100000001001")) is LEGAL
    assert party_type(Party(name="Барака", account="20208000100000001")) is UNKNOWN
    assert party_type(Party(name="Барака", account="22618000100000001001")) is UNKNOWN
