"""A master-data file (CSV, XLSX or JSON Lines, told by its ending) as rows of text, each with its line.

Text stays text: no value passes through a number on its way to an amount or a key, so leading zeros, long account
numbers and decimals arrive as they were written. That is why the rows do not come from a data frame, which fills short
rows up silently and knows no lines. What is visibly cut, binary, empty, too large or not UTF-8 is refused, and so is
every full card number (docs/data-model.md, 14), which is never quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from reconcile.problem import Refusal
from reconcile.tabular import delimited, lines, sheet
from reconcile.tabular.checks import checked
from reconcile.tabular.columns import Column, Holds, Problems, Row

DEFAULT_LIMIT: Final = 512 * 1024 * 1024
Reader = Callable[[Path, Sequence[Column], Problems], Iterator[Row]]
READERS: Final[dict[str, Reader]] = {
    ".csv": delimited.rows,
    ".tsv": delimited.rows,
    ".txt": delimited.rows,
    ".xlsx": sheet.rows,
    ".jsonl": lines.rows,
}


def read_rows(
    path: Path, columns: Sequence[Column], problems: Problems, *, limit: int = DEFAULT_LIMIT
) -> Iterator[Row]:
    """The rows of a file, their values in the order of `columns`: None where the file has no such column, "" where the
    cell is empty. Rows with a problem are left out and the problem is added; what makes the file unreadable as a whole
    is raised at once. `limit` is in bytes: a larger file is refused before it is read."""
    reader = _reader(path)
    _refuse_size(path, limit)
    return checked(reader(path, columns, problems), columns, problems)


def _reader(path: Path) -> Reader:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise Refusal.of(
            f"a file ending in {path.suffix[:20] or 'nothing'!r} is no master-data file", "use .csv, .xlsx or .jsonl"
        )
    return reader


def _refuse_size(path: Path, limit: int) -> None:
    try:
        if not path.is_file():
            raise Refusal.of("there is no such file", "check the path")
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise Refusal.of(f"the file cannot be read ({error.strerror})", "check the path and its permissions") from None
    if size == 0:
        raise Refusal.of("the file is empty", "export it again, with a header and rows")
    if size > limit:
        raise Refusal.of(f"the file has {size:,} bytes, the limit is {limit:,}", "split it into smaller files")


__all__ = ["DEFAULT_LIMIT", "Column", "Holds", "Problems", "Row", "read_rows"]
