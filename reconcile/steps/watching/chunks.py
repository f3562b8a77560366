"""How long a run's chunks take, as figures of this process.

Where PROMETHEUS_MULTIPROC_DIR names a folder, every process writes its figures there and whoever is asked adds them up;
so the workers of one machine are one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

from prometheus_client import Counter, Histogram

log = logging.getLogger(__name__)
SECONDS = Histogram(
    "reconcile_chunk_seconds",
    "How long one chunk of payments took to decide and post.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)
PAYMENTS = Counter("reconcile_chunk_payments", "Payments that chunks have looked at.")


def timed(also: Callable[[int], None] = lambda count: None) -> Callable[[int], None]:
    """What a run tells of its progress: each chunk is counted, with the time since the one before."""
    since = monotonic()

    def told(count: int) -> None:
        nonlocal since
        now = monotonic()
        if count:
            SECONDS.observe(now - since)
            PAYMENTS.inc(count)
            log.info("chunk decided", extra={"chunk": count, "seconds": round(now - since, 3)})
        since = now
        also(count)

    return told
