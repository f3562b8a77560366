"""A table without headings, read only as far as its cells prove what they are.

Either every row fits the shape of a profile and, where it names some, its witnesses stand on the side that they prove, or:
one column is always a date (of several the one that the rows are sorted by), and of the columns of amounts one has signs
of both kinds, or is followed by a running balance that proves it. Which of two columns without a sign is money in,
nothing tells: such a table is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from reconcile.parsers.source import currency_code
from reconcile.parsers.table_cells import amount_of, mark_told_by
from reconcile.parsers.table_chain import as_written, chain
from reconcile.parsers.table_days import date_of
from reconcile.parsers.table_match import Layout
from reconcile.parsers.table_profile import Profile
from reconcile.parsers.table_rows import Number, Row, Rows
from reconcile.parsers.table_survey import Table, settle
from reconcile.parsers.table_words import side_of
from reconcile.problem import Refusal

NAME: Final = "headless"
_SAMPLE: Final = 500
_FEWEST: Final = 3
"""So many rows are needed for a sign or an order to prove anything."""
_PROFILE: Final = Profile(NAME, "A table without headings, as its cells prove it", {}, {}, ("date",))


@dataclass(slots=True)
class _Column:
    cells: list[str] = field(default_factory=list)

    @property
    def filled(self) -> list[str]:
        return [cell for cell in self.cells if cell.strip()]

    def is_date(self) -> bool:
        return len(self.filled) == len(self.cells) and all(_is_date(cell) for cell in self.cells)

    def is_amount(self) -> bool:
        """Figures throughout, some of them with decimals: whole numbers alone may be numbers of documents."""
        return bool(self.filled) and all(map(_is_amount, self.filled)) and any(map(_has_decimals, self.filled))

    def is_currency(self) -> bool:
        return bool(self.filled) and all(cell.strip().isalpha() and currency_code(cell) for cell in self.filled)

    def is_side(self) -> bool:
        return len(self.filled) == len(self.cells) and all(side_of(cell) for cell in self.cells)


def headless_table(rows: Rows, profiles: Sequence[Profile]) -> Table | None:
    """The table, or None where its first rows are no rows of entries, or prove too little."""
    sample = [row for row in islice(rows(), _SAMPLE) if "".join(row.cells).strip()]
    if not sample or not any(len(row.cells) > 2 for row in sample):
        return None
    shaped = [row.cells for row in sample if not _is_remark(row.cells)]
    for profile in profiles:
        if profile.shape and shaped and all(_fits(cells, profile) for cells in shaped) and _witnessed(shaped, profile):
            width = max(map(len, shaped))
            named = {role: int(places[0]) - 1 for role, places in profile.columns.items()}
            return _table(rows, profile, named, width)
    return _proved(rows, sample) if any(profile.words for profile in profiles) else None


def _fits(cells: list[str], profile: Profile) -> bool:
    shape = profile.shape
    return (
        len(cells) >= len(shape)
        and all(pattern.fullmatch(cell.strip()) for pattern, cell in zip(shape, cells, strict=False))
        and not "".join(cells[len(shape) :]).strip()
    )


def _is_remark(cells: list[str]) -> bool:
    """Words alone in one cell, and nothing beside them: no entry, wherever it stands."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) == 1 and not any(char.isdigit() for char in filled[0])


def _witnessed(rows: list[list[str]], profile: Profile) -> bool:
    """Whether the rows whose side their text proves stand on that side, all of them, and are enough to say so of the
    columns: the same layout with its columns the other way round is then another one."""
    place = {role: int(places[0]) - 1 for role, places in profile.columns.items()}
    for side, pattern in profile.witness.items():
        other = "debit" if side == "credit" else "credit"
        found = [cells for cells in rows if pattern.fullmatch(cells[place["purpose"]].strip())]
        if len(found) < _FEWEST or any(
            not cells[place[side]].strip() or cells[place[other]].strip() for cells in found
        ):
            return False
    return True


def _table(rows: Rows, profile: Profile, columns: dict[str, int], width: int) -> Table:
    headings = tuple(f"column {place}" for place in range(1, width + 1))
    return Table(rows, Layout(profile, 0, columns, headings), [], columns=dict(columns))


