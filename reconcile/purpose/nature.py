"""What the money is, where the purpose says that it is no top-up, and whether it is a lump sum of many customers.

Both read the phrases of the lexicon, never numbers. A word that another word takes back («без возврата», «услуги
возврата», ТОО «Возврат») says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from reconcile.purpose.reading import Span, SpanKind
from reconcile.purpose.tokens import Taken
from reconcile.purpose.words import Phrase

_REFERENCE: Final = frozenset({SpanKind.INVOICE, SpanKind.ACCOUNT})


_IN_WHOSE_NAME: Final = re.compile(r"(?:BEHALF(?: OF)?|OBO|O/B/O|NIABA YA|ОТ ИМЕНИ)[\s:]*\Z")


def nature(taken: Taken, spans: Sequence[Span], text: str, names: Sequence[Span]) -> str:
    """The kind of `not_a_topup`, or empty. A phrase that bank noise also uses («internal transfer») counts only where no
    word names an invoice or a personal account. What is a word of the name in which somebody pays («on behalf of Loan
    Star LLP») says nothing; behind a mere «for» it may be what is paid for."""
    if not any(phrase.nature or phrase.weak_nature for _, phrase in taken.said):
        return ""
    within = [name for name in names if _IN_WHOSE_NAME.search(text, 0, name.start)]
    kinds = [
        phrase.nature
        for at, phrase in taken.said
        if phrase.nature and not _taken_back(taken, at) and not _is_of(within, taken, at)
    ]
    if kinds:
        return "loan" if "loan" in kinds and kinds[0] == "refund" else kinds[0]
    weak = [phrase.weak_nature for at, phrase in taken.said if phrase.weak_nature and not _taken_back(taken, at)]
    return weak[0] if weak and not _names_reference(spans) else ""


def _is_of(names: Sequence[Span], taken: Taken, at: int) -> bool:
    """It begins the name whose form comes later («Loan Star LLP»), or what follows «t/a»."""
    for name in names:
        start = taken.starts[at]
        if name.start <= start < name.end:
            ahead = [place for place in range(at + 1, len(taken.starts)) if taken.starts[place] < name.end]
            begins = start == name.start and any(_has(taken, place, "role.legal_form") for place in ahead)
            return begins or _has(taken, at - 1, "role.trading_as")
    return False


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
