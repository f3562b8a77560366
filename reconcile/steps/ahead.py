"""Two things at once in one process: what is made next, while the database works on what was made before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

T = TypeVar("T")
_END: Final = object()


@contextmanager
def ahead(items: Iterator[T], most: int) -> Iterator[Iterator[T]]:
    """The items in their order, up to `most` of them made by a thread before they are asked for; 0: without a thread.

    All of `items` runs in that one thread. Its error is raised where the item would have come; when the block ends
    early, the item that is being made is the last. To be used where the caller waits for a server: SQLite works in
    the caller's own thread, and the two would only take turns.
    """
    if not most:
        yield items
        return
    pool = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    try:
        waiting: deque[Future[T | object]] = deque(pool.submit(next, items, _END) for _ in range(most))
        yield _in_order(pool, items, waiting)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _in_order(pool: ThreadPoolExecutor, items: Iterator[T], waiting: deque[Future[T | object]]) -> Iterator[T]:
    while (item := waiting.popleft().result()) is not _END:
        waiting.append(pool.submit(next, items, _END))
        yield item  # type: ignore[misc]
