"""One policy file: its tables, and the line on which each of them and each key stands (`tomllib` tells no lines)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconcile.problem import Refusal

Place = tuple[str, ...]
"""Where something stands: the names of the tables down to it, then the key."""
Table = Mapping[str, object]

MAX_BYTES: Final = 1_000_000
_HEADER: Final = re.compile(r"\s*\[(\[)?\s*([^\[\]]+?)\s*\]")
_KEY: Final = re.compile(r"\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"))*)\s*=")
_PART: Final = re.compile(r"[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'")
_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")


@dataclass(frozen=True)
class Document:
    """`lines` by place; a `[[change]]` is counted: its keys stand at ("change", "0", …)."""

    file: str
    tables: Table
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int | None:
        """The line of the key, else of the nearest table around it; None where the file has no such table at all."""
        for end in range(len(place), 0, -1):
            if place[:end] in self.lines:
                return self.lines[place[:end]]
        return None


def read_document(path: Path) -> Document:
    """Reads a policy file. Refuses one that is missing, too large, not UTF-8 or not TOML."""
    file = str(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refusal.of("a policy file of more than 1 MB", "name the right file", file=file)
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise Refusal.of(f"cannot be read ({error.strerror})", "name an existing policy file", file=file) from None
    except UnicodeDecodeError:
        raise Refusal.of("is not UTF-8 text", "save the policy file as UTF-8", file=file) from None
    return parse_document(text, file)


def parse_document(text: str, file: str) -> Document:
    try:
        return Document(file, tomllib.loads(text), find_lines(text))
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        line = int(at.group(1)) if at else text.count("\n") + 1
        what = _AT_LINE.sub("", str(error)).strip()
        raise Refusal.of(f"is not TOML: {what}", "see docs/policy.md for the form", line=line, file=file) from None


def find_lines(text: str) -> dict[Place, int]:
    """Every table header and key with its line. Keys inside `{ }` are found with their table's key.

    >>> find_lines("[a.b]\\nc = 1\\n[[change]]\\n[change.a]\\nd = 2")[("change", "0", "a", "d")]
    5
    """
    lines: dict[Place, int] = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, content in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(content):
            table = _table(_parts(header.group(2)), header.group(1) is not None, counts)
            lines.setdefault(table, number)
        elif key := _KEY.match(content):
            lines.setdefault(table + _parts(key.group(1)), number)
    return lines


def _parts(dotted: str) -> Place:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _table(parts: Place, is_array: bool, counts: dict[Place, int]) -> Place:
    """The place of a table; of an array of tables, with the number of this one."""
    if is_array:
        counts[parts] = counts.get(parts, -1) + 1
    for array, last in counts.items():
        if parts[: len(array)] == array:
            return (*array, str(last), *parts[len(array) :])
    return parts
