"""What stands in the books, for scripts and spreadsheets: streamed, complete, in a fixed order.

The keys and their order are a promise (they are only ever added to). Rows are sorted by what they are and not by when
they were stored, so that two books with the same content give the same bytes, moments aside.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from sqlalchemy import Connection, Engine

from reconcile.policy import PolicyBook, load_policy
from reconcile.problem import Refusal
from reconcile.steps.export import books, payments
from reconcile.steps.export.writers import FORMATS, Rows, write
from reconcile.store.engine import reading

Source = Callable[[Connection, PolicyBook], Iterator[dict[str, Any]]]
SOURCES: Final[dict[str, tuple[tuple[str, ...], Source]]] = {
    "payments": (payments.KEYS, payments.all_payments),
    "entries": (books.ENTRY_KEYS, books.entries),
    "balances": (books.BALANCE_KEYS, books.balances),
    "journal": (books.JOURNAL_KEYS, books.journal_lines),
    "review": (payments.KEYS, payments.waiting),
}
"""What can be exported: its keys, in their order, and where its rows come from."""


def export(
    engine: Engine,
    what: str,
    target: Path | BinaryIO,
    *,
    format: str = "jsonl",
    policies: PolicyBook | None = None,
    excel_safe: bool = False,
) -> int:
    """Write all rows to a file or an open binary stream, and say how many there were. A file appears whole or not at
    all. `excel_safe` (CSV): no cell is taken for a formula."""
    if what not in SOURCES:
        raise Refusal.of(f"{what!r} cannot be exported", f"choose one of: {', '.join(SOURCES)}")
    if format not in FORMATS:
        raise Refusal.of(f"{format!r} is no export format", f"choose one of: {', '.join(FORMATS)}")
    keys, source = SOURCES[what]
    with reading(engine) as connection:
        rows = Rows(what, keys, source(connection, policies or load_policy()))
        if isinstance(target, Path):
            return _to_file(target, rows, format, excel_safe)
        return write(target, rows, format, excel_safe)


def _to_file(path: Path, rows: Rows, format: str, excel_safe: bool) -> int:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            count = write(file, rows, format, excel_safe)
        part.replace(path)
    except OSError as error:
        raise Refusal.of(
            f"cannot be written ({error.strerror})", "name a file in a folder you may write to", file=str(path)
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return count


__all__ = ["FORMATS", "SOURCES", "export"]
