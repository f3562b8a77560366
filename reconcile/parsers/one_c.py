"""1CClientBankExchange, the text exchange of 1C: the standard (Russian) form that Uzbek banks use, and Kazakh dialects.

One statement for every own account that the file names. The file is read once for each account (so one account is one
pass), and nothing is held. Sources: the format's standard 1.01–1.03; exports of BCC, Kaspi,
Halyk and Kazpost. What no bank keeps unique: `Номер` is the payer's own number, never an identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, Final

from reconcile.parsers import one_c_keys as keys
from reconcile.parsers.amounts import read_date, signed_amount, unsigned_amount
from reconcile.parsers.one_c_document import Ledger, confirm_dates, entry_of
from reconcile.parsers.one_c_text import KeyTable, Section, Survey, documents, survey
from reconcile.parsers.source import (
    ReadContext,
    account_country,
    as_text,
    bom_encoding,
    currency_code,
    currency_in_account,
    statement_currency,
)
from reconcile.problem import Refusal
from reconcile.statement import CreditDebit, Entry, Statement

NAME: Final = "1c"
_SIGNATURE: Final = "1cclientbankexchange"


def recognises(head: bytes) -> bool:
    """The first line is the format's own name."""
    start = head[:200].decode(bom_encoding(head) or "latin-1", errors="ignore")
    return start.lstrip("\ufeff \t\r\n").lower().startswith(_SIGNATURE)


def read(stream: BinaryIO, context: ReadContext) -> Iterator[Statement]:
    """One statement an own account. Balances that stand before the documents are known at once, all of them once the
    entries are exhausted."""
    found = survey(stream)
    statements = [_statement(found, account, context) for account in found.accounts]
    currencies = {statement.account: statement.currency for statement in statements}
    for statement in statements:
        statement.entries = _entries(stream, found, statement, currencies)
        yield statement
        for _ in statement.entries:
            pass


def _entries(stream: BinaryIO, head: Survey, statement: Statement, currencies: dict[str, str]) -> Iterator[Entry]:
    whole = Survey(head.encoding, head.accounts)
    ledger = Ledger(statement.account, statement.currency, currencies, KeyTable())
    sums = dict.fromkeys(CreditDebit, 0)
    with as_text(stream, head.encoding) as lines:
        for document in documents(lines, ledger.table, whole):
            entry = entry_of(document, ledger)
            if entry is not None:
                sums[entry.credit_debit] += entry.amount
                yield entry
    _take_sections(statement, whole)
    confirm_dates(ledger, sums, statement.total_credit, statement.total_debit)


def _statement(found: Survey, account: str, context: ReadContext) -> Statement:
    sections = found.sections_of(account)
    said = _currency_said(found, account, sections)
    statement = Statement(
        format=NAME,
        account=account,
        currency=statement_currency(account, said, context, sections[0].line if sections else None),
        entries=iter(()),
        version=found.header.get("версияформата", ""),
        country=account_country(account),
    )
    _take_sections(statement, found)
    return statement


def _take_sections(statement: Statement, found: Survey) -> None:
    """Period, balances and turnovers: of one section, or of one a day (first opening, last closing, sums)."""
    currency, sections = statement.currency, _in_order(found.sections_of(statement.account))
    first = sections[0] if sections else Section(1, found.header)
    last = sections[-1] if sections else first
    statement.period_from, statement.period_to = _day(first, "датаначала"), _day(last, "датаконца")
    statement.opening = _balance(first, "начальныйостаток", currency) if sections else None
    statement.closing = _balance(last, "конечныйостаток", currency) if sections else None
    statement.total_credit = _turnover(sections, "всегопоступило", currency)
    statement.total_debit = _turnover(sections, "всегосписано", currency)


def _in_order(sections: list[Section]) -> list[Section]:
    """By day. Where one section spans all the others (a total beside its days), that one alone."""
    spans = [(section, _day(section, "датаначала"), _day(section, "датаконца")) for section in sections]
    dated = [(section, start, end) for section, start, end in spans if start and end]
    if len(dated) < len(sections) or len(sections) < 2:
        return sections
    start, end = min(day for _, day, _ in dated), max(day for _, _, day in dated)
    whole = [section for section, *span in dated if span == [start, end]]
    if start < end and len(whole) == 1:
        return whole
    return [section for section, _, _ in sorted(dated, key=lambda item: (item[1], item[2]))]


def _currency_said(found: Survey, account: str, sections: list[Section]) -> str | None:
    """Digits 6 to 8 of the account, else a `Валюта` of its section, of the header, or of the first document (every
    document with another one is refused)."""
    written = {section.fields.get(keys.CURRENCY, "") for section in sections} - {""}
    written = written or ({found.header[keys.CURRENCY]} if found.header.get(keys.CURRENCY) else set())
    if not written and found.first_currency and len(found.accounts) == 1:
        written = {found.first_currency}
    codes = {currency_code(text) for text in written}
    if None in codes:
        raise Refusal.of(f"Валюта {sorted(written)[0][:20]!r} is no known currency", "ask the bank to write KZT")
    carried = currency_in_account(account)
    if carried and len(found.accounts) == 1 and codes - {carried}:
        raise Refusal.of(
            f"the account {account} carries {carried}, the file says Валюта {sorted(written)[0][:20]!r}", "ask the bank"
        )
    return carried or (codes.pop() if len(codes) == 1 else None)


def _day(section: Section, key: str) -> date | None:
    text = section.fields.get(key, "")
    return read_date(text, section.line) if text else None


def _balance(section: Section, key: str, currency: str) -> int | None:
    text = section.fields.get(key, "")
    return signed_amount(text, currency, section.line) if text else None


def _turnover(sections: list[Section], key: str, currency: str) -> int | None:
    """The sum over all days; None where any day leaves it out."""
    texts = [(section.fields.get(key, ""), section.line) for section in sections]
    if not texts or not all(text for text, _ in texts):
        return None
    return sum(unsigned_amount(text, currency, line) for text, line in texts)
