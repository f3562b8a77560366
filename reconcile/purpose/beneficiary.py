"""The name for whom a payment is made: after за / for / on behalf of, before үшін / учун / uchun.

A name ends at a marking word, a number, a date, a comma before anything but a legal form, or a word that no name
holds. What is a service, a month or a ware is no name («за услуги хостинга», «за январь-март»). Whether the name is the
holder's is not asked here.
"""

from __future__ import annotations

import re
from typing import Final

from reconcile.purpose.behind_name import (
    ends_names,
    goes_on,
    may_be_of_the_name,
    may_begin_the_name,
    name_before,
    next_name,
)
from reconcile.purpose.name_parts import SURNAME, is_form, role
from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import LONG_WORD, Taken
from reconcile.purpose.words import Phrase

_ENDS: Final = frozenset(",;:/|~()>\\№#=*_")
_OPENS: Final = "\"<'["
_CLOSES: Final = "\">']"
_INTRODUCE: Final = frozenset({"number", "typed", "№", "#", ":"})
_NAMED_BY_NUMBER: Final = re.compile(
    r"(?:[^\W\d_]{3,}-?)?[0-9]{1,4}(?:-?[^\W\d_]{3,})?|[0-9][^\W\d_](?:-[^\W\d_]{3,})?"
)
_COUNTED: Final = frozenset({"role.date_word", "role.month", "role.currency", "role.unit", "role.date_suffix"})
_TURNS: Final = frozenset({"role.stop", "role.beneficiary_before", "role.beneficiary_after"})
_NOUNS: Final = frozenset(
    {SpanKind.DOCUMENT, SpanKind.CONTRACT, SpanKind.OTHER, SpanKind.CARD, SpanKind.PHONE, SpanKind.BANK_CODE}
)
"""What these words name may as well be what a company calls itself by (Авто, Склад, Store, Mobile)."""
_WITHIN_NAMES: Final = frozenset({"word", "phrase", "-", '"', "'", "&", "."})
_FORM_WITHIN: Final = 6
_IN_TITLES: Final = frozenset({"НА", "ДЛЯ", "С", "В", "ИЗ", "OF", "IN", "ON", "AT", "TO"})
"""Small words within a title («Дом на Абая»); what stands behind them is no part of the sentence but of the name."""
_PERSONS: Final = frozenset({"ЛИЦО", "ЛИЦА", "ЛИЦ"})
_ORDINAL: Final = 2
"""Digits of «Аптека №1»."""
_OF_NAMES: Final = frozenset({"ПЛЮС", "PLUS", "PLYUS", "PLIUS", "JANE"})
"""Joining words that end names too («және» in Latin letters is a woman's name)."""
_LAST_FORMS: Final = frozenset({"LTD", "LIMITED", "LLP", "LLC", "PLC"})
"""English forms behind which no name goes on."""
_ADDRESSES: Final = frozenset({"M/S", "M/s", "Messrs"})
_SHORT: Final = 3
_LONGEST: Final = 12
"""Words of the longest name that is looked for."""
_MOST_NAMES: Final = 6
"""Names that are looked for beside one «за» or «үшін»."""


def beneficiaries(original: str, text: str, taken: Taken) -> list[Span]:
    """Spans over the folded text, `name` as typed."""
    spans: list[Span] = []
    for at, phrase in taken.said:
        if "role.beneficiary_before" in phrase.roles:
            spans += _all_after(original, text, taken, at + 1)
        elif "role.beneficiary_after" in phrase.roles:
            spans += _all_before(original, text, taken, at - 1)
        elif phrase.mark is SpanKind.TAX_ID and (found := _in_brackets(taken, at)) is not None:
            spans += _span(original, text, taken, *found, sure=True)
    return spans


def _all_after(original: str, text: str, taken: Taken, at: int) -> list[Span]:
    """The name behind «за», and those that follow it: «за ТОО Ромашка, ТОО Гром» names two."""
    spans: list[Span] = []
    while (found := _after(original, text, taken, at)) is not None:
        named = _span(original, text, taken, *found, sure=bool(spans))
        spans += named
        at = next_name(original, text, taken, *found) if named else 0
        if not at or len(spans) >= _MOST_NAMES:
            break
    return spans


