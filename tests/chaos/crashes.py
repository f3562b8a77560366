"""A seed makes a schedule of crashes; the night is killed by it, run again to its end, and compared."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.chaos.night import Ended
from tests.chaos.scene import Scene, differences

MOST_KILLS = 3


@dataclass(frozen=True, slots=True)
class Crashed:
    """What became of one seed: at which steps the night died, and what differs from the undisturbed one."""

    seed: int
    database: str
    died_at: tuple[int, ...]
    differences: list[str]


def crash(scene: Scene, database: str, seed: int) -> Crashed:
    """Kill the night one to three times at steps drawn from the seed, then let it come to its end."""
    expected, whole = scene.undisturbed(database)
    rng = Random(seed)
    died: list[int] = []
    with scene.books(database) as url:
        for attempt in range(rng.randint(1, MOST_KILLS)):
            at = _moment(rng, whole, attempt)
            ended = scene.nights.one(scene.work(url, attempt), fuse_at=at)
            assert ended.killed or ended.code == 0, f"seed {seed}: the night failed with {ended.code}, not by our hand"
            if ended.killed:
                died.append(at)
        last = scene.nights.one(scene.work(url, MOST_KILLS))
        assert last.code == 0, f"seed {seed}: after dying at {died} the night failed with {last.code}"
        return Crashed(seed, database, tuple(died), differences(expected, scene.exports(url)))


def _moment(rng: Random, whole: Ended, attempt: int) -> int:
    """As often in the run as in the ingest, which takes more steps. A night that goes on after a crash has fewer steps
    left, so later kills come earlier."""
    if attempt:
        return rng.randint(1, whole.steps >> attempt)
    first, last = (1, whole.ingest_steps) if rng.random() < 0.5 else (whole.ingest_steps + 1, whole.steps)
    return rng.randint(first, last)
