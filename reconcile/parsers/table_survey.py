"""What must be known of a table before its first row can be read: its layout, account, currency, and how its columns
write amounts and dates. Read as far as the evidence is far."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from stdnum import iban

from reconcile.parsers.source import ReadContext, account_country, account_number, currency_code, currency_in_account
from reconcile.parsers.table_cells import Written, amount_of, mark_told_by, minor_of, order_told_by
from reconcile.parsers.table_profile import Layout, Profile, layout_of
from reconcile.parsers.table_rows import Number, Row, Rows
from reconcile.problem import Refusal

# The headings stand within these first rows, or the file is no table of ours.
HEAD_ROWS: Final = 60
_AMOUNTS: Final = ("amount", "credit", "debit", "balance")
# No label and no account number is longer; what is longer is text.
_LONGEST: Final = 300
LABEL: Final = re.compile(
    r"\b(?:(?:sub)?totals?|opening balance|closing balance|(?:balance )?(?:brought|carried) (?:forward|down)|b/f|c/f|"
    r"end of (?:statement|report)|итого|всего|остаток|обороты?|сальдо|жиынтығы|барлығы|қалдық|jami|qoldiq|жами|қолдиқ)\b",
    re.IGNORECASE,
)
_ACCOUNT_LABEL: Final = re.compile(
    r"(?:account (?:number|no)|a/c (?:number|no)|acc(?:oun)?t|iban|short ?code|"
    r"(?:номер|лицев\w+|расч\w+|банк\w+)\s+сч[её]та?|"
    r"сч[её]т|иик|жск|hisob ?raqam\w*|ҳисоб ?рақам\w*|х/р)\W*$",
    re.IGNORECASE,
)
_CURRENCY_LABEL: Final = re.compile(r"(?:currency|валюта(?: сч[её]та)?|valyuta|валютасы)\W*$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\b(?:[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){10,30}|[0-9](?:[ -]?[0-9]){4,27})\b")


@dataclass(slots=True)
class Table:
    """One table and what was found out about it."""

    rows: Rows
    layout: Layout
    preamble: list[Row]
    mark: str = "."
    order: str = ""
    falling: bool = False
    """The newest row stands first."""
    columns: dict[str, int] = field(default_factory=dict)

    def cell(self, row: Row, role: str) -> str:
        position = self.columns.get(role, -1)
        return row.cells[position] if 0 <= position < len(row.cells) else ""

    def body(self) -> Iterator[Row]:
        """The rows below the headings; headings that are repeated, as on every page, are left out."""
        headings, top = list(self.layout.headings), self.layout.line
        for row in self.rows():
            cells = row.cells
            if row.line > top and cells != headings and "".join(cells).strip():
                yield row


def find_table(rows: Rows, profiles: tuple[Profile, ...]) -> Table | None:
    """The table with its headings, or None where no row of the beginning has headings that a profile knows."""
    preamble: list[Row] = []
    for row in rows():
        layout = layout_of(row.line, row.cells, profiles)
        if layout is not None:
            table = Table(rows, layout, preamble, columns=dict(layout.columns))
            settle(table)
            return table
        preamble.append(row)
        if len(preamble) >= HEAD_ROWS:
            break
    return None


def settle(table: Table) -> None:
    """The decimal mark and the order of dates, by the first cells that prove them."""
    profile = table.layout.profile
    mark, order = profile.decimal, profile.date_order
    doubtful: Row | None = None
    dates: list[str] = []
    for number, row in enumerate(table.body()):
        if mark and order and number > 2:
            break
        if LABEL.search(" ".join(row.cells)):
            continue
        day = table.cell(row, "date")
        order = order or ("" if isinstance(day, Number) else order_told_by(day))
        dates.append(day)
        for written in _written(table, row):
            mark = mark or ("" if written.native else mark_told_by(written.digits))
            if doubtful is None and not written.native and not written.digits.isdigit():
                doubtful = row
    table.order = order
    if not mark and doubtful is not None:
        mark = _settled_by_balance(table, doubtful)
    table.mark = mark or "."
    table.falling = _falls(table)


def _written(table: Table, row: Row) -> list[Written]:
    found = []
    for role in _AMOUNTS:
        try:
            written = amount_of(table.cell(row, role), row.line)
        except Refusal:
            continue  # refused when the row is read, if it is an entry at all
        if written is not None:
            found.append(written)
    return found


def effect_of(table: Table, row: Row, mark: str, currency: str) -> tuple[int, int] | None:
    """(signed effect, balance) as a first look gives them; None where the row has not both."""
    try:
        balance = amount_of(table.cell(row, "balance"), row.line)
        if balance is None:
            return None
        after = minor_of(balance, mark, currency, row.line) * (-1 if balance.negative or balance.side == "DR" else 1)
        effect, seen = 0, False
        for role, sign in (("credit", 1), ("debit", -1), ("amount", 1)):
            written = amount_of(table.cell(row, role), row.line)
            if written is not None:
                seen = True
                minor = minor_of(written, mark, currency, row.line)
                effect += minor * (sign if role != "amount" else (-1 if written.negative else 1))
    except Refusal:
        return None
    return (effect, after) if seen else None


def _chains(table: Table, mark: str) -> tuple[int, int, int]:
    """How many neighbouring rows there are, and in how many the balance follows upwards and downwards."""
    pairs = rising = falling = 0
    before: tuple[int, int] | None = None
    for number, row in enumerate(table.body()):
        if number > 5000:
            break
        found = effect_of(table, row, mark, "USD")
        if found is None:
            continue
        if before is not None:
            pairs += 1
            rising += before[1] + found[0] == found[1]
            falling += found[1] + before[0] == before[1]
        before = found
    return pairs, rising, falling


def _settled_by_balance(table: Table, row: Row) -> str:
    fitting = []
    for mark in (".", ","):
        pairs, rising, falling = _chains(table, mark)
        if pairs and pairs in (rising, falling):
            fitting.append(mark)
    if len(fitting) != 1:
        raise Refusal.of(
            "an amount such as 1,234 can be read as a thousand or as a bit more than one, and neither another amount "
            "nor a running balance tells",
            "export a period with an amount that has two decimals, or say decimal in the bank's profile",
            line=row.line,
        )
    return fitting[0]


def _falls(table: Table) -> bool:
    _, rising, falling = _chains(table, table.mark)
    return falling > rising


def account_said(table: Table, context: ReadContext) -> str:
    """The own account: of the profile, of a column, of the lines above the headings, or as the caller says."""
    found = account_number(table.layout.profile.account) or _of_column(table, context) or _of_preamble(table, context)
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


def _of_column(table: Table, context: ReadContext) -> str:
    for role in ("account", "maybe_account"):
        if role in table.columns:
            numbers = (account_number(table.cell(row, role)) for row in table.body())
            number = next((number for number in numbers if number), "")
            if role == "account" or number in context.own_accounts:
                return number
    return ""


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
        if codes := dict.fromkeys(written.currency for written in _written(table, row) if written.currency):
            return next(iter(codes))
    return currency_in_account(account) or table.layout.profile.currency or None


def _known(written: str, line: int) -> str:
    code = currency_code(written)
    if code is None:
        raise Refusal.of(f"currency {written[:20]!r} is no known currency", "ask the bank to write KZT", line=line)
    return code