def _proved(rows: Rows, sample: list[Row]) -> Table | None:
    if not _is_date(sample[0].cells[0]) and not any(map(_is_date, sample[0].cells)):
        return None
    entries = [row for row in sample if any(map(_is_date, row.cells))]
    width = max(len(row.cells) for row in entries)
    table = _Columns([row.cells for row in entries], width)
    if len(entries) < _FEWEST or not table.dates or not table.amounts:
        return None
    for columns in table.readings():
        found = _table(rows, _PROFILE, columns, width)
        if _holds(found, table):
            return found
    places = ", ".join(str(place + 1) for place in table.amounts)
    raise Refusal.of(
        f"the table has no headings, and neither signs of both kinds nor a running balance tell which side the amounts of "
        f"column {places} are on, or its dates do not tell which of them is the booking",
        "export with headings, or say the columns in a profile with a shape",
        line=entries[0].line,
    )


class _Columns:
    """The columns of a table by what all their cells are."""

    def __init__(self, rows: list[list[str]], width: int) -> None:
        filled = [cells + [""] * (width - len(cells)) for cells in rows]
        self.all = [_Column([cells[place] for cells in filled]) for place in range(width)]
        self.dates = [place for place, column in enumerate(self.all) if column.is_date()]
        self.amounts = [
            place for place, column in enumerate(self.all) if place not in self.dates and column.is_amount()
        ]
        self.currencies = [place for place, column in enumerate(self.all) if column.is_currency()]
        self.sides = [place for place, column in enumerate(self.all) if column.is_side()]

    def readings(self) -> list[dict[str, int]]:
        """What the columns may be; at most one of them holds."""
        others = self.others()
        first, *more = self.amounts
        if not more and self.sides:
            return [others | {"amount": first, "direction": self.sides[0]}]
        if not more:
            return [others | {"amount": first}]
        if len(more) == 1:
            return [others | {"amount": first, "balance": more[0]}]
        if len(more) == 2:
            second, last = more
            return [
                others | {"credit": came, "debit": went, "balance": last}
                for came, went in ((first, second), (second, first))
            ]
        return []

    def others(self) -> dict[str, int]:
        found = {"currency": self.currencies[0]} if self.currencies else {}
        known = {*self.dates, *self.amounts, *self.currencies, *self.sides}
        texts = [place for place, column in enumerate(self.all) if place not in known and column.filled]
        longest = max(texts, key=lambda place: sum(map(len, self.all[place].cells)), default=-1)
        return found | ({"purpose": longest} if longest >= 0 else {})

    def has_both_signs(self, place: int) -> bool:
        signs = {written.negative for cell in self.all[place].filled if (written := amount_of(cell, 0)) is not None}
        return signs == {True, False}


def _holds(table: Table, columns: _Columns) -> bool:
    """Whether the cells prove this reading: by signs of both kinds, by a direction beside the amount, or by the balance;
    and which date it is that rows are booked by."""
    if not _dates_hold(table, columns):
        return False
    if "balance" in table.columns:
        return bool(chain(table, table.mark, as_written))
    return "direction" in table.columns or columns.has_both_signs(table.columns["amount"])


def _dates_hold(table: Table, columns: _Columns) -> bool:
    sorted_by = []
    for place in columns.dates:
        table.columns["date"] = place
        table.order = ""
        try:
            settle(table)
            days = [date_of(cell, table.order, 0) for cell in columns.all[place].cells]
        except Refusal:
            return False
        if days in (sorted(days), sorted(days, reverse=True)):
            sorted_by.append((place, days))
    if len(columns.dates) > 1 and (not sorted_by or any(days != sorted_by[0][1] for _, days in sorted_by)):
        return False
    place = sorted_by[0][0] if sorted_by else columns.dates[0]
    table.columns["date"] = place
    if others := [each for each in columns.dates if each != place]:
        table.columns["value_date"] = others[0]
    return True


def _is_date(cell: str) -> bool:
    if isinstance(cell, Number) or len(cell) > 40 or not any(char in cell for char in ".-/ "):
        return False
    try:
        date_of(cell, "dmy", 0)
    except Refusal:
        try:
            date_of(cell, "mdy", 0)
        except Refusal:
            return False
    return True


def _is_amount(cell: str) -> bool:
    try:
        return len(cell) < 30 and amount_of(cell, 0) is not None
    except Refusal:
        return False


def _has_decimals(cell: str) -> bool:
    written = amount_of(cell, 0)
    return written is not None and (written.native or bool(mark_told_by(written.digits)))
