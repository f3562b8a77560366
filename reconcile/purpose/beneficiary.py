"""The name for whom a payment is made: after за / for / on behalf of, before үшін / учун / uchun.

A name ends at a marking word, a number, a date, a comma before anything but a legal form, or a word that no name
holds. What is a service, a month or a ware is no name («за услуги хостинга», «за январь-март»). Whether the name is the
holder's is not asked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import LONG_WORD, Token
from reconcile.purpose.words import Phrase

_ENDS: Final = frozenset(",;:/|~()>\\№#=*_")
_OPENS: Final = "\"<'["
_CLOSES: Final = "\">']"
_SURNAME: Final = re.compile(
    r"(?:[ОЕЁ]ВА?|ИНА?|[ОЕЁИ]ВОЙ|ИНОЙ|[ОЕЁ]ВУ|[ОЕЁ]ВЫМ|ИНУ|СК(?:ИЙ|АЯ|ОГО|ОЙ|ОМУ|УЮ)|[ОЕ]ВИЧА?|[ОЕ]ВНА|[ОЕ]ВНЫ|[ОЕ]ВНУ|ҰЛЫ|УЛЫ|ҚЫЗЫ|КЫЗЫ"
    r"|ЎҒЛИ|УГЛИ|КИЗИ|ҚИЗИ|O[VW]A?|EVA?|OV|YEVA?|INA|UGLI|QIZI|KIZI|OVICH|EVICH|OVNA|EVNA|ULY|KYZY)$"
)
_INTRODUCE: Final = frozenset({"number", "typed", "№", "#", ":"})
_NAMED_BY_NUMBER: Final = re.compile(
    r"(?:[^\W\d_]{3,}-?)?[0-9]{1,4}(?:-?[^\W\d_]{3,})?|[0-9][^\W\d_](?:-[^\W\d_]{3,})?"
)
_COUNTED: Final = frozenset({"role.date_word", "role.month", "role.currency", "role.unit", "role.date_suffix"})
_SHORT: Final = 3
_LONGEST: Final = 12
"""Words of the longest name that is looked for."""


def beneficiaries(
    original: str, text: str, tokens: Sequence[Token], said: Sequence[tuple[int, Phrase]]
) -> Iterator[Span]:
    """Spans over the folded text, `name` as typed."""
    for at, phrase in said:
        sure = False
        if "role.beneficiary_before" in phrase.roles:
            found = _after(original, text, tokens, at + 1)
        elif "role.beneficiary_after" in phrase.roles:
            found = _before(text, tokens, at - 1)
        elif phrase.mark is SpanKind.TAX_ID:
            found, sure = _in_brackets(tokens, at), True
        else:
            continue
        if found is not None:
            span = _span(original, text, tokens, *found, sure=sure)
            if span is not None:
                yield span


def _after(original: str, text: str, tokens: Sequence[Token], first: int) -> tuple[int, int] | None:
    while first < len(tokens) and (tokens[first][0] in ":-." or _client_word(tokens[first])):
        first += 1
    end = first
    while end < len(tokens) and end - first < 2 * _LONGEST and _belongs(text, tokens, first, end):
        if end > first + 1 and (_closes(original, tokens, end) or _ended(original, tokens, first, end)):
            break
        end += 1
    return (first, end) if end > first else None


def _closes(original: str, tokens: Sequence[Token], at: int) -> bool:
    """Behind the legal form that ends an English name: a full stop, or a word in small letters («Acme Limited. clearing
    invoice», «Acme Ltd non-refundable advance»)."""
    if not (_role(tokens[at - 1], "role.legal_form") and original[tokens[at - 1][1] : tokens[at - 1][2]].isascii()):
        return False
    kind, start, _, value = tokens[at]
    if kind == ".":
        return not (at + 1 < len(tokens) and _role(tokens[at + 1], "role.legal_form"))
    form = isinstance(value, Phrase) and "role.legal_form" in value.roles
    return kind in ("word", "phrase") and original[start].islower() and not form and not _trades_as(tokens, at)


def _ended(original: str, tokens: Sequence[Token], first: int, at: int) -> bool:
    """A full stop behind a long word ends the sentence, and a ware in small letters the name («SALOME NJOROGE hosting
    fees»), where two words of the name were seen."""
    kind, start, end, _ = tokens[at]
    before = tokens[at - 1]
    if kind == ".":
        stop = original[end : end + 1] in (" ", "") and before[2] - before[1] >= LONG_WORD and before[0] == "word"
        return stop and not (at + 1 < len(tokens) and _role(tokens[at + 1], "role.legal_form"))
    if kind != "phrase" or not original[start].islower() or not _role(tokens[at], "role.service"):
        return False
    words = [original[token[1]] for token in tokens[first:at] if token[0] in ("word", "phrase")]
    return len(words) > 1 and all(letter.isupper() for letter in words)


def _trades_as(tokens: Sequence[Token], at: int) -> bool:
    """«t/a», «trading as»: the name goes on."""
    return (at + 1 < len(tokens) and tokens[at + 1][0] in "/.") or tokens[at][2] - tokens[at][1] == len("trading")


def _client_word(token: Token) -> bool:
    value = token[3]
    if not isinstance(value, Phrase):
        return False
    if value.mark is not None:
        return value.mark is SpanKind.BARE
    return value.filler and "role.service" in value.roles and "role.stop" not in value.roles


def _before(text: str, tokens: Sequence[Token], last: int) -> tuple[int, int] | None:
    first = last
    while first >= 0 and last - first < 2 * _LONGEST and _belongs(text, tokens, -1, first):
        first -= 1
    return (first + 1, last + 1) if first < last else None


def _in_brackets(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """«от ИНН: 207323290(Ромашка МЧЖ …»: an exchange names the true payer behind the tax id."""
    number = at + 1
    while number < len(tokens) and tokens[number][0] in ":№.-":
        number += 1
    opening = number + 1
    if opening + 1 >= len(tokens) or tokens[number][0] != "number" or tokens[opening][0] != "(":
        return None
    end = opening + 1
    while end < len(tokens) and tokens[end][0] in ("word", "phrase", '"', "-", "."):
        end += 1
    return opening + 1, end


def _belongs(text: str, tokens: Sequence[Token], first: int, at: int) -> bool:
    """The token at this place may be part of the name."""
    kind, start, end, value = tokens[at]
    if kind == "word" or _half(text, tokens, at):
        return True
    if isinstance(value, Phrase):
        if "role.legal_form" in value.roles:
            return True
        if value.mark is not None or value.none:
            stops = "role.stop" in value.roles and end - start > 1
            return not stops and _marks_nothing(tokens, at, value) and end - start <= 3
        if value.joiner and not value.sign:
            return True
        if value.sign or value.date or value.month or value.suffix:
            return end - start == 1
        if "role.beneficiary_after" in value.roles or "role.stop" in value.roles:
            return first >= 0 and at > first and end - start == 1 and text[end : end + 1] == "."
        return not value.reset
    if kind == "," and first >= 0:
        following = tokens[at + 1][3] if at + 1 < len(tokens) else None
        return isinstance(following, Phrase) and "role.legal_form" in following.roles
    if kind == "number":
        inside = first >= 0 and at > first
        return (
            (inside and _form_follows(tokens, at + 1))
            or _within_quotes(tokens, first, at)
            or _numbered(text, tokens, first, at)
        )
    if kind == "typed":
        return _within_quotes(tokens, first, at)
    return kind not in _ENDS


def _half(text: str, tokens: Sequence[Token], at: int) -> bool:
    """The half of a word that the line fold has cut («В|икторовича», «Ас|кар», «Гусев|а»), not a word of its own."""
    _, start, end, value = tokens[at]
    if not isinstance(value, Phrase) or end - start > _SHORT:
        return False
    behind = text[end : end + 1] == "\n" and _word_at(tokens, at + 1, end + 1)
    return behind or (
        text[start - 1 : start] == "\n"
        and at > 0
        and _word_at(tokens, at - 1, tokens[at - 1][1])
        and tokens[at - 1][2] == start - 1
    )


def _word_at(tokens: Sequence[Token], at: int, start: int) -> bool:
    return at < len(tokens) and tokens[at][0] == "word" and tokens[at][1] == start


def _marks_nothing(tokens: Sequence[Token], at: int, phrase: Phrase) -> bool:
    """A short word that may mark a number, with no number after it: an initial or a legal form («P. O.», «С. Ф.»)."""
    following = tokens[at + 1][0] if at + 1 < len(tokens) else ""
    named = phrase.mark in (SpanKind.INVOICE, SpanKind.ACCOUNT, SpanKind.TAX_ID)
    return not named and following not in _INTRODUCE


def _form_follows(tokens: Sequence[Token], at: int) -> bool:
    """«Tumaini Builders 71 Ltd», «Millers 26 Company Limited»: the number is a part of the name."""
    value = tokens[at][3] if at < len(tokens) else None
    return isinstance(value, Phrase) and "role.legal_form" in value.roles and value.mark is None


def _numbered(text: str, tokens: Sequence[Token], first: int, at: int) -> bool:
    """«ТОО Цифра 14», «КХ Жайлау-2005», «ТОО 7 Континент»: a few digits of a company's name. Left out, the name would be
    another company's; taken in by mistake, it is nobody's."""
    _, start, end, _ = tokens[at]
    begin = first if first >= 0 else max(0, at - _LONGEST)
    if at == begin or _NAMED_BY_NUMBER.fullmatch(text, start, end) is None:
        return False
    behind = tokens[at + 1] if at + 1 < len(tokens) else None
    if behind is not None and isinstance(behind[3], Phrase) and not behind[3].roles.isdisjoint(_COUNTED):
        return False
    formed = any(_role(token, "role.legal_form") for token in tokens[begin:at])
    if not formed:
        return first < 0 and _form_follows(tokens, at + 1)
    if tokens[at - 1][0] == "word" or text[start].isalpha():
        return True
    return _role(tokens[at - 1], "role.legal_form") and behind is not None and behind[0] == "word"


def _within_quotes(tokens: Sequence[Token], first: int, at: int) -> bool:
    if first < 0:
        return False
    opened = sum(1 for token in tokens[first:at] if token[0] == '"')
    return opened % 2 == 1 and any(token[0] == '"' for token in tokens[at + 1 : at + 6])


def _span(original: str, text: str, tokens: Sequence[Token], first: int, end: int, sure: bool) -> Span | None:
    while first < end and tokens[first][0] in "-.:<[":
        first += 1
    while end > first and _hangs(tokens[end - 1]) and not _initial(text, tokens, end - 1):
        end -= 1
    words = [
        token
        for token in tokens[first:end]
        if token[0] in ("word", "phrase") or (not text[token[1] : token[2]].isdigit() and token[0] == "number")
    ]
    if not words or not (sure or _is_name(original, text, tokens[first:end], words)):
        return None
    start, stop = tokens[first][1], tokens[end - 1][2]
    return Span(SpanKind.BENEFICIARY, start, stop, name=original[start:stop])


def _hangs(token: Token) -> bool:
    """A sign or a joining word at the end of a name, that belongs to what follows."""
    return token[0] in "-:,>].(&" or (isinstance(token[3], Phrase) and token[3].joiner)


def _initial(text: str, tokens: Sequence[Token], at: int) -> bool:
    """The dot behind an initial belongs to the name: «Каримов Б.Б.»"""
    return at > 0 and tokens[at][0] == "." and tokens[at - 1][2] - tokens[at - 1][1] <= 2


def _is_name(original: str, text: str, tokens: Sequence[Token], words: Sequence[Token]) -> bool:
    if any(_role(token, "role.legal_form") for token in words):
        return len(words) > 1
    if any(_role(token, "role.service") and not _half(text, tokens, tokens.index(token)) for token in words[:2]):
        return False
    if any(token[0] in '"' for token in tokens):
        return True
    typed = [original[token[1] : token[2]] for token in words if token[0] == "word"]
    if not typed:
        return False
    if any(_SURNAME.search(text[token[1] : token[2]]) for token in words if token[0] == "word"):
        return typed[0][0].isupper()
    capitals = [word for word in typed if word[0].isupper()]
    if len(typed) == 1:
        return typed[0].isascii() and bool(capitals)
    return len(capitals) == len(typed) or (len(capitals) >= 2 and typed[0][0].isupper())


def _role(token: Token, role: str) -> bool:
    return isinstance(token[3], Phrase) and role in token[3].roles