def _all_before(original: str, text: str, taken: Taken, at: int) -> list[Span]:
    spans: list[Span] = []
    while (found := _before(original, text, taken, at)) is not None:
        named = _span(original, text, taken, *found, sure=bool(spans))
        spans += named
        at = name_before(original, text, taken, found[0]) if named else -1
        if at < 0 or len(spans) >= _MOST_NAMES:
            break
    return spans


def _after(original: str, text: str, taken: Taken, first: int) -> tuple[int, int] | None:
    kinds, first = taken.kinds, _behind_third_party(text, taken, first)
    while first < len(kinds) and (kinds[first] in ":-." or _client_word(original, taken, first)):
        first += 1
    end = first
    while end < len(kinds) and end - first < 2 * _LONGEST and _belongs(original, text, taken, first, end):
        over = _closes(original, taken, end) or _ended(original, taken, first, end) if end > first + 1 else False
        if over and not _within_quotes(taken, first, end):
            break
        end += 1
    return (first, _goes_on(original, text, taken, first, end)) if end > first else None


def _behind_third_party(text: str, taken: Taken, first: int) -> int:
    """«за 3-е лицо ТОО Свет», «за 3 лиц: ТОО Свет»: the third party in digits is no name."""
    if first < len(taken.kinds) and taken.kinds[first] == "number" and text[taken.starts[first]] == "3":
        for at in range(first + 1, min(first + 4, len(taken.kinds))):
            if text[taken.starts[at] : taken.ends[at]] in _PERSONS:
                return at + 1
    return first


def _goes_on(original: str, text: str, taken: Taken, first: int, end: int) -> int:
    """Where the name ends that goes on behind what looks like its end: «Mombasa (Coast) Traders Ltd», «ТОО Дом на Абая»,
    «ТОО Свет (Казахстан)», «ТОО Свет/Тень», «ТОО Аптека №1». Cut there, it would be another company's."""
    kinds, following = taken.kinds, end + 1
    closed = kinds[end - 1] == '"' or (end - 1 > first and is_form(taken, end - 1))
    if closed or following >= len(kinds):
        return end
    kind, strange = kinds[end], kinds[following] == "word" and original[taken.starts[following]].isupper()
    if kind in ",(/" and (form := _form_behind(taken, end)):
        return form + 1
    if strange and (kind == "(" or (kind == "/" and taken.starts[following] == taken.ends[end - 1] + 1)):
        return following + 1
    if kind == "," and strange and _joined(taken, following):
        return following + 3
    if kind == "phrase" and kinds[following] == "word" and _within_title(original, text, taken, end, strange):
        return following + 1
    short = kinds[following] == "number" and taken.ends[following] - taken.starts[following] <= _ORDINAL
    glued = kind in "№#" and short and taken.starts[following] == taken.ends[end]
    return following + 1 if glued and is_form(taken, first) and not _introduces(taken, following) else end


def _joined(taken: Taken, at: int) -> bool:
    """«…, Тень и Ко»"""
    if at + 2 >= len(taken.kinds) or taken.kinds[at + 2] not in ("word", "phrase"):
        return False
    return role(taken, at + 1, "role.joiner")


def _within_title(original: str, text: str, taken: Taken, at: int, strange: bool) -> bool:
    """«Дом на Абая», «Свет для всех», «Свет от Солнца», and not «… на основании письма», «… от Иванова И.И.»"""
    small, word = text[taken.starts[at] : taken.ends[at]], text[taken.starts[at + 1] : taken.ends[at + 1]]
    alone = at + 2 >= len(taken.kinds) or taken.kinds[at + 2] != "word"
    if small == "ОТ":
        return strange and alone and SURNAME.search(word) is None
    if small == "ДЛЯ" and alone:
        return True
    if small == "ЧЕРЕЗ":
        return strange and original[taken.starts[at] : taken.ends[at]].istitle()
    return small in _IN_TITLES and strange and (alone or original[taken.starts[at]].islower())


