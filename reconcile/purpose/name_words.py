"""What may be part of a beneficiary's name though the lexicon knows the word: legal forms, wares, small words, numbers.

Left out, the name would be another company's; taken in by mistake, it is nobody's.
"""

from __future__ import annotations

import re
from typing import Final

from reconcile.purpose.behind_name import ends_names, goes_on, may_be_of_the_name, may_begin_the_name
from reconcile.purpose.name_parts import is_form, role
from reconcile.purpose.reading import SpanKind
from reconcile.purpose.tokens import Taken
from reconcile.purpose.words import Phrase

_ENDS: Final = frozenset(",;:/|~()>\\№#=*_")
_WORD_AND_DIGITS: Final = re.compile(r"[^\W\d_]{4,}[0-9]{1,2}")
_ORDINAL: Final = 2
"""Digits that tell one company of a name from another."""
_INTRODUCE: Final = frozenset({"number", "typed", "№", "#", ":"})
_NAMED_BY_NUMBER: Final = re.compile(
    r"(?:[^\W\d_]{3,}-?)?[0-9]{1,4}(?:-?[^\W\d_]{3,})?|[0-9][^\W\d_](?:-[^\W\d_]{3,})?"
)
_INSTITUTION: Final = re.compile("ACADEMY|SCHOOL|CHURCH|COLLEGE|HOSPITAL|CLINIC|HOTEL|CBO|SHULE|KANISA")
_COUNTED: Final = frozenset({"role.date_word", "role.month", "role.currency", "role.unit", "role.date_suffix"})
TURNS: Final = frozenset({"role.stop", "role.beneficiary_before", "role.beneficiary_after"})
_NOUNS: Final = frozenset(
    {SpanKind.DOCUMENT, SpanKind.CONTRACT, SpanKind.OTHER, SpanKind.CARD, SpanKind.PHONE, SpanKind.BANK_CODE}
)
"""What these words name may as well be what a company calls itself by (Авто, Склад, Store, Mobile)."""
WITHIN_NAMES: Final = frozenset({"word", "phrase", "-", '"', "'", "&", "."})
FORM_WITHIN: Final = 6
SHORT: Final = 3
_INSTITUTIONS_DIGITS: Final = 3
_GIVEN_NAMES: Final = frozenset({"BILL"})
_WEAK_FORMS: Final = frozenset({"TRADERS", "HOLDINGS", "ENTERPRISES", "VENTURES", "AGENCIES", "GROUP", "INVESTMENTS"})
"""English words for a business that end no name for certain («Jabali Traders 23»)."""
LONGEST: Final = 12
"""Words of the longest name that is looked for."""


def belongs(original: str, text: str, taken: Taken, first: int, at: int, last: int = -1) -> bool:
    """The token at this place may be part of the name that begins at `first`, or ends at `last`."""
    kind, value = taken.kinds[at], taken.values[at]
    if kind == "word" or half(text, taken, at, 0, len(taken.kinds)):
        return True
    if isinstance(value, Phrase):
        return _may_be_of_a_name(text, taken, first, at, value) or _is_of_this_name(
            original, text, taken, first, at, last
        )
    if kind == "," and first >= 0:
        return is_form(taken, at + 1)
    if kind in "№#" and _numbers_institution(taken, at):
        return True
    if kind == "number":
        if _is_institutions(taken, at) or _back_within_quotes(taken, at, last):
            return True
        inside = first >= 0 and at > first
        return (
            (inside and _form_follows(taken, at + 1))
            or within_quotes(taken, first, at)
            or _numbered(text, taken, first, at)
        )
    if kind == "typed":
        return within_quotes(taken, first, at)
    return kind not in _ENDS or (kind in "№#" and _quoted(taken, first, at, last))


def _quoted(taken: Taken, first: int, at: int, last: int) -> bool:
    return within_quotes(taken, first, at) or _back_within_quotes(taken, at, last)


def _numbers_institution(taken: Taken, at: int) -> bool:
    """«ГУ Школа-гимназия № 14 …», «КГП Поликлиника № 3»: the sign is of the institution's name, and so are the few
    digits behind it."""
    if not role(taken, at - 1, "role.institution") or taken.kinds[at + 1 : at + 2] != ["number"]:
        return False
    return taken.ends[at + 1] - taken.starts[at + 1] <= _INSTITUTIONS_DIGITS


def _is_institutions(taken: Taken, at: int) -> bool:
    return at > 1 and taken.kinds[at - 1] in "№#" and _numbers_institution(taken, at - 1)


