"""A folded purpose as tokens: phrases of the lexicon, other words, decoys told by their shape, numbers, signs."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final, NamedTuple

from reconcile.purpose.decoys import DATE, KINDS, SPEECH, master
from reconcile.purpose.reading import SpanKind
from reconcile.purpose.words import Known, Lexicon, Phrase, meaning

Token = tuple[str, int, int, Phrase | SpanKind | None]
"""(kind, start, end, value) over the folded text. Kind is "phrase", "word", "number", "typed", or the sign itself."""
_Piece = tuple[str, int, int, Known | SpanKind | None]
"""The same before phrases are put together: a word holds what the lexicon knows of it."""

_LETTERS: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_BEHIND_CODE: Final = rf"~|\s*[^\W\d]|[^\S\n]+[\w№\"(<]|{DATE.replace('~', '')}|[0-9]{{20,27}}(?![0-9])"
_CODE: Final = re.compile(rf"\s*(0[0-9]{{4}})(?:\s?\1)?(?={_BEHIND_CODE})")
LONG_WORD: Final = 7
"""Letters of a word that nobody shortens: a stop behind it ends the sentence."""
ACTING_SIGNS: Final = "№#,;&+/~."
MOST_STRETCHES: Final = 20_000
"""Stretches remembered; beyond it the memory starts afresh."""
_LONGEST_PREFIX: Final = 4
_KNP: Final = re.compile(r"[0-9]{3}(?=[/\\._-])")
_GAP: Final = " .-/\n"
_WIDEST_GAP: Final = 3


class Taken(NamedTuple):
    """A purpose taken apart. `acts`: the places of the tokens that the walk has to look at; `said`: the phrases that
    speak of more than a number, each with its place."""

    tokens: list[Token]
    acts: list[int]
    said: list[tuple[int, Phrase]]


class Stretch(NamedTuple):
    """Words and signs without a digit among them, taken apart; places are counted from the stretch's own beginning."""

    pieces: tuple[_Piece, ...]
    taken: Taken


def tokens(text: str, words: Lexicon, without: Collection[str] = frozenset()) -> Taken:
    """The tokens of a folded purpose in order; none overlap."""
    if "\n" in text or without:
        return _told(_phrases(text, _one_by_one(text, words, frozenset(without))))
    return _by_stretches(text, words)


def _by_stretches(text: str, words: Lexicon) -> Taken:
    """A text in one line: its stretches of words and signs are taken apart once and remembered, for payers write the
    same words around other numbers. `run` holds the pieces of words and signs that stand together, where these are more
    than one stretch: a word that was parted from a number goes on with the words before it."""
    opening: list[_Piece] = []
    at = _opening_code(text, opening, ())
    out = _told(_phrases(text, opening))
    match, speech = master(False).match, SPEECH.match
    run: list[_Piece] = []
    begun, last, last_at = len(out.tokens), None, 0
    while True:
        if (m := speech(text, at)) is not None:
            stretch = words.stretches.get(m[0]) or _remember(m[0], words)
            if run:
                run += _shifted(stretch, at)
                _again(text, run, begun, out)
            else:
                begun, last, last_at = len(out.tokens), stretch, at
                _add(out, stretch.taken, at)
            at = m.end()
        if (m := match(text, at)) is None:
            return out
        kind = m.lastgroup or ""
        start, at = m.span(kind)
        if kind == "plain" or (kind == "number" and text[start:at].isdigit()):
            piece: _Piece = ("number", start, at, None)
        elif kind in KINDS:
            piece = ("typed", start, at, KINDS[kind])
        elif kind == "mark":
            piece = (text[start], start, at, None)
        else:
            if not run:
                begun = begun if last is not None else len(out.tokens)
                run = _shifted(last, last_at) if last is not None else []
            if kind == "number":
                at = _number(text, start, at, run, words)
            else:
                run.append((kind if kind == "word" else text[start], start, at, words.known(text[start:at])))
            if run[-1][0] != "number":
                _again(text, run, begun, out)
                continue
            piece = run[-1]
        run, last = [], None
        if _acts(piece):  # type: ignore[arg-type]
            out.acts.append(len(out.tokens))
        out.tokens.append(piece)  # type: ignore[arg-type]


def _remember(text: str, words: Lexicon) -> Stretch:
    if len(words.stretches) > MOST_STRETCHES:
        words.stretches.clear()
    pieces = _one_by_one(text, words, frozenset())
    made = words.stretches[text] = Stretch(tuple(pieces), _told(_phrases(text, pieces)))
    return made


