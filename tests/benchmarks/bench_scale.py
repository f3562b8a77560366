"""The large night on PostgreSQL and SQLite, and how it grows: every figure of `make bench` as a ratio within one run.

Each round does the night with one worker process, the night with two, and the floor, one after the other. The floor is
the file read line by line, and the very rows that the night leaves behind written set-based, in one transaction, into
the same tables with the same indexes, constraints and durability; nothing is computed.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from sqlalchemy import text

from reconcile.policy import load_policy
from reconcile.steps import masters
from reconcile.steps.garbage import collect_seldom
from reconcile.steps.ingest import Origin, ingest
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from reconcile.steps.workers import beside
from reconcile.store import schema
from reconcile.store.engine import make_engine
from reconcile.world.bulk import write_bulk
from tests.benchmarks import master
from tests.benchmarks.bench_night import AS_OF, NOW, SEED, WRITTEN
from tests.benchmarks.machine import Measured, measured, report
from tests.servers import driver_url, postgres_server

ROWS = (*WRITTEN, "work_chunk", "work_attempt")
MOST_BYTES = 4 << 30
"""A 1C file of a million entries has 1.1 GB, more than a file may have unless RECONCILE_MAX_STATEMENT_BYTES says so."""


# --- the tasks, each in a process of its own -------------------------------------------------------------------------


def make(folder: Path, entries: str, invoices: str) -> None:
    bulk = write_bulk(folder, SEED, entries=int(entries), invoices=int(invoices))
    print(json.dumps([bulk.entries, bulk.invoices]))


def fill(folder: Path, url: str) -> None:
    engine, names = make_engine(url), folder / "master"
    schema.upgrade(engine)
    masters.import_bank_accounts(engine, names / "bank-accounts.csv", actor="bench", now=NOW)
    master.load(engine, names)
    masters.import_powers(engine, names / "powers-of-attorney.csv", actor="bench", now=NOW)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))
    engine.dispose()


def take_in(folder: Path, url: str) -> None:
    engine = make_engine(url)
    origin, policies = Origin("bench"), load_policy(None)
    (done,) = ingest(engine, _statement(folder), origin=origin, now=NOW, policies=policies, max_bytes=MOST_BYTES)
    assert done.new + done.known == done.entries
    engine.dispose()


def decide(folder: Path, url: str, workers: str) -> None:
    engine, policies = make_engine(url), load_policy(None)
    with beside(engine, int(workers) - 1, NOW, policies) as nudge:
        done = run(engine, as_of=AS_OF, now=NOW, policies=policies, nudge=nudge)
    assert done.given_up == 0
    engine.dispose()


def check(folder: Path, url: str) -> None:
    engine = make_engine(url)
    print(verify(engine) or "the books are right")
    engine.dispose()


def floor(folder: Path, url: str) -> None:
    """Read the file; write the night's rows, which lie beside (`_beside`)."""
    with _statement(folder).open(encoding="utf-8") as lines:
        fields: dict[str, str] = {}
        for line in lines:
            key, _, value = line.rstrip().partition("=")
            if key == "КонецДокумента":
                fields = {}
            fields[key] = value
    engine = make_engine(url)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("ATTACH DATABASE ? AS beside", (str(folder / "night.db"),))
        here = "main" if engine.dialect.name == "sqlite" else "public"
        with connection.begin():
            for name in ROWS:
                connection.execute(text(f"INSERT INTO {here}.{name} SELECT * FROM beside.{name}"))
    engine.dispose()


TASKS: dict[str, Callable[..., None]] = {task.__name__: task for task in (make, fill, take_in, decide, check, floor)}


def _statement(folder: Path) -> Path:
    return folder / "statements" / "001-bulk.txt"


def _task(name: str, folder: Path, *given: object) -> Measured:
    return measured("tests.benchmarks.bench_scale", name, folder, *given)


# --- the databases ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Postgres:
    """Databases by name on one durable server."""

    server: str

    def url(self, folder: Path, name: str) -> str:
        return urlunsplit(urlsplit(self.server)._replace(path=f"/{folder.name}_{name}"))

    def new(self, folder: Path, name: str, template: str = "") -> str:
        like = sql.Identifier(f"{folder.name}_{template}" if template else "template0")
        target = sql.Identifier(f"{folder.name}_{name}")
        with psycopg.connect(driver_url(self.server), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(target, like))
            connection.execute("CHECKPOINT")
        return self.url(folder, name)

    def beside(self, folder: Path) -> None:
        """The night's rows, in a schema of the floor's own database."""
        night, there = (driver_url(self.url(folder, name)) for name in ("night", "floor"))
        with psycopg.connect(night) as source, psycopg.connect(there) as target:
            target.execute("CREATE SCHEMA beside")
            for name in ROWS:
                target.execute(f"CREATE TABLE beside.{name} (LIKE public.{name})")
                with (
                    source.cursor().copy(f"COPY {name} TO STDOUT (FORMAT binary)") as out,
                    target.cursor().copy(f"COPY beside.{name} FROM STDIN (FORMAT binary)") as into,
                ):
                    for block in out:
                        into.write(block)
        with psycopg.connect(there, autocommit=True) as target:
            target.execute("ANALYZE")
            target.execute("CHECKPOINT")


