"""A whole number in Uzbek words (Latin script), since the library that knows the other languages does not know it."""

from __future__ import annotations

from typing import Final

_ONES: Final = ("", "bir", "ikki", "uch", "toʻrt", "besh", "olti", "yetti", "sakkiz", "toʻqqiz")
_TENS: Final = ("", "oʻn", "yigirma", "oʻttiz", "qirq", "ellik", "oltmish", "yetmish", "sakson", "toʻqson")
_GROUPS: Final = ("", "ming", "million", "milliard", "trillion")


def uzbek_words(number: int) -> str:
    """Cardinal words, every group named with its own count.

    >>> uzbek_words(1_025), uzbek_words(150_000), uzbek_words(0)
    ('bir ming yigirma besh', 'bir yuz ellik ming', 'nol')
    """
    if not 0 <= number < 1000 ** len(_GROUPS):
        raise ValueError(f"{number} is outside of what is written in words")
    said: list[str] = []
    for at in reversed(range(len(_GROUPS))):
        group = number // 1000**at % 1000
        if group:
            said += [*_below_thousand(group), _GROUPS[at]]
    return " ".join(word for word in said if word) or "nol"


def _below_thousand(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    return [_ONES[hundreds], "yuz" if hundreds else "", _TENS[rest // 10], _ONES[rest % 10]]
