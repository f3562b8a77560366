"""JSON Lines: one object a line. A number is taken only for an amount, digit for digit as it is written."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NoReturn

from reconcile.problem import Refusal
from reconcile.tabular.checks import holds_card, report_card
from reconcile.tabular.columns import Column, Holds, Problems, Row, header_faults

MAX_LINE: Final = 1_000_000


class _Number(str):
    """A JSON number as its digits."""

    __slots__ = ()


def rows(path: Path, columns: Sequence[Column], problems: Problems) -> Iterator[Row]:
    """A key that is absent from an object is an absent column for that row; null is an empty cell."""
    with path.open("rb") as file:
        line = 0
        while content := file.readline(MAX_LINE):
            line += 1
            if len(content) == MAX_LINE:
                raise Refusal.of("the line is longer than a megabyte", "write one object a line", line=line)
            if line == 1:
                content = content.removeprefix(b"\xef\xbb\xbf")
            if not content.strip():
                continue
            row = _row(content, line, columns, problems)
            if row is not None:
                yield row


def delivered(content: bytes, columns: Sequence[Column], problems: Problems) -> Iterator[Row]:
    """The rows of a request's body: one object, or a list of them, each numbered from 1."""
    found = _parsed(content, None)
    for line, each in enumerate(found if isinstance(found, list) else [found], 1):
        if not isinstance(each, dict):
            raise Refusal.of(
                "the body is neither one JSON object nor a list of them", "send one object a row", line=line
            )
        row = _arranged(each, line, columns, problems)
        if row is not None:
            yield row


def _row(content: bytes, line: int, columns: Sequence[Column], problems: Problems) -> Row | None:
    return _arranged(_object(content, line), line, columns, problems)


def _arranged(found: dict[str, object], line: int, columns: Sequence[Column], problems: Problems) -> Row | None:
    if _ignored_card(found, columns):
        report_card("an ignored column", line, problems)
        return None
    faults = header_faults(list(found), columns) or _cell_faults(found, columns)
    for what, mend in faults:
        problems.add(what, mend, line)
    if faults:
        return None
    return Row(line, tuple(_text(found[column.name]) if column.name in found else None for column in columns))


def _object(content: bytes, line: int) -> dict[str, object]:
    found = _parsed(content, line)
    if not isinstance(found, dict):
        raise Refusal.of("the line is not one JSON object", "write one object a line", line=line)
    return found


def _parsed(content: bytes, line: int | None) -> object:
    try:
        text = content.decode("utf-8")
        found: object = json.loads(
            text, parse_float=_Number, parse_int=_Number, parse_constant=_no_constant, object_pairs_hook=_pairs
        )
        json.dumps(found, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise Refusal.of("the text is not UTF-8", "save the file as UTF-8", line=line) from None
    except Refusal as refusal:
        raise Refusal.of(refusal.problems[0].what, refusal.problems[0].mend, line=line) from None
    except (ValueError, RecursionError):
        mend = "write one whole object a line; the file may be cut"
        raise Refusal.of("the line is not one JSON object", mend, line=line) from None
    return found


def _no_constant(name: str) -> NoReturn:
    raise Refusal.of(f"{name} is no value", "write a text or null")


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refusal.of("a key stands twice in one object", "keep one of them")
    return {key.strip(): value for key, value in found.items()}


def _ignored_card(found: dict[str, object], columns: Sequence[Column]) -> bool:
    names = {column.name for column in columns}
    return any(holds_card(str(value)) for name, value in found.items() if name not in names)


def _cell_faults(found: dict[str, object], columns: Sequence[Column]) -> list[tuple[str, str]]:
    faults = []
    for column in columns:
        value = found.get(column.name)
        if isinstance(value, _Number) and column.holds is not Holds.AMOUNT:
            faults.append((f"{column.name} is a number: it may have lost its zeros", "write it as a text, in quotes"))
        elif value is not None and not isinstance(value, str):
            faults.append((f"{column.name} is neither a text nor null", "write it as a text, in quotes"))
    return faults


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
