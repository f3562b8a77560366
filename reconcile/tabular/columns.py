"""What a master-data file may hold: its columns, its rows, and the problems that were found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from reconcile.identifiers import find_card
from reconcile.problem import Problem, Refusal

MAX_PROBLEMS = 100
HEADERS = 1_000
"""More header cells than this are no table."""


class Holds(StrEnum):
    """What a column holds. Only amounts and dates may stand in a numeric or date cell of a spreadsheet: any other
    number has lost its zeros, or digits, on the way."""

    IDENTIFIER = "identifier"
    TEXT = "text"
    AMOUNT = "amount"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """`optional`: the column may be absent (what is stored is kept) or its cell empty (it is cleared)."""

    name: str
    holds: Holds = Holds.TEXT
    optional: bool = False


class Row(NamedTuple):
    """`line` counts from 1, the header included. `values` stand in the order of the columns."""

    line: int
    values: tuple[str | None, ...]


class Problems:
    """The problems of one file, gathered up to a hundred: then the file is refused with those."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, what: str, mend: str, line: int | None = None) -> None:
        self.found.append(Problem(what, mend, line, self.file))
        if len(self.found) >= MAX_PROBLEMS:
            self.settle()

    def take(self, refusal: Refusal, line: int | None) -> None:
        """The problems of a refused value, as problems of this line."""
        for problem in refusal.problems:
            self.add(problem.what, problem.mend, line)

    def settle(self) -> None:
        """Refuse the file if anything was found in it."""
        if self.found:
            raise Refusal(sorted(self.found, key=lambda problem: problem.line or 0))


def arrange(header: Sequence[str], columns: Sequence[Column], line: int) -> tuple[int | None, ...]:
    """Where each column stands in the rows. Order is free; headers that are empty or begin with `#` are ignored.

    Refuses unknown, repeated and missing headers, all in one go.
    """
    names = [name.strip() for name in header[:HEADERS]]
    problems = [Problem(*fault, line=line) for fault in header_faults(names, columns)]
    if problems:
        raise Refusal(problems)
    return tuple(names.index(column.name) if column.name in names else None for column in columns)


def header_faults(names: Sequence[str], columns: Sequence[Column]) -> list[tuple[str, str]]:
    """Each fault of a header: what, and how to mend it."""
    if any(find_card(name) for name in names):
        return [("a full card number stands in the header", "remove it: card numbers are never stored")]
    known = [column.name for column in columns]
    wanted = f"the columns are: {', '.join(known)}"
    used = [name for name in names if name and not name.startswith("#")]
    faults = [
        (f"column {name[:40]!r} is not known", f"rename it, or begin it with # to have it ignored; {wanted}")
        for name in dict.fromkeys(used)
        if name not in known
    ]
    faults += [
        (f"column {name!r} stands twice in the header", "keep one of them") for name in known if used.count(name) > 1
    ]
    faults += [
        (f"column {column.name!r} is missing", wanted)
        for column in columns
        if not column.optional and column.name not in used
    ]
    return faults
