"""New lines that may be an entry of the books said otherwise: held for a person, never credited a second time.

Where a day is covered whole by two statements, `store.staging.mark_reworded` compares them in the database. Here stand
the rest: days that statements share only in part; entries that a later statement took off their day, which the bank may
have moved to another day or put right; and statements that show what their neighbours show under other days
(docs/data-model.md, 2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, case, exists, func, not_, select, update

from reconcile.steps.coverage import Coverage
from reconcile.store.staging import staged_detail, staged_line
from reconcile.store.tables import alert, entry, line_detail, statement, statement_line

MOVED_DAYS: Final = 10
"""How far from its day a bank may book an entry anew that it took off that day."""

_IDS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A line as a statement words it: what tells whether it may be the same money as another."""

    key: str | int
    day: date
    kind: tuple[str, bool, int]
    """Direction, reversal mark and amount."""
    account: str
    tax_id: str
    name: str

    def of_another_payer(self, other: Said) -> bool:
        """Both name a payer by number, and not the same one."""
        return _differ(self.tax_id, other.tax_id) or _differ(self.account, other.account)

    def of_that_payer(self, other: Said) -> bool:
        """The payer is the same by account, number or name: who paid is what a correction of the amount keeps."""
        return any(
            mine and mine == theirs
            for mine, theirs in (
                (self.account, other.account),
                (self.tax_id, other.tax_id),
                (self.name, other.name),
            )
        )


def mark_in_part(
    connection: Connection, statement_id: str, own_account: str, day: date, shown_by: Sequence[str], entries: set[str]
) -> None:
    """On a day shared in part: a new line of the amount of an entry which lies in a stretch that both cover, or may
    both cover, and which this statement does not show, may be that entry. `entries` are those of the stretch, `shown_by`
    their statements. One format words a payer always alike: there, another payer is another payment."""
    fresh = list(_fresh(connection, statement_id, day, day)) if entries else []
    if not fresh:
        return
    same_format = _formats(connection, [*shown_by, statement_id])
    twins: dict[tuple[str, bool, int], list[Said]] = defaultdict(list)
    for said in _unshown(connection, statement_id, own_account, entries):
        if said.day == day:
            twins[said.kind].append(said)
    doubtful = [
        line
        for line in fresh
        if any(not (same_format and line.of_another_payer(twin)) for twin in twins.get(line.kind, ()))
    ]
    _mark(connection, statement_id, [line.key for line in doubtful])


def mark_moved(
    connection: Connection, statement_id: str, own_account: str, first: date, last: date, missing: Sequence[str]
) -> None:
    """An entry that a statement took off its day (`missing` by this one, or an earlier `entry_vanished`) may stand on
    another day now, or with its amount put right on the same day: such a line waits for a person."""
    earlier = connection.execute(
        select(alert.c.entry_id)
        .join(entry, entry.c.id == alert.c.entry_id)
        .where(alert.c.kind == "entry_vanished", alert.c.own_account == own_account, alert.c.closed_at.is_(None))
        .where(entry.c.booking_date.between(first - timedelta(MOVED_DAYS), last + timedelta(MOVED_DAYS)))
    ).scalars()
    gone = list(_unshown(connection, statement_id, own_account, {*missing, *(each for each in earlier if each)}))
    if not gone:
        return
    here = set(missing)
    doubtful = [
        line
        for line in _fresh(connection, statement_id, first, last)
        if any(_moved(line, lost) or (lost.key in here and corrected(line, lost)) for lost in gone)
    ]
    _mark(connection, statement_id, [line.key for line in doubtful])


def mark_redated(connection: Connection, new: Coverage, own_account: str) -> None:
    """A statement that opens lower than the one before it closed, by just what its lines bring which the days around it
    show too, shows these once more under other days; so does one that closes higher than the next one opens."""
    surplus = _surplus(connection, new, own_account)
    if not surplus:
        return
    lines = _lines_seen_near(connection, new, own_account)
    if sum(effect for _, effect in lines) in surplus:
        _mark(connection, new.statement_id, [position for position, _ in lines])
    else:
        _mark(connection, new.statement_id, [position for position, effect in lines if effect in surplus])


def _surplus(connection: Connection, new: Coverage, own_account: str) -> set[int]:
    """What the neighbouring statements have beyond this one's opening balance, or lack of its closing balance."""
    if new.closing is None:
        return set()
    opening = new.closing - _net(connection, new.statement_id) if new.opening is None else new.opening
    c = statement.c
    near = select(c.period_from, c.period_to, c.opening, c.closing).where(
        c.own_account == own_account,
        c.state == "stored",
        c.id != new.statement_id,
        c.period_to >= new.first - timedelta(MOVED_DAYS),
        c.period_from <= new.last + timedelta(MOVED_DAYS),
    )
    rows = connection.execute(near).all()
    before = [row for row in rows if row.period_to < new.first and row.closing is not None]
    after = [row for row in rows if row.period_from > new.last and row.opening is not None]
    latest = max((row.period_to for row in before), default=None)
    soonest = min((row.period_from for row in after), default=None)
    found = {row.closing - opening for row in before if row.period_to == latest}
    found |= {new.closing - row.opening for row in after if row.period_from == soonest}
    return {int(amount) for amount in found if amount > 0}


