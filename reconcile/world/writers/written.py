"""A file in the making: its lines, and at which of them each entry begins."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconcile.money import format_amount


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes of a statement, and for each entry the line (from 1) at which it begins."""

    data: bytes
    entry_lines: tuple[int, ...]


@dataclass(slots=True)
class Page:
    """Lines of a text file; `entry` marks the line that is written next."""

    lines: list[str] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)

    def add(self, *lines: str) -> None:
        for line in lines:
            self.lines.extend(line.split("\n"))

    def entry(self) -> None:
        self.marks.append(len(self.lines) + 1)

    def written(self, encoding: str, end: str = "\n") -> Written:
        return Written((end.join(self.lines) + end).encode(encoding), tuple(self.marks))


def signed(minor: int, currency: str) -> str:
    return format_amount(minor, currency)
