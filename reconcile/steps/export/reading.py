"""How exports read: without loading everything, in an order that is the same on every database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Column, Connection, Row, Select, collate
from sqlalchemy.sql.elements import ColumnElement

from reconcile.store.engine import is_postgresql

CHUNK: Final = 2_000


def canonical(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    """Texts by their code points, whatever the database's language."""
    return collate(column, "C" if is_postgresql(connection) else "BINARY")


def stream(connection: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    yield from connection.execution_options(stream_results=True).execute(query, execution_options={"yield_per": CHUNK})


def chunks(connection: Connection, query: Select[Any]) -> Iterator[list[Row[Any]]]:
    found = connection.execute(query, execution_options={"stream_results": True, "yield_per": CHUNK})
    for part in found.partitions(CHUNK):
        yield list(part)


def day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def moment(value: datetime | None) -> str | None:
    """UTC, to the second."""
    return None if value is None else value.astimezone(UTC).isoformat(timespec="seconds")
