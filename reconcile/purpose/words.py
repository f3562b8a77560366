"""The lexicon, loaded: which words and phrases name a number, a name, or the nature of a payment.

The entries are data (`lexicon/*.toml`). Each phrase becomes a path of a trie whose steps are words (all spellings of one
entry are one word), so that a purpose is read with one dictionary look-up a word.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from reconcile.purpose.reading import SpanKind
from reconcile.purpose.spelling import forms, skeleton, skeletons, typos, usual_skeletons

LANGUAGES: Final = ("ru", "kk", "uz", "en", "sw")
_BEHIND: Final = frozenset({"kk", "uz"})
_KINDS: Final = (
    SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.CONTRACT, SpanKind.DOCUMENT, SpanKind.TAX_ID, SpanKind.PHONE,
    SpanKind.BANK_ACCOUNT, SpanKind.BANK_CODE, SpanKind.PURPOSE_CODE, SpanKind.AMOUNT, SpanKind.CARD, SpanKind.OTHER,
    SpanKind.BARE,
)  # fmt: skip
_MOST_MEMO: Final = 200_000
"""Words remembered; beyond it the memory starts afresh, so that a flood of odd words costs no memory."""

_FLAGS: Final = (
    "sign",
    "filler",
    "joiner",
    "date",
    "month",
    "suffix",
    "reset",
    "range",
    "none",
    "lump",
    "speaks",
    "either",
    "front",
    "instead",
)

_LONGEST_WORD: Final = 32

Section = Mapping[str, list[str]]


@dataclass(slots=True, eq=False)
class Phrase:
    """What a word or phrase does. `mark` is the kind of number that it names; `behind` says that it may stand behind its
    number (Kazakh, Uzbek); `roles` are the group names of the lexicon ("role.month", "nature.refund", "lump.weak" …)."""

    mark: SpanKind | None = None
    behind: bool = False
    front: bool = False
    """It also is a word of a language that puts it in front of its number (акт, order)."""
    roles: set[str] = field(default_factory=set)
    sign: bool = False
    filler: bool = False
    joiner: bool = False
    date: bool = False
    month: bool = False
    suffix: bool = False
    reset: bool = False
    range: bool = False
    none: bool = False
    either: bool = False
    """It names an account, or an invoice: «пополнение счета»."""
    instead: bool = False
    """What number follows is not the one that is meant: «счет 4512 вместо 4520»."""
    nature: str = ""
    weak_nature: str = ""
    lump: bool = False
    speaks: bool = False
    """Of the payment's nature, of a lump sum, or of a beneficiary."""
    acts: bool = False
    """The walk has to look at it: what is left out changes nothing that it knows."""

    def add(self, group: str, language: str) -> None:
        self._add(group, language)
        self.settle()

    def settle(self) -> None:
        idle = self.filler or self.date or self.month
        self.acts = self.sign or self.mark is not None or self.none or self.joiner or not idle

    def _add(self, group: str, language: str) -> None:
        section, _, name = group.partition(".")
        self.roles.add(group)
        self.nature = name if section == "nature" and not self.nature else self.nature
        self.weak_nature = name if section == "nature_weak" else self.weak_nature
        self.lump |= section == "lump"
        self.speaks |= (
            section in ("nature", "nature_weak", "lump")
            or name.startswith("beneficiary")
            or name == "tax_id"
            or (name == "account" and language == "kk")
        )
        if section == "mark":
            self._mark(name, language)
            return
        self.sign |= name == "number_sign"
        self.filler |= name == "filler"
        self.joiner |= name == "joiner"
        self.date |= name == "date_word"
        self.month |= name == "month"
        self.suffix |= name == "number_suffix"
        self.reset |= name == "reset"
        self.range |= name == "range"
        self.either |= name == "either"
        self.instead |= name == "instead"

    def _mark(self, name: str, language: str) -> None:
        if name == "none":
            self.none = True
            return
        kind = SpanKind(name)
        if self.mark is None or _KINDS.index(kind) < _KINDS.index(self.mark):
            self.mark = kind
        self.behind |= language in _BEHIND and self.mark is kind
        self.front |= language not in _BEHIND


@lru_cache(maxsize=4096)
def merged(phrases: tuple[Phrase, ...]) -> Phrase:
    """One meaning for a spelling that several entries share: «PO» is «по» in Latin and a purchase order."""
    whole = Phrase()
    for phrase in phrases:
        whole.roles |= phrase.roles
        if phrase.mark is not None and whole.mark is None:
            whole.mark, whole.behind = phrase.mark, phrase.behind
        elif phrase.mark is whole.mark:
            whole.behind |= phrase.behind
        whole.nature, whole.weak_nature = whole.nature or phrase.nature, whole.weak_nature or phrase.weak_nature
        for name in _FLAGS:
            setattr(whole, name, getattr(whole, name) or getattr(phrase, name))
    whole.settle()
    return whole


