"""What Tonight and the report show of all payments together, kept until the books change.

Adding up a million payments takes longer than turning a page may. So the figures are made once, beside a stamp of the
books: the newest of everything that is only ever added to. As long as the stamp is the same, so are the figures; and
they are never older than some minutes.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Table, func, select

from reconcile.reports import figures, news, open_items
from reconcile.reports.alert_report import Asked, collect
from reconcile.reports.model import Item, Report
from reconcile.store.engine import reading
from reconcile.store.tables import alert, audit_log, journal_link, master_history, run, statement
from reconcile.store.work_tables import work_attempt
from reconcile.web.visit import Visit

OLDEST: Final = timedelta(minutes=5)
ITEMS: Final = 15
"""How many of the payments that wait the report's page names; the workbook has all."""
_GROWING: Final[tuple[tuple[Table, str], ...]] = (
    (statement, "sequence"), (journal_link, "no"), (audit_log, "id"), (master_history, "id"),
    (run, "no"), (run, "finished_at"), (work_attempt, "id"), (alert, "raised_at"), (alert, "closed_at"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """The report of a day, without its open payments but for the first; what changed since yesterday; what ends soon."""

    made_at: datetime
    report: Report
    items: tuple[Item, ...]
    changes: news.Changes
    powers: tuple[news.EndingPower, ...]


class Kept:
    """The figures of one console, by day, country and language."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[tuple[date, str, str], tuple[tuple[Any, ...], Figures]] = {}

    def of(self, visit: Visit, country: str) -> Figures:
        """As the books are now. Two who ask at once wait for one that adds up."""
        key = (visit.today, country, visit.language)
        with self._lock, reading(visit.engine) as connection:
            now = stamp(connection)
            known = self._found.get(key)
            if known is not None and known[0] == now and visit.now - known[1].made_at < OLDEST:
                return known[1]
            made = _made(connection, visit, country)
            self._found = {each: kept for each, kept in self._found.items() if each[0] == visit.today}
            self._found[key] = (now, made)
            return made


def stamp(connection: Connection) -> tuple[Any, ...]:
    """Another one as soon as anything was stored, decided, posted or changed."""
    newest = (select(func.max(table.c[name])).scalar_subquery() for table, name in _GROWING)
    return tuple(connection.execute(select(*newest)).one())


def _made(connection: Connection, visit: Visit, country: str) -> Figures:
    asked = Asked(visit.today, visit.now, country, visit.language, 0, None)
    owns = figures.own_accounts(connection, country)
    setting = open_items.Setting(owns, visit.today, visit.policies, visit.language)
    return Figures(
        made_at=visit.now,
        report=collect(connection, asked, visit.policies),
        items=tuple(open_items.open_items(connection, setting, ITEMS)),
        changes=news.changes(connection, owns, visit.now),
        powers=news.ending_powers(connection, country, visit.today),
    )
