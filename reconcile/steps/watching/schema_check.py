"""Are the constraints and triggers there that the promise rests on? A restored or hand-mended database may lack some."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import CheckConstraint, Connection, ForeignKeyConstraint, Table, UniqueConstraint, inspect, text

from reconcile.store import partitions
from reconcile.store.engine import is_postgresql
from reconcile.store.tables import INSERT_ONLY, metadata


def faults_of(connection: Connection) -> list[str]:
    """What is missing or switched off, by name; empty where all is there."""
    there = set(inspect(connection).get_table_names())
    found = [f"table {name}" for name in sorted(set(metadata.tables) - there)]
    for table in metadata.sorted_tables:
        if table.name in there:
            found += _missing(connection, table)
    return [*found, *_guards(connection)]


def _missing(connection: Connection, table: Table) -> Iterator[str]:
    look = inspect(connection)
    checks = {each["name"] for each in look.get_check_constraints(table.name)}
    uniques = {each["name"] for each in look.get_unique_constraints(table.name)}
    indexes = {each["name"] for each in look.get_indexes(table.name)}
    links = {tuple(each["constrained_columns"]) for each in look.get_foreign_keys(table.name)}
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and constraint.name not in checks:
            yield str(constraint.name)
        if isinstance(constraint, UniqueConstraint) and constraint.name not in uniques:
            yield str(constraint.name)
        if isinstance(constraint, ForeignKeyConstraint) and tuple(constraint.column_keys) not in links:
            yield f"foreign key {table.name}({', '.join(constraint.column_keys)})"
    yield from (str(index.name) for index in table.indexes if index.name not in indexes)


def _guards(connection: Connection) -> Iterator[str]:
    """Triggers that keep insert-only tables so, and on PostgreSQL whether they are switched on."""
    if is_postgresql(connection):
        query = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        wanted = [(name, 1) for name in INSERT_ONLY]
        for split in partitions.SPLITS:
            if partitions.is_split(connection, split):  # it registers, and keeps its keys
                wanted = [each for each in wanted if each[0] != split.table]
                wanted += [(split.table, 2 if split.insert_only else 3), (split.register, 1)]
    else:
        query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        wanted = [(name, 2) for name in INSERT_ONLY]
    there = list(connection.execute(text(query)).scalars())
    yield from (f"trigger of {name}" for name, count in wanted if there.count(name) < count)
