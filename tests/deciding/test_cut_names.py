"""OFX leaves 32 characters for a payer's name: what is cut off proves nothing, and takes nothing away."""

from __future__ import annotations

import pytest

from reconcile.books import HolderType
from reconcile.statement import Party
from tests.deciding.books import TRADER, Books, holder, short

ROOM = 32


def _decided(payer: str, *holders: object) -> str:
    books = Books({str(104582 + at): its for at, its in enumerate(holders)}, {"4512": ("104582", 100_000)})  # type: ignore[misc]
    made = books.decide("Оплата по счету 4512", Party(payer[:ROOM]), 100_000, country="UZ", format="ofx")
    return short(made)


@pytest.mark.parametrize("name", ["Омад Принт 3", '"Омад Принт 3"', "Тошкент Зилола"])
def test_a_name_cut_within_its_form_is_whole(name: str) -> None:
    payer = f"{name} масъулияти чекланган жамияти"
    assert _decided(payer, holder("a", f"{name} МЧЖ", country="UZ")) == "credited 104582 4512=100000"


def test_the_form_that_is_cut_still_says_what_it_is() -> None:
    """A company is not the sole trader of the same name."""
    payer = "Омад Принт 3 масъулияти чекланган жамияти"
    assert _decided(payer, holder("a", "ЯТТ Омад Принт 3", type=TRADER, country="UZ")).startswith("held")


def test_a_name_that_two_holders_bear_proves_neither() -> None:
    payer = "Омад Принт 3 масъулияти чекланган жамияти"
    two = holder("a", "Омад Принт 3 МЧЖ", country="UZ"), holder("b", "Омад Принт 3 АЖ", country="UZ")
    assert _decided(payer, *two).startswith("held")


@pytest.mark.parametrize("payer", ["Омад Принт Филиали 22 Масъулияти ", "Алмазар Кашкадарё Товарищество С"])
def test_the_first_word_of_a_form_may_be_the_name_s_own(payer: str) -> None:
    """«Товарищество С|обственников»: a form is sure only behind its first word."""
    name = payer.split("Масъ")[0].split("Това")[0].strip()
    assert _decided(payer, holder("a", f"{name} МЧЖ", country="UZ")).startswith("held")


@pytest.mark.parametrize(
    ("name", "type", "status"),
    [("YTT Karimov Aziz Olimovich", TRADER, "credited"), ("Karimov Aziz Olimovich MChJ", None, "held")],
)
def test_a_sole_traders_mark_that_is_cut_still_says_so(name: str, type: HolderType | None, status: str) -> None:
    its = holder("a", name, country="UZ", **({"type": type} if type else {}))
    assert _decided("KARIMOV AZIZ OLIMOVICH       YT", its).startswith(status)
