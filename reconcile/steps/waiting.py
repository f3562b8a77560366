"""Statements that came unattended and wait: booked once a person accepts them, or once the statement before them came.

Order of arrival proves nothing: two days that a mailbox brings the wrong way round are as good as the right way round,
as soon as the later one continues the books (docs/data-model.md, 13).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from reconcile import ledger
from reconcile.steps import booking
from reconcile.steps.entry_rows import shares
from reconcile.store import staging
from reconcile.store.alerts import audit, close_alert
from reconcile.store.tables import line_detail, statement, statement_line


def release(connection: Connection, own_accounts: Iterable[str], now: datetime) -> dict[str, tuple[int, int]]:
    """Book what waits on these accounts and continues their books by now, the earliest first, each for the next one to
    follow. The staging tables are indexed. Returns the statements with what `book_waiting` says of each; their journal
    links are to be sealed."""
    released: dict[str, tuple[int, int]] = {}
    for own_account in sorted(set(own_accounts)):
        while (row := _next(connection, own_account)) is not None:
            released[row.id] = book_waiting(connection, row, now, indexed=True)
            close_alert(connection, "statement_waiting", row.id, "machine", "the statement before it came", now)
            audit(connection, "machine", "release_statement", row.id, "it continues the books now", now)
    return released


def _next(connection: Connection, own_account: str) -> Any | None:
    """One that does not add up waits for a person all the same."""
    rows = connection.execute(
        select(statement)
        .where(statement.c.own_account == own_account, statement.c.state == "waiting")
        .where(statement.c.arithmetic == "ok")
        .order_by(statement.c.period_from, statement.c.period_to, statement.c.sequence)
    ).all()
    follows = (row for row in rows if booking.trusted(connection, own_account, row.opening, row.period_from))
    return next(follows, None)


def book_waiting(connection: Connection, row: Any, now: datetime, *, indexed: bool = False) -> tuple[int, int]:
    """The lines of a waiting statement go back to staging and from there the way of every other statement. Returns (new
    entries, of these possible duplicates). `indexed`: the staging tables are already."""
    sequence = int(connection.execute(select(func.max(statement.c.sequence))).scalar_one()) + 1
    connection.execute(
        update(statement).where(statement.c.id == row.id).values(state="stored", sequence=sequence, stored_at=now)
    )
    _restage(connection, row)
    if not indexed:
        staging.staged(connection)
    connection.execute(delete(line_detail).where(line_detail.c.statement_id == row.id))
    connection.execute(delete(statement_line).where(statement_line.c.statement_id == row.id))
    return booking.book(connection, row.id, sequence, now)


def _restage(connection: Connection, row: Any) -> None:
    lines = connection.execute(select(statement_line).where(statement_line.c.statement_id == row.id)).mappings().all()
    ids = {line["position"]: ledger.content_id(row.own_account, line["identity"], 1) for line in lines}
    amounts = {line["position"]: line["amount"] for line in lines}
    fresh = {"occurrence": 1, "is_new": True, "possible_duplicate": False}
    anew = [{**line, "entry_id": ids[line["position"]], **fresh} for line in lines]
    names = [column.name for column in line_detail.c]
    details = connection.execute(
        select(line_detail)
        .where(line_detail.c.statement_id == row.id)
        .order_by(line_detail.c.position, line_detail.c.detail_no)
    ).all()
    given: dict[int, list[int | None]] = {}
    for detail in details:
        given.setdefault(detail.position, []).append(detail.amount)
    rows = [
        (
            *(getattr(detail, name) for name in names),
            ledger.content_id(ids[detail.position], detail.detail_no),
            shares(amounts[detail.position], given[detail.position])[detail.detail_no],
        )
        for detail in details
    ]
    staging.stage(connection, [[line[name] for name in staging.LINE_COLUMNS] for line in anew], rows)
