"""Payments: each lies where its status says, is credited once, and stands as its decision in force does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Connection, and_, func, not_, or_, select

from reconcile import ledger
from reconcile.steps.checks.ledger import balances
from reconcile.store.tables import decision, entry, entry_tie, journal, payment, placement


def places_equal_statuses(connection: Connection) -> Iterator[str]:
    """Unapplied cash is all that is held, unmatched or not yet decided; returns payable and ignored likewise: together
    received = credited + held + unmatched + returned + ignored + settlement. What went back
    through a gateway is gone."""
    said = balances(connection)
    expected: Counter[str] = Counter()
    rows = connection.execute(
        select(payment.c.own_account, payment.c.status, func.sum(payment.c.amount - payment.c.refunded))
        .outerjoin(entry, entry.c.id == payment.c.entry_id)
        .where(or_(entry.c.id.is_(None), not_(entry.c.voided)))
        .group_by(payment.c.own_account, payment.c.status)
    )
    names = {"returned": ledger.returns, "ignored": ledger.ignored}
    for own, status, amount in rows:
        if status not in ("credited", "settlement"):
            expected[names.get(status, ledger.unapplied)(own)] += int(amount)
    for own, amount in connection.execute(
        select(payment.c.own_account, func.sum(payment.c.amount))
        .join(entry_tie, entry_tie.c.payment_id == payment.c.id)
        .where(payment.c.status == "returned")
        .group_by(payment.c.own_account)
    ):
        expected[ledger.returns(own)] -= int(amount)
    prefixes = tuple(make("") for make in (ledger.unapplied, ledger.returns, ledger.ignored))
    for name in sorted({*expected, *(name for name in said if name.startswith(prefixes))}):
        if -said.get(name, 0) != expected[name]:
            yield f"{name}: the ledger says {-said.get(name, 0)}, the payments make {expected[name]} minor units"


def credited_once(connection: Connection) -> Iterator[str]:
    """A payment is credited at most once, for exactly its amount, and only while its status says so."""
    live: dict[str, int] = dict(
        connection.execute(
            select(placement.c.payment_id, func.count())
            .where(placement.c.taken_back_at.is_(None))
            .group_by(placement.c.payment_id)
        ).all()
    )
    yield from (f"payment {key} has {count} live placements" for key, count in live.items() if count > 1)
    prefix = ledger.customer("")
    net: Counter[str] = Counter()
    for side, sign in ((journal.c.credit, 1), (journal.c.debit, -1)):
        for key, amount in connection.execute(
            select(journal.c.payment_id, func.sum(journal.c.amount))
            .where(side.startswith(prefix), journal.c.payment_id.is_not(None))
            .group_by(journal.c.payment_id)
        ):
            net[key] += sign * int(amount)
    for row in connection.execute(
        select(
            payment.c.id,
            payment.c.amount,
            payment.c.refunded,
            payment.c.status,
            entry.c.voided,
            decision.c.credited_amount,
        )
        .outerjoin(entry, entry.c.id == payment.c.entry_id)
        .outerjoin(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
    ):
        left = row.amount - row.refunded
        credited = net.pop(row.id, 0)
        whole = left if row.credited_amount is None else row.credited_amount
        expected = whole if row.status == "credited" else 0
        if credited != expected:
            yield f"payment {row.id} is {row.status}: {credited} of {whole} minor units stand on customers' balances"
        placed = row.status in ledger.PLACES.values() and not row.voided and left > 0
        if placed != (row.id in live):
            yield f"payment {row.id} is {row.status}, its placement says otherwise"
    yield from (f"journal rows name a payment {key} that does not exist" for key, amount in net.items() if amount)


def decisions_stand(connection: Connection) -> Iterator[str]:
    """The status of a payment is that of its decision in force."""
    wrong = connection.execute(
        select(payment.c.id)
        .outerjoin(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
        .where(payment.c.decision_no.is_not(None))
        .where(decision.c.status.is_(None) | (decision.c.status != payment.c.status))
    ).scalars()
    yield from (f"payment {key}: its status is not that of its decision" for key in wrong)
