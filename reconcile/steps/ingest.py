"""Statements into the books: read, checked, stored; each file all or nothing.

A file is read as a stream into staging tables, then everything of it is stored in one transaction: the file itself (card
numbers masked), its statements and lines, the entries that no earlier statement showed, their payments, their journal
rows. Whatever dies on the way leaves nothing behind, and the same file again adds nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, func, select, text

from reconcile import ledger
from reconcile.money import format_amount
from reconcile.parsers import ReadContext, open_statement
from reconcile.parsers.source import account_country
from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.statement import CreditDebit, Entry, Statement
from reconcile.steps import continuity, overlap
from reconcile.steps.ahead import ahead
from reconcile.steps.entry_rows import Row, clean, rows_of
from reconcile.steps.kept_file import keeping
from reconcile.store import journal, staging
from reconcile.store.alerts import audit, raise_alert
from reconcile.store.engine import is_postgresql, reading
from reconcile.store.tables import own_bank_account, statement

CHUNK: Final = 2000
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
_BLOCK: Final = 1 << 20
_STORE_LOCK: Final = 7_265_636_900

Progress = Callable[[int], None]
"""Told how many more entries were read."""


@dataclass(frozen=True, slots=True)
class StatementResult:
    """What became of one statement of a file."""

    file: str
    statement_id: str
    format: str
    bank_account: str
    currency: str
    period_from: date | None
    period_to: date | None
    entries: int
    new: int
    known: int
    possible_duplicates: int
    state: str
    arithmetic: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who brings the file, and whether a person stands behind it (docs/data-model.md, 13)."""

    actor: str
    attended: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """What a person says of a table that does not say it itself: its layout, and the own bank account that it is of."""

    profile: str = ""
    account: str = ""
    profiles: Mapping[str, str] = field(default_factory=dict)
    """Layouts of the deployment's own, name to text."""


@dataclass(slots=True)
class _Head:
    """A staged statement: what is known of it once its entries have been drawn."""

    id: str
    number: int
    source: Statement
    entries: int = 0
    credit_sum: int = 0
    debit_sum: int = 0
    first: date | None = None
    last: date | None = None
    arithmetic: str = "unverified"
    fault: str = ""
    told: list[date] = field(default_factory=list)


def ingest(
    engine: Engine,
    path: Path,
    *,
    origin: Origin,
    now: datetime,
    policies: PolicyBook,
    format: str | None = None,
    max_bytes: int | None = None,
    table: Table = Table(),
    progress: Progress = lambda count: None,
) -> list[StatementResult]:
    """Store the statements of one file. Refuses (and stores nothing of it) what cannot be read exactly."""
    books = _context(engine, policies, max_bytes)
    context = replace(books, profile=table.profile, account=table.account, profiles=table.profiles)
    file_hash = _fingerprint(path, context)
    with engine.connect() as connection, staging.staging(connection):
        known = _known(connection, file_hash, path.name)
        connection.rollback()
        if known:
            return known
        heads = _stage(connection, path, file_hash, context, format, progress)
        connection.execution_options(read_only=False)
        with connection.begin():
            staging.staged(connection)
            lock(connection)
            known = _known(connection, file_hash, path.name)
            if known:
                return known
            with keeping(connection, path, file_hash, origin.actor, now):
                results = [_store(connection, head, path.name, file_hash, origin, now) for head in heads]
            audit(connection, origin.actor, "ingest", path.name, "", now, {"hash": file_hash, "statements": len(heads)})
            for head in heads:
                journal.seal(connection, head.id, now)
        return results


# --- reading ---------------------------------------------------------------------------------------------------------


def _context(engine: Engine, policies: PolicyBook, max_bytes: int | None) -> ReadContext:
    with reading(engine) as connection:
        rows = connection.execute(select(own_bank_account.c.number, own_bank_account.c.currency))
        own = {row.number: row.currency for row in rows}
    context = ReadContext(own_accounts=own, default_currency=_default_currency(policies))
    return context if max_bytes is None else replace(context, max_bytes=max_bytes)


def _default_currency(policies: PolicyBook) -> Callable[[str], str | None]:
    """For an account that neither file nor books give a currency for: the only one of its country, if it has one."""

    def currency(account: str) -> str | None:
        country = policies.editions[-1].policy.countries.get(account_country(account))
        return country.currencies[0] if country is not None and len(country.currencies) == 1 else None

    return currency


