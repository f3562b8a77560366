"""Invoices of several accounts of one holder: of the reasons that each account has the table's first is the payment's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from reconcile.decision import decide
from reconcile.proposal import references_of
from reconcile.statement import Party
from tests.deciding.books import DAY, Books, holder

ROMASHKA = holder("a", "ТОО Ромашка", tax_id="180440021537")
BOOKS = Books(
    dict.fromkeys(("104582", "104583"), ROMASHKA),
    {"4512": ("104582", 100_000), "4513": ("104583", 50_000)},
)
STRANGER = Party("ТОО Сосна", "190340004518")


@pytest.mark.parametrize("closed", ["104582", "104583"])
def test_a_closed_account_goes_before_who_pays_whichever_account_it_is(closed: str) -> None:
    case = BOOKS.case("счета 4512, 4513", STRANGER, 150_000)
    case.found.accounts[closed] = replace(case.found.accounts[closed], is_open=False)
    made = decide(case)
    assert (made.status, made.reason, made.flags) == (
        "held",
        "account_not_open",
        ("account_not_open", "third_party_payer"),
    )


@pytest.mark.parametrize(("opened", "known"), [(DAY, True), (DAY + timedelta(days=1), False), (None, True)])
def test_no_invoice_is_on_the_books_before_its_account(opened: date | None, known: bool) -> None:
    case = BOOKS.case("счет 4512", Party("ТОО Ромашка", "180440021537"), 100_000)
    case.found.accounts["104582"] = replace(case.found.accounts["104582"], opened_on=opened)
    refs = references_of(case.payment, case.found)
    assert ([ref.number for ref in refs.marked], len(refs.unknown)) == ((["4512"], 0) if known else ([], 1))
