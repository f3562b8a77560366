"""Legal forms and sole-trader marks: what of a name says *what* somebody is, and not *who*.

The forms are data, one module a country (`kz`, `uz`, `ke`); this module only finds them in a name's skeleton words, so
that one spelling serves every script. Places differ: a form that is no word of any language (ТОО, МЧЖ, LLP) is found
anywhere; one of two letters that may as well be a word (АҚ "white", ПК, OK) only at the edge where its language puts
it, and only where no certain form stands in the name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from reconcile.names import ke, kz, uz
from reconcile.names.kinds import FormKind, LegalForm, Place
from reconcile.names.skeleton import skeleton

FORMS: Final[tuple[LegalForm, ...]] = kz.FORMS + uz.FORMS + ke.FORMS


class Edge(StrEnum):
    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class _Spelling:
    words: tuple[str, ...]
    form: LegalForm


class FormIndex(NamedTuple):
    """Spellings by their first and by their last word, the longest first; `words` is the union of these keys;
    `plain_first` and `plain_last` are the forms of one word that begin and end no other spelling, by the edge at which
    they are taken for one."""

    by_first: Mapping[str, tuple[_Spelling, ...]]
    by_last: Mapping[str, tuple[_Spelling, ...]]
    words: frozenset[str]
    plain_first: Mapping[str, tuple[LegalForm]]
    plain_last: Mapping[str, tuple[LegalForm]]


class Stripped:
    """A name's words without its forms, the forms, and the words without the *leading* forms only (as typed)."""

    __slots__ = ("forms", "unled", "words")

    def __init__(self, words: tuple[str, ...], forms: tuple[LegalForm, ...], unled: tuple[str, ...]) -> None:
        self.words = words
        self.forms = forms
        self.unled = unled


def _fewest_words_last(one: _Spelling) -> int:
    return -len(one.words)


def build_index(forms: Iterable[LegalForm], without: str = "") -> FormIndex:
    """The index over these forms, leaving one spelling's skeleton out (which is how the tests prove each of them)."""
    first: dict[str, list[_Spelling]] = {}
    last: dict[str, list[_Spelling]] = {}
    seen: set[tuple[str, ...]] = set()
    for form in forms:
        for text in form.spellings:
            words = tuple(skeleton(text).split())
            if words in seen or (without and " ".join(words) == without):
                continue
            seen.add(words)
            first.setdefault(words[0], []).append(_Spelling(words, form))
            last.setdefault(words[-1], []).append(_Spelling(words, form))

    def longest_first(table: dict[str, list[_Spelling]]) -> dict[str, tuple[_Spelling, ...]]:
        return {word: tuple(sorted(found, key=_fewest_words_last)) for word, found in table.items()}

    single = {word: (found[0].form,) for word, found in first.items() if found == last.get(word) and len(found) == 1}
    return FormIndex(
        longest_first(first),
        longest_first(last),
        frozenset(first) | frozenset(last),
        {word: form for word, form in single.items() if _allowed(form[0], Edge.START)},
        {word: form for word, form in single.items() if _allowed(form[0], Edge.END)},
    )


def _allowed(form: LegalForm, edge: Edge) -> bool:
    return form.place in (Place.ANYWHERE, Place.EDGE) or form.place.value == edge.value


INDEX: Final = build_index(FORMS)
_CERTAIN_BEGINNING: Final = 4
"""Symbols of a form behind its first word that no name goes on with."""


def _at(words: tuple[str, ...], edge: Edge, index: FormIndex) -> _Spelling | None:
    """The longest form that stands at this edge of the words."""
    table, word = (index.by_first, words[0]) if edge is Edge.START else (index.by_last, words[-1])
    for spelling in table.get(word, ()):
        size = len(spelling.words)
        if (words[:size] if edge is Edge.START else words[-size:]) == spelling.words:
            return spelling
    return None


def _run(words: tuple[str, ...], edge: Edge, index: FormIndex) -> list[_Spelling]:
    """The forms that follow each other at one edge, outermost first: at most one certain form among them; inside of it
    only companions (СП, QK, XK), outside of it whatever may stand there."""
    run: list[_Spelling] = []
    certain = False
    while words:
        found = _at(words, edge, index)
        if found is None or not _allowed(found.form, edge):
            break
        if certain and not found.form.companion:
            break
        certain = certain or found.form.certain
        run.append(found)
        words = words[len(found.words) :] if edge is Edge.START else words[: -len(found.words)]
    return run


