"""CSV: UTF-8 with or without a byte order mark; `,`, `;` or tab, told from the header."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from reconcile.problem import Refusal
from reconcile.tabular.checks import holds_card, report_card
from reconcile.tabular.columns import Column, Problems, Row, arrange

DELIMITERS: Final = (",", ";", "\t")
_HEAD: Final = 65_536
_DIGITS_OF_A_CARD: Final = 13


def rows(path: Path, columns: Sequence[Column], problems: Problems) -> Iterator[Row]:
    """Refuses binary content, another encoding, an unclosed quote, and rows that are shorter or longer than the header
    (a file cut in the middle of a row shows so)."""
    _refuse_binary(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=_delimiter(file, columns), strict=True)
        yield from _read(reader, columns, problems)


def _refuse_binary(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head or head.startswith(b"PK\x03\x04"):
        raise Refusal.of("the file is binary, or text in UTF-16", "save it as CSV in UTF-8")


def _delimiter(file: IO[str], columns: Sequence[Column]) -> str:
    """The one under which the first line has the most known headers."""
    known = {column.name for column in columns}
    try:
        first = file.readline(_HEAD)
        while first and not first.strip():
            first = file.readline(_HEAD)
        file.seek(0)
    except UnicodeDecodeError:
        raise _not_utf8(1) from None
    return max(DELIMITERS, key=lambda mark: len({cell.strip(' "\r\n') for cell in first.split(mark)} & known))


def _not_utf8(line: int) -> Refusal:
    return Refusal.of("the text is not UTF-8", "save the file as CSV in UTF-8 (not in a Windows code page)", line=line)


def _read(reader: Iterator[list[str]], columns: Sequence[Column], problems: Problems) -> Iterator[Row]:
    records = _records(reader)
    line, header = next(records, (1, []))
    if not header:
        raise Refusal.of("the file has no header", "its first line names the columns")
    places = arrange(header, columns, line)
    width, ignored = len(header), sorted(set(range(len(header))) - set(places))
    for line, cells in records:
        if len(cells) != width and not _only_blank_beyond(cells, width):
            what = f"the row has {len(cells)} cells, the header {width}"
            problems.add(what, "the file may be cut, or a delimiter may stand unquoted in a cell", line)
            continue
        stripped = [cell.strip() for cell in cells]
        if ignored and any(len(stripped[at]) >= _DIGITS_OF_A_CARD and holds_card(stripped[at]) for at in ignored):
            report_card("an ignored column", line, problems)
            continue
        if any(stripped):
            yield Row(line, tuple([None if at is None else stripped[at] for at in places]))


def _only_blank_beyond(cells: list[str], width: int) -> bool:
    return len(cells) > width and not any(cell.strip() for cell in cells[width:])


def _records(reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins (a quoted cell may span several)."""
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError:
            raise _not_utf8(begins) from None
        except csv.Error as error:
            raise Refusal.of(
                f"the CSV breaks off or is malformed ({error})", "export it again; close every quote", line=begins
            ) from None
        if cells:
            yield begins, cells
        begins = reader.line_num + 1  # type: ignore[attr-defined]
