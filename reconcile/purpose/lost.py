"""Kazakh and Uzbek letters that a code page had no room for: «?ш?н» for үшін, «т?лем» for төлем, «ра?ами» for рақами.

A word of the lexicon is known again by what is left of it; what is no such word, names above all, stays as it came.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from reconcile.purpose.spelling import forms
from reconcile.purpose.words import entries, source

_OWN: Final = {"kk": "әғқңөұүһі", "uz": "ўқғҳ"}
_KEPT_BY_1251: Final = "іў"
"""Ukrainian and Belarusian letters, which that code page has."""
_FEWEST_LEFT: Final = 2
_WORD: Final = re.compile(r"(?:[^\W\d_]|\?)*(?:[^\W\d_]\?|\?[^\W\d_])(?:[^\W\d_]|\?)*")


def with_lost_letters(text: str) -> str:
    """The folded text with such words whole; as long as before.

    >>> with_lost_letters("Т?ЛЕМ ШОТЫ № 15, ОПЛАТА?")
    'ТӨЛЕМ ШОТЫ № 15, ОПЛАТА?'
    """
    return _WORD.sub(_whole, text)


def _whole(found: re.Match[str]) -> str:
    return _by_what_is_left().get(found[0], found[0])


@lru_cache(maxsize=1)
def _by_what_is_left() -> dict[str, str]:
    """Built when the first such text comes; where two words leave the same, the one that the lexicon has first."""
    found: dict[str, str] = {}
    for language, own in _OWN.items():
        data = source(language)
        every, lacking = (str.maketrans(dict.fromkeys(letters, "?")) for letters in (own, own.strip(_KEPT_BY_1251)))
        words = {word for _, entry in entries(data) for spec in entry.split() for word in forms(spec, data["endings"])}
        for word in sorted(words):
            for left in (word.translate(every), word.translate(lacking)):
                if "?" in left and len(left.replace("?", "")) >= _FEWEST_LEFT:
                    found.setdefault(left.upper(), word.upper())
    return found
