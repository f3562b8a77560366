"""What time it is by the one clock that all workers share: the database's."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from reconcile.store.engine import is_postgresql


def database_now(connection: Connection) -> datetime:
    """The moment by the database server's clock. An SQLite file stands on this machine, so its clock is ours."""
    if is_postgresql(connection):
        now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return now.astimezone(UTC)
    return datetime.now(UTC)
