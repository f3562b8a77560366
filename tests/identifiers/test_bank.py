"""Accounts and telephone numbers. The IBANs are the registry's examples or made up with valid check digits."""

from __future__ import annotations

import pytest

from reconcile.identifiers import (
    bank_account_country,
    is_iban,
    is_msisdn,
    is_uz_account,
    msisdn,
    uz_account_currency,
)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("KZ86125KZT5004100100", True),
        ("kz86 125k zt50 0410 0100", True),
        ("KZ86\u00a0125KZT5004100100", True),
        ("KZ86125KZT5004100101", False),
        ("KZ86125KZT500410010", False),
        ("GB29NWBK60161331926819", True),
        ("ZZ86125KZT5004100100", False),
        ("КZ86125KZT5004100100", False),
        ("20208000100000001001", False),
        ("", False),
    ],
)
def test_iban(text: str, good: bool) -> None:
    assert is_iban(text) is good


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("20208000100000001001", "UZS"),
        ("20208840100000001001", "USD"),
        ("20208978100000001001", "EUR"),
        ("20208643100000001001", "RUB"),
        ("20208398100000001001", "KZT"),
        ("20208111100000001001", ""),
        ("2020800010000000100", ""),
        ("202080001000000010011", ""),
        ("00208000100000001001", ""),
        ("２０２０８０００１０００００００１００１", ""),
    ],
)
def test_uzbek_accounts(text: str, currency: str) -> None:
    assert uz_account_currency(text) == currency
    assert is_uz_account(text) is (currency != "")


def test_the_country_that_an_account_tells() -> None:
    assert bank_account_country("20208 000 1 00000001 001") == "UZ"
    assert bank_account_country("KZ86 125K ZT50 0410 0100") == "KZ"
    assert bank_account_country("0100123456789") == ""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("254712345678", "254712345678"),
        ("+254 712 345 678", "254712345678"),
        ("0712345678", "254712345678"),
        ("0112345678", "254112345678"),
        ("(0712) 345-678", "254712345678"),
        ("712345678", ""),
        ("0812345678", ""),
        ("2547****5678", ""),
        ("25471234567", ""),
        ("2547123456789", ""),
        ("", ""),
    ],
)
def test_kenyan_mobile_numbers(text: str, number: str) -> None:
    assert msisdn(text) == number
    assert is_msisdn(text) is (number != "")
