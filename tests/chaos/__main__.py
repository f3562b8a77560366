"""`python -m tests.chaos [SEEDS] [--first SEED]`: as many schedules of crashes as wanted (200), on both databases in turn.

A seed that fails is printed with what differs, and is run again alone with `python -m tests.chaos 1 --first SEED`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from tests.chaos.command_line import crash_by_clock
from tests.chaos.crashes import Crashed, crash
from tests.chaos.faults import disturb
from tests.chaos.night import Nights
from tests.chaos.scene import Scene
from tests.servers import postgres_server

DATABASES = ("sqlite", "postgresql")
BY_CLOCK_EVERY = 10
FAULT_EVERY = 4


def campaign(scene: Scene, seeds: Iterable[int], say: Callable[[str], None]) -> list[Crashed]:
    """Run the seeds; the ones that came out otherwise."""
    wrong = []
    for seed in seeds:
        kill = crash_by_clock if seed % BY_CLOCK_EVERY == BY_CLOCK_EVERY - 1 else crash
        if kill is crash and seed % FAULT_EVERY == 0:
            kill = disturb
        crashed = kill(scene, DATABASES[seed // (BY_CLOCK_EVERY if kill is crash_by_clock else 1) % 2], seed)
        unit = "ms" if kill is crash_by_clock else "steps"
        died = f"died at {', '.join(map(str, crashed.died_at))} {unit}" if crashed.died_at else "came to its end first"
        say(f"seed {seed:4} {crashed.database:10} {died:40} {'DIFFERS' if crashed.differences else 'the same'}")
        for line in crashed.differences:
            say(line)
        if crashed.differences:
            wrong.append(crashed)
    return wrong


def main() -> int:
    given = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    given.add_argument("seeds", nargs="?", type=int, default=200, help="how many seeds (200)")
    given.add_argument("--first", type=int, default=0, help="the first seed (0)")
    asked = given.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, postgres_server() as postgres, ExitStack() as stack:
        Path(folder).chmod(0o755)
        scene = Scene(Path(folder), postgres, Nights(), stack, whole=True)
        wrong = campaign(scene, range(asked.first, asked.first + asked.seeds), lambda line: print(line, flush=True))
    seconds = time.monotonic() - started
    print(f"{asked.seeds} seeds in {seconds:.0f} s: {len(wrong)} came out otherwise {[each.seed for each in wrong]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
