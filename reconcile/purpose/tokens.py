"""A folded purpose as tokens: phrases of the lexicon, other words, decoys told by their shape, numbers, signs."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from reconcile.purpose.decoys import DATE, KINDS, master
from reconcile.purpose.reading import SpanKind
from reconcile.purpose.words import Known, Lexicon, Phrase, meaning

Token = tuple[str, int, int, Phrase | SpanKind | None]
"""(kind, start, end, value) over the folded text. Kind is "phrase", "word", "number", "typed", or the sign itself."""
_Piece = tuple[str, int, int, Known | SpanKind | None]
"""The same before phrases are put together: a word holds what the lexicon knows of it."""

_LETTERS: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_BEHIND_CODE: Final = rf"~|\s*[^\W\d]|\s+[\w№\"(<]|{DATE.replace('~', '')}|[0-9]{{20,27}}(?![0-9])"
_CODE: Final = re.compile(rf"\s*(0[0-9]{{4}})(?:\s?\1)?(?={_BEHIND_CODE})")
_DIGIT: Final = re.compile("[0-9]")
_GAP: Final = " .-/\n"
_WIDEST_GAP: Final = 3


def tokens(text: str, words: Lexicon, without: Collection[str] = frozenset()) -> list[Token]:
    """The tokens of a folded purpose in order; none overlap."""
    found: list[_Piece] = []
    at = _opening_code(text, found, without)
    folds = "\n" in text
    match = master(folds, frozenset(without)).match
    known = words.known
    while (m := match(text, at)) is not None:
        kind = m.lastgroup or ""
        start, at = m.span(kind)
        if kind == "word":
            if folds and text[at : at + 1] == "\n":
                at = _past_fold(text, start, at, words)
                found.append(("word", start, at, known(text[start:at].replace("\n", ""))))
            else:
                found.append(("word", start, at, known(text[start:at])))
        elif kind == "plain":
            found.append(("number", start, at, None))
        elif kind == "number":
            at = _number(text, start, at, found, words)
        elif kind in ("sign", "mark"):
            found.append((text[start], start, at, None))
        elif kind == "domain" and (letters := _LETTERS.match(text, start)) and not _DIGIT.search(text, start, at):
            at = letters.end()  # a domain of letters alone hides no number, and its words may speak («Kaspi.kz»)
            found.append(("word", start, at, known(text[start:at])))
        else:
            found.append(("typed", start, at, KINDS[kind]))
    return _phrases(text, found)


def _opening_code(text: str, found: list[_Piece], without: Collection[str]) -> int:
    """The five digits that open an Uzbek purpose: glued to what follows, set off by «~», or written twice."""
    code = None if "purpose_code" in without else _CODE.match(text)
    if code is None:
        return 0
    found.append(("typed", code.start(1), code.end(), SpanKind.PURPOSE_CODE))
    return code.end()


def _past_fold(text: str, start: int, end: int, words: Lexicon) -> int:
    """Where a word ends that the line fold may have cut."""
    rest = _LETTERS.match(text, end + 1)
    return rest.end() if rest is not None and _cut_by_fold(text[start:end], rest[0], words) else end


def _cut_by_fold(head: str, tail: str, words: Lexicon) -> bool:
    """A word that the line fold has cut: whole it is one of ours, and its halves are not both."""
    return words.known(head + tail) is not None and not (words.known(head) and words.known(tail))


def _number(text: str, start: int, end: int, found: list[_Piece], words: Lexicon) -> int:
    """A run of digits and letters: parted where a word of the lexicon is glued to it, before or behind."""
    for run in _LETTERS.finditer(text, start, end):
        if run.start() == start:
            if run.end() < end and (
                _glued_before(run[0], text[run.end()], words) or _ends_phrase(text, start, run.end(), found, words)
            ):
                found.append(("word", start, run.end(), words.known(run[0])))
                return run.end()
        elif _glued_behind(run[0], text[run.start() - 1], text[run.end() : run.end() + 1], words):
            end = run.start()
            while text[end - 1] in "-/\\._":
                end -= 1
            break
    found.append(("number", start, end, None))
    return end


def _ends_phrase(text: str, start: int, end: int, found: list[_Piece], words: Lexicon) -> bool:
    """«Л/С104582», «сч.ф4512»: the letters glued to the number end a phrase that began before a slash or a dot."""
    known = words.known(text[start:end])
    if known is None or len(found) <= 1 or found[-1][0] not in ("/", ".") or found[-1][2] != start:
        return False
    begun = found[-2][3]
    nodes = begun.longer if isinstance(begun, Known) and found[-2][2] == found[-1][1] else []
    return any(word in node.next and node.next[word].phrase is not None for node in nodes for word in known.words)


@lru_cache(maxsize=4096)
def _glued_before(run: str, following: str, words: Lexicon) -> bool:
    phrase = words.phrase(run)
    if phrase is None:
        return False
    if phrase.sign or phrase.mark is not None:
        return len(run) > 1 or run in "N№"
    return len(run) > 1 and following.isdigit()


@lru_cache(maxsize=4096)
def _glued_behind(run: str, before: str, following: str, words: Lexicon) -> bool:
    phrase = words.phrase(run)
    if phrase is None:
        return False
    if phrase.mark is not None:
        return len(run) >= 3 and not following.isdigit() and not (before == "-" and following == "-")
    if before == "-" and "role.case_ending" in phrase.roles:
        return True
    if len(run) == 1:
        return run in "ГG" and not following.isalnum()
    return before != "-" or phrase.suffix or phrase.month or phrase.date or len(run) > 3


def _phrases(text: str, found: list[_Piece]) -> list[Token]:
    out: list[Token] = []
    at, last = 0, len(found)
    while at < last:
        kind, start, end, value = found[at]
        phrase: Phrase | SpanKind | None = None
        if isinstance(value, Known):
            phrase = value.phrase
            if value.longer:
                at, phrase = _longest(text, found, at, value)
                end = found[at][2]
            if phrase is not None:
                kind = "phrase"
        else:
            phrase = value
        out.append((kind, start, end, phrase))
        at += 1
    return out


def _longest(text: str, found: list[_Piece], at: int, known: Known) -> tuple[int, Phrase | None]:
    """The last piece of the longest phrase that begins here, and what it means."""
    best, best_end = known.phrase, at
    nodes, end = known.longer, at
    while nodes and (end := _next_word(text, found, end)) > 0:
        following = found[end][3]
        if not isinstance(following, Known):
            break
        nodes = [node.next[word] for word in following.words for node in nodes if word in node.next]
        phrase = meaning(nodes)
        if phrase is not None:
            best, best_end = phrase, end
    return best_end, best


def _next_word(text: str, found: list[_Piece], end: int) -> int:
    """The next word of a phrase; a few dots, slashes, hyphens and blanks may part its words. None: 0."""
    following, last = end + 1, len(found)
    while following < last and found[following][0] in "./-":
        following += 1
    if following == last or found[following][0] != "word":
        return 0
    gap = text[found[end][2] : found[following][1]]
    return following if gap == " " or (len(gap) <= _WIDEST_GAP and not gap.strip(_GAP)) else 0
