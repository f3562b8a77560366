"""What a person must look at, once for each cause: raised with its key, closed when the cause is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, update
from sqlalchemy.dialects import postgresql, sqlite

from reconcile.store.engine import is_postgresql
from reconcile.store.tables import alert, audit_log


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is not there yet; the others are left as they are. How many were new."""
    make = postgresql.insert if is_postgresql(connection) else sqlite.insert
    options = {"preserve_rowcount": True}  # without it psycopg's count of an INSERT is -1
    return sum(
        connection.execute(make(table).values(**row).on_conflict_do_nothing(), execution_options=options).rowcount
        for row in rows
    )


def raise_alert(connection: Connection, kind: str, subject: str, words: str, at: datetime, **about: str | None) -> None:
    """Raise an alert about a subject; the same kind about the same subject stands only once."""
    row = {"key": f"{kind}:{subject}", "kind": kind, "raised_at": at, "text": words, **about}
    insert_new(connection, alert, [row])


def raise_anew(connection: Connection, kind: str, subject: str, words: str, at: datetime, **about: str | None) -> None:
    """Raise an alert about something that comes and goes: where an earlier one was closed, it stands open again."""
    raise_alert(connection, kind, subject, words, at, **about)
    again = {"raised_at": at, "text": words, "closed_at": None, "closed_by": None, "closed_reason": None, **about}
    connection.execute(
        update(alert).where(alert.c.key == f"{kind}:{subject}", alert.c.closed_at.is_not(None)).values(**again)
    )


def close_alert(connection: Connection, kind: str, subject: str, actor: str, reason: str, at: datetime) -> None:
    connection.execute(
        update(alert)
        .where(alert.c.key == f"{kind}:{subject}", alert.c.closed_at.is_(None))
        .values(closed_at=at, closed_by=actor, closed_reason=reason)
    )


def audit(
    connection: Connection, actor: str, act: str, subject: str, reason: str, at: datetime, details: object = None
) -> None:
    """Record who did what, and why."""
    connection.execute(
        audit_log.insert().values(at=at, actor=actor, act=act, subject=subject, reason=reason, details=details)
    )
