"""Which lines of a statement are entries that an earlier statement showed (docs/data-model.md, 2).

Most of it is done by ids in `store.staging`. Here stand the two cases that need thought: a day that two statements
share only in part, where their balances say whether the slices overlap or follow each other; and entries that a person
voided. What cannot be told is stored and marked as a possible duplicate: never dropped, never credited twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, Table, case, func, not_, select

from reconcile.steps import reworded
from reconcile.steps.coverage import Coverage
from reconcile.store import staging
from reconcile.store.staging import staged_line
from reconcile.store.tables import entry, statement, statement_line


class Shared(Enum):
    """How two statements stand to each other on one day."""

    OVERLAP = auto()
    """Both cover the same stretch of the day: equal lines are the same entry."""
    ADJOIN = auto()
    """One begins where the other ends: equal lines are different entries."""
    UNTOLD = auto()


@dataclass(frozen=True, slots=True)
class Way:
    """How the new statement stands to an earlier one on one day; `first` and `count` say which of the earlier one's
    lines of that day lie in the stretch that both cover (all, where `count` is None)."""

    shared: Shared
    first: int = 0
    count: int | None = None


_WHOLE = Way(Shared.OVERLAP)
_Told = tuple[str, int]


def resolve(connection: Connection, new: Coverage, own_account: str) -> list[date]:
    """Give each staged line its entry. The days that this statement and an earlier one both cover are returned: there,
    an entry that is not shown again is missed (`entry_vanished`), and a new line may be an old one reworded."""
    staging.number_equals(connection, new.statement_id, own_account)
    earlier = _earlier(connection, new, own_account)
    shared = _shared_in_part(connection, new, earlier)
    partly = {day for day, ways in shared.items() if set(ways.values()) != {_WHOLE}}
    for day in sorted(partly):
        _place_day(connection, new, own_account, day, shared[day])
    _step_over_voided(connection, new, own_account, partly)
    staging.mark_known(connection, new.statement_id)
    for day in sorted(partly):
        _mark_reworded(connection, new, own_account, day, shared[day])
    told = sorted(_days_of(connection, new, own_account) - partly)
    told = [day for day in told if any(other.first <= day <= other.last for other in earlier)]
    staging.mark_reworded(connection, new.statement_id, own_account, told)
    reworded.mark_redated(connection, new, own_account)
    return told


# --- days shared in part ---------------------------------------------------------------------------------------------


def _earlier(connection: Connection, new: Coverage, own_account: str) -> list[Coverage]:
    found = connection.execute(
        select(statement)
        .where(statement.c.own_account == own_account, statement.c.state == "stored")
        .where(statement.c.period_from <= new.last, statement.c.period_to >= new.first)
        .where(statement.c.id != new.statement_id)
        .order_by(statement.c.sequence)
    )
    return [Coverage(row.id, row.period_from, row.period_to, row.opening, row.closing) for row in found]


def _shared_in_part(connection: Connection, new: Coverage, earlier: Sequence[Coverage]) -> dict[date, dict[str, Way]]:
    """For the first and last day of either statement: how the new one stands to each earlier one."""
    days: dict[date, dict[str, Way]] = defaultdict(dict)
    for other in earlier:
        for day in {new.first, new.last, other.first, other.last}:
            if new.first <= day <= new.last and other.first <= day <= other.last:
                days[day][other.statement_id] = _stand(connection, new, other, day)
    for day, ways in days.items():
        for other in earlier:
            if other.first < day < other.last:
                ways[other.statement_id] = _WHOLE
    return days


def _stand(connection: Connection, new: Coverage, other: Coverage, day: date) -> Way:
    if new.first < day < new.last or other.first < day < other.last:
        return _WHOLE
    ends = [_ends(connection, new, day, staged=True), _ends(connection, other, day, staged=False)]
    if None in ends[0] or None in ends[1]:
        return _WHOLE  # without balances a statement is taken to cover its days whole
    (start, end), (other_start, other_end) = ends
    adjoin = (new.first == day == other.last and start == other_end) or (
        new.last == day == other.first and end == other_start
    )
    same = start == other_start or end == other_end
    here = _lines_on(connection, staged_line, new.statement_id, day)
    there = _lines_on(connection, statement_line, other.statement_id, day)
    if same and sorted(here) == sorted(there):
        return _WHOLE  # the same slice again
    within = _begins_within(there, other_start, here, start)
    around = _begins_within(here, start, there, other_start)
    if end == other_end and start != other_start and not adjoin:
        if within == len(there) - len(here):
            return Way(Shared.OVERLAP, within, len(here))  # the end of the other's stretch
        if around == len(here) - len(there):
            return Way(Shared.OVERLAP, 0, len(there))  # the other is the end of this one's
    if within is None and around is None:
        if same == adjoin:  # the balances fit both readings, or neither
            return Way(Shared.UNTOLD)
        return _WHOLE if same else Way(Shared.ADJOIN)
    if same or adjoin or (within is not None and around is not None):
        return Way(Shared.UNTOLD)  # the balances say one thing, the lines another
    if within is not None:
        return Way(Shared.OVERLAP, within, min(len(there) - within, len(here)))
    assert around is not None
    return Way(Shared.OVERLAP, 0, min(len(there), len(here) - around))


def _begins_within(
    outer: Sequence[_Told], start: int | None, inner: Sequence[_Told], inner_start: int | None
) -> int | None:
    """Where beyond its first line the second stretch begins within the first: at the same running balance, with the
    same lines from there on."""
    balance = start or 0
    for number, (_, effect) in enumerate(outer):
        shared = min(len(outer) - number, len(inner))
        if (
            number
            and balance == inner_start
            and shared
            and Counter(outer[number : number + shared]) == Counter(inner[:shared])
        ):
            return number
        balance += effect
    return None


def _ends(connection: Connection, covered: Coverage, day: date, *, staged: bool) -> tuple[int | None, int | None]:
    """The balance at which a statement's stretch of that day begins, and at which it ends."""
    if covered.opening is None or covered.closing is None:
        return None, None
    before = 0 if covered.first == day else _net(connection, covered.statement_id, day - timedelta(1), staged=staged)
    start = covered.opening + before
    if covered.last == day:
        return start, covered.closing
    return start, covered.opening + _net(connection, covered.statement_id, day, staged=staged)


