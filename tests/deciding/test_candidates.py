"""What a person is shown of a payment that waits: sums of several invoices, numbers near the typed one, old decisions."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.candidates import Candidate
from reconcile.invoicing.numbers import InvoiceSeries, issue
from reconcile.matchers.hints import ways_to_make
from reconcile.outcome import Decision
from reconcile.statement import Party
from tests.deciding.books import Books, holder

OURS = issue(InvoiceSeries("BK", 6), 127)
ROMASHKA = holder("a", "ТОО Ромашка", tax_id="180440021537")
GROM = holder("b", "ТОО Гром", tax_id="030440003698")
PAYER = Party("ТОО Ромашка", "180440021537", "KZ1")


def _decided(
    invoices: dict[str, tuple[str, int]], purpose: str, amount: int, taught: dict[str, tuple[str, ...]] | None = None
) -> Decision:
    books = Books({"104582": ROMASHKA, "204583": GROM}, invoices, taught=taught or {})
    return books.decide(purpose, PAYER, amount)


def _codes(candidate: Candidate) -> list[str]:
    return [code for code, _ in candidate.evidence]


def test_invoices_that_add_up_to_the_amount_are_offered_and_never_credited() -> None:
    invoices = {"1": ("104582", 100), "2": ("104582", 250), "3": ("104582", 700)}
    made = _decided(invoices, "Оплата", 350)
    assert (made.status, made.reason) == ("unmatched", "no_reference")
    assert [each.invoice_number for each in made.candidates if "exact_together" in _codes(each)] == ["1", "2"]


def test_the_less_ways_there_are_to_make_the_sum_the_likelier_it_is_and_too_many_say_nothing() -> None:
    one = _decided({"1": ("104582", 100), "2": ("104582", 250), "3": ("104582", 700)}, "Оплата", 350)
    two = _decided({str(n): ("104582", amount) for n, amount in enumerate((100, 250, 150, 200, 900))}, "Оплата", 350)
    many = _decided({str(n): ("104582", 100) for n in range(9)}, "Оплата", 300)
    assert one.candidates[0].score > two.candidates[0].score > 0.4
    assert not [each for each in many.candidates if "exact_together" in _codes(each)]


def test_what_is_not_known_to_be_every_way_is_as_good_as_none() -> None:
    """Forty invoices of nearly one amount: half a billion sums are too many to know that one of them is the only one."""
    amounts = [100_000 + n * n for n in range(40)]
    sure = _decided({str(n): ("104582", amount) for n, amount in enumerate(amounts)}, "Оплата", sum(amounts[:20]))
    assert [each.invoice_number for each in sure.candidates] == [None]
    assert ways_to_make(sum(amounts[:20]), [(amount, str(n)) for n, amount in enumerate(amounts)]) == []
    assert ways_to_make(2**12 - 2, [(2**n, str(n)) for n in range(40)]) == [tuple(sorted(map(str, range(1, 12))))]


@settings(deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=9), st.integers(2, 120), st.randoms())
def test_every_way_to_make_a_sum_is_found_in_whatever_order(amounts: list[int], amount: int, rng: Random) -> None:
    items = [(each, str(n)) for n, each in enumerate(amounts)]
    every = {
        tuple(sorted(number for _, number in some))
        for size in range(2, len(items) + 1)
        for some in combinations(items, size)
        if sum(each for each, _ in some) == amount
    }
    mixed = list(items)
    rng.shuffle(mixed)
    found = ways_to_make(amount, items)
    assert found == ways_to_make(amount, mixed)
    assert set(found) == (every if len(every) <= 3 else set())


@pytest.mark.parametrize(
    ("why", "payer", "purpose", "invoices", "offered"),
    [
        ("a single invoice of the amount stands before any sum", PAYER, "Оплата",
         {"1": ("104582", 100), "2": ("104582", 250), "3": ("104582", 350)}, []),
        ("through a paid one", PAYER, "Оплата", {"paid": ("104582", 100), "2": ("104582", 250), "3": ("104582", 700)}, []),
        ("through a cancelled one", PAYER, "Оплата",
         {"off": ("104582", 100), "2": ("104582", 250), "3": ("104582", 700)}, []),
        ("over two accounts", PAYER, "Оплата", {"1": ("104582", 100), "2": ("204583", 250), "3": ("104582", 700)}, []),
        ("by somebody else", Party("ТОО Вереск", "970340001239", "KZ7"), "Оплата",
         {"1": ("104582", 100), "2": ("104582", 250), "3": ("104582", 700)}, []),
        ("by nobody known", Party(), "Оплата", {"1": ("104582", 100), "2": ("104582", 250), "3": ("104582", 700)}, []),
        ("a unique sum", PAYER, "Оплата", {"1": ("104582", 100), "2": ("104582", 250), "3": ("104582", 700)}, ["1", "2"]),
    ],
)  # fmt: skip
def test_a_sum_is_offered_only_to_the_own_payer_and_credited_never(
    why: str, payer: Party, purpose: str, invoices: dict[str, tuple[str, int]], offered: list[str]
) -> None:
    books = Books({"104582": ROMASHKA, "204583": GROM}, invoices, frozenset({"paid"}), frozenset({"off"}))
    made = books.decide(purpose, payer, 350)
    assert [each.invoice_number for each in made.candidates if "exact_together" in _codes(each)] == offered, why
    assert made.status == ("credited" if why.startswith("a single") else "unmatched")


def test_check_digits_rank_the_numbers_near_the_typed_one() -> None:
    """Neither amount fits, so nothing is corrected; the number of ours whose digits hold stands first."""
    typed = OURS[:-3] + "9" + OURS[-2:]
    near = OURS[:-3] + "8" + OURS[-2:]
    made = _decided({near: ("104582", 500), OURS: ("104582", 700)}, f"Оплата по счету {typed}", 350)
    assert (made.status, made.reason) == ("unmatched", "unknown_reference")
    first, second = made.candidates[:2]
    assert (first.invoice_number, second.invoice_number) == (OURS, near)
    assert "check_digits" in _codes(first)
    assert "check_digits" not in _codes(second)


def test_an_old_decision_ranks_and_is_not_offered_against_the_payers_own_account() -> None:
    taught = {"KZ1": ("204583",)}
    books = Books({"204583": GROM}, {}, taught=taught)
    stranger = books.decide("Оплата", Party("", "", "KZ1"), 350)
    assert [(each.account_number, _codes(each)) for each in stranger.candidates] == [("204583", ["decided_before"])]
    own = _decided({}, "Оплата", 350, taught)
    assert [each.account_number for each in own.candidates] == ["104582"]
