"""A share of the accuracy benchmark (`make accuracy`) in the suite, and what its measures rest on."""

from __future__ import annotations

import pytest

from reconcile.store.engine import make_engine
from tests.accuracy import report
from tests.accuracy.measure import Result, upper_bound
from tests.accuracy.play import play
from tests.accuracy.world import draw, write

ENTRIES, SEED = 1500, 20260207


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    root = tmp_path_factory.mktemp("accuracy")
    engine = make_engine(f"sqlite:///{root / 'books.db'}")
    found = play(engine, write(draw(SEED, ENTRIES), root))
    engine.dispose()
    return found


def test_every_entry_is_one_payment(result: Result) -> None:
    assert [one.expected.purpose for one in result.compared if one.seen is None] == []
    assert result.surplus == []


def test_no_credit_is_wrong_and_hardly_one_is_missed(result: Result) -> None:
    assert [(one.expected.kind, one.expected.purpose) for one in result.wrong] == []
    assert report.faults(result) == []


def test_the_same_seed_draws_the_same_world() -> None:
    first, second = draw(5, 60), draw(5, 60)
    assert [draft.entry for draft in first.drafts] == [draft.entry for draft in second.drafts]
    assert [draft.labels for draft in first.drafts] == [draft.labels for draft in second.drafts]


@pytest.mark.parametrize(
    ("errors", "trials", "bound"),
    [(0, 3000, 0.000998), (0, 20_000, 0.00014978), (1, 1000, 0.0047349), (5, 500, 0.0209), (3, 3, 1.0), (0, 0, 1.0)],
)
def test_the_upper_bound_is_the_exact_binomial_one(errors: int, trials: int, bound: float) -> None:
    """Rule of three: about 3 / n for no error; one of a thousand is below 0.474 % (Clopper-Pearson, one-sided 95 %)."""
    assert upper_bound(errors, trials) == pytest.approx(bound, rel=0.01)