@dataclass(slots=True, eq=False)
class Node:
    """A step of the trie: the words that may follow, and the phrase that ends here."""

    next: dict[int, Node] = field(default_factory=dict)
    phrase: Phrase | None = None


@dataclass(slots=True, eq=False)
class Known:
    """A typed word of the lexicon: what it means alone, and the steps of the trie at which a longer phrase goes on, by its
    second word."""

    words: tuple[int, ...]
    phrase: Phrase | None
    longer: dict[int, list[Node]]


class Lexicon:
    """Every spelling of every word, and the trie of the phrases."""

    def __init__(self) -> None:
        self.root = Node()
        self._words: dict[str, tuple[int, ...]] = {}
        self._spec_ids: dict[str, int] = {}
        self._memo: dict[str, Known | None] = {}
        self.stretches: dict[str, Any] = {}
        """What `tokens` remembers of texts with these words."""
        for language in LANGUAGES:
            self._load(language, ())
        for language in LANGUAGES:
            self._mistype(language)

    def without(self, *groups: str) -> Lexicon:
        """The same without these groups («mark.invoice», or «ru:mark.invoice» alone): the tests show so that each of
        them is needed."""
        less = copy(self)
        less.root, less._memo, less.stretches = Node(), {}, {}
        for language in LANGUAGES:
            less._load(language, groups)
        return less

    def known(self, typed: str) -> Known | None:
        """What this word in capitals is; None where it is no word of the lexicon."""
        try:
            return self._memo[typed]
        except KeyError:
            if len(self._memo) > _MOST_MEMO:
                self._memo.clear()
            found = self._memo[typed] = self._known(typed)
            return found

    def phrase(self, typed: str) -> Phrase | None:
        """What this one word means alone."""
        known = self.known(typed)
        return known.phrase if known is not None else None

    def _known(self, typed: str) -> Known | None:
        words = self._words.get(skeleton(typed)) if len(typed) <= _LONGEST_WORD else None
        if words is None:
            return None
        nodes = [self.root.next[word] for word in words if word in self.root.next]
        longer: dict[int, list[Node]] = {}
        for node in nodes:
            for word, step in node.next.items():
                longer.setdefault(word, []).append(step)
        return Known(words, meaning(nodes), longer)

    def _load(self, language: str, without: Collection[str]) -> None:
        data = source(language)
        endings = data["endings"]
        for group, entry in entries(data):
            if group not in without and f"{language}:{group}" not in without:
                node = self.root
                for spec in entry.split():
                    node = node.next.setdefault(self._word(spec, language, endings), Node())
                node.phrase = node.phrase or Phrase()
                node.phrase.add(group, language)

    def _mistype(self, language: str) -> None:
        """The words that payers mistype most, with one letter doubled, left out or swapped with the next: «лицевоой»,
        «инвойс» as «иновйс», «дербес» as «дербсе». Where that is a word of the lexicon, it is that word."""
        data = source(language)
        for spec in data.get("mistyped", {}).get("words", ()):
            for form in forms(spec, data["endings"]):
                for whole in usual_skeletons(form, language):
                    for typed in typos(whole):
                        self._words.setdefault(typed, self._words[whole])

    def _word(self, spec: str, language: str, endings: Section) -> int:
        key = f"{language}:{spec}"
        if key not in self._spec_ids:
            self._spec_ids[key] = len(self._spec_ids)
            for form in forms(spec, endings):
                for typed in set(skeletons(form, language)):
                    known = self._words.get(typed, ())
                    if self._spec_ids[key] not in known:
                        self._words[typed] = (*known, self._spec_ids[key])
        return self._spec_ids[key]


@lru_cache(maxsize=len(LANGUAGES))
def source(language: str) -> Mapping[str, Section]:
    """One language's file as it stands."""
    text = (files("reconcile.purpose") / "lexicon" / f"{language}.toml").read_text("utf-8")
    data: dict[str, Section] = tomllib.loads(text)
    return data


def entries(data: Mapping[str, Section]) -> Iterator[tuple[str, str]]:
    """(group, phrase) of one language's file."""
    for section, groups in data.items():
        if section not in ("endings", "mistyped"):
            for name, phrases in groups.items():
                for phrase in phrases:
                    yield f"{section}.{name}", phrase


def meaning(nodes: list[Node]) -> Phrase | None:
    """What the phrases that end at these steps mean together."""
    ending = tuple(node.phrase for node in nodes if node.phrase is not None)
    if len(ending) < 2:
        return ending[0] if ending else None
    return merged(ending)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """The whole lexicon, built at first use."""
    return Lexicon()
