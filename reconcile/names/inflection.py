"""How a name's word looks after за, для, от имени, үшін, uchun: the oblique forms of a nominative, in skeleton letters.

Forms are made from the nominative that the books know, and never guessed back from the inflected word: so «Иванова» is
a form of Иванов and of nobody whose name merely resembles it. Russian declension of surnames, first names, patronymics
and of company names' words (nouns and adjectives), and the Kazakh and Uzbek genitive and dative, which are glued on.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

_CONSONANTS: Final = frozenset("bdfgHJklmnprsStvzC")
_SURNAME_ENDS: Final = ("ov", "ev", "in", "Yn")
_GLUED: Final = ("nYn", "nin", "dYn", "din", "tYn", "tin", "ning", "ga", "ge")
_SOFT: Final = ("ia", "iu", "i", "iem")
_FLEETING: Final = ("el", "ets", "ok", "ek")


_IRREGULAR: Final = {
    "lev": ("lva", "lvu", "lvom", "lve"),
    "zaiats": ("zaitsa", "zaitsu", "zaitsem", "zaitsom", "zaitse"),
}
"""Names whose stem changes."""


def _masculine(word: str) -> tuple[str, ...]:
    """Иванов -а, -у, -ым, -е; Иван -а, -у, -ом; Игорь -я, -ю, -ем, -е; Павел, Павла."""
    hard = tuple(word + ending for ending in ("a", "u", "om", "em", "Ym", "im", "e"))
    soft = tuple(word + ending for ending in _SOFT)
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    fleeting = next((word[: -len(end)] + end[1:] for end in _FLEETING if word.endswith(end) and len(word) > 4), "")
    return hard + soft + (tuple(fleeting + ending for ending in ("a", "u", "om", "e")) if fleeting else ())


def _ending_in_vowel(word: str) -> tuple[str, ...]:
    """Иванова -ой, -у; Ромашка -у, -и, -е, -ой; Мария -ю, -и; Алмалинская -ой, -ую; Солнышко -а, -у, -ом."""
    stem, last = word[:-1], word[-1]
    if word.endswith(("aia", "iaia")):
        return tuple(word[:-3] + ending for ending in ("oi", "uiu", "ei", "iuiu", "oJ", "eJ"))
    if last == "a":
        endings = ("u", "Y", "i", "e", "oi", "ei", "oiu", "eiu", "oJ", "eJ")  # «SUHANOVOJ» for Сухановой
        forms = tuple((stem + ending).replace("ii", "i") for ending in endings)
        return (*forms, stem[:-1] + "e") if stem.endswith("i") else forms  # Илья, Илье
    if last in "oe":
        return tuple(stem + ending for ending in ("a", "u", "om", "ia", "iu", "em"))
    if word.endswith(("ki", "gi")) or last == "Y":
        return (*(stem + ending for ending in ("ogo", "omu", "im", "Ym", "om")), word + "a", word + "u")
    if word.endswith("oi") and len(word) > 4:  # Толстой, Толстого; and Цой, Цоя
        adjective = (word[:-2] + ending for ending in ("ogo", "omu", "Ym", "im", "om"))
        return (*adjective, word + "a", word + "u", word + "em")
    if last == "i":  # Сергей, Юрий: the glide becomes part of the ending
        return (word + "a", word + "u", stem + "em", word + "em", stem + "e")
    return ()


@lru_cache(maxsize=16384)
def oblique_forms(word: str) -> frozenset[str]:
    """Every form of a skeleton word other than its nominative. Empty for initials, numbers and very short words.

    >>> sorted(oblique_forms("romaSka") & {"romaSku", "romaSki", "romaSkoi", "romaSka"})
    ['romaSki', 'romaSkoi', 'romaSku']
    """
    if len(word) < 3 or not word.isalpha():
        return frozenset()
    forms = _masculine(word) if word[-1] in _CONSONANTS else _ending_in_vowel(word)
    glued = tuple(word + suffix for suffix in _GLUED)
    return frozenset((*forms, *glued)) - {word}


def looks_like_her_surname(nominative: str, oblique: str) -> bool:
    """«Алиева» for Алиев: the genitive of his surname is the nominative of hers."""
    return nominative.endswith(_SURNAME_ENDS) and oblique == nominative + "a"


def may_be_a_nominative(nominative: str, oblique: str) -> bool:
    """«Барса» for Барс, «Ромашки» for Ромашка: behind a company's form that may as well be another company's name.

    What ends in -у, -ой, -ого, -ым is no nominative, nor is a Kazakh or Uzbek case that is glued on.
    """
    if oblique.startswith(nominative) and oblique[len(nominative) :] in _GLUED:
        return False
    return oblique[-1] in "aeY" or (oblique[-1] == "i" and oblique[-2:] not in ("oi", "ei"))


def declines(word: str) -> bool:
    """A masculine word of more than a letter, which would have shown its case."""
    return len(word) > 2 and word[-1] in _CONSONANTS
