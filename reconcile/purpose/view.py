"""The tokens around a place in a purpose, and what is known there: what every part of the walk asks."""

from __future__ import annotations

import re
from typing import Final

from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import Taken
from reconcile.purpose.words import Phrase
from reconcile.reference import number_key

REFERENCE: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT})
PAPERS: Final = frozenset({SpanKind.CONTRACT, SpanKind.DOCUMENT})
BETWEEN: Final = frozenset({SpanKind.DATE, SpanKind.PERCENT, SpanKind.AMOUNT})
"""What may stand between the numbers of one list."""
SIGNS: Final = "№#"
_SERIES: Final = re.compile(r"[^\W\d_]{1,6}[-/]")
_RATHER: Final = frozenset({"А", "A", "НО", "HO", "BUT"})
_SHORT_PREFIX: Final = 3
_LONG_NUMBER: Final = 5
LONGEST_PREFIX: Final = 6
"""Letters of a number's own prefix."""


class View:
    """One purpose, and how far it is read. `text` is the folded text, `typed` what was typed, character by
    character (look-alike repairs need its case)."""

    def __init__(self, text: str, taken: Taken, typed: str, without: frozenset[str] = frozenset()) -> None:
        self.text, self.typed, self.without = text, typed, without
        self.kinds, self.starts, self.ends, self.values = taken.kinds, taken.starts, taken.ends, taken.values
        self.spans: list[Span] = []
        self.mark: SpanKind | None = None  # the word that waits for its number
        self.mark_at = -1
        self.strange = 0  # strange words since
        self.comma = False
        self.sign = False  # a number sign stands right before
        self.open: SpanKind | None = None  # the kind of the list that is open
        self.joined = False  # its last token joins
        self.lender = ""  # of its first number, where that one's own prefix opened it
        self.either = False  # the word in front names an account or an invoice
        self.instead = False  # what number comes is the one that is not meant
        self.priced = -1  # the currency that stands behind an amount
        self.spent: Phrase | None = None
        self.walked = (0, 0, -1)  # the list last walked: first token, end, place of its «-sonli»
        self.at = 0

    def _after(self, first: int) -> None:
        self.mark, self.sign, self.joined, self.comma, self.strange = None, False, False, False, 0
        self.instead = self.instead and self.at < len(self.kinds) and self._joins(self.at)

    def _joins(self, at: int) -> bool:
        """Another number that is not meant may follow; «не по счету 4512, а по счету 4513» says which is."""
        phrase = self._phrase_at(at)
        if at + 1 < len(self.kinds) and self.text[self.starts[at + 1] : self.ends[at + 1]] in _RATHER:
            return False
        return self.kinds[at] in ",;" or (phrase is not None and phrase.joiner)

    def _phrase_at(self, at: int) -> Phrase | None:
        if 0 <= at < len(self.kinds):
            value = self.values[at]
            return value if isinstance(value, Phrase) else None
        return None

    def _is(self, at: int, kind: str) -> bool:
        return 0 <= at < len(self.kinds) and self.kinds[at] == kind

    def _signs(self, at: int) -> bool:
        phrase = self._phrase_at(at)
        return phrase is not None and phrase.sign

    def _bank(self, at: int) -> bool:
        """A bank's name, or the word for one."""
        phrase = self._phrase_at(at)
        return phrase is not None and "role.bank" in phrase.roles

    def _behind_hyphen(self, at: int) -> Phrase | None:
        """The phrase right behind the token, or behind its hyphen («28-may», «4512-sonli»)."""
        return self._phrase_at(at + 2 if self._is(at + 1, "-") else at + 1)

    def _fresh(self) -> bool:
        return self.strange == 0 and not self.comma

    def _money_follows(self, at: int) -> bool:
        phrase = self._phrase_at(at)
        return phrase is not None and "role.currency" in phrase.roles

    def _year_or_day(self, at: int) -> bool:
        after = self._behind_hyphen(at)
        return after is not None and (after.month or after.date)

    def _suffixed(self, last: int) -> bool:
        """«4512-sonli …»: the ending stands at this very number."""
        phrase = self._behind_hyphen(last)
        return phrase is not None and phrase.suffix

    def _glued_prefix(self, at: int) -> bool:
        """A few letters, a hyphen or a slash, and a number in one piece («SC-4512», «PI/2026/0771»); a line fold may have
        cut it. Behind a slash not where the letters name something else («4512, кв/15»)."""
        if at < 0:
            return False
        kind, start, end = self.kinds[at], self.starts[at], self.ends[at]
        if kind not in ("word", "phrase") or end - start > LONGEST_PREFIX:
            return False
        if self._is(at + 2, "number"):
            if self._is(at + 1, "-"):
                return self.text[end : self.starts[at + 2]] in ("-", "-\n", "\n-")
            if self._is(at + 1, "/"):
                own = kind == "word" or self._names_the_same(at)
                return own and self.text[end : self.starts[at + 2]] in ("/", "/\n", "\n/")
        return self._cut_prefix(at)

    def _same_prefix(self, at: int) -> bool:
        """«invoice REF-1001 and REF-1002», «счета SC 1001, SC 1002», «ankara SCH-1 na SCH-2»: the list's number before was
        read with the word that stands here as its prefix, so it is this number's too, whatever else it may name."""
        number = at + 2 if self._is(at + 1, "-") else at + 1
        phrase = self._phrase_at(at)
        if not self._is(number, "number") or not self.spans or self.open not in REFERENCE:
            return False
        if phrase is not None and (
            phrase.sign or phrase.mark in REFERENCE
        ):  # «inv 7301-B/inv 7302-B», «№ 7301, № 7302»
            return False
        begin, end = self.starts[at], self.ends[at]
        word = self.text.rfind(" ", begin, end) + 1  # «na SCH» is a phrase, too
        if phrase is not None and word > begin and phrase.mark in PAPERS:  # «invoice ref 7301, letter ref 7302»
            return False
        if not (self.joined or word > begin) or self.text[end : self.starts[number]] not in ("-", " ", ""):
            return False
        prefix = number_key(self.text[max(begin, word) : end])
        length = len(prefix)
        return any(key.startswith(prefix) and key[length : length + 1].isdigit() for key in self._keys_before())

    def _keys_before(self) -> tuple[str, ...]:
        """What the list's number before may be read as; its own date or sum may stand behind it."""
        place = len(self.spans) - 1
        while place > 0 and self.spans[place].kind in BETWEEN:
            place -= 1
        return self.spans[place].keys if place >= 0 else ()

    def _code(self, at: int) -> bool:
        """A few capitals right before a number: its own prefix, typed with a blank («SC 7301»)."""
        start, end = self.starts[at], self.ends[at]
        if not self._is(at, "word") or not self._is(at + 1, "number") or end - start > LONGEST_PREFIX:
            return False
        return self.text[end : self.starts[at + 1]] == " " and self.typed[start:end].isupper()

    def _another_code(self, at: int) -> bool:
        """«invoices BK 7301, BT 7302»: the list's number before has a prefix of its own, too; or a few capitals stand
        before a number too long to be a count."""
        if self.open not in REFERENCE or not self._code(at):
            return False
        before = self._keys_before()
        letters, digits = self.ends[at] - self.starts[at], self.ends[at + 1] - self.starts[at + 1]
        short = 1 < letters <= _SHORT_PREFIX and digits >= _LONG_NUMBER  # «счет 88837, SC 0625046»
        return bool(before) and (before[0][0].isalpha() or short)

    def _same_series(self, at: int) -> bool:
        """«счета SC-4512 SC-4513», «invoices INV-2026-7 INV-2026-8»: the next number of the series that the list is of,
        with only a blank between them."""
        if self.open not in REFERENCE or not self.spans or not self._is(at - 1, "number"):
            return False
        span, series = self.spans[-1], _SERIES.match(self.text, self.starts[at])
        if series is None or span.end != self.ends[at - 1] or not self.text[span.end : self.starts[at]].isspace():
            return False
        return self.text.startswith(series[0], span.start) or self.text.endswith(series[0], 0, span.start)

    def _names_the_same(self, at: int) -> bool:
        """A word for the kind of number that is open («INV/2026/7, INV/2026/8»), and not «/INV/4512/ACC/104582»."""
        phrase = self._phrase_at(at)
        if phrase is None or phrase.mark not in REFERENCE:
            return False
        named = self.mark if self.mark in REFERENCE else self.open
        return named not in REFERENCE or named is phrase.mark

    def _cut_prefix(self, at: int) -> bool:
        """«S / RV-0073511»: letters, a line fold, and a number that goes on with letters."""
        end = self.ends[at]
        if not self._is(at + 1, "number") or self.starts[at + 1] != end + 1:
            return False
        return self.text[end] == "\n" and self.text[end + 1].isalpha()


def plain(text: str) -> bool:
    """Plain digits only: «²» and the digits of other scripts count nothing."""
    return text.isascii() and text.isdigit()
