"""The chunks of a run as rows: planned once a pass, taken by whoever is free, done in their order.

Whoever works on a chunk holds its row's lock until the chunk is committed (PostgreSQL; beside an SQLite file: a lock of
the kernel's, `steps.turns`). The lock ends with its holder, so what a killed worker left is free at once, and what a slow
one still does cannot be taken from it. There is no lease that would have to guess how long work takes.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from reconcile.store.bulk import any_of
from reconcile.store.tables import journal_link, payment, run
from reconcile.store.work_tables import work_attempt, work_chunk

Place = tuple[date, str]
"""Where a payment stands in the canonical order: its booking date, then its id, which is made of content."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stretch of the canonical order, from `first` to `last`, both included."""

    run_no: int
    pass_no: int
    first: Place
    last: Place
    payments: int

    @property
    def link_id(self) -> str:
        """The link of the journal that the chunk's credits stand in."""
        return f"run:{self.run_no}:{self.pass_no}:{self.first[1]}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: its pass, the payments of that pass, and how many of these are done."""

    run_no: int
    pass_no: int
    payments: int
    done: int
    given_up: int


def still_open(as_of: date, high_water: int) -> ColumnElement[bool]:
    """The payments that a run decides: open, of no person, booked and stored by then."""
    return and_(
        or_(payment.c.status.is_(None), payment.c.status.in_(("held", "unmatched"))),
        not_(payment.c.by_person),
        payment.c.entry_id.is_not(None),
        or_(payment.c.reason.is_(None), payment.c.reason != "gateway_conflict"),  # a wallet's line is no transfer
        payment.c.sequence <= high_water,
        payment.c.booking_date <= as_of,
    )


def within(chunk: Chunk) -> ColumnElement[bool]:
    """The payments of a chunk."""
    here = tuple_(payment.c.booking_date, payment.c.id)
    return and_(here >= tuple_(*chunk.first), here <= tuple_(*chunk.last))


# --- planning --------------------------------------------------------------------------------------------------------


def plan(connection: Connection, run_no: int, pass_no: int, where: ColumnElement[bool], size: int) -> int:
    """Cut the payments into chunks of that size; how many payments there are. Asks for the chunks' ends only."""
    number = func.row_number().over(order_by=(payment.c.booking_date, payment.c.id))
    total = func.count().over()
    listed = select(payment.c.booking_date, payment.c.id, number.label("number"), total.label("total")).where(where)
    c = listed.subquery().c
    is_end = or_(c.number % size == 0, c.number % size == 1 % size, c.number == c.total)
    ends = connection.execute(select(c.booking_date, c.id, c.number, c.total).where(is_end).order_by(c.number)).all()
    places = [(row.number, (row.booking_date, row.id)) for row in ends]
    enter(connection, run_no, pass_no, _stretches(places, size))
    return int(ends[0].total) if ends else 0


