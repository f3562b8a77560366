"""Bank statements as tables: CSV, XLSX, XLS and HTML named `.xls`, each layout described by a profile.

A file is one statement a table, account and currency. Amounts and dates are settled for the whole file before its first
entry; what stays ambiguous is refused with its row. Opening and closing balance come from the running balance, where
there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import BinaryIO, Final

from reconcile.parsers.encoding import encodings_by_letters, encodings_of
from reconcile.parsers.mt940_fields import refuse_endless_lines
from reconcile.parsers.source import ReadContext, account_country, bom_encoding, is_utf8, statement_currency
from reconcile.parsers.table_account import account_said, currency_said, own_column
from reconcile.parsers.table_chain import as_written, chain
from reconcile.parsers.table_entry import Reader
from reconcile.parsers.table_headless import headless_table
from reconcile.parsers.table_profile import Profile, bundled, profile_of
from reconcile.parsers.table_rows import DELIMITERS, Row, Rows, csv_lines, html_table, kind_of, sheet_tables
from reconcile.parsers.table_survey import HEAD_ROWS, Table, find_table, settle
from reconcile.problem import Refusal
from reconcile.statement import Entry, Statement

NAME: Final = "table"
_CENTRAL: Final = frozenset({"CZK", "HUF", "PLN", "RON"})
"""Currencies whose banks write cp1250 where the letters alone leave it open."""
_OTHERS: Final = (
    b"1cclientbankexchange",
    b"<?xml",
    b"ofxheader",
    b"{1:",
    b":20:",
    b"<ofx",
    b"<document",
    b"<bktocstmr",
)


def recognises(head: bytes, profiles: tuple[Profile, ...] = ()) -> bool:
    """A workbook, a page with a table, text with a line of headings that a profile knows, or text whose columns prove
    themselves without any."""
    kind = kind_of(head)
    if kind != "csv":
        return kind != "zip"
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x01").replace(b"\0", b"")[:40].lower()
    if start.startswith(_OTHERS) or (b"\0" in head and bom_encoding(head) is None):
        return False
    known = profiles or bundled()
    try:
        texts = [head.decode(encoding, errors="ignore") for encoding in _encodings(head)]
    except (Refusal, UnicodeError):
        return False
    try:
        return any(_table_in(text, delimiter, known) for text in texts for delimiter in DELIMITERS)
    except Refusal:
        return True


def _encodings(head: bytes) -> tuple[str, ...]:
    if encoding := bom_encoding(head):
        return (encoding,)
    return ("utf-8",) if is_utf8(head) else encodings_by_letters(head)


def _table_in(text: str, delimiter: str, profiles: tuple[Profile, ...]) -> bool:
    lines = text.splitlines()[: HEAD_ROWS * 2]
    whole = lines[:-1] if len(lines) > 1 and len(text) > 60_000 else lines  # the cut may have split the last
    split = [[cell.strip().strip('"') for cell in line.split(delimiter)] for line in whole]
    rows = [Row(number, cells) for number, cells in enumerate(split, 1)]
    if all(len(row.cells) < 2 for row in rows):
        return False
    return find_table(lambda: iter(rows), profiles) is not None or (
        headless_table(lambda: iter(rows), profiles) is not None
    )


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Statement]:
    """One statement a table with known headings, an account and a currency."""
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
    """The tables of the file whose headings a profile knows, their columns settled."""
    profiles = tuple(profile for profile in profiles_of(context) if _named_so(profile, context))
    for table in _tables(stream, profiles):
        yield _proved(_settled(_at_home(table, profiles, context), context), profiles, context)


def _settled(table: Table, context: ReadContext) -> Table:
    table.own_accounts = frozenset(context.own_accounts)
    table.until = _exported(table.layout.profile, context)
    own_column(table, context)
    settle(table)
    return table


def _named_so(profile: Profile, context: ReadContext) -> bool:
    """Whether the file is called as this bank calls its files, where the profile asks for that."""
    return profile.file_name is None or _exported(profile, context) is not None


def _exported(profile: Profile, context: ReadContext) -> date | None:
    """The day of the export that a bank writes into the names of its files."""
    found = profile.file_name and profile.file_name.fullmatch(context.file_name)
    with suppress(ValueError):
        return date.fromisoformat(found["until"]) if found else None
    return None


def _proved(table: Table, profiles: tuple[Profile, ...], context: ReadContext) -> Table:
    """A layout that asks for the proof of its balances and has none is another one."""
    if not table.layout.profile.proved or ("balance" in table.columns and chain(table, table.mark, as_written)):
        return table
    other = find_table(table.rows, tuple(each for each in profiles if not each.proved))
    return table if other is None else _settled(_at_home(other, profiles, context), context)


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


def _tables(stream: BinaryIO, profiles: tuple[Profile, ...]) -> Iterator[Table]:
    stream.seek(0)
    kind = kind_of(stream.read(65536))
    if kind == "csv":
        found = _csv_table(stream, profiles)
        yield from [found] if found is not None else []
        return
    for rows in sheet_tables(stream, kind) if kind in ("xlsx", "xls") else [html_table(stream)]:
        table = find_table(rows, profiles) or headless_table(rows, profiles)
        if table is not None:
            yield table


def _csv_table(stream: BinaryIO, profiles: tuple[Profile, ...]) -> Table | None:
    """In the encoding and with the delimiter in which some row has known headings; else in which the columns prove
    themselves without."""
    refuse_endless_lines(stream)
    damage: Refusal | None = None
    ways = [(encoding, delimiter) for encoding in encodings_of(stream) for delimiter in _likeliest_first(stream)]
    for find in (find_table, headless_table):
        for encoding, delimiter in ways:
            try:
                table = find(_rows(stream, encoding, delimiter), profiles)
            except Refusal as refusal:
                damage = damage or refusal
                continue
            if table is not None:
                if table.layout.currency in _CENTRAL and ("cp1250", delimiter) in ways:
                    table.rows = _rows(stream, "cp1250", delimiter)
                return table
    if damage is not None:
        raise damage
    return None


def _likeliest_first(stream: BinaryIO) -> list[str]:
    """The delimiters, the most frequent first: between the commas of a purpose («…, дата-центр, Сумма 500,00 …») a row
    of another delimiter may look like headings."""
    stream.seek(0)
    head = stream.read(65536)
    counts = {delimiter: head.count(delimiter.encode()) for delimiter in DELIMITERS}
    return sorted(DELIMITERS, key=counts.__getitem__, reverse=True)


def _rows(stream: BinaryIO, encoding: str, delimiter: str) -> Rows:
    """The rows from the beginning. A pass may be made in the middle of another: it gives the place in the stream back."""

    def rows() -> Iterator[Row]:
        place = stream.tell()
        try:
            with csv_lines(stream, encoding, delimiter) as lines:
                yield from lines
        finally:
            with suppress(ValueError):  # the caller may have closed the stream already
                stream.seek(place)

    return rows


def _at_home(table: Table, profiles: tuple[Profile, ...], context: ReadContext) -> Table:
    """A layout whose headings are common is taken only for an account in its bank's currency, or where it is named."""
    profile = table.layout.profile
    if not profile.home or profile.name in (context.profile, *context.profiles):
        return table
    account, said = "", None
    try:
        account = account_said(table, context)
        said = currency_said(table, account)
    except Refusal:
        pass  # told when the table is read
    if (said or context.own_accounts.get(account) or context.default_currency(account)) in profile.home:
        return table
    return find_table(table.rows, tuple(each for each in profiles if not each.home)) or table


def statements_of(table: Table, context: ReadContext) -> Iterator[Statement]:
    """One for each account and currency of the rows, in the order in which they come; each is a pass over the table."""
    account = account_said(table, context)
    whole = [(account, currency_said(table, account))]
    done: set[tuple[str, str | None]] = set()
    for account, said in whole:
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
        done.add((account, currency))
        accounts = {each for each, _ in (*whole, *done)}
        new = (pair for pair in reader.lines.others if pair not in done and pair not in whole)
        whole += [(each, code) for each, code in new if code is not None or each not in accounts]


def _entries(reader: Reader, statement: Statement) -> Iterator[Entry]:
    yield from reader.entries()
    figures = reader.figures
    if figures.first and figures.last and not figures.unbalanced:
        oldest, newest = (figures.last, figures.first) if reader.table.falling else (figures.first, figures.last)
        statement.opening, statement.closing = oldest[1] - oldest[0], newest[1]
    if figures.totals is not None and len(figures.totals) == 1:
        statement.total_credit, statement.total_debit = figures.totals[0]
