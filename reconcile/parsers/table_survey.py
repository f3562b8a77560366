"""What must be known of a table before its first row can be read: its layout, account, currency, and how its columns
write amounts and dates. Read as far as the evidence is far."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from reconcile.parsers.table_cells import Written, amount_of, mark_told_by, minor_of, order_told_by
from reconcile.parsers.table_profile import Layout, Profile, layout_of
from reconcile.parsers.table_rows import Number, Row, Rows
from reconcile.problem import Refusal

# The headings stand within these first rows, or the file is no table of ours.
HEAD_ROWS: Final = 60
_AMOUNTS: Final = ("amount", "credit", "debit", "balance")
LABEL: Final = re.compile(
    r"\b(?:(?:sub)?totals?|opening balance|closing balance|(?:balance )?(?:brought|carried) (?:forward|down)|b/f|c/f|"
    r"end of (?:statement|report)|итого|всего|остаток|обороты?|сальдо|жиынтығы|барлығы|қалдық|jami|qoldiq|жами|қолдиқ)\b",
    re.IGNORECASE,
)


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
    aside: set[int] = field(default_factory=set)
    """Rows that a check of the layout has seen refused and leaves out to see the others."""

    def cell(self, row: Row, role: str) -> str:
        position = self.columns.get(role, -1)
        return row.cells[position] if 0 <= position < len(row.cells) else ""

    def body(self) -> Iterator[Row]:
        """The rows below the headings; headings that are repeated, as on every page, are left out."""
        headings, top, aside = list(self.layout.headings), self.layout.line, self.aside
        for row in self.rows():
            cells = row.cells
            if row.line > top and cells != headings and "".join(cells).strip() and row.line not in aside:
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
        for written in written_amounts(table, row):
            mark = mark or ("" if written.native else mark_told_by(written.digits))
            if doubtful is None and not written.native and not written.digits.isdigit():
                doubtful = row
    table.order = order
    if not mark and doubtful is not None:
        mark = _settled_by_balance(table, doubtful)
    table.mark = mark or "."
    table.falling = _falls(table)


def written_amounts(table: Table, row: Row) -> list[Written]:
    """The figures of a row, as far as they are any."""
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
