"""OFX and QFX: bank and credit-card statements of OFX 1 (SGML) and OFX 2 (XML).

The file is cut into fields by us, every amount and date is read from its raw text, and every transaction is then read
a second time by ofxparse and compared (`ofx_guard`). OFX has no opening balance: a statement is checked by the number
of its transactions only. FITID is what the bank calls the entry; banks reuse it, so it is never an identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from reconcile.parsers.amounts import read_date, signed_amount
from reconcile.parsers.ofx_row import Row, entry_of, read_row
from reconcile.parsers.ofx_text import Token, count_tag, encoding_of, looks_like_ofx, require_end, tokens
from reconcile.parsers.ofx_tree import Tree
from reconcile.parsers.source import ReadContext, account_country, account_number, currency_code, statement_currency
from reconcile.problem import Refusal
from reconcile.statement import Entry, Statement

NAME: Final = "ofx"
_STATEMENTS: Final = ("STMTRS", "CCSTMTRS")
_ROW: Final = "STMTTRN"


def recognises(head: bytes) -> bool:
    """An OFX header or `<OFX>` at the beginning."""
    return looks_like_ofx(head)


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Statement]:
    """The statements of the file in their order; refuses one with an error status, an investment statement, and a file
    whose raw number of transactions is not the number read."""
    encoding = encoding_of(stream)
    require_end(stream)
    counted = count_tag(stream, encoding, _ROW)
    tree = Tree(tokens(stream, encoding))
    seen = False
    while (token := tree.next()) is not None:
        if token.name in _STATEMENTS and not token.closing:
            seen = True
            statement = _statement(tree, token, context)
            yield statement
            for _ in statement.entries:
                pass
        elif token.name == "INVSTMTRS":
            raise Refusal.of(
                "the file holds an investment statement", "download the bank account's statement alone", line=token.line
            )
    if tree.rows != counted:
        raise Refusal.of(
            f"the file has {counted} transactions (STMTTRN), of which {tree.rows} stand in a statement's list",
            "download the statement again",
        )
    if not seen:
        raise Refusal.of("the file holds no statement (STMTRS or CCSTMTRS)", "download the statement again")


def _statement(tree: Tree, opened: Token, context: ReadContext) -> Statement:
    """The statement as far as its first transaction; the rest of its fields follow its entries."""
    fields = Fields()
    first = _next_row(tree, opened, fields)
    source = "BANKACCTFROM" if opened.name == "STMTRS" else "CCACCTFROM"
    account = account_number(fields.first(f"{source}.ACCTID"))
    if not account:
        raise Refusal.of(f"the statement does not name its account ({source})", "ask the bank", line=opened.line)
    said = _currency_said(fields.first(f"{opened.name}.CURDEF"), first, opened.line)
    statement = Statement(
        format=NAME,
        account=account,
        currency=statement_currency(account, said, context, opened.line),
        entries=iter(()),
        country=account_country(account),
        bank=fields.first("BANKACCTFROM.BANKID"),
    )
    _take_fields(statement, fields, opened.line)
    statement.entries = _entries(tree, opened, first, fields, statement)
    return statement


def _currency_said(written: str, first: Row | None, line: int) -> str | None:
    """`CURDEF`; where a bank leaves it empty, the currency of the first transaction."""
    written = written or (first.get("CURRENCY.CURSYM") if first is not None else "")
    code = currency_code(written) if written else None
    if written and code is None:
        raise Refusal.of(f"CURDEF {written[:20]!r} is no known currency", "ask the bank to correct it", line=line)
    return code


class Fields:
    """The fields of a statement outside its transactions, under parent and name; lists may repeat."""

    def __init__(self) -> None:
        self.values: dict[str, list[str]] = {}

    def keep(self, name: str, value: str) -> None:
        known = self.values.setdefault(name, [])
        if value and value not in known and len(known) < 1000:
            known.append(value)

    def all(self, name: str) -> list[str]:
        return self.values.get(name, [])

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")


def _next_row(tree: Tree, opened: Token, fields: Fields) -> Row | None:
    """The next booked transaction of this statement; None once the statement is closed. Pending ones (`BANKTRANLISTP`)
    are no money and are passed over."""
    while (token := tree.next()) is not None:
        if token.closing:
            if token.name == opened.name:
                return None
        elif token.name == _ROW:
            if tree.inside("BANKTRANLIST"):
                tree.rows += 1
                return read_row(tree, token)
            if tree.inside("BANKTRANLISTP"):
                tree.rows += 1
        elif tree.parent != "STMTTRN":
            fields.keep(f"{tree.parent}.{token.name}", token.text)
    return None


def _entries(tree: Tree, opened: Token, row: Row | None, fields: Fields, statement: Statement) -> Iterator[Entry]:
    """Read in slices, each confirmed by a second reading before any of it is given out."""
    from reconcile.parsers.ofx_guard import SLICE, confirm  # here: loading ofxparse takes longer than many a file

    while row is not None:
        rows: list[Row] = []
        while row is not None and len(rows) < SLICE:
            rows.append(row)
            row = _next_row(tree, opened, fields)
        entries = [entry_of(one, statement.currency) for one in rows]
        confirm(rows, entries)
        yield from entries
    _take_fields(statement, fields, opened.line)


def _take_fields(statement: Statement, fields: Fields, line: int) -> None:
    """The period over all lists, and the ledger balance. `AVAILBAL` is no booked money."""
    starts = [read_date(text, line) for text in fields.all("BANKTRANLIST.DTSTART") if text.strip("0")]
    ends = [read_date(text, line) for text in fields.all("BANKTRANLIST.DTEND") if text.strip("0")]
    statement.period_from, statement.period_to = min(starts, default=None), max(ends, default=None)
    balance = fields.first("LEDGERBAL.BALAMT")
    statement.closing = signed_amount(balance, statement.currency, line) if balance else None
