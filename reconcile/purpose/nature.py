"""What the money is, where the purpose says that it is no top-up, and whether it is a lump sum of many customers.

Both read the phrases of the lexicon, never numbers. A word that another word takes back («без возврата», «услуги
возврата», ТОО «Возврат») says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import Token
from reconcile.purpose.words import Phrase

_REFERENCE: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT})
_QUOTES: Final = '"'


def nature(tokens: Sequence[Token], spans: Sequence[Span]) -> str:
    """The kind of `not_a_topup`, or empty. A phrase that bank noise also uses («internal transfer») counts only where no
    word names an invoice or a personal account."""
    said = list(_natures(tokens, "nature."))
    if not said and not _names_reference(spans):
        said = list(_natures(tokens, "nature_weak."))
    if "refund" in said and len(set(said)) > 1 and said[0] == "refund":
        return next(each for each in said if each != "refund") if "loan" in said else "refund"
    return said[0] if said else ""


def lump_sum(text: str, tokens: Sequence[Token], spans: Sequence[Span]) -> str:
    """The words that show a lump sum of a processing centre, an aggregator or an operator, or empty."""
    aggregator = any("lump.aggregator" in phrase.roles for _, phrase in _said(tokens))
    weak_counts = not _names_reference(spans) and SpanKind.PHONE not in {span.kind for span in spans}
    for at, phrase in _said(tokens):
        roles = phrase.roles
        if (
            "lump.strong" in roles
            or (aggregator and "lump.with_aggregator" in roles and not _names_reference(spans))
            or ("lump.weak" in roles and weak_counts)
        ) and not _taken_back(tokens, at):
            return text[tokens[at][1] : tokens[at][2]]
    return ""


def _said(tokens: Sequence[Token]) -> Iterator[tuple[int, Phrase]]:
    for at, (_, _, _, value) in enumerate(tokens):
        if isinstance(value, Phrase):
            yield at, value


def _natures(tokens: Sequence[Token], section: str) -> Iterator[str]:
    for at, phrase in _said(tokens):
        for role in sorted(phrase.roles):
            if role.startswith(section) and not _taken_back(tokens, at):
                yield role.removeprefix(section)


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
