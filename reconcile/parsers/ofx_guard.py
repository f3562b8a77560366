"""ofxparse behind a guard: every transaction is read a second time by the library and must come out the same.

Its statement reader is used without its file reader, for the library alone loses a cut file silently, moves dates to
UTC, takes a thousands comma for a decimal one, drops what it cannot read, and needs quadratic time. So it is fed small,
well-formed slices: leaf tags closed, texts escaped, amounts and dates in the one form that it reads right. What it then
reads is compared with the raw reading.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from html import escape
from typing import Final

from ofxparse import OfxParser
from ofxparse.ofxparse import OfxParserException, soup_maker

from reconcile.money import format_amount
from reconcile.parsers.ofx_row import Row
from reconcile.problem import Refusal
from reconcile.statement import CreditDebit, Entry

# Transactions a slice: the library's time per transaction is flat between 50 and 1,000.
SLICE: Final = 200
# What the library looks for in the whole slice stands first, so that it need not search all transactions for it.
_BEFORE: Final = (
    "<STMTRS><CURDEF>XXX</CURDEF><LEDGERBAL><BALAMT>0</BALAMT><DTASOF>20000101</DTASOF></LEDGERBAL><AVAILBAL>"
    "<BALAMT>0</BALAMT><DTASOF>20000101</DTASOF></AVAILBAL><BANKTRANLIST><DTSTART>20000101</DTSTART>"
    "<DTEND>20000101</DTEND>"
)
_AFTER: Final = "</BANKTRANLIST></STMTRS>"


class _Library(OfxParser):  # type: ignore[misc]  # ofxparse has no types
    """The library's statement reader with its switches set here: it keeps them on the class, for all threads."""

    fail_fast = True
    custom_date_format = None


def confirm(rows: Sequence[Row], entries: Sequence[Entry]) -> None:
    """Refuses the first transaction that the library reads otherwise, or not at all."""
    if not rows:
        return
    found = _parse("".join((_BEFORE, *map(_written, rows, entries), _AFTER)), rows[0].line)
    if len(found) != len(rows):
        raise Refusal.of(
            f"of {len(rows)} transactions from here on a second reading finds {len(found)}",
            "download the statement again",
            line=rows[0].line,
        )
    for row, entry, transaction in zip(rows, entries, found, strict=True):
        _compare(row, entry, transaction)


def _written(row: Row, entry: Entry) -> str:
    """The transaction as the library reads it right. What is empty is left out: it refuses empty fields."""
    fields = (
        ("TRNTYPE", row.get("TRNTYPE") or "OTHER"),
        ("DTPOSTED", entry.booking_date.strftime("%Y%m%d")),
        ("TRNAMT", _signed(entry)),
        ("FITID", _identified(row)),
        ("NAME", row.get("NAME")),
        ("MEMO", row.get("MEMO")),
    )
    leaves = (f"<{name}>{escape(value, quote=False)}</{name}>" for name, value in fields if value)
    return f"<STMTTRN>{''.join(leaves)}</STMTTRN>"


def _signed(entry: Entry) -> str:
    minor = entry.amount if entry.credit_debit is CreditDebit.CREDIT else -entry.amount
    return format_amount(minor, entry.currency)


def _identified(row: Row) -> str:
    return row.get("FITID") or f"row {row.line}"


def _parse(text: str, line: int) -> list[object]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library calls a renamed method of its own parser
            statement = _Library.parseStatement(soup_maker(text))
    except (OfxParserException, ValueError, IndexError, TypeError, AttributeError, UnicodeError) as error:
        raise Refusal.of(
            f"a second reading of the transactions from here on fails: {str(error)[:120]}",
            "download the statement again",
            line=line,
        ) from None
    return list(statement.transactions)


def _compare(row: Row, entry: Entry, transaction: object) -> None:
    amount, day = getattr(transaction, "amount", None), getattr(transaction, "date", None)
    same = (
        amount == Decimal(_signed(entry))
        and isinstance(day, datetime)
        and day.date() == entry.booking_date
        and _same_text(getattr(transaction, "id", ""), _identified(row))
        and _same_text(getattr(transaction, "payee", ""), row.get("NAME"))
        and _same_text(getattr(transaction, "memo", ""), row.get("MEMO"))
    )
    if not same:
        raise Refusal.of("two readings of this transaction differ", "ask the bank for a clean file", line=row.line)


def _same_text(found: object, raw: str) -> bool:
    """Alike but for white space and control characters, which the library's parser folds."""
    return found == raw or _folded(str(found)) == _folded(raw)


def _folded(text: str) -> str:
    return "".join(character for character in text if character.isprintable() and character != " ")