def _form_behind(taken: Taken, end: int) -> int:
    """The place of the form that ends the name behind a bracket, a comma or a slash; 0 where there is none."""
    for place in range(end + 1, min(len(taken.kinds), end + _FORM_WITHIN)):
        value = taken.values[place]
        if is_form(taken, place):
            if is_form(taken, place + 1):
                continue  # «Traders Ltd»
            behind = taken.kinds[place + 1] if place + 1 < len(taken.kinds) else ""
            return 0 if behind in ("word", '"') else place
        if taken.kinds[place] not in _WITHIN_NAMES and taken.kinds[place] not in "),":
            return 0
        turns = isinstance(value, Phrase) and (not value.roles.isdisjoint(_TURNS) or _introduces(taken, place))
        if turns and not role(taken, place, "role.joiner"):
            return 0
    return 0


def _closes(original: str, taken: Taken, at: int) -> bool:
    """Behind the legal form that ends an English name: a full stop, a word in small letters, or what is paid for («Acme
    Limited. clearing invoice», «Acme Ltd non-refundable advance», «ACME LLP IT SERVICES»)."""
    if not (is_form(taken, at - 1) and original[taken.starts[at - 1] : taken.ends[at - 1]].isascii()):
        return False
    kind = taken.kinds[at]
    if kind == ".":
        return not is_form(taken, at + 1)
    if kind not in ("word", "phrase") or is_form(taken, at) or _trades_as(original, taken, at):
        return False
    ware = role(taken, at, "role.service") and not role(taken, at, "role.joiner") and not _form_ahead(taken, at)
    last = original[taken.starts[at - 1] : taken.ends[at - 1]].upper() in _LAST_FORMS
    return original[taken.starts[at]].islower() or (ware and last)


def _ended(original: str, taken: Taken, first: int, at: int) -> bool:
    """A full stop behind a long word ends the sentence, and a ware in small letters the name («SALOME NJOROGE hosting
    fees»), where two words of the name were seen."""
    kind, start, end = taken.kinds[at], taken.starts[at], taken.ends[at]
    if kind == ".":
        if original[end : end + 1] not in (" ", "") or is_form(taken, at + 1):
            return False
        letters = taken.ends[at - 1] - taken.starts[at - 1] if taken.kinds[at - 1] == "word" else 0
        if letters >= LONG_WORD or taken.kinds[at - 1] == '"':
            return True
        return letters > _SHORT and _new_thought(original, taken, first, at)
    if _half(original, taken, at, first, len(taken.kinds)):
        return False
    if not original[start].islower() or not (kind == "word" or role(taken, at, "role.service")):
        return False
    if role(taken, at, "role.joiner"):
        return False  # «Jane Wanjiru and Sons»
    places = [place for place in range(first, at) if taken.kinds[place] in ("word", "phrase")]
    typed = [original[taken.starts[place] : taken.ends[place]] for place in places]
    if kind == "word":  # «FAITH MAKENA RUTO ada ya mwezi»
        return len(typed) > 1 and all(word.isupper() and len(word) > 1 for word in typed)
    return len(typed) > 1 and all(word[0].isupper() for word in typed)


def _new_thought(original: str, taken: Taken, first: int, stop: int) -> bool:
    """«SALOME WEKESA. BALANCE TOP-UP», also «… T/A UMOJA SALON. VPS rental»: behind a person's name and a stop comes what
    the payment is for."""
    forms = [original[taken.starts[at] : taken.ends[at]] for at in range(first, stop) if is_form(taken, at)]
    if stop + 1 >= len(taken.kinds) or any(form.upper() != "T/A" for form in forms):
        return False
    value = taken.values[stop + 1]
    return isinstance(value, Phrase) and (value.reset or "role.service" in value.roles)


def _trades_as(original: str, taken: Taken, at: int) -> bool:
    """«t/a», «trading as»: the name goes on."""
    slashed = at + 1 < len(taken.kinds) and taken.kinds[at + 1] in "/."
    return slashed or original[taken.starts[at] : taken.ends[at]].lower() == "trading"


