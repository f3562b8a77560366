"""`python -m reconcile.world DIR --seed N --entries N`: writes a synthetic world into a folder."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from reconcile.world.make import make_world
from reconcile.world.writers.folder import write_world


def main() -> None:
    """Master data, statements in the order of ingest, and the expected outcome of every payment."""
    parser = argparse.ArgumentParser(prog="python -m reconcile.world", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--entries", type=int, default=400)
    parser.add_argument("--accounts", type=int, default=0, help="at least so many personal accounts")
    parser.add_argument("--invoices", type=int, default=0, help="at least so many invoices")
    given = parser.parse_args()
    world = make_world(given.seed, entries=given.entries, accounts=given.accounts, invoices=given.invoices)
    folder = write_world(world, given.folder)
    counts = Counter(label.status or "not decided" for label in world.labels)
    print(
        f"{len(folder.statements)} statements, {len(world.labels)} payments, {len(world.accounts)} accounts, "
        f"{len(world.invoices)} invoices in {given.folder}"
    )
    print(", ".join(f"{status} {count}" for status, count in counts.most_common()))


if __name__ == "__main__":
    main()
