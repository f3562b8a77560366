"""Bank statements as tables: CSV, XLSX, XLS and HTML named `.xls`, each layout described by a profile.

A file is one statement a table. Amounts and dates are settled for the whole file before its first entry; what stays
ambiguous is refused with its row. Opening and closing balance come from the running balance, where there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from reconcile.parsers.encoding import encoding_by_letters, encoding_of
from reconcile.parsers.mt940_fields import refuse_endless_lines
from reconcile.parsers.source import ReadContext, account_country, bom_encoding, is_utf8, statement_currency
from reconcile.parsers.table_account import account_said, currency_said
from reconcile.parsers.table_entry import Reader
from reconcile.parsers.table_profile import Profile, bundled, layout_of, profile_of
from reconcile.parsers.table_rows import DELIMITERS, Row, Rows, csv_lines, html_table, kind_of, sheet_tables
from reconcile.parsers.table_survey import HEAD_ROWS, Table, find_table
from reconcile.problem import Refusal
from reconcile.statement import Entry, Statement

NAME: Final = "table"
_OTHERS: Final = (b"1cclientbankexchange", b"<?xml", b"ofxheader", b"{1:", b":20:", b"<ofx")


def recognises(head: bytes, profiles: tuple[Profile, ...] = ()) -> bool:
    """A workbook, a page with a table, or text with a line of headings that a profile knows."""
    kind = kind_of(head)
    if kind != "csv":
        return kind != "zip"
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x01").replace(b"\0", b"")[:40].lower()
    if start.startswith(_OTHERS) or (b"\0" in head and bom_encoding(head) is None):
        return False
    try:
        text = _decoded(head)
    except (Refusal, UnicodeError):
        return False
    known = profiles or bundled()
    return any(_headings_in(text, delimiter, known) for delimiter in DELIMITERS)


def _decoded(head: bytes) -> str:
    encoding = bom_encoding(head) or ("utf-8" if is_utf8(head) else encoding_by_letters(head))
    return head.decode(encoding, errors="ignore")  # the cut at its end may have split a character


def _headings_in(text: str, delimiter: str, profiles: tuple[Profile, ...]) -> bool:
    for line, record in enumerate(text.splitlines()[: HEAD_ROWS * 2], 1):
        cells = [cell.strip().strip('"') for cell in record.split(delimiter)]
        try:
            if len(cells) > 1 and layout_of(line, cells, profiles) is not None:
                return True
        except Refusal:
            return True
    return False


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Statement]:
    """One statement a table with known headings, and a currency."""
    seen = False
    for table in tables_of(stream, context):
        seen = True
        yield from statements_of(table, context)
    if not seen:
        raise no_table()


def no_table() -> Refusal:
    return Refusal.of(
        f"none of the first {HEAD_ROWS} rows has headings that a profile knows",
        "export with headings, or write a profile for this bank",
    )


def tables_of(stream: BinaryIO, context: ReadContext) -> Iterator[Table]:
    """The tables of the file whose headings a profile knows."""
    profiles = profiles_of(context)
    for rows in _tables(stream, profiles):
        table = find_table(rows, profiles)
        if table is not None:
            yield table


def profiles_of(context: ReadContext) -> tuple[Profile, ...]:
    """The layouts to choose from: the one that is named, else the caller's own and the bundled ones."""
    own = tuple(profile_of(name, text) for name, text in context.profiles.items())
    known = (*own, *(profile for profile in bundled() if profile.name not in context.profiles))
    if not context.profile:
        return known
    found = tuple(profile for profile in known if profile.name == context.profile)
    if not found:
        raise Refusal.of(
            f"no profile is called {context.profile!r}", "use one of: " + ", ".join(profile.name for profile in known)
        )
    return found


def _tables(stream: BinaryIO, profiles: tuple[Profile, ...]) -> Iterator[Rows]:
    stream.seek(0)
    kind = kind_of(stream.read(65536))
    if kind in ("xlsx", "xls"):
        yield from sheet_tables(stream, kind)
    elif kind == "html":
        yield html_table(stream)
    else:
        yield _csv_table(stream, profiles)


def _csv_table(stream: BinaryIO, profiles: tuple[Profile, ...]) -> Rows:
    """With the delimiter in which some row has known headings."""
    refuse_endless_lines(stream)
    encoding = encoding_of(stream)
    for delimiter in DELIMITERS:
        with csv_lines(stream, encoding, delimiter) as rows:
            try:
                for number, row in enumerate(rows):
                    if number >= HEAD_ROWS:
                        break
                    if layout_of(row.line, row.cells, profiles) is not None:
                        return lambda delimiter=delimiter: _rows(stream, encoding, delimiter)  # type: ignore[misc]
            except Refusal:
                continue
    return lambda: iter(())


def _rows(stream: BinaryIO, encoding: str, delimiter: str) -> Iterator[Row]:
    """The rows from the beginning. A copy of the place in the stream is not needed: passes follow one another."""
    with csv_lines(stream, encoding, delimiter) as rows:
        yield from rows


def statements_of(table: Table, context: ReadContext) -> Iterator[Statement]:
    """One for each currency of the rows, in the order in which they come; each is a pass over the table."""
    account = account_said(table, context)
    currencies = [currency_said(table, account)]
    for said in currencies:
        currency = statement_currency(account, said, context, table.layout.line)
        reader = Reader(table, currency, account)
        statement = Statement(
            format=NAME,
            account=account,
            currency=currency,
            entries=iter(()),
            profile=table.layout.profile.name,
            country=account_country(account) or table.layout.profile.country,
        )
        statement.entries = _entries(reader, statement)
        yield statement
        for _ in statement.entries:
            pass
        currencies += [code for code in reader.lines.currencies if code not in (*currencies, currency)]


def _entries(reader: Reader, statement: Statement) -> Iterator[Entry]:
    yield from reader.entries()
    figures = reader.figures
    if figures.first and figures.last and not figures.unbalanced:
        oldest, newest = (figures.last, figures.first) if reader.table.falling else (figures.first, figures.last)
        statement.opening, statement.closing = oldest[1] - oldest[0], newest[1]
    if figures.totals is not None and len(figures.totals) == 1:
        statement.total_credit, statement.total_debit = figures.totals[0]
