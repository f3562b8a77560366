"""Who works on what: a lock with a name, held while a process lives and no longer.

A lease would have to guess how long work takes; a lock that ends with its holder needs no guess, so that what a killed
worker left can be taken up at once and what a slow one still does cannot be taken from it. On PostgreSQL it is an
advisory lock of its own session (the server frees it when the connection ends); an SQLite file stands on one machine,
so there it is the kernel's lock on a file beside it.

A lock only saves double work: what must never happen twice is a unique key, not a lock.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError

try:
    import fcntl
except ImportError:  # a system without it: one process at a time works there
    fcntl = None  # type: ignore[assignment]

_PLAIN: Final = re.compile(r"[^A-Za-z0-9]+")
_MOMENT: Final = 0.05


@contextmanager
def exclusive(engine: Engine, name: str, *, wait: bool = False) -> Iterator[bool]:
    """True while this process alone holds the name; False where another does. With `wait` it waits its turn."""
    if engine.dialect.name == "postgresql":
        with _advisory(engine, name, wait) as held:
            yield held
    else:
        with _file(engine, name, wait) as held:
            yield held


@contextmanager
def _advisory(engine: Engine, name: str, wait: bool) -> Iterator[bool]:
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if wait:
            connection.execute(select(func.pg_advisory_lock(key)))
            held = True
        else:
            held = bool(connection.execute(select(func.pg_try_advisory_lock(key))).scalar_one())
        try:
            yield held
        finally:
            if held:
                _unlock(connection, key)


def _unlock(connection: Connection, key: int) -> None:
    try:
        connection.execute(select(func.pg_advisory_unlock(key)))
    except DBAPIError:  # the connection is gone, and the lock with it
        connection.invalidate()


@contextmanager
def _file(engine: Engine, name: str, wait: bool) -> Iterator[bool]:
    database = engine.url.database
    if fcntl is None or not database or database == ":memory:":
        yield True
        return
    # Never removed: whoever removed it could take it from under one who has just opened it.
    with Path(f"{database}-lock-{_PLAIN.sub('-', name)}").open("ab") as file:
        held = True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            held = False
        yield held


# --- places in a file beside an SQLite file --------------------------------------------------------------------------


def keeps_places(engine: Engine) -> bool:
    """Whether processes can keep each other out of a chunk here: not in memory, not on a system without such locks."""
    return _places(engine) is not None


@contextmanager
def place(engine: Engine, name: str) -> Iterator[bool]:
    """True while this process holds the name; False where another process does. For many names of short life: one file
    for all of them. (Threads of one process do not keep each other out.)"""
    file = _places(engine)
    if file is None:
        yield True
        return
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _offset(name))
    except (BlockingIOError, PermissionError):  # EAGAIN or EACCES, as the system likes: another has it
        yield False
        return
    try:
        yield True
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN, 1, _offset(name))


def await_place(engine: Engine, name: str) -> None:
    """Returns when no other process holds the name; or a moment later, where the system takes threads of two processes
    that wait for each other's for a deadlock. So the caller looks at what it waited for, and comes again."""
    file = _places(engine)
    if file is None:
        return
    try:
        fcntl.lockf(file, fcntl.LOCK_EX, 1, _offset(name))
        fcntl.lockf(file, fcntl.LOCK_UN, 1, _offset(name))
    except OSError as error:
        if error.errno != errno.EDEADLK:
            raise
        time.sleep(_MOMENT)


def _places(engine: Engine) -> int | None:
    database = engine.url.database
    if fcntl is None or not database or database == ":memory:":
        return None
    return _opened(str(Path(f"{database}-lock-places").resolve()))


@cache
def _opened(path: str) -> int:
    """Open until the process ends: to close a file gives up all locks that the process has in it."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _offset(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")
