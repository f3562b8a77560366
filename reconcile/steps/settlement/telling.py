"""The alerts about lump sums: what is missing on which side, to the last minor unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select

from reconcile.explain.alerts import Said, chained, said
from reconcile.gateway import settling
from reconcile.gateway.settling import Finding, Item, Match
from reconcile.money import format_amount
from reconcile.policy import PolicyBook
from reconcile.steps.settlement.payable import Payable, paid
from reconcile.store.alerts import close_alert, raise_newest
from reconcile.store.gateway_tables import gateway_payment
from reconcile.store.tables import alert

KIND: Final = "settlement_difference"
SHOWN: Final = 5


def tell(connection: Connection, row: Any, made: Match, items: Sequence[Item], now: datetime) -> None:
    if made.difference == 0:
        close_alert(connection, KIND, row.id, "machine", "the sum is what its payments make", now)
        return
    its = set(made.items)
    found = settling.explain(made.difference, made.items, [item for item in items if item not in its])
    what = said(
        "settlement_difference.by_number",
        settlement=made.settlement_id,
        day=row.booking_date,
        account=row.own_account,
        amount=_money(row.amount, row.currency),
        rows=len(made.items),
        sum=format_amount(row.amount - made.difference, row.currency),
        difference=format_amount(made.difference, row.currency),
        why=why(found, row.currency),
    )
    raise_newest(connection, what, row.id, now, own_account=row.own_account)


def nothing_fits(connection: Connection, row: Any, rows: Sequence[Payable], now: datetime) -> None:
    """No settlement number, and no days that make the sum: how near the nearest come, and what would explain it."""
    items = [each.item for each in rows if not each.item.settlement_id]
    runs = list(settling.runs(items))
    amount, day, account = _money(row.amount, row.currency), row.booking_date, row.own_account
    if not runs:
        what = said("settlement_difference.nothing_open", amount=amount, day=day, account=account)
        raise_newest(connection, what, row.id, now, own_account=account)
        return
    nearest = min(runs, key=lambda run: abs(row.amount - sum(item.net for item in run)))
    difference = row.amount - sum(item.net for item in nearest)
    its = set(nearest)
    found = settling.explain(difference, nearest, [item for item in items if item not in its])
    days = sorted({item.day for item in nearest})
    what = said(
        "settlement_difference.nearest_days",
        amount=amount,
        day=day,
        account=account,
        first=days[0],
        last=days[-1],
        rows=len(nearest),
        sum=format_amount(row.amount - difference, row.currency),
        difference=format_amount(difference, row.currency),
        why=why(found, row.currency),
    )
    raise_newest(connection, what, row.id, now, own_account=account)


def why(found: Iterable[Finding], currency: str) -> Said | str:
    """What would explain a difference; each alone."""
    told = [_finding(each, _money(each.amount, currency)) for each in found]
    return chained("part.or_else", told) if told else said("part.unexplained")


def _finding(each: Finding, amount: str) -> Said:
    if not each.names:
        return said("part.not_in_registry", amount=amount)
    return said(f"part.{each.what}", names=chained("part.both_names", each.names), amount=amount)


def _money(minor: int, currency: str) -> str:
    return f"{format_amount(minor, currency)} {currency}"


def overdue(connection: Connection, as_of: date, now: datetime, policies: PolicyBook) -> None:
    """Payments that no settlement paid out within the window: missing on the bank's side."""
    policy = policies.on(as_of)
    limit = as_of - timedelta(policy.settlement_window_days)
    currencies = connection.execute(select(gateway_payment.c.currency).distinct()).scalars().all()
    settled_in = connection.execute(select(gateway_payment.c.converted_currency).distinct()).scalars().all()
    groups: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for currency in sorted({*currencies, *filter(None, settled_in)}):
        for each in paid(connection, currency):
            if each.item.day < limit:
                groups[each.movement.clearing, currency].append(each.item)
    standing = select(alert.c.key).where(alert.c.kind == "settlement_overdue", alert.c.closed_at.is_(None))
    for key in connection.execute(standing).scalars().all():
        subject = key.removeprefix("settlement_overdue:")
        if subject not in {f"{clearing}:{currency}" for clearing, currency in groups}:
            close_alert(connection, "settlement_overdue", subject, "machine", "all is settled", now)
    for (clearing, currency), items in groups.items():
        what = _late(clearing, currency, items, policy.settlement_window_days)
        raise_newest(connection, what, f"{clearing}:{currency}", now)


def _late(clearing: str, currency: str, items: Sequence[Item], days: int) -> Said:
    words = {
        "clearing": clearing, "count": len(items), "amount": _money(sum(item.amount for item in items), currency),
        "day": items[0].day, "days": days, "first": ", ".join(item.name for item in items[:SHOWN]),
    }  # fmt: skip
    numbers = sorted({item.settlement_id for item in items} - {""})
    if not numbers:
        return said("settlement_overdue.payments", **words)
    return said("settlement_overdue.of_settlements", **words, settlements=", ".join(numbers[:SHOWN]))
