"""Which word names which number: the walk over the tokens of a purpose.

A word in front of a number names it and every number of the list that it opens; a Kazakh or Uzbek word may stand behind.
The number sign, за/for and a number's own prefix name nothing. A number that a contract, an act, a phone … names is no
reference. Between a word and its number only words without news may stand; after anything else the number is bare.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from reconcile.purpose.numbers import FAR, Numbers
from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import LONG_WORD
from reconcile.purpose.view import BETWEEN, LONGEST_PREFIX, REFERENCE, SIGNS
from reconcile.purpose.words import Phrase

_NOT_OURS: Final = frozenset({SpanKind.CONTRACT, SpanKind.DOCUMENT})
_SERIES_LETTERS: Final = 4
_BY: Final = re.compile(r"(?<!\w)PO\s+\Z")
"""A purchase order, and the Russian «по» in Latin letters: «PO INV4512» is an invoice's number as well."""
_JOINERS: Final = ",;&+/"
_WITHIN_LISTS: Final = frozenset({".", "(", ")", '"', "-", ",", ";", "/", "№", "#", "typed", "number"})
_DECIMAL_LIST: Final = re.compile(r"([0-9]+),([0-9]{2})")
_LAST_WORD: Final = re.compile(rf"[^\W\d_]{{{LONG_WORD},}}$")


