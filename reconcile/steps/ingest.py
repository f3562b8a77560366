"""Statements into the books: read, checked, stored; each file all or nothing.

A file is read as a stream into staging tables, then everything of it is stored in one transaction: the file itself (card
numbers masked), its statements and lines, the entries that no earlier statement showed, their payments, their journal
rows. Whatever dies on the way leaves nothing behind, and the same file again adds nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from reconcile.explain.alerts import said
from reconcile.parsers import ReadContext
from reconcile.parsers.source import account_country
from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.steps.booking import book, lock, take_up, trusted
from reconcile.steps.drawing import Drawn, Progress, draw
from reconcile.steps.entry_rows import clean
from reconcile.steps.kept_file import keeping
from reconcile.steps.waiting import release
from reconcile.store import journal, staging
from reconcile.store.alerts import audit, raise_alert
from reconcile.store.engine import reading
from reconcile.store.tables import own_bank_account, statement

_BLOCK: Final = 1 << 20


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
    at_byte: Callable[[int], None] = lambda place: None,
) -> list[StatementResult]:
    """Store the statements of one file. Refuses (and stores nothing of it) what cannot be read exactly."""
    books = _context(engine, policies, max_bytes)
    context = replace(
        books, profile=table.profile, account=table.account, profiles=table.profiles, at_byte=at_byte
    )
    file_hash = _fingerprint(path, context)
    with engine.connect() as connection, staging.staging(connection):
        known = _known(connection, file_hash, path.name)
        connection.rollback()
        if known:
            return known
        drawn = draw(connection, path, file_hash, context, format, progress)
        connection.execution_options(read_only=False)
        with connection.begin():
            staging.staged(connection)
            lock(connection)
            known = _known(connection, file_hash, path.name)
            if known:
                return known
            with keeping(connection, path, file_hash, origin.actor, now):
                results = [_store(connection, its, path.name, file_hash, origin, now) for its in drawn]
            audit(connection, origin.actor, "ingest", path.name, "", now, {"hash": file_hash, "statements": len(drawn)})
            booked = {each.bank_account for each in results if each.state == "stored"}
            released = release(connection, booked, now)
            for statement_id in (*(its.id for its in drawn), *sorted(released.keys() - {its.id for its in drawn})):
                journal.seal(connection, statement_id, now)
        return [_released(each, released) for each in results]


def _released(result: StatementResult, released: Mapping[str, tuple[int, int]]) -> StatementResult:
    """A statement that waited for another one of the same file waits no longer."""
    if result.statement_id not in released:
        return result
    new, doubtful = released[result.statement_id]
    return replace(result, state="stored", new=new, known=result.entries - new, possible_duplicates=doubtful)


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


# --- storing ---------------------------------------------------------------------------------------------------------


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
    connection: Connection, its: Drawn, file_name: str, file_hash: str, origin: Origin, now: datetime
) -> StatementResult:
    source = its.source
    take_up(connection, source, origin.actor, now)
    first = min(filter(None, (source.period_from, its.first)), default=None)
    last = max(filter(None, (source.period_to, its.last)), default=None)
    state = "evidence" if source.evidence else "stored"
    if state == "stored" and not origin.attended and not trusted(connection, source.account, source.opening, first):
        state = "waiting"
    sequence = int(connection.execute(select(func.coalesce(func.max(statement.c.sequence), 0))).scalar_one()) + 1
    connection.execute(
        statement.insert().values(
            id=its.id,
            sequence=sequence,
            file_hash=file_hash,
            number_in_file=its.number,
            own_account=source.account,
            format=source.format,
            version=source.version,
            reference=clean(source.reference),
            currency=source.currency,
            period_from=first,
            period_to=last,
            opening=source.opening,
            closing=source.closing,
            entries=its.entries,
            credit_sum=its.credit_sum,
            debit_sum=its.debit_sum,
            state=state,
            arithmetic=its.arithmetic,
            continuity="unverified",
            fault=str(its.fault),
            loaded_at=now,
            stored_at=now if state == "stored" else None,
        )
    )
    new = doubtful = 0
    if state != "stored":
        staging.move_lines(connection, its.id, booked=False)
    if state == "waiting":
        waits = said("statement_waiting.unattended", file=file_name, account=source.account)
        raise_alert(connection, waits, its.id, now, own_account=source.account, statement_id=its.id)
    elif state == "stored":
        new, doubtful = book(connection, its.id, sequence, now)
        if its.arithmetic == "mismatch":
            wrong = said("balance_mismatch.stored", file=file_name, account=source.account, fault=its.fault)
            raise_alert(connection, wrong, its.id, now, own_account=source.account, statement_id=its.id)
    return StatementResult(
        file_name, its.id, source.format, source.account, source.currency, first, last, its.entries,
        new, its.entries - new if state == "stored" else 0, doubtful, state, its.arithmetic, str(its.fault),
    )  # fmt: skip


