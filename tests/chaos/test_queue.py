"""Celery workers, Redis or PostgreSQL under them break in the middle of a night: the books come out the same."""

from __future__ import annotations

import pytest

from tests.chaos.queue import FAULTS, disturb_queue
from tests.chaos.scene import Scene
from tests.servers import RedisServer


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_breaks_between_the_workers_the_books_come_out_the_same(
    scene: Scene, redis: RedisServer, fault: str
) -> None:
    scene.redis = redis
    if redis.process is None:
        pytest.skip(f"the server from {redis.origin} is not ours to stop")
    disturbed = disturb_queue(scene, "postgresql", sorted(FAULTS).index(fault), fault)
    assert disturbed.died_at, "the night came to its end first: nothing was tested"
    assert disturbed.differences == []