def _fingerprint(path: Path, context: ReadContext) -> str:
    if path.stat().st_size > context.max_bytes:
        raise Refusal.of(
            f"the file has {path.stat().st_size} bytes, more than the limit of {context.max_bytes}",
            "split it by days, or raise RECONCILE_MAX_STATEMENT_BYTES",
            file=path.name,
        )
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _stage(
    connection: Connection, path: Path, file_hash: str, context: ReadContext, format: str | None, progress: Progress
) -> list[_Head]:
    """Read the file into the staging tables. On a server a chunk is read while the one before it is written."""
    attempt = connection.execute(
        select(func.count()).select_from(statement).where(statement.c.file_hash == file_hash)
    ).scalar_one()
    connection.rollback()
    heads: list[_Head] = []
    sources = open_statement(path, file_name=path.name, context=context, format=format)
    with ahead(_rows(sources, file_hash, attempt, heads), int(is_postgresql(connection))) as chunks:
        for lines, details in chunks:
            staging.stage(connection, lines, details)
            connection.commit()
            progress(len(lines))
    if not heads:
        raise Refusal.of("the file holds no statement", "export the statement again", file=path.name)
    return heads


def _rows(
    sources: Iterator[Statement], file_hash: str, attempt: int, heads: list[_Head]
) -> Iterator[tuple[list[Row], list[Row]]]:
    """The lines and details of all statements, a chunk at a time; `heads` are complete once these are exhausted."""
    for number, source in enumerate(sources, 1):
        head = _Head(ledger.content_id(file_hash, number, attempt), number, source)
        for chunk in _chunks(source.entries):
            yield _chunk_rows(head, chunk)
        head.arithmetic, head.fault = _arithmetic(head)
        heads.append(head)


def _chunks(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while chunk := list(islice(entries, CHUNK)):
        yield chunk


def _chunk_rows(head: _Head, chunk: list[Entry]) -> tuple[list[Row], list[Row]]:
    lines: list[Row] = []
    details: list[Row] = []
    for entry in chunk:
        head.entries += 1
        _count(head, entry)
        line, its_details = rows_of(head.id, head.source.account, head.entries, entry)
        lines.append(line)
        details += its_details
    return lines, details


def _count(head: _Head, entry: Entry) -> None:
    if entry.credit_debit is CreditDebit.CREDIT:
        head.credit_sum += entry.amount
    else:
        head.debit_sum += entry.amount
    if not EARLIEST <= entry.booking_date <= LATEST:
        raise Refusal.of(
            f"booking date {entry.booking_date} is of no time in which this bank account was kept",
            "look at the file: its dates may have been damaged or made unreadable",
            line=entry.line,
        )
    head.first = entry.booking_date if head.first is None else min(head.first, entry.booking_date)
    head.last = entry.booking_date if head.last is None else max(head.last, entry.booking_date)
    if entry.currency != head.source.currency:
        raise Refusal.of(
            f"an entry in {entry.currency} on an account in {head.source.currency}",
            "ask the bank for the amounts in the account's currency",
            line=entry.line,
        )


def _arithmetic(head: _Head) -> tuple[str, str]:
    """The statement's own figures against its lines: "ok", "mismatch" with what does not fit, or "unverified"."""
    source = head.source
    faults = []

    def money(minor: int) -> str:
        return f"{format_amount(minor, source.currency)} {source.currency}"

    if source.opening is not None and source.closing is not None:
        expected = source.opening + head.credit_sum - head.debit_sum
        if expected != source.closing:
            faults.append(
                f"opening balance and entries make {money(expected)}, the closing balance is {money(source.closing)}"
            )
    if source.total_credit is not None and source.total_credit != head.credit_sum:
        faults.append(
            f"incoming entries make {money(head.credit_sum)}, the statement says {money(source.total_credit)}"
        )
    if source.total_debit is not None and source.total_debit != head.debit_sum:
        faults.append(f"outgoing entries make {money(head.debit_sum)}, the statement says {money(source.total_debit)}")
    if source.count_expected is not None and source.count_expected != head.entries:
        faults.append(f"there are {head.entries} entries, the statement says {source.count_expected}")
    if faults:
        return "mismatch", "; ".join(faults)
    return ("ok" if source.opening is not None and source.closing is not None else "unverified"), ""


# --- storing ---------------------------------------------------------------------------------------------------------


def lock(connection: Connection) -> None:
    """Statements are stored one at a time (SQLite's write transaction does the same)."""
    if is_postgresql(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _STORE_LOCK})


def _known(connection: Connection, file_hash: str, name: str) -> list[StatementResult]:
    """The same bytes again add nothing, unless everything of them was voided."""
    rows = connection.execute(
        select(statement).where(statement.c.file_hash == file_hash).order_by(statement.c.number_in_file)
    ).all()
    return [
        StatementResult(
            name, row.id, row.format, row.own_account, row.currency, row.period_from, row.period_to,
            row.entries, 0, row.entries, 0, row.state, row.arithmetic, row.fault,
        )
        for row in rows
        if row.state != "voided"
    ]  # fmt: skip