def _net(connection: Connection, statement_id: str, until: date, *, staged: bool) -> int:
    c = staged_line.c if staged else statement_line.c
    signed = func.sum(case((c.credit_debit == "credit", c.amount), else_=-c.amount))
    return int(
        connection.execute(select(signed).where(c.statement_id == statement_id, c.booking_date <= until)).scalar() or 0
    )


def _lines_on(connection: Connection, table: Table, statement_id: str, day: date) -> list[_Told]:
    """Identity and signed amount of a statement's lines of that day, in their order."""
    c = table.c
    rows = connection.execute(
        select(c.identity, case((c.credit_debit == "credit", c.amount), else_=-c.amount))
        .where(c.statement_id == statement_id, c.booking_date == day)
        .order_by(c.position)
    )
    return [(identity, int(effect)) for identity, effect in rows]


def _staged_on(connection: Connection, statement_id: str, day: date) -> Sequence[Any]:
    return connection.execute(
        select(staged_line.c.position, staged_line.c.identity)
        .where(staged_line.c.statement_id == statement_id, staged_line.c.booking_date == day)
        .order_by(staged_line.c.position)
    ).all()


def _place_day(connection: Connection, new: Coverage, own_account: str, day: date, ways: dict[str, Way]) -> None:
    """Line by line on a day shared in part: the n-th equal line is the n-th entry of the statements that overlap; beyond
    them it is a new entry, in doubt while a statement whose stretch cannot be told shows more of its equals."""
    overlapping = _entries_on(connection, own_account, day, ways, Shared.OVERLAP)
    untold = _entries_on(connection, own_account, day, ways, Shared.UNTOLD)
    taken = _highest(connection, own_account, day)
    seen: Counter[str] = Counter()
    for row in _staged_on(connection, new.statement_id, day):
        identity = row.identity
        seen[identity] += 1
        partners = overlapping[identity]
        if seen[identity] <= len(partners):
            occurrence, doubt = partners[seen[identity] - 1], False
        else:
            taken[identity] += 1
            beyond = seen[identity] - len(partners)
            occurrence, doubt = taken[identity], beyond <= len(set(untold[identity]) - set(partners))
        staging.place_line(connection, new.statement_id, row.position, own_account, identity, occurrence, doubt=doubt)


