"""What is made ahead comes in its order; whoever fails first, nothing goes on behind the other's back."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from reconcile.steps.ahead import ahead


def numbers(count: int, made: list[int], fail_at: int = -1) -> Iterator[int]:
    for number in range(count):
        if number == fail_at:
            raise ValueError(f"no {number}")
        made.append(number)
        yield number


@pytest.mark.parametrize("most", [0, 1, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_all_items_come_in_their_order(most: int, count: int) -> None:
    with ahead(numbers(count, []), most) as items:
        assert list(items) == list(range(count))


@pytest.mark.parametrize("most", [0, 1, 3])
def test_an_error_comes_where_its_item_would_have_come(most: int) -> None:
    seen = []
    with pytest.raises(ValueError, match="no 4"), ahead(numbers(9, [], fail_at=4), most) as items:
        for item in items:
            seen.append(item)  # noqa: PERF402
    assert seen == [0, 1, 2, 3]


@pytest.mark.parametrize("most", [0, 1, 3])
def test_no_more_is_made_than_was_asked_for_and_nothing_after_the_end(most: int) -> None:
    made: list[int] = []
    with pytest.raises(KeyError), ahead(numbers(100, made), most) as items:
        assert next(items) == 0
        assert next(items) == 1
        raise KeyError
    assert len(made) <= 2 + most
    before = len(made)
    assert threading.active_count() == 1 or not any(each.name.startswith("ahead") for each in threading.enumerate())
    assert len(made) == before


def test_items_are_made_by_one_thread_that_is_not_the_callers() -> None:
    def makers() -> Iterator[int]:
        for _ in range(5):
            yield threading.get_ident()

    with ahead(makers(), 2) as items:
        found = set(items)
    assert len(found) == 1
    assert threading.get_ident() not in found
