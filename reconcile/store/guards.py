"""Triggers that make tables insert-only: the database itself refuses to change or delete a journal row."""

from __future__ import annotations

from collections.abc import Iterator

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME; END $$
"""


def create(dialect: str, tables: tuple[str, ...]) -> Iterator[str]:
    """The statements that guard these tables."""
    if dialect == "postgresql":
        yield _POSTGRESQL_FUNCTION
    for table in tables:
        if dialect == "postgresql":
            yield (
                f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        else:
            for act in ("UPDATE", "DELETE"):
                yield (
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
                )


def drop(dialect: str, tables: tuple[str, ...]) -> Iterator[str]:
    for table in tables:
        if dialect == "postgresql":
            yield f"DROP TRIGGER IF EXISTS {table}_insert_only ON {table}"
        else:
            for act in ("update", "delete"):
                yield f"DROP TRIGGER IF EXISTS {table}_no_{act}"
    if dialect == "postgresql":
        yield "DROP FUNCTION IF EXISTS refuse_change()"
