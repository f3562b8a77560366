"""Cyrillic into Latin as banks, passports and clerks do it. Several schemes, none of them the program's own."""

from __future__ import annotations

from typing import Final

_BASE: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "і": "i", "һ": "h", "ў": "o", "ҳ": "h",
}  # fmt: skip
_SCHEMES: Final[dict[str, dict[str, str]]] = {
    "plain": {},
    "passport": {"й": "i", "ю": "iu", "я": "ia", "ъ": "ie"},
    "gost": {"х": "h", "ц": "c", "щ": "shh", "ё": "yo", "ъ": "''", "ь": "'", "й": "j"},
    "clerk": {"х": "h", "ц": "c", "щ": "sch", "ё": "e", "ю": "u", "я": "ya", "й": "i"},
    "german": {"х": "ch", "ц": "z", "ю": "ju", "я": "ja", "й": "j", "щ": "schtsch"},
    "bank": {"х": "kh", "ц": "ts", "щ": "sch", "ю": "ju", "я": "ja", "й": "i", "ё": "jo"},
    "uzbek": {"х": "x", "ж": "j", "й": "y", "ё": "yo", "э": "e", "ц": "s", "у": "u", "қ": "q", "ў": "o'", "ғ": "g'"},
}
NAMES: Final = ("plain", "passport", "gost", "clerk", "bank")
"""The schemes of transliterated purposes."""


def to_latin(text: str, scheme: str) -> str:
    table = _BASE | _SCHEMES[scheme]
    out = []
    for letter in text:
        low = letter.lower()
        if low not in table:
            out.append({"№": "N", "«": '"', "»": '"', "“": '"', "”": '"'}.get(letter, letter))
            continue
        said = table[low]
        out.append(
            said.upper() if letter.isupper() and len(said) == 1 else said.capitalize() if letter.isupper() else said
        )
    return "".join(out)
