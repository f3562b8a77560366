"""Entries and journal by month, on PostgreSQL: for books that grow by millions of rows a year (docs/operations.md).

PostgreSQL wants the month in every unique key of a table that is split by it, so a key could be there once *a month*. What
keeps money from being booked twice must not weaken: each of the two tables gets a register beside it, not split, that
holds its keys and nothing else, with the very same unique constraints. Every row is registered by the statement that
inserts it; what refers to a row refers to the register. A month's table itself takes no statement but through the whole.
"""

# ruff: noqa: S608  every name in a statement is a constant of this module or comes from the database's own catalogue

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Split:
    """A table to be split: by the month of which date, and its unique keys, the primary one first."""

    table: str
    by: str
    keys: tuple[tuple[str, ...], ...]
    insert_only: bool

    @property
    def register(self) -> str:
        return f"{self.table}_register"

    @property
    def columns(self) -> str:
        return ", ".join(dict.fromkeys(column for key in self.keys for column in key))


SPLITS: Final = (
    Split("journal", "effective_date", (("key",), ("link_id", "row_no")), insert_only=True),
    Split("entry", "booking_date", (("id",), ("own_account", "identity", "occurrence")), insert_only=False),
)
_ANY: Final = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
_FUNCTIONS: Final = """
CREATE OR REPLACE FUNCTION refuse_month() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% takes rows through the whole table only', TG_TABLE_NAME; END $$;
CREATE OR REPLACE FUNCTION refuse_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a key of % never changes and no row of it is deleted', TG_TABLE_NAME; END $$;
"""


def is_split(connection: Connection, split: Split) -> bool:
    query = text("SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(:name)")
    return bool(connection.execute(query, {"name": split.table}).scalar())


def split_by_month(connection: Connection, until: date) -> int:
    """Split what is not split yet, and add the months up to that day's; how many months were added. Safe to repeat.
    Nobody can write meanwhile: the tables are locked, and a lock that is not had within five seconds gives up."""
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    connection.execute(text(_FUNCTIONS))
    added = 0
    for split in SPLITS:
        if not is_split(connection, split):
            added += _convert(connection, split, until)
        else:
            added += add_months(connection, split, until)
    return added


def months_of(connection: Connection, split: Split) -> list[str]:
    """The months that have a table of their own, as `2026_02`."""
    query = text(
        "SELECT right(inhrelid::regclass::text, 7) FROM pg_inherits WHERE inhparent = to_regclass(:name) "
        "AND inhrelid::regclass::text <> :rest ORDER BY 1"
    )
    found = connection.execute(query, {"name": split.table, "rest": f"{split.table}_rest"})
    return [str(month) for month in found.scalars()]


def rows_without_month(connection: Connection, split: Split) -> int:
    """Rows that came when their month had no table yet: nothing is refused for that, and nothing lost."""
    return int(connection.execute(text(f"SELECT count(*) FROM {split.table}_rest")).scalar_one())


def months_ahead(connection: Connection, today: date) -> int | None:
    """How many whole months after this one have a table; None where the tables are not split."""
    if not is_split(connection, SPLITS[0]):
        return None
    newest = min(months_of(connection, split)[-1] for split in SPLITS)
    year, month = map(int, newest.split("_"))
    return (year - today.year) * 12 + month - today.month


def add_months(connection: Connection, split: Split, until: date) -> int:
    """A table for each month between the newest and that day's. Rows that wait in the rest are moved to theirs."""
    there = months_of(connection, split)
    first = _next(date.fromisoformat(f"{there[-1].replace('_', '-')}-01")) if there else until.replace(day=1)
    wanted = list(_months(first, until))
    if wanted:
        _make_months(connection, split, wanted)
    return len(wanted)


