"""mt-940, the usual library, beside ours: where it is right both say the same, and where it is wrong ours does not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import mt940 as library
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.parsers import mt940
from reconcile.statement import CreditDebit, Entry
from tests.parsers.reading import read_one
from tests.parsers.test_mt940 import message

MARKS = st.sampled_from(["C", "D", "CT", "DT"])
DAYS = st.dates(date(2001, 1, 1), date(2078, 12, 31))
TEXTS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789.,-/", max_size=40).filter(lambda text: "/" not in text[:1])


def line(day: date, mark: str, minor: int) -> str:
    return f":61:{day:%y%m%d%m%d}{mark}{minor // 100},{minor % 100:02d}NTRFNONREF//B1"


def figures(entry: Entry) -> tuple[date, date | None, Decimal]:
    sign = 1 if entry.credit_debit is CreditDebit.CREDIT else -1
    return entry.booking_date, entry.value_date, Decimal(sign * entry.amount) / 100


def by_library(content: bytes) -> list[tuple[date, date, Decimal]]:
    [statement] = library.parse_statements(content.decode())
    return [
        (each.data.get("entry_date", each.data["date"]), each.data["date"], each.data["amount"].amount)
        for each in statement.transactions
        if "amount" in each.data
    ]


@given(st.lists(st.tuples(DAYS, MARKS, st.integers(0, 10**11), TEXTS), min_size=1, max_size=6))
def test_plain_entries_are_read_alike(entries: list[tuple[date, str, int, str]]) -> None:
    lines = [part for day, mark, minor, text in entries for part in (line(day, mark, minor), f":86:a{text}")]
    content = message(*lines)
    _, found = read_one(mt940, content)
    assert [figures(entry) for entry in found] == by_library(content)


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        (":61:2602030203RC10,00NTRFNONREF", [Decimal(-10)]),
        (":61:951017C10,00NTRFNONREF", [Decimal(10)]),
        (":61:260203C10,00\n:61:260203C20,00", [Decimal(10), Decimal(20)]),
    ],
)
def test_where_the_library_is_silently_wrong_ours_is_not(written: str, ours: list[Decimal]) -> None:
    """The sign of a reversal, the century, and entries without a type that overwrite each other."""
    content = message(written)
    _, found = read_one(mt940, content)
    assert [figures(entry)[2] for entry in found] == ours
    assert [figures(entry) for entry in found] != by_library(content)
