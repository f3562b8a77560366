"""Do the statements of one own bank account follow each other, and does the ledger agree with them?

Recomputed from all stored statements of the account after each change, so that the order in which they arrive does not
matter: a gap that a later upload fills goes away by itself. What does not fit is an *open difference with a name*
(docs/data-model.md, 11): the amount that the statements say beyond the ledger, since when, and why.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, not_, select, update

from reconcile import ledger
from reconcile.explain.alerts import said
from reconcile.ledger import Transfer
from reconcile.money import format_amount
from reconcile.store import journal
from reconcile.store.alerts import close_alert, raise_alert
from reconcile.store.tables import alert, entry, open_difference, own_bank_account, statement
from reconcile.store.tables import journal as journal_table

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """`amount` (signed minor units) is what the statements say beyond the ledger from the end of `as_of` on."""

    key: str
    kind: str
    as_of: date
    amount: int
    statement_id: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Position:
    """The account's ledger as the statements can be held against it: where it opens, and what each day adds."""

    opens_on: date
    opening: int
    days: tuple[date, ...]
    totals: tuple[int, ...]

    def at_close_of(self, day: date) -> int:
        """Opening plus the entries booked up to and on that day."""
        count = bisect_right(self.days, day)
        return self.opening + (self.totals[count - 1] if count else 0)


def recompute(connection: Connection, own_account: str, link_id: str, at: datetime) -> None:
    """Bring opening entry, open differences, continuity marks and gap alerts of the account up to date. New journal
    rows go into the given link."""
    statements = _statements(connection, own_account)
    position = _position(connection, own_account, statements)
    if position is None:
        return
    _post_opening(connection, own_account, position, link_id, at)
    found = differences(statements, position)
    connection.execute(delete(open_difference).where(open_difference.c.own_account == own_account))
    currency = connection.execute(
        select(own_bank_account.c.currency).where(own_bank_account.c.number == own_account)
    ).scalar_one()
    for each in found:
        connection.execute(
            insert(open_difference).values(
                key=each.key,
                own_account=own_account,
                kind=each.kind,
                as_of=each.as_of,
                amount=each.amount,
                currency=currency,
                statement_id=each.statement_id,
                explanation=each.explanation,
            )
        )
    _mark(connection, own_account, statements, found, currency, at)


def current(connection: Connection, own_account: str) -> list[Difference]:
    """The differences as the stored statements and the ledger give them now; nothing is written."""
    statements = _statements(connection, own_account)
    position = _position(connection, own_account, statements)
    return [] if position is None else differences(statements, position)


def differences(statements: Sequence[Any], position: Position) -> list[Difference]:
    """The named differences of an account, from its statements in order of their days."""
    found: list[Difference] = []
    for number, each in enumerate(statements):
        if each.period_from >= position.opens_on:
            found += _gap(each, statements[:number], position, found)
        found += _remainder(each, statements, position, found)
    return found


def truth(position: Position, found: Sequence[Difference], day: date) -> int:
    """What the bank says the balance was at the close of that day: the ledger and the named differences."""
    return position.at_close_of(day) + sum(each.amount for each in found if each.as_of <= day)


def continues(connection: Connection, own_account: str, first: date, opening: int) -> bool:
    """Whether a statement that opens so follows the books of this account without a gap."""
    statements = _statements(connection, own_account)
    position = _position(connection, own_account, statements)
    if position is None or first < position.opens_on:
        return False
    before = truth(position, differences(statements, position), first - ONE_DAY)
    return opening == before or _follows_a_slice(first, opening, statements)


def _gap(each: Any, before: Sequence[Any], position: Position, found: Sequence[Difference]) -> list[Difference]:
    expected = truth(position, found, each.period_from - ONE_DAY)
    if each.opening == expected or _follows_a_slice(each.period_from, each.opening, before):
        return []
    opens, left = (format_amount(minor, each.currency) for minor in (each.opening, expected))
    what = f"statement opens at {opens} {each.currency} where the one before left {left}"
    kind = "statement_gap"
    return [Difference(f"{kind}:{each.id}", kind, each.period_from - ONE_DAY, each.opening - expected, each.id, what)]


def _follows_a_slice(first: date, opening: int, before: Sequence[Any]) -> bool:
    return any(other.period_to == first and other.closing == opening for other in before)


def _remainder(
    each: Any,
    statements: Sequence[Any],
    position: Position,
    found: Sequence[Difference],
) -> list[Difference]:
    """What the closing balance says beyond the ledger. A consistent statement that another one covers to a later moment
    of its last day says nothing about that day's end."""
    if each.period_to < position.opens_on:
        return []
    over = each.closing - truth(position, found, each.period_to)
    if over == 0:
        return []
    further = any(
        other.id != each.id
        and other.period_from <= each.period_to
        and (other.period_to > each.period_to or (other.period_to == each.period_to and other.closing != each.closing))
        for other in statements
    )
    if each.arithmetic == "ok" and further:
        return []
    kind = "balance_mismatch" if each.arithmetic == "mismatch" else "overlap"
    what = {
        "balance_mismatch": "the statement's own figures do not add up",
        "overlap": "statements of the same days do not show the same entries",
    }[kind]
    return [Difference(f"{kind}:{each.id}", kind, each.period_to, over, each.id, what)]