def _client_word(original: str, taken: Taken, at: int) -> bool:
    """«за клиента …», «for hosting …», and not «for Cloud Acme Ltd»."""
    value = taken.values[at]
    if not isinstance(value, Phrase):
        return False
    if value.mark is not None:
        return value.mark is SpanKind.BARE
    if "role.service" in value.roles and taken.kinds[at + 1 : at + 2] == ["word"]:
        typed, name = (original[taken.starts[place] : taken.ends[place]] for place in (at, at + 1))
        if typed.istitle() and name.istitle() and typed not in _ADDRESSES:
            return False
    return value.filler and "role.service" in value.roles and "role.stop" not in value.roles


def _before(original: str, text: str, taken: Taken, last: int) -> tuple[int, int] | None:
    first = last
    while first >= 0 and last - first < 2 * _LONGEST and _belongs(original, text, taken, -1, first, last):
        first -= 1
    first = _behind_service(original, taken, first + 1, last)
    return (first, last + 1) if first <= last else None


def _behind_service(original: str, taken: Taken, first: int, last: int) -> int:
    """«… қызметтері ИП Кенжебаева Мадина үшін», «сервер жалдау. «Свет» ЖШС үшін»: where a form or a quote begins the name
    behind a service; one with a capital («Алма Хостинг «Свет» ЖШС») may be of the name."""
    all_capitals = original[taken.starts[first] : taken.ends[last]].isupper() if first <= last else False
    for at in range(last - 1, first, -1):
        begins = is_form(taken, at) or (taken.kinds[at] == '"' and '"' not in taken.kinds[first:at])
        before = at - 2 if taken.kinds[at - 1] == "." else at - 1
        small = all_capitals or original[taken.starts[before]].islower()
        if begins and small and role(taken, before, "role.service"):
            return at
    return first


def _in_brackets(taken: Taken, at: int) -> tuple[int, int] | None:
    """«от ИНН: 207323290(Ромашка МЧЖ …»: an exchange names the true payer behind the tax id."""
    kinds, number = taken.kinds, at + 1
    while number < len(kinds) and kinds[number] in ":№.-":
        number += 1
    opening = number + 1
    if opening + 1 >= len(kinds) or kinds[number] != "number" or kinds[opening] != "(":
        return None
    end = opening + 1
    while end < len(kinds) and kinds[end] in ("word", "phrase", '"', "-", "."):
        end += 1
    return opening + 1, end


def _belongs(original: str, text: str, taken: Taken, first: int, at: int, last: int = -1) -> bool:
    """The token at this place may be part of the name that begins at `first`, or ends at `last`."""
    kind, value = taken.kinds[at], taken.values[at]
    if kind == "word" or _half(text, taken, at, 0, len(taken.kinds)):
        return True
    if isinstance(value, Phrase):
        return _may_be_of_a_name(text, taken, first, at, value) or _is_of_this_name(
            original, text, taken, first, at, last
        )
    if kind == "," and first >= 0:
        return is_form(taken, at + 1)
    if kind == "number":
        inside = first >= 0 and at > first
        return (
            (inside and _form_follows(taken, at + 1))
            or _within_quotes(taken, first, at)
            or _numbered(text, taken, first, at)
        )
    if kind == "typed":
        return _within_quotes(taken, first, at)
    return kind not in _ENDS


def _may_be_of_a_name(text: str, taken: Taken, first: int, at: int, value: Phrase) -> bool:
    """A word of the lexicon that ends no name: a legal form, a service, an initial."""
    start, end = taken.starts[at], taken.ends[at]
    if "role.legal_form" in value.roles:
        return True
    if value.mark is not None or value.none:
        stops = "role.stop" in value.roles and end - start > 1
        return not stops and _marks_nothing(taken, at, value) and end - start <= 3
    if "role.beneficiary_before" in value.roles and end - start > _SHORT:
        return False
    if value.joiner and not value.sign:
        return True
    if value.sign or value.date or value.month or value.suffix:
        return end - start == 1
    if "role.beneficiary_after" in value.roles or "role.stop" in value.roles:
        return first >= 0 and at > first and end - start == 1 and text[end : end + 1] == "."
    return not value.reset


