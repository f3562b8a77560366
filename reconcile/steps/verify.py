"""The nightly check of the books: each function states one thing that must hold and yields a line where it does not.

All of it is derived anew from the entries, statements and journal; nothing is taken from what another step computed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from sqlalchemy import Connection, Engine, and_, case, func, not_, or_, select

from reconcile import ledger
from reconcile.ledger import chain_hash
from reconcile.money import format_amount
from reconcile.steps import continuity
from reconcile.steps.gateway import checks as gateway_checks
from reconcile.store import journal as journal_store
from reconcile.store.declined import STANDS
from reconcile.store.declined_tables import declined_candidate
from reconcile.store.engine import reading
from reconcile.store.tables import (
    account,
    allocation,
    balance_change,
    decision,
    entry,
    entry_tie,
    invoice,
    journal,
    journal_link,
    open_difference,
    own_bank_account,
    payment,
    placement,
    statement,
    statement_line,
)

Check = Callable[[Connection], Iterator[str]]


def verify(engine: Engine) -> list[str]:
    """A line for each thing that does not hold; empty where the books are right."""
    with reading(engine) as connection:
        return [line for check in CHECKS for line in check(connection)]


def _balances(connection: Connection) -> dict[str, int]:
    """Debits less credits of every ledger account."""
    totals: Counter[str] = Counter()
    for side, sign in ((journal.c.debit, 1), (journal.c.credit, -1)):
        for name, amount in connection.execute(select(side, func.sum(journal.c.amount)).group_by(side)):
            totals[name] += sign * int(amount)
    return dict(totals)


def journal_balances(connection: Connection) -> Iterator[str]:
    """Every row has two sides, an amount above zero, and the currency of the accounts that it moves."""
    wrong = connection.execute(
        select(journal.c.key).where((journal.c.amount <= 0) | (journal.c.debit == journal.c.credit))
    ).scalars()
    yield from (f"journal row {key} does not balance" for key in wrong)
    currencies: defaultdict[str, set[str]] = defaultdict(set)
    for side in (journal.c.debit, journal.c.credit):
        for name, currency in connection.execute(select(side, journal.c.currency).distinct()):
            currencies[name].add(currency)
    yield from (
        f"ledger account {name} is kept in several currencies: {', '.join(sorted(codes))}"
        for name, codes in sorted(currencies.items())
        if len(codes) > 1
    )


def customer_balances(connection: Connection) -> Iterator[str]:
    """Each customer's balance is the sum of its postings."""
    prefix = ledger.customer("")
    posted = {
        name.removeprefix(prefix): -amount for name, amount in _balances(connection).items() if name.startswith(prefix)
    }
    said = dict(
        connection.execute(
            select(balance_change.c.account_number, func.sum(balance_change.c.change)).group_by(
                balance_change.c.account_number
            )
        ).all()
    )
    last = (
        select(balance_change.c.account_number, func.max(balance_change.c.sequence).label("sequence"))
        .group_by(balance_change.c.account_number)
        .subquery()
    )
    kept = dict(
        connection.execute(
            select(balance_change.c.account_number, balance_change.c.after).join(
                last,
                and_(
                    last.c.account_number == balance_change.c.account_number,
                    last.c.sequence == balance_change.c.sequence,
                ),
            )
        ).all()
    )
    for number in sorted(set(posted) | set(said)):
        values = (posted.get(number, 0), int(said.get(number, 0)), int(kept.get(number, 0)))
        if len(set(values)) > 1:
            yield f"account {number}: postings make {values[0]}, balance changes {values[1]}, the balance is {values[2]}"


def bank_equals_entries(connection: Connection) -> Iterator[str]:
    """The ledger's bank account is its opening plus the entries that were booked."""
    balances = _balances(connection)
    signed = func.sum(case((entry.c.credit_debit == "credit", entry.c.amount), else_=-entry.c.amount))
    booked = dict(
        connection.execute(
            select(entry.c.own_account, signed)
            .where(not_(entry.c.voided), not_(entry.c.before_books))
            .group_by(entry.c.own_account)
        ).all()
    )
    for own in connection.execute(select(own_bank_account)):
        bank = balances.get(ledger.bank(own.number), 0)
        opening = -balances.get(ledger.opening(own.number), 0)
        expected = opening + int(booked.get(own.number, 0))
        if bank != expected:
            yield (
                f"bank account {own.number}: the ledger says {format_amount(bank, own.currency)}, "
                f"opening and entries make {format_amount(expected, own.currency)} {own.currency}"
            )


