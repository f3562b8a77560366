"""What an invoice says, in each language; and the main job reads its purposes as they are meant."""

from __future__ import annotations

from datetime import date
from string import Formatter

import pytest

from reconcile.books import HolderType
from reconcile.invoicing.document import (
    InvoiceToPay,
    Payer,
    Recipient,
    page,
    payment_code,
    purpose,
    third_party_purpose,
)
from reconcile.invoicing.language import LANGUAGES, language
from reconcile.invoicing.uzbek import uzbek_words
from reconcile.names import NameMatch, names_holder
from reconcile.problem import Refusal
from reconcile.purpose.reader import read_purpose
from reconcile.purpose.reading import SpanKind
from reconcile.reference import number_key

HOLDERS = ("ТОО «Ромашка и партнёры»", "Иванов Иван Иванович", "Acme Kenya Limited", "ЖШС Көктем", "Ziyo MChJ")


def to_pay(holder: str = HOLDERS[0], kind: HolderType = HolderType.LEGAL_ENTITY, **more: object) -> InvoiceToPay:
    given: dict[str, object] = {
        "number": "BK-00012780",
        "account_number": "104582",
        "country": "KZ",
        "amount": 15_000_050,
        "currency": "KZT",
        "issued_on": date(2026, 2, 3),
        "expires_on": date(2026, 3, 5),
        "recipient": Recipient("ТОО «Облако»", "180440021537", "Алматы", "KZ197221961251404189", "АО «Банк»", "BANKKZKX"),
        "payer": Payer(holder, "971240001315", kind),
        "third_parties": True,
        "powers": True,
    }
    return InvoiceToPay(**{**given, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("holder", HOLDERS)
def test_the_holders_purpose_marks_its_invoice_and_its_account(code: str, holder: str) -> None:
    spans = read_purpose(purpose(to_pay(holder), language(code))).spans
    assert {span.kind for span in spans} == {SpanKind.INVOICE, SpanKind.DATE, SpanKind.ACCOUNT}
    assert [span.keys[0] for span in spans if span.kind is SpanKind.INVOICE] == [number_key("BK-00012780")]
    assert [span.keys[0] for span in spans if span.kind is SpanKind.ACCOUNT] == ["104582"]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("holder", HOLDERS)
def test_a_third_partys_purpose_names_the_holder_and_the_account(code: str, holder: str) -> None:
    reading = read_purpose(third_party_purpose(to_pay(holder), language(code)))
    assert [names_holder(name, [holder]) for name in reading.beneficiaries] == [NameMatch.SAME]
    marked = {span.kind: span.keys[0] for span in reading.spans if span.keys}
    assert marked == {SpanKind.ACCOUNT: "104582", SpanKind.INVOICE: number_key("BK-00012780")}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_says_the_same_things(code: str) -> None:
    one, other = language("en"), language(code)
    for part in ("texts", "purpose", "mail", "held"):
        mine, theirs = getattr(one, part), getattr(other, part)
        assert set(mine) == set(theirs)
        for key in mine:
            assert _names(mine[key]) == _names(theirs[key]), key
    assert set(one.tax_label) == set(other.tax_label)
    assert set(one.currency) == set(other.currency)


def _names(pattern: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(pattern) if name}


@pytest.mark.parametrize(
    ("code", "minor", "currency", "words"),
    [
        ("en", 15_000_050, "KZT", "One hundred and fifty thousand tenge 50 tiyn"),
        ("en", 100, "USD", "One US dollar 00 cents"),
        ("ru", 100_002_101, "UZS", "Один миллион двадцать один сум 01 тийин"),
        ("ru", 2_200, "USD", "Двадцать два доллара США 00 центов"),
        ("ru", 1_112, "KES", "Одиннадцать кенийских шиллингов 12 центов"),
        ("ru", 102_103, "KZT", "Одна тысяча двадцать один тенге 03 тиына"),
        ("kk", 123_400, "KZT", "Бір мың екі жүз отыз төрт теңге 00 тиын"),
        ("uz", 100_000_000_005, "UZS", "Bir milliard soʻm 05 tiyin"),
        ("uz", 12_345_600, "UZS", "Bir yuz yigirma uch ming toʻrt yuz ellik olti soʻm 00 tiyin"),
    ],
)
def test_an_amount_in_words(code: str, minor: int, currency: str, words: str) -> None:
    assert language(code).in_words(minor, currency) == words


@pytest.mark.parametrize("number", [-1, 10**15])
def test_a_number_that_no_words_are_known_for(number: int) -> None:
    with pytest.raises(ValueError, match="outside of what is written in words"):
        uzbek_words(number)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(Refusal, match="invoices are not written in 'de'; the languages are: en, ru, kk, uz"):
        language("de")


def test_the_code_carries_what_a_payment_order_needs_and_no_separator_slips_in() -> None:
    invoice = to_pay(recipient=Recipient("ТОО |Облако|", "180440021537", "", "KZ197221961251404189", "", ""))
    fields = dict(part.split("=", 1) for part in payment_code(invoice, language("ru")).split("|")[1:])
    assert fields["Name"] == "ТОО Облако"
    assert fields["PersonalAcc"] == "KZ197221961251404189"
    assert fields["Sum"] == "15000050"
    assert fields["Purpose"] == purpose(invoice, language("ru"))
    assert "BIC" not in fields


def test_where_third_parties_are_not_documented_the_page_says_to_pay_oneself() -> None:
    said = page(to_pay(third_parties=False, powers=False, country="UZ", currency="UZS"), language("uz"))
    assert said["third_party"] == ""
    assert not said["power"]
    assert "egasining bank hisobidan" in said["texts"]["own_only"]


def test_an_individual_needs_no_power_to_pay_its_own_invoice() -> None:
    assert not page(to_pay(kind=HolderType.INDIVIDUAL), language("ru"))["power"]
    assert page(to_pay(), language("ru"))["power"]
