"""The same night through the real command line, killed by the clock: the seed draws how far into it, but the moment is
never quite the same. What the fuse cannot reach (start-up, the interpreter's own end) dies here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from random import Random

from tests.chaos.crashes import Crashed
from tests.chaos.night import AS_OF, Work
from tests.chaos.scene import Scene, differences

ROOT = Path(__file__).parents[2]
PATIENCE = 600.0


def crash_by_clock(scene: Scene, database: str, seed: int) -> Crashed:
    """Kill the commands after a part, drawn from the seed, of the time that they need undisturbed."""
    return crash_after(scene, database, Random(seed).random() * _undisturbed_seconds(scene, database), seed)


def crash_after(scene: Scene, database: str, delay: float, seed: int = 0) -> Crashed:
    """Kill the commands after so many seconds, then let them come to their end. `died_at` is in milliseconds."""
    expected, _ = scene.undisturbed(database)
    with scene.books(database) as url:
        work = scene.work(url)
        died = not _night(scene, work, delay)
        assert _night(scene, work, PATIENCE), "the night did not end"
        return Crashed(seed, database, (round(delay * 1000),) if died else (), differences(expected, scene.exports(url)))


@cache
def _undisturbed_seconds(scene: Scene, database: str) -> float:
    with scene.books(database) as url:
        started = time.monotonic()
        assert _night(scene, scene.work(url), PATIENCE), "the undisturbed night did not end"
        return time.monotonic() - started


def _night(scene: Scene, work: Work, seconds: float) -> bool:
    """`reconcile ingest` and `reconcile run`; whichever is under way when the time is over is killed. True where both
    came to their end, which must be a good one."""
    end = time.monotonic() + seconds
    for command in (["ingest", *map(str, work.files)], ["run", "--as-of", AS_OF.isoformat()]):
        process = subprocess.Popen(
            [sys.executable, "-m", "reconcile.cli", "--quiet", "--database-url", work.url, *command],
            cwd=scene.root, env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            _, said = process.communicate(timeout=max(end - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return False
        assert process.returncode == 0, f"{command[0]} ended with {process.returncode}: {said}"
    return True
