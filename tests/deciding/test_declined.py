"""What a person declined is taken away, and nothing becomes more certain by it."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.decision import decide
from reconcile.outcome import Decision
from reconcile.proposal import Case, Declined
from reconcile.statement import Party
from tests.deciding.books import PERSON, Books, holder, short

ROMASHKA = holder("a", "ТОО Ромашка", tax_id="180440021537")
GROM = holder("b", "ТОО Гром", tax_id="030440003698")
PAYER = Party("ТОО Ромашка", "180440021537", "KZ1")
STRANGER = Party("Иванов Иван", "850412300125", "KZ9")
BOOKS = Books(
    {"104582": ROMASHKA, "104583": ROMASHKA, "204583": GROM},
    {"4512": ("104582", 1500), "4513": ("104582", 700), "4520": ("104583", 900), "7001": ("204583", 1500)},
)
ONE = Books({"104582": ROMASHKA, "204583": GROM}, {"4512": ("104582", 1500), "7001": ("204583", 1500)})


def no(account: str, invoice: str | None = None) -> Declined:
    return Declined(account, invoice, "anna", "2026-02-04")


def _with(case: Case, *declined: Declined) -> Decision:
    return decide(replace(case, declined=declined))


def _offered(made: Decision) -> list[tuple[str, str | None]]:
    return [(each.account_number, each.invoice_number) for each in made.candidates]


@pytest.mark.parametrize(
    ("books", "purpose", "amount", "plain", "declined"),
    [
        (BOOKS, "счет 4512", 1500, "credited 104582 4512=1500", "unmatched conflicting_references"),
        (BOOKS, "4512", 1500, "credited 104582 4512=1500", "unmatched ambiguous_reference"),
        (BOOKS, "счет 4521", 1500, "credited 104582 reference_corrected 4512=1500", "unmatched unknown_reference"),
        (ONE, "Оплата", 1500, "credited 104582 matched_by_payer 4512=1500", "unmatched no_reference"),
        (BOOKS, "счета 4512, 4520", 2400, "credited 104582+104583 4512=1500 4520=900", "unmatched conflicting_references"),
    ],
)  # fmt: skip
def test_where_a_rule_leads_to_a_declined_account_the_payment_waits(
    books: Books, purpose: str, amount: int, plain: str, declined: str
) -> None:
    case = books.case(purpose, PAYER, amount)
    made = _with(case, no("104582"))
    assert (short(_with(case)), short(made)) == (plain, declined)
    assert "104582" not in {number for number, _ in _offered(made)}
    assert made.splits == made.allocations == ()
    said = [(code, words) for code, words in made.evidence if code in ("declined", "not_against_a_person")]
    assert said == [
        ("declined", {"account": "104582", "by": "anna", "on": "2026-02-04"}), ("not_against_a_person", {}),
    ]  # fmt: skip


def test_a_held_payment_loses_its_account_and_its_third_party_flag() -> None:
    case = BOOKS.case("счет 4512", STRANGER, 1500)
    assert short(_with(case)) == "held 104582 power_of_attorney_missing third_party_payer"
    made = _with(case, no("104582"))
    assert (short(made), made.relation) == ("unmatched conflicting_references", None)


def test_a_doubted_statement_stays_the_reason() -> None:
    case = BOOKS.case("счет 4512", PAYER, 1500)
    case = replace(case, payment=replace(case.payment, balance_mismatch=True))
    assert short(_with(case)) == "held 104582 balance_mismatch"
    assert short(_with(case, no("104582"))) == "held balance_mismatch"


def test_what_is_left_is_never_unique_enough_to_be_credited() -> None:
    """Two accounts stand against each other; without the one the other would be certain. A person's no is not a yes."""
    for purpose, payer, amount in (
        ("счета 4512 и 7001", PAYER, 1500),
        ("4512 7001", PAYER, 1500),
        ("Оплата", PAYER, 900),
    ):
        case = BOOKS.case(purpose, payer, amount)
        plain, made = _with(case), _with(case, no("204583"), no("104582"))
        assert plain.status == made.status == "unmatched"
        assert (plain.reason, plain.flags) == (made.reason, made.flags)
    two = Books({"104582": ROMASHKA}, {"4512": ("104582", 1500), "4513": ("104582", 1500)})
    made = _with(two.case("Оплата", PAYER, 1500), no("104582", "4513"))
    assert short(made) == "unmatched no_reference"
    assert _offered(made) == [("104582", "4512"), ("104582", None)]


def test_a_declined_invoice_leaves_its_account_and_the_machine_does_not_credit_by_it() -> None:
    case = BOOKS.case("счет 4512", PAYER, 1500)
    made = _with(case, no("104582", "4512"))
    assert short(made) == "unmatched conflicting_references"
    assert ("104582", None) in _offered(made)
    assert ("104582", "4512") not in _offered(made)
    by_amount = _with(BOOKS.case("л/с 104582", PAYER, 1500), no("104582", "4512"))
    assert short(by_amount) == "unmatched conflicting_references"
    another = _with(BOOKS.case("счет 4513", PAYER, 700), no("104582", "4512"))
    assert short(another) == "credited 104582 4513=700"


def test_another_account_that_the_text_names_is_credited_all_the_same() -> None:
    made = _with(BOOKS.case("счет 4512", PAYER, 1500), no("204583"))
    assert short(made) == "credited 104582 4512=1500"


PURPOSES = (
    "счет 4512",
    "счета 4512, 4513",
    "счет 4512, 7001",
    "4520",
    "л/с 104583",
    "счет 4521",
    "Оплата",
    "возврат 4512",
)
PAYERS = (PAYER, STRANGER, Party("", "", ""), Party("ТОО Гром", "030440003698", "KZ2"))
TARGETS = [no(account) for account in BOOKS.accounts] + [no(its[0], number) for number, its in BOOKS.invoices.items()]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(list(product(PURPOSES, PAYERS, (700, 900, 1500, 2200, 2400, 3100)))),
    st.lists(st.sampled_from(TARGETS), min_size=1, max_size=4, unique=True),
)
def test_never_offered_never_credited_and_nothing_more_credited_than_without(
    drawn: tuple[str, Party, int], declined: list[Declined]
) -> None:
    case = BOOKS.case(*drawn)
    plain, made = _with(case), _with(case, *declined)
    accounts = {each.account_number for each in declined if each.invoice_number is None}
    invoices = {each.invoice_number for each in declined if each.invoice_number is not None}
    assert not accounts & {number for number, _ in (*_offered(made), *made.splits)} | accounts & {made.account_number}
    assert not invoices & {invoice for _, invoice in _offered(made)}
    assert not invoices & {each.invoice_number for each in made.allocations}
    if made.status == "credited":
        same = (plain.status, plain.account_number, plain.splits, plain.allocations, plain.flags)
        assert (made.status, made.account_number, made.splits, made.allocations, made.flags) == same
    assert plain.status != "unmatched" or made.status == "unmatched"


def test_a_person_may_still_be_the_holder_of_nothing() -> None:
    """Declining what no rule found changes nothing but what is told."""
    case = Books({"104582": holder("p", "Иванов Иван", tax_id="850412300125", type=PERSON)}).case("Оплата", STRANGER)
    plain, made = _with(case), _with(case, no("999"))
    assert replace(made, evidence=()) == replace(plain, evidence=())