class Walk(Numbers):
    """One purpose on its way, token by token."""

    def run(self, acts: Sequence[int]) -> list[Span]:
        """Past the tokens at these places; a number takes its further blocks with it."""
        for at in acts:
            if at < self.at:
                continue
            self.at = at
            kind = self.kinds[at]
            if kind == "phrase":
                self._phrase()
            elif kind == "number":
                self._number()
            elif kind == "word":
                self._word()
            elif kind == "typed":
                self._typed()
            else:
                self._punctuation(kind)
        return self.spans

    def _phrase(self) -> None:
        phrase = self.values[self.at]
        assert isinstance(phrase, Phrase)
        if self.open is not None and self._same_prefix(self.at):
            self.joined = True
        elif phrase.sign and not self._names_a_number(phrase):
            self.sign = True
            if self.mark is SpanKind.AMOUNT:
                self.mark = None
            elif self.comma and self.strange == 0 and self.mark_at == self.at - 2 and self._is(self.at - 1, ","):
                self.comma = False  # «согласно счету на оплату, номер 4512»
        elif phrase.mark is not None:
            self._marking(phrase)
        elif phrase.none:
            self._forget()
        elif self.open is not None and phrase.joiner:
            self.joined, self.sign = True, False
        elif not (phrase.filler or phrase.date or phrase.month):
            instead = phrase.instead or (self.instead and phrase.reset)
            self._news(phrase)
            self.instead = instead

    def _names_a_number(self, phrase: Phrase) -> bool:
        """A sign that is a word too: where no word waits for a number; in a list only «h/r», an Uzbek bank account."""
        if phrase.mark is None or self.mark is not None:
            return False
        return self.open is None or phrase.mark is SpanKind.BANK_ACCOUNT

    def _marking(self, phrase: Phrase) -> None:
        if phrase is self.spent:
            self._forget()
            self.spent = None  # «№ 4512 шот бойынша, шотыңыз № 4513»: the next such word names a number of its own
            return
        if self._is_prefix() or self.at == self.priced or self._behind_amount(phrase):
            return
        if phrase.mark is SpanKind.BARE and self.mark_at == self.at - 1 and not self.comma and self._says_which(phrase):
            return
        if phrase.mark is SpanKind.PHONE and self._letter_of_a_number():
            self._word()
            return
        mark = SpanKind.BANK_ACCOUNT if phrase.mark is SpanKind.ACCOUNT and self._bank(self.at - 1) else phrase.mark
        self.mark, self.mark_at, self.strange, self.comma, self.sign = mark, self.at, 0, False, False
        self.joined = False
        self.either = phrase.either
        if phrase.mark is not SpanKind.AMOUNT:
            self.open = None

    def _letter_of_a_number(self) -> bool:
        """«T-4512», «счет T 4512»: one letter is a phone's («т. 4512») only where it is not the number's own."""
        if self.ends[self.at] - self.starts[self.at] > 1:
            return False
        named = (self.mark in REFERENCE and self._fresh()) or (self.open in REFERENCE and self.joined)
        return named or self._glued_prefix(self.at)

    def _says_which(self, phrase: Phrase) -> bool:
        """«лиц. счет клиента 104582», «contract ref 104582»: the word before says which of the client's numbers it is, or
        the reference of what."""
        return self.mark is SpanKind.ACCOUNT or (self.mark in _NOT_OURS and "role.reference" in phrase.roles)

    def _behind_amount(self, phrase: Phrase) -> bool:
        """«1,500.00 KES»: the currency of the amount before it."""
        money = "role.currency" in phrase.roles and bool(self.spans) and self.spans[-1].kind is SpanKind.AMOUNT
        return money and not self.text[self.spans[-1].end : self.starts[self.at]].strip()

    def _is_prefix(self) -> bool:
        """A number's own prefix («л/с SC-00012», «счета 15, INV-2026-7», «заказ № INV-2026-7»): another word names the
        number already."""
        if not self.joined and self._same_series(self.at):
            self.joined = True
        named = (self.mark in REFERENCE and self._fresh()) or (self.open in REFERENCE and self.joined)
        if self.mark in _NOT_OURS and self._near():
            named = self.sign or (self.strange == 0 and self._right_behind(self.mark_at))
            if named and self._glued_letters():
                return True
        return named and (self._glued_prefix(self.at) or self._own_series())

    def _glued_letters(self) -> bool:
        """«договор № LS00093256», «LPO INV308611/2»: letters of the paper's own number, glued to it; without a number sign
        only capitals of the Latin alphabet are («акт сч4512»)."""
        start, end = self.starts[self.at], self.ends[self.at]
        if end - start > _SERIES_LETTERS or not self._is(self.at + 1, "number") or not self.text[end].isdigit():
            return False
        typed = self.typed[start:end]
        if self.sign or not (typed.isascii() and typed.isalpha() and typed.isupper()):
            return self.sign
        return _BY.search(self.text, 0, start) is None

    def _right_behind(self, at: int) -> bool:
        """«договор INV-2026-7», «дог. INV-2026-7», «№ заказа: INV-2026-7»"""
        at += 1
        while at < self.at and self.kinds[at] in ".:":
            at += 1
        return at == self.at

    def _near(self) -> bool:
        """«акт вып. работ №INV-2026-7»: the paper still names the number, as it would one without a prefix."""
        return not self.comma and self.strange <= FAR.get(self.mark or SpanKind.BARE, 0)

    def _own_series(self) -> bool:
        """«invoice INV2026007», «л/с LS505004, LS505012»: the same word again, with nothing between it and the number."""
        phrase, named = self._phrase_at(self.at), self.mark if self.mark in REFERENCE else self.open
        start, end, number = self.starts[self.at], self.ends[self.at], self.at + 1
        glued = self._is(number, "number") and self.starts[number] == end and end - start <= LONGEST_PREFIX
        return glued and named in REFERENCE and phrase is not None and phrase.mark is named

    def _news(self, phrase: Phrase) -> None:
        if "role.currency" in phrase.roles and self.at > 0 and self.kinds[self.at - 1] in ("number", "typed"):
            return
        if phrase.reset and not phrase.filler:
            self._forget()
        elif self.mark not in REFERENCE and "role.service" in phrase.roles:
            self.strange += 1
            self.open = None
        else:
            self._word()

    def _word(self) -> None:
        if self.open in REFERENCE and self._glued_prefix(self.at) and (self.joined or self._same_series(self.at)):
            self.joined = True
            return
        if self.joined and (self._same_prefix(self.at) or self._another_code(self.at)):
            return
        self.strange += 1
        self.open, self.joined, self.sign, self.instead = None, False, False, False

    def _forget(self) -> None:
        self.mark, self.open, self.joined, self.sign, self.strange = None, None, False, False, 0

    def _typed(self) -> None:
        kind, start, end = self.values[self.at], self.starts[self.at], self.ends[self.at]
        assert isinstance(kind, SpanKind)
        if kind is SpanKind.AMOUNT and self._listed_decimal(start, end):
            return
        if kind is SpanKind.PHONE and self._names_phone(start, end):
            self._emit(self.mark or kind, start, end)
            return
        self.spans.append(Span(kind, start, end))
        if kind not in BETWEEN:
            self._forget()
        elif self.mark is kind:
            self.mark = None
        self.sign = False

    def _names_phone(self, start: int, end: int) -> bool:
        """A word calls an invoice or an account what only looks like a phone; a masked one hides its digits."""
        return self.mark in REFERENCE and self._fresh() and "*" not in self.text[start:end]

    def _listed_decimal(self, start: int, end: int) -> bool:
        """«счета 15,16»: right after an invoice word two numbers and a comma, no decimal amount."""
        found = _DECIMAL_LIST.fullmatch(self.text, start, end)
        named = self.mark is SpanKind.INVOICE and self._fresh()
        if found is not None and self.open is SpanKind.INVOICE and self.joined:  # «4512, 7805,38|9355»
            following = self.at + 1
            named = self._is(following, "number") and (
                self.text[end : self.starts[following]] == "\n" or (self.sign and self._goes_on(found[1], end))
            )
        if found is None or not named or self._money_follows(self.at + 1):
            return False
        self._emit(SpanKind.INVOICE, *found.span(1))
        start, end = found.span(2)
        if self._is(self.at + 1, "number") and self._goes_on(found[1], end):
            self.at += 1
            end = self.ends[self.at]
        self._emit(SpanKind.INVOICE, start, end)
        self.at += 1
        return True

    def _goes_on(self, first: str, end: int) -> bool:
        """«834853,26 / 18834»: a line fold within the second number, or a blank where that makes it as long as the first, or
        longer by a digit."""
        gap, rest = self.text[end : self.starts[self.at + 1]], self.ends[self.at + 1] - self.starts[self.at + 1]
        return gap == "\n" or (gap == " " and rest + 2 in (len(first), len(first) + 1))

    def _punctuation(self, sign: str) -> None:
        if sign in SIGNS:
            self.sign = True
            if self.open in REFERENCE and self._is(self.at - 1, "number"):
                self.joined = True  # «счета №4512 №4513»
            if self.mark is SpanKind.AMOUNT:
                self.mark = None
        elif self.open is not None and sign in _JOINERS and self._lists():
            self.joined, self.sign = True, False
        elif sign in ",;":
            self.comma = True
        elif sign == "~" or (sign == "." and self._full_stop()):
            self._forget()

    def _lists(self) -> bool:
        """A paper's list goes on right behind its number or its date, and not in «EFT CR 0012 hosting fees / 4512»."""
        if self.open not in _NOT_OURS:
            return True
        place = len(self.spans) - 1
        while place > 0 and self.spans[place].kind is SpanKind.DATE:
            place -= 1
        at = self.at - 1
        while at >= 0 and self.starts[at] >= self.spans[place].end and self._within_list(at):
            at -= 1
        return at < 0 or self.starts[at] < self.spans[place].end

    def _within_list(self, at: int) -> bool:
        phrase = self._phrase_at(at)
        if phrase is None:
            return self.kinds[at] in _WITHIN_LISTS
        return phrase.date or phrase.month or phrase.suffix or phrase.joiner

    def _full_stop(self) -> bool:
        """A stop that ends a sentence, not one that shortens a word."""
        before, end = self.at - 1, self.ends[self.at]
        if before < 0 or self.text[end : end + 1] not in (" ", ""):
            return False
        if self.kinds[before] in ("number", "typed"):
            return True
        long = self.ends[before] - self.starts[before] >= LONG_WORD
        return long and _LAST_WORD.search(self.text, self.starts[before], self.ends[before]) is not None

    def _number(self) -> None:
        first = self.at
        if self._counts_entries(first):
            self.spans.append(Span(SpanKind.OTHER, self.starts[first], self.ends[first]))
            self.joined = self.open in REFERENCE
            return
        last = self._series(first, self._group())
        start, end = self.starts[first], self.ends[last]
        self.at = last + 1
        if (
            self._part_of_date(first, last, start, end)
            or self._money(last, start, end)
            or self._field(first, start, end)
        ):
            self._after(first)
            return
        self._name(first, last, start, end)
        self._after(first)
