"""All rows of a file or none: compare with what is stored, write what differs, keep the history of every change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, bindparam, select, update

from reconcile.problem import Refusal
from reconcile.steps.masters.fields import Field, Given, read_fields
from reconcile.steps.masters.history import Draft, Record, Source, audit, jsonable, keep_history, lock
from reconcile.store.bulk import any_of, insert_rows
from reconcile.tabular import DEFAULT_LIMIT, Problems, Row, read_rows

CHUNK: Final = 10_000


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. Rows that said what was stored already are `unchanged` and leave no trace."""

    kind: str
    rows: int
    new: int
    changed: int
    unchanged: int


def _nothing(given: Given) -> Given:
    return given


def _no_check(connection: Connection, drafts: Sequence[Draft], problems: Problems) -> None:
    """Nothing to ask of the books."""


def _no_finish(connection: Connection, seen: Mapping[str, int], problems: Problems) -> None:
    """Nothing that follows from the rows."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of master data. `fixed` are the fields that never change once stored; `complete` reads what needs
    several cells (an amount and its currency); `validate` asks whether a record's values go together, `check` asks the
    books about a chunk; `derive` makes the table's row, `finish` what follows from all of them. `beside` are columns
    of the books that no file gives, `defaults` their values in a new record."""

    name: str
    history: str
    table: Table
    key: str
    fields: tuple[Field, ...]
    fixed: tuple[str, ...] = ()
    derive: Callable[[Record], Record] = dict
    complete: Callable[[Given], Given] = _nothing
    validate: Callable[[Record], None] | None = None
    stored: Callable[[Connection, Sequence[str]], dict[str, Record]] | None = None
    check: Callable[[Connection, Sequence[Draft], Problems], None] = _no_check
    before_write: Callable[[Connection, Sequence[Draft]], None] | None = None
    finish: Callable[[Connection, Mapping[str, int], Problems], None] = _no_finish
    beside: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)


def import_file(
    engine: Engine, path: Path, kind: Kind, *, actor: str, now: datetime, limit: int = DEFAULT_LIMIT
) -> ImportResult:
    """Load a file in one transaction. Refuses it whole, with up to a hundred problems."""
    problems = Problems(path.name)
    try:
        rows = read_rows(path, [each.column for each in kind.fields], problems, limit=limit)
        with engine.begin() as connection:
            lock(connection)
            return _import(connection, rows, kind, problems, Source(actor, now, path.name))
    except Refusal as refusal:
        raise refusal.at(path.name) from None


def _import(
    connection: Connection, rows: Iterator[Row], kind: Kind, problems: Problems, source: Source
) -> ImportResult:
    seen: dict[str, int] = {}
    new = changed = total = 0
    while chunk := list(islice(rows, CHUNK)):
        total += len(chunk)
        drafts = _drafts(connection, chunk, kind, seen, problems)
        kind.check(connection, drafts, problems)
        if problems:
            continue
        fresh = [draft for draft in drafts if draft.before is None]
        altered = [draft for draft in drafts if draft.before is not None and draft.before != draft.after]
        store(connection, kind, fresh, altered, source)
        new, changed = new + len(fresh), changed + len(altered)
    problems.settle()
    kind.finish(connection, seen, problems)
    problems.settle()
    result = ImportResult(kind.name, total, new, changed, total - new - changed)
    if new or changed:
        details = {"rows": total, "new": new, "changed": changed, "unchanged": result.unchanged}
        audit(connection, source, "import", kind.name, source.name, details)
    return result


def _drafts(
    connection: Connection, chunk: Sequence[Row], kind: Kind, seen: dict[str, int], problems: Problems
) -> list[Draft]:
    given = [(row.line, values) for row in chunk if (values := _given(row, kind, seen, problems)) is not None]
    keys = [values[kind.key] for _, values in given]
    stored = (kind.stored or partial(stored_records, kind))(connection, keys)
    drafts = []
    for line, values in given:
        draft = Draft(line, values[kind.key], before := stored.get(values[kind.key]), merge(kind, before, values))
        if sound(kind, draft, problems):
            drafts.append(draft)
    return drafts


def _given(row: Row, kind: Kind, seen: dict[str, int], problems: Problems) -> Given | None:
    try:
        given = kind.complete(read_fields(row, kind.fields))
    except Refusal as refusal:
        problems.take(refusal, row.line)
        return None
    key = given[kind.key]
    first = seen.setdefault(key, row.line)
    if first != row.line:
        problems.add(f"{kind.fields[0].column.name} {key!r} stands twice, first on line {first}", "keep one", row.line)
        return None
    return given


def stored_records(kind: Kind, connection: Connection, keys: Sequence[str]) -> dict[str, Record]:
    """What is stored under these keys, in the order of the kind's fields."""
    columns = [kind.table.c[name] for name in (*(each.name for each in kind.fields), *kind.beside)]
    found = connection.execute(select(*columns).where(any_of(connection, kind.table.c[kind.key], keys)))
    return {row[kind.key]: dict(row) for row in found.mappings()}


def merge(kind: Kind, before: Record | None, given: Given) -> Record:
    """What will be stored: what the file gives, over what is stored, over the defaults of a new row."""
    if before is not None:
        return {**before, **given}
    return {**kind.defaults, **{each.name: each.default for each in kind.fields}, **given}


def sound(kind: Kind, draft: Draft, problems: Problems) -> bool:
    """Whether the record may be stored: nothing fixed is changed, and its values go together."""
    before, after = draft.before, draft.after
    if before is not None and before != after:
        changed = [name for name in kind.fixed if before[name] != after[name]]
        for name in changed:
            what = f"{name} of {draft.key!r} is {_said(before, name)} on the books and never changes"
            now = _said(after, name)
            by_hand = f"{now} is given: leave it as it is, or give a new number"
            by_file = f"the file says {now}: correct the row, or give a new number"
            problems.add(what, by_hand if draft.line is None else by_file, draft.line)
        if changed:
            return False
    if kind.validate is not None:
        try:
            kind.validate(after)
        except Refusal as refusal:
            problems.take(refusal, draft.line)
            return False
    return True


def _said(record: Record, name: str) -> str:
    value = jsonable(record)[name]
    return "empty" if value in (None, "") else f"{value}"


def store(connection: Connection, kind: Kind, fresh: Sequence[Draft], altered: Sequence[Draft], source: Source) -> None:
    """Write new and changed records with their history."""
    if kind.before_write is not None:
        kind.before_write(connection, [*fresh, *altered])
    if fresh:
        rows = [kind.derive(draft.after) for draft in fresh]
        names = list(rows[0])
        insert_rows(connection, kind.table, names, [tuple(row.values()) for row in rows])
    if altered:
        values = [{"_key": draft.key, **kind.derive(draft.after)} for draft in altered]
        change = update(kind.table).where(kind.table.c[kind.key] == bindparam("_key"))
        connection.execute(change.values({name: bindparam(name) for name in values[0] if name != "_key"}), values)
    keep_history(connection, kind.history, [*fresh, *altered], source)