def _certain(run: list[_Spelling]) -> bool:
    return any(spelling.form.certain for spelling in run)


def _kept(run: list[_Spelling], certain_elsewhere: bool) -> list[_Spelling]:
    """Of a run: all up to the certain form and its companions; without one, a single uncertain form, and only
    companions where the name's certain form stands elsewhere."""
    if _certain(run):
        return run
    if certain_elsewhere:
        return [spelling for spelling in run[:1] if spelling.form.companion]
    return run[:1]


def _size(run: list[_Spelling]) -> int:
    return sum(len(spelling.words) for spelling in run)


def _inside(words: tuple[str, ...], index: FormIndex) -> tuple[tuple[str, ...], LegalForm] | None:
    """The words without the first certain form among them, and that form."""
    for place, word in enumerate(words):
        found = _at(words[place:], Edge.START, index) if word in index.by_first else None
        if found is not None and found.form.certain:
            return words[:place] + words[place + len(found.words) :], found.form
    return None


def strip_forms(words: tuple[str, ...], index: FormIndex = INDEX) -> Stripped:
    """Set the legal forms of a name's skeleton words aside.

    >>> strip_forms(("too", "romaSka")).words, strip_forms(("romaSka", "mCJ", "kk")).words
    (('romaSka',), ('romaSka',))
    """
    if index.words.isdisjoint(words):
        return Stripped(words, (), words)
    return _strip_plain(words, index) or _strip_any(words, index)


def _strip_plain(words: tuple[str, ...], index: FormIndex) -> Stripped | None:
    """The common case, quickly: one form at one edge, and no other word that belongs to any form."""
    rest = words[1:]
    if words[0] in index.plain_first and index.words.isdisjoint(rest):
        return Stripped(rest, index.plain_first[words[0]], rest)
    rest = words[:-1]
    if words[-1] in index.plain_last and index.words.isdisjoint(rest):
        return Stripped(rest, index.plain_last[words[-1]], words)
    return None


def _strip_any(words: tuple[str, ...], index: FormIndex) -> Stripped:
    start, end = _run(words, Edge.START, index), _run(words, Edge.END, index)
    certain_start, certain_end = _certain(start), _certain(end)
    certain_inside = not certain_start and not certain_end and _inside(words, index) is not None
    start = _kept(start, certain_end or certain_inside)
    end = [] if start and not (certain_start or certain_end) else _kept(end, certain_start or certain_inside)
    first, last = _size(start), len(words) - _size(end)
    forms = tuple([spelling.form for spelling in start + end])
    rest = words[first:last]
    found = _inside(rest, index) if certain_inside else None
    if found is not None:
        rest, forms = found[0], (*forms, found[1])
    return Stripped(rest, forms, words[first:])


def is_cut_form(words: tuple[str, ...], index: FormIndex = INDEX) -> bool:
    """Is that all the beginning of a form that is spelled out (cut by a format that has too little room for it)?"""
    text = " ".join(words)
    return bool(words) and any(
        " ".join(spelling.words).startswith(text) for spelling in index.by_first.get(words[0], ()) if len(words) > 1
    )


def begun_form(words: tuple[str, ...], quoted: bool, index: FormIndex = INDEX) -> LegalForm | None:
    """The one form of several words that begins so, beyond its first word («масъулияти чек»: «Товарищество С…» may be a
    name's own words) unless quotes have ended the name (`quoted`). None where there is none, or one or another."""
    text = " ".join(words)
    if not quoted and len(text) < len(words[0]) + _CERTAIN_BEGINNING:
        return None
    forms = {
        spelling.form
        for spelling in index.by_first.get(words[0], ())
        if len(spelling.words) > 1 and " ".join(spelling.words).startswith(text)
    }
    return forms.pop() if len(forms) == 1 else None


def is_company(forms: Iterable[LegalForm]) -> bool:
    return any(form.kind is FormKind.COMPANY for form in forms)


def is_sole_trader(forms: Iterable[LegalForm]) -> bool:
    """A sole-trader mark, and no company's form beside it («ИП ООО» is a foreign enterprise)."""
    found = tuple(forms)
    return any(form.kind is FormKind.SOLE_TRADER for form in found) and not is_company(found)
