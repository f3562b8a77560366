"""What the money is, where the purpose says that it is no top-up, and whether it is a lump sum of many customers.

Both read the phrases of the lexicon, never numbers. A word that another word takes back («без возврата», «услуги
возврата», ТОО «Возврат») says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import Taken
from reconcile.purpose.words import Phrase

_REFERENCE: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT})


def nature(taken: Taken, spans: Sequence[Span]) -> str:
    """The kind of `not_a_topup`, or empty. A phrase that bank noise also uses («internal transfer») counts only where no
    word names an invoice or a personal account."""
    if not any(phrase.nature or phrase.weak_nature for _, phrase in taken.said):
        return ""
    kinds = [phrase.nature for at, phrase in taken.said if phrase.nature and not _taken_back(taken, at)]
    if kinds:
        return "loan" if "loan" in kinds and kinds[0] == "refund" else kinds[0]
    weak = [phrase.weak_nature for at, phrase in taken.said if phrase.weak_nature and not _taken_back(taken, at)]
    return weak[0] if weak and not _names_reference(spans) else ""


def lump_sum(text: str, taken: Taken, spans: Sequence[Span]) -> str:
    """The words that show a lump sum of a processing centre, an aggregator or an operator, or empty."""
    said = [(at, phrase) for at, phrase in taken.said if phrase.lump]
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
        ) and not _taken_back(taken, at):
            return text[taken.starts[at] : taken.ends[at]]
    return ""


def _taken_back(taken: Taken, at: int) -> bool:
    """Another word takes the phrase back, or it stands within the quotes of a name."""
    return _has(taken, at - 1, "nature_not.before") or _has(taken, at + 1, "nature_not.after") or _quoted(taken, at)


def _has(taken: Taken, at: int, role: str) -> bool:
    if not 0 <= at < len(taken.values):
        return False
    value = taken.values[at]
    return isinstance(value, Phrase) and role in value.roles


def _quoted(taken: Taken, at: int) -> bool:
    return taken.kinds[:at].count('"') % 2 == 1 and '"' in taken.kinds[at + 1 :]


def _names_reference(spans: Sequence[Span]) -> bool:
    return any(span.kind in _REFERENCE for span in spans)
