"""The word behind a number, as Kazakh and Uzbek put it: «№ 4512 шот бойынша», «4512-sonli hisob-faktura»."""

from __future__ import annotations

from typing import Final

from reconcile.purpose.reading import SpanKind
from reconcile.purpose.view import PAPERS, REFERENCE, View
from reconcile.purpose.words import Phrase

_NAMED_SO: Final = REFERENCE | PAPERS
"""What Kazakh and Uzbek words behind a number name; a phone or a sum stands behind its word."""
_NO_NUMBERS: Final = frozenset({SpanKind.DATE, SpanKind.PERCENT, SpanKind.AMOUNT})
_WIDEST_JOINT: Final = 3
"""Tokens between a list's numbers («, және №»)."""
_MOST_SUBJECT: Final = 4
"""Tokens from a number to the paper's word: what the paper is about."""
_WIDEST_DATE: Final = 6
"""Tokens of a date in brackets with their closing («15 yanvar 2026-yil)»)."""
_LONGEST_CHAIN: Final = 6
"""Numbers with a word each, one after another."""


class Behind(View):
    """Looks from a number to what follows it, past the rest of its list."""

    def _named_behind(self, last: int, in_front: SpanKind | None) -> SpanKind | None:
        """«№ 4512 шот бойынша», «4512-sonli hisob-faktura», «4512, 4513 және 4514 төлем шоты»."""
        if in_front is not None and not self._suffixed(last) and not self._outdone(last):
            return None
        at, suffix = self._past_list(last + 1)
        strange = 0
        while at < len(self.kinds):
            phrase = self._phrase_at(at)
            kind = self.kinds[at]
            if phrase is not None and phrase.mark is not None and (phrase.behind or suffix):
                apart = phrase.mark is SpanKind.AMOUNT and self._stopped(at)
                return None if apart else self._spend(at, phrase, suffix)
            if not suffix:
                return SpanKind.DOCUMENT if self._served_paper(at) else None
            if phrase is not None and "role.postposition" in phrase.roles:
                return None if strange == 0 else SpanKind.DOCUMENT
            if kind not in ("word", "phrase", "-") or strange >= 3:
                return SpanKind.DOCUMENT if strange else None
            strange += kind != "-"
            at += 1
        return SpanKind.DOCUMENT if strange else None

    def _served_paper(self, at: int) -> bool:
        """«№ 15 қызмет көрсету шарты», «№15 ijara shartnomasiga asosan»: what the paper is about stands between it and its
        number."""
        for place in range(at, min(at + _MOST_SUBJECT, len(self.kinds))):
            phrase = self._phrase_at(place)
            if phrase is not None and phrase.mark is not None:
                return place > at and phrase.behind and phrase.mark in PAPERS and not self._opened_by(place)
            turns = phrase is not None and (phrase.joiner or "role.beneficiary_before" in phrase.roles)
            if self.kinds[place] not in ("word", "phrase", "-") or turns or self._follows(place):
                return False
        return False

    def _outdone(self, last: int) -> bool:
        """«төлем … // № 75-12 дербес шот», «инвойс 4512, №15 шартномага асосан»: the word right behind is nearer than one
        that is far, that a comma parts from it («шартқа қосымша, №4512 шотқа сәйкес»), or that the list lent; not so in
        «по счетам 4512 и 4513 акт», «invoices 4512, 4513 order»."""
        phrase = self._phrase_at(last + 1)
        lent = self.joined and self.open is not None
        if phrase is None or not phrase.behind:
            return False
        papers = lent and phrase.mark in PAPERS and (not phrase.front or self._follows(last + 2))
        return (lent or self.comma or self.strange > 0) and (phrase.mark in REFERENCE or papers)

    def _follows(self, at: int) -> bool:
        """«… акт бойынша»: the Kazakh or Uzbek word for "by" stands there, and so does the sentence of that language."""
        phrase = self._phrase_at(at)
        return phrase is not None and "role.postposition" in phrase.roles

    def _stopped(self, at: int) -> bool:
        """«Балансты толтыру 4512. ҚҚС-сыз»: a stop and a blank before the word; what it says is the next sentence."""
        return self._is(at - 1, ".") and self.ends[at - 1] < self.starts[at]

    def _spend(self, at: int, phrase: Phrase, suffix: bool) -> SpanKind | None:
        """The word behind belongs to the number before it, unless it opens a number of its own."""
        following = 0 if suffix else self._opened_by(at)
        if self._is(following, "number") and following and not self._has_word_behind(following):
            return None
        self.spent = phrase
        return phrase.mark

    def _opened_by(self, at: int) -> int:
        """The place of the number, or of the phone or id told by its shape, that the word at this place stands in front of;
        0 where there is none."""
        following = at + 1
        while following < len(self.kinds) and (self.kinds[following] in "№#:-." or self._signs(following)):
            following += 1
        if following > at + 3 or following >= len(self.kinds):
            return 0
        if self._is(following, "typed"):
            return following if self.values[following] not in _NO_NUMBERS else 0
        if self._glued_prefix(following):
            following += 2
        return following if self._is(following, "number") else 0

    def _has_word_behind(self, number: int, longest: int = _LONGEST_CHAIN) -> bool:
        """«4512 шот № 104582 дербес шот № 15 шарт»: each number has its word behind it, since a word ends the chain. Not so
        in «дербес шот № 104582 шарт № 15», «shartnoma 283 summa 600»: there a number ends it, and words stand in front."""
        phrase = self._phrase_at(number + 1)
        if phrase is None or phrase.mark not in _NAMED_SO or not phrase.behind or not longest:
            return False
        further = self._opened_by(number + 1)
        if not further or self._money_follows(further + 1) or self._year_or_day(further):
            return True
        return self._is(further, "number") and self._has_word_behind(further, longest - 1)

    def _paper_behind(self, last: int) -> bool:
        """«D236-sonli shartnoma», «D236 shartnoma»: a contract or another paper is what the number names."""
        phrase, at = self._behind_hyphen(last), last + 1 + self._is(last + 1, "-")
        if phrase is not None and phrase.suffix:
            phrase = self._phrase_at(at + 1)
        return phrase is not None and phrase.behind and phrase.mark in PAPERS

    def _next_block(self, at: int) -> bool:
        """«703469; 37 9656-sonli …»: what a blank or a fold has split of the list's last number."""
        return self._is(at - 1, "number") and self.text[self.ends[at - 1] : self.starts[at]] in (" ", "\n")

    def _past_list(self, at: int) -> tuple[int, bool]:
        """Past the rest of the list and its dates, to the word that may name it; whether «-sonli» stood on the way. All
        numbers of one list see the same end, so a list is walked once."""
        begun, end, suffix_at = self.walked
        if not begun <= at < end:
            end, suffix_at = self._walk_list(at)
            self.walked = (at, end, suffix_at)
        return end, suffix_at >= at

    def _date_closes(self, opening: int) -> int:
        """Where the brackets close that hold a date and nothing else; 0 where they hold more."""
        at, dated = opening + 1, False
        while at < len(self.kinds) and at <= opening + _WIDEST_DATE:
            phrase, kind = self._phrase_at(at), self.kinds[at]
            if kind == ")":
                return at if dated else 0
            whole, month = self.values[at] is SpanKind.DATE, phrase is not None and phrase.month
            if not (whole or month or kind in ("number", ".", "-") or (phrase is not None and phrase.date)):
                return 0
            dated |= whole or month
            at += 1
        return 0

    def _in_brackets(self, closing: int) -> bool:
        """A number stands alone in brackets that close here, its sign or its own prefix with it."""
        opening = closing - 1
        while opening > closing - _WIDEST_JOINT - 2 and (self.kinds[opening] in "№#-" or self._is(opening, "number")):
            opening -= 1
        return self._is(opening, "(") or (self._is(opening - 1, "(") and self._glued_prefix(opening))

    def _prefixed_alike(self, at: int) -> bool:
        """«№ SC 7301, BK 7302 шот бойынша»: a prefix with a blank, as the list's last number has one."""
        last = at - 1
        while last > 1 and at - last <= _WIDEST_JOINT and self.kinds[last] != "number":
            last -= 1
        return self._code(at) and self._is(last, "number") and self._code(last - 1)

    def _walk_list(self, at: int) -> tuple[int, int]:
        begun, suffix = at, -1
        joined = listed = False
        while at < len(self.kinds):
            kind, value = self.kinds[at], self.values[at]
            if joined and self._glued_prefix(at):
                at += self._is(at + 1, "/")  # the next number's own prefix
            elif joined and self._prefixed_alike(at):
                pass
            elif isinstance(value, Phrase):
                if joined and value.mark and suffix < 0:  # «4512, сумма 500»: the next thought, no word behind a list
                    return len(self.kinds), suffix
                if value.suffix:
                    suffix = at
                elif value.joiner and not value.mark:
                    joined = True
                elif value.date or value.month:
                    joined = False
                elif not ("role.case_ending" in value.roles or (joined and value.sign)):
                    return at, suffix
            elif kind == "number":
                if not joined and not self._year_or_day(at) and not (listed and self._next_block(at)):
                    return at, suffix
                listed |= joined
                joined = False
            elif kind in ",;&+№#":
                joined = True
            elif value is SpanKind.DATE:
                joined = False
            elif kind == "(" and (closing := self._date_closes(at)):
                at = closing  # «4512 (15.01.2026) ва 4513 (16 yanvar 2026) ҳисоб-фактуралар»
            elif kind == ")" and at == begun and self._in_brackets(at):
                pass  # «(№ 104582) дербес шотқа»
            elif kind not in ("-", ".", '"'):
                return at, suffix
            at += 1
        return at, suffix
