"""How the books are reached: one engine for SQLite and PostgreSQL, with the same guarantees on both.

SQLite: write-ahead log, foreign keys on, every transaction that may write begins with BEGIN IMMEDIATE (so two writers
queue instead of failing half-way), full durability. PostgreSQL: psycopg 3, READ COMMITTED; what must not race is a unique
key or a row lock, not an isolation level.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from reconcile.problem import Refusal


def make_engine(url: str) -> Engine:
    """An engine for the books. Refuses a URL that is neither SQLite nor PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() not in ("sqlite", "postgresql"):
        shown = "the database URL" if parsed is None else parsed.render_as_string(hide_password=True)
        raise Refusal.of(
            f"{shown!r} names no database that the books can stand in",
            "use sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
        )
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": 10})


def _sqlite(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 60})

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "recursive_triggers=ON",  # else INSERT OR REPLACE would delete past the triggers
            "foreign_keys=ON",
            "synchronous=FULL",
            "temp_store=MEMORY",
            "cache_size=-65536",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only looks, at the books as they are at one moment: on SQLite it takes no write lock, on
    PostgreSQL it sees one snapshot."""
    with engine.connect() as connection:
        if is_postgresql(connection):
            connection.execution_options(isolation_level="REPEATABLE READ")
        connection.execution_options(read_only=True)
        with connection.begin():
            yield connection


def is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


_BY_INDEX: Final = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "max_parallel_workers_per_gather": "0",
    "join_collapse_limit": "1",
    "jit": "off",  # at the prices that the others set, everything would be compiled
}


def by_index(connection: Connection) -> None:
    """To the transaction's end rows are found by index, one after the other, and tables are joined in the order in which
    the query names them. A night fills tables faster than PostgreSQL counts them: it would take one of a million rows for
    empty and read all of it, for each of five thousand keys, or join all of it to five thousand rows."""
    if is_postgresql(connection):
        settings = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _BY_INDEX.items())
        connection.execute(text(f"SELECT {settings}"))
