"""What must be known of a table before its first row can be read: its layout, and how its columns write amounts, dates
and sides. Read as far as the evidence is far."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final

from reconcile.parsers.source import currency_code
from reconcile.parsers.table_cells import Written, amount_of, mark_told_by
from reconcile.parsers.table_chain import MOST_ROWS, as_written, by_sign, by_word, chain, unsigned
from reconcile.parsers.table_dates import open_orders, settled
from reconcile.parsers.table_match import Layout, layout_of
from reconcile.parsers.table_profile import Profile, normal_heading
from reconcile.parsers.table_rows import Number, Row, Rows
from reconcile.parsers.table_words import LABEL, side_of
from reconcile.problem import Refusal

# The headings stand within these first rows, or the file is no table of ours.
HEAD_ROWS: Final = 60
_AMOUNTS: Final = ("amount", "credit", "debit", "balance")
_SAMPLE: Final = 500


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
    signs: str | None = None
    """`word` or `sign`: by what the balances prove the side where direction and sign contradict each other; empty where
    they prove nothing, None where nobody has asked."""
    statuses: dict[str, bool] = field(default_factory=dict)
    """What the balances prove of a status that tells nothing by itself."""
    own_accounts: frozenset[str] = frozenset()
    """The accounts that the books know."""
    several: bool | None = None
    """Whether its column of accounts is proved to be of several own ones; None where nobody has asked."""
    until: date | None = None
    """The day of the export, where the file's name says it: no entry lies behind it."""
    aside: set[int] = field(default_factory=set)
    """Rows that a check of the layout has seen refused and leaves out to see the others."""

    def cell(self, row: Row, role: str) -> str:
        position = self.columns.get(role, -1)
        return row.cells[position] if 0 <= position < len(row.cells) else ""

    def body(self) -> Generator[Row, None, None]:
        """The rows below the headings; headings that are repeated, as on every page, are left out."""
        headings, top, aside = list(self.layout.headings), self.layout.line, self.aside
        for row in self.rows():
            line, cells, _ = row
            if line <= top or not cells or cells == headings or (aside and line in aside):
                continue
            if cells[0] or "".join(cells).strip():
                yield row


def find_table(rows: Rows, profiles: tuple[Profile, ...]) -> Table | None:
    """The table with its headings, or None where no row of the beginning has headings that a profile knows. Headings may
    take two rows, the upper one with what the lower ones share."""
    preamble: list[Row] = []
    for row in islice(rows(), HEAD_ROWS):
        layout = layout_of(row.line, row.cells, profiles)
        if layout is None and preamble:
            layout = layout_of(row.line, _under(preamble[-1].cells, row.cells), profiles)
        if layout is not None:
            return Table(rows, layout, preamble, columns=dict(layout.columns))
        preamble.append(row)
    return None


def _under(upper: list[str], lower: list[str]) -> list[str]:
    """Two rows of headings as one. A cell that spans several is filled in the first of them only."""
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    if any(char.isdigit() for cell in lower for char in cell):
        return []
    return [below.strip() or above.strip() for above, below in zip(upper, lower, strict=True)]


def settle(table: Table) -> None:
    """The decimal mark, the order of dates, the column of the side: by the first cells that prove them."""
    _find_direction(table)
    _find_valuta(table)
    profile = table.layout.profile
    mark, order = profile.decimal, profile.date_order
    doubtful: Row | None = None
    unproved: list[str] = []
    for number, row in enumerate(table.body()):
        if mark and number > 2 and (order or (number > _SAMPLE and not unproved)):
            break
        if LABEL.search(" ".join(row.cells)):
            continue
        order = order or _proved(table, row, unproved)
        for written in written_amounts(table, row):
            mark = mark or ("" if written.native else mark_told_by(written.digits))
            if doubtful is None and not written.native and not written.digits.isdigit():
                doubtful = row
    if not mark and doubtful is not None:
        mark = _settled_by_balance(table, doubtful)
    table.mark = mark or "."
    follows = chain(table, table.mark, as_written) if "balance" in table.columns else None
    table.falling = follows is not None and follows.up > follows.down
    if not order and unproved:
        chained = "" if not follows else "up" if table.falling else "down"
        around = [cell for row in table.preamble for cell in row.cells]
        english = "date" in normal_heading(table.layout.headings[table.columns["date"]]).split()
        order = settled(unproved, around, comma=table.mark == ",", english=english, chained=chained)
    table.order = order
    if follows is not None and not follows and unsigned(table, table.mark):
        raise Refusal.of(
            "the amounts have no sign, and the balance falls as well as rises",
            "export with a sign, or with a column for each side",
            line=table.layout.line,
        )


