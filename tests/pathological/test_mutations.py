"""Each matcher, each refusal, each decoy class and each group of marking words is needed: take it out, and some case of the
tables ends otherwise. (That each spelling and each legal form is needed stands in `tests/purpose` and `tests/names`.)"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from types import ModuleType

import pytest

from reconcile import decision, holding
from reconcile.decision import decide
from reconcile.matchers import MATCHERS
from reconcile.names import NameMatch
from reconcile.payer import Relation
from reconcile.proposal import Case, references_of
from reconcile.purpose.decoys import SHAPES
from reconcile.purpose.reader import read_with
from reconcile.purpose.words import Lexicon, lexicon
from tests.pathological.bench import Given, all_cases, case_of, told

GIVEN = list(all_cases())


@lru_cache(maxsize=1)
def _as_they_are() -> list[tuple[Given, Case, frozenset[str]]]:
    cases = [(given, case_of(given)) for given in GIVEN]
    return [(given, case, told(decide(case))) for given, case in cases]


def _ends_otherwise() -> bool:
    return any(told(decide(case)) != before for _, case, before in _as_they_are())


@pytest.mark.parametrize("place", range(len(MATCHERS)), ids=[each.__module__.rpartition(".")[2] for each in MATCHERS])
def test_without_a_matcher_some_case_ends_otherwise(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    _as_they_are()
    monkeypatch.setattr(decision, "MATCHERS", (*MATCHERS[:place], *MATCHERS[place + 1 :]))
    assert _ends_otherwise()


def _never_refuses(*_: object) -> tuple[None, tuple[()]]:
    return None, ()


REFUSALS: tuple[tuple[ModuleType, str, object], ...] = (
    (holding, "_unknown_payer", _never_refuses),
    (holding, "_purpose_rule", _never_refuses),
    (holding, "_power_rule", _never_refuses),
    (holding, "_names_account", lambda case, account: True),
    (holding, "_holder_named", lambda case, account: NameMatch.SAME),
    (holding, "_same_person", lambda case, name, tax_id: True),
    (holding, "party_type", lambda payer, country: None),
    (holding, "relation", lambda payer, holder, found, limit=None: Relation.OWN),
    (decision, "relation", lambda payer, holder, found, limit=None: Relation.OWN),
    (decision, "refusal", lambda case, account, stands, mentioned, amount: (None, ())),
    (decision, "invoice_flags", lambda case, amount, mentioned, unpaid: ()),
    (decision, "allocations", lambda case, account, amount, mentioned, unpaid: ()),
)


@pytest.mark.parametrize(("module", "name", "other"), REFUSALS, ids=[name for _, name, _ in REFUSALS])
def test_without_a_refusal_some_case_ends_otherwise(
    module: ModuleType, name: str, other: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    _as_they_are()
    monkeypatch.setattr(module, name, other)
    assert _ends_otherwise()


def _read_by(case: Case, given: Given, words: Lexicon, without: tuple[str, ...] = ()) -> Case:
    """The same payment with a purpose read by less."""
    payment = replace(case.payment, reading=read_with(given.purpose, words, without))
    return replace(case, payment=payment, references=references_of(payment, case.found))


def _misread(make: Callable[[Case, Given], Case]) -> bool:
    return any(told(decide(make(case, given))) != before for given, case, before in _as_they_are())


@pytest.mark.parametrize("shape", [*(name for name, _, _ in SHAPES), "long", "check", "phone_number", "purpose_code"])
def test_without_a_decoy_class_some_case_ends_otherwise(shape: str) -> None:
    assert _misread(lambda case, given: _read_by(case, given, lexicon(), (shape,)))


GROUPS = (
    "mark.invoice", "mark.account", "mark.contract", "mark.document", "mark.tax_id", "mark.phone", "mark.bank_account",
    "mark.purpose_code", "mark.amount", "role.joiner", "role.beneficiary_before", "role.beneficiary_after", "role.month",
    "nature.refund", "nature.reversal", "nature.own_funds", "nature.loan", "nature.deposit_interest",
    "nature.charter_capital", "nature.dividends", "lump.strong", "nature_not.before",
)  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_without_a_group_of_words_some_case_ends_otherwise(group: str) -> None:
    less = lexicon().without(group)
    assert _misread(lambda case, given: _read_by(case, given, less))