def _mark_reworded(connection: Connection, new: Coverage, own_account: str, day: date, ways: dict[str, Way]) -> None:
    """What statements of another format, or with another reference, show of a stretch that both cover or may both cover."""
    both = {statement_id: way for statement_id, way in ways.items() if way.shared is not Shared.ADJOIN}
    stretches = [_stretch(connection, statement_id, day, way) for statement_id, way in both.items()]
    entries = {entry_id for stretch in stretches for entry_id in stretch if entry_id is not None}
    reworded.mark_in_part(connection, new.statement_id, own_account, day, list(both), entries)


def _entries_on(
    connection: Connection, own_account: str, day: date, ways: dict[str, Way], shared: Shared
) -> defaultdict[str, list[int]]:
    """The live entries of that day which statements of this kind show in the stretch: identity to occurrences."""
    shown = {
        entry_id
        for statement_id, way in ways.items()
        if way.shared is shared
        for entry_id in _stretch(connection, statement_id, day, way)
    }
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row in connection.execute(
        select(entry.c.id, entry.c.identity, entry.c.occurrence)
        .where(entry.c.own_account == own_account, entry.c.booking_date == day, not_(entry.c.voided))
        .order_by(entry.c.identity, entry.c.occurrence)
    ):
        if row.id in shown:
            found[row.identity].append(row.occurrence)
    return found


def _stretch(connection: Connection, statement_id: str, day: date, way: Way) -> Sequence[str | None]:
    """The entries of a statement's lines of that day which lie in the stretch."""
    lines = (
        connection.execute(
            select(statement_line.c.entry_id)
            .where(statement_line.c.statement_id == statement_id, statement_line.c.booking_date == day)
            .order_by(statement_line.c.position)
        )
        .scalars()
        .all()
    )
    return lines[way.first :] if way.count is None else lines[way.first : way.first + way.count]


def _highest(connection: Connection, own_account: str, day: date) -> Counter[str]:
    rows = connection.execute(
        select(entry.c.identity, func.max(entry.c.occurrence))
        .where(entry.c.own_account == own_account, entry.c.booking_date == day)
        .group_by(entry.c.identity)
    )
    return Counter({row[0]: row[1] for row in rows})


def _step_over_voided(connection: Connection, new: Coverage, own_account: str, done: set[date]) -> None:
    """A voided entry is nobody's partner: a line equal to it is a new entry."""
    days = connection.execute(
        select(entry.c.booking_date)
        .where(entry.c.own_account == own_account, entry.c.voided)
        .where(entry.c.booking_date.between(new.first, new.last))
        .distinct()
    ).scalars()
    for day in sorted(set(days) - done):
        statements = connection.execute(
            select(statement.c.id).where(statement.c.own_account == own_account, statement.c.state == "stored")
        ).scalars()
        _place_day(connection, new, own_account, day, dict.fromkeys(statements, _WHOLE))


# --- days covered by both --------------------------------------------------------------------------------------------


def _days_of(connection: Connection, new: Coverage, own_account: str) -> set[date]:
    """Days of this statement on which the books already hold entries."""
    return set(
        connection.execute(
            select(entry.c.booking_date)
            .where(entry.c.own_account == own_account, entry.c.booking_date.between(new.first, new.last))
            .where(not_(entry.c.voided))
            .distinct()
        ).scalars()
    )
