"""Decisions: the money lies where they put it, within what was due, and never where a person said no."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, and_, func, select

from reconcile import ledger
from reconcile.store.declined import STANDS
from reconcile.store.declined_tables import declined_candidate
from reconcile.store.tables import allocation, decision, invoice, journal, payment


def credited_as_decided(connection: Connection) -> Iterator[str]:
    """A credit stands on the accounts, and in the shares, that its decision names; its allocations are of invoices of
    those accounts."""
    prefix = ledger.customer("")
    posted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for side, sign in ((journal.c.credit, 1), (journal.c.debit, -1)):
        for key, name, amount in connection.execute(
            select(journal.c.payment_id, side, func.sum(journal.c.amount))
            .where(side.startswith(prefix), journal.c.payment_id.is_not(None))
            .group_by(journal.c.payment_id, side)
        ):
            posted[key][name.removeprefix(prefix)] += sign * int(amount)
    of_account = select(allocation.c.payment_id, invoice.c.account_number).join(
        invoice, invoice.c.number == allocation.c.invoice_number
    )
    net = func.sum(allocation.c.amount)
    allocated: defaultdict[str, set[str]] = defaultdict(set)
    for key, number in connection.execute(
        of_account.group_by(allocation.c.payment_id, invoice.c.account_number).having(net > 0)
    ):
        allocated[key].add(number)
    for key, splits in connection.execute(
        select(payment.c.id, decision.c.splits)
        .join(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
        .where(payment.c.status == "credited")
    ):
        decided = {each["account"]: each["amount"] for each in splits}
        if {number: amount for number, amount in posted[key].items() if amount} != decided:
            yield f"payment {key}: it does not stand on the accounts that its decision names"
        if allocated[key] - set(decided):
            yield f"payment {key}: an invoice of another account is allocated"


def not_against_a_person(connection: Connection) -> Iterator[str]:
    """What a person declined and nobody took back is credited by nobody: neither the account nor the invoice."""
    its = declined_candidate.c
    query = (
        select(its.payment_id, its.account_number, its.invoice_number, decision.c.splits, decision.c.allocations)
        .join(payment, payment.c.id == its.payment_id)
        .join(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
        .where(STANDS, payment.c.status == "credited")
    )
    for row in connection.execute(query):
        given = row.splits if row.invoice_number is None else row.allocations
        kind, number = (
            ("account", row.account_number) if row.invoice_number is None else ("invoice", row.invoice_number)
        )
        if any(each[kind] == number for each in given):
            yield f"payment {row.payment_id} is credited to {kind} {number}, which a person declined for it"


def allocations_within(connection: Connection) -> Iterator[str]:
    """Allocations never exceed an invoice, nor the payment that they are of."""
    for row in connection.execute(
        select(allocation.c.invoice_number, invoice.c.amount, func.sum(allocation.c.amount).label("taken"))
        .join(invoice, invoice.c.number == allocation.c.invoice_number)
        .group_by(allocation.c.invoice_number, invoice.c.amount)
        .having((func.sum(allocation.c.amount) > invoice.c.amount) | (func.sum(allocation.c.amount) < 0))
    ):
        yield f"invoice {row.invoice_number} of {row.amount} has {row.taken} minor units allocated"
    for its in connection.execute(
        select(
            allocation.c.payment_id, payment.c.amount, payment.c.status, func.sum(allocation.c.amount).label("taken")
        )
        .join(payment, payment.c.id == allocation.c.payment_id)
        .group_by(allocation.c.payment_id, payment.c.amount, payment.c.status)
    ):
        if not 0 <= its.taken <= its.amount or (its.status != "credited" and its.taken):
            yield f"payment {its.payment_id} ({its.status}) of {its.amount} has {its.taken} minor units allocated"
