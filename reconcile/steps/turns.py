"""A chunk in one worker's hands: taken so that nobody else takes it, drafted at any time, written in its turn.

On PostgreSQL one transaction does all of it and holds the chunk's row. An SQLite file has one writer at a time, so there
the chunk is held by a place in a file beside it (`store.locks`), drafted in a transaction that only looks, and written in
one that begins when the chunks before it are over. Either hold ends with its holder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Engine

from reconcile.store import locks, work
from reconcile.store.engine import by_index, reading
from reconcile.store.work import Chunk


class NotYet(Exception):
    """A chunk before this one is to be done first, or somebody else has done this one."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A chunk that is held, and how often it was begun by now. That is written beside its transaction, so that an
    attempt counts whose worker is killed."""

    chunk: Chunk
    attempts: int
    looking: Callable[[], AbstractContextManager[Connection]]
    writing: Callable[[], AbstractContextManager[Connection]]
    """Waits for the chunk's turn; raises `NotYet`. All that is done in it is committed at once, or not at all."""


@contextmanager
def taken(engine: Engine, run_no: int, pass_no: int, at: datetime) -> Iterator[Taken | None]:
    """The first chunk of the pass that nobody holds, until the block's end; None where none is free."""
    take = _by_row if engine.dialect.name == "postgresql" else _by_place
    with take(engine, run_no, pass_no, at) as found:
        yield found


def wait(engine: Engine, run_no: int, pass_no: int) -> bool:
    """Wait until nobody holds a chunk of the pass; True where one is open all the same."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            return work.wait(connection, run_no, pass_no)
    for chunk in _open(engine, run_no, pass_no):
        locks.await_place(engine, chunk.link_id)
    return bool(_open(engine, run_no, pass_no))


@contextmanager
def _by_row(engine: Engine, run_no: int, pass_no: int, at: datetime) -> Iterator[Taken | None]:
    with engine.begin() as connection:
        by_index(connection)
        chunk = work.take(connection, run_no, pass_no)
        if chunk is None:
            yield None
            return

        @contextmanager
        def writing() -> Iterator[Connection]:
            if not work.await_turn(connection, chunk):  # whoever held an earlier one has failed: that one comes first
                raise NotYet
            yield connection

        yield Taken(chunk, work.note_attempt(engine, chunk, at), lambda: nullcontext(connection), writing)


@contextmanager
def _by_place(engine: Engine, run_no: int, pass_no: int, at: datetime) -> Iterator[Taken | None]:
    for chunk in _open(engine, run_no, pass_no):
        with locks.place(engine, chunk.link_id) as mine:
            if mine and chunk in _open(engine, run_no, pass_no):  # nobody has done it, or cut it, in between
                attempts = work.note_attempt(engine, chunk, at)
                yield Taken(chunk, attempts, partial(reading, engine), partial(_in_turn, engine, chunk))
                return
    yield None


@contextmanager
def _in_turn(engine: Engine, chunk: Chunk) -> Iterator[Connection]:
    for earlier in _open(engine, chunk.run_no, chunk.pass_no):
        if earlier.first < chunk.first:
            locks.await_place(engine, earlier.link_id)
    with engine.begin() as connection:
        if next(iter(work.open_chunks(connection, chunk.run_no, chunk.pass_no)), None) != chunk:
            raise NotYet
        yield connection


def _open(engine: Engine, run_no: int, pass_no: int) -> list[Chunk]:
    with reading(engine) as connection:
        return work.open_chunks(connection, run_no, pass_no)
