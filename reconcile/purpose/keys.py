"""The keys that a stretch of digits may be read as: whole, in parts, with look-alikes repaired."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from reconcile.reference import number_key

MOST_PARTS: Final = 4
"""Blocks that one number may have been split into by folds and blanks."""

_SPLIT: Final = re.compile(r"[^\s/+\\]+")
_BLOCK: Final = re.compile(r"\S+")
_LIST: Final = re.compile(r"[0-9]{3,}(?:-[0-9]{1,3})?(?:[/+\\][0-9]{3,}(?:-[0-9]{1,3})?)+")
_MONTH_BEHIND: Final = re.compile(r"(\S{4,})/(?:0[1-9]|1[0-2])\.20[0-9]{2}")
"""«AC/63732125/02.2026»: the number, and the month that it is paid for."""
_AMONG_DIGITS: Final = re.compile(
    r"(?<=[0-9])[OoОоЗзlLIІі|]+(?![^\W0-9_])|(?<![^\W_])(?:[OoОо]{2}|[OoОоЗзlLIІі|])(?=[0-9])"
)
_MAY_BE_DIGIT: Final = re.compile("[OoОоЗзlLIІі|]")
_TO_DIGIT: Final = str.maketrans("OoОоЗзlLIІі|", "000033111111")


def parts(text: str) -> list[tuple[int, int]]:
    """Where the blocks of a split number lie within it: at blanks and folds, and at a slash between numbers of a list."""
    if ("/" in text or "+" in text or "\\" in text) and _LIST.fullmatch(text):
        return [m.span() for m in _SPLIT.finditer(text)]
    if text.split(maxsplit=1) == [text]:
        return [(0, len(text))]
    return [m.span() for m in _BLOCK.finditer(text)]


def joins(text: str) -> list[str]:
    """Every stretch of whole blocks, from the first block the longest first: the readings in the order of trust."""
    blocks = parts(text)
    if len(blocks) == 1:
        return [text[blocks[0][0] : blocks[0][1]]]
    return [
        text[blocks[first][0] : blocks[last][1]]
        for first in range(len(blocks))
        for last in range(len(blocks) - 1, first - 1, -1)
    ]


def candidate_keys(text: str) -> tuple[str, ...]:
    """
    >>> candidate_keys("1045 82"), candidate_keys("1O45")
    (('104582', '1045', '82'), ('1O45', '1045'))
    """
    if text.isascii() and text.isdigit():
        return (text,)
    stretches = joins(text)
    keys = [number_key(each) for each in stretches]
    keys += repaired(stretches)
    if (month := _MONTH_BEHIND.fullmatch(text)) is not None:
        keys.append(number_key(month[1]))
    if len(keys) == 1 and keys[0]:
        return (keys[0],)
    return tuple(dict.fromkeys([key for key in keys if key]))


def repaired(stretches: Sequence[str]) -> list[str]:
    """Letters typed for the digits they look like, between digits or at the edge of a run; the second attempt."""
    keys: list[str] = []
    for each in stretches:
        mended = _AMONG_DIGITS.sub(_as_digits, each) if _MAY_BE_DIGIT.search(each) else each
        if mended != each:
            keys.append(number_key(mended))
    return keys


def _as_digits(letters: re.Match[str]) -> str:
    return letters[0].translate(_TO_DIGIT)
