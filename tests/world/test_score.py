"""The measure itself: it must see every way in which a payment can come out otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from reconcile.world.score import score

EXPECTED: dict[str, Any] = {
    "bank_account": "KZ1", "booking_date": "2026-02-03", "bank_reference": "77", "amount": "150.00",
    "purpose": "счет 1",
    "case": "marked_invoice", "status": "credited", "reason": None, "account_number": "100", "flags": ["underpaid"],
    "payer_relation": "own", "allocations": [{"invoice_number": "1", "amount": "150.00"}],
    "splits": [], "unchecked": [],
}  # fmt: skip
SEEN = {**EXPECTED, "splits": [{"account_number": "100", "amount": "150.00"}], "purpose": "счет  1"}


def test_the_same_outcome_agrees() -> None:
    result = score([EXPECTED], [SEEN])
    assert (result.total, result.agreed, result.differences, result.surplus) == (1, 1, [], [])
    assert result.by_case == {"marked_invoice": {"agrees": 1}}


@pytest.mark.parametrize(
    ("change", "fields", "wrong_credit"),
    [
        ({"account_number": "200"}, ("account_number",), True),
        ({"status": "held", "reason": "payer_unknown"}, ("status", "reason"), False),
        ({"flags": []}, ("flags",), False),
        ({"flags": ["underpaid", "overpaid"]}, ("flags",), False),
        ({"allocations": []}, ("allocations",), False),
        ({"allocations": [{"invoice_number": "1", "amount": "149.00"}]}, ("allocations",), False),
        ({"payer_relation": "unknown"}, ("payer_relation",), False),
        (
            {"splits": [{"account_number": "100", "amount": "50.00"}, {"account_number": "2", "amount": "100.00"}]},
            ("splits",),
            True,
        ),
    ],
)
def test_another_outcome_differs(change: dict[str, Any], fields: tuple[str, ...], wrong_credit: bool) -> None:
    result = score([EXPECTED], [{**SEEN, **change}])
    assert [difference.fields for difference in result.differences] == [fields]
    assert bool(result.wrong_credits) is wrong_credit


def test_a_credit_where_none_is_due_is_a_wrong_credit() -> None:
    held = {**EXPECTED, "status": "held", "reason": "payer_unknown", "flags": ["payer_unknown"], "allocations": []}
    assert score([held], [SEEN]).wrong_credits


def test_a_missing_payment_differs_and_another_is_surplus() -> None:
    other = {**SEEN, "bank_reference": "78"}
    result = score([EXPECTED], [other])
    assert result.differences[0].fields == ("payment",)
    assert result.surplus == [other]


def test_two_honest_equals_need_two_payments() -> None:
    assert score([EXPECTED, EXPECTED], [SEEN, SEEN]).agreed == 2
    assert score([EXPECTED, EXPECTED], [SEEN]).agreed == 1


def test_what_is_left_open_is_not_compared() -> None:
    left_open = {**EXPECTED, "unchecked": ["account", "flags", "allocations", "relation"]}
    seen = {**SEEN, "account_number": None, "flags": [], "allocations": [], "payer_relation": None}
    assert score([left_open], [seen]).agreed == 1


def test_a_payment_before_the_cut_over_may_be_absent_or_undecided() -> None:
    never = {**EXPECTED, "status": None}
    assert score([never], []).agreed == 1
    assert score([never], [SEEN]).differences[0].fields == ("status",)
