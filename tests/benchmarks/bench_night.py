"""A large night on SQLite: one 1C file against books of many open invoices, `ingest` and `run`.

Beside it, in the same minutes and so under the same load: the floor (the file read line by line, and the very rows that
the night leaves behind copied set-based into the same tables, with the same indexes, constraints and durability, nothing
computed), and a fixed loop of plain Python.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, text

from reconcile.policy import load_policy
from reconcile.steps import masters
from reconcile.steps.export import export
from reconcile.steps.garbage import collect_seldom
from reconcile.steps.ingest import Origin, ingest
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from reconcile.store import schema
from reconcile.store.engine import make_engine
from reconcile.world.bulk import write_bulk
from tests.benchmarks.machine import Measured, loop, measured, report

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
AS_OF = date(2026, 12, 31)
SEED = 1
WRITTEN = (
    "statement_file", "statement_file_part", "statement", "statement_line", "line_detail", "entry",
    "payment", "run", "decision", "journal_link", "journal", "placement", "allocation", "balance_change", "entry_tie",
    "open_difference", "alert",
)  # fmt: skip


def _engine(path: Path) -> Engine:
    return make_engine(f"sqlite:///{path}")


# --- the tasks, each in a process of its own -------------------------------------------------------------------------


def make(folder: Path, entries: int, invoices: int) -> None:
    bulk = write_bulk(folder, SEED, entries=entries, invoices=invoices)
    print(json.dumps([bulk.entries, bulk.invoices]))


def fill(folder: Path) -> None:
    """Books with the master data."""
    engine, master = _engine(folder / "master.db"), folder / "master"
    schema.upgrade(engine)
    masters.import_bank_accounts(engine, master / "bank-accounts.csv", actor="bench", now=NOW)
    masters.import_accounts(engine, master / "accounts.csv", actor="bench", now=NOW)
    masters.import_invoices(engine, master / "invoices.csv", actor="bench", now=NOW)
    masters.import_powers(engine, master / "powers-of-attorney.csv", actor="bench", now=NOW)
    engine.dispose()


def take_in(folder: Path) -> None:
    engine = _engine(folder / "night.db")
    path = folder / "statements" / "001-bulk.txt"
    (done,) = ingest(engine, path, origin=Origin("bench"), now=NOW, policies=load_policy(None))
    assert done.new + done.known == done.entries
    engine.dispose()


def decide(folder: Path) -> None:
    engine = _engine(folder / "night.db")
    done = run(engine, as_of=AS_OF, now=NOW, policies=load_policy(None))
    print(json.dumps(done.statuses))
    engine.dispose()


def floor(folder: Path) -> None:
    """Read the file; write the night's rows."""
    with (folder / "statements" / "001-bulk.txt").open(encoding="utf-8") as lines:
        fields: dict[str, str] = {}
        for line in lines:
            key, _, value = line.rstrip().partition("=")
            if key == "КонецДокумента":
                fields = {}
            fields[key] = value
    engine = _engine(folder / "floor.db")
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("ATTACH DATABASE ? AS night", (str(folder / "night.db"),))
        with connection.begin():
            for name in WRITTEN:
                connection.execute(text(f"INSERT INTO main.{name} SELECT * FROM night.{name}"))
    engine.dispose()


def check(folder: Path) -> None:
    """A fast night that credits wrongly is worth nothing: the last round's books against what the world expects."""
    engine, out = _engine(folder / "night.db"), folder / "payments.jsonl"
    export(engine, "payments", out)
    seen: defaultdict[tuple[str, str], list[dict[str, object]]] = defaultdict(list)
    for row in _lines(out):
        seen[str(row["bank_reference"] or ""), str(row["purpose"])].append(row)
    total = agreed = wrong = 0
    for row in _lines(folder / "expected.jsonl"):
        found = seen[str(row["bank_reference"]), str(row["purpose"])]
        same = any((each["status"], each["account_number"]) == (row["status"], row["account_number"]) for each in found)
        total, agreed = total + 1, agreed + same
        if not same and any(each["status"] == "credited" for each in found):
            wrong += 1
            print(f"  {row['case']}: {row['purpose']}: {row['status']} {row['account_number']} expected")
    print(f"{agreed:,} of {total:,} payments with the status and account expected, {wrong} credited otherwise")
    print(f"verify: {verify(engine) or 'the books are right'}")
    engine.dispose()


def _lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


TASKS = {task.__name__: task for task in (make, fill, take_in, decide, floor, check)}


# --- what is printed -------------------------------------------------------------------------------------------------


def rehearse(folder: Path, entries: int, invoices: int, repeat: int) -> None:
    """Write the world, import it, do the night so many times on a copy; print the medians."""
    (written,) = _task("make", folder, entries, invoices).said
    imported = _task("fill", folder)
    rounds = [_round(folder) for _ in range(repeat)]
    for line in _table(*json.loads(written), imported, rounds):
        print(line)
    for line in _task("check", folder).said:
        print(line)


def _task(name: str, folder: Path, *figures: int) -> Measured:
    """A child's peak is never below what this process had when it was started, so this process stays small."""
    return measured("tests.benchmarks.bench_night", name, folder, *figures)


def _round(folder: Path) -> dict[str, Measured]:
    """Ingest, run, floor and loop, one after the other."""
    for name in ("night.db", "floor.db"):
        for left in folder.glob(f"{name}*"):
            left.unlink()
        shutil.copy(folder / "master.db", folder / name)
    found = {name: _task(name, folder) for name in ("take_in", "decide", "floor")}
    return found | {"loop": _task("loop", folder)}


def _table(entries: int, invoices: int, imported: Measured, rounds: list[dict[str, Measured]]) -> Iterator[str]:
    def middle(*names: str) -> float:
        return median(sum(each[name].seconds for name in names) for each in rounds)

    def cpu(*names: str) -> float:
        return median(sum(each[name].cpu for name in names) for each in rounds)

    def peak(name: str) -> int:
        return max(each[name].peak for each in rounds)

    floor_seconds, loop_seconds = middle("floor"), middle("loop")
    yield f"\n{entries:,} entries in one 1C file against {invoices:,} open invoices, SQLite; median of {len(rounds)}\n"
    yield "| | seconds | of these processor | entries a second | times the floor | times the loop | peak MB |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    rows = (("ingest", ("take_in",)), ("run", ("decide",)), ("ingest + run", ("take_in", "decide")), ("floor", ("floor",)))
    for title, names in rows:
        seconds = middle(*names)
        yield (
            f"| {title} | {seconds:.2f} | {cpu(*names):.2f} | {entries / seconds:,.0f} | {seconds / floor_seconds:.1f} | "
            f"{seconds / loop_seconds:.1f} | {max(map(peak, names))} |"
        )
    yield f"| plain Python loop | {loop_seconds:.2f} | {cpu('loop'):.2f} | | | 1.0 | {peak('loop')} |"
    yield f"\nImporting the master data took {imported.seconds:.1f} s and {imported.peak} MB; the statuses are"
    yield rounds[-1]["decide"].said[0]


if __name__ == "__main__":
    _, _, name, where, *figures = sys.argv
    collect_seldom()  # as the command line does
    report(loop if name == "loop" else lambda: TASKS[name](Path(where), *map(int, figures)))
