"""The file itself is kept beside what was read of it: compressed, its card numbers masked."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection, update

from reconcile.identifiers import mask_cards
from reconcile.steps.ahead import ahead
from reconcile.store.alerts import insert_new
from reconcile.store.engine import is_postgresql
from reconcile.store.tables import statement_file, statement_file_part

_BLOCK: Final = 1 << 20
_AHEAD: Final = 64
"""So many parts of some megabyte, compressed, may wait for the database."""


@contextmanager
def keeping(connection: Connection, path: Path, file_hash: str, actor: str, now: datetime) -> Iterator[None]:
    """The file's row stands from the block's beginning, its parts from the block's end: while the database stores the
    statements in between, the parts are masked and compressed. A file that is kept already is not kept twice."""
    row = {
        "hash": file_hash,
        "name": path.name,
        "size": path.stat().st_size,
        "redacted": False,
        "received_at": now,
        "actor": actor,
    }
    if not insert_new(connection, statement_file, [row]):
        yield
        return
    with path.open("rb") as stream, ahead(_parts(stream), _AHEAD if is_postgresql(connection) else 0) as parts:
        yield
        _insert(connection, file_hash, parts)


def _insert(connection: Connection, file_hash: str, parts: Iterator[tuple[bytes, bool]]) -> None:
    redacted = False
    for number, (data, masked) in enumerate(parts):
        redacted |= masked
        connection.execute(statement_file_part.insert().values(hash=file_hash, part=number, data=data))
    if redacted:
        connection.execute(update(statement_file).where(statement_file.c.hash == file_hash).values(redacted=True))


def _parts(stream: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Whole lines of about a megabyte (so that no number is cut in two), compressed; and whether anything was masked."""
    while block := stream.read(_BLOCK):
        kept = (block + stream.readline(_BLOCK)).decode("latin-1")
        masked = mask_cards(kept)
        yield zlib.compress(masked.encode("latin-1"), 3), masked != kept
