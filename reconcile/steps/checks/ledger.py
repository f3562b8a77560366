"""The ledger: its rows balance, its sums are those of customers and banks, its chain is whole."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, and_, case, func, not_, select

from reconcile import ledger
from reconcile.ledger import chain_hash
from reconcile.money import format_amount
from reconcile.store import journal as journal_store
from reconcile.store.tables import account, balance_change, entry, journal, journal_link, own_bank_account


def balances(connection: Connection) -> dict[str, int]:
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
        name.removeprefix(prefix): -amount for name, amount in balances(connection).items() if name.startswith(prefix)
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


def currencies_agree(connection: Connection) -> Iterator[str]:
    """A customer's balance is kept in the account's currency only."""
    wrong = connection.execute(
        select(account.c.number, journal.c.currency)
        .join(journal, journal.c.credit == ledger.customer("") + account.c.number)
        .where(journal.c.currency != account.c.currency)
        .distinct()
    )
    yield from (f"account {row.number} was credited in {row.currency}" for row in wrong)


def bank_equals_entries(connection: Connection) -> Iterator[str]:
    """The ledger's bank account is its opening plus the entries that were booked."""
    said = balances(connection)
    signed = func.sum(case((entry.c.credit_debit == "credit", entry.c.amount), else_=-entry.c.amount))
    booked = dict(
        connection.execute(
            select(entry.c.own_account, signed)
            .where(not_(entry.c.voided), not_(entry.c.before_books))
            .group_by(entry.c.own_account)
        ).all()
    )
    for own in connection.execute(select(own_bank_account)):
        bank = said.get(ledger.bank(own.number), 0)
        opening = -said.get(ledger.opening(own.number), 0)
        expected = opening + int(booked.get(own.number, 0))
        if bank != expected:
            yield (
                f"bank account {own.number}: the ledger says {format_amount(bank, own.currency)}, "
                f"opening and entries make {format_amount(expected, own.currency)} {own.currency}"
            )


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
