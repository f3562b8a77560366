"""What an alert says. A sentence and its named values are stored; the words are made when they are shown, in the reader's
language, so that a page in Russian tells in Russian what was raised at night.

The sentences are data (`alerts.toml`), a table a kind. A value is text or, where it says something itself, a sentence
within the sentence. What a parser or a check of the books said is stored as it was said, and shown in the reader's
language as any problem is (`explain.problems`); the words of a library or of somebody's server stay a quotation.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from importlib.resources import files
from typing import Any, NamedTuple

from reconcile.explain import LANGUAGES
from reconcile.explain.problems import in_language


class Said(NamedTuple):
    """A sentence by its name, `file_refused.in_inbox`, and what stands in its places. Stored as it is, as JSON."""

    sentence: str
    words: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Of which kind an alert with this sentence is."""
        return self.sentence.partition(".")[0]

    def __str__(self) -> str:
        return in_words(self)


def said(sentence: str, /, **words: object) -> Said:
    """A sentence with its values. Dates as ISO 8601; amounts as text with their currency.

    >>> str(said("file_refused.at_source", source="bank", file="a.txt", fault="it is empty"))
    'bank/a.txt was not fetched: it is empty'
    """
    return Said(sentence, {name: value if isinstance(value, Said) else str(value) for name, value in words.items()})


def chained(link: str, parts: Iterable[Said | str]) -> Said | str:
    """Several values as one, each two linked by that part; at least one.

    >>> str(chained("part.both_names", ["R-1", "R-2"]))
    'R-1 and R-2'
    """
    return reduce(lambda first, second: Said(link, {"first": first, "second": second}), parts)


def in_words(told: Sequence[Any], language: str = "en") -> str:
    """The sentence as it is read, of what was said or stored. Nothing fails for want of a word: a sentence that this
    program does not know (a newer one raised it) is said as its values."""
    sentence, words = told
    filled = _Filled({name: _value(value, language) for name, value in words.items()})
    kind, _, form = str(sentence).partition(".")
    texts = sentences().get(kind, {}).get(form)
    if texts is None:
        return f"{kind.replace('_', ' ')}: {', '.join(filled.values())}"
    return texts[language if language in LANGUAGES else "en"].format_map(filled)


def _value(value: Any, language: str) -> str:
    return in_language(value, language) if isinstance(value, str) else in_words(value, language)


@lru_cache(maxsize=1)
def sentences() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """All texts: kind, sentence, language."""
    return tomllib.loads(files(__package__).joinpath("alerts.toml").read_text("utf-8"))


class _Filled(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
