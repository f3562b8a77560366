"""What a letter says beyond the report: what changed since yesterday, and which powers of attorney end soon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, and_, func, or_, select

from reconcile.reports.figures import Owns
from reconcile.store.tables import account, decision, payment, power_of_attorney

SOON: Final = timedelta(days=30)
WAITING: Final = ("held", "unmatched")


@dataclass(frozen=True, slots=True)
class Changes:
    """How many payments were decided anew in the last day: credited, begun to wait, and ceased to wait."""

    credited: int
    began: int
    ceased: int


@dataclass(frozen=True, slots=True)
class EndingPower:
    """A power of attorney whose last day is near."""

    reference: str
    account_number: str
    holder_name: str
    representative: str
    valid_until: date


def changes(connection: Connection, owns: Owns, now: datetime) -> Changes:
    """What the last twenty-four hours changed: each payment's decision in force against the one before them."""
    since = now - timedelta(days=1)
    before = decision.alias("before")
    last = (
        select(func.max(before.c.no))
        .where(before.c.payment_id == payment.c.id, before.c.decided_at <= since)
        .correlate(payment)
        .scalar_subquery()
    )
    query = (
        select(before.c.status, payment.c.status, func.count())
        .select_from(payment)
        .join(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
        .outerjoin(before, and_(before.c.payment_id == payment.c.id, before.c.no == last))
        .where(decision.c.decided_at > since, payment.c.own_account.in_(list(owns)))
        .group_by(before.c.status, payment.c.status)
    )
    moved: Counter[tuple[str | None, str | None]] = Counter()
    for was, is_, count in connection.execute(query):
        moved[was, is_] += count
    return Changes(
        credited=_sum(moved, lambda was, is_: is_ == "credited" != was),
        began=_sum(moved, lambda was, is_: is_ in WAITING and was not in WAITING),
        ceased=_sum(moved, lambda was, is_: was in WAITING and is_ not in WAITING),
    )


def _sum(moved: Mapping[tuple[str | None, str | None], int], wanted: object) -> int:
    assert callable(wanted)
    return sum(count for (was, is_), count in moved.items() if wanted(was, is_))


def ending_powers(connection: Connection, country: str, day: date) -> tuple[EndingPower, ...]:
    """Powers of attorney that end within a month, the nearest first."""
    power = power_of_attorney.c
    query = (
        select(
            power.reference, power.account_number, account.c.holder_name, power.representative_name, power.valid_until
        )
        .join(account, account.c.number == power.account_number)
        .where(power.valid_until >= day, power.valid_until <= day + SOON)
        .where(or_(power.revoked_on.is_(None), power.revoked_on > day))
        .order_by(power.valid_until, power.reference)
    )
    if country:
        query = query.where(account.c.country == country)
    return tuple(EndingPower(*row) for row in connection.execute(query))
