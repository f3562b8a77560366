"""A seed makes a schedule of crashes; the night is killed by it, run again to its end, and compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from tests.chaos.night import Work
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
    """Kill the night one to three times at steps drawn from the seed, then let it come to its end. As often in the run as
    in the ingest, which takes more steps; where the run is to die first, the statements are in the books already."""
    expected, whole = scene.undisturbed(database)
    rng = Random(seed)
    in_run = rng.random() < 0.5
    steps = whole.steps - whole.ingest_steps if in_run else whole.ingest_steps
    died: list[int] = []
    with scene.books(database, ingested=in_run) as url:
        for attempt in range(rng.randint(1, MOST_KILLS)):
            work = scene.work(url, attempt)
            # A night that goes on after a crash has fewer steps left, so later kills come earlier.
            at = rng.randint(1, max(steps >> attempt, 1))
            ended = scene.nights.one(replace(work, files=()) if in_run else work, fuse_at=at)
            assert ended.killed or ended.code == 0, f"seed {seed}: the night failed with {ended.code}, not by our hand"
            if ended.killed:
                died.append(at)
        last = scene.nights.one(scene.work(url, MOST_KILLS))
        assert last.code == 0, f"seed {seed}: after dying at {died} the night failed with {last.code}"
        return Crashed(seed, database, tuple(died), differences(expected, scene.exports(url)))


def crash_all(scene: Scene, database: str, seed: int) -> Crashed:
    """Two or three workers at one run, all of them killed at the same moment, once or twice; then two finish it."""
    expected, whole = scene.undisturbed(database)
    rng = Random(seed)
    died: list[int] = []
    with scene.books(database, ingested=True) as url:
        for attempt in range(rng.randint(1, 2)):
            work = _share_of(scene, url, attempt)
            at = rng.randint(1, (whole.steps - whole.ingest_steps) >> (attempt + 1))  # they share the steps
            if scene.nights.all_killed([work] * rng.randint(2, 3), at):
                died.append(at)
        ended = scene.nights.at_once([_share_of(scene, url, MOST_KILLS)] * 2)
        assert [each.code for each in ended] == [0, 0], f"seed {seed}: after dying at {died} the run failed: {ended}"
        return Crashed(seed, database, tuple(died), differences(expected, scene.exports(url)))


def _share_of(scene: Scene, url: str, attempt: int) -> Work:
    """Only the run; chunks so small that each worker gets some."""
    return replace(scene.work(url, attempt), files=(), chunk=10)
