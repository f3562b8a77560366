"""A range of numbers: «4512-4514», «с № 4512 по № 4514», «4512 dan 4515 gacha». Its ends are no numbers of a list."""

from __future__ import annotations

import re
from typing import Final

from reconcile.purpose.behind import Behind
from reconcile.purpose.keys import candidate_keys
from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.view import REFERENCE, SIGNS, plain

_RANGE: Final = re.compile(r"([0-9]{2,})[-–]([0-9]{2,})")
_LAST_DIGITS: Final = re.compile(r"(.*?)([0-9]+)", re.DOTALL)
_WIDEST_RANGE: Final = 1000
_RANGE_SIGNS: Final = frozenset({"-", ".", "…", ">", "~"})
_FROM: Final = re.compile(r"(?<!\w)(?:[СCS]|FROM)[ \n]+(?:(?:№|#|NO?\b)[ \n]*)?(?:[^\W\d_]{1,6}[-/])?\Z")


class Ranges(Behind):
    """Takes two numbers as the ends of one range."""

    def _to_range(self, first: int, last: int, start: int, end: int, kind: SpanKind | None) -> bool:
        """«4512-4514», «с 4512 по 4514», «№ 4512 – 4514»: the ends of a range, no numbers of a list."""
        stretch = self.text[start:end]
        opened = kind in REFERENCE or (kind is None and self.sign)
        dashed = opened and ("-" in stretch or "–" in stretch) and not stretch[0].isalpha()
        whole = _RANGE.fullmatch(stretch.replace("\n", "")) if dashed else None
        if whole is not None and _rises(whole[1], whole[2]):
            self._add_range(start, end, kind)
            return True
        if self._until(first, last):
            low = self.spans.pop()
            self._add_range(low.start, end, kind)
            return True
        place = len(self.spans) - 1
        while place >= 0 and self.spans[place].kind is SpanKind.DATE:
            place -= 1
        if place < 0 or not self._ranging(first, self.spans[place].end):
            return False
        low = self.spans[place]
        mark = low.kind
        if mark is SpanKind.BARE and kind in REFERENCE and self.spent is not None:
            mark = kind  # «4512 - 4514-sonli hisob-faktura»: the word behind names both ends
        if mark not in REFERENCE:
            return False
        if not _rises(self.text[low.start : low.end], self.text[start:end], self._counted_from(low.start), apart=True):
            return False
        del self.spans[place]
        self._add_range(low.start, end, mark)
        return True

    def _ranging(self, first: int, low_end: int) -> bool:
        """Between the number that ends there and this one stands a dash, dots or «по», at most with the dates, the sign
        and the prefix of the numbers («с № 4512 от 02.02.2026 по № 4514», «SC-4512 … SC-4514»)."""
        at = first - 1
        if self._glued_prefix(first - 2):
            at -= 2
        while at >= 0 and (self.kinds[at] in SIGNS or self._signs(at)):
            at -= 1
        end = at
        while at >= 0 and self.kinds[at] in _RANGE_SIGNS:
            at -= 1
        signs = "".join(self.kinds[at + 1 : end + 1])
        phrase = self._phrase_at(at)
        if signs in ("", "."):
            if phrase is None or not phrase.range:
                return False
            at -= 1
        while at >= 0 and self._dated(at):
            at -= 1
        return self._is(at, "number") and self.ends[at] == low_end

    def _counted_from(self, start: int) -> bool:
        """«по счетам с № 458275 по № 518315»: the word in front of its first number says that it is a range."""
        return _FROM.search(self.text, 0, start) is not None

    def _dated(self, at: int) -> bool:
        phrase = self._phrase_at(at)
        dated = phrase is not None and phrase.date
        return dated or (self._is(at, "typed") and self.values[at] is SpanKind.DATE)

    def _add_range(self, start: int, end: int, mark: SpanKind | None) -> None:
        whole = self.text[start:end].replace(" ", "")
        keys = candidate_keys(whole)[:1] if _RANGE.search(whole) else ()
        self.spans.append(Span(SpanKind.RANGE, start, end, keys, mark=mark if mark in REFERENCE else None))
        self.open = None

    def _until(self, first: int, last: int) -> bool:
        """«4512 dan 4515 gacha», «4512-ден 4515-ке дейінгі»: behind its second end a word says that it is a range."""
        if not self.spans or not (self._is(first - 1, "-") or self._case_ending(first - 1)):
            return False
        at = last + 1
        while at < len(self.kinds) and (self._is(at, "-") or self._case_ending(at)):
            at += 1
        phrase = self._phrase_at(at)
        ends = phrase is not None and phrase.range and self.ends[at] - self.starts[at] > 2 and at > last
        before = first - 1
        while before >= 0 and (self._is(before, "-") or self._case_ending(before)):
            before -= 1
        return ends and before < first - 1 and self._is(before, "number") and bool(self.spans)

    def _case_ending(self, at: int) -> bool:
        phrase = self._phrase_at(at)
        return phrase is not None and "role.case_ending" in phrase.roles


def _rises(low: str, high: str, sure: bool = False, apart: bool = False) -> bool:
    """The two ends of a range: as many digits, the second greater, within a thousand unless a word says that it is one;
    what stands before is the same. `apart`: each is a number by itself, and may have leading zeros of its own."""
    first, last = (_LAST_DIGITS.fullmatch("".join(each.split())) for each in (low, high))
    if first is None or last is None or first[1] != last[1]:
        return False
    if not (plain(first[2]) and plain(last[2])):
        return False
    ends = [each[2].lstrip("0") if apart else each[2] for each in (first, last)]
    if len(ends[0]) != len(ends[1]):
        return False
    width = int(last[2]) - int(first[2])
    return width > 0 and (sure or width <= _WIDEST_RANGE)
