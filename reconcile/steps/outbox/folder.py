"""Changes of balances as files of JSON lines: each appears whole or not at all, and never changes.

A file holds the changes of some links of the journal, named after them: `changes-000000000012-000000000015.jsonl`. Its
links are recorded before it is written, and nothing in the journal ever changes; so what a crash left half-written is
written again with the same name and the same bytes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from reconcile.problem import Refusal
from reconcile.steps.outbox.message import body
from reconcile.store import outbox
from reconcile.store.engine import reading
from reconcile.store.locks import exclusive

RECEIVER: Final = "folder"


def hand_over(engine: Engine, folder: Path) -> list[Path]:
    """Write what is new; the files, in order. One process at a time: another one finds nothing left."""
    if not folder.is_dir():
        raise Refusal.of(f"the folder {str(folder)!r} of RECONCILE_OUTBOX_FOLDER is not there", "create it")
    files: list[Path] = []
    with exclusive(engine, "outbox folder") as mine:
        while mine and (links := _next_links(engine)) is not None:
            files += [path for path in [_write(engine, folder, *links)] if path is not None]
            with engine.begin() as connection:
                outbox.move_on(connection, RECEIVER, links[1])
    return files


def _next_links(engine: Engine) -> tuple[int, int] | None:
    """The links of the next file: those that a crash left, else the next ones, recorded before anything is written."""
    with engine.begin() as connection:
        row = outbox.progress(connection, RECEIVER)
        until = row.writing_to or min(outbox.newest_link(connection), row.link_no + outbox.LINKS)
        if until == row.link_no:
            return None
        outbox.move_on(connection, RECEIVER, row.link_no, until)
    return row.link_no, until


def _write(engine: Engine, folder: Path, after: int, until: int) -> Path | None:
    """None where these links changed no balance."""
    path = folder / f"changes-{after + 1:012d}-{until:012d}.jsonl"
    draft = path.with_name(f".{path.name}.part")
    count = 0
    with reading(engine) as connection, draft.open("wb") as file:
        for change in outbox.changes_of_links(connection, after, until):
            file.write(body(change) + b"\n")
            count += 1
        file.flush()
        os.fsync(file.fileno())
    if not count:
        draft.unlink()
        return None
    draft.replace(path)
    _settle(folder)
    return path


def _settle(folder: Path) -> None:
    """The new name too is on the disk before the database says so."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
