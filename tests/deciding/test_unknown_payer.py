"""Nobody known paid: what credits all the same, and what must not."""

from __future__ import annotations

import pytest

from reconcile.invoicing.numbers import InvoiceSeries, issue
from reconcile.statement import NOBODY, Party
from tests.deciding.books import Books, holder, short

OURS = issue(InvoiceSeries("BK", 6), 127)
OTHER = issue(InvoiceSeries("BK", 6), 128)
UZ = issue(InvoiceSeries("BT", 6), 127)
BROKEN = "BK-00012708"
CREDITOR, NEARLY = "RF08730144", "RF80730144"
BOOKS = Books(
    {"104582": holder("a", "ТОО Ромашка", tax_id="180440021537"), "200777": holder("u", "МЧЖ Тола", country="UZ")},
    {
        OURS: ("104582", 100_000), OTHER: ("104582", 50_000), BROKEN: ("104582", 70_000), "4512": ("104582", 30_000),
        UZ: ("200777", 100_000), CREDITOR: ("104582", 20_000), NEARLY: ("104582", 25_000),
    },
)  # fmt: skip
NAMELESS, MASKED, DOUBTFUL = NOBODY, Party("Яна Петровна О."), Party("Ромошка")

CREDITED = {
    "a marked invoice with check digits, exactly": (f"Оплата по счету {OURS}", 100_000, f"{OURS}=100000"),
    "typed with look-alikes": (f"счет №ВК{OURS[3:]} от 03.02.2026", 100_000, f"{OURS}=100000"),
    "without its zeros": (f"счет BK{OURS[3:].lstrip('0')}", 100_000, f"{OURS}=100000"),
    "two of them, together exactly": (f"счета {OURS}, {OTHER}", 150_000, f"{OURS}=100000 {OTHER}=50000"),
    "a creditor reference with its own check digits": (f"счет {CREDITOR}", 20_000, f"{CREDITOR}=20000"),
    "another scheme's with the account beside it": ("счет 4512, л/с 104582", 30_000, "4512=30000"),
}
HELD = {
    "not the exact amount": (f"Оплата по счету {OURS}", 99_999),
    "more than outstanding": (f"Оплата по счету {OURS}", 100_001),
    "another scheme's number alone": ("Оплата по счету 4512", 30_000),
    "our shape, but its check digits fail": (f"Оплата по счету {BROKEN}", 70_000),
    "a creditor reference whose check digits fail": (f"счет {NEARLY}", 25_000),
    "one with check digits, one without": (f"счета {OURS}, 4512", 130_000),
}


@pytest.mark.parametrize("payer", [NAMELESS, MASKED, DOUBTFUL], ids=["nobody", "masked", "doubtful"])
@pytest.mark.parametrize("name", CREDITED)
def test_credited(name: str, payer: Party) -> None:
    purpose, amount, taken = CREDITED[name]
    assert short(BOOKS.decide(purpose, payer, amount)) == f"credited 104582 {taken}"


@pytest.mark.parametrize("payer", [NAMELESS, MASKED, DOUBTFUL], ids=["nobody", "masked", "doubtful"])
@pytest.mark.parametrize("name", HELD)
def test_held(name: str, payer: Party) -> None:
    purpose, amount = HELD[name]
    made = BOOKS.decide(purpose, payer, amount)
    assert (made.status, made.reason, made.account_number) == ("held", "payer_unknown", "104582")


TWO_ACCOUNTS = Books(
    {number: holder("a", "ТОО Ромашка", tax_id="180440021537") for number in ("104582", "104583")},
    {OURS: ("104582", 100_000), OTHER: ("104583", 50_000), "4512": ("104583", 30_000)},
)


def test_each_part_of_one_holder_s_accounts_is_asked_for_its_own_sum() -> None:
    made = TWO_ACCOUNTS.decide(f"счета {OURS}, {OTHER}", NOBODY, 150_000)
    assert (made.status, made.splits) == ("credited", (("104582", 100_000), ("104583", 50_000)))


@pytest.mark.parametrize(
    ("purpose", "amount", "said"),
    [
        (f"счета {OURS}, 4512", 130_000, ("held", "payer_unknown")),  # one without check digits refuses the whole
        (f"счета {OURS}, {OTHER}", 149_999, ("unmatched", "conflicting_references")),
    ],
)
def test_parts_that_are_not_certain_wait(purpose: str, amount: int, said: tuple[str, str]) -> None:
    made = TWO_ACCOUNTS.decide(purpose, NOBODY, amount)
    assert (made.status, made.reason) == said


def test_a_bare_number_of_ours_is_held() -> None:
    made = BOOKS.decide(f"оплата {OURS}", NOBODY, 100_000)
    assert (made.status, made.reason) == ("held", "payer_unknown")


def test_not_in_uzbekistan() -> None:
    made = BOOKS.decide(f"Оплата по счету {UZ}", NOBODY, 100_000, country="UZ")
    assert (made.status, made.reason) == ("held", "payer_unknown")


def test_a_name_near_the_holder_s_that_another_holder_bears_is_that_other_s() -> None:
    near = {"200778": holder("b", "ТОО Ромашка Холдинг", tax_id="190340004518")}
    books = Books({"104582": holder("a", "ТОО Ромашка", tax_id="180440021537"), **near}, {"4512": ("104582", 30_000)})
    alone = Books({"104582": holder("a", "ТОО Ромашка", tax_id="180440021537")}, {"4512": ("104582", 30_000)})
    said, payer = "счет 4512, л/с 104582", Party("ТОО Ромашка Холдинг")
    made = books.decide(said, payer, 30_000)
    assert (made.status, made.reason, made.account_number) == ("held", "third_party_purpose_incomplete", "104582")
    assert alone.decide(said, payer, 30_000).status == "credited"
