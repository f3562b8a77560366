"""What it costs to read one purpose and to decide one payment, processor time alone, the look-up in the books aside.

The entries are a world's, in all formats, languages and cases, typing mistakes and doubtful names among them. Each stage is
done for all entries from cold memories, several times; the best round counts. Beside them, in the same minutes, a fixed loop
of plain Python: its ratio to the entry is what two machines can compare.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import _lru_cache_wrapper
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

from reconcile.decision import decide
from reconcile.names.folding import FOLDED
from reconcile.names.skeleton import SPELLED
from reconcile.payer import payer_of
from reconcile.policy import load_policy
from reconcile.problem import Refusal
from reconcile.proposal import Case, references_of
from reconcile.purpose.reader import read_purpose
from reconcile.purpose.resolve import keys_wanted
from reconcile.purpose.words import lexicon
from reconcile.steps import masters
from reconcile.steps.cases import cases_of, load
from reconcile.steps.ingest import Origin, ingest
from reconcile.store import schema
from reconcile.store.engine import make_engine
from reconcile.store.tables import payment
from reconcile.world.make import make_world
from reconcile.world.writers.folder import write_world

NOW = datetime(2026, 12, 31, 3, 0, tzinfo=UTC)
ROUNDS = 1_000
"""Of the loop; it takes about twice as long as an entry may."""
SLICE = 100


def loop(rounds: int) -> None:
    words = {str(number): number for number in range(1000)}
    total = 0
    for number in range(rounds):
        total += words[str(number % 1000)] & 7
    assert total


def books(folder: Path, entries: int, seed: int) -> Path:
    """A database with a world's master data and all its statements."""
    path = folder / f"reading-{seed}-{entries}.db"
    if path.exists():
        return path
    world = write_world(make_world(seed, entries=entries), folder / "world")
    engine = make_engine(f"sqlite:///{path}")
    schema.upgrade(engine)
    master = world.root / "master"
    for take, name in (
        (masters.import_bank_accounts, "bank-accounts"),
        (masters.import_accounts, "accounts"),
        (masters.import_invoices, "invoices"),
        (masters.import_powers, "powers-of-attorney"),
    ):
        take(engine, master / f"{name}.csv", actor="bench", now=NOW)
    for file in world.statements:
        try:
            ingest(engine, file, origin=Origin("bench"), now=NOW, policies=load_policy(None))
        except Refusal:
            continue
    engine.dispose()
    return path


def _rows(path: Path) -> tuple[Sequence[Any], list[Case]]:
    engine = make_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        rows = load(connection, select(payment).where(payment.c.booking_date <= date(2027, 1, 1)).subquery())
        return rows, cases_of(connection, rows, load_policy(None))


def _forget() -> None:
    """Cold memories: what was learned of names and purposes before counts nothing."""
    for each in gc.get_objects():
        ours = isinstance(each, _lru_cache_wrapper) and each.__module__.startswith(("reconcile.names", "reconcile.purpose"))
        if ours and (each.cache_parameters()["maxsize"] or 0) > 1024:
            each.cache_clear()
    lexicon().stretches.clear()
    SPELLED.clear()
    FOLDED.clear()


def _resolve(case: Case) -> None:
    payer_of(case.payment.debtor, case.payment.ultimate, case.policy)
    keys_wanted(case.payment.reading, case.payment.references)
    references_of(case.payment, case.found)


def _pace(task: Callable[[Any], object], items: Sequence[Any], repeat: int) -> tuple[float, float]:
    """Processor microseconds an item, and a round of the loop: turn and turn about, a slice at a time, so that whatever
    else the machine does slows both. Every round begins with cold memories; the median of the rounds' ratios counts."""
    rounds = []
    for _ in range(repeat):
        _forget()
        gc.collect()
        spent = paced = 0.0
        for start in range(0, len(items), SLICE):
            some = items[start : start + SLICE]
            began = time.process_time()
            for item in some:
                task(item)
            between = time.process_time()
            loop(ROUNDS * SLICE // 4)
            spent += between - began
            paced += time.process_time() - between
        count = -(-len(items) // SLICE) * SLICE / 4
        rounds.append((spent / len(items) / (paced / count), paced / count * 1e6))
    ratio, pace = median(each for each, _ in rounds), min(each for _, each in rounds)
    return ratio * pace, pace


def main(folder: Path, entries: int = 6_000, repeat: int = 3, seed: int = 11) -> dict[str, float]:
    rows, cases = _rows(books(folder, entries, seed))
    stages = {
        "reading the purpose": (read_purpose, [row.purpose for row in rows]),
        "its numbers against the books": (_resolve, cases),
        "deciding": (decide, cases),
    }
    gc.disable()
    found = {name: _pace(task, items, repeat) for name, (task, items) in stages.items()}
    gc.enable()
    pace = min(each for _, each in found.values())
    whole = 0.0
    print(f"\nReading and deciding, {len(rows):,} entries: processor time an entry, ratio to {ROUNDS:,} turns of a loop\n")
    for name, (spent, own) in found.items():
        whole += spent / own
        print(f"| {name} | {spent / own * pace:6.1f} µs | {spent / own:5.2f} |")
    print(f"| together | {whole * pace:6.1f} µs | {whole:5.2f} |")
    print(f"| {ROUNDS:,} turns of a plain Python loop | {pace:6.1f} µs | 1.00 |")
    return {name: spent / own for name, (spent, own) in found.items()}


if __name__ == "__main__":
    import sys

    main(Path(sys.argv[1]), *(int(each) for each in sys.argv[2:]))
