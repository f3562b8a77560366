"""A statement on its way into the books: staged in temporary tables, then moved by a few set-based statements.

What a crash leaves of a staged statement vanishes with its connection, so there is nothing to sweep and nothing that
could be read half-loaded. Each staged line carries the id of the entry it would be: own account, identity and how many
equal lines stand before it. An overlap therefore finds its entries by id, in one statement, however large it is; only
days that two statements share in part need a closer look (`steps.overlap`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    null,
    select,
    text,
    update,
)

from reconcile import ledger
from reconcile.store.bulk import insert_rows
from reconcile.store.engine import is_postgresql
from reconcile.store.tables import entry, journal, line_detail, payment, statement_line
from reconcile.store.types import Moment

_metadata = MetaData()


def _temporary(name: str, like: Table, *more: Column[object]) -> Table:
    columns = [Column(column.name, column.type) for column in like.c]
    return Table(name, _metadata, *columns, *more, prefixes=["TEMPORARY"])


staged_line = _temporary(
    "staged_line",
    statement_line,
    Column("occurrence", Integer),
    Column("is_new", Boolean),
    Column("possible_duplicate", Boolean),
)
staged_detail = _temporary(
    "staged_detail", line_detail, Column("payment_id", String(24)), Column("share", line_detail.c.amount.type)
)

_INDEXES = (
    "CREATE INDEX ix_staged_line_place ON staged_line (statement_id, position)",
    "CREATE INDEX ix_staged_line_entry ON staged_line (entry_id)",
    "CREATE INDEX ix_staged_detail_place ON staged_detail (statement_id, position)",
)
_COUNTS = (
    "ANALYZE staged_line (statement_id, position, entry_id, identity, booking_date)",
    "ANALYZE staged_detail (statement_id, position)",
)

LINE_COLUMNS = tuple(column.name for column in staged_line.c)
DETAIL_COLUMNS = tuple(column.name for column in staged_detail.c)


@contextmanager
def staging(connection: Connection) -> Iterator[None]:
    """Two empty staging tables for the length of the block, private to this connection."""
    connection.execution_options(read_only=True)  # staging alone takes no write lock
    _metadata.create_all(connection, checkfirst=False)
    connection.commit()
    try:
        yield
    finally:
        if connection.in_transaction():
            connection.rollback()
        if not connection.invalidated:
            with suppress(
                Exception
            ):  # a COPY goes past SQLAlchemy: what one that failed left open, it does not know of
                connection.connection.rollback()
            _metadata.drop_all(connection, checkfirst=False)
            connection.commit()


def stage(connection: Connection, lines: Sequence[Sequence[object]], details: Sequence[Sequence[object]]) -> None:
    insert_rows(connection, staged_line, LINE_COLUMNS, lines)
    insert_rows(connection, staged_detail, DETAIL_COLUMNS, details)


def staged(connection: Connection) -> None:
    """All of a file is staged: only now it is indexed, all at once; and PostgreSQL is told how much it is, for it knows
    nothing of a temporary table."""
    for statement in (*_INDEXES, *_COUNTS) if is_postgresql(connection) else _INDEXES:
        connection.execute(text(statement))


def number_equals(connection: Connection, statement_id: str, own_account: str) -> None:
    """Give the second and later of equal lines their place in the row, and so an entry of their own."""
    place = func.row_number().over(partition_by=staged_line.c.identity, order_by=staged_line.c.position)
    numbered = (
        select(staged_line.c.position, staged_line.c.identity, place.label("place"))
        .where(staged_line.c.statement_id == statement_id)
        .subquery()
    )
    later = connection.execute(select(numbered).where(numbered.c.place > 1)).all()
    for row in later:
        place_line(connection, statement_id, row.position, own_account, row.identity, row.place)


def place_line(
    connection: Connection,
    statement_id: str,
    position: int,
    own_account: str,
    identity: str,
    occurrence: int,
    *,
    doubt: bool = False,
) -> None:
    """Make a staged line the n-th entry of its identity."""
    entry_id = ledger.content_id(own_account, identity, occurrence)
    here = and_(staged_line.c.statement_id == statement_id, staged_line.c.position == position)
    connection.execute(
        update(staged_line).where(here).values(entry_id=entry_id, occurrence=occurrence, possible_duplicate=doubt)
    )
    its = and_(staged_detail.c.statement_id == statement_id, staged_detail.c.position == position)
    for (detail_no,) in connection.execute(select(staged_detail.c.detail_no).where(its)).all():
        connection.execute(
            update(staged_detail)
            .where(its, staged_detail.c.detail_no == detail_no)
            .values(payment_id=ledger.content_id(entry_id, detail_no))
        )


def mark_known(connection: Connection, statement_id: str) -> None:
    """Lines whose entry is on the books already add nothing."""
    known = exists().where(entry.c.id == staged_line.c.entry_id)
    connection.execute(
        update(staged_line).where(staged_line.c.statement_id == statement_id, known).values(is_new=False)
    )


def mark_reworded(connection: Connection, statement_id: str, own_account: str, days: Sequence[date]) -> None:
    """On days that both statements cover: a new line beside an entry of the same amount and direction which this
    statement does not show may be that very entry, worded differently. Nothing is dropped: it is marked."""
    if not days:
        return
    shown = staged_line.alias("shown")
    unshown_twin = exists().where(
        entry.c.own_account == own_account,
        entry.c.booking_date == staged_line.c.booking_date,
        entry.c.credit_debit == staged_line.c.credit_debit,
        entry.c.amount == staged_line.c.amount,
        entry.c.reversal == staged_line.c.reversal,
        not_(entry.c.voided),
        not_(exists().where(shown.c.entry_id == entry.c.id)),
    )
    connection.execute(
        update(staged_line)
        .where(
            staged_line.c.statement_id == statement_id,
            staged_line.c.is_new,
            staged_line.c.booking_date.in_(days),
            unshown_twin,
        )
        .values(possible_duplicate=True)
    )


def move_lines(connection: Connection, statement_id: str, *, booked: bool) -> None:
    """Staged lines and details into the books; without entry ids where the statement waits for acceptance."""
    names = [column.name for column in statement_line.c]
    source = [staged_line.c[name] if booked or name != "entry_id" else null() for name in names]
    here = staged_line.c.statement_id == statement_id
    connection.execute(insert(statement_line).from_select(names, select(*source).where(here)))
    names = [column.name for column in line_detail.c]
    here = staged_detail.c.statement_id == statement_id
    connection.execute(
        insert(line_detail).from_select(names, select(*(staged_detail.c[name] for name in names)).where(here))
    )


def book(
    connection: Connection, statement_id: str, own_account: str, sequence: int, books_from: date | None, at: datetime
) -> None:
    """New lines become entries, incoming details payments, and each entry its journal row: bank against unapplied cash,
    or against outgoing suspense. What lies before the account's cut-over is stored and goes no further."""
    s = staged_line.c
    new = and_(s.statement_id == statement_id, s.is_new)
    early = s.booking_date < books_from if books_from is not None else literal(False)
    columns = {
        "id": s.entry_id,
        "own_account": literal(own_account),
        "identity": s.identity,
        "occurrence": s.occurrence,
        "booking_date": s.booking_date,
        "credit_debit": s.credit_debit,
        "amount": s.amount,
        "currency": s.currency,
        "reversal": s.reversal,
        "statement_id": s.statement_id,
        "position": s.position,
        "sequence": literal(sequence),
        "before_books": early,
        "possible_duplicate": s.possible_duplicate,
        "voided": literal(False),
    }
    connection.execute(insert(entry).from_select(list(columns), select(*columns.values()).where(new)))
    live = and_(new, s.amount > 0, not_(early))
    _payments(connection, live, own_account, sequence)
    _journal(connection, live, statement_id, own_account, at)


