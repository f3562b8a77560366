"""What is asked of every row, whatever file it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reconcile.identifiers import find_card
from reconcile.tabular.columns import Column, Problems, Row

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_THIRTEEN: Final = re.compile(r"[0-9](?:[ \u00a0\u202f\r\n-]{0,2}[0-9]){12}")


def checked(rows: Iterator[Row], columns: Sequence[Column], problems: Problems) -> Iterator[Row]:
    """Rows whose required cells are filled and that hold no card number and no control character; the rest become
    problems. A file without a row is one too."""
    required = [index for index, column in enumerate(columns) if not column.optional]
    seen = False
    for row in rows:
        seen = True
        values = row.values
        missing = [index for index in required if not values[index]]
        if missing:
            for index in missing:
                problems.add(f"{columns[index].name} is empty", "fill it in", row.line)
        elif any(map(_suspect, values)) and _faulty(row, columns, problems):
            continue
        else:
            yield row
    if not seen and not problems:
        problems.add("the file has a header and no rows", "export it again, with its rows")


def _suspect(value: str | None) -> bool:
    """Worth a closer look: thirteen digits in a row, or a character that no table needs. Asked of every cell, so it
    is quick about plain ones."""
    if not value:
        return False
    return not value.isprintable() or (len(value) >= 13 and _THIRTEEN.search(value) is not None)


def _faulty(row: Row, columns: Sequence[Column], problems: Problems) -> bool:
    for column, value in zip(columns, row.values, strict=True):
        if not value:
            continue
        if _CONTROL.search(value):
            problems.add(f"{column.name} holds a control character", "remove it", row.line)
            return True
        if holds_card(value):
            report_card(column.name, row.line, problems)
            return True
    return False


def holds_card(value: str) -> bool:
    """Whether a cell holds a full card number. No tax id of our countries has the length and the beginning of one."""
    return find_card(value) is not None


def report_card(place: str, line: int, problems: Problems) -> None:
    """Says where it stands; never what it is."""
    problems.add(f"a full card number stands in {place}", "remove or mask it: card numbers are never stored", line)
