"""A mistake in somebody's input, as a value: where, what was seen, how to mend it.

Three kinds of trouble are kept apart. *Their* mistake (a file, a row, an argument) is a `Problem`: collected, shown
together, exit code 2, nothing of that input stored. *The weather* (database or broker away) is retried: exit code 75.
*Ours* is any other exception: it stops the step and rolls back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in one place. `line` counts from 1; None where the fault has no line (an empty file)."""

    what: str
    mend: str
    line: int | None = None
    file: str = ""

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, "" if self.line is None else str(self.line)) if part)
        return f"{place}: {self.what}; {self.mend}" if place else f"{self.what}; {self.mend}"


class Refusal(Exception):
    """Input that is refused whole, with every problem that was found in it. Nothing of it is stored.

    >>> raise Refusal.of("amount 'NaN' is not a plain decimal", "write it as 1500.00", line=7)
    Traceback (most recent call last):
    ...
    reconcile.problem.Refusal: 7: amount 'NaN' is not a plain decimal; write it as 1500.00
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, what: str, mend: str, *, line: int | None = None, file: str = "") -> Refusal:
        return cls([Problem(what, mend, line, file)])

    def at(self, file: str) -> Refusal:
        """The same refusal, naming the file wherever a problem named none yet."""
        return Refusal(replace(problem, file=problem.file or file) for problem in self.problems)
