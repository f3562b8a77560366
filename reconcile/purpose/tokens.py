"""A folded purpose as tokens: phrases of the lexicon, other words, decoys told by their shape, numbers, signs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from reconcile.identifiers import is_iban
from reconcile.purpose.decoys import KINDS, PARTS, PLAIN_PARTS, expression
from reconcile.purpose.pieces import NO_PIECES, Pieces, one_by_one, opening_code, parted, words_and_signs
from reconcile.purpose.reading import SpanKind
from reconcile.purpose.words import Known, Lexicon, Phrase, meaning

LONG_WORD: Final = 7
"""Letters of a word that nobody shortens: a stop behind it ends the sentence."""
MOST_STRETCHES: Final = 20_000
"""Stretches remembered; beyond it the memory starts afresh."""
_ACTING: Final = frozenset({"number", "word", "typed", *"№#,;&+/~."})
_GAP: Final = " .-/\n"
_NO_IBAN: Final = frozenset({"iban"})
_WIDEST_GAP: Final = 3


class Taken:
    """A purpose taken apart: its tokens in order, in columns that go side by side, none overlapping.

    Kind is "phrase", "word", "number", "typed", or the sign itself; the value is what a phrase means, or the kind of what
    its shape tells; places lie in the folded text. `acts`: the places of the tokens that the walk has to look at, for
    what is left out changes nothing that it knows; `said`: the phrases that speak of more than a number, with theirs."""

    __slots__ = ("acts", "ends", "kinds", "said", "starts", "values")

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.values: list[Phrase | SpanKind | None] = []
        self.acts: list[int] = []
        self.said: list[tuple[int, Phrase]] = []

    def add(self, kind: str, start: int, end: int, value: SpanKind | None = None) -> None:
        """A word, a number, a sign, or what its shape tells."""
        if kind in _ACTING:
            self.acts.append(len(self.kinds))
        self._append(kind, start, end, value)

    def add_phrase(self, start: int, end: int, phrase: Phrase) -> None:
        if phrase.acts:
            self.acts.append(len(self.kinds))
        if phrase.speaks:
            self.said.append((len(self.kinds), phrase))
        self._append("phrase", start, end, phrase)

    def _append(self, kind: str, start: int, end: int, value: Phrase | SpanKind | None) -> None:
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)
        self.values.append(value)

    def extend(self, more: Taken, by: int) -> None:
        """More tokens behind those that are there, their text beginning at this place."""
        before = len(self.kinds)
        self.kinds.extend(more.kinds)
        self.starts.extend([start + by for start in more.starts] if by else more.starts)
        self.ends.extend([end + by for end in more.ends] if by else more.ends)
        self.values.extend(more.values)
        self.acts.extend([place + before for place in more.acts])
        if more.said:
            self.said.extend([(place + before, phrase) for place, phrase in more.said])

    def forget(self, begun: int) -> None:
        """The tokens from this one on."""
        for column in (self.kinds, self.starts, self.ends, self.values):
            del column[begun:]
        while self.acts and self.acts[-1] >= begun:
            self.acts.pop()
        while self.said and self.said[-1][0] >= begun:
            self.said.pop()


class Stretch:
    """Words and signs without a digit among them, taken apart; places are counted from the stretch's own beginning."""

    __slots__ = ("pieces", "taken")

    def __init__(self, text: str, pieces: Pieces) -> None:
        self.pieces = pieces
        self.taken = put_together(text, pieces, Taken())


def tokens(text: str, words: Lexicon, without: Collection[str] = frozenset(), plain: bool = False) -> Taken:
    """The tokens of a folded purpose. `plain`: its letters are plain ones (`fold`)."""
    if "\n" in text or without:
        return put_together(text, one_by_one(text, words, frozenset(without)), Taken())
    return _Line(text, words, plain).taken()


