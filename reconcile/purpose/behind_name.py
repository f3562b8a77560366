"""What stands right behind a beneficiary's name: a word of the purpose that may as well be of the name, or a second name.

«за ТОО Ромашка Оплата Сервис» is another company than «Ромашка», and «за ТОО Ромашка, ТОО Гром» names two. Cut behind
its first words, either would pass as the first company alone.
"""

from __future__ import annotations

import re
from typing import Final

from reconcile.purpose.name_parts import SURNAME, is_form, role
from reconcile.purpose.tokens import Taken
from reconcile.purpose.words import Phrase

_LIKE_A_NAME: Final = re.compile(
    r"(?:СЕРВИС|SERVI[CS]E?S?|ПЛЮС|PLUS|PLYUS|ГРУПП?|GROUPS?|ХОЛДИНГ|СИСТЕМ[АЫ]?|SYSTEMS?|SOLUTIONS?|ЦЕНТР|CENT(?:ER|RE)|ОНЛАЙН|ONLINE)"
)
"""Words of a purpose that stand at the end of companies' names; none of them follows «оплата» as it is written here."""
_INFLECTED: Final = re.compile(r"(?:[ЫИ]Х|[ОЕ]ГО|[ОЕ]Й|И[ИЙЯ]|YKH|IKH|OGO|EGO|OY|EY|IY|IYA)$")
"""The endings of what is paid for («оплата консультационных услуг»)."""
_TAKES_AN_OBJECT: Final = (
    "ОПЛАТ", "ПОПОЛ", "ПОГАШ", "ПРЕДОПЛ", "АВАНС", "OPLAT", "POPOL", "POGASH", "PREDOPL", "AVANS", "TOP",
)  # fmt: skip
"""«оплата л/с 4512», «пополнение счета»: behind these words a number's word goes on with the sentence."""
_PARTING: Final = frozenset(",;/(+&")
_OR_WITH: Final = frozenset({"С", "СО", "ИЛИ", "ЛИБО", "ILI", "LIBO", "OR", "WITH", "C/O"})
_NAMES_AHEAD: Final = 6


def may_be_of_the_name(original: str, text: str, taken: Taken, first: int, at: int) -> bool:
    """«за ТОО Ромашка Оплата Сервис», «за ТОО Ромашка Перевод, л/с …», and not «за ТОО Ромашка Оплата по счету 15»: a
    word that begins the purpose's next thought, written with a capital and followed by nothing of that thought."""
    start, end = taken.starts[at], taken.ends[at]
    if not original[start].isupper() or " " in text[start:end] or text[start - 1 : start] != " ":
        return False
    following = at + 1
    company = original[start:end].istitle() or any(is_form(taken, place) for place in range(first, at))
    if following >= len(taken.kinds) or taken.kinds[following] in ",;":
        return company
    begun, typed = taken.starts[following], text[taken.starts[following] : taken.ends[following]]
    value = taken.values[following]
    if isinstance(value, Phrase) and value.mark is not None and not _LIKE_A_NAME.fullmatch(typed):
        return company and not text.startswith(_TAKES_AN_OBJECT, start)
    if taken.kinds[following] not in ("word", "phrase") or not original[begun].isupper():
        return False
    if _LIKE_A_NAME.fullmatch(typed) is not None or is_form(taken, following):
        return True
    if original[start:end].isupper():
        return taken.kinds[following] == "word" and _INFLECTED.search(typed) is None
    return taken.kinds[following] == "word" or role(taken, following, "role.service")


def goes_on(original: str, text: str, taken: Taken, at: int) -> bool:
    """«ЗА ТОО РОМАШКА МАРТ АЛМАТЫ Л/С 4512»: a single word that could name what follows, and no number follows but a word
    that no purpose knows, in no case."""
    start, end = taken.starts[at], taken.ends[at]
    if taken.kinds[at + 1 : at + 2] != ["word"] or " " in text[start:end] or not original[start:end].isalpha():
        return False
    word = slice(taken.starts[at + 1], taken.ends[at + 1])
    return original[word][0].isupper() and _INFLECTED.search(text[word]) is None and text[end : word.start] == " "


