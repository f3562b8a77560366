"""What one number is: part of a date, money, a field, a range, a number with a prefix; and which word in front names it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from reconcile.purpose.dates import Dates
from reconcile.purpose.decoys import digits_kind
from reconcile.purpose.keys import MOST_PARTS, candidate_keys, repaired
from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.view import LONGEST_PREFIX, PAPERS, REFERENCE, plain
from reconcile.purpose.words import Phrase
from reconcile.reference import number_key

_LISTED: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.CONTRACT, SpanKind.DOCUMENT, SpanKind.BARE})
FAR: Final = {SpanKind.CONTRACT: 4, SpanKind.DOCUMENT: 4, SpanKind.AMOUNT: 1, SpanKind.TAX_ID: 1, SpanKind.PHONE: 1}
"""How many strange words may stand between a word and its number; none for an invoice or an account."""
_WIDEST_GAP: Final = 3  # blanks or a fold within one number
_MOST_ENTRIES: Final = 2
"""Digits of what counts the entries of a list."""
_DAYS: Final = 31
_YEAR_FIRST: Final = re.compile(r"(?:19|20)[0-9]{2}(?![0-9])")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
_TIME_OF_YEAR: Final = re.compile(
    r"(?:19|20)[0-9]{2}[-/](?:19|20)?[0-9]{2}|(?:0?[1-9]|1[0-2])[./-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[./-](?:0[1-9]|1[0-2])"
)
_MONTH_OF_YEAR: Final = re.compile(r"(?:0?[1-9]|1[0-2])[./](?:19|20)[0-9]{2}")
_QUARTER: Final = re.compile("[QH][1-4]")
_LONGEST_YEARS: Final = len("2025-2026")
_PREFIX_GAP: Final = re.compile(r"[ \n]{0,2}[-/]?[ \n]{0,2}")
_NUMBER_SIGN: Final = re.compile("[NnНн][NnНнOoОо]?(?=[^\\W\\d_])")
_SPACED_DASH: Final = re.compile(r"[ \n]{1,2}-[ \n]{0,2}|-[ \n]{1,2}")
_SERIES_DIGITS: Final = 4
_SERIES_END: Final = re.compile(r"[^\W\d_][0-9]{1,4}")
_NUMBERS: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.BARE})
_NAME_DIGITS: Final = 4
_CODE_WIDTHS: Final = (3, 10)
"""Of a KNP, and of an EKNP as a whole («1717KZT859»)."""
_THOUSAND: Final = 3
_BANKS_OWN: Final = 11
_DIGITS_ONLY: Final = frozenset({SpanKind.AMOUNT, SpanKind.PHONE})
_SHORT_UNIT: Final = 4
_SUM: Final = re.compile("[0-9]{3,}(?:-[0-9]{2})?")
_FOR_A_SUM: Final = re.compile(r"(?<!\w)(?:НА|NA)\s\Z")
_SHILLINGS: Final = ("/=", "/-")
_AT: Final = frozenset({"В", "AT", "IN", "WITH"})
_BANK: Final = re.compile(r"(?:БАНК|BANK)(?:А|Е|У|ОМ)?\b")
"""The end of a bank's name in one word («Халықбанк»); the names of others are words of the lexicon."""
_LONGEST_BANK: Final = 6
"""Tokens from «в» to the word that says bank: a form, a quote, two words of its name."""
_CODE_FIELD: Final = re.compile(r"[0-9]{9}")


_GLUED: Final = frozenset({"", "-", "-\n", "\n-"})
_CUT_PREFIX: Final = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,4})\n([^\W\d_]{1,4})[-/]?\Z")
_LONGEST_CUT: Final = 11


class _Prefix:
    """A word that may be the number's own prefix: whether that reading comes first, and whether the same word also is
    the only one that marks the number."""

    __slots__ = ("first", "marks", "text")

    def __init__(self, text: str = "", first: bool = False, marks: bool = False) -> None:
        self.text = text
        self.first = first
        self.marks = marks


_SIGN_WORDS: Final = frozenset({"", "N", "NO", "NR", "№", "#"})
_NO_PREFIX: Final = _Prefix()