class _Line:
    """A text in one line on its way: its stretches of words and signs are taken apart once and remembered, for payers
    write the same words around other numbers. `run` holds the pieces of words and signs that stand together, where these
    are more than one stretch: a word that was parted from a number goes on with the words before it."""

    __slots__ = ("begun", "last", "last_at", "out", "plain", "run", "text", "words")

    def __init__(self, text: str, words: Lexicon, plain: bool) -> None:
        self.text, self.words, self.plain, self.out = text, words, plain, Taken()
        self.begun, self.last_at = 0, 0
        self.last: Stretch | None = None
        self.run: Pieces | None = None

    def taken(self) -> Taken:
        start, at = opening_code(self.text)
        if at:
            self.out.add("typed", start, at, SpanKind.PURPOSE_CODE)
        while at >= 0:
            at = self._common(at)
        return self.out

    def _common(self, at: int) -> int:
        """Past all that is met most, and past what comes then; -1 at the end."""
        parts = PLAIN_PARTS if self.plain else PARTS
        found: list[tuple[str, str, str, str, str, str]] = parts.findall(self.text, at)
        for speech, plain, date, percent, amount, number in found:
            if speech:
                self._speech(speech, at)
                at += len(speech)
            elif plain:
                at = self._alone("number", plain, at, None)
            elif date:
                at = self._alone("typed", date, at, SpanKind.DATE)
            elif percent:
                at = self._alone("typed", percent, at, SpanKind.PERCENT)
            elif amount:
                at = self._alone("typed", amount, at, SpanKind.AMOUNT)
            elif number:
                end = at + len(number)
                at = self._number(end - len(number.lstrip()), end)
                if at < end:
                    return at
            else:
                return self._rare(at)
        return -1

    def _rare(self, at: int) -> int:
        """Whatever shape it has; -1 where nothing is left."""
        found = expression(self.text, False).match(self.text, at)
        if found is None:
            return -1
        kind = found.lastgroup or ""
        if kind == "iban" and not is_iban(found[kind]):
            found = expression(self.text, False, _NO_IBAN).match(self.text, at) or found
            kind = found.lastgroup or ""
        start, at = found.span(kind)
        if kind == "number":
            return self._number(start, at)
        if kind == "word":
            self._word(start, at)
        elif kind == "mark":
            self._add(self.text[start], start, at, None)
        else:
            self._add("typed", start, at, KINDS[kind])
        return at

    def _speech(self, part: str, at: int) -> None:
        stretch = _stretch(part, self.words, self.plain)
        if self.run is not None:
            self.run.extend(stretch.pieces, at)
            self._again(self.run)
        else:
            self.begun, self.last, self.last_at = len(self.out.kinds), stretch, at
            self.out.extend(stretch.taken, at)

    def _alone(self, kind: str, part: str, at: int, value: SpanKind | None) -> int:
        """What stands by itself behind blanks; where it ends."""
        end = at + len(part)
        self._add(kind, end - len(part.lstrip()), end, value)
        return end

    def _add(self, kind: str, start: int, end: int, value: SpanKind | None) -> None:
        self.out.add(kind, start, end, value)
        self.run, self.last = None, None

    def _number(self, start: int, end: int) -> int:
        """A number, or the word that is glued to it; where that ends."""
        if not self.text[start:end].isdigit():
            last, by = (self.run, 0) if self.run is not None else (NO_PIECES, 0)
            if self.run is None and self.last is not None:
                last, by = self.last.pieces, self.last_at
            is_word, end = parted(self.text, start, end, last, by, self.words)
            if is_word:
                self._word(start, end)
                return end
        self._add("number", start, end, None)
        return end

    def _word(self, start: int, end: int) -> None:
        """A word by itself goes on with those before it."""
        run = self.run
        if run is None:
            run = self.run = Pieces()
            if self.last is not None:
                run.extend(self.last.pieces, self.last_at)
            else:
                self.begun = len(self.out.kinds)
        run.add("word", start, end, self.words.known(self.text[start:end]))
        self._again(run)

    def _again(self, run: Pieces) -> None:
        """The words and signs that stand together here, put together anew."""
        self.out.forget(self.begun)
        put_together(self.text, run, self.out)


def _stretch(text: str, words: Lexicon, plain: bool) -> Stretch:
    """What is remembered of these words and signs, or else found now."""
    known: Stretch | None = words.stretches.get(text)
    if known is not None:
        return known
    if len(words.stretches) > MOST_STRETCHES:
        words.stretches.clear()
    made = words.stretches[text] = Stretch(text, words_and_signs(text, words, plain))
    return made


def put_together(text: str, found: Pieces, out: Taken) -> Taken:
    """The pieces as tokens, behind those that are there: the longest phrase that begins at a word is one token."""
    kinds, starts, ends = found.kinds, found.starts, found.ends
    at, last = 0, len(kinds)
    while at < last:
        start, value = starts[at], found.values[at]
        if not isinstance(value, Known):
            out.add(kinds[at], start, ends[at], value)
            at += 1
            continue
        end, phrase = at, value.phrase
        if value.longer:
            end, phrase = _longest(text, found, at, value)
        if phrase is not None:
            out.add_phrase(start, ends[end], phrase)
        else:
            out.add(kinds[at], start, ends[end])
        at = end + 1
    return out


def _longest(text: str, found: Pieces, at: int, known: Known) -> tuple[int, Phrase | None]:
    """The last piece of the longest phrase that begins here, and what it means."""
    best, best_end = known.phrase, at
    end = _next_word(text, found, at)
    following = found.values[end] if end > 0 else None
    if not isinstance(following, Known):
        return at, best
    nodes = [step for word in following.words for step in known.longer.get(word, ())]
    while nodes:
        phrase = meaning(nodes)
        if phrase is not None:
            best, best_end = phrase, end
        end = _next_word(text, found, end)
        following = found.values[end] if end > 0 else None
        if not isinstance(following, Known):
            break
        nodes = [node.next[word] for word in following.words for node in nodes if word in node.next]
    if best_end > at and known.phrase is not None and known.phrase.joiner and _names_beyond(text, found, at, best_end):
        return at, known.phrase
    return best_end, best


def _names_beyond(text: str, found: Pieces, at: int, best_end: int) -> bool:
    """«л/с 4512 и л/с 4513»: behind the joining word begins what names a number, and it ends later than the paper
    «и/л» would."""
    following = _next_word(text, found, at)
    value = found.values[following]
    if not isinstance(value, Known) or not value.longer:
        return False
    end, phrase = _longest(text, found, following, value)
    return end > best_end and phrase is not None and phrase.mark is not None


def _next_word(text: str, found: Pieces, end: int) -> int:
    """The next word of a phrase; a few dots, slashes, hyphens and blanks may part its words. None: 0."""
    kinds = found.kinds
    following, last = end + 1, len(kinds)
    while following < last and kinds[following] in "./-":
        following += 1
    if following == last or kinds[following] != "word":
        return 0
    gap_start, gap_end = found.ends[end], found.starts[following]
    if gap_end == gap_start + 1 and text[gap_start] == " ":
        return following
    gap = text[gap_start:gap_end]
    if len(gap) > _WIDEST_GAP or gap.strip(_GAP):
        return 0
    return 0 if gap[:1] == "." and gap[-1] == " " and gap_start - found.starts[end] >= LONG_WORD else following
