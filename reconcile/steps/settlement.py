"""Lump sums of processing centres, aggregators and operators, tied to the payments through gateways that they pay out.

A lump sum is never a customer's credit. What its statement line names decides; else whole days of one merchant that make
exactly the sum; else it stays unmatched. A difference is an alert that says, to the last minor unit, what is missing on
which side; when the missing row is imported, or a fee corrected, the next run takes it up and closes the alert.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, exists, not_, or_, select, update

from reconcile import ledger
from reconcile.gateway import settling
from reconcile.gateway.settling import Finding, Item, Match
from reconcile.ledger import Transfer
from reconcile.money import format_amount
from reconcile.policy import Policy, PolicyBook
from reconcile.statement import Party
from reconcile.steps.gateway.ties import Lump, Movement, late_transfers, tie, tie_transfer
from reconcile.store import journal
from reconcile.store.alerts import close_alert, insert_new, raise_alert
from reconcile.store.gateway_tables import gateway_payment, gateway_refund, settlement, settlement_tie
from reconcile.store.tables import alert, entry, entry_tie, line_detail, own_bank_account, payment, statement_line
from reconcile.store.tables import journal as journal_table

_WHOLE_WORD: Final = r"(?<![0-9A-Za-zА-Яа-я])%s(?![0-9A-Za-zА-Яа-я])"
_FOLDED: Final = re.compile(r"\s+")
KIND: Final = "settlement_difference"


@dataclass(frozen=True, slots=True)
class _Row:
    """An unsettled item beside what posting it takes."""

    item: Item
    movement: Movement
    provider: str


def settle(engine: Engine, *, as_of: date, now: datetime, policies: PolicyBook) -> int:
    """Tie what fits of the lump sums that wait. How many were tied."""
    with engine.connect() as connection:
        ids = [row.id for row in _lumps(connection, as_of)]
        half = list(connection.execute(select(settlement.c.payment_id).where(settlement.c.difference != 0)).scalars())
        in_vain = bool(ids) and _nothing_to_tie(connection)
    done = 0
    if in_vain:
        with engine.begin() as connection:
            for row in _lumps(connection, as_of, held=True):
                _nothing_fits(connection, row, (), now)
    for payment_id in () if in_vain else ids:
        with engine.begin() as connection:
            done += _settle_one(connection, payment_id, as_of, now, policies)
    for payment_id in half:
        with engine.begin() as connection:
            _complete(connection, payment_id, now, policies)
    with engine.begin() as connection:
        _overdue(connection, as_of, now, policies)
    return done


def _nothing_to_tie(connection: Connection) -> bool:
    """No payment or refund through a gateway waits for a lump sum, and no mobile wallet of ours is on the books."""
    g, r, tie_ = gateway_payment.c, gateway_refund.c, settlement_tie.c
    paid_out = exists().where(tie_.kind == "paid", tie_.movement_id == g.id)
    given_back = exists().where(tie_.kind == "refund", tie_.movement_id == r.id)
    paid = exists().where(g.state == "paid", not_(paid_out))
    refunds = exists().where(r.gateway_id == g.id, g.state == "paid", not_(given_back))
    wallets = exists().where(settlement.c.how == "receipt")
    return not connection.execute(select(or_(paid, refunds, wallets))).scalar_one()


def _lumps(connection: Connection, as_of: date, payment_id: str = "", *, held: bool = False) -> Sequence[Any]:
    """The lump sums that wait, or one of them; `held`: by this transaction, so that nobody acts on one meanwhile."""
    detail = line_detail.c
    query = (
        select(payment, detail.name, detail.tax_id, detail.purpose, detail.references, statement_line.c.bank_reference,
               own_bank_account.c.country)
        .join(entry, entry.c.id == payment.c.entry_id)
        .join(statement_line, and_(statement_line.c.statement_id == entry.c.statement_id,
                                   statement_line.c.position == entry.c.position))
        .join(line_detail, and_(detail.statement_id == entry.c.statement_id, detail.position == entry.c.position,
                                detail.detail_no == payment.c.detail_no))
        .join(own_bank_account, own_bank_account.c.number == payment.c.own_account)
        .where(payment.c.status == "unmatched", payment.c.reason == "settlement_unmatched")
        .where(not_(payment.c.by_person), not_(entry.c.voided), payment.c.booking_date <= as_of)
        .order_by(payment.c.booking_date, payment.c.id)
    )  # fmt: skip
    if payment_id:
        query = query.where(payment.c.id == payment_id)
    return connection.execute(query.with_for_update(of=payment) if held else query).all()


def _settle_one(connection: Connection, payment_id: str, as_of: date, now: datetime, policies: PolicyBook) -> bool:
    found = _lumps(connection, as_of, payment_id, held=True)
    if not found:
        return False
    row = found[0]
    policy = policies.on(row.booking_date)
    link = f"settle:{row.id}:{(row.decision_no or 0) + 1}"
    if (wallet := _wallet_entry(connection, row, policy)) is not None:
        tie_transfer(connection, link, row, wallet, now, policy.version)
    else:
        rows = _unsettled(connection, row, policy)
        made = settling.match(row.amount, _named(row, rows), [each.item for each in rows], policy.subset_size)
        if made is None:
            _nothing_fits(connection, row, rows, now)
            return False
        by_id = {(each.item.kind, each.item.id): each for each in rows}
        movements = [by_id[item.kind, item.id].movement for item in made.items]
        lump = Lump(row, made.how, made.settlement_id, made.difference, fees_netted=made.fees_netted)
        tie(connection, link, lump, movements, now, policy.version)
        _tell(connection, row, made, [each.item for each in rows], now)
    journal.seal(connection, link, now)
    return True


# --- what may be paid out --------------------------------------------------------------------------------------------


def _unsettled(connection: Connection, row: Any, policy: Policy) -> list[_Row]:
    """Payments and refunds that no lump sum has settled, in the sum's currency and of its sender where both are known;
    those without a settlement number only within the window."""
    earliest = row.booking_date - timedelta(policy.settlement_window_days)
    sender = policy.lump_sum_sender(Party(row.name, row.tax_id))
    found = [*_paid(connection, row.currency), *_refunds(connection, row.currency)]
    return [
        each
        for each in found
        if each.item.day <= row.booking_date
        and (each.item.settlement_id or each.item.day >= earliest)
        and _of_sender(each.provider, sender, policy)
    ]


def _of_sender(provider: str, sender: str | None, policy: Policy) -> bool:
    if not provider or sender is None:
        return True
    known = policy.lump_sum_sender(Party(provider))
    return known is None or known == sender


def _paid(connection: Connection, currency: str) -> list[_Row]:
    g = gateway_payment.c
    tied = exists().where(settlement_tie.c.kind == "paid", settlement_tie.c.movement_id == g.id)
    query = select(gateway_payment).where(g.state == "paid", not_(tied)).order_by(g.paid_at, g.id)
    return [each for row in connection.execute(query) if (each := _paid_row(row)).movement.currency == currency]


def _paid_row(row: Any) -> _Row:
    converted = row.converted_amount is not None
    amount, currency = (row.converted_amount, row.converted_currency) if converted else (row.amount, row.currency)
    name, fee = row.external_id or row.receipt, row.fee or 0
    alike = (row.payer_key or row.masked_pan, row.account_given, row.paid_at.isoformat())
    item = Item("paid", row.id, name, row.local_day, amount, fee, row.settlement_id, _merchant(row), alike)
    given = (row.amount, row.currency) if converted else (None, None)
    return _Row(item, Movement("paid", row.id, row.clearing, amount, currency, fee, name, *given), row.provider)


def _merchant(row: Any) -> str:
    return f"{row.provider}|{row.merchant}"


def _refunds(connection: Connection, currency: str) -> list[_Row]:
    r, g = gateway_refund.c, gateway_payment.c
    tied = exists().where(settlement_tie.c.kind == "refund", settlement_tie.c.movement_id == r.id)
    query = (
        select(gateway_refund, g.clearing, g.provider, g.merchant, g.external_id, g.receipt, g.currency, g.local_day,
               g.converted_currency, g.account_given)
        .join(gateway_payment, g.id == r.gateway_id)
        .where(not_(tied), g.state == "paid")
        .order_by(r.at, r.id)
    )  # fmt: skip
    found = (_refund_row(row) for row in connection.execute(query))
    return [each for each in found if each.movement.currency == currency]


def _refund_row(row: Any) -> _Row:
    currency = row.converted_currency or row.currency
    name = row.external_id or row.receipt if row.id.startswith("whole:") else row.id
    day = max(row.at.date(), row.local_day)
    item = Item("refund", row.id, f"{name} ({row.kind})", day, row.settled_amount, 0, row.settlement_id, _merchant(row))
    given = (row.amount, row.currency) if row.converted_currency else (None, None)
    movement = Movement("refund", row.id, row.clearing, row.settled_amount, currency, 0, name, *given)
    return _Row(item, movement, row.provider)


def _named(row: Any, rows: Sequence[_Row]) -> str:
    """The settlement number that the line names, if it names exactly one that is known."""
    text = " ".join([row.purpose, row.bank_reference, *(str(value) for _, value in row.references or ())])
    text = _FOLDED.sub(" ", text)
    numbers = {each.item.settlement_id for each in rows} - {""}
    found = {number for number in numbers if re.search(_WHOLE_WORD % re.escape(number), text, re.IGNORECASE)}
    longest = {one for one in found if not any(one != other and one in other for other in found)}
    return longest.pop() if len(longest) == 1 else ""


def _wallet_entry(connection: Connection, row: Any, policy: Policy) -> Any | None:
    """The one withdrawal from a mobile wallet of ours that this sum can be: own money moved to the bank."""
    wallets = (
        select(payment.c.own_account)
        .join(settlement, settlement.c.payment_id == payment.c.id)
        .where(settlement.c.how == "receipt")
    )
    earliest = row.booking_date - timedelta(policy.settlement_window_days)
    query = (
        select(entry)
        .where(entry.c.own_account.in_(wallets), entry.c.own_account != row.own_account)
        .where(entry.c.credit_debit == "debit", not_(entry.c.reversal), not_(entry.c.voided))
        .where(entry.c.amount == row.amount, entry.c.currency == row.currency)
        .where(entry.c.booking_date.between(earliest, row.booking_date))
        .where(not_(exists().where(entry_tie.c.entry_id == entry.c.id)), not_(entry.c.before_books))
    )
    found = connection.execute(query).all()
    return found[0] if len(found) == 1 else None


# --- what is told ----------------------------------------------------------------------------------------------------


def _tell(connection: Connection, row: Any, made: Match, items: Sequence[Item], now: datetime) -> None:
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


def _nothing_fits(connection: Connection, row: Any, rows: Sequence[_Row], now: datetime) -> None:
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


# --- later -----------------------------------------------------------------------------------------------------------


def _complete(connection: Connection, payment_id: str, now: datetime, policies: PolicyBook) -> None:
    """A settlement with a difference: rows that came since, and fees that were corrected."""
    done = connection.execute(select(settlement).where(settlement.c.payment_id == payment_id).with_for_update()).one()
    row = connection.execute(select(payment).where(payment.c.id == payment_id)).one()
    if done.how != "settlement_id" or done.difference == 0:
        return
    every = [*_paid(connection, done.currency), *_refunds(connection, done.currency)]
    late = [each for each in every if each.item.settlement_id == done.settlement_id]
    corrected = _corrected(connection, payment_id)
    if not late and not corrected:
        return
    link = f"settle:{payment_id}:late:{now.isoformat()}"
    _take_late(connection, link, done, row, late, corrected, now)
    journal.seal(connection, link, now)


def _corrected(connection: Connection, payment_id: str) -> list[tuple[Any, int]]:
    """Ties whose payment has another fee now."""
    query = (
        select(settlement_tie, gateway_payment.c.fee.label("now"), gateway_payment.c.clearing)
        .join(gateway_payment, gateway_payment.c.id == settlement_tie.c.movement_id)
        .where(settlement_tie.c.payment_id == payment_id, settlement_tie.c.kind == "paid")
    )
    return [(each, (each.now or 0) - each.fee) for each in connection.execute(query) if (each.now or 0) != each.fee]


def _take_late(
    connection: Connection,
    link: str,
    done: Any,
    row: Any,
    late: Sequence[_Row],
    corrected: Sequence[tuple[Any, int]],
    now: datetime,
) -> None:
    gross = sum(each.item.amount for each in late if each.item.kind == "paid")
    refunds = sum(each.item.amount for each in late if each.item.kind == "refund")
    fees = sum(each.item.fee for each in late) + sum(change for _, change in corrected)
    netted = fees if done.fees_netted else 0
    difference = done.difference - gross + refunds + netted
    connection.execute(
        update(settlement)
        .where(settlement.c.payment_id == done.payment_id)
        .values(gross=done.gross + gross, refunds=done.refunds + refunds, fees=done.fees + fees, difference=difference)
    )
    ties = [
        {"kind": each.item.kind, "movement_id": each.item.id, "payment_id": done.payment_id,
         "amount": each.item.amount, "fee": each.item.fee}
        for each in late
    ]  # fmt: skip
    insert_new(connection, settlement_tie, ties)
    for each, change in corrected:
        here = and_(settlement_tie.c.kind == each.kind, settlement_tie.c.movement_id == each.movement_id)
        connection.execute(update(settlement_tie).where(here).values(fee=each.fee + change))
    home = _home(connection, row, done)
    moved = [each.movement for each in late]
    transfers: list[Transfer] = list(late_transfers(row, home, moved, bool(done.fees_netted), now))
    if done.fees_netted:
        transfers += _fee_changes(row, home, corrected, now)
    journal.post(connection, link, transfers, now)
    if difference == 0:
        close_alert(connection, KIND, done.payment_id, "machine", "the missing rows are on the books now", now)


def _home(connection: Connection, row: Any, done: Any) -> str:
    """The clearing account to which the sum was posted."""
    rows = journal_table.c
    query = select(rows.credit).where(rows.payment_id == row.id, rows.debit == ledger.unapplied(row.own_account))
    return str(connection.execute(query).scalars().first())


def _fee_changes(row: Any, home: str, corrected: Sequence[tuple[Any, int]], now: datetime) -> list[Transfer]:
    fees = ledger.fees(home.removeprefix(ledger.gateway("")))
    rows = []
    for each, change in corrected:
        sides = (fees, home) if change > 0 else (home, fees)
        key = f"fee:{each.movement_id}:{each.fee}:{each.fee + change}"
        rows.append(Transfer(key, *sides, abs(change), row.currency, now.date(), "fee corrected", row.id))
    return rows


def _overdue(connection: Connection, as_of: date, now: datetime, policies: PolicyBook) -> None:
    """Payments that no settlement paid out within the window: missing on the bank's side."""
    policy = policies.on(as_of)
    limit = as_of - timedelta(policy.settlement_window_days)
    currencies = connection.execute(select(gateway_payment.c.currency).distinct()).scalars().all()
    settled_in = connection.execute(select(gateway_payment.c.converted_currency).distinct()).scalars().all()
    groups: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for currency in sorted({*currencies, *filter(None, settled_in)}):
        for each in _paid(connection, currency):
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
