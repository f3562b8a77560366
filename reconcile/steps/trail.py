"""The audit trail, newest first: who did what, when, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Engine, select

from reconcile.store.engine import reading
from reconcile.store.tables import audit_log

PAGE: Final = 100


def trail(engine: Engine, before: int | None = None) -> tuple[Sequence[Any], int | None]:
    """A page of acts, and from where the next page goes on; None at the end."""
    query = select(audit_log).order_by(audit_log.c.id.desc()).limit(PAGE + 1)
    if before is not None:
        query = query.where(audit_log.c.id < before)
    with reading(engine) as connection:
        rows = connection.execute(query).all()
    return rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None