def _may_be_of_a_name(text: str, taken: Taken, first: int, at: int, value: Phrase) -> bool:
    """A word of the lexicon that ends no name: a legal form, a service, an initial."""
    start, end = taken.starts[at], taken.ends[at]
    if "role.legal_form" in value.roles or given_name(text, taken, at):
        return True
    if value.mark is not None or value.none:
        stops = "role.stop" in value.roles and end - start > 1
        return not stops and _marks_nothing(taken, at, value) and end - start <= 3
    if "role.beneficiary_before" in value.roles and end - start > SHORT:
        return False
    if value.joiner and not value.sign:
        return True
    if value.sign or value.date or value.month or value.suffix:
        return end - start == 1
    if "role.beneficiary_after" in value.roles or "role.stop" in value.roles:
        return first >= 0 and at > first and end - start == 1 and text[end : end + 1] == "."
    return not value.reset


def given_name(text: str, taken: Taken, at: int) -> bool:
    """«Bill Akinyi Maina», «Mwiki Bill Acacia Academy», and not «bill 4512»."""
    if text[taken.starts[at] : taken.ends[at]] not in _GIVEN_NAMES or taken.kinds[at + 1 : at + 2] != ["word"]:
        return False
    return not introduces(taken, at) and not introduces(taken, at + 1)


def _is_of_this_name(original: str, text: str, taken: Taken, first: int, at: int, last: int) -> bool:
    """«ТОО «Астана Авто»», «Kilifi Store Ltd», «ТОО Астана Склад, л/с …»: a word that could begin another part of the
    purpose, and is a word of the name: within its quotes, before the form that ends it, or written with a capital and
    naming no number. Left out, the name would be another company's; taken in by mistake, it is nobody's."""
    if _quoted(taken, first, at, last) or _numbers_institution(taken, at + 1):
        return True
    if introduces(taken, at):
        return False
    if first >= 0 and at - 1 > first and is_form(taken, at - 1):
        return False  # «ACME LTD ORDER»: the form has ended the name
    if text[taken.starts[at] : taken.ends[at]] == "FOR" and any(is_form(taken, place) for place in range(first, at)):
        return False  # «B/O Jane Njeri t/a Acacia Security FOR NYOTA SYSTEMS LTD»
    if first >= 0 and form_ahead(taken, at):
        return True
    if at == first:
        return False
    value = taken.values[at]
    if ends_names(text, taken, at + 1):
        return True
    if isinstance(value, Phrase) and value.reset:
        if last >= 0:
            return may_begin_the_name(original, taken, at, last)
        return may_be_of_the_name(original, text, taken, first, at)
    if not isinstance(value, Phrase) or not value.roles.isdisjoint(TURNS):
        return False
    typed = original[taken.starts[at] : taken.ends[at]]
    if not typed[0].isupper():
        return False
    if goes_on(original, text, taken, at):
        return True
    if value.mark is SpanKind.AMOUNT and " " in typed:  # «… В том числе НДС»
        return False
    return len(typed) > SHORT and (value.mark in _NOUNS or not typed.isupper())


def introduces(taken: Taken, at: int) -> bool:
    """A number, with its own prefix or without, a date or their sign follows."""
    following = at + 1
    while following < len(taken.kinds) and taken.kinds[following] in ".-":
        following += 1
    if following >= len(taken.kinds):
        return False
    value = taken.values[following]
    if taken.kinds[following] in _INTRODUCE or (isinstance(value, Phrase) and (value.sign or value.date)):
        return True
    return (
        taken.kinds[following + 1 : following + 2] == ["number"]
        and taken.ends[following] == taken.starts[following + 1]
    )


def form_ahead(taken: Taken, at: int) -> bool:
    """After at most a few words comes the form that ends a name, with no turn of the sentence before it."""
    for place in range(at + 1, min(len(taken.kinds), at + FORM_WITHIN)):
        if is_form(taken, place):
            return place + 1 == len(taken.kinds) or taken.kinds[place + 1] != "word"
        value = taken.values[place]
        if taken.kinds[place] not in WITHIN_NAMES or (
            isinstance(value, Phrase) and (not value.roles.isdisjoint(TURNS) or introduces(taken, place))
        ):
            return False
    return False


def _back_within_quotes(taken: Taken, at: int, last: int) -> bool:
    """The same, for a name that is read from its end."""
    if last < 0:
        return False
    return taken.kinds[at + 1 : last + 1].count('"') % 2 == 1 and '"' in taken.kinds[max(0, at - FORM_WITHIN) : at]


