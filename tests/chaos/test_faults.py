"""PostgreSQL restarted, killed, cut off, locked or full in the middle of a night; a second worker, or another clock,
beside it: done again, the books are those of an undisturbed night."""

from __future__ import annotations

import pytest

from tests.chaos.faults import FAULTS, disturb
from tests.chaos.scene import Scene


@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_breaks_around_it_the_books_come_out_the_same(scene: Scene, fault: str, seed: int) -> None:
    assert disturb(scene, "postgresql", seed, fault).differences == []
