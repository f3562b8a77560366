"""Our own invoice numbers: issued and read by one definition; no number of another scheme passes for one."""

from __future__ import annotations

from itertools import pairwise

import pytest

from reconcile.identifiers.cards import find_card
from reconcile.invoicing.numbers import InvoiceSeries, is_ours, is_valid, issue
from reconcile.policy import load_policy
from reconcile.policy.loader import load_text
from reconcile.problem import Refusal
from reconcile.purpose.reader import read_purpose
from reconcile.purpose.reading import SpanKind
from reconcile.purpose.words import lexicon
from reconcile.reference import number_key

COUNTRIES = load_policy().editions[-1].policy.countries
SERIES = {code: country.invoice_series for code, country in COUNTRIES.items() if country.invoice_series}
SERIALS = (1, 2, 9, 10, 127, 4512, 99_999, 123_456, 999_999)
NUMBERS = [(code, issue(series, serial)) for code, series in SERIES.items() for serial in SERIALS]


def test_each_country_has_a_series_of_its_own() -> None:
    assert set(SERIES) == {"UZ", "KZ", "KE"}
    assert len({series.prefix for series in SERIES.values()}) == 3


@pytest.mark.parametrize(("code", "number"), NUMBERS)
def test_what_is_issued_is_valid_in_its_series_alone(code: str, number: str) -> None:
    assert [other for other, series in SERIES.items() if is_valid(series, number)] == [code]


@pytest.mark.parametrize(("code", "number"), NUMBERS)
def test_no_one_digit_typed_wrongly_and_no_two_swapped_stay_valid(code: str, number: str) -> None:
    series, head = SERIES[code], len(number) - 8
    wrong = {number[:at] + digit + number[at + 1 :] for at in range(head, len(number)) for digit in "0123456789"} - {
        number
    }
    swapped = {
        number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        for at in range(head, len(number) - 1)
        if number[at] != number[at + 1]
    }
    assert not [each for each in wrong | swapped if is_valid(series, each)]


def test_two_neighbours_of_one_series_are_far_apart() -> None:
    """So one edit of a number of ours never is another number of ours, but for a digit lost or gained."""
    numbers = [issue(SERIES["KZ"], serial) for serial in range(1, 3000)]
    assert all(sum(a != b for a, b in zip(one, other, strict=True)) >= 2 for one, other in pairwise(numbers))


@pytest.mark.parametrize(
    "number",
    ["4512", "INV-2026-004512", "SC-0004512", "AIPBX-01425", "00012780", "BK-0012780", "BK-000127800", "BK-0001278Х",
     "1000001-B24", "104582-4512", "BK", "", "BK-00012708"],
)  # fmt: skip
def test_numbers_of_other_schemes_are_not_ours(number: str) -> None:
    assert not any(is_valid(series, number) for series in SERIES.values())
    if number != "BK-00012708":  # ours by its shape, but its check digits fail
        assert not any(is_ours(series, number) for series in SERIES.values())


@pytest.mark.parametrize("typed", ["bk-00012780", "ВК-00012780", "BK 00012780", "BK00012780", "вк00012780"])
def test_ways_to_type_a_number(typed: str) -> None:
    assert is_valid(SERIES["KZ"], typed)


@pytest.mark.parametrize("serial", [0, -1, 1_000_000])
def test_a_serial_without_room_is_refused(serial: int) -> None:
    with pytest.raises(ValueError, match="runs from 1 to 999999"):
        issue(SERIES["KZ"], serial)


@pytest.mark.parametrize(("code", "number"), NUMBERS)
def test_our_numbers_are_read_in_a_purpose(code: str, number: str) -> None:
    for text in (f"Оплата по счету № {number} от 03.02.2026", f"INVOICE {number}", f"оплата {number.lower()}"):
        spans = [span for span in read_purpose(text).spans if number_key(number) in span.keys]
        assert [span.kind for span in spans] == [SpanKind.INVOICE if "о сч" in text or "INV" in text else SpanKind.BARE]
    assert not find_card(number)


@pytest.mark.parametrize("code", sorted(SERIES))
def test_no_prefix_is_a_word_of_a_purpose(code: str) -> None:
    known = lexicon().phrase(SERIES[code].prefix)
    assert known is None or known.mark is None


REFUSED = {
    "a prefix of small letters": ('prefix = "bk"\n', r"'bk' is no prefix of a number"),
    "a prefix with digits": ('prefix = "B1"\n', r"'B1' is no prefix of a number"),
    "too many digits": ("digits = 8\n", r"as long as a tax id"),
    "too few digits": ("digits = 3\n", r"digits = 3 is too small"),
    "another country's prefix": ('prefix = "BT"\n', r"'BT' is the prefix of UZ too"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_series_that_would_mislead_is_refused(case: str) -> None:
    line, message = REFUSED[case]
    with pytest.raises(Refusal, match=message):
        load_text(f'[country.KZ.invoice_series]\nsource = "order 7"\n{line}')


def test_a_deployment_s_series() -> None:
    own = load_text('[country.KZ.invoice_series]\nsource = "order 7"\nprefix = "ZX"\ndigits = 7\n')
    series = own.editions[-1].policy.countries["KZ"].invoice_series
    assert series == InvoiceSeries("ZX", 7)
    assert issue(series, 12).startswith("ZX-0000012")
