"""One alphabet for every way to write a name: Russian, Kazakh and Uzbek letters, and Latin in several schemes.

A *skeleton* is a text of lower-case Latin letters and the symbols S (sh), C (ch), J (zh), H (kh) and Y (the letter ы);
two spellings of one name have one skeleton, whether they are Cyrillic, an Uzbek or Kazakh Latin alphabet, a passport's
spelling (ICAO 9303), BGN/PCGN or ISO 9. It folds no more than that: Омаров and Умаров, Щукин and Шукин stay two.

What the schemes themselves do not tell apart is folded: ё/е/ye/yo, й/и/y/i beside a vowel, ж/zh/j, х/ҳ/kh/x/h, қ/к/q/k,
ғ/г/gh, ә/а, ө/ў/о (an Uzbek o' loses its apostrophe), ү/ұ/у, ң/н, ц/тс/ts/c, w/v; soft and hard signs and apostrophes
go, so do doubled vowels of one kind (-ий, -iy, -ii). A lone j is ж, as in the Uzbek and Kazakh Latin alphabets; it is
й only in a name that shows it (zh or ž elsewhere, -ajk-, -ej). A lone c is ts before e, i,
y, v (and everywhere beside š, ž, č, as in ISO 9), else k.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from anyascii import anyascii

_PLAIN_CYRILLIC: Final = str.maketrans("абвгдезиклмнопрстуфыэёәғқңөүұіўїєґ", "abvgdeziklmnoprstufYeeagknouuioieg")
_CYRILLIC: Final = {
    "ж": "J", "й": "y", "х": "H", "ҳ": "H", "һ": "H", "ч": "C", "ш": "S", "щ": "sC", "ц": "ts", "ю": "yu", "я": "ya",
    "ь": "", "ъ": "",
}  # fmt: skip
# Latin letters with marks, of the Kazakh, Uzbek, Turkish and ISO 9 alphabets; all others go through anyascii.
_MARKED_LATIN: Final = str.maketrans("šşžčçğñŋöüūäáīı", "SSJCCgnnouuaaii")
_APOSTROPHES: Final = "'`´ʼʻʽˈʹ’‘‛′＇"
_INVISIBLE: Final = "\u200b\u200c\u200d\u2060\u00ad\ufeff\u0301"
_SIGNS: Final = {"№": " ", "&": " and ", "ŝ": "sC"}


class _Letters(dict[int, str]):
    """What each character becomes; one that no rule names is asked of anyascii once, and remembered."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character.isascii():
            plain = character if character.isalnum() else " "
        else:
            ascii_text = anyascii(unicodedata.normalize("NFKC", character)).lower()
            plain = "".join(part if part.isalnum() else " " for part in ascii_text if part not in "'`") or " "
        self[code] = plain
        return plain


def _letters() -> _Letters:
    letters = _Letters({code: chr(plain) for code, plain in (_PLAIN_CYRILLIC | _MARKED_LATIN).items()})
    for table in (_CYRILLIC, dict.fromkeys(_APOSTROPHES, "'"), dict.fromkeys(_INVISIBLE, ""), _SIGNS):
        letters.update((ord(character), symbol) for character, symbol in table.items())
    return letters


_LETTERS: Final = _letters()

# Letters that print alike, for words in which somebody's keyboard switched half-way.
_TO_CYRILLIC: Final = str.maketrans("abcehikmoptxy", "авсенікмортху")
_TO_LATIN: Final = str.maketrans("авсенікмортху", "abcehikmoptxy")
_SCRIPTS_MIXED: Final = re.compile(r"[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]")
_WORD: Final = re.compile(r"\w+")
_LATIN_LETTER: Final = re.compile(r"[a-z]")
_CYRILLIC_LETTER: Final = re.compile(r"[\u0400-\u04ff]")
_LATIN_ALONE: Final = re.compile(r"[dfgjlnqrsuvwz]")
_CYRILLIC_ALONE: Final = re.compile(r"[^\W\d_a-zавсенікмортху]")

# Latin digraphs, longest first. Cyrillic is already in symbols here, so that с + х never meets "sh".
_DIGRAPHS: Final = (
    ("shch", "sC"),
    ("shh", "sC"),
    ("sh", "S"),
    ("zh", "J"),
    ("ch", "C"),
    ("SC", "sC"),
    ("kh", "H"),
    ("gh", "g"),
    ("h", "H"),
)
_X_AS_KS: Final = (("alex", "aleks"), ("maxim", "maksim"), ("oxana", "oksana"), (" xeni", " kseni"))
_C_AS_TS: Final = re.compile(r"c(?=[eivy])")
_ISO_9: Final = ("š", "ž", "č", "ŝ", "ʹ")
_C_BESIDE_VOWEL: Final = re.compile(r"(?<=[aeiouy])c(?!h)|c(?=[aeiouyv])")
# zh elsewhere shows that j is not ж; so does j between a vowel and a consonant, or at the end of a word of three
# letters or more (but -oj, as in Siroj).
_J_IS_Y: Final = re.compile(
    r"zh(?=[aeiouy])|(?<=[aeiouy])zh|(?<=[aeiouy])j(?=[bcdfghklmnpqrstvxz])|[a-z][aeiuy]j(?![a-z])"
)