class Numbers(Dates):
    """Settles one number at a time."""

    def _group(self) -> int:
        """The last token of the number that begins here: blocks split by one blank or fold belong together."""
        text, last = self.text, self.at
        if self.mark is SpanKind.PURPOSE_CODE and self.ends[last] - self.starts[last] in _CODE_WIDTHS:
            return last  # «КНП 859 871134», «EKNP 1717KZT859 871134»
        month = self._phrase_at(last - 1)
        if month is not None and month.month and _YEAR.fullmatch(text, self.starts[last], self.ends[last]):
            return last  # «Cloud hosting Feb 2026 231682»
        while self._is(last + 1, "number") and last - self.at < MOST_PARTS - 1 and not self._counts_entries(last + 1):
            gap = text[self.ends[last] : self.starts[last + 1]]
            if "\n" not in gap and not text[self.starts[last + 1]].isdigit():
                break  # a number with a prefix of its own
            if self.ends[self.at] - self.starts[self.at] >= _BANKS_OWN and not text[self.starts[last + 1]].isdigit():
                break  # «EFT CR 009694990991 / CL-00306495»: what the bank's own number is followed by is the payer's
            if gap.strip(" \n") or len(gap) > _WIDEST_GAP or not ("\n" in gap or self._may_join(last + 1)):
                break
            last += 1
        return last

    def _counts_entries(self, at: int) -> bool:
        """«1) счет 4512 2) счет 4513», «1. счет 4512 2. счет 4513»: what counts the entries of a list is no number, and no
        block of the one before it. «(л/с 1045 82)»: a bracket that was opened is closed there."""
        start, end = self.starts[at], self.ends[at]
        if end - start > _MOST_ENTRIES or self.text[end : end + 1] not in (")", ".") or not plain(self.text[start:end]):
            return False
        if self.text[end] == ")":
            return self.text.count("(", 0, start) <= self.text.count(")", 0, start)
        before = int(self.text[start:end]) - 1
        return before > 0 and re.search(rf"(?<![\w.,/-]){before}[.)]\s", self.text[:start]) is not None

    def _series(self, first: int, last: int) -> int:
        """The last token of a series' number whose dashes were typed with blanks: «6711264 - F80», «INV - 2025 - 015577»."""
        following = last + 2 if self._is(last + 1, "-") else last + 1
        if self._cut_series_end(last, following):
            return following + 1
        if not self._is(following, "number"):
            return last
        typed = self.text[self.starts[first] : self.ends[last]].replace("\n", "")
        begun, end = self.starts[following], self.ends[following]
        gap = self.text[self.ends[last] : begun]
        if " " in typed or not (gap == " " or _SPACED_DASH.fullmatch(gap)):
            return last
        if _SERIES_END.fullmatch(self.text, begun, end):
            if _QUARTER.fullmatch(self.text, begun, end) and (gap == " " or self._is(following + 1, "number")):
                return last  # «account 733326 Q1 2026», «INV. 30049 - Q1 2026»
            named = self.mark in REFERENCE or (self.joined and self.open in REFERENCE)
            listed = gap == " " and named
            own = listed and self._paper_behind(following)  # «счета 15; 886922 D236-sonli shartnoma»
            return following if plain(typed) and not own else last
        if gap == " " or _YEAR.fullmatch(typed) is None or not self._prefix(first).text:
            return last
        while (
            self._is(following + 1, "number") and self.text[self.ends[following] : self.starts[following + 1]] == "\n"
        ):
            following += 1
        serial = self.text[begun : self.ends[following]].replace("\n", "")
        long = len(serial) > len(typed) or serial.startswith("0")
        return following if long and plain(serial) else last

    def _cut_series_end(self, last: int, at: int) -> bool:
        """«6711264 - F / 80», «6711264-F / 80»: the line ends behind the series' letter, its digits stand on the next."""
        if at != last + 2 or "\n" not in self.text or not self._is(at + 1, "number"):
            return False
        if self.kinds[at] not in ("word", "phrase") or _YEAR.fullmatch(self.text, self.starts[last], self.ends[last]):
            return False  # «2026-г / 15»
        begun, end = self.starts[at + 1], self.ends[at + 1]
        dash = self.text[self.ends[last] : self.starts[at]]
        spaced = dash == "-" or _SPACED_DASH.fullmatch(dash) is not None
        folded = self.text[self.ends[at] : begun] == "\n"
        short = self.ends[at] - self.starts[at] == 1 and end - begun <= _SERIES_DIGITS
        return spaced and folded and short and plain(self.text[begun:end])

    def _may_join(self, at: int) -> bool:
        """Not the number of the next phrase («4512 15-сонли …»), nor a date's day before its month."""
        begun, end = self.starts[self.at], self.ends[at - 1]
        digits_before = end - begun - self.text.count("\n", begun, end)
        width = self.ends[at] - self.starts[at]
        if max(digits_before, width) >= _BANKS_OWN:
            return False  # «EFT CR 006886019622 617372»: no customer's number is split there
        if self.mark is SpanKind.AMOUNT and width != _THOUSAND:
            return False  # «NDS12 4512»
        if width > _THOUSAND and _MONTH_OF_YEAR.fullmatch(self.text, self.starts[at], self.ends[at]):
            return False  # «account 967454 01.2026»
        following = self._phrase_at(at + 1) or self._behind_hyphen(at)
        if following is None:
            return True
        digits = self.text[self.starts[at] : self.ends[at]]
        day = following.month and plain(digits) and (1 <= int(digits) <= _DAYS or len(digits) == 4)
        listed = self.joined and self.open in REFERENCE
        paper = listed and following.behind and following.mark in PAPERS  # «invoyslar 4512, 4513 15 shartnomaga asosan»
        if paper and self._phrase_at(at + 1) is following and self._is(self._opened_by(at + 1), "number"):
            paper = False  # «invoyslar 4512; 45 13 shartnoma № 15»: it names the number behind it
        return not (day or paper or following.suffix)

    def _money(self, last: int, start: int, end: int) -> bool:
        """A number before a currency, a quantity before its unit."""
        if self.sign:
            return False
        if self.text.startswith(_SHILLINGS, end):
            self.spans.append(Span(SpanKind.AMOUNT, start, end))
            return True
        if self._sum_of_listed(start, end):
            self.spans.append(Span(SpanKind.AMOUNT, start, end))
            return True
        phrase = self._phrase_at(last + 1)
        if phrase is None or self.text[end : self.starts[last + 1]].strip(" ."):
            return False
        if "role.currency" in phrase.roles:
            if phrase.mark is SpanKind.AMOUNT and self.mark is not SpanKind.AMOUNT and self._figure(last + 2):
                return False  # «INV 4512 KES 900», «INV 4512 KES 900.00»: the currency of what comes next
            self.priced = last + 1
            self.spans.append(Span(SpanKind.AMOUNT, start, end))
        elif "role.unit" in phrase.roles and self._counts(phrase, last + 1):
            self.spans.append(Span(SpanKind.OTHER, start, end))
        else:
            return False
        return True

    def _counts(self, unit: Phrase, at: int) -> bool:
        """«за 3 мес», and in a list only a unit written out: «invoice 4512, 47 licences», not «счета 15, 16 м»."""
        if self.joined:
            return self.ends[at] - self.starts[at] > _SHORT_UNIT
        return unit.mark is None and self.mark not in REFERENCE

    def _sum_of_listed(self, start: int, end: int) -> bool:
        """«счет № 4512 от 15.01.2026 на 488530-10, № 4513 …»: behind a listed number and its date stands its sum."""
        if self.open not in REFERENCE or self.spans[-1:] == [] or self.spans[-1].kind is not SpanKind.DATE:
            return False
        return _FOR_A_SUM.search(self.text, 0, start) is not None and _SUM.fullmatch(self.text, start, end) is not None

    def _figure(self, at: int) -> bool:
        """A number or an amount, at once or behind the stop of «Kshs.»."""
        while self._is(at, ".") or self._is(at, ":"):
            at += 1
        return self._is(at, "number") or (self._is(at, "typed") and self.values[at] is SpanKind.AMOUNT)

    def _field(self, first: int, start: int, end: int) -> bool:
        """The fields that «~» parts in Uzbek purposes: after the payer's nine digits comes a code of the treasury."""
        if not self._is(first - 1, "~") or self._suffixed(first):
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
        prefix = self._prefix(first)
        in_front = self._in_front(first)
        spent = self.spent
        behind = self._named_behind(last, None if prefix.marks else in_front)
        if prefix.marks and behind not in REFERENCE and not self._own_paper(last, start, behind):
            behind, self.spent = None, spent  # «acct242906. tel …»: the word that is glued to it is nearer
        if behind is SpanKind.AMOUNT and (self.sign or "/" in self.text[start:end] or not self._is_all_digits(first)):
            behind, self.spent = None, spent  # «№ 4512 ҚҚС-сыз», «SC-4512 QQS bilan»: no sum has a sign, a stroke, letters
        kind = behind or in_front
        if self._to_range(first, last, start, end, kind):
            return
        if behind in REFERENCE and prefix.marks:
            prefix = _Prefix(prefix.text, prefix.first)
        meant = self._kind(first, start, end, kind)
        if (meant in REFERENCE and behind is None and self._at_a_bank(last + 1)) or (
            meant is SpanKind.BARE and kind is None and self._bank(first - 1) and self.text[start - 1].isspace()
        ):
            meant = SpanKind.BANK_ACCOUNT
        listed = behind is None and self.open is meant and (self.joined or self._same_series(first))
        if not listed:
            self.lender = ""
        twofold = self.either or (behind is not None and meant in PAPERS)
        self._emit(meant, start, end, prefix, self._or_else(meant, behind, in_front, last) if twofold else None)
        if behind in REFERENCE and self._suffixed(last):
            self._joined_to_block_before(first)

    def _or_else(
        self, meant: SpanKind, behind: SpanKind | None, in_front: SpanKind | None, last: int
    ) -> SpanKind | None:
        """What the number may be as well: «пополнение счета 4512» an invoice, and in «Шот 4512, 4513 акт бойынша» the second
        one too, for the act's word stands behind it and the invoice's opens its list."""
        if meant is SpanKind.ACCOUNT:
            return SpanKind.INVOICE if self.either and behind not in REFERENCE else None
        lent = meant in PAPERS and behind is meant and self.joined and not self._suffixed(last)
        return in_front if lent and in_front in REFERENCE else None

    def _at_a_bank(self, at: int) -> bool:
        """«счет № 4512 в АО «Народный банк»», «account 4512 at NCBA Bank»: a bank account, and no number of ours."""
        if not self._is(at, "phrase") or self.text[self.starts[at] : self.ends[at]] not in _AT:
            return False
        for place in range(at + 1, min(at + _LONGEST_BANK, len(self.kinds))):
            if self.kinds[place] not in ("word", "phrase", '"'):
                return False
            if self._bank(place) or _BANK.search(self.text, self.starts[place], self.ends[place]):
                return True
        return False

    def _own_paper(self, last: int, start: int, behind: SpanKind | None) -> bool:
        """«№INV-2026-7 шартномага асосан»: a number's own prefix, and right behind it the paper that it numbers."""
        phrase = self._phrase_at(last + 1)
        next_to_it = (phrase is not None and phrase.mark is behind) or self._suffixed(last)
        return behind in PAPERS and next_to_it and self.text[start - 1] == "-"

    def _joined_to_block_before(self, first: int) -> None:
        """«336 394-sonli hisob-faktura»: with the block before it, where that is on the books; else by itself."""
        if not self._is(first - 1, "number") or len(self.spans) < 2:
            return
        before, span = self.spans[-2:]
        start, end = self.starts[first - 1], self.ends[first - 1]
        alike = before.kind in (SpanKind.BARE, span.kind)
        at_block = alike and before.start == start and before.end == end
        if at_block and span.start - end <= _WIDEST_GAP and self.text[end : span.start].isspace():
            joined = [number_key(self.typed[start : span.end])]
            rest = number_key(self.typed[span.start : span.end])
            joined += [key + rest for key in before.keys if not key.isdigit()]  # «INV 2026 035887-сонли …»
            self.spans[-1] = replace(span, keys=(*joined, *span.keys))

    def _kind(self, first: int, start: int, end: int, named: SpanKind | None) -> SpanKind:
        """The word's kind; the shape's where no word names the number, or where it is too long to be ours."""
        if named is None or named is SpanKind.BARE:
            if named is not None and self._national_id(start, end):
                return SpanKind.TAX_ID
            shape = self._by_shape(start, end)
            return shape or (SpanKind.OTHER if self._in_a_name(first, end - start) else SpanKind.BARE)
        if named in REFERENCE and self._by_shape(start, end) is SpanKind.BANK_ACCOUNT:
            return SpanKind.BANK_ACCOUNT
        return named

    def _in_front(self, first: int) -> SpanKind | None:
        if self.open is not None and (self.joined or self._same_series(first)):
            if self.sign or self.open in REFERENCE or self.open in (SpanKind.CONTRACT, SpanKind.DOCUMENT):
                return self.open
            return None
        mark = self.mark
        if mark is None or (mark in _DIGITS_ONLY and not self._is_all_digits(first)):
            return None
        if self.comma and not (self.sign and mark in (SpanKind.CONTRACT, SpanKind.DOCUMENT)):
            return None
        if mark in REFERENCE and self.strange == 1 and self._code_before():
            return mark
        return mark if self.strange <= FAR.get(mark, 0) else None

    def _is_all_digits(self, first: int) -> bool:
        """«НДС 4512», «тел. 4512», and not «НДС B4512», «тел. PI/2026/0771»: no amount or phone begins with letters."""
        begins_with_digit = self.text[self.starts[first]].isdigit()
        return begins_with_digit and not (self._is(first - 1, "/") and self._glued_prefix(first - 2))

    def _code_before(self) -> bool:
        """The one strange word is the number's own prefix, typed with a blank: «invoice SC 4512»."""
        at = self.at - 1
        while at >= 0 and self.kinds[at] in ("number", "-", "/"):
            at -= 1
        if not self._is(at, "word"):
            return False
        word = self.typed[self.starts[at] : self.ends[at]]
        return len(word) <= LONGEST_PREFIX and (word.isupper() or self._glued_prefix(at))

    def _in_a_name(self, first: int, length: int) -> bool:
        """«ТОО "Сервис 2000"», «АО Завод 17»: within the quotes of a name, or a few digits behind a form and a word."""
        behind = self._phrase_at(first + 1)
        form = behind is not None and "role.legal_form" in behind.roles and behind.mark is None
        if form and length <= _NAME_DIGITS and self._is(first - 1, "word") and not self.sign:
            return True
        quotes = 0
        for at in range(first - 1, max(-1, first - 6), -1):
            kind, value = self.kinds[at], self.values[at]
            if kind == '"':
                quotes += 1
            elif kind not in ("word", "phrase", "-", "'"):
                break
            elif isinstance(value, Phrase) and "role.legal_form" in value.roles:
                return quotes == 1 or (quotes == 0 and length <= _NAME_DIGITS and at < first - 1)
        return (
            quotes == 1 and any(self._is(at, '"') for at in range(first + 1, first + 5)) and self._is(first - 1, "word")
        )

    def _national_id(self, start: int, end: int) -> bool:
        """«PETER KAMAU ID 23456789»: behind a name, seven or eight digits are a Kenyan's national id."""
        word = self.text[self.starts[self.mark_at] : self.ends[self.mark_at]]
        return 7 <= end - start <= 8 and word == "ID" and self._is(self.mark_at - 1, "word")

    def _by_shape(self, start: int, end: int) -> SpanKind | None:
        stretch = self.text[start:end]
        digits = stretch if plain(stretch) else "".join(stretch.split())
        if plain(digits):
            return digits_kind(digits, self.without)
        if not self.sign and end - start <= _LONGEST_YEARS and (stretch == "24/7" or _TIME_OF_YEAR.fullmatch(stretch)):
            return SpanKind.OTHER
        return None

    def _prefix(self, first: int) -> _Prefix:
        """The number's own prefix right before it («SC 4512», «INV-4512»), if that may be one."""
        at = first - 2 if self._is(first - 1, "-") or self._is(first - 1, "/") else first - 1
        if at < 0 or self.kinds[at] not in ("word", "phrase"):
            return _NO_PREFIX
        begin, end = self.starts[at], self.ends[at]
        start = max(begin, self.text.rfind(" ", begin, end) + 1)  # «proforma INV-2026-7»: the last word is the prefix
        gap = self.text[end : self.starts[first]]
        if end - start > LONGEST_PREFIX or not (gap in ("", " ") or _PREFIX_GAP.fullmatch(gap)):
            return _NO_PREFIX
        phrase = self._phrase_at(at)
        if gap == "\n" and self.text[self.starts[first]].isalpha():  # «№ S / RV-0073511»: a fold within the prefix
            return _Prefix(self.text[start:end], first=True)
        glued = gap in _GLUED
        if self.joined and self._same_prefix(at):
            return _Prefix(self.text[start:end], first=True)
        if phrase is None or "role.bank" in phrase.roles:
            whole = self.typed[start:end].isupper() or self._glued_prefix(at)  # «bk-14964748», also cut by a fold
            code = whole and self.text[start:end].isalpha()
            return _Prefix(self.text[start:end], first=True) if code else _NO_PREFIX
        if phrase.sign:
            return _Prefix(self.text[start:end]) if gap == "" else _NO_PREFIX
        named = self.mark in REFERENCE or self.open in REFERENCE
        if gap == "-" and named and "role.currency" in phrase.roles:  # «invoice USD-77»
            return _Prefix(self.text[start:end], first=True)
        if end - start == 1 and phrase.filler and named and self.typed[start].isupper():  # «счет B 77»
            return _Prefix(self.text[start:end])
        if (
            glued
            and end - start <= 3
            and (phrase.joiner or phrase.filler)
            and _NUMBER_SIGN.match(self.text, start, end)
        ):
            return _Prefix(self.text[start:end], first=True)  # «ШОТ NA41802»: A-41802 behind the sign, and no «na»
        if phrase.mark not in REFERENCE or end - start > 4 or not (glued or self.text[start:end].isascii()):
            return _NO_PREFIX
        alone = (
            self.text[begin:start].strip(" .").upper() in _SIGN_WORDS
        )  # no other word of the phrase names the number
        return _Prefix(self.text[start:end], first=glued, marks=glued and alone and at == self.mark_at)

    def _emit(
        self, kind: SpanKind, start: int, end: int, prefix: _Prefix = _NO_PREFIX, mark: SpanKind | None = None
    ) -> None:
        if self.instead and kind in _NUMBERS:
            self.spans.append(Span(SpanKind.OTHER, start, end))
            self.open = kind
            return
        keys, prefix_key = self._keys(start, end, prefix) if kind in _NUMBERS or mark is not None else ((), "")
        self.spans.append(Span(kind, start, end, keys, "", prefix_key, mark, self.lender))
        self.lender = prefix_key or self.lender
        if kind is not SpanKind.AMOUNT:
            self.open = kind if kind in _LISTED else None

    def _keys(self, start: int, end: int, prefix: _Prefix) -> tuple[tuple[str, ...], str]:
        """What the stretch may be read as, and which of that is with the marking word as the number's own prefix."""
        typed, stretch = self.typed[start:end], self.text[start:end]
        if " " in stretch and _SPACED_DASH.search(self.text, start, end):
            series = prefix.text if _YEAR_FIRST.match(stretch.replace("\n", "")) else ""
            sign = _NUMBER_SIGN.match(series)
            each = (series, series[sign.end() :]) if sign else (series,)  # «NINV - 2026 - 010640»
            return tuple([number_key(one + typed) for one in each]), ""
        keys = candidate_keys(typed)
        if typed[0] in "NnНн" and (sign := _NUMBER_SIGN.match(typed)) is not None:  # «NSC-524846»: at the own prefix
            keys = (*keys, *[number_key(typed[cut:]) for cut in range(1, sign.end() + 1)])
        if "\n" in self.text and (cut := _CUT_PREFIX.search(self.text, max(0, start - _LONGEST_CUT), start)):
            keys = (*keys, number_key(cut[1] + cut[2] + typed))  # «P / A-163623»
            if cut[1] in _SIGN_WORDS:  # «N / A-29283»
                keys = (*keys, number_key(cut[2] + typed))
        if not prefix.text:
            return keys, ""
        lettered = bool(keys) and not keys[0].isdigit()
        if "." in prefix.text:  # «сч.A34437»: the letter behind the stop may be the number's own
            keys = (number_key(prefix.text.rpartition(".")[2] + typed), *keys)
        prefixed = number_key(prefix.text + typed)
        keys = (prefixed, *keys) if prefix.first else (*keys, prefixed)
        if prefix.first and (sign := _NUMBER_SIGN.match(prefix.text)):  # «NSRV - 0058510», and not «NOMER4512»
            keys = (*keys, number_key(prefix.text[sign.end() :] + typed))
        if lettered:  # «INV-2O26-O8OO22»
            keys = (*keys, *repaired([f"{prefix.text}-{typed}"]))
        return keys, prefixed if prefix.marks else ""
