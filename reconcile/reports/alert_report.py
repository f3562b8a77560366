"""The alert report: one HTML page that needs nothing beside it, or one XLSX workbook.

Both are written from the same values, read in one transaction that sees the books as they were at one moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from reconcile import __version__
from reconcile.explain.problems import in_language
from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.reports import figures, findings, html, open_items, xlsx
from reconcile.reports.model import NOT_DECIDED, Report
from reconcile.reports.words import wording
from reconcile.store import journal
from reconcile.store.engine import reading

ON_THE_PAGE: Final = 500
"""How many open payments the HTML page shows; the workbook has all of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the report. `limit`: how many open payments at most; None for all."""

    day: date
    now: datetime
    country: str
    language: str
    limit: int | None
    faults: tuple[str, ...] | None


def write(
    engine: Engine,
    path: Path,
    *,
    day: date,
    now: datetime,
    policies: PolicyBook,
    country: str = "",
    language: str = "en",
    faults: Sequence[str] | None = None,
) -> Path:
    """Write the report of the books as of a day; .html or .xlsx by the ending. Returns the path.

    `faults` are the lines of `verify`; None: it was not run for this report, and the report says so. A country's report
    is about its own bank accounts, those of no known country included. Refuses another ending, a folder that is not
    there, a language or a country that nothing is known of. The file appears whole or not at all.
    """
    kind = path.suffix.lower()
    if kind not in (".html", ".xlsx"):
        raise Refusal.of(f"a report cannot be written as {path.name!r}", "end the file's name in .html or .xlsx")
    if not path.parent.is_dir():
        raise Refusal.of(f"there is no folder {str(path.parent)!r}", "make it first, or choose another place")
    wording(language)
    if country:
        policies.on(day).country(country)
    limit = ON_THE_PAGE if kind == ".html" else None
    asked = Asked(day, now, country, language, limit, None if faults is None else tuple(faults))
    partial = path.with_name(f".{path.name}.partial")
    try:
        with reading(engine) as connection:
            report = collect(connection, asked, policies)
            (html if kind == ".html" else xlsx).write(report, partial, language)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def collect(connection: Connection, asked: Asked, policies: PolicyBook) -> Report:
    """Everything the report says, read from the books; the open payments are drawn while it is written."""
    owns = figures.own_accounts(connection, asked.country)
    frame = figures.payments_by_day(connection, owns, asked.day)
    shown_day = figures.last_day(frame)
    setting = open_items.Setting(owns, asked.day, policies, asked.language)
    return Report(
        day=asked.day,
        now=asked.now,
        country=asked.country,
        head=journal.head(connection),
        program_version=__version__,
        policy_version=policies.on(asked.day).version,
        identity=figures.identity(frame, figures.received(connection, owns, asked.day), owns),
        shown_day=shown_day,
        of_day=figures.of_day(frame, shown_day, owns) if shown_day else (),
        trend=figures.trend(frame),
        ageing=figures.ageing(frame, asked.day),
        waiting=open_items.how_many(connection, owns, asked.day),
        undecided=figures.count(frame, NOT_DECIDED),
        later=figures.later(connection, owns, asked.day),
        alerts=findings.open_alerts(connection, owns, asked.language),
        statements=findings.statements_of(connection, owns, asked.day, policies, asked.language),
        differences=findings.open_differences(connection, owns, asked.language),
        items=open_items.open_items(connection, setting, asked.limit),
        faults=None if asked.faults is None else tuple(in_language(line, asked.language) for line in asked.faults),
    )
