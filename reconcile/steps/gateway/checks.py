"""What `reconcile verify` asks of cards and mobile money, derived anew from reports, refunds and ties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, and_, exists, func, not_, or_, select

from reconcile import ledger
from reconcile.store.gateway_tables import gateway_event, gateway_payment, gateway_refund, settlement, settlement_tie
from reconcile.store.tables import journal, payment


def clearing_accounts(connection: Connection, balances: Mapping[str, int]) -> Iterator[str]:
    """Over each currency: paid, less refunds, less what lump sums and their fees settled, plus what was exchanged, is
    what the clearing accounts hold."""
    expected: Counter[str] = Counter()
    paid = select(payment.c.currency, func.sum(payment.c.amount)).where(payment.c.gateway_id.is_not(None))
    for currency, amount in connection.execute(paid.group_by(payment.c.currency)):
        expected[currency] += int(amount)
    refunds = (
        select(gateway_payment.c.currency, func.sum(gateway_refund.c.amount))
        .join(gateway_payment, gateway_payment.c.id == gateway_refund.c.gateway_id)
        .join(payment, payment.c.gateway_id == gateway_payment.c.id)
    )
    for currency, amount in connection.execute(refunds.group_by(gateway_payment.c.currency)):
        expected[currency] -= int(amount)
    lumps = (
        select(payment.c.currency, func.sum(payment.c.amount))
        .join(settlement, settlement.c.payment_id == payment.c.id)
        .where(payment.c.status == "settlement", settlement.c.how != "transfer")
    )
    for currency, amount in connection.execute(lumps.group_by(payment.c.currency)):
        expected[currency] -= int(amount)
    fees = select(settlement.c.currency, func.sum(settlement.c.fees)).where(settlement.c.fees_netted == 1)
    for currency, amount in connection.execute(fees.group_by(settlement.c.currency)):
        expected[currency] -= int(amount)
    for currency, amount in _moved(connection):
        expected[currency] += amount
    held: Counter[str] = Counter()
    for name, amount in balances.items():
        if name.startswith(ledger.gateway("")):
            held[name.rpartition(":")[2]] += amount
    for currency in sorted({*expected, *held}):
        if held[currency] != expected[currency]:
            yield (
                f"gateway clearing in {currency}: the ledger says {held[currency]}, "
                f"payments, refunds and settlements make {expected[currency]} minor units"
            )


def _moved(connection: Connection) -> Iterator[tuple[str, int]]:
    """What came to the clearing accounts from exchange and from the wallet's reversals: debits less credits."""
    gateway, others = ledger.gateway(""), (ledger.exchange("", "")[:9], ledger.suspense(""))
    for mine, other, sign in ((journal.c.debit, journal.c.credit, 1), (journal.c.credit, journal.c.debit, -1)):
        beside = or_(*(other.startswith(prefix) for prefix in others))
        query = select(journal.c.currency, func.sum(journal.c.amount)).where(mine.startswith(gateway), beside)
        for currency, amount in connection.execute(query.group_by(journal.c.currency)):
            yield currency, sign * int(amount)


def paid_is_received(connection: Connection) -> Iterator[str]:
    """Each payment that a door called paid is on the books once, and none that every door called failed."""
    said = exists().where(gateway_event.c.gateway_id == gateway_payment.c.id, gateway_event.c.kind != "failed")
    query = (
        select(gateway_payment.c.id, payment.c.id.label("payment_id"))
        .outerjoin(payment, payment.c.gateway_id == gateway_payment.c.id)
        .where(
            or_(
                and_(said, payment.c.id.is_(None)),
                and_(not_(said), payment.c.id.is_not(None)),
                payment.c.amount != gateway_payment.c.amount,
            )
        )
    )  # fmt: skip
    for row in connection.execute(query):
        yield f"gateway payment {row.id}: its reports and its payment {row.payment_id or '(none)'} differ"
    wrong = (
        select(payment.c.id, payment.c.refunded, func.coalesce(func.sum(gateway_refund.c.amount), 0).label("refunds"))
        .outerjoin(gateway_refund, gateway_refund.c.gateway_id == payment.c.gateway_id)
        .where(payment.c.gateway_id.is_not(None))
        .group_by(payment.c.id, payment.c.refunded)
        .having(payment.c.refunded != func.coalesce(func.sum(gateway_refund.c.amount), 0))
    )
    for its in connection.execute(wrong):
        yield f"payment {its.id}: {its.refunded} minor units are refunded, its refunds make {its.refunds}"


def settlements_are_their_ties(connection: Connection) -> Iterator[str]:
    """A settled lump sum is what its ties make, plus the difference that it names."""
    untied = (
        select(payment.c.id, payment.c.amount, settlement.c.gross, settlement.c.refunds, settlement.c.fees,
               settlement.c.fees_netted, settlement.c.difference, settlement.c.how)
        .outerjoin(settlement, settlement.c.payment_id == payment.c.id)
        .where(payment.c.status == "settlement")
    )  # fmt: skip
    ties = {
        (row.payment_id, row.kind): (int(row.amount), int(row.fee))
        for row in connection.execute(
            select(settlement_tie.c.payment_id, settlement_tie.c.kind, func.sum(settlement_tie.c.amount).label("amount"),
                   func.sum(settlement_tie.c.fee).label("fee"))
            .group_by(settlement_tie.c.payment_id, settlement_tie.c.kind)
        )
    }  # fmt: skip
    for row in connection.execute(untied):
        if row.how == "transfer":
            continue
        if row.gross is None:
            yield f"payment {row.id} is a settlement that is tied to nothing"
            continue
        gross, fee = ties.get((row.id, "paid"), (0, 0))
        refunds, back = ties.get((row.id, "refund"), (0, 0))
        netted = fee + back if row.fees_netted else 0
        if row.amount != gross - refunds - netted + row.difference or (gross, refunds) != (row.gross, row.refunds):
            yield f"settlement {row.id} of {row.amount} minor units is not what its ties and its difference make"
