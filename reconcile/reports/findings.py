"""What else a person must see: open alerts by kind, the statements of the day, the differences that stand open."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, or_, select

from reconcile.explain.problems import in_language
from reconcile.policy import PolicyBook
from reconcile.reports.figures import Owns
from reconcile.reports.model import AlertGroup, AlertLine, DifferenceLine, OwnAccount, StatementLine
from reconcile.reports.words import said, say
from reconcile.store.alerts import words_of
from reconcile.store.tables import alert, open_difference, statement, statement_file

GRAVEST_FIRST: Final = (
    "verify_failed", "balance_mismatch", "entry_vanished", "reversal_unmatched", "run_failed", "not_decided", "inbox_failed",
    "fetch_failed", "verify_not_done", "job_failed", "file_failed", "statement_waiting", "file_refused", "statement_gap",
    "gateway_conflict", "settlement_difference", "settlement_overdue", "letters_failed", "letter_uncertain", "letter_failed",
    "outbox_failed", "statement_missing",
)  # fmt: skip
GRAVE: Final = frozenset({"verify_failed", "balance_mismatch", "entry_vanished", "reversal_unmatched"})


def open_alerts(connection: Connection, owns: Owns, language: str) -> tuple[AlertGroup, ...]:
    """Open alerts by kind, the gravest first. One that is about no known account (a refused file) is everybody's."""
    query = select(alert).where(alert.c.closed_at.is_(None)).order_by(alert.c.raised_at, alert.c.key)
    query = query.where(or_(alert.c.own_account.is_(None), alert.c.own_account.in_(list(owns))))
    kinds: defaultdict[str, list[AlertLine]] = defaultdict(list)
    for row in connection.execute(query):
        words = words_of(row, language)
        kinds[row.kind].append(
            AlertLine(row.kind, row.raised_at, row.own_account or "", row.file_name or "", words, _command(row))
        )
    return tuple(_group(kind, kinds[kind], language) for kind in sorted(kinds, key=_gravity))


def _gravity(kind: str) -> tuple[int, str]:
    return (GRAVEST_FIRST.index(kind) if kind in GRAVEST_FIRST else len(GRAVEST_FIRST)), kind


def _group(kind: str, lines: list[AlertLine], language: str) -> AlertGroup:
    known = said(f"alert_{kind}", language)
    title = say(f"alert_{kind}", language) if known else kind.replace("_", " ")
    return AlertGroup(
        kind, title, say(f"alert_{kind}_do" if known else "alert_other_do", language), tuple(lines), kind in GRAVE
    )


def _command(row: Row[Any]) -> str:
    if row.kind in ("balance_mismatch", "statement_waiting") and row.statement_id:
        return f"{shlex.join(('reconcile', 'statement', 'accept', row.statement_id))} --reason '…'"
    if row.kind == "statement_gap" and row.own_account:
        return shlex.join(("reconcile", "statement", "list", "--bank-account", row.own_account))
    return ""


def statements_of(
    connection: Connection, owns: Owns, day: date, policies: PolicyBook, language: str
) -> tuple[StatementLine, ...]:
    """The statements that came on the day, as its account's country counts days, and those whose period covers it."""
    start = datetime.combine(day, time(), UTC) - timedelta(days=1)
    query = (
        select(statement, statement_file.c.name)
        .join(statement_file, statement_file.c.hash == statement.c.file_hash)
        .where(statement.c.own_account.in_(list(owns)))
        .where(
            or_(
                and_(statement.c.loaded_at >= start, statement.c.loaded_at < start + timedelta(days=3)),
                and_(statement.c.period_from <= day, statement.c.period_to >= day),
            )
        )
        .order_by(statement.c.own_account, statement.c.period_from, statement.c.sequence, statement.c.id)
    )
    return tuple(
        replace(each, fault=in_language(each.fault, language))
        for each in _of_day(connection.execute(query).all(), owns, day, policies)
    )


def _of_day(rows: Any, owns: Owns, day: date, policies: PolicyBook) -> Iterator[StatementLine]:
    for row in rows:
        its_own = owns[row.own_account]
        covers = row.period_from is not None and row.period_from <= day <= row.period_to
        if covers or row.loaded_at.astimezone(_zone(its_own.country, day, policies)).date() == day:
            yield _statement(row, OwnAccount(row.own_account, row.currency, its_own.country, its_own.bank_name or ""))


def _zone(country: str, day: date, policies: PolicyBook) -> tzinfo:
    rules = policies.on(day).countries.get(country)
    return rules.time_zone if rules is not None else UTC


def _statement(row: Row[Any], own: OwnAccount) -> StatementLine:
    return StatementLine(
        row.id, row.name, own, row.format, row.period_from, row.period_to, row.entries, row.opening, row.closing,
        row.state, row.arithmetic, row.continuity, row.fault, row.accepted_by or "", row.loaded_at,
    )  # fmt: skip


def open_differences(connection: Connection, owns: Owns, language: str) -> tuple[DifferenceLine, ...]:
    """The named differences between statements and ledger, oldest first."""
    query = (
        select(open_difference)
        .where(open_difference.c.own_account.in_(list(owns)))
        .order_by(open_difference.c.as_of, open_difference.c.own_account, open_difference.c.key)
    )
    return tuple(
        DifferenceLine(
            row.key,
            row.kind,
            OwnAccount(row.own_account, row.currency, owns[row.own_account].country),
            row.as_of,
            row.amount,
            row.statement_id or "",
            in_language(row.explanation, language),
        )
        for row in connection.execute(query)
    )
