"""Statements that should be here and are not: an alert by their hour, which closes by itself when they come.

A bank that sends nothing makes no noise, and a payment that nobody sees is credited to nobody. So each own bank account
whose statements come day by day is expected to have one for every day on which the country's banks work: by the hour of
the country's night on the next banking day. Which accounts these are is told by what came so far, unless the
deployment's calendar says it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, select

from reconcile.banking_days import ONE_DAY, Calendar
from reconcile.explain.alerts import Said, said
from reconcile.policy import PolicyBook
from reconcile.store.alerts import close_alert, raise_alert
from reconcile.store.engine import reading
from reconcile.store.tables import alert, own_bank_account, statement

KIND: Final = "statement_missing"
LOOKED_AT: Final = 10
"""Banking days before the one in question, by which it is told whether statements come day by day."""
LEAST_DAYS: Final = 3
SHARE: Final = 0.8
ACTOR: Final = "schedule"
GRACE: Final = timedelta(hours=2)
"""Beside the night: how long it may take to take in what arrived, before what is not there is missing."""


def check(
    engine: Engine,
    now: datetime,
    policies: PolicyBook,
    calendar: Calendar,
    hours: Mapping[str, time],
    grace: timedelta = timedelta(0),
) -> list[str]:
    """Raise what is missing now, close what has come; the own accounts that something is missing of. `hours`: of each
    country, by its own clocks, when a statement must be there. What a person closed is not raised again for that day."""
    missing: dict[str, tuple[date, str]] = {}
    with reading(engine) as connection:
        own = connection.execute(select(own_bank_account).where(own_bank_account.c.imported)).all()
        came = {each.number: _periods(connection, each.number, now.date()) for each in own}
        open_ = {
            row.own_account: row.key
            for row in connection.execute(select(alert).where(alert.c.kind == KIND, alert.c.closed_at.is_(None)))
        }
    for each in own:
        zone = policies.on(now.date()).countries.get(each.country)
        if zone is None or each.country not in hours:
            continue
        local = (now - grace).astimezone(zone.time_zone)
        day = _missing_day(each, came[each.number], calendar, local, hours[each.country])
        if day is not None:
            missing[each.number] = (day, each.bank_name or "")
    _tell(engine, missing, open_, came, now)
    return sorted(missing)


def _tell(
    engine: Engine,
    missing: Mapping[str, tuple[date, str]],
    open_: Mapping[str, str],
    came: Mapping[str, Sequence[Any]],
    now: datetime,
) -> None:
    new = {number: its for number, its in missing.items() if number not in open_}
    over = [(number, key) for number, key in open_.items() if _has_come(key, came.get(number, ()))]
    if not (new or over):
        return
    with engine.begin() as connection:
        for number, (day, bank) in new.items():  # the first missing day stands for those after it
            raise_alert(connection, _said(number, bank, day), f"{number}:{day}", now, own_account=number)
        for _, key in over:
            close_alert(connection, KIND, key.removeprefix(f"{KIND}:"), ACTOR, "the statement has come", now)


def _said(number: str, bank: str, day: date) -> Said:
    if bank:
        return said("statement_missing.at_bank", account=number, bank=bank, day=day)
    return said("statement_missing.of_account", account=number, day=day)


def _periods(connection: Connection, number: str, today: date) -> Sequence[Any]:
    """The days that statements of the account cover, of the last weeks. One that waits for acceptance has arrived."""
    return connection.execute(
        select(statement.c.period_from, statement.c.period_to, statement.c.continuity)
        .where(statement.c.own_account == number, statement.c.state.in_(("stored", "waiting")))
        .where(statement.c.period_from.is_not(None), statement.c.period_to.is_not(None))
        .where(statement.c.period_to >= today - timedelta(days=90))
        .order_by(statement.c.period_from, statement.c.period_to)
    ).all()


def _missing_day(own: Any, came: Sequence[Any], calendar: Calendar, local: datetime, by: time) -> date | None:
    """The newest day whose statement should be here and is not."""
    rhythm = calendar.rhythms.get(own.number)
    day = _newest_due(own.country, rhythm, calendar, local, by)
    if rhythm == "none" or _is_covered(day, came) or (own.books_from is not None and day < own.books_from):
        return None
    return day if rhythm is not None or _comes_daily(own.country, came, calendar, day) else None


def _newest_due(country: str, rhythm: str | None, calendar: Calendar, local: datetime, by: time) -> date:
    """The newest day whose statement must be here by now. Its hour is that of the next banking day; of an account whose
    statement comes every day, of the next day."""
    until = local.date() if local.time() >= by else local.date() - ONE_DAY
    day = until - ONE_DAY
    if rhythm == "every_day":
        return day
    while not (calendar.works(country, day) and calendar.next_working(country, day) <= until):
        day -= ONE_DAY
    return day


def _comes_daily(country: str, came: Sequence[Any], calendar: Calendar, day: date) -> bool:
    """Whether the statements of the banking days before this one came: four in five, of at least three."""
    if not came:
        return False
    first = min(each.period_from for each in came)
    before: list[date] = []
    while len(before) < LOOKED_AT and (day := day - ONE_DAY) >= first:
        before += [day] if calendar.works(country, day) else []
    return len(before) >= LEAST_DAYS and sum(_is_covered(each, came) for each in before) >= SHARE * len(before)


def _is_covered(day: date, came: Sequence[Any]) -> bool:
    """A statement shows the day; or a later one continues the one before it without a gap, so that nothing was booked
    on the days between."""
    after = [each for each in came if each.period_from > day]
    return any(each.period_from <= day <= each.period_to for each in came) or (
        bool(after) and after[0].continuity == "ok"
    )


def _has_come(key: str, came: Sequence[Any]) -> bool:
    return _is_covered(date.fromisoformat(key.rpartition(":")[2]), came)
