"""Cases that other systems get wrong, each with the line that says why. Tables beside this file; `bench.py` reads them."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.pathological.bench import Given, all_cases, outcome

CASES = list(all_cases())
OPEN: frozenset[str] = frozenset()
"""Not yet as the table says; strict, so that the list shrinks as soon as one is mended."""


def _marks(given: Given) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(strict=True)] if f"{given.table}:{given.name}" in OPEN else []


PARAMS = [pytest.param(each, id=f"{each.table}:{each.name}", marks=_marks(each)) for each in CASES]


@pytest.mark.parametrize("given", PARAMS)
def test_ends_as_the_decision_table_says(given: Given) -> None:
    assert outcome(given) == given.want, f"{given.why}\n{given.purpose}"


def test_there_are_at_least_three_hundred_and_each_has_its_name() -> None:
    twice = [name for name, count in Counter((each.table, each.name) for each in CASES).items() if count > 1]
    assert twice == []
    assert len(CASES) >= 300


def test_half_of_them_must_not_credit() -> None:
    """A table that only credits would be passed by a program that credits everything."""
    credited = sum("credited" in each.want for each in CASES)
    assert 0.35 < credited / len(CASES) < 0.65