def statements_add_up(connection: Connection) -> Iterator[str]:
    """Each statement's opening plus its lines is its closing, unless an open difference names why not."""
    signed = func.sum(
        case((statement_line.c.credit_debit == "credit", statement_line.c.amount), else_=-statement_line.c.amount)
    )
    lines = dict(
        connection.execute(select(statement_line.c.statement_id, signed).group_by(statement_line.c.statement_id)).all()
    )
    for row in connection.execute(select(statement).where(statement.c.state == "stored")):
        if row.opening is None or row.closing is None or row.arithmetic == "mismatch":
            continue
        if row.opening + int(lines.get(row.id, 0)) != row.closing:
            yield f"statement {row.id}: opening balance and lines do not make the closing balance"


def differences_are_named(connection: Connection) -> Iterator[str]:
    """What statements say beyond the ledger stands among the open differences, each with its name."""
    for number in connection.execute(select(own_bank_account.c.number)).scalars():
        stored = {
            (row.key, row.amount)
            for row in connection.execute(select(open_difference).where(open_difference.c.own_account == number))
        }
        found = {(each.key, each.amount) for each in continuity.current(connection, number)}
        for key, amount in sorted(found - stored):
            yield f"bank account {number}: a difference of {amount} minor units ({key}) has no name"
        for key, amount in sorted(stored - found):
            yield f"bank account {number}: the open difference {key} of {amount} minor units is no longer there"


def payments_cover_entries(connection: Connection) -> Iterator[str]:
    """Every incoming entry is wholly one or more payments: nothing is lost."""
    paid = (
        select(payment.c.entry_id, func.sum(payment.c.amount).label("amount")).group_by(payment.c.entry_id).subquery()
    )
    lost = connection.execute(
        select(entry.c.id, entry.c.amount, paid.c.amount.label("paid"))
        .outerjoin(paid, paid.c.entry_id == entry.c.id)
        .where(entry.c.credit_debit == "credit", not_(entry.c.reversal), not_(entry.c.before_books), entry.c.amount > 0)
        .where(func.coalesce(paid.c.amount, 0) != entry.c.amount)
    )
    yield from (f"entry {row.id} brought {row.amount}, its payments make {row.paid or 0} minor units" for row in lost)


def places_equal_statuses(connection: Connection) -> Iterator[str]:
    """Unapplied cash is all that is held, unmatched or not yet decided; returns payable and ignored likewise: together
    received = credited + held + unmatched + returned + ignored + settlement. What went back
    through a gateway is gone."""
    balances = _balances(connection)
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
    for name in sorted({*expected, *(name for name in balances if name.startswith(prefixes))}):
        if -balances.get(name, 0) != expected[name]:
            yield f"{name}: the ledger says {-balances.get(name, 0)}, the payments make {expected[name]} minor units"


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


def currencies_agree(connection: Connection) -> Iterator[str]:
    """A customer's balance is kept in the account's currency only."""
    wrong = connection.execute(
        select(account.c.number, journal.c.currency)
        .join(journal, journal.c.credit == ledger.customer("") + account.c.number)
        .where(journal.c.currency != account.c.currency)
        .distinct()
    )
    yield from (f"account {row.number} was credited in {row.currency}" for row in wrong)


def chain_unbroken(connection: Connection) -> Iterator[str]:
    """Each link's hash covers its rows and the link before; no row stands outside the chain."""
    previous = journal_store.GENESIS
    covered = 0
    for number, link in enumerate(connection.execute(select(journal_link).order_by(journal_link.c.no)).all(), 1):
        digest, rows = chain_hash(previous, journal_store.rows_of(connection, link.id))
        if link.no != number or link.previous_hash != previous or link.hash != digest or link.rows != rows:
            yield f"the journal's hash chain is broken at link {link.no}"
        previous = link.hash
        covered += rows
    total = connection.execute(select(func.count()).select_from(journal)).scalar_one()
    if total != covered:
        yield f"{total - covered} journal rows stand outside the hash chain"


def gateways_add_up(connection: Connection) -> Iterator[str]:
    """What a processing centre owes us is what customers paid through it, less what it gave back and what it settled,
    each derived from the reports and ties, by clearing account; and each paid report has its payment."""
    yield from gateway_checks.clearing_accounts(connection, _balances(connection))
    yield from gateway_checks.paid_is_received(connection)
    yield from gateway_checks.settlements_are_their_ties(connection)


CHECKS: Final[tuple[Check, ...]] = (
    journal_balances,
    customer_balances,
    bank_equals_entries,
    statements_add_up,
    differences_are_named,
    payments_cover_entries,
    places_equal_statuses,
    credited_once,
    decisions_stand,
    credited_as_decided,
    not_against_a_person,
    allocations_within,
    currencies_agree,
    gateways_add_up,
    chain_unbroken,
)
