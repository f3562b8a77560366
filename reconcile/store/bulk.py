"""Many rows in one round trip: COPY on PostgreSQL, one prepared statement on SQLite; and look-ups by many values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Boolean, Column, ColumnElement, Connection, Date, Table, bindparam, func, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.sql.elements import KeyedColumnElement
from sqlalchemy.types import String

from reconcile.store.engine import is_postgresql
from reconcile.store.types import Json, Minor, Moment

Encoder = Callable[[Any], Any]


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows (values in the order of `columns`). Money must be `int`, moments must have a zone."""
    encoded = _encoded(connection, table, tuple(columns), rows)
    if not encoded:
        return
    quoted = ", ".join(f'"{name}"' for name in columns)
    if is_postgresql(connection):
        _copy(connection, f'COPY "{table.name}" ({quoted}) FROM STDIN', encoded)
    else:
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', encoded)  # noqa: S608


def _copy(connection: Connection, statement: str, rows: Sequence[Sequence[Any]]) -> None:
    """COPY goes past SQLAlchemy; what the database says about it comes as SQLAlchemy's errors all the same."""
    try:
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error
    except psycopg.OperationalError as error:
        raise OperationalError(statement, None, error) from error


def update_rows(
    connection: Connection, table: Table, key: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Set these columns of the rows that the key names; each row has the columns' values in order, then the key's."""
    if not rows:
        return
    mark = "%s" if is_postgresql(connection) else "?"
    sets = ", ".join(f'"{name}" = {mark}' for name in columns)
    encoded = _encoded(connection, table, (*columns, key), rows)
    connection.exec_driver_sql(f'UPDATE "{table.name}" SET {sets} WHERE "{key}" = {mark}', encoded)  # noqa: S608


def any_of(
    connection: Connection, column: Column[Any] | KeyedColumnElement[Any], values: Iterable[str]
) -> ColumnElement[bool]:
    """`column IN values`, for any number of texts, as one parameter."""
    listed = sorted(set(values))
    if is_postgresql(connection):
        return column == func.any(bindparam(None, listed, type_=ARRAY(String)))
    return column.in_(select(text("value")).select_from(func.json_each(json.dumps(listed, ensure_ascii=False))))


def _encoded(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]
) -> list[Sequence[Any]]:
    """The rows as the driver takes them; only columns that need it are touched."""
    encoders = [
        (place, encode)
        for place, encode in enumerate(_encoders(table, columns, connection.dialect.name))
        if encode is not None
    ]
    width = len(columns)
    encoded: list[Sequence[Any]] = []
    for row in rows:
        values = list(row)
        if len(values) != width:
            raise ValueError(f"{len(values)} values for {width} columns of {table.name}")
        for place, encode in encoders:
            if values[place] is not None:
                values[place] = encode(values[place])
        encoded.append(tuple(values))
    return encoded


@lru_cache(maxsize=128)
def _encoders(table: Table, columns: tuple[str, ...], dialect: str) -> tuple[Encoder | None, ...]:
    return tuple(_encoder(table.c[name].type, dialect) for name in columns)


def _encoder(kind: object, dialect: str) -> Encoder | None:
    if isinstance(kind, Minor):
        return _whole
    if isinstance(kind, type(Json)):
        return _json
    if isinstance(kind, Moment):
        return _moment_text if dialect == "sqlite" else _moment
    if dialect == "sqlite":
        if isinstance(kind, Date):
            return date.isoformat
        return int if isinstance(kind, Boolean) else None
    return None


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(f"money must be a whole number of minor units, not {value!r}")
    return value


class Encoded(str):
    """JSON text that is encoded already."""

    __slots__ = ()


_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode
_EMPTY = Encoded("[]")


def encoded(value: object) -> Encoded:
    """A value as the books keep JSON: compact, keys sorted."""
    return Encoded(_encode_json(value)) if value else _EMPTY


def _json(value: object) -> str:
    return value if isinstance(value, Encoded) else _encode_json(value)


def _moment(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise TypeError(f"{value!r} has no time zone")
    return value.astimezone(UTC)


def _moment_text(value: datetime) -> str:
    return _moment(value).replace(tzinfo=None).isoformat(" ", "microseconds")
