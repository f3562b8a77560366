"""What was wrong with somebody's input, in the reader's language.

A problem is raised, and stored, as an English sentence (`reconcile.problem`); that sentence is its own key, as with
gettext. The data beside this module pair it with the Russian one, `{}` for each value; `{0}`, `{1}` where Russian has
them in another order. A value that is a sentence of its own is said in Russian too. What has no pair (a library's words,
a server's, a newer program's) is shown as it was said: nothing ever fails for want of words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from typing import Final

_PLACE: Final = re.compile(r"\{\w*\}")
_LONGEST: Final = 4000
_JOINTS: Final = 6
"""Longer texts, and ones of more parts, are nobody's sentence; they cost time and are shown as they are."""
OF_A_STATEMENT: Final = ("closing", "total_credit", "total_debit", "count_expected")
"""What does not add up in a statement: sentences of alerts, which are stored beside the statement in English."""
VALUES: Final = "values.toml"
"""Single words, which are said in Russian as the value of a sentence and never by themselves."""


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
    return (_known(text) or text) if language == "ru" else text


@lru_cache(maxsize=4096)
def _known(text: str) -> str | None:
    """In Russian, as far as these are our words: a sentence; several, one a line or joined; or one behind its place."""
    if not 0 < len(text) <= _LONGEST:
        return None
    return _sentence(text) or _lines(text) or _joined(text) or _behind_place(text)


def _sentence(text: str) -> str | None:
    for pair in pairs():
        values = pair.values(text)
        if values is not None:
            return pair.russian.format(*map(_value, values))
    return None


def _lines(text: str) -> str | None:
    lines = text.splitlines()
    told = [_known(line) for line in lines] if len(lines) > 1 else []
    return "\n".join(new or old for new, old in zip(told, lines, strict=True)) if any(told) else None


def _joined(text: str) -> str | None:
    """`what; mend`, and several faults one behind the other."""
    for what, mend in _cut(text, "; "):
        if (first := _known(what)) and (then := _known(mend)):
            return f"{first}; {then}"
    return None


def _behind_place(text: str) -> str | None:
    """`file:line: what`, `column: what`."""
    return next((f"{place}: {told}" for place, what in _cut(text, ": ") if (told := _known(what))), None)


def _cut(text: str, mark: str) -> Iterator[tuple[str, str]]:
    for found in islice(re.finditer(mark, text), _JOINTS):
        yield text[: found.start()], text[found.end() :]


def _value(text: str) -> str:
    return _words().get(text) or _known(text) or text


@lru_cache(maxsize=1)
def pairs() -> Sequence[Pair]:
    """Every sentence, the most telling first."""
    made = [Pair.of(*each) for name, told in catalogue().items() if name != VALUES for each in told.items()]
    parts = tomllib.loads(files("reconcile.explain").joinpath("alerts.toml").read_text("utf-8"))["part"]
    made += [Pair.of(parts[name]["en"], parts[name]["ru"]) for name in OF_A_STATEMENT]
    return sorted(made, key=lambda pair: pair.weight, reverse=True)


@lru_cache(maxsize=1)
def _words() -> Mapping[str, str]:
    return catalogue()[VALUES]


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """The data as they are written: file, English, Russian."""
    found = (each for each in files(__package__).iterdir() if each.name.endswith(".toml"))
    return {each.name: tomllib.loads(each.read_text("utf-8")) for each in sorted(found, key=lambda each: each.name)}
