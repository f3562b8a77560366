"""One OFX transaction (`STMTTRN`): its raw fields, and the entry that they make."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from reconcile.parsers.amounts import read_date, signed_amount
from reconcile.parsers.ofx_text import Token
from reconcile.parsers.ofx_tree import Tree
from reconcile.parsers.source import account_number, currency_code, words
from reconcile.problem import Refusal
from reconcile.statement import CreditDebit, Detail, Entry, Party

_TEXTS: Final = frozenset({"NAME", "MEMO", "EXTDNAME", "PAYEE.NAME"})
_TAKEN: Final = words(
    """DTPOSTED TRNAMT FITID NAME PAYEE.NAME EXTDNAME MEMO DTAVAIL VALUEDATE BANKACCTTO.ACCTID BANKACCTTO.BANKID
    CCACCTTO.ACCTID"""
)
_NO_DATE: Final = re.compile(r"0*")
# A mark that names a direction must agree with the sign; the other types (POS, CHECK, FEE …) name none.
_SIGN_OF_TYPE: Final = {"CREDIT": 1, "DEBIT": -1}


@dataclass(frozen=True, slots=True)
class Row:
    """The raw fields of one transaction under their path, such as `MEMO` or `CURRENCY.CURSYM`."""

    line: int
    fields: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.fields.get(name, "")


def read_row(tree: Tree, opened: Token) -> Row:
    """The fields up to `</STMTTRN>`."""
    row = Row(opened.line)
    depth = len(tree.stack)
    while (token := tree.next()) is not None and len(tree.stack) >= depth:
        if not token.closing and tree.stack[-1] is not token:
            path = [parent.name for parent in tree.stack[depth:]] + [token.name]
            _keep(row, ".".join(path), token)
    return row


def _keep(row: Row, name: str, token: Token) -> None:
    before = row.fields.get(name, "")
    if before and token.text and before != token.text:
        if name not in _TEXTS:
            raise Refusal.of(f"{name} stands twice in one transaction", "download the statement again", line=token.line)
        row.fields[name] = f"{before}\n{token.text}"
    else:
        row.fields[name] = token.text or before


def entry_of(row: Row, currency: str) -> Entry:
    """The entry. The sign of TRNAMT gives the direction; the calendar day of DTPOSTED is kept as written."""
    _refuse_correction(row)
    _check_currency(row, currency)
    minor = signed_amount(row.get("TRNAMT"), currency, row.line)
    _check_sign(row, minor)
    return Entry(
        line=row.line,
        booking_date=read_date(row.get("DTPOSTED"), row.line),
        credit_debit=CreditDebit.CREDIT if minor >= 0 else CreditDebit.DEBIT,
        amount=abs(minor),
        currency=currency,
        details=(Detail(abs(minor), _counterparty(row), purpose=row.get("MEMO")),),
        value_date=_value_date(row),
        bank_reference=row.get("FITID"),
        extra={name: value for name, value in row.fields.items() if value and name not in _TAKEN},
    )


def _refuse_correction(row: Row) -> None:
    """CORRECTFITID takes an earlier transaction back or replaces it: it is no booking of its own."""
    if corrected := row.get("CORRECTFITID"):
        raise Refusal.of(
            f"the transaction corrects an earlier one (CORRECTFITID {corrected[:40]!r})",
            "ask the bank for a statement of booked entries only",
            line=row.line,
        )


def _check_currency(row: Row, currency: str) -> None:
    """`CURRENCY` means that the amount is not converted into the account's currency; `ORIGCURRENCY` that it is."""
    symbol = row.get("CURRENCY.CURSYM")
    if symbol and currency_code(symbol) != currency:
        raise Refusal.of(
            f"the amount is in {symbol[:10]!r}, the account in {currency}",
            "ask the bank for amounts in the account's currency",
            line=row.line,
        )


def _check_sign(row: Row, minor: int) -> None:
    mark = row.get("TRNTYPE").strip().upper()
    if minor * _SIGN_OF_TYPE.get(mark, 0) < 0:
        raise Refusal.of(
            f"TRNTYPE {mark} and the sign of TRNAMT {row.get('TRNAMT')[:40]!r} contradict each other",
            "ask the bank which of the two is right",
            line=row.line,
        )


def _counterparty(row: Row) -> Party:
    """`NAME` is cut at 32 characters; where `EXTDNAME` goes on from it, that is the name."""
    name = row.get("NAME") or row.get("PAYEE.NAME")
    extended = row.get("EXTDNAME")
    if extended and extended.startswith(name):
        name = extended
    account = row.get("BANKACCTTO.ACCTID") or row.get("CCACCTTO.ACCTID")
    return Party(name, account=account_number(account), bank=row.get("BANKACCTTO.BANKID"))


def _value_date(row: Row) -> date | None:
    written = row.get("DTAVAIL") or row.get("VALUEDATE")
    return None if _NO_DATE.fullmatch(written) else read_date(written, row.line)
