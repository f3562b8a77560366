"""The purpose folded for reading, with a map back to the characters that the payer typed.

Capitals, one kind of blank, apostrophe, quote and dash; full-width digits to plain ones; characters without ink
dropped; a letter and its combining mark made one. Nothing else: look-alike letters are settled word by word, because
which script a letter belongs to is told by its neighbours. Line feeds stay: they are the bank's folds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_PLAIN: Final = re.compile(r"[ -_a-z{-~А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІіЎўҲҳ№\n]*")
_INKLESS: Final = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\r]")


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in range(1, 0x10000):
        char = chr(code)
        if code < 0x3000 or 0xFF00 <= code < 0xFFF0:
            table[code] = char.upper() if len(char.upper()) == 1 else char
    for code in range(0xC0, 0x250):  # Latin letters with a mark above or below: «SČETU», «tölem»
        base = unicodedata.normalize("NFD", chr(code))[0]
        table[code] = base.upper() if base.isascii() and base.isalpha() else table[code]
    table.update({code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
    table.update({code: chr(code - 0xFEE0).upper() for code in range(0xFF41, 0xFF5B)})
    for chars, folded in (
        ("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\v\f", " "),
        ("`´ʹʻʼʽˈ‘’‛′＇", "'"),
        ("«»“”„‟″＂", '"'),
        ("‐‑‒–—―−﹣－", "-"),
        ("•·●∗×✱", "*"),
    ):
        table.update(dict.fromkeys(map(ord, chars), folded))
    table[0xB2], table[0xB3], table[0xB9] = "²", "³", "¹"
    return table


_TABLE: Final = _table()


class Folded:
    """`text` to read; `offsets` gives for each of its characters, and for its end, the place in the original; None
    where both agree character by character. `plain`: its letters are those of the languages alone, A to Z and А to Я."""

    __slots__ = ("offsets", "plain", "text")

    def __init__(self, text: str, offsets: Sequence[int] | None = None, plain: bool = False) -> None:
        self.text = text
        self.offsets = offsets
        self.plain = plain

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original that this stretch of the folded text was made of."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1 if end > start else self.offsets[start]


def fold(text: str) -> Folded:
    """
    >>> fold("Счёт\\u00a0№ 45\\u200b12").text
    'СЧЁТ № 4512'
    """
    if _PLAIN.fullmatch(text):
        return Folded(text.upper(), plain=True)
    if not _INKLESS.search(text):
        return Folded(text.translate(_TABLE))
    return _without_inkless(text)


def _without_inkless(text: str) -> Folded:
    chars: list[str] = []
    offsets: list[int] = []
    for at, char in enumerate(text):
        if not _INKLESS.match(char):
            chars.append(char)
            offsets.append(at)
        elif unicodedata.combining(char) and chars:
            whole = unicodedata.normalize("NFC", chars[-1] + char)
            chars[-1] = whole if len(whole) == 1 else chars[-1]
    return Folded("".join(chars).translate(_TABLE), (*offsets, len(text)))
