"""Rows as JSON Lines, CSV or XLSX, one at a time."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import xlsxwriter

MONEY: Final = frozenset({"amount", "credited_amount", "balance", "debit", "credit"})
OBJECTS: Final = frozenset({"allocations", "splits", "candidates"})
SHEET_ROWS: Final = 1_048_576
CELL_TEXT: Final = 32_767
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?\Z", re.ASCII)
_EXACT_DIGITS: Final = 15
_CREATED: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""A workbook states when it was made; the same rows give the same bytes."""


@dataclass(slots=True)
class Rows:
    """What is to be written: its name, its keys in their order, its rows."""

    name: str
    keys: Sequence[str]
    rows: Iterator[dict[str, Any]]


def write(file: BinaryIO, rows: Rows, format: str, excel_safe: bool = False) -> int:
    if format == "csv":
        return _csv(file, rows, excel_safe)
    return FORMATS[format](file, rows)


def _jsonl(file: BinaryIO, rows: Rows) -> int:
    count = 0
    for row in rows.rows:
        count += 1
        file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    return count


def _csv(file: BinaryIO, rows: Rows, excel_safe: bool = False) -> int:
    """UTF-8. `excel_safe`: with a byte order mark, and an apostrophe before what a spreadsheet would calculate."""
    text = io.TextIOWrapper(file, "utf-8-sig" if excel_safe else "utf-8", "replace", newline="")
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(rows.keys)
        count = 0
        for row in rows.rows:
            count += 1
            cells = [as_text(key, row[key]) for key in rows.keys]
            writer.writerow(map(_harmless, cells) if excel_safe else cells)
        text.flush()
    finally:
        text.detach()
    return count


def as_text(key: str, value: Any) -> str:
    """A value in one cell: words joined by semicolons, objects as JSON, nothing as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False) if key in OBJECTS else ";".join(map(str, value))
    return str(value)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) and not _NUMBER.match(cell) else cell


def _xlsx(file: BinaryIO, rows: Rows) -> int:
    """Amounts are numbers where a spreadsheet keeps all their digits; everything else is text, also what begins like a
    formula. More rows than a sheet holds go on in the next one."""
    content = io.BytesIO() if not file.seekable() else file
    book = xlsxwriter.Workbook(content, {"constant_memory": True})
    book.set_properties({"created": _CREATED})
    formats: dict[int, Any] = {}
    count, sheet, line = 0, None, SHEET_ROWS
    for row in rows.rows:
        count += 1
        if line >= SHEET_ROWS:
            sheet, line = _sheet(book, rows), 1
        for column, key in enumerate(rows.keys):
            _cell(book, sheet, formats, (line, column), as_text(key, row[key]), key in MONEY)
        line += 1
    if sheet is None:
        _sheet(book, rows)
    book.close()
    if isinstance(content, io.BytesIO) and content is not file:
        file.write(content.getbuffer())
    return count


def _sheet(book: Any, rows: Rows) -> Any:
    number = len(book.worksheets()) + 1
    sheet = book.add_worksheet(rows.name if number == 1 else f"{rows.name} {number}")
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(rows.keys) - 1, 18)
    for column, key in enumerate(rows.keys):
        sheet.write_string(0, column, key, bold)
    return sheet


def _cell(book: Any, sheet: Any, formats: dict[int, Any], place: tuple[int, int], text: str, money: bool) -> None:
    if not text:
        return
    if money and _NUMBER.match(text) and len(text.strip("-").replace(".", "")) <= _EXACT_DIGITS:
        digits = len(text.partition(".")[2])
        if digits not in formats:
            formats[digits] = book.add_format({"num_format": "0." + "0" * digits if digits else "0"})
        sheet.write_number(*place, float(text), formats[digits])
    else:
        sheet.write_string(*place, text if len(text) <= CELL_TEXT else text[: CELL_TEXT - 1] + "…")


FORMATS: Final[dict[str, Callable[[BinaryIO, Rows], int]]] = {"jsonl": _jsonl, "csv": _csv, "xlsx": _xlsx}