def _payments(connection: Connection, live: object, own_account: str, sequence: int) -> None:
    s, d = staged_line.c, staged_detail.c
    columns = {
        "id": d.payment_id,
        "entry_id": s.entry_id,
        "detail_no": d.detail_no,
        "channel": literal("bank_transfer"),
        "own_account": literal(own_account),
        "amount": d.share,
        "currency": s.currency,
        "booking_date": s.booking_date,
        "sequence": literal(sequence),
        "by_person": literal(False),
        "generation": literal(0),
    }
    source = (
        select(*columns.values())
        .select_from(staged_line.join(staged_detail, and_(d.statement_id == s.statement_id, d.position == s.position)))
        .where(live, s.credit_debit == "credit", not_(s.reversal), d.share > 0)  # type: ignore[arg-type]
    )
    connection.execute(insert(payment).from_select(list(columns), source))


def _journal(connection: Connection, live: object, statement_id: str, own_account: str, at: datetime) -> None:
    s = staged_line.c
    incoming = s.credit_debit == "credit"
    from_customer = and_(incoming, not_(s.reversal))
    bank, suspense = literal(ledger.bank(own_account)), literal(ledger.suspense(own_account))
    columns = {
        "key": case((from_customer, "receive:"), (incoming, "return_in:"), else_="pay:") + s.entry_id,
        "link_id": literal(statement_id),
        "row_no": func.row_number().over(order_by=s.position),
        "debit": case((incoming, bank), else_=suspense),
        "credit": case((from_customer, ledger.unapplied(own_account)), (incoming, suspense), else_=bank),
        "amount": s.amount,
        "currency": s.currency,
        "effective_date": s.booking_date,
        "posted_at": cast(literal(at, Moment), Moment)
        if connection.dialect.name == "postgresql"
        else literal(at, Moment),
        "payment_id": null(),
        "description": case((from_customer, "received"), (incoming, "came back"), else_="paid out"),
    }
    connection.execute(insert(journal).from_select(list(columns), select(*columns.values()).where(live)))  # type: ignore[arg-type]


def summary(connection: Connection, statement_id: str) -> tuple[int, int]:
    """How many staged lines are new, and how many of them are in doubt."""
    s = staged_line.c
    row = connection.execute(
        select(
            func.count().filter(s.is_new),
            func.count().filter(and_(s.is_new, s.possible_duplicate)),
        ).where(s.statement_id == statement_id)
    ).one()
    return int(row[0]), int(row[1])


def forget(connection: Connection, statement_id: str) -> None:
    connection.execute(delete(staged_line).where(staged_line.c.statement_id == statement_id))
    connection.execute(delete(staged_detail).where(staged_detail.c.statement_id == statement_id))
