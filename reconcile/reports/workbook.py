"""Sheets of Excel and their cells.

Every text is written as a text cell, so that a purpose which begins with = + - @ stays a purpose. Amounts are numbers
with their currency's decimals; one that Excel's fifteen digits cannot hold is written as text, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from reconcile.money import format_amount, minor_digits
from reconcile.reports import shown

ROWS: Final = 1_048_576
"""What a sheet of Excel holds."""
_TEXT: Final = 32_767
"""What a cell of Excel holds."""
_DIGITS: Final = 15


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount for a cell; None leaves the cell empty."""

    minor: int | None
    currency: str


Value = str | int | float | date | datetime | Amount | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its heading and its width in characters."""

    title: str
    width: int


@dataclass(slots=True)
class Book:
    """The workbook and its formats, each made once."""

    workbook: Any
    formats: dict[str, Any] = field(default_factory=dict)

    def format(self, name: str, **properties: object) -> Any:
        if name not in self.formats:
            self.formats[name] = self.workbook.add_format({"valign": "top", "font_size": 10, **properties})
        return self.formats[name]

    @property
    def heading(self) -> Any:
        return self.format("heading", bold=True, text_wrap=True, bottom=1, bg_color="#EFEDE7")

    @property
    def wrapped(self) -> Any:
        return self.format("wrapped", text_wrap=True)


def put(book: Book, sheet: Any, row: int, column: int, value: Value) -> None:
    """One cell, by the kind of its value. A text is never anything but text."""
    if value is None or value == "":
        return
    if isinstance(value, Amount):
        _put_amount(book, sheet, row, column, value)
    elif isinstance(value, str):
        sheet.write_string(row, column, shown.visible(value)[:_TEXT], book.wrapped)
    elif isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None)  # Excel knows no zones; the heading says UTC
        sheet.write_datetime(row, column, moment, book.format("moment", num_format="yyyy-mm-dd hh:mm"))
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, book.format("date", num_format="yyyy-mm-dd"))
    else:
        sheet.write_number(row, column, value, book.format("number", num_format="General"))


def _put_amount(book: Book, sheet: Any, row: int, column: int, value: Amount) -> None:
    if value.minor is None:
        return
    text = format_amount(value.minor, value.currency)
    if len(str(abs(value.minor))) > _DIGITS:
        sheet.write_string(row, column, text, book.format("exact", align="right"))
        return
    digits = minor_digits(value.currency)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    sheet.write_number(row, column, Decimal(text), book.format(f"amount{digits}", num_format=pattern))


def put_line(book: Book, sheet: Any, row: int, values: Iterable[Value]) -> None:
    for column, value in enumerate(values):
        put(book, sheet, row, column, value)


def put_headings(book: Book, sheet: Any, row: int, titles: Sequence[str]) -> None:
    for column, title in enumerate(titles):
        sheet.write_string(row, column, title, book.heading)


def put_list(book: Book, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
    """A sheet that is one table: frozen heading, filter, widths."""
    sheet = book.workbook.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
    put_headings(book, sheet, 0, [column.title for column in columns])
    last = 0
    for last, values in enumerate(rows, 1):
        if last == ROWS - 1:
            sheet.write_string(last, 0, "…", book.wrapped)  # Excel ends here; the Summary says how many there are
            break
        put_line(book, sheet, last, values)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