# Whatever the scheme of the name, the Uzbek form "jamiyati" keeps its own letters.
_J_BESIDE_VOWEL: Final = re.compile(r"(?<=[aeiouy])j|j(?=[aeiou])(?!amiyat)")
# Saryarka may be Сарыарка or Сарярка. In this order: y before a vowel, then y and ы after a vowel, then endings.
_VOWELS: Final = (
    ("ya", "ia"),
    ("Ya", "ia"),
    ("yu", "iu"),
    ("ye", "e"),
    ("yo", "e"),
    ("y", "Y"),
    ("aY", "ai"),
    ("eY", "ei"),
    ("oY", "oi"),
    ("uY", "ui"),
    ("iY", "ii"),
    ("YY", "Y"),
    ("Yi", "Y"),
    ("kY ", "ki "),
)
# Васильев is written Vasilev, Vasilyev and Vasiliev: -ьев and -иев meet after the letters where both occur.
_IEV: Final = tuple((letter + "iev", letter + "ev") for letter in "tsfnlr")


def _one_script(text: str) -> str:
    """Each word in one script where look-alikes make that possible («Cервис» with a Latin C). A word of letters that all
    look alike («BЕTЕPAH») takes the script of the letters beside it that do not."""
    cyrillic_text = len(_CYRILLIC_ALONE.findall(text)) - len(_LATIN_ALONE.findall(text))

    def repaired(found: re.Match[str]) -> str:
        word = found[0]
        latin, cyrillic = len(_LATIN_LETTER.findall(word)), len(_CYRILLIC_LETTER.findall(word))
        if not latin or not cyrillic:
            return word
        to_cyrillic = cyrillic_text > 0 if cyrillic_text else cyrillic >= latin
        attempts = (_TO_CYRILLIC, _TO_LATIN) if to_cyrillic else (_TO_LATIN, _TO_CYRILLIC)
        for table in attempts:
            changed = word.translate(table)
            if not (_LATIN_LETTER.search(changed) and _CYRILLIC_LETTER.search(changed)):
                return changed
        return word

    return _WORD.sub(repaired, text)


def _symbols_of_latin(text: str) -> str:
    if "'" in text:
        text = text.replace("s'h", "sH").replace("'", "")  # Is'hoqov is Исҳоқов, no Ишоков
    if "j" in text and _J_IS_Y.search(text):
        text = _J_BESIDE_VOWEL.sub("y", text)
    if "h" in text:
        for digraph, symbol in _DIGRAPHS:
            text = text.replace(digraph, symbol)
    if "x" in text:
        for spelled, plain in _X_AS_KS:
            text = text.replace(spelled, plain)
        text = text.replace("x", "H")
    if "c" in text:
        text = _C_AS_TS.sub("ts", text).replace("c", "k")
    return text.replace("q", "k").replace("j", "J").replace("w", "v")


SPELLED: Final[dict[str, list[str]]] = {}
"""Names are made of words that come again: each is spelled out once."""
_BY_THE_REST: Final = ["?"]
"""In place of its spelling: what this word is, the rest of the name must tell."""
_MOST_SPELLED: Final = 65_536

# What the rest of the name must tell: is j ж or й, is c ts or k, which script is it where two meet. All else is settled
# within a word.
_WHOLE_NAME: Final = ("j", *_ISO_9)


def skeleton(text: str) -> str:
    """The text in skeleton letters and digits, words parted by single blanks. Deterministic; see the module.

    >>> skeleton("Сергей Васильев") == skeleton("SERGEI VASILYEV") == skeleton("Sergej Vasil'ev")
    True
    >>> skeleton("Жўраев Шоҳрух"), skeleton("Jo‘rayev Shohrux"), skeleton("Бауыржан"), skeleton("BAUYRZHAN")
    ('Joraev SoHruH', 'Joraev SoHruH', 'bauirJan', 'bauirJan')
    """
    return " ".join(skeleton_words(text))


def skeleton_words(text: str) -> list[str]:
    """The words of a text's skeleton."""
    text = text.lower()
    words: list[str] = []
    for piece in text.split():
        known = SPELLED.get(piece)
        if known is None:
            known = _remembered(piece)
        if known is _BY_THE_REST:
            return _spelled(_one_script(text) if _SCRIPTS_MIXED.search(text) else text)
        words.extend(known)
    return words


def _remembered(piece: str) -> list[str]:
    if len(SPELLED) >= _MOST_SPELLED:
        SPELLED.clear()
    whole = _SCRIPTS_MIXED.search(piece) is not None or any(letter in piece for letter in _WHOLE_NAME)
    words = SPELLED[piece] = _BY_THE_REST if whole else _spelled(piece)
    return words


def _spelled(text: str) -> list[str]:
    """The words of a text in small letters."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if any(letter in text for letter in _ISO_9):
            text = _J_BESIDE_VOWEL.sub("y", _C_BESIDE_VOWEL.sub("ts", text))
    text = _symbols_of_latin(f" {text.translate(_LETTERS)} ")
    if "y" in text or "Y" in text:
        for spelled, plain in _VOWELS:
            text = text.replace(spelled, plain)
    if "iev" in text:
        for spelled, plain in _IEV:
            text = text.replace(spelled, plain)
    while "ii" in text:
        text = text.replace("ii", "i")
    return text.split()