def half(text: str, taken: Taken, at: int, first: int, last: int) -> bool:
    """The half of a word that the line fold has cut («В|икторовича», «Ас|кар», «Гусев|а»), not a word of its own; the
    other half stands among the tokens from the first up to the last."""
    start, end = taken.starts[at], taken.ends[at]
    if end - start > SHORT or not isinstance(taken.values[at], Phrase):
        return False
    if (
        text[end : end + 1] == "\n"
        and at + 1 < last
        and taken.kinds[at + 1] == "word"
        and taken.starts[at + 1] == end + 1
    ):
        return True
    if text[start - 2 : start] == "\n'":  # «Ng'ang|'a»
        return at - 1 > first and taken.kinds[at - 2] == "word" and taken.ends[at - 2] == start - 2
    return (
        text[start - 1 : start] == "\n"
        and at > first
        and taken.kinds[at - 1] == "word"
        and taken.ends[at - 1] == start - 1
    )


def _marks_nothing(taken: Taken, at: int, phrase: Phrase) -> bool:
    """A short word that may mark a number, with no number after it: an initial or a legal form («P. O.», «С. Ф.»)."""
    named = phrase.mark in (SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.TAX_ID)
    return not named and not introduces(taken, at)


def _form_follows(taken: Taken, at: int) -> bool:
    """«Tumaini Builders 71 Ltd», «Millers 26 Company Limited»: the number is a part of the name."""
    value = taken.values[at] if at < len(taken.values) else None
    return isinstance(value, Phrase) and "role.legal_form" in value.roles and value.mark is None


def _numbered(text: str, taken: Taken, first: int, at: int) -> bool:
    """«ТОО Цифра 14», «КХ Жайлау-2005», «ТОО 7 Континент»: a few digits of a company's name. Left out, the name would be
    another company's; taken in by mistake, it is nobody's."""
    start, end = taken.starts[at], taken.ends[at]
    begin = first if first >= 0 else max(0, at - LONGEST)
    if _WORD_AND_DIGITS.fullmatch(text, start, end) and form_ahead(taken, at):
        return True  # «for Rongai2 Millers Ltd»
    if _NAMED_BY_NUMBER.fullmatch(text, start, end) is None:
        return False
    if text[start].isalpha() and _form_follows(taken, at + 1):
        return True  # «Tumaini-71 Ltd», «Родник-71 ЖШС»: the name begins with it
    if at == begin:
        return False
    behind = taken.values[at + 1] if at + 1 < len(taken.values) else None
    if isinstance(behind, Phrase) and not behind.roles.isdisjoint(_COUNTED) and not _dates(behind, taken, at + 2):
        return False
    if _INSTITUTION.fullmatch(text, taken.starts[at - 1], taken.ends[at - 1]) and text[start - 1] == " ":
        return True  # «St Peter Academy 2010» is another than «St Peter Academy»
    if not any(is_form(taken, place) for place in range(begin, at)):
        if first >= 0 and _ends_formless(text, taken, first, at):
            return True
        return first < 0 and _form_follows(taken, at + 1) and taken.kinds[at - 1] == "word"  # not «КНП 859 ЖК …»
    hyphen = taken.kinds[at - 1] == "-" and text[taken.ends[at - 2] : start].replace("\n", "") == "-"  # «Жайлау-/2005»
    before = at - 2 if hyphen else at - 1
    if text[start].isalpha() or (taken.kinds[before] in ("word", "phrase") and not is_form(taken, before)):
        return True
    if text[taken.starts[before] : taken.ends[before]] in _WEAK_FORMS and end - start < _INSTITUTIONS_DIGITS:
        return True
    return is_form(taken, at - 1) and at + 1 < len(taken.kinds) and taken.kinds[at + 1] == "word"


def _dates(behind: Phrase, taken: Taken, at: int) -> bool:
    """«for Jua Kali Traders 7 dated 30.01.2026»: what the word dates stands behind it; the 7 is no day."""
    return "role.date_word" in behind.roles and at < len(taken.values) and taken.values[at] is SpanKind.DATE


def _ends_formless(text: str, taken: Taken, first: int, at: int) -> bool:
    """«за Цифра Логистик 3, л/с …»: one or two digits behind the words of a name without a form, where a comma or a phrase
    of ours comes next, which is not what they count. «Цифра Логистик» may be another company."""
    if not text[taken.starts[at] : taken.ends[at]].isdigit() or taken.ends[at] - taken.starts[at] > _ORDINAL:
        return False
    if at < first + 2 or not {taken.kinds[at - 1], taken.kinds[at - 2]} <= {"word", "phrase"}:
        return False
    return at + 1 == len(taken.kinds) or taken.kinds[at + 1] in (",", ".", ";", "(", "phrase")


def within_quotes(taken: Taken, first: int, at: int) -> bool:
    if first < 0:
        return False
    return taken.kinds[first:at].count('"') % 2 == 1 and '"' in taken.kinds[at + 1 : at + 6]
