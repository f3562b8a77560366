"""Writing the journal: rows first, then one hash-chained link over them under a short lock (docs/data-model.md, 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from reconcile.ledger import Transfer, chain_hash, chain_text
from reconcile.store.bulk import insert_rows
from reconcile.store.engine import is_postgresql
from reconcile.store.tables import journal, journal_link

COLUMNS = (
    "key",
    "link_id",
    "row_no",
    "debit",
    "credit",
    "amount",
    "currency",
    "effective_date",
    "posted_at",
    "payment_id",
    "description",
)
CHAINED = (
    "key", "debit", "credit", "amount", "currency", "effective_date", "posted_at", "payment_id", "description",
)  # fmt: skip
"""What of a row the chain covers, in the order of `ledger.chain_text`."""
GENESIS = "0" * 64
_CHAIN_LOCK = 7_265_636_901


def post(connection: Connection, link_id: str, transfers: Sequence[Transfer], at: datetime, first_row: int = 1) -> None:
    """Insert the rows of one link. A key that is there already is refused by the database: never twice."""
    rows = (
        (
            transfer.key,
            link_id,
            number,
            transfer.debit,
            transfer.credit,
            transfer.amount,
            transfer.currency,
            transfer.effective_date,
            at,
            transfer.payment_id,
            transfer.description,
        )
        for number, transfer in enumerate(transfers, first_row)
    )
    insert_rows(connection, journal, COLUMNS, rows)


def seal(connection: Connection, link_id: str, at: datetime) -> None:
    """Close a link: its hash over its rows and the link before. To be called last in the transaction, since from here
    to the commit every other writer of the journal waits. A link without rows is not written."""
    if is_postgresql(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    last = connection.execute(
        select(journal_link.c.no, journal_link.c.hash).order_by(journal_link.c.no.desc()).limit(1)
    ).first()
    number, previous = (last.no, last.hash) if last else (0, GENESIS)
    digest, rows = chain_hash(previous, rows_of(connection, link_id))
    if rows:
        connection.execute(
            journal_link.insert().values(
                no=number + 1, id=link_id, rows=rows, previous_hash=previous, hash=digest, at=at
            )
        )


def rows_of(connection: Connection, link_id: str) -> Iterator[str]:
    found = connection.execute(
        select(*(journal.c[name] for name in CHAINED)).where(journal.c.link_id == link_id).order_by(journal.c.row_no),
        execution_options={"yield_per": 5000},
    )
    for some in found.partitions():
        yield from map(chain_text, *zip(*some, strict=True))


def head(connection: Connection) -> str:
    """The chain's newest hash: it stands in every report, so that a rebuilt chain is found out."""
    found = connection.execute(select(journal_link.c.hash).order_by(journal_link.c.no.desc()).limit(1)).scalar()
    return str(found) if found else GENESIS


def posted(connection: Connection, keys: Iterable[str]) -> dict[str, Transfer]:
    """The transfers under these keys, as they were posted."""
    found = connection.execute(select(journal).where(journal.c.key.in_(list(keys))))
    return {
        row.key: Transfer(
            row.key,
            row.debit,
            row.credit,
            row.amount,
            row.currency,
            row.effective_date,
            row.description,
            row.payment_id,
        )
        for row in found
    }


def balance(connection: Connection, ledger_account: str) -> int:
    """Debits less credits of one ledger account, in minor units."""
    debit = select(func.coalesce(func.sum(journal.c.amount), 0)).where(journal.c.debit == ledger_account)
    credit = select(func.coalesce(func.sum(journal.c.amount), 0)).where(journal.c.credit == ledger_account)
    return int(connection.execute(debit).scalar_one()) - int(connection.execute(credit).scalar_one())


def next_row(connection: Connection, link_id: str) -> int:
    """The first free row number of a link that is still open."""
    last = select(func.coalesce(func.max(journal.c.row_no), 0)).where(journal.c.link_id == link_id)
    return int(connection.execute(last).scalar_one()) + 1
