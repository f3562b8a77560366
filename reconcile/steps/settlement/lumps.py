"""Each lump sum that waits, tied to what it pays out, or its alert."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, exists, not_, or_, select

from reconcile.gateway import settling
from reconcile.policy import Policy, PolicyBook
from reconcile.steps.gateway.ties import Lump, tie, tie_transfer
from reconcile.steps.settlement.late import complete
from reconcile.steps.settlement.payable import Payable, unsettled
from reconcile.steps.settlement.telling import nothing_fits, overdue, tell
from reconcile.store import journal
from reconcile.store.gateway_tables import gateway_payment, gateway_refund, settlement, settlement_tie
from reconcile.store.tables import entry, entry_tie, line_detail, own_bank_account, payment, statement_line

_WHOLE_WORD: Final = r"(?<![0-9A-Za-zА-Яа-я])%s(?![0-9A-Za-zА-Яа-я])"
_FOLDED: Final = re.compile(r"\s+")


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
                nothing_fits(connection, row, (), now)
    for payment_id in () if in_vain else ids:
        with engine.begin() as connection:
            done += _settle_one(connection, payment_id, as_of, now, policies)
    for payment_id in half:
        with engine.begin() as connection:
            complete(connection, payment_id, now)
    with engine.begin() as connection:
        overdue(connection, as_of, now, policies)
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
        rows = unsettled(connection, row, policy)
        made = settling.match(row.amount, _named(row, rows), [each.item for each in rows], policy.subset_size)
        if made is None:
            nothing_fits(connection, row, rows, now)
            return False
        by_id = {(each.item.kind, each.item.id): each for each in rows}
        movements = [by_id[item.kind, item.id].movement for item in made.items]
        lump = Lump(row, made.how, made.settlement_id, made.difference, fees_netted=made.fees_netted)
        tie(connection, link, lump, movements, now, policy.version)
        tell(connection, row, made, [each.item for each in rows], now)
    journal.seal(connection, link, now)
    return True


def _named(row: Any, rows: Sequence[Payable]) -> str:
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
