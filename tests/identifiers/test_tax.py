"""Tax ids of three countries: forms, check digits, whose they can be. All numbers here are synthetic."""

from __future__ import annotations

import random

import pytest

from reconcile.books import HolderType
from reconcile.identifiers import (
    is_inn,
    is_kra_pin,
    is_pinfl,
    kz_check_digit,
    kz_is_valid,
    normal_tax_id,
    pinfl_check_digit,
    tax_id_country,
    tax_id_type,
    tax_id_warning,
)
from reconcile.identifiers.kz import restore_zeros

LEGAL, SOLE, PERSON = HolderType.LEGAL_ENTITY, HolderType.SOLE_PROPRIETOR, HolderType.INDIVIDUAL


def _kz(first11: str) -> str:
    digit = kz_check_digit(first11)
    assert digit is not None
    return f"{first11}{digit}"


def test_a_kazakh_check_digit_by_hand() -> None:
    """1·1 + 2·8 + 3·0 + 4·4 + 5·4 + 6·0 + 7·0 + 8·2 + 9·1 + 10·5 + 11·3 = 161 = 14·11 + 7."""
    assert kz_check_digit("18044002153") == 7


def test_a_second_round_of_weights_and_numbers_that_are_never_issued() -> None:
    rounds = {"one": 0, "two": 0, "never": 0}
    for serial in range(5000):
        first11 = f"99014000{serial % 1000:03d}" if serial < 1000 else f"0501{4 + serial % 3}{serial:06d}"[:11]
        first = sum(int(digit) * weight for weight, digit in enumerate(first11, start=1)) % 11
        digit = kz_check_digit(first11)
        rounds["never" if digit is None else "two" if first == 10 else "one"] += 1
        assert digit is None or 0 <= digit <= 9
        assert (first == 10) or digit == first
    assert all(rounds.values())


def test_nearly_every_wrong_digit_is_found() -> None:
    """Not the eleventh (its weight is 11, so modulo 11 it counts nothing in the first round), and not always where one
    of the two numbers needs the second weights."""
    number = _kz("18044002153")
    wrong = [
        number[:place] + other + number[place + 1 :]
        for place in range(12)
        for other in "0123456789"
        if place != 10
        if other != number[place]
    ]
    assert kz_is_valid(number)
    assert sum(map(kz_is_valid, wrong)) <= 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345",
        "18044002153",
        "18044002153x",
        "１８０４４００２１５３７",
        _kz("18134002153"),
        _kz("18047002153"),
        _kz("85043930012"),
    ],
)
def test_what_is_no_kazakh_number(text: str) -> None:
    """Too short, letters, full-width digits, month 13, a fifth digit 7, a person born on the 39th."""
    assert not kz_is_valid(text)


CASES = [
    (_kz("85041230012"), "", PERSON, "KZ"),
    (_kz("85041230012"), "KZ", PERSON, "KZ"),
    (_kz("18044002153"), "", LEGAL, "KZ"),
    (_kz("18045002153"), "", LEGAL, "KZ"),
    (_kz("18046002153"), "", SOLE, "KZ"),
    ("180440021530", "", None, ""),
    ("200000017", "", LEGAL, "UZ"),
    ("300000012", "UZ", LEGAL, "UZ"),
    ("200000017", "KZ", None, "UZ"),
    ("200000017", "KE", None, "UZ"),
    ("400000019", "", PERSON, "UZ"),
    ("700000019", "", PERSON, "UZ"),
    ("100000019", "", None, ""),
    ("800000019", "", None, ""),
    ("31501901234566", "", PERSON, "UZ"),
    ("31501901234567", "", PERSON, "UZ"),
    ("71501901234567", "", None, ""),
    ("33301901234567", "", None, ""),
    ("P012345678M", "", LEGAL, "KE"),
    ("A012345678M", "KE", PERSON, "KE"),
    ("|012345678M", "", None, ""),
    ("B012345678M", "", None, ""),
    ("P01234567M", "", None, ""),
    ("", "", None, ""),
]


@pytest.mark.parametrize(("tax_id", "hint", "expected", "country"), CASES)
def test_tax_id_type(tax_id: str, hint: str, expected: HolderType | None, country: str) -> None:
    assert tax_id_type(tax_id, hint) is expected
    assert tax_id_country(tax_id) == country


@pytest.mark.parametrize(
    ("seen", "normal"),
    [
        (" 000140000017 ", "000140000017"),
        ("180 440 021 537", "180440021537"),
        ("180\u00a0440\u202f021\u200b537", "180440021537"),
        ("р012345678м", "P012345678M"),
        ("А012345678М", "A012345678M"),
        ("１２３", "123"),
        ("", ""),
        ("200-000-017", "200-000-017"),
    ],
)
def test_one_spelling(seen: str, normal: str) -> None:
    assert normal_tax_id(seen) == normal
    assert normal_tax_id(normal) == normal


def test_a_pin_in_cyrillic_look_alikes_is_a_pin() -> None:
    assert not is_kra_pin("Р012345678М") and is_kra_pin(normal_tax_id("Р012345678М"))


def test_pinfl_check_digit_by_icao_weights() -> None:
    """7·3+3·1+1·5+7·0+3·1+1·9+7·0+3·1+1·2+7·3+3·4+1·5+7·6 = 126."""
    assert pinfl_check_digit("3150190123456") == 126 % 10
    assert is_pinfl("31501901234566") and not is_inn("31501901234566")


def test_a_wrong_check_digit_is_a_warning_that_does_not_quote_the_number() -> None:
    assert tax_id_warning("31501901234566") == "" and tax_id_warning(_kz("18044002153")) == ""
    assert tax_id_warning("31501901234567") == (
        "PINFL 315…67 has an unexpected check digit; compare it with the passport"
    )
    assert tax_id_warning("180440021530") == ("BIN/IIN 180…30 has a wrong check digit; compare it with the certificate")
    assert tax_id_warning("200000017") == ""


def test_zeros_that_a_spreadsheet_ate() -> None:
    number = _kz("00014000001")
    assert number.startswith("000")
    assert restore_zeros(number.lstrip("0")) == number
    assert restore_zeros("140000010") == "140000010"
    assert restore_zeros("4512") == "4512"


def test_forms_do_not_overlap() -> None:
    dice = random.Random(4)
    for _ in range(2000):
        size = dice.choice([9, 12, 14])
        text = "".join(dice.choice("0123456789") for _ in range(size))
        assert sum((kz_is_valid(text), is_inn(text), is_pinfl(text), is_kra_pin(text))) <= 1
