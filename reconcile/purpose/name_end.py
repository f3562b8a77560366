"""Where a beneficiary's name ends that is read from its beginning, and where it goes on behind what looks like its end."""

from __future__ import annotations

from typing import Final

from reconcile.purpose.name_parts import SURNAME, is_form, role
from reconcile.purpose.name_words import (
    FORM_WITHIN,
    SHORT,
    TURNS,
    WITHIN_NAMES,
    form_ahead,
    half,
    introduces,
)
from reconcile.purpose.tokens import LONG_WORD, Taken
from reconcile.purpose.words import Phrase

_IN_TITLES: Final = frozenset({"НА", "ДЛЯ", "С", "В", "ИЗ", "OF", "IN", "ON", "AT", "TO"})
"""Small words within a title («Дом на Абая»); what stands behind them is no part of the sentence but of the name."""
_ORDINAL: Final = 2
"""Digits of «Аптека №1»."""
_LONG_INTRODUCTION: Final = len("FOR THE")
"""Letters of a phrase before a name that stands within none, as «for» and «за» may («Fit For You», «За Рулём»)."""
_LAST_FORMS: Final = frozenset({"LTD", "LIMITED", "LLP", "LLC", "PLC"})
"""English forms behind which no name goes on."""


def whole_end(original: str, text: str, taken: Taken, first: int, end: int) -> int:
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
    return following + 1 if glued and is_form(taken, first) and not introduces(taken, following) else end


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
    for place in range(end + 1, min(len(taken.kinds), end + FORM_WITHIN)):
        value = taken.values[place]
        if is_form(taken, place):
            if is_form(taken, place + 1):
                continue  # «Traders Ltd»
            behind = taken.kinds[place + 1] if place + 1 < len(taken.kinds) else ""
            return 0 if behind in ("word", '"') else place
        if taken.kinds[place] not in WITHIN_NAMES and taken.kinds[place] not in "),":
            return 0
        turns = isinstance(value, Phrase) and (not value.roles.isdisjoint(TURNS) or introduces(taken, place))
        if turns and not role(taken, place, "role.joiner"):
            return 0
    return 0


def closes(original: str, taken: Taken, at: int) -> bool:
    """Behind the legal form that ends an English name: a full stop, a word in small letters, or what is paid for («Acme
    Limited. clearing invoice», «Acme Ltd non-refundable advance», «ACME LLP IT SERVICES»)."""
    if not (is_form(taken, at - 1) and original[taken.starts[at - 1] : taken.ends[at - 1]].isascii()):
        return False
    kind = taken.kinds[at]
    if kind == "word" and half(original, taken, at - 1, 0, len(taken.kinds)):
        return False  # «Acacia Co|nsultants»: no form, but a word that the line fold has cut
    if kind == ".":
        return not is_form(taken, at + 1)
    if kind not in ("word", "phrase") or is_form(taken, at) or _trades_as(original, taken, at):
        return False
    ware = role(taken, at, "role.service") and not role(taken, at, "role.joiner") and not form_ahead(taken, at)
    last = original[taken.starts[at - 1] : taken.ends[at - 1]].upper() in _LAST_FORMS
    return original[taken.starts[at]].islower() or (ware and last)


def ended(original: str, taken: Taken, first: int, at: int) -> bool:
    """A full stop behind a long word ends the sentence, and a ware in small letters the name («SALOME NJOROGE hosting
    fees»), where two words of the name were seen."""
    kind, start, end = taken.kinds[at], taken.starts[at], taken.ends[at]
    if end - start > _LONG_INTRODUCTION and role(taken, at, "role.beneficiary_before"):
        return True  # «за ТОО Свет по поручению ТОО Гром»
    if kind == ".":
        if original[end : end + 1] not in (" ", "") or is_form(taken, at + 1):
            return False
        if taken.kinds[at - 1] == "number" and original[taken.starts[at - 1]].isalpha():
            return original[end + 1 : end + 2].islower()  # «ТОО Көкжиек-89. гарантийное письмо»
        letters = taken.ends[at - 1] - taken.starts[at - 1] if taken.kinds[at - 1] == "word" else 0
        if letters >= LONG_WORD or taken.kinds[at - 1] == '"':
            return True
        return letters > SHORT and _new_thought(original, taken, first, at)
    if half(original, taken, at, first, len(taken.kinds)):
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


def sentence_ends(original: str, taken: Taken, stop: int) -> bool:
    """«Зачисление по системе клиринга. Ахметов Асхат үшін»: the stop behind a long word in small letters ends what is
    said before the name."""
    end = taken.ends[stop]
    if stop == 0 or taken.kinds[stop - 1] != "word" or original[end : end + 1] != " ":
        return False
    word = original[taken.starts[stop - 1] : taken.ends[stop - 1]]
    return len(word) >= LONG_WORD and word.islower()


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