def _shifted(stretch: Stretch, by: int) -> list[_Piece]:
    return [(kind, start + by, end + by, value) for kind, start, end, value in stretch.pieces]


def _add(out: Taken, more: Taken, by: int) -> None:
    """More tokens behind those that are there, their text beginning at this place."""
    before = len(out.tokens)
    out.tokens.extend([(kind, start + by, end + by, value) for kind, start, end, value in more.tokens])
    out.acts.extend([place + before for place in more.acts])
    out.said.extend([(place + before, phrase) for place, phrase in more.said])


def _again(text: str, run: list[_Piece], begun: int, out: Taken) -> None:
    """The words and signs from this token on, put together anew."""
    del out.tokens[begun:]
    out.acts[:] = [place for place in out.acts if place < begun]
    out.said[:] = [each for each in out.said if each[0] < begun]
    _add(out, _told(_phrases(text, run)), 0)


def _told(found: list[Token]) -> Taken:
    said = [(place, token[3]) for place, token in enumerate(found) if isinstance(token[3], Phrase) and token[3].speaks]
    return Taken(found, [place for place, token in enumerate(found) if _acts(token)], said)


def _acts(token: Token) -> bool:
    """The walk has to look at it: what is left out changes nothing that it knows."""
    kind, value = token[0], token[3]
    if isinstance(value, Phrase):
        idle = value.filler or value.date or value.month
        return bool(value.sign or value.mark or value.none or value.joiner or not idle)
    return kind in ("number", "word", "typed") or kind in ACTING_SIGNS


def _one_by_one(text: str, words: Lexicon, without: frozenset[str]) -> list[_Piece]:
    found: list[_Piece] = []
    at = _opening_code(text, found, without)
    folds = "\n" in text
    match = master(folds, without).match
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
        else:
            found.append(("typed", start, at, KINDS[kind]))
    return found


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
    """A word that the line fold has cut: whole it is one of ours, and its halves are not both; a single letter is rather
    the edge of a cut word («return o / f funds», «4512 t / o 4514»)."""
    if words.known(head + tail) is None:
        return False
    return len(head) == 1 or len(tail) == 1 or not (words.known(head) and words.known(tail))


def _number(text: str, start: int, end: int, found: list[_Piece], words: Lexicon) -> int:
    """A run of digits and letters: parted where a word of the lexicon is glued to it, before or behind."""
    if found and (code := _KNP.match(text, start, end)) is not None and _names_code(found[-1]):
        end = code.end()
    for run in _LETTERS.finditer(text, start, end):
        if run.start() == start:
            if run.end() < end and (
                _joins(text, start, run.end())
                or _glued_before(run[0], text[run.end()], words)
                or _ends_phrase(text, start, run.end(), found, words)
            ):
                found.append(("word", start, run.end(), words.known(run[0])))
                return run.end()
            last = run.end() if run.end() < end else start
            if _says_enough(found, start):
                last = start
            for cut in range(last - 1, max(start, last - 1 - _LONGEST_PREFIX), -1):  # «L/SN4512», «Л/СSC-4512»
                if _ends_phrase(text, start, cut, found, words):
                    found.append(("word", start, cut, words.known(text[start:cut])))
                    return cut
        elif _glued_behind(run[0], text[run.start() - 1], text[run.end() : run.end() + 1], words):
            end = run.start()
            while text[end - 1] in "-/\\._":
                end -= 1
            break
    found.append(("number", start, end, None))
    return end


def _joins(text: str, start: int, end: int) -> bool:
    """«182240 и812394», «SCHETA 182240 I812394»: behind a number, the joining word is glued to the next."""
    return end == start + 1 and text[start] in "ИI" and text[end].isdigit() and text[start - 2 : start - 1].isdigit()


def _names_code(piece: _Piece) -> bool:
    """«KNP859/17915/2», «КНП 859 по сч…»: a code of three digits is whole, whatever is glued to it."""
    known = piece[3]
    return isinstance(known, Known) and known.phrase is not None and known.phrase.mark is SpanKind.PURPOSE_CODE


def _says_enough(found: list[_Piece], start: int) -> bool:
    """«по сч.УЦ-4512»: the word before the dot names the number already, and what follows is the number's own."""
    if len(found) < 2 or found[-1][0] != "." or found[-1][2] != start:
        return False
    known = found[-2][3]
    return isinstance(known, Known) and known.phrase is not None and known.phrase.mark is not None


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
    if gap == " ":
        return following
    if len(gap) > _WIDEST_GAP or gap.strip(_GAP):
        return 0
    return 0 if gap[:1] == "." and gap[-1] == " " and found[end][2] - found[end][1] >= LONG_WORD else following
