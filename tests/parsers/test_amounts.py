"""Amounts and dates of statements: one meaning or a refusal."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.money import format_amount
from reconcile.parsers import amounts, camt_tree, one_c_keys, source
from reconcile.problem import Refusal


@pytest.mark.parametrize("module", [amounts, source, one_c_keys, camt_tree])
def test_the_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "currency", "minor"),
    [
        ("0", "KZT", 0), ("007", "KZT", 700), ("1500.5", "KZT", 150050), ("1500,50", "KZT", 150050),
        ("8.850000", "KZT", 885), ("1.234", "KWD", 1234), ("1500", "JPY", 1500), ("1 234 567", "KZT", 123456700),
        ("1\u00a0234,56", "KZT", 123456), ("1'234.50", "KZT", 123450), ("12.345.678,9", "KZT", 1234567890),
    ],
)  # fmt: skip
def test_one_meaning(written: str, currency: str, minor: int) -> None:
    assert amounts.unsigned_amount(written, currency) == minor


@pytest.mark.parametrize(
    "written",
    ["", "1.234", "1,234", "1.000", "12,345,678", "1.234.567", "1,2,3", "1,23,456.00", "1.234.56", "1 2345", ".5", "5.",
     "+1", "-1", " 1", "1\n", "1e3", "0x1", "٣", "1,234,56"],
)  # fmt: skip
def test_two_meanings_or_none(written: str) -> None:
    with pytest.raises(Refusal, match="7: amount"):
        amounts.unsigned_amount(written, "KZT", 7)


@pytest.mark.parametrize("written", ["9" * 17 + ".00", "9" * 30])
def test_larger_than_the_books_can_hold(written: str) -> None:
    with pytest.raises(Refusal, match="larger than the books can hold"):
        amounts.unsigned_amount(written, "KZT")


@given(st.integers(0, 10**17), st.sampled_from([",", "."]), st.sampled_from(["", " ", "'", "\u00a0", "\u202f"]))
def test_every_amount_written_with_groups_and_a_decimal_mark_comes_back(minor: int, mark: str, group: str) -> None:
    whole, fraction = format_amount(minor, "KZT").split(".")
    written = f"{int(whole):,}".replace(",", group) + mark + fraction
    assert amounts.unsigned_amount(written, "KZT") == minor
    assert amounts.signed_amount("-" + written, "KZT") == -minor


@pytest.mark.parametrize(
    "written", ["31.12.2026", "31.12.2026 23:59:59", "2026-12-31", "2026-12-31T23:59:59Z", "20261231", "20261231235959"]
)
def test_a_day_in_any_of_its_forms(written: str) -> None:
    assert amounts.read_date(written).isoformat() == "2026-12-31"


@pytest.mark.parametrize("written", ["", "31/12/2026", "12.31.2026", "2026-13-01", "00000000", "31.12.26", "18991231"])
def test_no_day(written: str) -> None:
    with pytest.raises(Refusal, match=r"3: date .* is not a day of the calendar"):
        amounts.read_date(written, 3)
