"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Binary = Text().with_variant(Text(collation="C"), "postgresql")
"""Text compared by code point on both, so that a range finds a prefix through its index."""
AutoId = BigInteger().with_variant(Integer(), "sqlite")
_NUMERIC: Final = 1700
"""PostgreSQL's number of the type, as its driver gives it for a column of a result."""


class Minor(TypeDecorator[int]):
    """Whole minor units. PostgreSQL would round 12.5 into a BIGINT without a word, so the type is checked here."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        if value is not None and type(value) is not int:
            raise TypeError(f"money must be a whole number of minor units, not {value!r}")
        return value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], int | None] | None:
        """Both databases hand out whole numbers, which are left alone; only a sum of them is PostgreSQL's NUMERIC."""
        return _whole if coltype == _NUMERIC else None


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


class Moment(TypeDecorator[datetime]):
    """A point in time, always with its zone: UTC in the books, whatever zone the database's sessions stand in (PostgreSQL
    hands a moment out in theirs, and the journal's chain covers how it is written)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"{value!r} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
