"""The running balance as evidence: do the entries, read in a certain way, lead from each balance to the next?

It settles what one cell alone leaves open: the decimal mark, the side of an amount whose signs contradict each other,
whether a row that is `pending` has moved money, which of two columns is money in, and whether the newest row stands
first. Balances are kept for each account and currency of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from reconcile.parsers.table_cells import PLAIN, Written, amount_of, minor_of
from reconcile.parsers.table_words import side_of
from reconcile.problem import Refusal

if TYPE_CHECKING:
    from reconcile.parsers.table_rows import Row
    from reconcile.parsers.table_survey import Table

MOST_ROWS: Final = 5000
_ANY: Final = "USD"
"""Two decimals, as nearly all currencies have: what has more is no evidence."""
Effect = Callable[["Table", "Row", str], "int | None"]


@dataclass(slots=True)
class Chain:
    """How many neighbouring rows have balances, and in how many of them the balance follows downwards and upwards."""

    pairs: int = 0
    down: int = 0
    up: int = 0

    def __bool__(self) -> bool:
        """Whether all of them follow in one direction."""
        return self.pairs > 0 and self.pairs in (self.down, self.up)


def chain(table: Table, mark: str, effect: Effect, taken: Callable[[Row], bool] = lambda row: True) -> Chain:
    """Follow the balances of the first rows, each entry counted by `effect`, rows that are not `taken` left out."""
    found = Chain()
    before: dict[tuple[str, str], tuple[int, int]] = {}
    with closing(table.body()) as body:
        for row in islice(body, MOST_ROWS):
            if not taken(row) or (after := balance_of(table, row, mark)) is None:
                continue
            moved = effect(table, row, mark)
            if moved is None:
                continue
            key = (table.cell(row, "account"), table.cell(row, "currency"))
            if (last := before.get(key)) is not None:
                found.pairs += 1
                found.down += last[1] + moved == after
                found.up += after + last[0] == last[1]
            before[key] = moved, after
    return found


def _written(table: Table, row: Row, role: str) -> Written | None:
    try:
        return amount_of(table.cell(row, role), row.line)
    except Refusal:
        return None


def _minor(written: Written, mark: str, line: int) -> int | None:
    try:
        return minor_of(written, mark, _ANY, line)
    except Refusal:
        return None


def balance_of(table: Table, row: Row, mark: str) -> int | None:
    return _signed(table, row, "balance", mark)


def as_written(table: Table, row: Row, mark: str) -> int | None:
    """By the column, the sign and the direction as they stand."""
    if "net" in table.columns and (net := _signed(table, row, "net", mark)) is not None:
        return net
    if "credit" in table.columns:
        return _of_two(table, row, mark, abs)
    moved = _signed(table, row, "amount", mark)
    if moved is None or moved < 0 or "direction" not in table.columns:
        return moved
    return moved * (side_of(table.cell(row, "direction")) or 0)


def by_word(table: Table, row: Row, mark: str) -> int | None:
    """By the direction, or the column, alone, whatever sign the amount has."""
    if "credit" in table.columns:
        return _of_two(table, row, mark, abs)
    moved = _signed(table, row, "amount", mark)
    return None if moved is None else abs(moved) * (side_of(table.cell(row, "direction")) or 0)


def by_sign(table: Table, row: Row, mark: str) -> int | None:
    """By the sign alone, whatever the direction says; of two columns a minus turns the column's side, where debits have
    none otherwise."""
    if "credit" in table.columns:
        return _of_two(table, row, mark, lambda minor: minor)
    return _signed(table, row, "amount", mark)


def _signed(table: Table, row: Row, role: str, mark: str) -> int | None:
    text = table.cell(row, role)
    if not text:
        return None
    if mark == "." and PLAIN(text):
        return int(text.replace(".", ""))
    written = _written(table, row, role)
    minor = _minor(written, mark, row.line) if written else None
    if minor is None or written is None:
        return None
    return -minor if written.negative or written.side == "DR" else minor


def _of_two(table: Table, row: Row, mark: str, count: Callable[[int], int]) -> int | None:
    came, went = _signed(table, row, "credit", mark), _signed(table, row, "debit", mark)
    if came is None and went is None:
        return None
    return count(came or 0) - count(went or 0)


def unsigned(table: Table, mark: str) -> bool:
    """Whether the amounts have lost their signs: no row follows from its neighbour as written, all do by size alone."""
    pairs: Iterator[tuple[int, int]] = (
        (abs(moved), after)
        for row in islice(table.body(), MOST_ROWS)
        if (after := balance_of(table, row, mark)) is not None and (moved := as_written(table, row, mark)) is not None
    )
    down = up = falls = count = 0
    before: tuple[int, int] | None = None
    for size, after in pairs:
        if before is not None:
            count += 1
            down += abs(after - before[1]) == size
            up += abs(after - before[1]) == before[0]
            falls += after < before[1]
        before = size, after
    return count > 1 and count in (down, up) and 0 < falls < count
