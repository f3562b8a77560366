"""Who changed which master data, when, and from where: before and after of every record, and the act itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, text

from reconcile.money import format_amount
from reconcile.store.bulk import insert_rows
from reconcile.store.engine import is_postgresql
from reconcile.store.tables import audit_log, master_history

_IMPORT_LOCK: Final = 7_265_636_902
Record = dict[str, Any]
"""A row of the books as values, in the words of the books."""


class Draft(NamedTuple):
    """A row on its way: where it stands (None: by hand), what is stored, what will be."""

    line: int | None
    key: str
    before: Record | None
    after: Record


class Source(NamedTuple):
    """Who changes master data, when, and from where."""

    actor: str
    now: datetime
    name: str


def lock(connection: Connection) -> None:
    """One import at a time; the second waits."""
    if is_postgresql(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _IMPORT_LOCK})


def keep_history(connection: Connection, history: str, drafts: Sequence[Draft], source: Source) -> None:
    columns = ("kind", "key", "at", "actor", "source", "before", "after")
    rows = [
        (
            history,
            draft.key,
            source.now,
            source.actor,
            source.name,
            None if draft.before is None else jsonable(draft.before),
            jsonable(draft.after),
        )
        for draft in drafts
    ]
    insert_rows(connection, master_history, columns, rows)


_MONEY: Final = frozenset({"amount", "opening_balance"})


def jsonable(record: Record) -> Record:
    """A record as the history shows it: days in ISO form, amounts as plain decimals."""
    return {
        name: value if value is None or type(value) is str else _plain(name, value, record)
        for name, value in record.items()
    }


def _plain(name: str, value: object, record: Record) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return format_amount(value, record["currency"]) if name in _MONEY and isinstance(value, int) else value


def audit(
    connection: Connection, source: Source, act: str, subject: str, reason: str, details: Mapping[str, object]
) -> None:
    """Who did what, when, and why."""
    connection.execute(
        audit_log.insert().values(
            at=source.now, actor=source.actor, act=act, subject=subject, reason=reason, details=dict(details)
        )
    )
