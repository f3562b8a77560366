"""Which word names which number: the walk over the tokens of a purpose.

A word in front of a number names it and every number of the list that it opens; a Kazakh or Uzbek word may stand behind.
The number sign, за/for and a number's own prefix name nothing. A number that a contract, an act, a phone … names is no
reference. Between a word and its number only words without news may stand; after anything else the number is bare.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from reconcile.purpose.decoys import digits_kind
from reconcile.purpose.keys import MOST_PARTS, candidate_keys
from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import Token
from reconcile.purpose.words import Phrase
from reconcile.reference import number_key

_REFERENCE: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT})
_LISTED: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.CONTRACT, SpanKind.DOCUMENT, SpanKind.BARE})
_BETWEEN: Final = frozenset({SpanKind.DATE, SpanKind.PERCENT, SpanKind.AMOUNT})
_FAR: Final = {SpanKind.CONTRACT: 4, SpanKind.DOCUMENT: 4, SpanKind.AMOUNT: 1, SpanKind.TAX_ID: 1, SpanKind.PHONE: 1}
"""How many strange words may stand between a word and its number; none for an invoice or an account."""
_JOINERS: Final = ",;&+/"
_SIGNS: Final = "№#"
_WIDEST_GAP: Final = 3  # blanks or a fold within one number
_DAYS: Final = 31
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_RANGE: Final = re.compile(r"([0-9]{2,})[-–]([0-9]{2,})")
_DECIMAL_LIST: Final = re.compile(r"([0-9]+),([0-9]{2})")
_TIME_OF_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}[-/](?:19|20)?[0-9]{2}")
_LONGEST_PREFIX: Final = 6
_PREFIX_GAPS: Final = frozenset({"", " ", "-", "\n"})
_NUMBERS: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.BARE})
_LAST_WORD: Final = re.compile(r"[^\W\d_]{7,}$")
"""A word too long to be shortened: a stop behind it ends the sentence."""
_NAME_DIGITS: Final = 4
_CODE_FIELD: Final = re.compile(r"[0-9]{9}")


class _Prefix(NamedTuple):
    """A word that may be the number's own prefix: whether that reading comes first, and whether the same word also is
    the only one that marks the number."""

    text: str = ""
    first: bool = False
    marks: bool = False


_NO_PREFIX: Final = _Prefix()


class Walk:
    """One purpose on its way. `text` is the folded text, `original` what was typed (look-alike repairs need its case)."""

    def __init__(self, text: str, tokens: Sequence[Token], typed: str, without: frozenset[str] = frozenset()) -> None:
        self.text, self.tokens, self.typed, self.without = text, tokens, typed, without
        self.spans: list[Span] = []
        self.mark: SpanKind | None = None  # the word that waits for its number
        self.mark_at = -1
        self.strange = 0  # strange words since
        self.comma = False
        self.sign = False  # a number sign stands right before
        self.open: SpanKind | None = None  # the kind of the list that is open
        self.joined = False  # its last token joins
        self.spent: Phrase | None = None
        self.walked = (0, 0, -1)  # the list last walked: first token, end, place of its «-sonli»
        self.at = 0

    def run(self) -> list[Span]:
        tokens, last = self.tokens, len(self.tokens)
        while self.at < last:
            kind = tokens[self.at][0]
            if kind == "phrase":
                self._phrase(tokens[self.at])
            elif kind == "number":
                self._number()
                continue
            elif kind == "word":
                self._word()
            elif kind == "typed":
                self._typed(tokens[self.at])
            else:
                self._punctuation(kind, tokens[self.at])
            self.at += 1
        return self.spans

    # -- what is not a number

    def _phrase(self, token: Token) -> None:
        phrase = token[3]
        assert isinstance(phrase, Phrase)
        if phrase.sign and not (phrase.mark and self.open is None and self.mark is None):
            self.sign = True
            if self.mark is SpanKind.AMOUNT:
                self.mark = None
        elif phrase.mark is not None:
            self._marking(phrase)
        elif phrase.none:
            self._forget()
        elif self.open is not None and phrase.joiner:
            self.joined, self.sign = True, False
        elif not (phrase.filler or phrase.date or phrase.month):
            self._news(phrase)

    def _marking(self, phrase: Phrase) -> None:
        if phrase is self.spent:
            self._forget()
            return
        if self._is_prefix():
            return
        self.mark, self.mark_at, self.strange, self.comma, self.sign = phrase.mark, self.at, 0, False, False
        self.joined = False
        if phrase.mark is not SpanKind.AMOUNT:
            self.open = None

    def _is_prefix(self) -> bool:
        """A number's own prefix («л/с SC-00012», «счета 15, INV-2026-7»): another word names the number already."""
        named = (self.mark in _REFERENCE and self._fresh()) or (self.open in _REFERENCE and self.joined)
        return named and self._glued_prefix(self.at)

    def _glued_prefix(self, at: int) -> bool:
        """A few letters, a hyphen and a number in one piece."""
        token = self.tokens[at]
        return (
            token[0] in ("word", "phrase")
            and token[2] - token[1] <= _LONGEST_PREFIX
            and self._is(at + 1, "-")
            and self._is(at + 2, "number")
            and self.text[token[2] : self.tokens[at + 2][1]] == "-"
        )

    def _news(self, phrase: Phrase) -> None:
        if phrase.reset and not phrase.filler:
            self._forget()
        elif self.mark not in _REFERENCE and "role.service" in phrase.roles:
            self.strange += 1
            self.open = None
        else:
            self._word()

    def _word(self) -> None:
        self.strange += 1
        self.open, self.joined, self.sign = None, False, False

    def _forget(self) -> None:
        self.mark, self.open, self.joined, self.sign, self.strange = None, None, False, False, 0

    def _typed(self, token: Token) -> None:
        kind = token[3]
        assert isinstance(kind, SpanKind)
        if kind is SpanKind.AMOUNT and self._listed_decimal(token):
            return
        if kind is SpanKind.PHONE and self.mark in _REFERENCE and token[1] and self._fresh() and "*" not in self.text[token[1]:token[2]]:
            self._emit(self.mark or kind, token[1], token[2])
            return
        self.spans.append(Span(kind, token[1], token[2]))
        if kind not in _BETWEEN:
            self._forget()
        elif self.mark is kind:
            self.mark = None
        self.sign = False

    def _listed_decimal(self, token: Token) -> bool:
        """«счета 15,16»: right after an invoice word two numbers and a comma, no decimal amount."""
        found = _DECIMAL_LIST.fullmatch(self.text, token[1], token[2])
        if found is None or self.mark is not SpanKind.INVOICE or not self._fresh() or self._money_follows(self.at + 1):
            return False
        self._emit(SpanKind.INVOICE, *found.span(1))
        self._emit(SpanKind.INVOICE, *found.span(2))
        return True

    def _fresh(self) -> bool:
        return self.strange == 0 and not self.comma

    def _punctuation(self, sign: str, token: Token) -> None:
        if sign in _SIGNS:
            self.sign = True
            if self.mark is SpanKind.AMOUNT:
                self.mark = None
        elif self.open is not None and sign in _JOINERS:
            self.joined, self.sign = True, False
        elif sign in ",;":
            self.comma = True
        elif sign == "~" or (sign == "." and self._full_stop(token)):
            self._forget()

    def _full_stop(self, token: Token) -> bool:
        """A stop that ends a sentence, not one that shortens a word."""
        before = self.tokens[self.at - 1] if self.at else None
        if before is None or self.text[token[2] : token[2] + 1] not in (" ", ""):
            return False
        if before[0] in ("number", "typed"):
            return True
        return _LAST_WORD.search(self.text, before[1], before[2]) is not None

    # -- numbers

    def _number(self) -> None:
        first = self.at
        end, last = self._group()
        start = self.tokens[first][1]
        self.at = last + 1
        if self._part_of_date(first, last, start, end) or self._money(last, start, end) or self._field(first, start, end):
            self._after(first)
            return
        self._name(first, last, start, end)
        self._after(first)

    def _after(self, first: int) -> None:
        self.mark, self.sign, self.joined, self.comma, self.strange = None, False, False, False, 0

    def _group(self) -> tuple[int, int]:
        """End of the number that begins here, and its last token: blocks split by one blank or fold belong together."""
        tokens, text = self.tokens, self.text
        last = self.at
        while last + 1 < len(tokens) and tokens[last + 1][0] == "number" and last - self.at < MOST_PARTS - 1:
            gap = text[tokens[last][2] : tokens[last + 1][1]]
            if gap.strip(" \n") or len(gap) > _WIDEST_GAP or not ("\n" in gap or self._may_join(last + 1)):
                break
            last += 1
        return tokens[last][2], last

    def _may_join(self, at: int) -> bool:
        """Not the number of the next phrase («4512 15-сонли …»), nor a date's day before its month."""
        following = self._phrase_at(at + 1) or self._phrase_at(at + 2 if self._is(at + 1, "-") else at + 1)
        if following is None:
            return True
        token = self.tokens[at]
        digits = self.text[token[1] : token[2]]
        day = following.month and _plain(digits) and (1 <= int(digits) <= _DAYS or len(digits) == 4)
        return not (day or following.suffix)

    def _phrase_at(self, at: int) -> Phrase | None:
        if 0 <= at < len(self.tokens):
            value = self.tokens[at][3]
            return value if isinstance(value, Phrase) else None
        return None

    def _is(self, at: int, kind: str) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at][0] == kind

    def _part_of_date(self, first: int, last: int, start: int, end: int) -> bool:
        """«3 февраля 2026», «28-may», «2026 йил», «март 2026», «Feb 3, 2026»: the number is a day or a year."""
        digits = self.text[start:end]
        if first != last or not _plain(digits) or self.sign:
            return False
        after = self._phrase_at(last + 2 if self._is(last + 1, "-") else last + 1)
        before = self._phrase_at(first - 1) or self._phrase_at(first - 2 if self._is(first - 1, "-") or self._is(first - 1, ".") else first - 1)
        beside_month = (after is not None and after.month) or (before is not None and before.month)
        if len(digits) <= 2 and beside_month:
            return 1 <= int(digits) <= _DAYS and self._date(start, end)
        if not _YEAR.fullmatch(digits):
            return False
        dated = self.spans and self.spans[-1].kind is SpanKind.DATE and self.text[self.spans[-1].end : start].strip(" ,.") == ""
        if beside_month or dated or (after is not None and after.date and "role.date_word" in after.roles and not after.mark):
            return self._date(start, end)
        return False

    def _date(self, start: int, end: int) -> bool:
        self.spans.append(Span(SpanKind.DATE, start, end))
        mark, far, open_, comma = self.mark, self.strange, self.open, self.comma
        self._after(self.at)
        self.mark, self.strange, self.open, self.comma = mark, far, open_, comma
        return True

    def _money(self, last: int, start: int, end: int) -> bool:
        """A number before a currency, a quantity before its unit."""
        if self.sign:
            return False
        phrase = self._phrase_at(last + 1)
        if phrase is None or self.text[end : self.tokens[last + 1][1]].strip(" ."):
            return False
        if "role.currency" in phrase.roles:
            self.spans.append(Span(SpanKind.AMOUNT, start, end))
        elif "role.unit" in phrase.roles and phrase.mark is None and self.mark not in _REFERENCE and not self.joined:
            self.spans.append(Span(SpanKind.OTHER, start, end))
        else:
            return False
        return True

    def _money_follows(self, at: int) -> bool:
        phrase = self._phrase_at(at)
        return phrase is not None and "role.currency" in phrase.roles

    def _field(self, first: int, start: int, end: int) -> bool:
        """The fields that «~» parts in Uzbek purposes: after the payer's nine digits comes a code of the treasury."""
        if not self._is(first - 1, "~"):
            return False
        if self.spans and self.spans[-1].kind is SpanKind.TAX_ID and self._is(first - 2, "number"):
            self.spans.append(Span(SpanKind.PURPOSE_CODE, start, end))
        elif _CODE_FIELD.fullmatch(self.text, start, end) and self._is(first + 1, "~"):
            self.spans.append(Span(SpanKind.TAX_ID, start, end))
        else:
            return False
        return True

    def _name(self, first: int, last: int, start: int, end: int) -> None:
        """What the number is, by the word that names it, in front or behind; by its shape where none does."""
        by_prefix = self._prefix(first, SpanKind.BARE).marks
        behind = self._named_behind(last, None if by_prefix else self._in_front())
        kind = behind or self._in_front()
        if self._to_range(first, start, end, kind):
            return
        if kind is SpanKind.BARE and self._national_id(start, end):
            kind = SpanKind.TAX_ID
        elif kind is None or kind is SpanKind.BARE:
            kind = self._by_shape(start, end) or (SpanKind.OTHER if self._in_a_name(first, end - start) else SpanKind.BARE)
        elif kind in _REFERENCE and "card_number" not in self.without and self._by_shape(start, end) is SpanKind.BANK_ACCOUNT:
            kind = SpanKind.BANK_ACCOUNT
        prefix = self._prefix(first, kind)
        self._emit(kind, start, end, prefix._replace(marks=False) if behind in _REFERENCE else prefix)

    def _in_front(self) -> SpanKind | None:
        if self.open is not None and self.joined:
            if self.sign or self.open in _REFERENCE or self.open in (SpanKind.CONTRACT, SpanKind.DOCUMENT):
                return self.open
            return None
        mark = self.mark
        if mark is None:
            return None
        if self.comma and not (self.sign and mark in (SpanKind.CONTRACT, SpanKind.DOCUMENT)):
            return None
        if mark in _REFERENCE and self.strange == 1 and self._code_before():
            return mark
        return mark if self.strange <= _FAR.get(mark, 0) else None

    def _code_before(self) -> bool:
        """The one strange word is the number's own prefix, typed with a blank: «invoice SC 4512»."""
        at = self.at - 1
        while at >= 0 and self.tokens[at][0] == "number":
            at -= 1
        if not self._is(at, "word"):
            return False
        word = self.typed[self.tokens[at][1] : self.tokens[at][2]]
        return len(word) <= _LONGEST_PREFIX and word.isupper()

    def _named_behind(self, last: int, in_front: SpanKind | None) -> SpanKind | None:
        """«№ 4512 шот бойынша», «4512-sonli hisob-faktura», «4512, 4513 және 4514 төлем шоты»."""
        if in_front is not None and not self._suffixed(last) and not self._outdone(last):
            return None
        at, suffix = self._past_list(last + 1)
        strange = 0
        while at < len(self.tokens):
            phrase = self._phrase_at(at)
            kind = self.tokens[at][0]
            if phrase is not None and phrase.mark is not None and (phrase.behind or suffix):
                return self._spend(at, phrase, suffix)
            if not suffix:
                return None
            if phrase is not None and "role.postposition" in phrase.roles:
                return None if strange == 0 else SpanKind.DOCUMENT
            if kind not in ("word", "phrase", "-") or strange >= 3:
                return SpanKind.DOCUMENT if strange else None
            strange += kind != "-"
            at += 1
        return SpanKind.DOCUMENT if strange else None

    def _suffixed(self, last: int) -> bool:
        """«4512-sonli …»: the ending stands at this very number."""
        phrase = self._phrase_at(last + 2 if self._is(last + 1, "-") else last + 1)
        return phrase is not None and phrase.suffix

    def _outdone(self, last: int) -> bool:
        """«төлем … // № 75-12 дербес шот»: the word right behind is nearer than one that is far, or that the list lent."""
        phrase = self._phrase_at(last + 1)
        lent = self.joined and self.open is not None
        return (lent or self.strange > 0) and phrase is not None and phrase.behind and phrase.mark in _REFERENCE

    def _spend(self, at: int, phrase: Phrase, suffix: bool) -> SpanKind | None:
        """The word behind belongs to the number before it, unless it opens a number of its own."""
        following = at + 1
        while following < len(self.tokens) and (self.tokens[following][0] in "№#:-." or self._signs(following)):
            following += 1
        if not suffix and self._is(following, "number") and following <= at + 3:
            phrase_after = self._phrase_at(following + 1)
            if phrase_after is None or phrase_after.mark is None or not phrase_after.behind:
                return None
        self.spent = phrase
        return phrase.mark

    def _signs(self, at: int) -> bool:
        phrase = self._phrase_at(at)
        return phrase is not None and phrase.sign

    def _past_list(self, at: int) -> tuple[int, bool]:
        """Past the rest of the list and its dates, to the word that may name it; whether «-sonli» stood on the way. All
        numbers of one list see the same end, so a list is walked once."""
        begun, end, suffix_at = self.walked
        if not begun <= at < end:
            end, suffix_at = self._walk_list(at)
            self.walked = (at, end, suffix_at)
        return end, suffix_at >= at

    def _walk_list(self, at: int) -> tuple[int, int]:
        suffix = -1
        joined = False
        while at < len(self.tokens):
            kind, _, _, value = self.tokens[at]
            if joined and self._glued_prefix(at):
                pass  # the next number's own prefix
            elif isinstance(value, Phrase):
                if value.suffix:
                    suffix = at
                elif value.joiner and not value.mark:
                    joined = True
                elif value.date or value.month:
                    joined = False
                elif not ("role.case_ending" in value.roles or (joined and value.sign)):
                    return at, suffix
            elif kind == "number":
                if not joined and not self._year_or_day(at):
                    return at, suffix
                joined = False
            elif kind in ",;&+№#":
                joined = True
            elif value is SpanKind.DATE:
                joined = False
            elif kind not in ("-", ".", '"'):
                return at, suffix
            at += 1
        return at, suffix

    def _year_or_day(self, at: int) -> bool:
        after = self._phrase_at(at + 2 if self._is(at + 1, "-") else at + 1)
        return after is not None and (after.month or after.date)

    def _to_range(self, first: int, start: int, end: int, kind: SpanKind | None) -> bool:
        """«4512-4514», «с 4512 по 4514», «№ 4512 – 4514»: the ends of a range, no numbers of a list."""
        whole = _RANGE.fullmatch(self.text, start, end)
        if whole is not None and (kind in _REFERENCE or (kind is None and self.sign)) and _rises(whole[1], whole[2]):
            self._add_range(start, end, kind)
            return True
        if not self.spans or not self._ranging(first):
            return False
        previous = self.spans[-1]
        if previous.kind not in (SpanKind.INVOICE, SpanKind.ACCOUNT) or not _rises(
            self.text[previous.start : previous.end], self.text[start:end]
        ):
            return False
        self.spans.pop()
        self._add_range(previous.start, end, previous.kind)
        return True

    def _ranging(self, first: int) -> bool:
        """Between this number and the last one stands a dash or «по», and nothing else."""
        at = first - 1
        while at >= 0 and (self.tokens[at][0] in _SIGNS or self._signs(at)):
            at -= 1
        phrase = self._phrase_at(at)
        dash = self._is(at, "-") or (phrase is not None and phrase.range and not phrase.mark)
        return dash and self._is(at - 1, "number") and self.spans[-1].end == self.tokens[at - 1][2]

    def _add_range(self, start: int, end: int, mark: SpanKind | None) -> None:
        keys = candidate_keys(self.text[start:end].replace(" ", ""))[:1] if _RANGE.search(self.text[start:end].replace(" ", "")) else ()
        self.spans.append(Span(SpanKind.RANGE, start, end, keys, mark=mark if mark in _REFERENCE else None))
        self.open = None

    def _in_a_name(self, first: int, length: int) -> bool:
        """«ТОО "Сервис 2000"», «АО Завод 17»: within the quotes of a name, or a few digits behind a form and a word."""
        quotes = 0
        for at in range(first - 1, max(-1, first - 6), -1):
            kind, _, _, value = self.tokens[at]
            if kind == '"':
                quotes += 1
            elif kind not in ("word", "phrase", "-", "'"):
                break
            elif isinstance(value, Phrase) and "role.legal_form" in value.roles:
                return quotes == 1 or (quotes == 0 and length <= _NAME_DIGITS and at < first - 1)
        return quotes == 1 and any(self._is(at, '"') for at in range(first + 1, first + 5)) and self._is(first - 1, "word")

    def _national_id(self, start: int, end: int) -> bool:
        """«PETER KAMAU ID 23456789»: behind a name, seven or eight digits are a Kenyan's national id."""
        token = self.tokens[self.mark_at]
        return 7 <= end - start <= 8 and self.text[token[1] : token[2]] == "ID" and self._is(self.mark_at - 1, "word")

    def _by_shape(self, start: int, end: int) -> SpanKind | None:
        stretch = self.text[start:end]
        digits = "".join(stretch.split())
        if _plain(digits):
            return digits_kind(digits, self.without)
        if _TIME_OF_YEAR.fullmatch(stretch):
            return SpanKind.OTHER
        return None

    def _prefix(self, first: int, kind: SpanKind) -> _Prefix:
        """The number's own prefix right before it («SC 4512», «INV-4512»), if that may be one."""
        at = first - 2 if self._is(first - 1, "-") else first - 1
        if at < 0 or kind not in _NUMBERS or self.tokens[at][0] not in ("word", "phrase"):
            return _NO_PREFIX
        _, start, end, _ = self.tokens[at]
        start = max(start, self.text.rfind(" ", start, end) + 1)  # «proforma INV-2026-7»: the last word is the prefix
        gap = self.text[end : self.tokens[first][1]]
        if end - start > _LONGEST_PREFIX or gap not in _PREFIX_GAPS:
            return _NO_PREFIX
        phrase = self._phrase_at(at)
        glued = gap in ("", "-")
        if phrase is None:
            code = self.typed[start:end].isupper() and self.text[start:end].isalpha()
            return _Prefix(self.text[start:end], first=True) if code else _NO_PREFIX
        if phrase.sign:
            return _Prefix(self.text[start:end]) if gap == "" else _NO_PREFIX
        if phrase.mark not in _REFERENCE or end - start > 4 or not (glued or self.text[start:end].isascii()):
            return _NO_PREFIX
        return _Prefix(self.text[start:end], first=glued, marks=glued and at == self.mark_at)

    def _emit(self, kind: SpanKind, start: int, end: int, prefix: _Prefix | None = None) -> None:
        if kind in _NUMBERS:
            keys = candidate_keys(self.typed[start:end])
            prefix_key = ""
            if prefix is not None and prefix.text:
                prefixed = number_key(prefix.text + self.typed[start:end])
                keys = (prefixed, *keys) if prefix.first else (*keys, prefixed)
                prefix_key = prefixed if prefix.marks else ""
            self.spans.append(Span(kind, start, end, keys, "", prefix_key))
        else:
            self.spans.append(Span(kind, start, end))
        if kind is not SpanKind.AMOUNT:
            self.open = kind if kind in _LISTED else None


def _plain(text: str) -> bool:
    """Plain digits only: «²» and the digits of other scripts count nothing."""
    return text.isascii() and text.isdigit()


def _rises(low: str, high: str) -> bool:
    """The two ends of a range: as many digits, the second greater, within a thousand."""
    if not (_plain(low) and _plain(high)) or len(low) != len(high):
        return False
    return int(low) < int(high) <= int(low) + 1000