def _store(
    connection: Connection, head: _Head, file_name: str, file_hash: str, origin: Origin, now: datetime
) -> StatementResult:
    source = head.source
    _take_up(connection, source, origin, now)
    first = min(filter(None, (source.period_from, head.first)), default=None)
    last = max(filter(None, (source.period_to, head.last)), default=None)
    state = "evidence" if source.evidence else "stored"
    if state == "stored" and not origin.attended and not _trusted(connection, source, first):
        state = "waiting"
    sequence = int(connection.execute(select(func.coalesce(func.max(statement.c.sequence), 0))).scalar_one()) + 1
    connection.execute(
        statement.insert().values(
            id=head.id,
            sequence=sequence,
            file_hash=file_hash,
            number_in_file=head.number,
            own_account=source.account,
            format=source.format,
            version=source.version,
            reference=clean(source.reference),
            currency=source.currency,
            period_from=first,
            period_to=last,
            opening=source.opening,
            closing=source.closing,
            entries=head.entries,
            credit_sum=head.credit_sum,
            debit_sum=head.debit_sum,
            state=state,
            arithmetic=head.arithmetic,
            continuity="unverified",
            fault=head.fault,
            loaded_at=now,
            stored_at=now if state == "stored" else None,
        )
    )
    new = doubtful = 0
    if state != "stored":
        staging.move_lines(connection, head.id, booked=False)
    if state == "waiting":
        words = (
            f"{file_name}: the statement of {source.account} came unattended and does not continue the books; accept it"
        )
        raise_alert(
            connection, "statement_waiting", head.id, words, now, own_account=source.account, statement_id=head.id
        )
    elif state == "stored":
        new, doubtful = book(connection, head.id, sequence, now)
        if head.arithmetic == "mismatch":
            words = f"{file_name}: the statement of {source.account} does not add up: {head.fault}"
            raise_alert(
                connection, "balance_mismatch", head.id, words, now, own_account=source.account, statement_id=head.id
            )
    return StatementResult(
        file_name, head.id, source.format, source.account, source.currency, first, last, head.entries,
        new, head.entries - new if state == "stored" else 0, doubtful, state, head.arithmetic, head.fault,
    )  # fmt: skip


def book(connection: Connection, statement_id: str, sequence: int, now: datetime) -> tuple[int, int]:
    """Book a staged statement whose row stands: its lines, new entries, payments, journal rows; then hold the account's
    statements against each other. Returns (new entries, of these possible duplicates)."""
    head = connection.execute(select(statement).where(statement.c.id == statement_id)).one()
    own_account = head.own_account
    books_from = connection.execute(
        select(own_bank_account.c.books_from).where(own_bank_account.c.number == own_account)
    ).scalar_one()
    missing: list[str] = []
    if head.entries:
        covered = overlap.Coverage(statement_id, head.period_from, head.period_to, head.opening, head.closing)
        told = overlap.resolve(connection, covered, own_account)
        missing = overlap.vanished(connection, covered, own_account, told)
    new, doubtful = staging.summary(connection, statement_id)
    staging.move_lines(connection, statement_id, booked=True)
    staging.book(connection, statement_id, own_account, sequence, books_from, now)
    for entry_id in missing:
        words = f"entry {entry_id} of {own_account} is no longer shown by a later statement of the same day"
        raise_alert(connection, "entry_vanished", entry_id, words, now, own_account=own_account, entry_id=entry_id)
    continuity.recompute(connection, own_account, statement_id, now)
    staging.forget(connection, statement_id)
    return new, doubtful


def _take_up(connection: Connection, source: Statement, origin: Origin, now: datetime) -> None:
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
        audit(connection, origin.actor, "take_up_bank_account", source.account, "first statement", now)
    elif row.currency != source.currency:
        raise Refusal.of(
            f"bank account {source.account} is kept in {row.currency}, the statement is in {source.currency}",
            "check which account this statement is of, or correct the imported bank account",
        )


def _trusted(connection: Connection, source: Statement, first: date | None) -> bool:
    """What arrives unattended is booked only where the account was imported and the statement continues its books."""
    own = connection.execute(select(own_bank_account).where(own_bank_account.c.number == source.account)).one()
    if not own.imported or source.opening is None or first is None:
        return False
    if continuity.continues(connection, source.account, first, source.opening):
        return True
    return bool(own.opening_balance == source.opening and own.books_from == first)
