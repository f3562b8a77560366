"""Spelling one text in another script, as clerks, banks and passports do it. Written for making test data only."""

from __future__ import annotations

from random import Random
from typing import Final

_COMMON: Final = dict(
    zip(
        "абвгдезиклмнопрстуфэы",
        ["a", "b", "v", "g", "d", "e", "z", "i", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "e", "y"],
        strict=True,
    )
)
_KAZAKH: Final = {"ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "і": "i"}
_UZBEK: Final = {"ў": "o", "ҳ": "h"}
_PASSPORT: Final = {
    **_COMMON,
    **_KAZAKH,
    **_UZBEK,
    "ё": "e",
    "ж": "zh",
    "й": "i",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "shch",
    "ъ": "",
    "ь": "",
    "ю": "iu",
    "я": "ia",
}
_CLERK: Final = {
    **_PASSPORT,
    "ё": "yo",
    "й": "y",
    "х": "h",
    "ц": "c",
    "щ": "sch",
    "ь": "'",
    "ю": "yu",
    "я": "ya",
    "қ": "q",
}
_BANK: Final = {**_PASSPORT, "ё": "yo", "й": "y", "ю": "yu", "я": "ya", "щ": "sch", "ж": "j", "х": "x"}
SCHEMES: Final = (_PASSPORT, _CLERK, _BANK)

_UZBEK_LATIN: Final = {
    **_COMMON,
    "ё": "yo",
    "ж": "j",
    "й": "y",
    "х": "x",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "ъ": "’",
    "ь": "",
    "ю": "yu",
    "я": "ya",
    "ў": "o‘",
    "қ": "q",
    "ғ": "g‘",
    "ҳ": "h",
    "щ": "sh",
}
_UZBEK_PAIRS: Final = (
    ("o‘", "ў"),
    ("g‘", "ғ"),
    ("sh", "ш"),
    ("ch", "ч"),
    ("yo", "ё"),
    ("yu", "ю"),
    ("ya", "я"),
    ("ye", "е"),
)
_UZBEK_SINGLE: Final = dict(zip("abdefghijklmnopqrstuvxyz’", "абдефгҳижклмнопқрстувхйзъ", strict=True))
# What a bank without Kazakh and Uzbek letters prints in their place.
POOR_LETTERS: Final = str.maketrans("ӘәҒғҚқҢңӨөҰұҮүҺһІіЎўҲҳ", "АаГгКкНнОоУуУуХхИиУуХх")
_TWINS: Final = str.maketrans("АВЕКМНОРСТХаеорсх", "ABEKMHOPCTXaeopcx")


def _spell(text: str, table: dict[str, str]) -> str:
    out = []
    for letter in text:
        latin = table.get(letter.lower(), letter)
        out.append(latin[:1].upper() + latin[1:] if letter.isupper() and letter.lower() in table else latin)
    return "".join(out)


def latin(text: str, scheme: int = 0) -> str:
    """Cyrillic in Latin letters, in one of several schemes.

    >>> latin("Юлия Жанна"), latin("Юлия Жанна", 2)
    ('Iuliia Zhanna', 'Yuliya Janna')
    """
    return _spell(text, SCHEMES[scheme])


def uzbek_latin(text: str) -> str:
    """Uzbek Cyrillic in the Latin alphabet of 1995.

    >>> uzbek_latin("тўлов ҳисоби")
    'to‘lov hisobi'
    """
    return _spell(text, _UZBEK_LATIN)


def uzbek_cyrillic(text: str) -> str:
    """Uzbek Latin in Cyrillic letters.

    >>> uzbek_cyrillic("Yangi Bo‘ston")
    'Янги Бўстон'
    """
    out, low, place = [], text.replace("'", "‘").lower(), 0
    while place < len(text):
        pair = next((item for item in _UZBEK_PAIRS if low.startswith(item[0], place)), None)
        letter = pair[1] if pair else _UZBEK_SINGLE.get(low[place], text[place])
        out.append(letter.upper() if text[place].isupper() else letter)
        place += len(pair[0]) if pair else 1
    return "".join(out)


def poor(text: str) -> str:
    """The text without Kazakh and Uzbek letters, as a Windows-1251 bank prints it."""
    return text.translate(POOR_LETTERS)


def twins(rng: Random, text: str, share: float = 0.2) -> str:
    """Some Cyrillic letters replaced by Latin ones that print alike: hands and banks do it, eyes do not see it."""
    return "".join(letter.translate(_TWINS) if rng.random() < share else letter for letter in text)
