"""What was wrong with somebody's input, in the reader's language.

A problem is raised, and stored, as an English sentence (`reconcile.problem`); that sentence is its own key, as with
gettext. The data beside this module pair it with the Russian one, `{}` for each value; `{0}`, `{1}` where Russian has
them in another order. A value that is a sentence of its own is said in Russian too. What has no pair (a library's words,
a server's, a newer program's) is shown as it was said: nothing ever fails for want of words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

_PLACE: Final = re.compile(r"\{\w*\}")
_LONGEST: Final = 1000
_MOST_PARTS: Final = 8
"""A longer line, or one of more parts, is no sentence of ours: it is shown as it is, and costs no time."""
OF_A_STATEMENT: Final = ("closing", "total_credit", "total_debit", "count_expected")
"""What does not add up in a statement: sentences of alerts, which are stored beside the statement in English."""
VALUES: Final = "values.toml"
"""Words and pieces, which are said in Russian as the value of a sentence and never by themselves."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An English sentence, cut at its values, and the Russian one."""

    pieces: tuple[str, ...]
    russian: str

    @classmethod
    def of(cls, english: str, russian: str) -> Pair:
        for number, place in enumerate(_PLACE.findall(english)):
            russian = russian.replace(place, f"{{{number}}}") if place != "{}" else russian
        return cls(tuple(_PLACE.split(english)), russian)

    @property
    def weight(self) -> int:
        """How much of it is its own words: the most telling sentence is tried first."""
        return sum(map(len, self.pieces))

    @property
    def first_word(self) -> str:
        """By which it is looked up; empty where a value may stand in it."""
        word, blank, _ = self.pieces[0].partition(" ")
        return word if blank else ""

    def values(self, text: str) -> list[str] | None:
        """What stands in the places, if the whole text is this sentence; each as short as it can be."""
        first, *more = self.pieces
        if not text.startswith(first):
            return None
        if not more:
            return [] if text == first else None
        found, at, end = [], len(first), len(text) - len(more[-1])
        for piece in more[:-1]:
            begin = text.find(piece, at, end)
            if begin < 0:
                return None
            found.append(text[at:begin])
            at = begin + len(piece)
        return [*found, text[at:end]] if at <= end and text.endswith(more[-1]) else None


def in_language(text: str, language: str) -> str:
    """The sentence as this reader reads it.

    >>> in_language("the file is empty", "ru")
    'файл пуст'
    >>> in_language("day.txt:7: amount '7OO' is no number; correct it", "ru")
    "day.txt:7: сумма '7OO' — не число; исправьте"
    >>> in_language("Connection reset by peer", "ru")
    'Connection reset by peer'
    """
    return _heard(text).russian if language == "ru" else text


class _Heard(NamedTuple):
    """A text in Russian, as far as it is known; and how many of its letters are words of ours."""

    known: int
    russian: str


@lru_cache(maxsize=4096)
def _heard(text: str) -> _Heard:
    """The text may be a sentence; several, one a line or joined; or one behind its place. So it is heard in the way in
    which the most of it is known: `a.txt: the file is empty` could be said of a column `a.txt: the file`."""
    if "\n" in text:
        return _together("\n", map(_heard, text.split("\n")))
    if " " not in text or len(text) > _LONGEST:
        return _Heard(0, text)
    among = _by_first_word()
    whole = _sentence(text, among.get(text.partition(" ")[0]) or among[""])
    return max(whole, *_joined(text), *_behind_place(text), _Heard(0, text), key=lambda heard: heard.known)


def _sentence(text: str, among: Sequence[Pair]) -> _Heard:
    for pair in among:
        values = pair.values(text)
        if values is not None:
            heard = [_value(value, before) for value, before in zip(values, pair.pieces, strict=False)]
            told = pair.russian.format(*(each.russian for each in heard))
            return _Heard(pair.weight + sum(each.known for each in heard), told)
    return _Heard(0, text)


def _value(text: str, before: str) -> _Heard:
    """A word, a sentence, or a name; what stands in «» is what a person wrote, and stays."""
    if before.endswith("«"):
        return _Heard(0, text)
    return max(_sentence(text, _words()), _heard(text), key=lambda heard: heard.known)


def _joined(text: str) -> Iterator[_Heard]:
    """`what; mend`, and several faults one behind the other."""
    for what, mend in _split(text, "; "):
        yield _together("; ", (_heard(what), _heard(mend)))


def _behind_place(text: str) -> Iterator[_Heard]:
    """`file:line: what`, `column: what`."""
    for place, what in _split(text, ": "):
        yield _together(": ", (_Heard(0, place), _heard(what)))


def _split(text: str, mark: str) -> Iterator[tuple[str, str]]:
    """The text at each of these marks, where it has no more of them than we would ever put."""
    parts = text.split(mark)
    if len(parts) <= _MOST_PARTS:
        yield from ((mark.join(parts[:at]), mark.join(parts[at:])) for at in range(1, len(parts)))


def _together(mark: str, parts: Iterable[_Heard]) -> _Heard:
    known, russian = zip(*parts, strict=True)
    return _Heard(sum(known), mark.join(russian))


@lru_cache(maxsize=1)
def pairs() -> Sequence[Pair]:
    """Every sentence, the most telling first."""
    made = [Pair.of(*each) for name, told in catalogue().items() if name != VALUES for each in told.items()]
    parts = tomllib.loads(files("reconcile.explain").joinpath("alerts.toml").read_text("utf-8"))["part"]
    made += [Pair.of(parts[name]["en"], parts[name]["ru"]) for name in OF_A_STATEMENT]
    return sorted(made, key=lambda pair: pair.weight, reverse=True)


@lru_cache(maxsize=1)
def _by_first_word() -> Mapping[str, Sequence[Pair]]:
    """The pairs that a text with this first word may be, in the same order."""
    words = {"", *(pair.first_word for pair in pairs())}
    return {word: [pair for pair in pairs() if pair.first_word in (word, "")] for word in words}


@lru_cache(maxsize=1)
def _words() -> Sequence[Pair]:
    return [Pair.of(*each) for each in catalogue()[VALUES].items()]


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """The data as they are written: file, English, Russian."""
    found = (each for each in files(__package__).iterdir() if each.name.endswith(".toml"))
    return {each.name: tomllib.loads(each.read_text("utf-8")) for each in sorted(found, key=lambda each: each.name)}
