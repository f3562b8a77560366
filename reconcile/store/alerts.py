"""What a person must look at, once for each cause: raised with its key, closed when the cause is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, update
from sqlalchemy.dialects import postgresql, sqlite

from reconcile.explain.alerts import Said, in_words
from reconcile.store.engine import is_postgresql
from reconcile.store.tables import alert, audit_log

_OPEN: Final = {"closed_at": None, "closed_by": None, "closed_reason": None}


def insert_new(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is not there yet; the others are left as they are. How many were new."""
    make = postgresql.insert if is_postgresql(connection) else sqlite.insert
    options = {"preserve_rowcount": True}  # without it psycopg's count of an INSERT is -1
    return sum(
        connection.execute(make(table).values(**row).on_conflict_do_nothing(), execution_options=options).rowcount
        for row in rows
    )


def raise_alert(connection: Connection, said: Said, subject: str, at: datetime, **about: str | None) -> bool:
    """Raise an alert about a subject; the same kind about the same subject stands only once. Whether it is new."""
    row = {"key": f"{said.kind}:{subject}", "kind": said.kind, "raised_at": at, **_told(said), **about}
    return insert_new(connection, alert, [row]) > 0


def raise_anew(connection: Connection, said: Said, subject: str, at: datetime, **about: str | None) -> None:
    """Raise an alert about something that comes and goes: where an earlier one was closed, it stands open again."""
    if not raise_alert(connection, said, subject, at, **about):
        closed = and_(alert.c.key == f"{said.kind}:{subject}", alert.c.closed_at.is_not(None))
        connection.execute(update(alert).where(closed).values(raised_at=at, **_told(said), **_OPEN, **about))


def raise_newest(connection: Connection, said: Said, subject: str, at: datetime, **about: str | None) -> None:
    """Raise an alert whose newest words stand; one that a person closed is not raised again with the same words."""
    if not raise_alert(connection, said, subject, at, **about):
        other = and_(alert.c.key == f"{said.kind}:{subject}", alert.c.text != str(said))
        connection.execute(update(alert).where(other).values(raised_at=at, **_told(said), **_OPEN))


def _told(said: Said) -> dict[str, Any]:
    """The sentence and its values, from which it is shown; and in English, for whoever reads the table itself."""
    return {"said": said, "text": str(said)}


def words_of(row: Any, language: str = "en") -> str:
    """What an alert says, in the reader's language; one of before migration 0015 in the words in which it was raised."""
    return str(row.text) if row.said is None else in_words(row.said, language)


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
