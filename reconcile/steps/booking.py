"""What a staged statement adds to the books: its lines, and of what no earlier statement showed entries, payments, journal
rows; and whether it may, by where it comes from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select, text

from reconcile.explain.alerts import said
from reconcile.money import format_amount
from reconcile.problem import Refusal
from reconcile.statement import Statement
from reconcile.steps import continuity, overlap, vanished
from reconcile.steps.coverage import Coverage
from reconcile.store import staging
from reconcile.store.alerts import audit, close_alert, raise_anew
from reconcile.store.bulk import any_of
from reconcile.store.engine import is_postgresql
from reconcile.store.tables import entry, own_bank_account, statement

_STORE_LOCK: Final = 7_265_636_900


def lock(connection: Connection) -> None:
    """Statements are stored one at a time (SQLite's write transaction does the same)."""
    if is_postgresql(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _STORE_LOCK})


def book(connection: Connection, statement_id: str, sequence: int, now: datetime) -> tuple[int, int]:
    """Book a staged statement whose row stands: its lines, new entries, payments, journal rows; then hold the account's
    statements against each other. Returns (new entries, of these possible duplicates)."""
    head = connection.execute(select(statement).where(statement.c.id == statement_id)).one()
    own_account = head.own_account
    books_from = connection.execute(
        select(own_bank_account.c.books_from).where(own_bank_account.c.number == own_account)
    ).scalar_one()
    missing: list[str] = []
    if head.period_from is not None:
        covered = Coverage(statement_id, head.period_from, head.period_to, head.opening, head.closing)
        told = overlap.resolve(connection, covered, own_account)
        missing = vanished.missed(connection, covered, own_account, told)
    new, doubtful = staging.summary(connection, statement_id)
    staging.move_lines(connection, statement_id, booked=True)
    staging.book(connection, statement_id, own_account, sequence, books_from, now)
    for row in connection.execute(select(entry).where(any_of(connection, entry.c.id, missing)).order_by(entry.c.id)).all():
        amount = f"{format_amount(row.amount, row.currency)} {row.currency}"
        gone = said(
            "entry_vanished.found",
            entry=row.id, account=own_account, amount=amount, day=row.booking_date, statement=row.statement_id,
        )  # fmt: skip
        raise_anew(connection, gone, row.id, now, own_account=own_account, entry_id=row.id)
    for entry_id in vanished.shown_again(connection, statement_id):
        close_alert(connection, vanished.VANISHED, entry_id, "machine", "a later statement shows it again", now)
    continuity.recompute(connection, own_account, statement_id, now)
    staging.forget(connection, statement_id)
    return new, doubtful


def take_up(connection: Connection, source: Statement, actor: str, now: datetime) -> None:
    """The own bank account of the statement: as imported, or taken up on first use by a person's ingest."""
    row = connection.execute(select(own_bank_account).where(own_bank_account.c.number == source.account)).first()
    if row is None:
        connection.execute(
            own_bank_account.insert().values(
                number=source.account,
                country=source.country,
                currency=source.currency,
                legal_entity="",
                imported=False,
                taken_up_at=now,
            )
        )
        audit(connection, actor, "take_up_bank_account", source.account, "first statement", now)
    elif row.currency != source.currency:
        raise Refusal.of(
            f"bank account {source.account} is kept in {row.currency}, the statement is in {source.currency}",
            "check which account this statement is of, or correct the imported bank account",
        )


def trusted(connection: Connection, own_account: str, opening: int | None, first: date | None) -> bool:
    """What arrives unattended is booked only where the account was imported and the statement continues its books."""
    own = connection.execute(select(own_bank_account).where(own_bank_account.c.number == own_account)).one()
    if not own.imported or opening is None or first is None:
        return False
    if continuity.continues(connection, own_account, first, opening):
        return True
    return bool(own.opening_balance == opening and own.books_from == first)