def ends_names(text: str, taken: Taken, at: int) -> bool:
    """«ТОО Ромашка Курс Плюс»: a word with which companies' names end; what stands before it is of the name too."""
    if at >= len(taken.kinds) or taken.kinds[at] not in ("word", "phrase"):
        return False
    return _LIKE_A_NAME.fullmatch(text, taken.starts[at], taken.ends[at]) is not None


def may_begin_the_name(original: str, taken: Taken, at: int, last: int) -> bool:
    """«Алма Төлем Ромашка ЖШС үшін»: the same, for a name that is read from its end."""
    if at < 1 or taken.kinds[at - 1] != "word" or not is_form(taken, last):
        return False
    begins = taken.starts[at - 1]
    return original[taken.starts[at]].isupper() and original[begins].isupper() and original[begins - 1 : begins] != "."


def next_name(original: str, text: str, taken: Taken, first: int, end: int) -> int:
    """The place of a second name's first token behind the name that ends there; 0 where there is none."""
    at = end
    while at < len(taken.kinds) and at < end + 2 and taken.kinds[at] in _PARTING:
        at += 1
    at += _joins(text, taken, at)
    if at == end or at >= len(taken.kinds) or text[taken.starts[end] : taken.starts[end] + 2] == "//":
        return 0
    person = not any(is_form(taken, place) for place in range(first, end))
    return at if _begins_a_name(original, text, taken, at, person) else 0


def name_before(original: str, text: str, taken: Taken, first: int) -> int:
    """The place of the last token of a second name in front of the name that begins there; -1 where there is none."""
    at = first - 1
    if at < 1 or not (taken.kinds[at] in _PARTING or _joins(text, taken, at)):
        return -1
    at -= 1
    if is_form(taken, at) and not role(taken, at, "role.beneficiary_after"):
        return at
    if taken.kinds[at] == '"':
        return at
    whole = taken.kinds[at] == "word" and taken.kinds[at - 1] == "word" if at > 0 else False
    surname = whole and any(_surname(original, text, taken, place) for place in (at - 1, at))
    return at if surname else -1


def _joins(text: str, taken: Taken, at: int) -> bool:
    return role(taken, at, "role.joiner") or (
        at < len(taken.kinds) and text[taken.starts[at] : taken.ends[at]] in _OR_WITH
    )


def _surname(original: str, text: str, taken: Taken, at: int) -> bool:
    start, end = taken.starts[at], taken.ends[at]
    return original[start].isupper() and SURNAME.search(text[start:end]) is not None


def _may_be_a_first_name(taken: Taken, at: int) -> bool:
    """«June Wanjiku», «Jane Wanjiku» (a month; «және» in Latin letters): a word that a purpose uses too, naming nothing."""
    value = taken.values[at]
    return isinstance(value, Phrase) and (value.month or value.joiner) and value.mark is None and not value.reset


def _begins_a_name(original: str, text: str, taken: Taken, at: int, person: bool) -> bool:
    """A form or quotes before a name; words with the form behind them; a person's two words. `person`: the name before it
    has no form; where all is in capitals, two words are a name only behind such a one or with a surname."""
    kinds = taken.kinds
    if at + 1 >= len(kinds):
        return False
    capital = original[taken.starts[at]].isupper()
    if (is_form(taken, at) and capital) or kinds[at] == '"':
        return kinds[at + 1] in ("word", '"')
    if not capital or not (kinds[at] == "word" or _may_be_a_first_name(taken, at)):
        return False
    for place in range(at + 1, min(len(kinds), at + _NAMES_AHEAD)):
        if is_form(taken, place):
            return True
        if kinds[place] not in ("word", "&", "-"):
            break
    if kinds[at + 1] != "word" or not original[taken.starts[at + 1]].isupper():
        return False
    shouted = original[taken.starts[at] : taken.ends[at + 1]].isupper()
    return person or not shouted or any(_surname(original, text, taken, place) for place in (at, at + 1))
