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

_LETTERS: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_BEHIND_CODE: Final = rf"~|\s*[^\W\d]|\s+[\w№\"(<]|{DATE.replace('~', '')}|[0-9]{{20,27}}(?![0-9])"
_CODE: Final = re.compile(rf"\s*(0[0-9]{{4}})(?:\s?\1)?(?={_BEHIND_CODE})")
_GAP: Final = " .-/\n"
_WIDEST_GAP: Final = 3


def tokens(text: str, words: Lexicon, without: Collection[str] = frozenset()) -> list[Token]:
    """The tokens of a folded purpose in order; none overlap."""
    found: list[Token] = []
    at = _opening_code(text, found, without)
    match = master("\n" in text, frozenset(without)).match
    while (m := match(text, at)) is not None:
        kind = m.lastgroup
        start, at = m.span(kind or 0)
        if kind == "word":
            at = _word(text, start, at, found, words)
        elif kind == "number":
            at = _number(text, start, at, found, words)
        elif kind == "sign":
            found.append((text[start], start, at, None))
        elif kind == "domain" and _wordy(text, start, at):
            at = _word(text, start, _LETTERS.match(text, start).end(), found, words)  # type: ignore[union-attr]
        else:
            found.append(("typed", start, at, KINDS[kind or ""]))
    return _phrases(text, found, words)


def _wordy(text: str, start: int, end: int) -> bool:
    """A domain of letters alone hides no number, and its words may speak («Kaspi.kz»)."""
    return _LETTERS.match(text, start) is not None and not any(map(str.isdigit, text[start:end]))


def _opening_code(text: str, found: list[Token], without: Collection[str]) -> int:
    """The five digits that open an Uzbek purpose: glued to what follows, set off by «~», or written twice."""
    code = None if "purpose_code" in without else _CODE.match(text)
    if code is None:
        return 0
    found.append(("typed", code.start(1), code.end(), SpanKind.PURPOSE_CODE))
    return code.end()


def _word(text: str, start: int, end: int, found: list[Token], words: Lexicon) -> int:
    if text[end : end + 1] == "\n":
        rest = _LETTERS.match(text, end + 1)
        if rest is not None and _cut_by_fold(text[start:end], rest[0], words):
            end = rest.end()
            found.append(("word", start, end, None))
            return end
    found.append(("word", start, end, None))
    return end


def _cut_by_fold(head: str, tail: str, words: Lexicon) -> bool:
    """A word that the line fold has cut: whole it is one of ours, and its halves are not both."""
    return words.known(head + tail) is not None and not (words.known(head) and words.known(tail))


def _number(text: str, start: int, end: int, found: list[Token], words: Lexicon) -> int:
    """A run of digits and letters: parted where a word of the lexicon is glued to it, before or behind."""
    for run in _LETTERS.finditer(text, start, end):
        if run.start() == start:
            if run.end() < end and _glued_before(run[0], text[run.end()], words):
                found.append(("word", start, run.end(), None))
                return run.end()
        elif _glued_behind(run[0], text[run.start() - 1], text[run.end() : run.end() + 1], words):
            end = run.start()
            while text[end - 1] in "-/\\._":
                end -= 1
            break
    found.append(("number", start, end, None))
    return end


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


def _phrases(text: str, found: list[Token], words: Lexicon) -> list[Token]:
    out: list[Token] = []
    at, last = 0, len(found)
    known_word = words.known
    while at < last:
        token = found[at]
        at += 1
        if token[0] == "word":
            known = known_word(text[token[1] : token[2]])
            if known is None and "\n" in text[token[1] : token[2]]:
                known = known_word(text[token[1] : token[2]].replace("\n", ""))
            if known is not None:
                end, phrase = (
                    (at - 1, known.phrase) if not known.longer else _longest(text, found, at - 1, known, words)
                )
                if phrase is not None:
                    out.append(("phrase", token[1], found[end][2], phrase))
                    at = end + 1
                    continue
        out.append(token)
    return out


def _longest(text: str, found: list[Token], at: int, known: Known, words: Lexicon) -> tuple[int, Phrase | None]:
    """The last token of the longest phrase that begins here, and what it means."""
    best, best_end = known.phrase, at
    nodes, end = known.longer, at
    while nodes and (end := _next_word(text, found, end)) >= 0:
        following = words.known(text[found[end][1] : found[end][2]].replace("\n", ""))
        if following is None:
            break
        nodes = [node.next[word] for word in following.words for node in nodes if word in node.next]
        phrase = meaning(nodes)
        if phrase is not None:
            best, best_end = phrase, end
    return best_end, best


def _next_word(text: str, found: list[Token], end: int) -> int:
    """The next word of a phrase; a few dots, slashes, hyphens and blanks may part its words."""
    following, last = end + 1, len(found)
    while following < last and found[following][0] in "./-":
        following += 1
    if following == last or found[following][0] != "word":
        return -1
    gap = text[found[end][2] : found[following][1]]
    return following if gap == " " or (len(gap) <= _WIDEST_GAP and not gap.strip(_GAP)) else -1