@dataclass(frozen=True, slots=True)
class Sqlite:
    """Files by name."""

    def url(self, folder: Path, name: str) -> str:
        return f"sqlite:///{folder / name}.db"

    def new(self, folder: Path, name: str, template: str = "") -> str:
        for left in folder.glob(f"{name}.db*"):
            left.unlink()
        if template:
            shutil.copy(folder / f"{template}.db", folder / f"{name}.db")
        return self.url(folder, name)

    def beside(self, folder: Path) -> None:
        """The floor attaches the night's file."""


Database = Postgres | Sqlite


# --- rounds ----------------------------------------------------------------------------------------------------------


def rounds(database: Database, folder: Path, repeat: int, *, whole: bool = True) -> list[dict[str, Measured]]:
    """So many nights on new books; with `whole` also with two workers, and the floor."""
    _task("fill", folder, database.new(folder, "master"))
    found = []
    for _ in range(repeat):
        night = database.new(folder, "night", "master")
        this = {"ingest": _task("take_in", folder, night)}
        if whole:
            two = database.new(folder, "two", "night")
            this["run, two workers"] = _task("decide", folder, two, 2)
            database.new(folder, "two")
        this["run"] = _task("decide", folder, night, 1)
        if whole:
            there = database.new(folder, "floor", "master")
            database.beside(folder)
            this["floor"] = _task("floor", folder, there)
            database.new(folder, "floor")
        found.append(this)
    print(f"  {folder.name}: {_task('check', folder, database.url(folder, 'night')).said[0]}", flush=True)
    return found


def seconds(found: list[dict[str, Measured]], *names: str) -> float:
    return median(sum(each[name].seconds for name in names) for each in found)


def world(root: Path, name: str, entries: int, invoices: int) -> Path:
    folder = root / name
    folder.mkdir()
    _task("make", folder, entries, invoices)
    return folder


def shown(title: str, entries: int, found: list[dict[str, Measured]]) -> None:
    """A table of what was measured."""
    print(f"\n{title}; median of {len(found)}\n")
    print("| | seconds | of these processor | entries a second | times the floor | peak MB |")
    print("|---|---:|---:|---:|---:|---:|")
    base = seconds(found, "floor")
    rows = [("ingest",), ("run",), ("ingest", "run"), ("run, two workers",), ("ingest", "run, two workers"), ("floor",)]
    for names in rows:
        if all(name in found[0] for name in names):
            taken = seconds(found, *names)
            cpu = median(sum(each[name].cpu for name in names) for each in found)
            peak = max(each[name].peak for each in found for name in names)
            times = taken / base
            print(f"| {' + '.join(names)} | {taken:.2f} | {cpu:.2f} | {entries / taken:,.0f} | {times:.2f} | {peak} |")


def held(what: str, value: float, goal: float, *, most: bool = True) -> None:
    holds = value <= goal if most else value >= goal
    print(
        f"| {what} | {value:,.2f} | {'at most' if most else 'at least'} {goal:,.2f} | {'yes' if holds else '**no**'} |"
    )


def main(root: Path, entries: int, invoices: int, repeat: int, million: int) -> None:
    """The lines of "Done when": each with its goal, and whether it holds."""
    with postgres_server(durable=True) as server:
        postgres = Postgres(server.url)
        large = rounds(postgres, world(root, "large", entries, invoices), repeat)
        fewer = rounds(postgres, world(root, "fewer", entries // 10, invoices), repeat, whole=False)
        small = world(root, "small", entries // 10, invoices // 10)
        smaller = rounds(postgres, small, repeat, whole=False)
        lite = rounds(Sqlite(), small, repeat)
        shown(f"PostgreSQL, {entries:,} entries (1C) against {invoices:,} open invoices", entries, large)
        shown(f"SQLite, {entries // 10:,} entries (1C) against {invoices // 10:,} open invoices", entries // 10, lite)
        huge = rounds(postgres, world(root, "huge", million, invoices), 1, whole=False) if million else []
    print("\n| | measured | goal | holds |\n|---|---:|---:|---|")
    one, two = seconds(large, "ingest", "run"), seconds(large, "ingest", "run, two workers")
    held("PostgreSQL, ingest + run, times the floor", min(one, two) / seconds(large, "floor"), 3.0)
    held("PostgreSQL, entries a second", entries / min(one, two), 5000, most=False)
    alone, beside = seconds(lite, "ingest", "run"), seconds(lite, "ingest", "run, two workers")
    held("SQLite, ingest + run, times the floor", min(alone, beside) / seconds(lite, "floor"), 3.0)
    held(
        "a run by two workers, times faster",
        seconds(large, "run") / seconds(large, "run, two workers"),
        1.2,
        most=False,
    )
    held("10 times the entries cost, times", one / seconds(fewer, "ingest", "run"), 10.5)
    grown = seconds(fewer, "ingest", "run") / seconds(smaller, "ingest", "run")
    held("10 times the open invoices cost, times", grown, 1.15)
    if huge:
        held(f"{million:,} entries, peak MB of a process", max(each.peak for each in huge[0].values()), 500)


if __name__ == "__main__":
    _, _, name, where, *given = sys.argv
    collect_seldom()  # as the command line does
    report(lambda: TASKS[name](Path(where), *given))
