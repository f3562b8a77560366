"""`python -m tests.benchmarks`: speed and memory, printed with the machine. A benchmark, never a test: nothing fails."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks import bench_console, bench_night, bench_parsers, bench_reading, bench_scale
from tests.benchmarks.machine import describe

QUICK = {"entries": 20_000, "invoices": 100_000, "repeat": 1, "million": 0, "parsed": 0, "score": False, "console": 100_000}


def main() -> None:
    given = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    given.add_argument("--entries", type=int, default=200_000, help="of the large night on PostgreSQL")
    given.add_argument("--invoices", type=int, default=1_000_000)
    given.add_argument("--repeat", type=int, default=3, help="rounds of the night; the median counts")
    given.add_argument(
        "--million", type=int, default=1_000_000, help="entries of the night for memory; 0: leave it out"
    )
    given.add_argument("--parsed", type=int, default=100_000, help="entries a file for the parsers; 0: leave them out")
    given.add_argument("--console", type=int, default=1_000_000, help="payments behind the console; 0: leave it out")
    given.add_argument("--only-console", action="store_true", help="nothing but the console's pages")
    given.add_argument("--no-score", dest="score", action="store_false", help="leave out what was decided rightly")
    given.add_argument("--quick", action="store_true", help="a tenth of it all, once")
    asked = given.parse_args()
    if asked.quick:
        vars(asked).update(QUICK)
    print(describe(), flush=True)
    if not asked.only_console:
        _program(asked)
    if asked.console:
        with tempfile.TemporaryDirectory() as folder:
            bench_console.main(Path(folder), asked.console)
    print(describe())


def _program(asked: argparse.Namespace) -> None:
    """The night, reading and the parsers: before the console, for a child's peak memory counts from its parent's."""
    with tempfile.TemporaryDirectory() as folder:
        bench_scale.main(Path(folder), asked.entries, asked.invoices, asked.repeat, asked.million)
    if asked.score:
        with tempfile.TemporaryDirectory() as folder:
            bench_night.rehearse(Path(folder), 20_000, 200_000, 1)
            bench_reading.main(Path(folder) / "reading")
    if asked.parsed:
        print(f"\nParsers, {asked.parsed:,} entries: processor seconds, peak MB, ratio to the plainest reading\n")
        bench_parsers.main(asked.parsed)


if __name__ == "__main__":
    main()
