"""Values that are made quickly are the same values."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from reconcile.frozen import quickly_made
from reconcile.statement import StructuredReference


@dataclass(frozen=True, slots=True)
class Plain:
    one: int
    two: str = "b"
    three: dict[str, str] = field(default_factory=dict)


@quickly_made
@dataclass(frozen=True, slots=True)
class Quick:
    one: int
    two: str = "b"
    three: dict[str, str] = field(default_factory=dict)


def test_it_is_made_as_the_dataclass_would_be() -> None:
    for values in ({"one": 1}, {"one": 1, "two": "c"}, {"one": 1, "three": {"x": "y"}}):
        quick, plain = Quick(**values), Plain(**values)  # type: ignore[arg-type]
        assert (quick.one, quick.two, quick.three) == (plain.one, plain.two, plain.three)
    assert Quick(1, "c", {}) == Quick(1, "c") != Quick(2, "c")
    assert Quick(1).three is not Quick(1).three
    assert list(inspect.signature(Quick).parameters) == ["one", "two", "three"]


def test_it_stays_frozen_and_can_be_copied() -> None:
    quick = Quick(1)
    with pytest.raises(FrozenInstanceError):
        quick.one = 2  # type: ignore[misc]
    assert replace(quick, one=2) == Quick(2)
    assert copy.copy(quick) == quick
    typed = StructuredReference("invoice", "b")
    assert pickle.loads(pickle.dumps(typed)) == typed and hash(typed) == hash(StructuredReference("invoice", "b"))


def test_it_wants_its_fields() -> None:
    with pytest.raises(TypeError, match="one"):
        Quick()  # type: ignore[call-arg]
