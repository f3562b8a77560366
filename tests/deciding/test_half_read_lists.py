"""A number of a list that is read in part only: enough to doubt that the money is all for the others."""

from __future__ import annotations

import pytest

from reconcile.statement import Party
from tests.deciding.books import Books, holder, short

BOOKS = Books(
    {"104582": holder("a", "МЧЖ Тола", tax_id="301234567", country="UZ"), "200777": holder("b", "МЧЖ Нур", country="UZ")},
    {
        "SRV-0011674": ("104582", 100_000), "26-58580": ("104582", 100_000), "26-58581": ("104582", 40_000),
        "26-40098": ("200777", 100_000), "527853": ("200777", 50_000),
    },
)  # fmt: skip
PAYER = Party("МЧЖ Тола", tax_id="301234567")


@pytest.mark.parametrize(
    "purpose",
    [
        "ҳисоб-фактуралар № SRV-0011674, 26-40098 85/К\nО-сонли шартнома асосида",  # the fold has cut the contract's number
        "ҳисоб-фактуралар № SRV-0011674, 26-40098 85/5 бўйича",
        "TO’LOV HISOBLARI № 26-58580; 52 7853 DALOLATNOMA № 904-ДУ",  # a blank has cut the second invoice's
    ],
)
def test_another_clients_number_is_not_passed_over(purpose: str) -> None:
    assert short(BOOKS.decide(purpose, PAYER, 100_000, country="UZ")).startswith("unmatched conflicting_references")


def test_the_same_clients_is_settled_with_the_others() -> None:
    made = BOOKS.decide("ҳисоб-фактуралар № SRV-0011674, 26-58581 85/5 бўйича", PAYER, 140_000, country="UZ")
    assert short(made) == "credited 104582 SRV-0011674=100000 26-58581=40000"
