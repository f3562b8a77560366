"""A file's statements drawn out of their parser: their entries as rows in the staging tables, their own figures held
against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select

from reconcile import ledger
from reconcile.explain.alerts import Said, chained, said
from reconcile.money import format_amount
from reconcile.parsers import ReadContext, open_statement
from reconcile.problem import Refusal
from reconcile.statement import CreditDebit, Entry, Statement
from reconcile.steps.ahead import ahead
from reconcile.steps.entry_rows import Row, rows_of
from reconcile.store import staging
from reconcile.store.engine import is_postgresql
from reconcile.store.tables import statement

CHUNK: Final = 2000
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)

Progress = Callable[[int], None]
"""Told how many more entries were read."""


@dataclass(slots=True)
class Drawn:
    """A statement in the staging tables: what is known of it once its entries are there."""

    id: str
    number: int
    source: Statement
    entries: int = 0
    credit_sum: int = 0
    debit_sum: int = 0
    first: date | None = None
    last: date | None = None
    arithmetic: str = "unverified"
    fault: Said | str = ""


def draw(
    connection: Connection, path: Path, file_hash: str, context: ReadContext, format: str | None, progress: Progress
) -> list[Drawn]:
    """Read the file into the staging tables. On a server a chunk is read while the one before it is written."""
    attempt = connection.execute(
        select(func.count()).select_from(statement).where(statement.c.file_hash == file_hash)
    ).scalar_one()
    connection.rollback()
    drawn: list[Drawn] = []
    sources = open_statement(path, file_name=path.name, context=context, format=format)
    with ahead(_rows(sources, file_hash, attempt, drawn), int(is_postgresql(connection))) as chunks:
        for lines, details in chunks:
            staging.stage(connection, lines, details)
            connection.commit()
            progress(len(lines))
    if not drawn:
        raise Refusal.of("the file holds no statement", "export the statement again", file=path.name)
    return drawn


def _rows(
    sources: Iterator[Statement], file_hash: str, attempt: int, drawn: list[Drawn]
) -> Iterator[tuple[list[Row], list[Row]]]:
    """The lines and details of all statements, a chunk at a time; `drawn` are complete once these are exhausted."""
    for number, source in enumerate(sources, 1):
        its = Drawn(ledger.content_id(file_hash, number, attempt), number, source)
        for chunk in _chunks(source.entries):
            yield _chunk_rows(its, chunk)
        its.arithmetic, its.fault = _arithmetic(its)
        drawn.append(its)


def _chunks(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    while chunk := list(islice(entries, CHUNK)):
        yield chunk


def _chunk_rows(its: Drawn, chunk: list[Entry]) -> tuple[list[Row], list[Row]]:
    lines: list[Row] = []
    details: list[Row] = []
    for entry in chunk:
        its.entries += 1
        _count(its, entry)
        line, its_details = rows_of(its.id, its.source.account, its.entries, entry)
        lines.append(line)
        details += its_details
    return lines, details


def _count(its: Drawn, entry: Entry) -> None:
    if entry.credit_debit is CreditDebit.CREDIT:
        its.credit_sum += entry.amount
    else:
        its.debit_sum += entry.amount
    if not EARLIEST <= entry.booking_date <= LATEST:
        raise Refusal.of(
            f"booking date {entry.booking_date} is of no time in which this bank account was kept",
            "look at the file: its dates may have been damaged or made unreadable",
            line=entry.line,
        )
    its.first = entry.booking_date if its.first is None else min(its.first, entry.booking_date)
    its.last = entry.booking_date if its.last is None else max(its.last, entry.booking_date)
    if entry.currency != its.source.currency:
        raise Refusal.of(
            f"an entry in {entry.currency} on an account in {its.source.currency}",
            "ask the bank for the amounts in the account's currency",
            line=entry.line,
        )


def _arithmetic(its: Drawn) -> tuple[str, Said | str]:
    """The statement's own figures against its lines: "ok", "mismatch" with what does not fit, or "unverified"."""
    source = its.source
    faults = []

    def money(minor: int) -> str:
        return f"{format_amount(minor, source.currency)} {source.currency}"

    if source.opening is not None and source.closing is not None:
        expected = source.opening + its.credit_sum - its.debit_sum
        if expected != source.closing:
            faults.append(said("part.closing", sum=money(expected), told=money(source.closing)))
    if source.total_credit is not None and source.total_credit != its.credit_sum:
        faults.append(said("part.total_credit", sum=money(its.credit_sum), told=money(source.total_credit)))
    if source.total_debit is not None and source.total_debit != its.debit_sum:
        faults.append(said("part.total_debit", sum=money(its.debit_sum), told=money(source.total_debit)))
    if source.count_expected is not None and source.count_expected != its.entries:
        faults.append(said("part.count_expected", count=its.entries, told=source.count_expected))
    if faults:
        return "mismatch", chained("part.and_also", faults)
    return ("ok" if source.opening is not None and source.closing is not None else "unverified"), ""