def _proved(table: Table, row: Row, unproved: list[str]) -> str:
    """What the dates of a row prove; those that prove nothing are kept for what the table says otherwise."""
    for role in ("date", "value_date"):
        cell = table.cell(row, role)
        orders = None if isinstance(cell, Number) else open_orders(cell)
        if orders is None:
            continue
        if len(orders) == 1 and orders[0] != "ymd":
            return orders[0]
        if role == "date" and len(unproved) < 10_000:
            unproved.append(cell)
    return ""


def _find_direction(table: Table) -> None:
    """A column headed `debit/credit` may hold the amounts themselves, and one headed `type` the sides: the cells tell."""
    columns = table.columns
    if "amount" not in columns and "credit" not in columns:
        columns["amount"] = columns.pop("direction")
    if "credit" in columns or "direction" in columns or "details" not in columns:
        return
    cells = [table.cell(row, "details").strip() for row in islice(table.body(), _SAMPLE)]
    filled = [cell for cell in cells if cell]
    if filled and all(side_of(cell) for cell in filled):
        columns["direction"] = columns.pop("details")


def _find_valuta(table: Table) -> None:
    """`Valuta` is the value date to some banks and the currency to others: the cells tell."""
    if "value_date" not in table.columns:
        return
    with closing(table.body()) as body:
        filled = [cell for row in islice(body, 20) if (cell := table.cell(row, "value_date").strip())]
    if filled and not any(char.isdigit() for cell in filled for char in cell):
        place = table.columns.pop("value_date")
        if all(map(currency_code, filled)):
            table.columns.setdefault("currency", place)


def proved_signs(table: Table) -> str:
    """Where direction and sign contradict each other: what the balances prove to be right."""
    if table.signs is None:
        ways = [name for name, way in (("word", by_word), ("sign", by_sign)) if chain(table, table.mark, way)]
        table.signs = ways[0] if len(ways) == 1 else ""
    return table.signs


def proved_status(table: Table, status: str, known: frozenset[str]) -> bool | None:
    """Whether rows of this status have moved the balance; None where the balances do not tell."""
    if status not in table.statuses:

        def taken(row: Row) -> bool:
            said = table.cell(row, "status").strip().casefold()
            return said == status or not said or said in known or table.statuses.get(said) is True

        if _without_balance(table, status):
            table.statuses[status] = False
            return False
        with_them = chain(table, table.mark, as_written, taken)
        without = chain(table, table.mark, as_written, lambda row: taken(row) and status != _said(table, row))
        if bool(with_them) == bool(without):
            return None
        table.statuses[status] = bool(with_them)
    return table.statuses[status]


def _without_balance(table: Table, status: str) -> bool:
    """Rows of this status never have a balance, all others do: they have not been booked."""
    if "balance" not in table.columns:
        return False
    with closing(table.body()) as body:
        filled = {
            (_said(table, row) == status, bool(table.cell(row, "balance").strip())) for row in islice(body, MOST_ROWS)
        }
    return filled == {(True, False), (False, True)}


def _said(table: Table, row: Row) -> str:
    return table.cell(row, "status").strip().casefold()


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


def _settled_by_balance(table: Table, row: Row) -> str:
    fitting = [mark for mark in (".", ",") if chain(table, mark, as_written)]
    if len(fitting) != 1:
        raise Refusal.of(
            "an amount such as 1,234 can be read as a thousand or as a bit more than one, and neither another amount "
            "nor a running balance tells",
            "export a period with an amount that has two decimals, or say decimal in the bank's profile",
            line=row.line,
        )
    return fitting[0]
