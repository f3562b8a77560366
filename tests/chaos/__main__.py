"""`python -m tests.chaos [SEEDS] [--first SEED] [--workers N] [--whole]`: as many seeded schedules as wanted (1,000).

A seed says what is done to the night, and when: SIGKILL at one to three of its steps; all workers of a run killed at
once; a fault of PostgreSQL around it; the command line killed by the clock. A seed that fails is printed with what
differs, and is run again alone with `python -m tests.chaos 1 --first SEED`.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.chaos.campaign import campaign


def main() -> int:
    given = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    given.add_argument("seeds", nargs="?", type=int, default=1000, help="how many seeds (1000)")
    given.add_argument("--first", type=int, default=0, help="the first seed (0)")
    given.add_argument("--workers", type=int, default=2, help="how many seeds at a time, each with its own server (2)")
    given.add_argument("--whole", action="store_true", help="the statements of the whole world: three times as long")
    asked = given.parse_args()
    started = time.monotonic()
    seeds = range(asked.first, asked.first + asked.seeds)
    with ProcessPoolExecutor(asked.workers, mp_context=get_context("spawn")) as pool:
        shares = [pool.submit(campaign, seeds[number :: asked.workers], asked.whole) for number in range(asked.workers)]
        wrong = sorted(seed for share in shares for seed in share.result())
    seconds = time.monotonic() - started
    print(f"{asked.seeds} seeds in {seconds:.0f} s: {len(wrong)} came out otherwise {wrong}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
