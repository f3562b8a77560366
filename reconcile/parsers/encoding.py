"""Which encoding a text file of a bank is in, told by its own letters: nothing in the file says so reliably.

UTF-8 proves itself. Of the one-byte encodings, that one is taken in which the bytes read as words: letters of one
alphabet side by side, no capital after a small letter, no box drawing. What reads as words in none is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import BinaryIO, Final

from reconcile.parsers.source import CHUNK, bom_encoding, stream_is_utf8
from reconcile.problem import Refusal

# In the order of preference where two read equally well.
_ENCODINGS: Final = ("cp1251", "kz1048", "cp866", "cp1252", "cp1254", "cp1250", "cp852")
_SAMPLE: Final = 64 * 1024
_CYRILLIC: Final = frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюяӘәҒғҚқҢңӨөҰұҮүҺһІіЎўҲҳ".upper()) | frozenset(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіўҳ"
)
_LATIN: Final = frozenset("äöüßéèêëàâáãåçñíìîïóòôõøúùûýæœščžřůěďťňłąęćśźżńőűşğıțăâîşţğ")
_LATIN_LETTERS: Final = _LATIN | frozenset(letter.upper() for letter in _LATIN if len(letter.upper()) == 1)
_SIGNS: Final = frozenset("№«»–—“”„‘’…°§€£\u00a0·•®©")
_WORD: Final = re.compile(r"[A-Za-z\u0080-\uffff]+")
_NOT_ASCII: Final = re.compile(rb"[\x80-\xff]")
_LINE_END: Final = re.compile(rb"[\r\n]+")


def encoding_of(stream: BinaryIO) -> str:
    """The encoding of the whole stream: by its byte order mark, as UTF-8, or by the letters of a sample."""
    return encodings_of(stream)[0]


def encodings_of(stream: BinaryIO) -> tuple[str, ...]:
    """The same; where several read equally well all of them, for words that the caller knows to tell them apart."""
    stream.seek(0)
    head = stream.read(4096)
    if encoding := bom_encoding(head):
        return (encoding,)
    if stream_is_utf8(stream):
        return ("utf-8",)
    return encodings_by_letters(_sample(stream))


def encoding_by_letters(sample: bytes, encodings: tuple[str, ...] = _ENCODINGS) -> str:
    """The one-byte encoding, of these, in which the bytes are words.

    >>> encoding_by_letters("Оплата по счёту".encode("cp866")), encoding_by_letters("Müller Größe".encode("cp1252"))
    ('cp866', 'cp1252')
    """
    return encodings_by_letters(sample, encodings)[0]


def encodings_by_letters(sample: bytes, encodings: tuple[str, ...] = _ENCODINGS) -> tuple[str, ...]:
    """The same; all that read equally well, the preferred one first."""
    scores = {encoding: _score(sample.decode(encoding, errors="replace")) for encoding in encodings}
    best = max(scores.values())
    if best < 0 and (legible := tuple(each for each in encodings if _legible(sample.decode(each, errors="replace")))):
        return legible
    if best < 0:
        raise Refusal.of("the text is readable in no encoding that is known here", "export it again in UTF-8")
    return tuple(encoding for encoding in encodings if scores[encoding] == best)


def _sample(stream: BinaryIO) -> bytes:
    """The first lines that are not plain ASCII."""
    stream.seek(0)
    found: list[bytes] = []
    size = 0
    while (chunk := stream.read(CHUNK)) and size < _SAMPLE:
        for line in _LINE_END.split(chunk):
            if _NOT_ASCII.search(line):
                found.append(line)
                size += len(line)
    return b"\n".join(found)[:_SAMPLE]


def _score(text: str) -> int:
    """Of each word as often as it comes; a word is looked at once."""
    return sum(_word_score(word) * times for word, times in _strange_words(text).items())


def _legible(text: str) -> bool:
    """Letters of one alphabet throughout, though their capitals are odd, as in a text that was made unreadable."""
    return all(_strange_and_mixed(word.translate(_KINDS)) == (0, 0) for word in _strange_words(text))


def _strange_words(text: str) -> Counter[str]:
    return Counter(word for word in _WORD.findall(text) if not word.isascii())


class _Kinds(dict[int, str]):
    """What a character is: a Cyrillic letter (`c`), a Latin one beyond ASCII (`l`), an ASCII one (`a`), each also as a
    capital, a sign (`s`), or something that no text has (`x`)."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = "a" if char.isascii() else "c" if char in _CYRILLIC else "l" if char in _LATIN_LETTERS else ""
        kind = (kind.upper() if char.isupper() else kind) or ("s" if char in _SIGNS else "x")
        self[code] = kind
        return kind


_KINDS: Final = _Kinds()
_HUMP: Final = re.compile("[cla][CLA]")


def _strange_and_mixed(kinds: str) -> tuple[int, int]:
    cyrillic = kinds.count("c") + kinds.count("C")
    latin = len(kinds) - cyrillic - kinds.count("s") - (strange := kinds.count("x"))
    return strange, min(cyrillic, latin)


def _word_score(word: str) -> int:
    """Every expected letter counts for, everything else against; mixed alphabets and odd capitals weigh most."""
    kinds = word.translate(_KINDS)
    strange, mixed = _strange_and_mixed(kinds)
    humps = len(_HUMP.findall(kinds.replace("s", "").replace("x", "")))
    known = len(kinds) - strange - kinds.count("s") - kinds.count("a") - kinds.count("A")
    return known - 3 * strange - 3 * mixed - 3 * humps