def _stretches(places: Sequence[tuple[int, Place]], size: int) -> list[tuple[Place, Place, int]]:
    found: dict[int, list[tuple[int, Place]]] = {}
    for number, place in places:
        found.setdefault((number - 1) // size, []).append((number, place))
    return [(its[0][1], its[-1][1], its[-1][0] - its[0][0] + 1) for its in found.values()]


def enter(
    connection: Connection,
    run_no: int,
    pass_no: int,
    stretches: Iterable[tuple[Place, Place, int]],
    *,
    cut_off: bool = False,
) -> None:
    rows = [
        {
            "run_no": run_no,
            "pass_no": pass_no,
            "first_date": first[0],
            "first_id": first[1],
            "last_date": last[0],
            "last_id": last[1],
            "payments": count,
            "state": "open",
            "decided": 0,
            "changed": 0,
            "cut": cut_off,
        }
        for first, last, count in stretches
    ]
    if rows:
        connection.execute(insert(work_chunk), rows)


# --- taking ----------------------------------------------------------------------------------------------------------


def take(connection: Connection, run_no: int, pass_no: int) -> Chunk | None:
    """The first chunk that nobody holds, held by this transaction from now on; None where none is free."""
    query = (
        select(work_chunk).where(_of(run_no, pass_no), work_chunk.c.state == "open").order_by(*_PLACE).limit(1)
    ).with_for_update(key_share=True, skip_locked=True)
    return next(map(_chunk, connection.execute(query)), None)


def open_chunks(connection: Connection, run_no: int, pass_no: int) -> list[Chunk]:
    """The chunks of the pass that are still to be done, held by somebody or not, in their order."""
    query = select(work_chunk).where(_of(run_no, pass_no), work_chunk.c.state == "open").order_by(*_PLACE)
    return list(map(_chunk, connection.execute(query)))


def wait(connection: Connection, run_no: int, pass_no: int) -> bool:
    """Wait until nobody holds a chunk of the pass; True where one is open all the same."""
    query = select(work_chunk.c.first_id).where(_of(run_no, pass_no), work_chunk.c.state == "open").order_by(*_PLACE)
    return bool(connection.execute(query.with_for_update(read=True)).all())


def note_attempt(engine: Engine, chunk: Chunk, at: datetime) -> int:
    """Somebody begins with the chunk: committed at once. How many times that was."""
    with engine.begin() as connection:
        values = {"at": at, "worker": f"{socket.gethostname()}:{os.getpid()}"}
        connection.execute(insert(work_attempt).values(**_key(chunk), **values))
        count = select(func.count()).where(*_is(work_attempt, chunk))
        return int(connection.execute(count).scalar_one())


def await_turn(connection: Connection, chunk: Chunk) -> bool:
    """Wait until all chunks before this one are over; False where one of them was left by a worker that died, or
    failed: then it comes first."""
    query = select(work_chunk.c.first_id).where(_before(chunk), work_chunk.c.state == "open").order_by(*_PLACE)
    return not connection.execute(query.with_for_update(read=True)).all()


# --- ending ----------------------------------------------------------------------------------------------------------


def finish(connection: Connection, chunk: Chunk, state: str, decided: int = 0, changed: int = 0) -> None:
    connection.execute(
        update(work_chunk).where(*_is(work_chunk, chunk)).values(state=state, decided=decided, changed=changed)
    )


def cut(connection: Connection, chunk: Chunk) -> None:
    """Two chunks of half the size in the place of one, each with its attempts before it."""
    ids = select(payment.c.booking_date, payment.c.id).where(within(chunk))
    places = [(row.booking_date, row.id) for row in connection.execute(ids.order_by(*ids.selected_columns))]
    first, second = places[: len(places) // 2], places[len(places) // 2 :]
    connection.execute(delete(work_attempt).where(*_is(work_attempt, chunk)))
    ends = {"last_date": first[-1][0], "last_id": first[-1][1]}
    connection.execute(update(work_chunk).where(*_is(work_chunk, chunk)).values(payments=len(first), **ends))
    enter(connection, chunk.run_no, chunk.pass_no, [(second[0], second[-1], len(second))], cut_off=True)


def cuts(connection: Connection, run_no: int) -> int:
    query = select(func.count()).where(work_chunk.c.run_no == run_no, work_chunk.c.cut)
    return int(connection.execute(query).scalar_one())


def given_up_before(connection: Connection) -> list[str]:
    """What the runs so far have left aside."""
    return [
        _chunk(row).link_id for row in connection.execute(select(work_chunk).where(work_chunk.c.state == "given_up"))
    ]


def links_of(connection: Connection, run_no: int, pass_no: int) -> list[str]:
    """The journal's links of a pass that may have credited anything."""
    query = select(work_chunk).where(_of(run_no, pass_no), work_chunk.c.changed > 0)
    return [_chunk(row).link_id for row in connection.execute(query)]


def credited_in(connection: Connection, run_no: int, pass_no: int) -> bool:
    links = links_of(connection, run_no, pass_no)
    query = select(journal_link.c.no).where(any_of(connection, journal_link.c.id, links)).limit(1)
    return bool(links) and connection.execute(query).first() is not None


def waiting(connection: Connection, run_no: int) -> int:
    """How many chunks of the run are open."""
    query = select(func.count()).where(work_chunk.c.run_no == run_no, work_chunk.c.state == "open")
    return int(connection.execute(query).scalar_one())


def chunks_waiting(connection: Connection, size: int, most: int) -> int:
    """How many chunks the open payments will make, about, and at most so many: they are not all counted."""
    open_ = or_(payment.c.status.is_(None), payment.c.status.in_(("held", "unmatched")))
    some = select(payment.c.id).where(open_).limit(size * most).subquery()
    return -(-int(connection.execute(select(func.count()).select_from(some)).scalar_one()) // size)


def open_in(connection: Connection, run_no: int, pass_no: int) -> bool:
    query = select(work_chunk.c.first_id).where(_of(run_no, pass_no), work_chunk.c.state == "open").limit(1)
    return connection.execute(query).first() is not None


def totals(connection: Connection, run_no: int) -> tuple[int, int, int]:
    """How many payments a run looked at, how many decisions it changed, how many payments it left aside."""
    c = work_chunk.c
    left = func.sum(c.payments).filter(c.state == "given_up")
    sums = select(*(func.coalesce(each, 0) for each in (func.sum(c.decided), func.sum(c.changed), left)))
    decided, changed, given_up = connection.execute(sums.where(c.run_no == run_no)).one()
    return int(decided), int(changed), int(given_up)


def progress(connection: Connection) -> Progress | None:
    """How far the run is that is under way; None where none is."""
    standing = connection.execute(select(run.c.no, run.c.pass_no).where(run.c.open == 1)).first()
    if standing is None:
        return None
    c = work_chunk.c
    row = connection.execute(
        select(
            func.coalesce(func.sum(c.payments), 0),
            func.coalesce(func.sum(c.payments).filter(c.state == "done"), 0),
            func.coalesce(func.sum(c.payments).filter(c.state == "given_up"), 0),
        ).where(_of(standing.no, standing.pass_no))
    ).one()
    return Progress(standing.no, standing.pass_no, int(row[0]), int(row[1]), int(row[2]))


# --- rows ------------------------------------------------------------------------------------------------------------

_PLACE = (work_chunk.c.first_date, work_chunk.c.first_id)


def _of(run_no: int, pass_no: int) -> ColumnElement[bool]:
    return and_(work_chunk.c.run_no == run_no, work_chunk.c.pass_no == pass_no)


def _before(chunk: Chunk) -> ColumnElement[bool]:
    c = work_chunk.c
    day, first_id = chunk.first
    earlier = or_(c.first_date < day, and_(c.first_date == day, c.first_id < first_id))
    return and_(_of(chunk.run_no, chunk.pass_no), earlier)


def _key(chunk: Chunk) -> dict[str, Any]:
    day, first_id = chunk.first
    return {"run_no": chunk.run_no, "pass_no": chunk.pass_no, "first_date": day, "first_id": first_id}


def _is(table: Table, chunk: Chunk) -> list[ColumnElement[bool]]:
    return [table.c[name] == value for name, value in _key(chunk).items()]


def _chunk(row: Any) -> Chunk:
    return Chunk(row.run_no, row.pass_no, (row.first_date, row.first_id), (row.last_date, row.last_id), row.payments)
