"""The alerts about lump sums: what is missing on which side, to the last minor unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, and_, select, update

from reconcile.gateway import settling
from reconcile.gateway.settling import Finding, Item, Match
from reconcile.money import format_amount
from reconcile.policy import PolicyBook
from reconcile.steps.settlement.payable import Payable, paid
from reconcile.store.alerts import close_alert, insert_new, raise_alert
from reconcile.store.gateway_tables import gateway_payment
from reconcile.store.tables import alert

KIND: Final = "settlement_difference"


def tell(connection: Connection, row: Any, made: Match, items: Sequence[Item], now: datetime) -> None:
    if made.difference == 0:
        close_alert(connection, KIND, row.id, "machine", "the sum is what its payments make", now)
        return
    its = set(made.items)
    found = settling.explain(made.difference, made.items, [item for item in items if item not in its])
    words = (
        f"settlement {made.settlement_id} of {row.booking_date} on {row.own_account}: the bank paid "
        f"{format_amount(row.amount, row.currency)} {row.currency}, {len(made.items)} rows make "
        f"{format_amount(row.amount - made.difference, row.currency)}; difference "
        f"{format_amount(made.difference, row.currency)}: {told(found, row.currency)}"
    )
    _raise(connection, row, words, now)


def nothing_fits(connection: Connection, row: Any, rows: Sequence[Payable], now: datetime) -> None:
    """No settlement number, and no days that make the sum: how near the nearest come, and what would explain it."""
    items = [each.item for each in rows if not each.item.settlement_id]
    runs = list(settling.runs(items))
    head = (
        f"lump sum of {format_amount(row.amount, row.currency)} {row.currency} of {row.booking_date} on "
        f"{row.own_account} is tied to nothing"
    )
    if not runs:
        words = f"{head}: no unsettled payments of this sender are on the books; import the registry"
        _raise(connection, row, words, now)
        return
    nearest = min(runs, key=lambda run: abs(row.amount - sum(item.net for item in run)))
    difference = row.amount - sum(item.net for item in nearest)
    its = set(nearest)
    found = settling.explain(difference, nearest, [item for item in items if item not in its])
    days = sorted({item.day for item in nearest})
    words = (
        f"{head}: the nearest days ({days[0]} to {days[-1]}, {len(nearest)} rows) make "
        f"{format_amount(row.amount - difference, row.currency)}; difference "
        f"{format_amount(difference, row.currency)}: {told(found, row.currency)}"
    )
    _raise(connection, row, words, now)


_SAID: Final = {
    "not_in_registry": "missing in the registry: payments of {amount}",
    "not_in_settlement": "missing in the settlement: {names} ({amount})",
    "double": "double in the registry: {names} look the same ({amount})",
    "wrong_fee": "wrong fee in the registry: {names}, at the others' rate it is {amount}",
    "refund_not_in_registry": "missing in the registry: a refund or chargeback of {names} ({amount})",
    "other_settlement": "paid in this settlement, by the registry not in it: {names} ({amount})",
}


def told(found: Iterable[Finding], currency: str) -> str:
    """What would explain a difference, in words; each alone."""
    said = [
        _SAID[each.what].format(
            names=" and ".join(each.names), amount=f"{format_amount(each.amount, currency)} {currency}"
        )
        for each in found
    ]
    return "; or ".join(said) or "no single row explains it; compare the registry with the centre's settlement report"


def _raise(connection: Connection, row: Any, words: str, now: datetime) -> None:
    """The newest words about this sum stand; one that a person closed is not raised again with the same words."""
    key = f"{KIND}:{row.id}"
    standing = connection.execute(select(alert.c.text).where(alert.c.key == key)).scalar()
    if standing is None:
        raise_alert(connection, KIND, row.id, words, now, own_account=row.own_account)
    elif standing != words:
        fresh = {"text": words, "raised_at": now, "closed_at": None, "closed_by": None, "closed_reason": None}
        connection.execute(update(alert).where(alert.c.key == key).values(**fresh))


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
        total = format_amount(sum(item.amount for item in items), currency)
        numbers = sorted({item.settlement_id for item in items} - {""})
        words = (
            f"{clearing}: {len(items)} payments of {total} {currency} from {items[0].day} on are not settled by any sum on "
            f"the bank's statements after {policy.settlement_window_days} days; the first are "
            f"{', '.join(item.name for item in items[:5])}"
            + (f"; settlements {', '.join(numbers[:5])}" if numbers else "")
        )
        subject = f"{clearing}:{currency}"
        if not insert_new(
            connection,
            alert,
            [{"key": f"settlement_overdue:{subject}", "kind": "settlement_overdue", "raised_at": now, "text": words}],
        ):
            here = and_(alert.c.key == f"settlement_overdue:{subject}", alert.c.text != words)
            connection.execute(update(alert).where(here).values(text=words, closed_at=None, raised_at=now))  # fmt: skip
