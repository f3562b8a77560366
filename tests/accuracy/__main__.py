"""`python -m tests.accuracy --entries 20000 --seed 7`: a labelled, seeded world through the whole program, and how far
it agrees. Ends with 1 on a single wrong credit, or where a share is under its floor."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from reconcile.store.engine import make_engine
from tests.accuracy import report
from tests.accuracy.play import play, write_disagreements
from tests.accuracy.world import draw, write, write_labels


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database-url", default="", help="empty books; an SQLite file of its own unless given")
    parser.add_argument("--disagreements", type=Path, default=Path("var/accuracy.jsonl"))
    parser.add_argument("--kind", action="append", default=[], help="only these scenes")
    parser.add_argument("--keep", type=Path, default=None, help="write the world here and keep it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = given.keep or Path(scratch)
        begun = time.process_time()
        stage = draw(given.seed, given.entries, tuple(given.kind))
        written = write(stage, root)
        write_labels(written.labelled, root / "labels.jsonl")
        tell(f"{len(written.labelled)} labelled payments, {len(stage.books.accounts)} accounts, "
             f"{len(stage.books.invoices)} invoices ({time.process_time() - begun:.0f} s)")  # fmt: skip
        engine = make_engine(given.database_url or f"sqlite:///{Path(scratch) / 'books.db'}")
        result = play(engine, written, tell)
        engine.dispose()
    given.disagreements.parent.mkdir(parents=True, exist_ok=True)
    differing = write_disagreements(result, given.disagreements)
    print("\n".join(report.lines(result, given.seed)))
    print(f"{differing} disagreements in {given.disagreements}")
    faults = report.faults(result)
    for fault in faults:
        print(f"NOT MET: {fault}")
    return 1 if faults else 0


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