def _convert(connection: Connection, split: Split, until: date) -> int:
    name, old = split.table, f"{split.table}_before"
    connection.execute(text(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE"))
    links = _links_to(connection, name)
    own = _constraints(connection, name, "f")
    indexes = _indexes(connection, name)
    earliest = connection.execute(text(f"SELECT min({split.by}) FROM {name}")).scalar() or until
    for table, constraint, _ in links:
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"))
    for constraint, _ in own + _constraints(connection, name, "u") + _constraints(connection, name, "p"):
        connection.execute(text(f"ALTER TABLE {name} DROP CONSTRAINT {constraint}"))
    for index, _ in indexes:
        connection.execute(text(f"DROP INDEX IF EXISTS {index}"))
    connection.execute(text(f"ALTER TABLE {name} RENAME TO {old}"))
    connection.execute(
        text(f"CREATE TABLE {name} (LIKE {old} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE ({split.by})")
    )
    connection.execute(text(f"CREATE TABLE {name}_rest PARTITION OF {name} DEFAULT"))
    connection.execute(text(_trigger(f"{name}_rest", "whole_only", _ANY, "refuse_month")))
    months = list(_months(earliest.replace(day=1), until))
    _make_months(connection, split, months)
    connection.execute(text(f"INSERT INTO {name} SELECT * FROM {old}"))
    connection.execute(text(f"CREATE TABLE {split.register} AS SELECT {split.columns} FROM {old}"))
    connection.execute(text(f"DROP TABLE {old}"))
    _index(connection, split, indexes)
    for table, constraint, definition in links:
        to = definition.replace(f"REFERENCES {name}(", f"REFERENCES {split.register}(")
        connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {to}"))
    for constraint, definition in own:
        connection.execute(text(f"ALTER TABLE {name} ADD CONSTRAINT {constraint} {definition}"))
    _guard(connection, split)
    return len(months)


def _index(connection: Connection, split: Split, indexes: list[tuple[str, str]]) -> None:
    """The same indexes on each month; the unique keys without the month stand in the register."""
    name = split.table
    for number, key in enumerate(split.keys):
        kind = "UNIQUE" if number else "PRIMARY KEY"
        label = f"uq_%s_{'_'.join(key)}" if number else "pk_%s"
        keys = ", ".join(key)
        connection.execute(
            text(f"ALTER TABLE {name} ADD CONSTRAINT {label % name} {kind} ({keys}, {split.by})")
        )
        connection.execute(
            text(f"ALTER TABLE {split.register} ADD CONSTRAINT {label % split.register} {kind} ({keys})")
        )
    for _, definition in indexes:
        connection.execute(text(definition))


def _guard(connection: Connection, split: Split) -> None:
    name, register = split.table, split.register
    columns = split.columns
    connection.execute(text(
        f"CREATE OR REPLACE FUNCTION register_{name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path FROM CURRENT AS $$ BEGIN "
        f"INSERT INTO {register} ({columns}) SELECT {columns} FROM fresh; RETURN NULL; END $$"
    ))  # fmt: skip
    connection.execute(text(
        f"CREATE TRIGGER {name}_registered AFTER INSERT ON {name} REFERENCING NEW TABLE AS fresh "
        f"FOR EACH STATEMENT EXECUTE FUNCTION register_{name}()"
    ))  # fmt: skip
    if split.insert_only:
        connection.execute(text(_trigger(name, "insert_only", "UPDATE OR DELETE OR TRUNCATE", "refuse_change")))
    else:
        connection.execute(text(_trigger(name, "key", f"UPDATE OF {columns}, {split.by}", "refuse_key_change")))
        connection.execute(text(_trigger(name, "kept", "DELETE OR TRUNCATE", "refuse_key_change")))
    connection.execute(text(_trigger(register, "insert_only", "UPDATE OR DELETE OR TRUNCATE", "refuse_change")))


def _make_months(connection: Connection, split: Split, months: list[date]) -> None:
    """Rows of these months that wait in the rest go to their own table; PostgreSQL refuses a month that has any there."""
    name, rest = split.table, f"{split.table}_rest"
    waiting = int(connection.execute(text(f"SELECT count(*) FROM {rest}")).scalar_one())
    if waiting:
        connection.execute(text(f"ALTER TABLE {name} DETACH PARTITION {rest}"))
    for month in months:
        table = f"{name}_{month:%Y_%m}"
        connection.execute(
            text(f"CREATE TABLE {table} PARTITION OF {name} FOR VALUES FROM ('{month}') TO ('{_next(month)}')")
        )
        connection.execute(text(_trigger(table, "whole_only", _ANY, "refuse_month")))
    if waiting:
        _move(connection, split, months[0], _next(months[-1]))
        connection.execute(text(f"ALTER TABLE {name} ATTACH PARTITION {rest} DEFAULT"))


def _move(connection: Connection, split: Split, since: date, before: date) -> None:
    """Rows of the rest, detached just now, to their new months; they are registered already. What is older than the
    first month stays in the rest."""
    name, rest = split.table, f"{split.table}_rest"
    triggers = ((name, f"{name}_registered"), (rest, f"{rest}_whole_only"))
    theirs = f"{split.by} >= '{since}' AND {split.by} < '{before}'"
    for table, trigger in triggers:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
    connection.execute(text(f"INSERT INTO {name} SELECT * FROM {rest} WHERE {theirs}"))
    connection.execute(text(f"DELETE FROM {rest} WHERE {theirs}"))
    for table, trigger in triggers:
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}"))


def _trigger(table: str, label: str, acts: str, function: str) -> str:
    return (
        f"CREATE TRIGGER {table}_{label} BEFORE {acts} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )


def _links_to(connection: Connection, name: str) -> list[tuple[str, str, str]]:
    """Who refers to the table: table, constraint, definition."""
    query = text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE confrelid = to_regclass(:name) AND contype = 'f' AND conparentid = 0 ORDER BY 1, 2"
    )
    return [(row[0], row[1], row[2]) for row in connection.execute(query, {"name": name})]


def _constraints(connection: Connection, name: str, kind: str) -> list[tuple[str, str]]:
    query = text(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = to_regclass(:name) AND contype = :kind ORDER BY 1"
    )
    return [(row[0], row[1]) for row in connection.execute(query, {"name": name, "kind": kind})]


def _indexes(connection: Connection, name: str) -> list[tuple[str, str]]:
    """Those that are no constraint's."""
    query = text(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = to_regclass(:name) "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u')) ORDER BY 1"
    )
    return [(row[0], row[1]) for row in connection.execute(query, {"name": name})]


def _months(first: date, until: date) -> Iterator[date]:
    month = first
    while month <= until:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
