"""The purpose folded for reading, with a map back to the characters that the payer typed.

Capitals, one kind of blank, apostrophe, quote and dash; full-width digits to plain ones; characters without ink
dropped; a letter and its combining mark made one. Nothing else: look-alike letters are settled word by word, because
which script a letter belongs to is told by its neighbours. Line feeds stay: they are the bank's folds. Blanks and
folds around the dash of a number are left out («SC - 104582», «554342 - 81»): it is one number wherever in a list it
stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

_PLAIN: Final = re.compile(r"[ -_a-z{-~А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІіЎўҲҳ№\n]*")
_INKLESS: Final = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\r]")
_SPACED: Final = re.compile(r"[ \n]-|-[ \n]| / ")
_LETTER: Final = r"[^\W\d_]"
_NO_MORE: Final = (
    r"(?=\s*(?:\Z|[,;)]|/[^\W\d_])|-(?:SON|СОН)|\s+(?:ОТ|OT|DD|DATED|И|ЖӘНЕ|ВА|ҲАМДА|AND|NA|VA|БИН|ИИН|ИНН|КНП|БЕЗ|ЗА|ZA|FOR|KWA"
    r"|MALIPO|ASANTE)\b)"
)
_NOT_BEHIND: Final = r"(?<![0-9])(?<![0-9][.,/'-])"
_DASH: Final = r"(?:\n ?| )?-[ \n]?"
_RUN: Final = r"[0-9](?:\n?[0-9])"
_SPACED_DASH: Final = re.compile(
    rf"(?<!{_LETTER})(?<!{_LETTER}/){_NOT_BEHIND}{_LETTER}{{1,5}}(?:{_DASH}20[0-9]{{2}}{_DASH}(?=[0-9]{{3}})|[0-9]{{1,2}}{_DASH}(?=[0-9]{{3}})|{_DASH}(?=[0-9]{{4}}))"
    rf"|{_NOT_BEHIND}(?:{_RUN}{{4,}}{_DASH}[0-9]{{1,3}}|{_RUN}{{3,}}{_DASH}{_LETTER}(?!\n/)"
    rf"|[0-9]{{4,}} / [0-9]{{2}}|20[0-9]{{2}} / [0-9]{{3,}}){_NO_MORE}"
)
"""A prefix and its digits; digits and the few digits or the letter that end them, behind which the number ends."""


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
    where both agree character by character. `plain`: its letters are those of the languages alone, A to Z and А to Я.
    `closed`: blanks around a dash are left out."""

    __slots__ = ("closed", "offsets", "plain", "text")

    def __init__(
        self, text: str, offsets: Sequence[int] | None = None, plain: bool = False, closed: bool = False
    ) -> None:
        self.closed = closed
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
    folded = _folded(text)
    if ("-" in folded.text or " / " in folded.text) and _SPACED.search(folded.text):
        return _with_dashes_closed(folded)
    return folded


def _folded(text: str) -> Folded:
    if _PLAIN.fullmatch(text):
        return Folded(text.upper(), plain=True)
    if not _INKLESS.search(text):
        return Folded(text.translate(_TABLE))
    return _without_inkless(text)


def _with_dashes_closed(folded: Folded) -> Folded:
    text = folded.text
    blanks = {
        at
        for found in _SPACED_DASH.finditer(text)
        for at in range(found.start(), found.end())
        if text[at] in " \n" and (text[at - 1] in "-/" or text[at + 1] in "-/")
    }
    if not blanks:
        return folded
    kept = [at for at in range(len(text)) if at not in blanks]
    offsets = (
        (*kept, len(text)) if folded.offsets is None else (*[folded.offsets[at] for at in kept], folded.offsets[-1])
    )
    return Folded("".join([text[at] for at in kept]), offsets, folded.plain, closed=True)


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
