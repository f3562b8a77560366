"""Card numbers are masked, and nothing else is. The numbers are the schemes' published test cards or made up."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from reconcile.identifiers import find_card, is_iban, kz_check_digit, mask_cards

UZCARD = "860012345678901" + luhn.calc_check_digit("860012345678901")
HUMO = "986001234567890" + luhn.calc_check_digit("986001234567890")
UNIONPAY_19 = "626247123456789012" + luhn.calc_check_digit("626247123456789012")

MASKED = [
    ("4111111111111111", "411111******1111"),
    ("4111 1111 1111 1111", "4111 11** **** 1111"),
    ("4111-1111-1111-1111", "4111-11**-****-1111"),
    ("4111\u00a01111\u00a01111\u00a01111", "4111\u00a011**\u00a0****\u00a01111"),
    ("5555555555554444", "555555******4444"),
    ("2223003122003222", "222300******3222"),
    ("378282246310005", "378282*****0005"),
    ("3782 822463 10005", "3782 82**** *0005"),
    ("2200000000000004", "220000******0004"),
    (UZCARD, f"{UZCARD[:6]}******{UZCARD[-4:]}"),
    (HUMO, f"{HUMO[:6]}******{HUMO[-4:]}"),
    (UNIONPAY_19, f"{UNIONPAY_19[:6]}*********{UNIONPAY_19[-4:]}"),
    (f"00634~{UZCARD}~TEST TESTOV~Пополнение", f"00634~{UZCARD[:6]}******{UZCARD[-4:]}~TEST TESTOV~Пополнение"),
    ("карта:4111111111111111,12.05.2026", "карта:411111******1111,12.05.2026"),
    ("на карту4111111111111111", "на карту411111******1111"),
    ("карта 4111111111111111 100 тенге", "карта 411111******1111 100 тенге"),
    ("4111 1111 1111 1111 5000", "4111 11** **** 1111 5000"),
    ("кв 5 4111 1111 1111 1111", "кв 5 4111 11** **** 1111"),
    ("4512 4111 1111 1111 1111", "4512 4111 11** **** 1111"),
    ("4111111111111111 и 5555555555554444", "411111******1111 и 555555******4444"),
    ("411111111\n1111111", "411111***\n***1111"),
    ("счёт карты 4111111111111111", "счёт карты 411111******1111"),
    ("4111111111111111.", "411111******1111."),
    ("4111111111111111\n4512", "411111******1111\n4512"),
]

UNTOUCHED = [
    "",
    "Оплата по счету 4512 от 03.02.2026",
    "4111111111111112",  # Luhn fails
    "9111111111111111",  # nobody's prefix
    "411111111111111111111",  # longer than a card
    "41111111111111",  # a length that VISA does not issue
    "A4111111111111111",
    "4111111111111111B",
    "INV4111111111111111",
    "счет 4111111111111111",
    "Сч. № 4111111111111111",
    "лицевой счёт №4111111111111111",
    "р/с 4111111111111111",
    "л/с 4111111111111111",
    "a/c no 4111111111111111",
    "Acct: 4111111111111111",
    "ИНН 4111111111111111",
    "shaxsiy hisob raqami 4111111111111111",
    "411111******1111",
    "4111 11** **** 1111",
    "489988******6145",
    "8600 ** 9012",
    "KZ86 125K ZT50 0410 0100",
    "20208000100000001001",
    "20208000 1 00000001 001",
    "31501901234566",
    "180440021537",
    "+254 712 345 678, 0712 345 679",
    "по счетам 4512 4513 4520 4521",
    "4111 1111 1111",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_cards_are_masked(text: str, masked: str) -> None:
    assert mask_cards(text) == masked
    assert mask_cards(masked) == masked
    assert find_card(masked) is None


@pytest.mark.parametrize("text", UNTOUCHED)
def test_what_is_no_card_stays(text: str) -> None:
    assert mask_cards(text) == text
    assert find_card(text) is None


def test_the_card_that_is_found_may_be_quoted() -> None:
    assert find_card("x 4111 1111 1111 1111, 5555555555554444") == "4111 11** **** 1111"
    assert find_card("411111111\n1111111") == "411111******1111"


def _iban(dice: random.Random) -> str:
    bban = "".join(dice.choice("0123456789") for _ in range(16))
    check = 98 - int(bban + "203500") % 97  # KZ00 behind the account, letters as two digits
    return f"KZ{check:02d}{bban}"


def test_no_iban_account_or_tax_id_is_ever_touched() -> None:
    dice = random.Random(11)
    for _ in range(3000):
        iban = _iban(dice)
        assert is_iban(iban)
        spaced = " ".join(iban[place : place + 4] for place in range(0, 20, 4))
        account = f"2020{dice.randint(0, 9)}{dice.choice(['000', '840', '978'])}{dice.randrange(10**12):012d}"
        grouped = " ".join(account[place : place + 4] for place in range(0, 20, 4))
        first11 = f"{dice.randrange(100):02d}0{dice.randint(1, 9)}4{dice.randrange(10**6):06d}"
        bin_ = f"{first11}{kz_check_digit(first11) or 0}"
        pinfl = f"{dice.randint(1, 6)}{dice.randint(1, 31):02d}{dice.randint(1, 12):02d}{dice.randrange(10**9):09d}"
        for text in (iban, spaced, account, grouped, bin_, pinfl, f"ИИК {spaced} БИН {bin_}", f"{account}{bin_[:9]}"):
            assert mask_cards(text) == text, text


_PIECES = st.lists(
    st.one_of(
        st.sampled_from([card for card, _ in MASKED]),
        st.text(alphabet="0123456789 -.,\n№AБКкарт", max_size=24),
        st.sampled_from(["счет ", "карта ", "KZ86125KZT5004100100", "20208000100000001001", " ", "~"]),
    ),
    max_size=6,
).map("".join)


@given(_PIECES)
def test_masking_twice_changes_nothing_and_only_digits_are_ever_lost(text: str) -> None:
    masked = mask_cards(text)
    assert mask_cards(masked) == masked
    assert len(masked) == len(text)
    assert all(new == old or (new == "*" and old in "0123456789") for old, new in zip(text, masked, strict=True))
    assert (find_card(text) is None) == (masked == text)


def test_a_text_without_long_numbers_costs_next_to_nothing() -> None:
    text = "Оплата по счету 4512 от 03.02.2026 за услуги, л/с 104582, сумма 150 000,00 " * 3
    began = time.perf_counter()
    for _ in range(2000):
        mask_cards(text)
    assert (time.perf_counter() - began) / 2000 < 100e-6
    hostile = "1 " * 20000 + "4111-" * 20000
    began = time.perf_counter()
    mask_cards(hostile[:20000])
    assert time.perf_counter() - began < 5


def test_a_long_text_is_masked_as_its_parts_are() -> None:
    """Only stretches that might hold a card are looked at closely; the result is the same."""
    padding = "СекцияДокумент 40702810200000000001 KZ697220000000000003;\n" * 200
    for card in ("4111111111111111", "4111 1111 1111 1111", "411111\n1111111111", "карта 4111-1111-1111-1111"):
        assert mask_cards(f"{padding}{card};{padding}") == f"{padding}{mask_cards(card)};{padding}"


_PIECES = (*(each for each, _ in MASKED), *UNTOUCHED, " ", "\n", "\r\n", "счет ", "; ", "4", "00")


@given(st.lists(st.sampled_from(_PIECES), max_size=30))
def test_in_a_long_text_only_what_may_be_a_card_is_looked_at_and_nothing_is_missed(pieces: list[str]) -> None:
    """The quick look at a whole file finds every place that the close look would mask."""
    text = "".join(pieces) + ";"
    filler = "Получатель=ТОО Ромашка\r\n" * 200
    assert mask_cards(text + filler) == mask_cards(text) + filler
