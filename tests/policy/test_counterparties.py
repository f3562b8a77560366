"""Who is only an intermediary, who sends lump sums, and above all who is neither."""

from __future__ import annotations

from datetime import date

import pytest

from reconcile.policy import load_policy
from reconcile.policy.counterparties import Counterparty, words
from reconcile.policy.listed import Directory
from reconcile.statement import Party

POLICY = load_policy().on(date(2026, 11, 23))


@pytest.mark.parametrize(
    "name",
    [
        'АО "KASPI BANK"',
        'АО "КАSPI BАNК"',  # Cyrillic К, А
        "АО «Каспи Банк»",
        'Филиал АО "Kaspi Bank" в г. Алматы',
        'АО "Народный Банк Казахстана"',
        "«Қазақстан Халық Банкі» АҚ",
        "АО Казпочта",
        'АО "УзРТСБ"',
        "O‘zbekiston respublika tovar-xom ashyo birjasi AJ",
        "O'zbekiston respublika tovar xom-ashyo birjasi",
        "АИТБ «Ипак Йўли»",
        '"IPAK YO‘LI" AITB BOSH OFISI',
        "АИКБ Ипак Йули Банк",
        "PESALINK",
        "Co-operative Bank of Kenya Ltd",
    ],
)
def test_intermediaries(name: str) -> None:
    assert POLICY.is_intermediary(Party(name=name))
    assert POLICY.lump_sum_sender(Party(name=name)) is None


@pytest.mark.parametrize(
    ("name", "sender"),
    [
        ("PAYME", "Payme"),
        ("ООО CLICK", "Click"),
        ('"CLICK" MChJ', "Click"),
        ("АО Uzum Bank", "Uzum"),
        ('ТОО "Kaspi Pay"', "Kaspi Pay"),
        ("Safaricom PLC", "Safaricom"),
        ("SAFARICOM LTD MPESA", "Safaricom"),
    ],
)
def test_lump_sum_senders(name: str, sender: str) -> None:
    assert POLICY.lump_sum_sender(Party(name=name)) == sender
    assert not POLICY.is_intermediary(Party(name=name))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ТОО",
        "ТОО Ромашка",
        "Click Media LLC",
        "Octopus Ltd",
        "ИП Узумов А.Б.",
        "Каспийская нефть",
        "Equity Traders",
        "ООО «Samarqand Ipak Yo‘li»",
        "ООО Ипак Йули Текстиль",
    ],
)
def test_customers_are_neither(name: str) -> None:
    assert not POLICY.is_intermediary(Party(name=name))
    assert POLICY.lump_sum_sender(Party(name=name)) is None


def test_where_both_have_tax_ids_these_alone_decide() -> None:
    bank = Counterparty("Bank", frozenset({"123"}), frozenset({words("Some Bank")}))
    directory = Directory((bank,))
    assert directory.find(Party(name="Some Bank", tax_id="123")) == bank
    assert directory.find(Party(name="Under another name", tax_id="123")) == bank
    assert directory.find(Party(name="Some Bank")) == bank
    assert directory.find(Party(name="Some Bank", tax_id="456")) is None


def test_a_listed_name_may_carry_its_legal_form() -> None:
    bank = Counterparty("Bank", names=frozenset({words('АО "Some Bank"')}))
    directory = Directory((bank,), frozenset(words("АО ТОО")))
    assert directory.find(Party(name="Some Bank")) == directory.find(Party(name="Some Bank АО")) == bank
    assert directory.find(Party(name="АО")) is None