def _is_of_this_name(original: str, text: str, taken: Taken, first: int, at: int, last: int) -> bool:
    """«ТОО «Астана Авто»», «Kilifi Store Ltd», «ТОО Астана Склад, л/с …»: a word that could begin another part of the
    purpose, and is a word of the name: within its quotes, before the form that ends it, or written with a capital and
    naming no number. Left out, the name would be another company's; taken in by mistake, it is nobody's."""
    if _within_quotes(taken, first, at) or _back_within_quotes(taken, at, last):
        return True
    if _introduces(taken, at):
        return False
    if first >= 0 and at - 1 > first and is_form(taken, at - 1):
        return False  # «ACME LTD ORDER»: the form has ended the name
    if first >= 0 and _form_ahead(taken, at):
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
    if not isinstance(value, Phrase) or not value.roles.isdisjoint(_TURNS):
        return False
    typed = original[taken.starts[at] : taken.ends[at]]
    if not typed[0].isupper():
        return False
    if goes_on(original, text, taken, at):
        return True
    return len(typed) > _SHORT and (value.mark in _NOUNS or not typed.isupper())


def _introduces(taken: Taken, at: int) -> bool:
    """A number, with its own prefix or without, a date or their sign follows."""
    following = at + 1
    while following < len(taken.kinds) and taken.kinds[following] in ".-":
        following += 1
    if following >= len(taken.kinds):
        return False
    value = taken.values[following]
    if taken.kinds[following] in _INTRODUCE or (isinstance(value, Phrase) and (value.sign or value.date)):
        return True
    return taken.kinds[following + 1 : following + 2] == ["number"] and taken.ends[following] == taken.starts[following + 1]


def _form_ahead(taken: Taken, at: int) -> bool:
    """After at most a few words comes the form that ends a name, with no turn of the sentence before it."""
    for place in range(at + 1, min(len(taken.kinds), at + _FORM_WITHIN)):
        if is_form(taken, place):
            return place + 1 == len(taken.kinds) or taken.kinds[place + 1] != "word"
        value = taken.values[place]
        if taken.kinds[place] not in _WITHIN_NAMES or (
            isinstance(value, Phrase) and (not value.roles.isdisjoint(_TURNS) or _introduces(taken, place))
        ):
            return False
    return False


def _back_within_quotes(taken: Taken, at: int, last: int) -> bool:
    """The same, for a name that is read from its end."""
    if last < 0:
        return False
    return taken.kinds[at + 1 : last + 1].count('"') % 2 == 1 and '"' in taken.kinds[max(0, at - _FORM_WITHIN) : at]


def _half(text: str, taken: Taken, at: int, first: int, last: int) -> bool:
    """The half of a word that the line fold has cut («В|икторовича», «Ас|кар», «Гусев|а»), not a word of its own; the
    other half stands among the tokens from the first up to the last."""
    start, end = taken.starts[at], taken.ends[at]
    if end - start > _SHORT or not isinstance(taken.values[at], Phrase):
        return False
    if (
        text[end : end + 1] == "\n"
        and at + 1 < last
        and taken.kinds[at + 1] == "word"
        and taken.starts[at + 1] == end + 1
    ):
        return True
    return (
        text[start - 1 : start] == "\n"
        and at > first
        and taken.kinds[at - 1] == "word"
        and taken.ends[at - 1] == start - 1
    )


def _marks_nothing(taken: Taken, at: int, phrase: Phrase) -> bool:
    """A short word that may mark a number, with no number after it: an initial or a legal form («P. O.», «С. Ф.»)."""
    named = phrase.mark in (SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.TAX_ID)
    return not named and not _introduces(taken, at)


def _form_follows(taken: Taken, at: int) -> bool:
    """«Tumaini Builders 71 Ltd», «Millers 26 Company Limited»: the number is a part of the name."""
    value = taken.values[at] if at < len(taken.values) else None
    return isinstance(value, Phrase) and "role.legal_form" in value.roles and value.mark is None


