"""What the money is, where the purpose says that it is no top-up, and whether it is a lump sum of many customers.

Both read the phrases of the lexicon, never numbers. A word that another word takes back («без возврата», «услуги
возврата», ТОО «Возврат») says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import Token
from reconcile.purpose.words import Phrase

_REFERENCE: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT})
_QUOTES: Final = '"'


Said = Sequence[tuple[int, Phrase]]
"""The phrases that speak of more than a number, each with its place among the tokens."""


def nature(tokens: Sequence[Token], said: Said, spans: Sequence[Span]) -> str:
    """The kind of `not_a_topup`, or empty. A phrase that bank noise also uses («internal transfer») counts only where no
    word names an invoice or a personal account."""
    kinds = [phrase.nature for at, phrase in said if phrase.nature and not _taken_back(tokens, at)]
    if kinds:
        return "loan" if "loan" in kinds and kinds[0] == "refund" else kinds[0]
    weak = [phrase.weak_nature for at, phrase in said if phrase.weak_nature and not _taken_back(tokens, at)]
    return weak[0] if weak and not _names_reference(spans) else ""


def lump_sum(text: str, tokens: Sequence[Token], said: Said, spans: Sequence[Span]) -> str:
    """The words that show a lump sum of a processing centre, an aggregator or an operator, or empty."""
    said = [(at, phrase) for at, phrase in said if phrase.lump]
    if not said:
        return ""
    aggregator = any("lump.aggregator" in phrase.roles for _, phrase in said)
    named = _names_reference(spans)
    weak_counts = not named and all(span.kind is not SpanKind.PHONE for span in spans)
    for at, phrase in said:
        roles = phrase.roles
        if (
            "lump.strong" in roles
            or (aggregator and not named and "lump.with_aggregator" in roles)
            or (weak_counts and "lump.weak" in roles)
        ) and not _taken_back(tokens, at):
            return text[tokens[at][1] : tokens[at][2]]
    return ""


def _taken_back(tokens: Sequence[Token], at: int) -> bool:
    """Another word takes the phrase back, or it stands within the quotes of a name."""
    return _has(tokens, at - 1, "nature_not.before") or _has(tokens, at + 1, "nature_not.after") or _quoted(tokens, at)


def _has(tokens: Sequence[Token], at: int, role: str) -> bool:
    if not 0 <= at < len(tokens):
        return False
    value = tokens[at][3]
    return isinstance(value, Phrase) and role in value.roles


def _quoted(tokens: Sequence[Token], at: int) -> bool:
    before = sum(1 for token in tokens[:at] if token[0] in _QUOTES)
    after = any(token[0] in _QUOTES for token in tokens[at + 1 :])
    return before % 2 == 1 and after


def _names_reference(spans: Sequence[Span]) -> bool:
    return any(span.kind in _REFERENCE for span in spans)
