"""Entries that a later statement of their day no longer shows: the bank may have taken the money back, or booked it
anew (docs/data-model.md, 2).

What is credited already stays credited; what is not waits for a person, or for a statement that shows the entry again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Select, case, func, not_, select

from reconcile.steps import reworded
from reconcile.steps.coverage import Coverage
from reconcile.store.bulk import any_of
from reconcile.store.staging import staged_line
from reconcile.store.tables import alert, entry, statement, statement_line

VANISHED: Final = "entry_vanished"
"""The alert about an entry that a later statement of its day no longer shows."""

_Kinds = Counter[tuple[str, int, bool]]
"""How many of each direction, amount and reversal mark."""


def missed(connection: Connection, new: Coverage, own_account: str, told: Sequence[date]) -> list[str]:
    """Entries on fully covered days which this statement no longer shows, not even reworded; what it shows in their
    stead, on another day or with another amount, is in doubt. The last day counts only where this statement reaches as
    far as the others; what a longer one shows beyond it counts once the bank goes on without it."""
    missing = sorted({*_missing(connection, new, own_account, told), *_left_behind(connection, new, own_account)})
    reworded.mark_moved(connection, new.statement_id, own_account, new.first, new.last, missing)
    return missing


def no_longer_shown(connection: Connection) -> frozenset[str]:
    """Entries that a later statement of their day no longer shows, and none has shown again: their payments wait for a
    person, since the bank may have taken the money back, or booked it anew."""
    vanished_ones = select(alert.c.entry_id).where(alert.c.kind == VANISHED, alert.c.closed_at.is_(None))
    return frozenset(connection.execute(vanished_ones).scalars()) - {None}


def shown_again(connection: Connection, statement_id: str) -> list[str]:
    """Of these, the entries that a line of this statement is."""
    gone, lines = no_longer_shown(connection), statement_line.c
    if not gone:
        return []
    here = select(lines.entry_id).where(lines.statement_id == statement_id, any_of(connection, lines.entry_id, gone))
    return sorted(set(connection.execute(here).scalars()))


def _missing(connection: Connection, new: Coverage, own_account: str, told: Sequence[date]) -> list[str]:
    missing: list[str] = []
    for day in told:
        lost = connection.execute(
            select(entry.c.id, entry.c.credit_debit, entry.c.amount, entry.c.reversal, entry.c.possible_duplicate)
            .where(entry.c.own_account == own_account, entry.c.booking_date == day, not_(entry.c.voided))
            .where(entry.c.statement_id != new.statement_id)
            .where(entry.c.id.not_in(_shown(new.statement_id)))
            .order_by(entry.c.id)
        ).all()
        if not lost or (day == new.last and _is_earlier_export(connection, new, own_account, day, lost)):
            continue
        doubtful, shown = _doubtful_amounts(connection, new, day)
        for row in lost:
            kind = (row.credit_debit, row.amount, row.reversal)
            twins = doubtful if doubtful[kind] else shown
            if (twins is shown and not row.possible_duplicate) or not twins[kind]:
                missing.append(row.id)
            else:
                twins[kind] -= 1
    return missing


def _is_earlier_export(connection: Connection, new: Coverage, own_account: str, day: date, lost: Sequence[Any]) -> bool:
    """The statement ends before the entries it does not show: its closing balance lacks exactly them, and they are the
    last of a statement that shows them."""
    if new.closing is None:
        return True
    signed = sum(row.amount if row.credit_debit == "credit" else -row.amount for row in lost)
    longer = [
        other
        for other in _ending_on(connection, own_account, day)
        if other.closing is not None and other.closing - new.closing == signed
    ]
    gone = {row.id for row in lost}
    orders = [(other.format, _in_order(connection, other.id, day)) for other in longer]
    showing = [(form, order) for form, order in orders if gone.intersection(order)]
    return any(_are_last(order, gone, form) for form, order in showing or orders)


def _are_last(order: Sequence[str], lost: set[str], form: str) -> bool:
    """The entries stand together at the end of the day; in a table the newest row may stand first."""
    here = [each in lost for each in order]
    return here == sorted(here) or (form == "table" and here == sorted(here, reverse=True))


def _left_behind(connection: Connection, new: Coverage, own_account: str) -> set[str]:
    """What a statement shows at the end of its last day, where another one of that day does not and the bank goes on
    from the balance of that other one: no later day will say that it was taken off, this is all that tells. What the
    bank shows under the next day instead is in doubt there, and its first booking stands."""
    c = statement.c
    stored = (c.own_account == own_account) & (c.state == "stored")
    before = connection.execute(select(func.max(c.period_to)).where(stored, c.period_to < new.first)).scalar()
    after = connection.execute(
        select(c.opening).where(stored, c.period_from > new.last).order_by(c.period_from, c.sequence).limit(1)
    ).scalar()
    found: set[str] = set()
    if before is not None and new.opening is not None:
        found |= _beyond(connection, own_account, before, new.opening, None)
        found -= _redated(connection, new.statement_id, found)
    if after is not None and after == new.closing:
        found |= _beyond(connection, own_account, new.last, after, new.statement_id)
    return found


def _beyond(connection: Connection, own_account: str, day: date, balance: int, staged: str | None) -> set[str]:
    """Entries of the day that lead a statement of it beyond this balance, and that none which ends with it shows though
    it begins where the other does: one that begins later is the rest of the day."""
    ends = [each for each in _ending_on(connection, own_account, day) if each.closing is not None]
    longer = [each for each in ends if each.closing != balance]
    if not longer or (staged is None and len(longer) == len(ends)):
        return set()
    effects = _effects(connection, own_account, day)
    orders = {each.id: _in_order(connection, each.id, day) for each in ends}
    begins = {each.id: each.closing - sum(effects.get(entry_id, 0) for entry_id in orders[each.id]) for each in ends}
    kept = {entry_id for each in ends if each.closing == balance for entry_id in orders[each.id]}
    starts = {begins[each.id] for each in ends if each.closing == balance}
    if staged is not None:
        kept |= set(connection.execute(_shown(staged)).scalars())
        starts.add(balance - _net_staged(connection, staged, day))
    for each in longer:
        beyond = {entry_id for entry_id in orders[each.id] if entry_id in effects} - kept
        above = sum(effects[entry_id] for entry_id in beyond)
        if beyond and begins[each.id] in starts and above == each.closing - balance:
            return beyond
    return set()


def _net_staged(connection: Connection, statement_id: str, day: date) -> int:
    c = staged_line.c
    signed = func.sum(case((c.credit_debit == "credit", c.amount), else_=-c.amount))
    net = select(signed).where(c.statement_id == statement_id, c.booking_date == day)
    return int(connection.execute(net).scalar() or 0)


def _redated(connection: Connection, statement_id: str, entries: set[str]) -> set[str]:
    """Of these entries, those whose direction and amount a line in doubt of the statement has."""
    e, c = entry.c, staged_line.c
    alike = (e.credit_debit == c.credit_debit) & (e.amount == c.amount) & (e.reversal == c.reversal)
    rows = select(e.id).join(staged_line, alike).where(c.statement_id == statement_id, c.possible_duplicate)
    return set(connection.execute(rows.where(any_of(connection, e.id, entries))).scalars()) if entries else set()


def _ending_on(connection: Connection, own_account: str, day: date) -> Sequence[Any]:
    return connection.execute(
        select(statement.c.id, statement.c.format, statement.c.closing)
        .where(statement.c.own_account == own_account)
        .where(statement.c.state == "stored", statement.c.period_to == day)
    ).all()


def _in_order(connection: Connection, statement_id: str, day: date) -> list[str]:
    c = statement_line.c
    rows = connection.execute(
        select(c.entry_id).where(c.statement_id == statement_id, c.booking_date == day).order_by(c.position)
    ).scalars()
    return [each for each in rows if each is not None]


def _effects(connection: Connection, own_account: str, day: date) -> dict[str, int]:
    """The live entries of a day: what each adds to the balance."""
    e = entry.c
    rows = connection.execute(
        select(e.id, case((e.credit_debit == "credit", e.amount), else_=-e.amount)).where(
            e.own_account == own_account, e.booking_date == day, not_(e.voided)
        )
    )
    return {entry_id: int(effect) for entry_id, effect in rows}


def _doubtful_amounts(connection: Connection, new: Coverage, day: date) -> tuple[_Kinds, _Kinds]:
    """The kinds of the statement's lines of that day which may be another entry reworded, now or when they were first
    shown; and of all its lines, one of which an entry in doubt may be."""
    c = staged_line.c
    rows = connection.execute(
        select(c.credit_debit, c.amount, c.reversal, c.possible_duplicate, entry.c.possible_duplicate)
        .outerjoin(entry, entry.c.id == c.entry_id)
        .where(c.statement_id == new.statement_id, c.booking_date == day)
    ).all()
    return Counter((*row[:3],) for row in rows if row[3] or row[4]), Counter((*row[:3],) for row in rows)


def _shown(statement_id: str) -> Select[Any]:
    return select(staged_line.c.entry_id).where(staged_line.c.statement_id == statement_id)