def _net(connection: Connection, statement_id: str) -> int:
    """What the statement's lines bring: a format that gives the closing balance alone (OFX) opened lower by it."""
    c = staged_line.c
    signed = func.sum(case((c.credit_debit == "credit", c.amount), else_=-c.amount))
    return int(connection.execute(select(signed).where(c.statement_id == statement_id)).scalar() or 0)


def _lines_seen_near(connection: Connection, new: Coverage, own_account: str) -> list[tuple[int, int]]:
    """Position and signed amount of the new lines of whose direction and amount the days around have an entry that
    this statement does not show."""
    shown = staged_line.alias("shown")
    e, c = entry.c, staged_line.c
    kinds = (
        select(e.credit_debit, e.amount, e.reversal)
        .where(e.own_account == own_account, not_(e.voided))
        .where(e.booking_date.between(new.first - timedelta(MOVED_DAYS), new.last + timedelta(MOVED_DAYS)))
        .where(not_(exists().where(shown.c.entry_id == e.id)))
        .distinct()
        .subquery()
    )
    alike = (kinds.c.credit_debit == c.credit_debit) & (kinds.c.amount == c.amount) & (kinds.c.reversal == c.reversal)
    rows = connection.execute(
        select(c.position, case((c.credit_debit == "credit", c.amount), else_=-c.amount))
        .join(kinds, alike)
        .where(c.statement_id == new.statement_id, c.is_new, not_(c.possible_duplicate))
    )
    return [(position, int(effect)) for position, effect in rows]


def _moved(line: Said, lost: Said) -> bool:
    near = abs((line.day - lost.day).days) <= MOVED_DAYS
    return near and line.kind == lost.kind and not line.of_another_payer(lost)


def corrected(line: Said, lost: Said) -> bool:
    return line.day == lost.day and line.kind[:2] == lost.kind[:2] and line.of_that_payer(lost)


# --- what lines say --------------------------------------------------------------------------------------------------


def _fresh(connection: Connection, statement_id: str, first: date, last: date) -> Iterator[Said]:
    """The statement's lines that are new to the books and in no doubt yet."""
    c = staged_line.c
    chosen = worded(staged_line, staged_detail, c.position).where(
        c.statement_id == statement_id,
        c.is_new,
        not_(c.possible_duplicate),
        c.booking_date.between(first, last),
    )
    return as_said(connection.execute(chosen))


def _unshown(connection: Connection, statement_id: str, own_account: str, entries: set[str]) -> Iterator[Said]:
    """Entries of these which this statement does not show, as their first statement worded them."""
    shown = set(
        connection.execute(select(staged_line.c.entry_id).where(staged_line.c.statement_id == statement_id)).scalars()
    )
    wanted = sorted(entries - shown)
    c = statement_line.c
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        chosen = (
            worded(statement_line, line_detail, entry.c.id)
            .join(entry, (entry.c.statement_id == c.statement_id) & (entry.c.position == c.position))
            .where(entry.c.id.in_(wanted[start : start + _IDS_AT_ONCE]), entry.c.own_account == own_account)
            .where(not_(entry.c.voided))
        )
        yield from as_said(connection.execute(chosen))


def worded(lines: Table, details: Table, key: Any) -> Select[Any]:
    """One row a line; the payer is that of its first detail, as only a batch has more."""
    line, detail = lines.c, details.c
    joined = lines.outerjoin(
        details,
        (detail.statement_id == line.statement_id) & (detail.position == line.position) & (detail.detail_no == 0),
    )
    return select(
        key, line.booking_date, line.credit_debit, line.reversal, line.amount,
        detail.account, detail.tax_id, detail.name,
    ).select_from(joined)  # fmt: skip


def as_said(rows: Iterable[Any]) -> Iterator[Said]:
    for key, day, mark, reversal, amount, *words in rows:
        yield Said(
            key, day, (mark, reversal, int(amount)), *("".join((word or "").split()).casefold() for word in words)
        )


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _formats(connection: Connection, statements: Sequence[str]) -> bool:
    found = connection.execute(
        select(statement.c.format).where(statement.c.id.in_(sorted(set(statements)))).distinct()
    ).scalars()
    return len(list(found)) == 1


def _mark(connection: Connection, statement_id: str, positions: Iterable[str | int]) -> None:
    for position in positions:
        connection.execute(
            update(staged_line)
            .where(staged_line.c.statement_id == statement_id, staged_line.c.position == position)
            .values(possible_duplicate=True)
        )
