"""XLSX, through calamine: the one visible sheet that holds anything; a key in a numeric cell is refused."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from reconcile.problem import Refusal
from reconcile.tabular.checks import holds_card, report_card
from reconcile.tabular.columns import Column, Holds, Problems, Row, arrange

UNPACKED_LIMIT: Final = 2 * 1024**3
AREA_LIMIT: Final = 30_000_000
_ROW: Final = re.compile(rb"""<(?:[a-z]+:)?row\b[^>]*?\sr=["']([0-9]{1,9})["']""")
_WIDE: Final = re.compile(rb"""\sr=["']([A-Z]{2,3})[0-9]""")
_BLOCK: Final = 1 << 20
_EXACT: Final = 10**15
"""A spreadsheet keeps fifteen digits; a longer number is not what was typed."""
Cell = object


def rows(path: Path, columns: Sequence[Column], problems: Problems) -> Iterator[Row]:
    _refuse_bombs(path)
    sheet = _sheet(path)
    cells = enumerate(sheet.iter_rows(), 1)
    line, header = next((line, row) for line, row in cells if any(cell != "" for cell in row))
    places = arrange([str(cell) for cell in header], columns, line)
    for line, row in cells:
        if all(cell == "" for cell in row):
            continue
        if any(holds_card(str(cell)) for at, cell in enumerate(row) if at not in places and cell != ""):
            report_card("an ignored column", line, problems)
            continue
        read = _row(row, line, places, columns, problems)
        if read is not None:
            yield read


def _refuse_bombs(path: Path) -> None:
    """Every member unpacks whole, to no more than the limit, and no sheet spans an area that memory cannot hold."""
    try:
        with zipfile.ZipFile(path) as book:
            if sum(member.file_size for member in book.infolist()) > UNPACKED_LIMIT:
                raise Refusal.of("the workbook unpacks to more than 2 GB", "split it into smaller files")
            for member in book.infolist():
                with book.open(member) as content:
                    _refuse_area(content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise Refusal.of("the file is no whole .xlsx workbook", "save it again as .xlsx; it may be cut") from None


def _refuse_area(content: IO[bytes]) -> None:
    last_row, last_column, tail = 0, 26, b""
    while block := content.read(_BLOCK):
        text = tail + block
        last_row = max([last_row, *map(int, _ROW.findall(text))])
        last_column = max([last_column, *map(_column_number, set(_WIDE.findall(text)))])
        tail = text[-100:]
    if last_row * last_column > AREA_LIMIT:
        raise Refusal.of(
            f"the sheet spans {last_row:,} rows and {last_column:,} columns", "delete the stray cells far out"
        )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet(path: Path) -> CalamineSheet:
    try:
        book = CalamineWorkbook.from_path(str(path))
        shown = [
            meta.name
            for meta in book.sheets_metadata
            if meta.visible == SheetVisibleEnum.Visible and meta.typ == SheetTypeEnum.WorkSheet
        ]
        filled = [sheet for sheet in map(book.get_sheet_by_name, shown) if sheet.total_height]
    except (CalamineError, OSError, ValueError):
        raise Refusal.of("the file is no whole .xlsx workbook", "save it again as .xlsx; it may be cut") from None
    if len(filled) != 1:
        what = f"{len(filled)} sheets hold something" if filled else "no visible sheet holds anything"
        raise Refusal.of(what, "keep the rows in one sheet, and hide or remove the others")
    return filled[0]


def _row(
    cells: Sequence[Cell], line: int, places: Sequence[int | None], columns: Sequence[Column], problems: Problems
) -> Row | None:
    values: list[str | None] = []
    for at, column in zip(places, columns, strict=True):
        try:
            values.append(None if at is None else _text(cells[at], column) if at < len(cells) else "")
        except Refusal as refusal:
            problems.take(refusal, line)
            return None
    return Row(line, tuple(values))


def _text(cell: Cell, column: Column) -> str:
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        raise Refusal.of(f"{column.name} is a truth value", "write it as text")
    if isinstance(cell, int | float):
        return _number(cell, column)
    if column.holds is Holds.DATE and isinstance(cell, date):
        return _day(cell, column)
    raise Refusal.of(f"{column.name} is a date or time", "format the column as text and write it again")


def _number(cell: float, column: Column) -> str:
    """An amount's decimals as the cell shows them: the shortest text that means this very number, up to the fifteen
    digits that a spreadsheet keeps."""
    if column.holds is not Holds.AMOUNT:
        if column.holds is Holds.DATE:
            raise Refusal.of(f"{column.name} stands in a numeric cell: it is no date", "write it as 2026-02-03")
        what = f"{column.name} stands in a numeric cell: it may have lost its zeros"
        raise Refusal.of(what, "format the column as text and write it again")
    if not abs(cell) < _EXACT:
        raise Refusal.of(f"{column.name} has more digits than a numeric cell keeps", "format the column as text")
    return format(Decimal(repr(cell)), "f")


def _day(cell: date, column: Column) -> str:
    if isinstance(cell, datetime):
        if cell.time().replace(microsecond=0) != datetime.min.time():
            raise Refusal.of(f"{column.name} has a time of day", "write the date alone, as 2026-02-03")
        cell = cell.date()
    return cell.isoformat()
