"""The figures of the report: payments and entries summed by the database, arranged with pandas.

The database adds up a row for each own account, currency, booking date and status; so a million payments arrive as some
thousand rows. Amounts stay Python integers (pandas `object` columns): no float is on the way to money.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, func, literal, not_, select, text, union_all

from reconcile.reports.model import (
    AGES,
    NOT_DECIDED,
    NOTHING,
    OPEN,
    STATUSES,
    AgeLine,
    DayBar,
    DayLine,
    IdentityLine,
    Money,
    OwnAccount,
)
from reconcile.store.gateway_tables import gateway_payment
from reconcile.store.tables import account, entry, own_bank_account, payment

Owns = Mapping[str, Row[Any]]
"""Own bank accounts by number, as the books have them."""
TREND_DAYS: Final = 14
_OWN: Final = ["own_account", "currency"]
_COLUMNS: Final = ["country", *_OWN, "booking_date", "status", "by_person", "count", "amount"]


def own_accounts(connection: Connection, country: str = "") -> dict[str, Row[Any]]:
    """The own bank accounts of a country, by number, and the clearing accounts of what customers pay by card and mobile
    money. One whose country nobody has told stands in every country's
    report: better seen twice than never."""
    own = own_bank_account.c
    clearing = (
        select(
            gateway_payment.c.clearing,
            func.coalesce(func.max(account.c.country), ""),
            gateway_payment.c.currency,
            func.max(gateway_payment.c.provider),
        )
        .outerjoin(payment, payment.c.gateway_id == gateway_payment.c.id)
        .outerjoin(account, account.c.number == payment.c.account_number)
        .group_by(gateway_payment.c.clearing, gateway_payment.c.currency)
    )
    every = union_all(select(own.number, own.country, own.currency, own.bank_name), clearing).subquery()
    query = select(every).order_by(every.c.number)
    if country:
        query = query.where(every.c.country.in_((country, "")))
    return {row.number: row for row in connection.execute(query)}


def payments_by_day(connection: Connection, owns: Owns, day: date) -> pd.DataFrame:
    """The payments booked up to the day, summed: a row for each account, currency, booking date and status,
    and for whether a person decided."""
    keys = (payment.c.own_account, payment.c.currency, payment.c.booking_date, payment.c.status, payment.c.by_person)
    query = (
        select(*keys, func.count().label("count"), func.sum(payment.c.amount).label("amount"))
        .where(live(), payment.c.own_account.in_(list(owns)), payment.c.booking_date <= day)
        .group_by(*keys)
    )
    rows = [
        (owns[number].country, number, currency, booked, status or NOT_DECIDED, by_person, int(pieces), int(amount))
        for number, currency, booked, status, by_person, pieces, amount in connection.execute(query)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS, dtype=object)


def received(connection: Connection, owns: Owns, day: date) -> dict[OwnAccount, int]:
    """What the bank booked in, up to the day, from the entries alone, and what the gateways reported as paid: the other
    side of the identity."""
    query = (
        select(entry.c.own_account, entry.c.currency, func.sum(entry.c.amount))
        .where(not_(entry.c.voided), not_(entry.c.before_books))
        .where(entry.c.credit_debit == "credit", not_(entry.c.reversal))
        .where(entry.c.own_account.in_(list(owns)), entry.c.booking_date <= day)
        .group_by(entry.c.own_account, entry.c.currency)
    )
    paid = (
        select(gateway_payment.c.clearing, gateway_payment.c.currency, func.sum(gateway_payment.c.amount))
        .where(gateway_payment.c.state == "paid", gateway_payment.c.local_day <= day)
        .where(gateway_payment.c.clearing.in_(list(owns)))
        .group_by(gateway_payment.c.clearing, gateway_payment.c.currency)
    )
    rows = [*connection.execute(query), *connection.execute(paid)]
    return {OwnAccount(number, currency): int(amount) for number, currency, amount in rows}


def later(connection: Connection, owns: Owns, day: date) -> int:
    """How many payments are booked after the day."""
    query = (
        select(func.count())
        .select_from(payment)
        .where(live(), payment.c.own_account.in_(list(owns)), payment.c.booking_date > day)
    )
    return int(connection.execute(query).scalar_one())


def live() -> ColumnElement[bool]:
    """Payments that count: of no entry that is voided or earlier than the account's cut-over. Those are few and have an
    index of their own, so that no payment's entry is looked up."""
    aside = text("(entry.voided OR entry.before_books)")  # word for word as the index has it
    its = select(literal(1)).select_from(entry).where(entry.c.id == payment.c.entry_id, aside)
    return not_(its.correlate(payment).exists())


# --- arranged --------------------------------------------------------------------------------------------------------


