"""What a person is shown of a payment that waits: sums of several invoices, numbers near the typed one, old decisions."""

from __future__ import annotations

from reconcile.candidates import Candidate
from reconcile.decision import Decision
from reconcile.invoicing.numbers import InvoiceSeries, issue
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


def test_the_search_for_a_sum_is_bounded() -> None:
    made = _decided({str(n): ("104582", 2**n) for n in range(40)}, "Оплата", 2**40 - 2)
    assert [each.account_number for each in made.candidates] == ["104582"]


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
