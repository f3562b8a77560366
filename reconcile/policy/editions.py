"""Which tables are in force on which day: the built-in rules, their dated changes, a deployment's file over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reconcile.policy.document import Document, Place, Table
from reconcile.policy.fields import Fault

_OWN_KEYS = ("from", "until", "source")


@dataclass(frozen=True)
class Change:
    """Figures that are in force from one day on, or from one day until another, both included."""

    number: int
    first: date
    last: date | None
    tables: Table

    def in_force(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def place(self, *rest: str) -> Place:
        return ("change", str(self.number), *rest)


def read_changes(document: Document, faults: list[Fault]) -> tuple[Change, ...]:
    """The `[[change]]` tables of a file, oldest first. Two that set the same figure for the same days are faults."""
    listed = document.tables.get("change", [])
    if not isinstance(listed, list):
        faults.append(Fault(("change",), "[change] is one table", "write [[change]] with two brackets"))
        listed = []
    changes = [change for number, table in enumerate(listed) if (change := _change(number, table, faults))]
    changes.sort(key=lambda change: change.first)
    for index, later in enumerate(changes):
        for earlier in changes[:index]:
            faults.extend(_overlaps(earlier, later))
    return tuple(changes)


def _change(number: int, table: Table, faults: list[Fault]) -> Change | None:
    place = ("change", str(number))
    first, last = table.get("from"), table.get("until")
    if not _is_day(first):
        faults.append(Fault((*place, "from"), "a change says from which day on", "write from = 2027-01-01"))
        return None
    if last is not None and not (_is_day(last) and last >= first):  # type: ignore[operator]
        faults.append(Fault((*place, "until"), f"until = {last} is no day after {first}", "correct the days"))
        return None
    assert isinstance(first, date)
    tables = {key: value for key, value in table.items() if key not in _OWN_KEYS}
    return Change(number, first, last if isinstance(last, date) else None, tables)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _overlaps(earlier: Change, later: Change) -> Iterator[Fault]:
    """A later change may follow an earlier one that has no end; it may not begin on its day, or before its end."""
    if earlier.first != later.first and (earlier.last is None or later.first > earlier.last):
        return
    for place in sorted(set(leaves(earlier.tables)) & set(leaves(later.tables))):
        if place[-1] != "source":
            what = f"{'.'.join(place)} is changed twice for {later.first}"
            yield Fault(later.place(*place), what, "end one change before the other begins (until = …)")


def leaves(tables: Table, place: Place = ()) -> Iterator[Place]:
    """The places of all keys that hold no table."""
    for key, value in tables.items():
        if isinstance(value, dict):
            yield from leaves(value, (*place, key))
        else:
            yield (*place, key)


def first_days(changes: Sequence[Change]) -> tuple[date, ...]:
    """The days on which something begins or has just ended: between two of them nothing changes."""
    days = {change.first for change in changes}
    days |= {change.last + timedelta(days=1) for change in changes if change.last and change.last < date.max}
    return tuple(sorted(days))


def in_force(base: Table, changes: Sequence[Change], day: date | None) -> Table:
    """One file's tables on a day; None: before every change."""
    found = {key: value for key, value in base.items() if key != "change"}
    for change in changes:
        if day is not None and change.in_force(day):
            found = merge(found, change.tables)
    return found


def merge(under: Table, over: Table) -> dict[str, object]:
    """Table by table: what `over` names wins, what it does not name stays. Lists and values are replaced whole."""
    merged = dict(under)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def unsourced(under: Table, over: Table, place: Place = ()) -> Iterator[Fault]:
    """Tables of `over` that replace a figure under an old source: the figure would look as if that source had it."""
    changed = [key for key, value in over.items() if not isinstance(value, dict) and key != "source"]
    if changed and "source" in under and "source" not in over:
        mend = 'add source = "…" beside it: the old source does not say this'
        yield Fault((*place, changed[0]), f"{'.'.join((*place, changed[0]))} has no source", mend)
    for key, value in over.items():
        old = under.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            yield from unsourced(old, value, (*place, key))
