"""`python -m tests.fuzz [--count N] [--format NAME …] [--seed S] [--processes P]`: mutated statement files, by the million.

Each format's golden files with faults put in (`mutation`), half of them given to the format's own reader, half to
whatever recognises them. Every input must be read or refused: no other exception, no more than 2 s of processor time for
100 kB, no more than 500 MB. What fails is kept in `var/fuzz/` and printed; exit code 1. The same seed is the same inputs.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.fuzz import forked
from tests.fuzz.mutation import mutated
from tests.fuzz.target import FORMATS, checked, peak_megabytes, seeds

BLOCK: Final = 2_000
FOUND: Final = Path("var/fuzz")


@dataclass(slots=True)
class Result:
    """What came of one block of inputs, or of several."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    megabytes: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    """By what was raised and where: one input of each kind is enough."""

    def add(self, other: Result) -> None:
        self.outcomes += other.outcomes
        self.slowest = max(self.slowest, other.slowest)
        self.megabytes = max(self.megabytes, other.megabytes)
        self.faults |= other.faults


def block(asked: tuple[str, str, int, int]) -> Result:
    """`count` inputs of one format; `number` and `seed` tell which."""
    name, seed, number, count = asked
    rng, files, result = random.Random(f"{name} {seed} {number}"), seeds(name), Result()
    for _ in range(count):
        content = mutated(rng.choice(files), rng, files)
        parser = FORMATS[name] if rng.random() < 0.5 else None
        try:
            found, spent = checked(content, parser)
        except Exception as error:
            found, spent = "FAULT", 0.0
            result.faults[_kind(error)] = _kept(name, content, parser is not None)
        result.outcomes[found] += 1
        result.slowest = max(result.slowest, spent)
    result.megabytes = peak_megabytes()
    return result


def _kind(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "reconcile" in frame.filename] or list(frames)
    return f"{type(error).__name__}: {str(error)[:160]} in {Path(ours[-1].filename).name}:{ours[-1].lineno}"


def _kept(name: str, content: bytes, forced: bool) -> str:
    FOUND.mkdir(parents=True, exist_ok=True)
    path = FOUND / f"{name}-{'own' if forced else 'any'}-{hashlib.sha256(content).hexdigest()[:12]}"
    path.write_bytes(content)
    return str(path)


def fuzz(name: str, count: int, seed: str, processes: int) -> Result:
    started, result = time.monotonic(), Result()
    blocks = [
        (name, seed, number, min(BLOCK, count - number * BLOCK)) for number in range((count + BLOCK - 1) // BLOCK)
    ]
    # A process for a few blocks only: its peak of memory is that of its inputs, not of a long life.
    with multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=10) as pool:
        for done in pool.imap_unordered(block, blocks):
            result.add(done)
    said = ", ".join(f"{number:,} {outcome}" for outcome, number in sorted(result.outcomes.items()))
    print(
        f"{name:6} {sum(result.outcomes.values()):9,} inputs: {said}; slowest {result.slowest:.2f} s, "
        f"{result.megabytes} MB, {time.monotonic() - started:.0f} s",
        flush=True,
    )
    for kind, path in sorted(result.faults.items()):
        print(f"       {path}: {kind}", flush=True)
    return result


def main() -> int:
    given = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.split("\n\n")[1])
    given.add_argument("--count", type=int, default=1_000_000, help="inputs a format")
    given.add_argument("--format", choices=sorted(FORMATS), action="append", help="only this one; may be repeated")
    given.add_argument("--seed", default="1")
    given.add_argument("--processes", type=int, default=2)
    asked = given.parse_args()
    forked.use()
    names = asked.format or sorted(FORMATS)
    return 1 if any(fuzz(name, asked.count, asked.seed, asked.processes).faults for name in names) else 0


if __name__ == "__main__":
    sys.exit(main())
