"""Many rows in one round trip: COPY on PostgreSQL, one prepared statement on SQLite; and look-ups by many values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Table,
    Text,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.sql.elements import KeyedColumnElement

from reconcile.store.engine import is_postgresql
from reconcile.store.types import Json, Minor, Moment

Encoder = Callable[[Any], Any]
Columns = list[Sequence[Any]]
_BLOCK = 1 << 18
_PLAIN = frozenset({str, int, float, bool, date, type(None)})


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows (values in the order of `columns`). Money must be `int`, moments must have a zone."""
    encoded = _encoded(connection, table, tuple(columns), rows)
    if not encoded:
        return
    quoted = ", ".join(f'"{name}"' for name in columns)
    if is_postgresql(connection):
        _copy(connection, f'COPY "{table.name}" ({quoted}) FROM STDIN', _copy_text(encoded))
    else:
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})'  # noqa: S608
        connection.exec_driver_sql(statement, list(zip(*encoded, strict=True)))


def _copy(connection: Connection, statement: str, text: bytes) -> None:
    """COPY goes past SQLAlchemy; what the database says about it comes as SQLAlchemy's errors all the same."""
    import psycopg  # here, since of two databases one needs no driver

    try:
        cursor: Any = connection.connection.cursor()
        with cursor, cursor.copy(statement) as copy:
            for start in range(0, len(text), _BLOCK):
                copy.write(text[start : start + _BLOCK])
    except psycopg.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error
    except psycopg.OperationalError as error:
        raise OperationalError(statement, None, error) from error


def _copy_text(columns: Columns) -> bytes:
    """The rows in COPY's text form. What separates values and rows is joined in with NUL, which no text of the books
    holds, and becomes a tab or a line feed only after the values' own were escaped: so nothing is done a value."""
    shown = [_shown(column) for column in columns]
    joined = "\0r".join(map("\0f".join, zip(*shown, strict=True)))
    rows, empty = len(shown[0]), sum(column.count("\0n") for column in shown)
    if joined.count("\0") != rows * len(shown) - 1 + empty:
        raise ValueError("a text with a NUL in it cannot be stored")
    for plain, escaped in (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        if plain in joined:
            joined = joined.replace(plain, escaped)
    return (joined.replace("\0f", "\t").replace("\0r", "\n").replace("\0n", "\\N") + "\n").encode()


def _shown(column: Sequence[Any]) -> list[str]:
    kinds = set(map(type, column))
    if kinds == {str}:
        return list(column)
    if strange := kinds - _PLAIN - {Encoded, datetime}:
        raise TypeError(f"{strange} cannot be stored")
    if type(None) in kinds:
        return ["\0n" if value is None else str(value) for value in column]
    return list(map(str, column))


def update_rows(
    connection: Connection, table: Table, key: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Set these columns of the rows that the key names; each row has the columns' values in order, then the key's."""
    if not rows:
        return
    names = (*columns, key)
    encoded = _encoded(connection, table, names, rows)
    if is_postgresql(connection):
        sets = ", ".join(f'"{name}" = new."{name}"' for name in columns)
        kinds = [table.c[name].type.compile(connection.dialect) for name in names]
        arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
        given = ", ".join(f'"{name}"' for name in names)
        connection.exec_driver_sql(
            f'UPDATE "{table.name}" AS old SET {sets} FROM unnest({arrays}) AS new ({given}) '  # noqa: S608
            f'WHERE old."{key}" = new."{key}"',
            tuple(map(list, encoded)),
        )
    else:
        sets = ", ".join(f'"{name}" = ?' for name in columns)
        statement = f'UPDATE "{table.name}" SET {sets} WHERE "{key}" = ?'  # noqa: S608
        connection.exec_driver_sql(statement, list(zip(*encoded, strict=True)))


def any_of(
    connection: Connection, column: Column[Any] | KeyedColumnElement[Any], values: Iterable[str]
) -> ColumnElement[bool]:
    """`column IN values`, for any number of texts, as one parameter."""
    elements = select(listed(connection, values))
    if is_postgresql(connection):
        return column == func.any(func.array(elements.scalar_subquery()))
    return column.in_(elements)


def listed(connection: Connection, values: Iterable[str]) -> ColumnElement[str]:
    """These texts as the one column of a table, to be joined to others; as one parameter."""
    given = json.dumps(sorted(set(values)), ensure_ascii=False)
    if is_postgresql(connection):
        return func.jsonb_array_elements_text(cast(bindparam(None, given, type_=Text), JSONB)).column_valued("wanted")
    each = func.json_each(given).table_valued("value", name="wanted")
    return each.c.value


def _encoded(connection: Connection, table: Table, columns: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> Columns:
    """The rows, column by column, as the driver takes them; only columns that need it are touched."""
    given = list(rows)
    if not given:
        return []
    widths = set(map(len, given))
    if widths != {len(columns)}:
        raise ValueError(f"{widths} values for {len(columns)} columns of {table.name}")
    turned: Columns = list(zip(*given, strict=True))
    for place, encode in enumerate(_encoders(table, columns, connection.dialect.name)):
        if encode is not None:
            turned[place] = encode(turned[place])
    return turned


@lru_cache(maxsize=128)
def _encoders(table: Table, columns: tuple[str, ...], dialect: str) -> tuple[Encoder | None, ...]:
    return tuple(_encoder(table.c[name].type, dialect) for name in columns)


def _encoder(kind: object, dialect: str) -> Encoder | None:
    if isinstance(kind, Minor):
        return _whole
    if isinstance(kind, type(Json)):
        return _each(_json)
    if isinstance(kind, Moment):
        return _each(lru_cache(maxsize=64)(_moment_text if dialect == "sqlite" else _moment))
    if dialect == "sqlite":
        if isinstance(kind, Date):
            return _each(lru_cache(maxsize=4096)(date.isoformat))
        return _each(int) if isinstance(kind, Boolean) else None
    return None


def _each(encode: Encoder) -> Encoder:
    return lambda column: [None if value is None else encode(value) for value in column]


def _whole(column: Sequence[object]) -> Sequence[object]:
    if strange := set(map(type, column)) - {int, type(None)}:
        value = next(value for value in column if type(value) in strange)
        raise TypeError(f"money must be a whole number of minor units, not {value!r}")
    return column


class Encoded(str):
    """JSON text that is encoded already."""

    __slots__ = ()


quoted = json.encoder.encode_basestring
"""A text as JSON writes it, with its quotes."""
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
