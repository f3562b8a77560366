"""The keys that a stretch of digits may be read as: whole, in parts, with look-alikes repaired."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reconcile.reference import number_key

MOST_PARTS: Final = 4
"""Blocks that one number may have been split into by folds and blanks."""

_SPLIT: Final = re.compile(r"[^\s/+\\]+")
_LIST: Final = re.compile(r"[0-9]{3,}(?:[/+\\][0-9]{3,})+")
_AMONG_DIGITS: Final = re.compile(r"(?<=[0-9])[OoОоЗзlLIІі|]+(?![^\W0-9_])|(?<![^\W_])(?:[OoОо]{2}|[OoОоЗзlLIІі|])(?=[0-9])")
_TO_DIGIT: Final = str.maketrans("OoОоЗзlLIІі|", "000033111111")


def parts(text: str) -> list[tuple[int, int]]:
    """Where the blocks of a split number lie within it: at blanks and folds, and at a slash between numbers of a list."""
    if _LIST.fullmatch(text):
        return [m.span() for m in _SPLIT.finditer(text)]
    return [m.span() for m in re.finditer(r"\S+", text)]


def joins(text: str) -> Iterator[tuple[int, int]]:
    """Every stretch of whole blocks, from the first block the longest first: the readings in the order of trust."""
    blocks = parts(text)
    for first in range(len(blocks)):
        for last in range(len(blocks) - 1, first - 1, -1):
            yield blocks[first][0], blocks[last][1]


def candidate_keys(text: str) -> tuple[str, ...]:
    """
    >>> candidate_keys("1045 82"), candidate_keys("1O45")
    (('104582', '1045', '82'), ('1O45', '1045'))
    """
    if text.isdigit() and text.isascii():
        return (text,)
    stretches = [text[start:end] for start, end in joins(text)]
    typed = [number_key(each) for each in stretches]
    return tuple(dict.fromkeys(key for key in (*typed, *repaired(stretches)) if key))


def repaired(stretches: Sequence[str]) -> Iterator[str]:
    """Letters typed for the digits they look like, between digits or at the edge of a run; the second attempt."""
    for each in stretches:
        mended = _AMONG_DIGITS.sub(lambda m: m[0].translate(_TO_DIGIT), each)
        if mended != each:
            yield number_key(mended)