def identity(frame: pd.DataFrame, came_in: Mapping[OwnAccount, int], owns: Owns) -> tuple[IdentityLine, ...]:
    """A line for each own account and currency that either side knows."""
    sums = _sums(frame, [*_OWN, "status"])
    keys = {(own.number, own.currency) for own in came_in} | {key[:2] for key in sums}
    lines = []
    for number, currency in keys:
        undecided = sums.get((number, currency, NOT_DECIDED), NOTHING)
        by_status = {status: sums.get((number, currency, status), NOTHING) for status in STATUSES}
        by_status["unmatched"] = _plus(by_status["unmatched"], undecided)
        total = came_in.get(OwnAccount(number, currency), 0)
        lines.append(IdentityLine(_own(owns, number, currency), total, by_status, undecided))
    return tuple(sorted(lines, key=lambda line: _order(line.own)))


def of_day(frame: pd.DataFrame, day: date, owns: Owns) -> tuple[DayLine, ...]:
    """What came in on that day, account by account."""
    sums = _sums(frame[frame["booking_date"] == day], [*_OWN, "status", "by_person"])
    keys = {key[:2] for key in sums}
    lines = [_day_line(_own(owns, *key), {k[2:]: money for k, money in sums.items() if k[:2] == key}) for key in keys]
    return tuple(sorted(lines, key=lambda line: _order(line.own)))


def _day_line(own: OwnAccount, sums: Mapping[tuple[object, ...], Money]) -> DayLine:
    def of(*statuses: str, by_person: tuple[bool, ...] = (False, True)) -> Money:
        found = [money for (status, person), money in sums.items() if status in statuses and bool(person) in by_person]
        return _plus(*found)

    return DayLine(
        own,
        received=_plus(*sums.values()),
        automatic=of("credited", by_person=(False,)),
        by_person=of("credited", by_person=(True,)),
        held=of("held"),
        unmatched=of("unmatched", NOT_DECIDED),
        other=of("returned", "ignored", "settlement"),
    )


def last_day(frame: pd.DataFrame) -> date | None:
    """The last day on which anything came in."""
    days: list[date] = list(frame["booking_date"])
    return max(days, default=None)


def trend(frame: pd.DataFrame) -> tuple[DayBar, ...]:
    """The last days on which anything came in, oldest first."""
    everything = _sums(frame, ["booking_date"])
    credited = frame[(frame["status"] == "credited") & ~frame["by_person"].astype(bool)]
    automatic = _sums(credited, ["booking_date"])
    days = sorted(everything)[-TREND_DAYS:]
    return tuple(DayBar(key[0], everything[key].count, automatic.get(key, NOTHING).count) for key in days)


def ageing(frame: pd.DataFrame, day: date) -> tuple[AgeLine, ...]:
    """Held and unmatched money by age: a line for each country, currency and status."""
    waiting = frame[frame["status"].isin(OPEN)].copy()
    waiting["step"] = [step_of((day - booked).days) for booked in waiting["booking_date"]]
    waiting["status"] = waiting["status"].replace(NOT_DECIDED, "unmatched")
    sums = _sums(waiting, ["country", "currency", "status", "step"])
    return tuple(
        AgeLine(
            country,
            currency,
            status,
            tuple(sums.get((country, currency, status, step), NOTHING) for step in range(len(AGES))),
        )
        for country, currency, status in sorted({key[:3] for key in sums})
    )


def step_of(days: int) -> int:
    """Which step of the ageing an age in days belongs to."""
    return sum(1 for _, first in AGES[1:] if days >= first)


def count(frame: pd.DataFrame, *statuses: str) -> int:
    return int(frame[frame["status"].isin(statuses)]["count"].sum())


def _sums(frame: pd.DataFrame, keys: list[str]) -> dict[tuple[Any, ...], Money]:
    """Count and amount by these columns, as whole numbers."""
    if frame.empty:
        return {}
    added = frame.groupby(keys, sort=True)[["count", "amount"]].sum()
    found = {}
    for key, pieces, amount in zip(added.index, added["count"], added["amount"], strict=True):
        assert type(amount) is int, "an amount left the whole numbers"
        found[key if isinstance(key, tuple) else (key,)] = Money(int(pieces), amount)
    return found


def _plus(*several: Money) -> Money:
    return Money(sum(each.count for each in several), sum(each.amount for each in several))


def _own(owns: Owns, number: str, currency: str) -> OwnAccount:
    row = owns[number]
    return OwnAccount(number, currency, row.country, row.bank_name or "")


def _order(own: OwnAccount) -> tuple[str, str, str]:
    return own.country, own.number, own.currency


__all__ = [
    "TREND_DAYS", "ageing", "count", "identity", "last_day", "later", "live", "of_day", "own_accounts",
    "payments_by_day", "received", "step_of", "trend",
]  # fmt: skip
