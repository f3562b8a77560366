"""The table that docs/names.md prints is made by code that still runs."""

from __future__ import annotations

from tests.names.curve import rows
from tests.names.pairs import Pair


def test_shares_by_group() -> None:
    pairs = [
        Pair("", "a", "ТОО Ромашка", "Romashka LLP"),
        Pair("", "a", "ТОО Вектор", "ТОО Луч"),
        Pair("", "b", "ТОО Вектор", "ТОО Вектор Плюс"),
    ]
    assert rows(pairs, lambda pair: pair.scheme) == [
        "| a | 2 | 50.0 % | 50.0 % | 0.0 % |",
        "| b | 1 | 0.0 % | 0.0 % | 100.0 % |",
        "| all | 3 | 33.3 % | 33.3 % | 33.3 % |",
    ]
