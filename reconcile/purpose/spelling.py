"""How one word of the lexicon may be written: endings, the alphabet of the neighbours, Latin in several schemes.

The lexicon holds each word once, in its own alphabet. From it come here the inflected forms, the forms with Russian
letters for Kazakh and Uzbek ones, and the transliterations that banks and payers use (SCHETU, SCHYOTU, SCHOTU; LICEVOI,
LITSEVOY, LICEVOJ). `skeleton` brings a typed word to the shape under which all of them are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Final

USUAL_TRANSLITERATIONS: Final = 2
SHORTEST_OMISSION: Final = 5
"""Letters of a word that has enough left where one is missing."""
MOST_TRANSLITERATIONS: Final = 64
"""Of one form. The schemes of a word of many ambiguous letters multiply; payers use the first few of each letter."""

# Capitals that print alike, towards Latin; Kazakh and Uzbek letters towards the Russian ones that are typed for them.
_SKELETON: Final = str.maketrans(
    {
        **dict(zip("АВЕЁКМНОРСТУХІЇЈЅ", "ABEEKMHOPCTYXIIJS", strict=True)),
        **dict(zip("ҚҢӨҰҮҺЎҲӘ", "KHOYYXYXA", strict=True)),
        **{"Ғ": "Г", "Ъ": "", "'": "", "`": "", "-": ""},
    }
)

Scheme = Mapping[str, tuple[str, ...]]
"""How a letter, or two together, may be written in Latin: the commonest way first."""

_RUSSIAN: Final[Scheme] = {
    "ый": ("yy", "iy", "yi", "y", "ij", "i", "yj"), "ий": ("iy", "ii", "y", "ij", "i"), "а": ("a",), "б": ("b",),
    "в": ("v",),
    "г": ("g",), "д": ("d",), "е": ("e",), "ё": ("yo", "e", "o", "io", "jo"), "ж": ("zh", "j"), "з": ("z",),
    "и": ("i",), "й": ("y", "i", "j"), "к": ("k",), "л": ("l",), "м": ("m",), "н": ("n",), "о": ("o",), "п": ("p",),
    "р": ("r",), "с": ("s",), "т": ("t",), "у": ("u",), "ф": ("f",), "х": ("kh", "h", "x"), "ц": ("ts", "c", "cz"),
    "ч": ("ch", "c"), "ш": ("sh",), "щ": ("shch", "sch", "shh"), "ъ": ("",), "ы": ("y", "i"), "ь": ("",), "э": ("e",),
    "ю": ("yu", "u", "iu", "ju"), "я": ("ya", "a", "ia", "ja"),
}  # fmt: skip
_UZBEK: Final[Scheme] = {
    **_RUSSIAN, "е": ("e", "ye"), "ё": ("yo", "e"), "ж": ("j", "zh"), "й": ("y", "j"), "х": ("x", "h", "kh"),
    "ҳ": ("h", "x", "kh"),
    "қ": ("q", "k"), "ғ": ("g",), "ў": ("o", "u"), "ц": ("s", "ts"), "ч": ("ch",), "ы": ("i",), "ю": ("yu",), "я": ("ya",),
    "ый": ("iy",), "ий": ("iy", "i", "ii", "y", "ij"),
}  # fmt: skip
_KAZAKH: Final[Scheme] = {
    **_RUSSIAN, "ә": ("a",), "ғ": ("g",), "қ": ("q", "k"), "ң": ("n", "ng"), "ө": ("o",), "ұ": ("u",), "ү": ("u",),
    "һ": ("h",), "і": ("i",), "ж": ("zh", "j"), "у": ("u", "w"),
}  # fmt: skip
_TYPED_FOR: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "kk": (("і", "и"), ("ө", "у"), ("ұ", "о"), ("ә", "е")),
    "uz": (("ў", "о"), ("ь", ""), ("ё", "йо"), ("э", "е")),
    "ru": (("ъ", ""), ("ё", "о"), ("й", "и"), ("э", "е")),
}


def skeleton(word: str) -> str:
    """A word in capitals under the shape by which the lexicon keeps it: look-alikes towards Latin, no apostrophes.

    >>> skeleton("TO'LOV"), skeleton("СЧЁТ") == skeleton("CЧET"), skeleton("ҲИСОБ") == skeleton("ХИСОБ")
    ('TOLOV', True, True)
    """
    return word.translate(_SKELETON)


def forms(spec: str, endings: Mapping[str, list[str]]) -> list[str]:
    """Every inflected form of a word of the lexicon: `stem`, or `stem+class`."""
    stem, _, ending = spec.partition("+")
    return [stem + each for each in endings[ending]] if ending else [stem]


def skeletons(form: str, language: str) -> Iterator[str]:
    """Every skeleton under which one form of a word may be typed."""
    for cyrillic in _typed(form, language):
        yield skeleton(cyrillic.upper())
    scheme = _SCHEMES.get(language)
    if scheme is not None:
        most = MOST_TRANSLITERATIONS if len(form) > 2 else 1  # «SC» is a number's prefix, not «сч»
        for latin in islice(_latin(form, scheme), most):
            yield latin
            if latin.startswith("S") and len(latin) > 3:  # a Russian С among Latin letters: «CCHETU»
                yield "C" + latin[1:]


def usual_skeletons(form: str, language: str) -> list[str]:
    """The skeletons of one form as it is written most: in its own alphabet, and in the first Latin schemes."""
    scheme = _SCHEMES.get(language)
    latin = islice(_latin(form, scheme), USUAL_TRANSLITERATIONS) if scheme is not None else ()
    return [skeleton(form.upper()), *latin]


def typos(word: str) -> Iterator[str]:
    """One letter within the word doubled, swapped with the next, or, of a long word, left out.

    >>> sorted(typos("СЧETY"))
    ['CЧETY', 'СEЧTY', 'СЧEETY', 'СЧETTY', 'СЧEYT', 'СЧTEY', 'СЧЧETY']
    """
    for at in range(1, len(word) - 1):
        yield word[: at + 1] + word[at:]
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if len(word) > SHORTEST_OMISSION:
            yield word[:at] + word[at + 1 :]


def _typed(form: str, language: str) -> set[str]:
    found = {form}
    for own, typed in _TYPED_FOR.get(language, ()):
        found |= {each.replace(own, typed) for each in found}
    return found


def _latin(form: str, scheme: Scheme) -> Iterable[str]:
    """The skeletons of the form's transliterations, those of each letter's first schemes first."""
    choices: list[tuple[str, ...]] = []
    at = 0
    while at < len(form):
        pair = form[at : at + 2]
        step = 2 if pair in scheme else 1
        piece = pair if step == 2 else form[at]
        choices.append(scheme[piece] if piece in scheme else (skeleton(piece.upper()),))
        at += step
    return map("".join, product(*choices))


def _as_skeletons(scheme: Scheme) -> Scheme:
    return {piece: tuple(skeleton(latin.upper()) for latin in ways) for piece, ways in scheme.items()}


_SCHEMES: Final = {"ru": _as_skeletons(_RUSSIAN), "uz": _as_skeletons(_UZBEK), "kk": _as_skeletons(_KAZAKH)}
"""By language; as skeletons once and for all, for the lexicon has some hundred thousand spellings."""
