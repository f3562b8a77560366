"""Whose statement a table is, and in which currency: told by a column, by the lines above the headings, by the profile, or
by the person who gives the file."""

from __future__ import annotations

import re
from contextlib import closing
from itertools import groupby, islice
from typing import Final

from stdnum import iban

from reconcile.parsers.source import ReadContext, account_country, account_number, currency_code, currency_in_account
from reconcile.parsers.table_rows import Row
from reconcile.parsers.table_survey import Table, written_amounts
from reconcile.problem import Refusal

_ACCOUNT_LABEL: Final = re.compile(
    r"(?:account (?:number|no)|a/c (?:number|no)|acc(?:oun)?t|iban|short ?code|"
    r"(?:номер|лицев\w+|расч\w+|банк\w+)\s+сч[её]та?|"
    r"сч[её]т|иик|жск|hisob ?raqam\w*|ҳисоб ?рақам\w*|х/р)\W*$",
    re.IGNORECASE,
)
_CURRENCY_LABEL: Final = re.compile(r"(?:currency|валюта(?: сч[её]та)?|valyuta|валютасы)\W*$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\b(?:[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){10,30}|[0-9](?:[ -]?[0-9]){4,27})\b")
BOTH: Final = ("payer_account", "payee_account")
_SAMPLE: Final = 5000
# No label and no account number is longer; what is longer is text.
_LONGEST: Final = 300


def account_said(table: Table, context: ReadContext) -> str:
    """The own account: of the profile, of a column, of the lines above the headings, or as the caller says."""
    found = account_number(table.layout.profile.account) or _of_column(table) or _of_preamble(table, context)
    said = account_number(context.account)
    if found and said and found != said:
        raise Refusal.of(
            f"the table is of account {found}, not of {said}",
            "check the file, or leave the account out",
            line=table.layout.line,
        )
    if found or said:
        return found or said
    raise Refusal.of(
        "nothing in the table tells which bank account it is of",
        "say it with --account, or in the bank's profile",
        line=table.layout.line,
    )


def several_accounts(table: Table) -> bool:
    """Whether the rows are those of several own accounts: the books know all of them, or they follow one another in
    blocks of several rows each, as no column of other people's accounts would."""
    if table.several is None:
        blocks: list[tuple[str, int]] = []
        with closing(table.body()) as body:
            for row in body:
                number = account_number(table.cell(row, "account"))
                if blocks and number in ("", blocks[-1][0]):
                    blocks[-1] = blocks[-1][0], blocks[-1][1] + bool(number)
                elif number:
                    blocks.append((number, 1))
        numbers = {number for number, _ in blocks}
        apart = len(numbers) == len(blocks) and all(rows > 1 for _, rows in blocks)
        table.several = apart or numbers <= table.own_accounts
    return table.several


def own_column(table: Table, context: ReadContext) -> None:
    """A column such as `Account number` is of the own account where the books know all its numbers, where all rows have
    the same, where they stand in blocks, or where one is the account that the caller names. Else it is of the other side,
    or of nobody knows whom, and is kept as it stands."""
    if "account" in table.columns or "maybe_account" not in table.columns:
        return
    with closing(table.body()) as body:
        numbers = [account_number(table.cell(row, "maybe_account")) for row in islice(body, _SAMPLE)]
    blocks = [(number, sum(1 for _ in rows)) for number, rows in groupby(filter(None, numbers))]
    different = {number for number, _ in blocks}
    known = different & table.own_accounts
    if (
        (known and (known == different or not context.account))
        or account_number(context.account) in different
        or (blocks and len(different) == len(blocks) and all(rows > 1 for _, rows in blocks))
    ):
        table.columns["account"] = table.columns.pop("maybe_account")


def _of_column(table: Table) -> str:
    """The first of the column of own accounts; of columns of both sides, the one account that every row has."""
    with closing(table.body()) as body:
        if "account" in table.columns:
            numbers = (account_number(table.cell(row, "account")) for row in body)
            return next((number for number in numbers if number), "")
        if not {"payer_account", "payee_account"} <= set(table.columns):
            return ""
        sides = [{account_number(table.cell(row, role)) for role in BOTH} - {""} for row in islice(body, _SAMPLE)]
    full = [pair for pair in sides if len(pair) == 2]
    shared = set.intersection(*full) if len(full) > 1 else set()
    return shared.pop() if len(shared) == 1 else ""


def _of_preamble(table: Table, context: ReadContext) -> str:
    for cell in (cell for row in table.preamble for cell in row.cells if len(cell) <= _LONGEST):
        for found in _NUMBER.findall(cell.upper()):
            number = account_number(found)
            if number in context.own_accounts or iban.is_valid(number) or account_country(number):
                return number
    return account_number(_behind(table.preamble, _ACCOUNT_LABEL, _NUMBER)).replace("-", "")


def _behind(rows: list[Row], label: re.Pattern[str], value: re.Pattern[str]) -> str:
    """What stands behind a label, in the same cell or in the next one that is filled."""
    for row in rows:
        cells = [cell.strip() for cell in row.cells if len(cell) <= _LONGEST and cell.strip()]
        for position, cell in enumerate(cells):
            following = "".join(cells[position + 1 : position + 2])
            before, colon, inside = cell.partition(":")
            if colon and label.search(before) and (found := value.search(inside.upper())):
                return found.group()
            if label.search(cell) and (found := value.match(following.upper())):
                return found.group()
    return ""


def currency_said(table: Table, account: str) -> str | None:
    """Of the first entry, the headings, the lines above, an amount, the account number, or the profile."""
    if "currency" in table.columns:
        for row in table.body():
            if written := table.cell(row, "currency").strip():
                return _known(written, row.line)
    if table.layout.currency:
        return table.layout.currency
    if labelled := _behind(table.preamble, _CURRENCY_LABEL, re.compile(r"[A-ZА-Я]{3,5}")):
        return currency_code(labelled)
    for row in table.body():
        if codes := dict.fromkeys(written.currency for written in written_amounts(table, row) if written.currency):
            return next(iter(codes))
    return currency_in_account(account) or table.layout.profile.currency or None


def _known(written: str, line: int) -> str:
    code = currency_code(written)
    if code is None:
        raise Refusal.of(f"currency {written[:20]!r} is no known currency", "ask the bank to write KZT", line=line)
    return code