# --- what the books hold ---------------------------------------------------------------------------------------------


def _statements(connection: Connection, own_account: str) -> Sequence[Any]:
    """The stored statements that give both balances, in the order of their days."""
    return connection.execute(
        select(statement)
        .where(statement.c.own_account == own_account, statement.c.state == "stored")
        .where(statement.c.opening.is_not(None), statement.c.closing.is_not(None))
        .where(statement.c.period_from.is_not(None))
        .order_by(statement.c.period_from, statement.c.period_to, statement.c.sequence)
    ).all()


def _position(connection: Connection, own_account: str, statements: Sequence[Any]) -> Position | None:
    """Where the books of the account open: at the imported opening balance, else where its first statement does."""
    own = connection.execute(select(own_bank_account).where(own_bank_account.c.number == own_account)).one()
    sums = _daily(connection, own_account)
    if own.books_from is not None and own.opening_balance is not None:
        return _positioned(own.books_from, own.opening_balance, sums)
    usable = [each for each in statements if own.books_from is None or each.period_to >= own.books_from]
    if not usable:
        return None
    first = usable[0]
    if own.opening_balance is not None:
        return _positioned(first.period_from, own.opening_balance, sums)
    if own.books_from is None or first.period_from >= own.books_from:
        return _positioned(first.period_from, first.opening, sums)
    early = _early(connection, own_account, first.period_from, own.books_from)
    return _positioned(own.books_from, first.opening + early, sums)


def _positioned(opens_on: date, opening: int, sums: Sequence[tuple[date, int]]) -> Position:
    """Entries booked before the day of opening are in the opening balance already."""
    before = sum(net for day, net in sums if day < opens_on)
    return Position(
        opens_on, opening - before, tuple(day for day, _ in sums), tuple(accumulate(net for _, net in sums))
    )


def _signed() -> Any:
    return func.sum(case((entry.c.credit_debit == "credit", entry.c.amount), else_=-entry.c.amount))


def _daily(connection: Connection, own_account: str) -> list[tuple[date, int]]:
    rows = connection.execute(
        select(entry.c.booking_date, _signed())
        .where(entry.c.own_account == own_account, not_(entry.c.voided), not_(entry.c.before_books))
        .group_by(entry.c.booking_date)
        .order_by(entry.c.booking_date)
    )
    return [(day, int(net)) for day, net in rows]


def _early(connection: Connection, own_account: str, first: date, until: date) -> int:
    net = connection.execute(
        select(_signed())
        .where(entry.c.own_account == own_account, not_(entry.c.voided))
        .where(entry.c.booking_date >= first, entry.c.booking_date < until)
    ).scalar()
    return int(net or 0)


# --- what is written -------------------------------------------------------------------------------------------------


def _post_opening(connection: Connection, own_account: str, position: Position, link_id: str, at: datetime) -> None:
    """One opening entry; a correction of it where an older statement moves the beginning of the books."""
    account = ledger.opening(own_account)
    missing = position.opening + journal.balance(connection, account)
    if missing == 0:
        return
    count = connection.execute(
        select(func.count()).where(journal_table.c.key.startswith(f"opening:{own_account}:", autoescape=True))
    ).scalar_one()
    sides = (ledger.bank(own_account), account)
    debit, credit = sides if missing > 0 else sides[::-1]
    currency = connection.execute(
        select(own_bank_account.c.currency).where(own_bank_account.c.number == own_account)
    ).scalar_one()
    row = Transfer(
        f"opening:{own_account}:{count + 1}",
        debit,
        credit,
        abs(missing),
        currency,
        position.opens_on,
        "opening balance",
    )
    journal.post(connection, link_id, [row], at, journal.next_row(connection, link_id))


def _mark(
    connection: Connection,
    own_account: str,
    statements: Sequence[Any],
    found: Sequence[Difference],
    currency: str,
    at: datetime,
) -> None:
    gaps = {each.statement_id: each for each in found if each.kind == "statement_gap"}
    for number, each in enumerate(statements):
        mark = "gap" if each.id in gaps else "first" if number == 0 else "ok"
        if mark != each.continuity:
            connection.execute(update(statement).where(statement.c.id == each.id).values(continuity=mark))
    for statement_id, gap in gaps.items():
        missing = f"{format_amount(gap.amount, currency)} {currency}"
        what = said("statement_gap.found", account=own_account, day=gap.as_of + ONE_DAY, amount=missing)
        raise_alert(connection, what, statement_id, at, own_account=own_account, statement_id=statement_id)
    open_gaps = connection.execute(
        select(alert.c.statement_id).where(
            alert.c.kind == "statement_gap", alert.c.own_account == own_account, alert.c.closed_at.is_(None)
        )
    ).scalars()
    for statement_id in set(open_gaps) - set(gaps):
        close_alert(connection, "statement_gap", statement_id, "machine", "a later statement fills the gap", at)