def _numbered(text: str, taken: Taken, first: int, at: int) -> bool:
    """«ТОО Цифра 14», «КХ Жайлау-2005», «ТОО 7 Континент»: a few digits of a company's name. Left out, the name would be
    another company's; taken in by mistake, it is nobody's."""
    start, end = taken.starts[at], taken.ends[at]
    begin = first if first >= 0 else max(0, at - _LONGEST)
    if at == begin or _NAMED_BY_NUMBER.fullmatch(text, start, end) is None:
        return False
    behind = taken.values[at + 1] if at + 1 < len(taken.values) else None
    if isinstance(behind, Phrase) and not behind.roles.isdisjoint(_COUNTED):
        return False
    if not any(is_form(taken, place) for place in range(begin, at)):
        return first < 0 and _form_follows(taken, at + 1) and taken.kinds[at - 1] == "word"  # not «КНП 859 ЖК …»
    hyphen = taken.kinds[at - 1] == "-" and text[taken.ends[at - 2] : start].replace("\n", "") == "-"  # «Жайлау-/2005»
    before = at - 2 if hyphen else at - 1
    if text[start].isalpha() or (taken.kinds[before] in ("word", "phrase") and not is_form(taken, before)):
        return True
    return is_form(taken, at - 1) and at + 1 < len(taken.kinds) and taken.kinds[at + 1] == "word"


def _within_quotes(taken: Taken, first: int, at: int) -> bool:
    if first < 0:
        return False
    return taken.kinds[first:at].count('"') % 2 == 1 and '"' in taken.kinds[at + 1 : at + 6]


def _span(original: str, text: str, taken: Taken, first: int, end: int, sure: bool = False) -> list[Span]:
    while first < end and taken.kinds[first] in "-.:<[":
        first += 1
    while end > first and _hangs(text, taken, end - 1) and not _initial(taken, end - 1):
        end -= 1
    words = [at for at in range(first, end) if _spelled(text, taken, at)]
    if not words or not (sure or _is_name(original, text, taken, first, end, words)):
        return []
    start, stop = taken.starts[first], taken.ends[end - 1]
    return [Span(SpanKind.BENEFICIARY, start, stop, name=original[start:stop])]


def _spelled(text: str, taken: Taken, at: int) -> bool:
    """A word, or a number with letters in it."""
    kind = taken.kinds[at]
    return kind in ("word", "phrase") or (kind == "number" and not text[taken.starts[at] : taken.ends[at]].isdigit())


def _hangs(text: str, taken: Taken, at: int) -> bool:
    """A sign or a joining word at the end of a name, that belongs to what follows («… TALGATOVNY N L/S 4512»); but «ТОО
    Ромашка Плюс» is another company than «Ромашка»."""
    value = taken.values[at]
    if isinstance(value, Phrase):
        joins = value.joiner and text[taken.starts[at] : taken.ends[at]].replace("\n", "") not in _OF_NAMES
        return joins or (value.sign and at + 1 < len(taken.kinds) and taken.kinds[at + 1] == "phrase")
    return taken.kinds[at] in "-:,>].(&"


def _initial(taken: Taken, at: int) -> bool:
    """The dot behind an initial belongs to the name: «Каримов Б.Б.»"""
    return at > 0 and taken.kinds[at] == "." and taken.ends[at - 1] - taken.starts[at - 1] <= 2


def _is_name(original: str, text: str, taken: Taken, first: int, end: int, words: list[int]) -> bool:
    """Whether the tokens from the first to the end are a name; `words` are the places of its words."""
    if any(is_form(taken, at) for at in words):
        return len(words) > 1
    if any(role(taken, at, "role.service") and not _half(text, taken, at, first, end) for at in words[:2]):
        return False
    if '"' in taken.kinds[first:end]:
        return True
    strange = [at for at in words if taken.kinds[at] == "word"]
    if not strange:
        return False
    typed = [original[_begin(text, taken, at, first, end) : taken.ends[at]] for at in strange]
    if any(SURNAME.search(text[taken.starts[at] : taken.ends[at]]) for at in strange):
        return typed[0][0].isupper()
    capitals = [word for word in typed if word[0].isupper()]
    if len(typed) == 1:
        return typed[0].isascii() and bool(capitals)
    return len(capitals) == len(typed) or (len(capitals) >= 2 and typed[0][0].isupper())


def _begin(text: str, taken: Taken, at: int, first: int, end: int) -> int:
    """Where a word begins whose first half the line fold has cut off («С|авельева»)."""
    cut = at > first and taken.ends[at - 1] == taken.starts[at] - 1 and _half(text, taken, at - 1, first, end)
    return taken.starts[at - 1 if cut else at]
