"""The name for whom a payment is made: after за / for / on behalf of, before үшін / учун / uchun.

A name ends at a marking word, a number, a date, a comma before anything but a legal form, or a word that no name
holds. What is a service, a month or a ware is no name («за услуги хостинга», «за январь-март»). Whether the name is the
holder's is not asked here.
"""

from __future__ import annotations

import re
from typing import Final

from reconcile.purpose.behind_name import name_before, next_name
from reconcile.purpose.name_end import closes, ended, sentence_ends, whole_end
from reconcile.purpose.name_parts import SURNAME, is_form, role
from reconcile.purpose.name_words import LONGEST, belongs, given_name, half, within_quotes
from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import Taken
from reconcile.purpose.words import Phrase

_PERSONS: Final = frozenset({"ЛИЦО", "ЛИЦА", "ЛИЦ"})
_OF_NAMES: Final = frozenset({"ПЛЮС", "PLUS", "PLYUS", "PLIUS", "JANE"})
"""Joining words that end names too («және» in Latin letters is a woman's name)."""
_ADDRESSES: Final = frozenset({"M/S", "M/s", "Messrs"})
_POSSESSIVES: Final = frozenset({"MY", "OUR"})
_GENITIVE: Final = re.compile(r"(?:[НДТ][ЫІИI][ҢН]|[NDT][YI]N)$")
_WIDEST_ID: Final = 8
"""Tokens of a tax id in brackets."""
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
        elif phrase.mark is SpanKind.ACCOUNT:
            spans += _owner_before(original, text, taken, at - 1)
        elif phrase.mark is SpanKind.TAX_ID and (found := _in_brackets(taken, at)) is not None:
            spans += _span(original, text, taken, *found, sure=True)
    return [span for span in spans if not _holds_another(span, spans)] if len(spans) > 1 else spans


def _holds_another(span: Span, spans: list[Span]) -> bool:
    """«for cloud obo SALOME NJOROGE»: the name is what the last of the words before it says."""
    return any(span.start < other.start and other.end == span.end for other in spans)


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


def _owner_before(original: str, text: str, taken: Taken, last: int) -> list[Span]:
    """«Сериков Арман Бақытұлының № 104582 дербес шотына», «"Рассвет" ЖШС-тің дербес шотына»: whose personal account it
    is stands before the Kazakh word in the genitive."""
    while last > 0 and (taken.kinds[last] in ("number", "№", "#", "-") or _numbers(taken, last)):
        last -= 1
    if last < 1 or taken.kinds[last] not in ("word", "phrase"):
        return []
    if _GENITIVE.search(text[taken.starts[last] : taken.ends[last]]) is None:
        return []
    found = _before(original, text, taken, last)
    return _span(original, text, taken, *found) if found is not None else []


def _numbers(taken: Taken, at: int) -> bool:
    value = taken.values[at]
    return isinstance(value, Phrase) and (value.sign or value.suffix) and value.mark is None


def _after(original: str, text: str, taken: Taken, first: int) -> tuple[int, int] | None:
    kinds, first = taken.kinds, _behind_third_party(text, taken, first)
    while first < len(kinds) and (kinds[first] in ":-.<[" or _client_word(original, taken, first)):
        first += 1
    if role(taken, first + 1, "role.kin") and text[taken.starts[first] : taken.ends[first]] in _POSSESSIVES:
        first += 2  # «for my son Brian Otieno»
    end = first
    while end < len(kinds) and end - first < 2 * LONGEST and belongs(original, text, taken, first, end):
        over = closes(original, taken, end) or ended(original, taken, first, end) if end > first + 1 else False
        if over and not within_quotes(taken, first, end):
            break
        end += 1
    return (first, whole_end(original, text, taken, first, end)) if end > first else None


def _behind_third_party(text: str, taken: Taken, first: int) -> int:
    """«за 3-е лицо ТОО Свет», «за 3 лиц: ТОО Свет»: the third party in digits is no name."""
    if first < len(taken.kinds) and taken.kinds[first] == "number" and text[taken.starts[first]] == "3":
        for at in range(first + 1, min(first + 4, len(taken.kinds))):
            if text[taken.starts[at] : taken.ends[at]] in _PERSONS:
                return at + 1
    return first


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
    if last > 0 and taken.kinds[last] == ")":
        last = _before_id(taken, last)
    first = last
    while first >= 0 and last - first < 2 * LONGEST and belongs(original, text, taken, -1, first, last):
        if taken.kinds[first] == "." and first < last and sentence_ends(original, taken, first):
            break
        first -= 1
    first = _behind_service(original, taken, first + 1, last)
    while first < last and role(taken, first, "role.third_party"):
        first += 1
    return (first, last + 1) if first <= last else None


def _before_id(taken: Taken, closing: int) -> int:
    """«"Рассвет" ЖШС (БСН 050440034730) үшін»: the last token before the brackets that hold the holder's tax id."""
    for at in range(closing - 1, max(0, closing - _WIDEST_ID), -1):
        if taken.kinds[at] == "(":
            begun = taken.values[at + 1]
            tells = isinstance(begun, Phrase) and begun.mark is SpanKind.TAX_ID
            return at - 1 if tells or taken.kinds[at + 1] == "typed" else closing
    return closing


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


def _span(original: str, text: str, taken: Taken, first: int, end: int, sure: bool = False) -> list[Span]:
    while first < end and taken.kinds[first] in "-.:<[":
        first += 1
    while end > first and _hangs(text, taken, end - 1) and not _initial(taken, end - 1):
        end -= 1
    first = _behind_kin(taken, first, end)
    words = [at for at in range(first, end) if _spelled(text, taken, at)]
    if not words or not (sure or _is_name(original, text, taken, first, end, words)):
        return []
    start, stop = taken.starts[first], taken.ends[end - 1]
    return [Span(SpanKind.BENEFICIARY, start, stop, name=original[start:stop])]


def _behind_kin(taken: Taken, first: int, end: int) -> int:
    """«за сына Оспанова Ивана», «ұлым Оспанов Иван үшін»: whose child somebody is, is no part of the name; a company may
    be called so («for Brother Kenya Ltd»)."""
    begun = first
    while begun < end and role(taken, begun, "role.kin"):
        begun += 1
    if begun == first or any(is_form(taken, at) for at in range(begun, end)):
        return first
    return begun


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
    if any(_ware(text, taken, at, first, end) for at in words[:2]):
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


def _ware(text: str, taken: Taken, at: int, first: int, end: int) -> bool:
    served = role(taken, at, "role.service")
    return served and not half(text, taken, at, first, end) and not given_name(text, taken, at)


def _begin(text: str, taken: Taken, at: int, first: int, end: int) -> int:
    """Where a word begins whose first half the line fold has cut off («С|авельева»)."""
    cut = at > first and taken.ends[at - 1] == taken.starts[at] - 1 and half(text, taken, at - 1, first, end)
    return taken.starts[at - 1 if cut else at]
