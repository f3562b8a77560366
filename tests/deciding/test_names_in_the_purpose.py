"""Whom the purpose names beside the payer, and whom a name is that the format has cut."""

from __future__ import annotations

import pytest

from reconcile.statement import Party
from tests.deciding.books import Books, holder

BOOKS = Books(
    {
        "104582": holder("a", "ТОО Ромашка", tax_id="180440021537"),
        "200777": holder("u", '"Omad-Print 3" MChJ', country="UZ"),
        "200778": holder("v", "«Сарыарқа-Фуд 16» ЖШС"),
        "200779": holder("w", "«Сарыарқа-Фуд» ЖШС"),
    },
    {"4512": ("200778", 100_000)},
)
PAYER = Party("ТОО Гром", tax_id="990240000129")


@pytest.mark.parametrize(
    ("purpose", "status"),
    [
        ("B/O ТОО Гром FOR Romashka LLP A/C 104582", "credited"),
        ("B/O ТОО Молния FOR Romashka LLP A/C 104582", "held"),
        ("B/O ТОО Гром A/C 104582", "held"),
        ("за ТОО Ромашка по поручению ТОО Гром, л/с 104582", "credited"),
        ("за ТОО Молния по поручению ТОО Ромашка, л/с 104582", "held"),
        ("за Ромашка Гранит 3, л/с 104582", "held"),
        ('за ТОО "Ромашка", ТОО "Ромашка Плюс", л/с 104582', "held"),
    ],
)
def test_the_payers_own_name_beside_the_holders_is_no_other(purpose: str, status: str) -> None:
    assert BOOKS.decide(purpose, PAYER).status == status


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("«Сарыарқа-Фуд 16» жауапкершілігі", "credited"),
        ("«Сарыарқа-Фуд 17» жауапкершілігі", "held"),
        ("«Сарыарқа-Фуд» жауапкершілігі шек", "held"),
    ],
)
def test_a_name_cut_within_its_form_is_whole(name: str, status: str) -> None:
    assert len(name) in (31, 32, 33)
    assert BOOKS.decide("шот 4512", Party(name), format="ofx").status == status
