"""`python -m tests.benchmarks`: speed and memory, printed with the machine. A benchmark, never a test: nothing fails."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks import bench_night, bench_parsers, bench_reading
from tests.benchmarks.machine import describe


def main() -> None:
    given = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    given.add_argument("--entries", type=int, default=20_000)
    given.add_argument("--invoices", type=int, default=200_000)
    given.add_argument("--repeat", type=int, default=3, help="rounds of the night; the median counts")
    given.add_argument("--parsed", type=int, default=100_000, help="entries a file for the parsers; 0: leave them out")
    asked = given.parse_args()
    print(describe())
    with tempfile.TemporaryDirectory() as folder:
        bench_night.rehearse(Path(folder), asked.entries, asked.invoices, asked.repeat)
        bench_reading.main(Path(folder) / "reading")
    if asked.parsed:
        print(f"\nParsers, {asked.parsed:,} entries: processor seconds, peak MB, ratio to the plainest reading\n")
        bench_parsers.main(asked.parsed)
    print(describe())


if __name__ == "__main__":
    main()
