"""A table's rows, whatever file holds them: CSV, XLSX, XLS, or the HTML that banks name `.xls`.

Texts stay as written. Numeric and date cells of a sheet stay numbers and dates (`Number`, ISO text): they have been
read by the spreadsheet's own rules and are never looked at as text that might mean something else.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import IO, BinaryIO, Final, NamedTuple

from lxml import etree, html

from reconcile.parsers import table_workbook
from reconcile.parsers.encoding import encoding_of
from reconcile.parsers.source import as_text, undecodable
from reconcile.problem import Refusal

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEET: Final = re.compile(rb"xl/|\[Content_Types\]\.xml")
_HTML: Final = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|meta|table|style)\b", re.IGNORECASE)
_TABLE_ROW: Final = re.compile(rb"<tr[\s>]", re.IGNORECASE)
# What a sheet may unpack to, and how many times its packed size: more is no statement but an attack.
_MAX_UNPACKED: Final = 512 * 1024**2
_MAX_RATIO: Final = 200
_MAX_HTML: Final = 64 * 1024**2
DELIMITERS: Final = (",", ";", "\t", "|")


class Number(str):
    """A numeric cell of a sheet, written out as a plain decimal with a point."""

    __slots__ = ()


class Row(NamedTuple):
    """A tuple, for there are millions of them."""

    line: int
    cells: list[str]
    open_end: bool = False
    """The file ends with this row and without a line end: it may have been cut within it."""


new_tuple: Final = tuple.__new__
"""Makes a named tuple of a plain one at half the price of its constructor."""
Rows = Callable[[], Iterator[Row]]
"""Reads the table from its beginning, as often as it is called."""


def kind_of(head: bytes) -> str:
    """ "xlsx", "xls", "html" or "csv", by the content alone.

    >>> kind_of(b"PK\\x03\\x04...xl/workbook.xml"), kind_of(b"Date;Amount")
    ('xlsx', 'csv')
    """
    if head.startswith(_ZIP):
        return "xlsx" if _SHEET.search(head) else "zip"
    if head.startswith(_OLE):
        return "xls"
    return "html" if _HTML.match(head) and _TABLE_ROW.search(head) else "csv"


def sheet_tables(stream: BinaryIO, kind: str) -> Iterator[Rows]:
    """Every sheet of a workbook."""
    if kind == "xlsx":
        _refuse_bomb(stream)
    stream.seek(0)
    try:
        written = table_workbook.written(stream.read())
    except table_workbook.Unreadable as error:
        raise Refusal.of(f"the workbook cannot be read: {error}", "save it again, or export CSV") from None
    with written:
        for place in table_workbook.sheets(written):
            yield lambda place=place: _sheet_rows(written, place)  # type: ignore[misc]


def _sheet_rows(written: IO[bytes], place: int) -> Iterator[Row]:
    for line, cells in enumerate(table_workbook.sheet_rows(written, place), 1):
        yield Row(line, [_number(text) if is_number else text for is_number, text in cells])


def _number(text: str) -> Number:
    return Number(format(Decimal(text), "f"))


def _refuse_bomb(stream: BinaryIO) -> None:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            sizes = [(item.file_size, item.compress_size) for item in archive.infolist()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise Refusal.of(f"the workbook is damaged: {str(error)[:120]}", "download it again") from None
    unpacked, packed = sum(size for size, _ in sizes), sum(size for _, size in sizes)
    if unpacked > _MAX_UNPACKED or (unpacked > 16 * 1024**2 and unpacked > packed * _MAX_RATIO):
        raise Refusal.of(f"the workbook would unpack to {unpacked} bytes", "export the statement as CSV, by days")
    _refuse_damaged(stream)


def _refuse_damaged(stream: BinaryIO) -> None:
    """By the check sums of its parts, before anything else looks at them."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            damaged = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, OSError, EOFError) as error:
        raise Refusal.of(f"the workbook is damaged: {str(error)[:120]}", "download it again") from None
    if damaged is not None:
        raise Refusal.of(f"the workbook is damaged: {damaged[:120]} fails its check sum", "download it again")


def html_table(stream: BinaryIO) -> Rows:
    """All rows of all tables of a page, in their order."""
    stream.seek(0)
    content = stream.read(_MAX_HTML + 1)
    if len(content) > _MAX_HTML:
        raise Refusal.of("the page is larger than 64 MB", "export the statement as CSV, by days")
    encoding = encoding_of(stream)
    try:
        page = html.document_fromstring(content.decode(encoding).replace("\0", ""))
    except (etree.LxmlError, ValueError) as error:
        raise Refusal.of(f"the page cannot be read: {str(error)[:120]}", "export the statement as CSV") from None
    rows = [row for row in page.iter("tr") if row.find(".//tr") is None]
    return lambda: (Row(number, [_text(cell) for cell in row.iter("td", "th")]) for number, row in enumerate(rows, 1))


def _text(cell: html.HtmlElement) -> str:
    return " ".join(" ".join(cell.itertext()).split())


@contextmanager
def csv_lines(stream: BinaryIO, encoding: str, delimiter: str) -> Iterator[Iterator[Row]]:
    """The records of a CSV file; `line` is the physical line at which a record begins."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - 4))
    tail = stream.read()
    ended = b"\n" in tail or b"\r" in tail
    with as_text(stream, encoding) as text:
        yield _records(text, encoding, delimiter, ended)


def _records(text: io.TextIOWrapper, encoding: str, delimiter: str, ended: bool) -> Iterator[Row]:
    """One record behind the reader, so that the last one is known."""
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    line = 1
    before: Row | None = None
    try:
        for cells in reader:
            if before is not None:
                yield before
            before = new_tuple(Row, (line, cells, False))
            line = reader.line_num + 1
    except csv.Error as error:
        if before is not None:
            yield before
        raise Refusal.of(f"the CSV is damaged: {error}", "export it again", line=line) from None
    except UnicodeError as error:
        raise undecodable(error, encoding, line) from None
    if before is not None:
        yield before if ended else Row(before.line, before.cells, open_end=True)
