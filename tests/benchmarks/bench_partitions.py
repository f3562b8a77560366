"""`python -m tests.benchmarks.bench_partitions [ROWS]`: entries and journal as they are, then split by month (10,000,000).

The rows are made in the database, half of them entries and half of them journal rows, over 36 months, with all indexes;
then the same things are measured before and after the split, so that the ratios say what it costs and brings. A chunk is
5,000 entries and 5,000 journal rows of the newest month, in one transaction, as a night writes them.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median

import psycopg

from reconcile.store import partitions, schema
from reconcile.store.engine import make_engine
from tests.benchmarks.machine import describe
from tests.servers import driver_url, postgres_server

MONTHS = 36
FIRST = "2024-01-01"
CHUNK = 5000
Measures = dict[str, float]

FILL = (
    "INSERT INTO own_bank_account VALUES ('KZ00', 'KZ', 'KZT', '', NULL, NULL, NULL, true, now())",
    "INSERT INTO statement_file VALUES ('file', 'file', 1, false, now(), 'bench')",
    "INSERT INTO statement (id, file_hash, number_in_file, own_account, format, version, reference, currency, entries, "
    "credit_sum, debit_sum, state, arithmetic, continuity, fault, loaded_at) VALUES ('s', 'file', 1, 'KZ00', '', '', '', "
    "'KZT', 1000, 0, 0, 'stored', 'ok', 'first', '', now())",
    "INSERT INTO statement_line (statement_id, position, file_line, booking_date, credit_debit, amount, currency, "
    "bank_reference, reversal, reverses, identity) SELECT 's', n, n, current_date, 'credit', 1, 'KZT', '', false, '', '' "
    "FROM generate_series(0, 999) n",
)
ENTRIES = """
INSERT INTO entry SELECT left(md5('{what}e' || n), 24), 'KZ00', md5('{what}i' || n), 1, {day}, 'credit', 100 + n % 1000,
    'KZT', false, 's', n % 1000, 1, false, false, false FROM generate_series(1, {count}) n"""
JOURNAL = """
INSERT INTO journal (key, link_id, row_no, debit, credit, amount, currency, effective_date, posted_at, payment_id,
    description)
SELECT 'receive:' || left(md5('{what}e' || n), 24), '{what}:' || n / 5000, n % 5000, 'bank:KZ00', 'unapplied:KZ' || n % 50,
    100 + n % 1000, 'KZT', {day}, now(), left(md5('{what}p' || n), 24), '' FROM generate_series(1, {count}) n"""
SPREAD = "date '{first}' + (n::bigint * {days} / {count})::int"
NEWEST = "date '{first}' + {days} - 1"


def main(rows: int = 10_000_000) -> dict[str, Measures]:
    """Measure both layouts; the figures by layout. Prints them with the machine."""
    print(describe(), flush=True)
    found: dict[str, Measures] = {}
    with postgres_server(durable=True) as server, server.database() as url:
        engine = make_engine(url)
        schema.upgrade(engine)
        with psycopg.connect(driver_url(url), autocommit=True) as connection:
            _say("filled", _seconds(lambda: _fill(connection, rows // 2)))
            found["whole"] = _measure(connection, "whole")
            with engine.begin() as splitting:
                until = date(2024 + MONTHS // 12, 1, 1)
                _say("split by month", _seconds(lambda: partitions.split_by_month(splitting, until)))
            connection.execute("ANALYZE")
            found["by month"] = _measure(connection, "month")
        engine.dispose()
    for name, plain in found["whole"].items():
        split = found["by month"][name]
        print(f"{name:58} {plain:10.3f} {split:10.3f} {split / plain:6.2f}", flush=True)
    print(describe())
    return found


def _say(what: str, seconds: float) -> None:
    print(f"{what}: {seconds:.0f} s", flush=True)


def _seconds(task: Callable[[], object]) -> float:
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


def _fill(connection: psycopg.Connection[object], each: int) -> None:
    days = MONTHS * 30
    for statement in FILL:
        connection.execute(statement)  # type: ignore[call-overload]
    spread = SPREAD.format(first=FIRST, days=days, count=each)
    for statement in (ENTRIES, JOURNAL):
        connection.execute(statement.format(what="old", day=spread, count=each))  # type: ignore[call-overload]
    connection.execute("VACUUM ANALYZE entry, journal")


def _measure(connection: psycopg.Connection[object], label: str) -> Measures:
    newest = NEWEST.format(first=FIRST, days=MONTHS * 30)

    def chunk(number: int) -> None:
        with connection.transaction():
            for statement in (ENTRIES, JOURNAL):
                connection.execute(statement.format(what=f"{label}{number}", day=newest, count=CHUNK))  # type: ignore[call-overload]

    def keys(number: int) -> None:
        connection.execute(
            "SELECT count(amount) FROM journal WHERE key = ANY(SELECT 'receive:' || left(md5('olde' || n), 24) "
            f"FROM generate_series({number * 1000 + 1}, {number * 1000 + 1000}) n)"
        )

    def link(number: int) -> None:
        connection.execute("SELECT * FROM journal WHERE link_id = %s ORDER BY row_no", (f"{label}{number}:0",)).fetchall()

    def payment(number: int) -> None:
        for n in range(100):
            connection.execute("SELECT * FROM journal WHERE payment_id = left(md5(%s), 24)", (f"oldp{number * 100 + n}",))

    def one_month(number: int) -> None:
        connection.execute(
            "SELECT count(*), sum(amount) FROM entry WHERE booking_date BETWEEN '2025-03-01' AND '2025-03-31'"
        )

    def sums(number: int) -> None:
        connection.execute("SELECT debit, credit, sum(amount) FROM journal GROUP BY 1, 2").fetchall()

    tasks = {
        "a chunk written, s": chunk, "1,000 journal keys looked up, s": keys, "a link read, s": link,
        "100 payments looked up one by one, s": payment, "the entries of one month, s": one_month,
        "all of the journal summed (verify), s": sums,
    }  # fmt: skip
    found = {name: median(_seconds(lambda t=task, n=number: t(n)) for number in range(5)) for name, task in tasks.items()}  # type: ignore[misc]
    month = "entry_2025_03" if label == "month" else "entry"
    found["an old month frozen for good (else: all of it), s"] = _seconds(
        lambda: connection.execute(f"VACUUM (FREEZE) {month}")  # type: ignore[call-overload]
    )
    for what, function in (("tables", "pg_table_size"), ("indexes", "pg_indexes_size")):
        found[f"{what} of both with their registers, GB"] = _size(connection, function) / 10**9
    return found


def _size(connection: psycopg.Connection[object], function: str) -> int:
    row = connection.execute(
        f"SELECT sum({function}(oid)) FROM pg_class WHERE relkind = 'r' AND relname ~ '^(entry|journal)(_|$)' "  # type: ignore[call-overload]
        "AND relname NOT IN ('entry_tie', 'journal_link')"
    ).fetchone()
    return int(row[0])  # type: ignore[index]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
