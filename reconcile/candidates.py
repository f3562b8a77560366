"""What a person may pick of a payment that waits: every target that a rule saw, ranked, without what a person declined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconcile.proposal import Declined, Evidence, Proposal

MAX_CANDIDATES: Final = 10


@dataclass(slots=True, init=False)
class Candidate:
    """What a person may pick: an account, perhaps an invoice, with the reasons; best score first."""

    account_number: Final[str]
    invoice_number: Final[str | None]
    score: Final[float]
    evidence: Final[tuple[Evidence, ...]]

    def __init__(
        self, account_number: str, invoice_number: str | None, score: float, evidence: tuple[Evidence, ...]
    ) -> None:
        self.account_number = account_number
        self.invoice_number = invoice_number
        self.score = score
        self.evidence = evidence


_Target = tuple[str, str | None]
_Reason = tuple[str, tuple[tuple[str, str], ...]]


def rank(proposals: Sequence[Proposal], declined: Sequence[Declined] = ()) -> tuple[Candidate, ...]:
    """Every target that any matcher saw, its reasons gathered, best first."""
    seen = [
        Candidate(part.account_number, invoice, proposal.score, proposal.evidence)
        for proposal in proposals
        for part in proposal.parts
        for invoice in part.invoices or (None,)
    ]
    return _gathered(_left(seen, declined))[:MAX_CANDIDATES]


def without(candidates: Sequence[Candidate], declined: Sequence[Declined]) -> tuple[Candidate, ...]:
    """These candidates but for what was declined."""
    return _gathered(_left(candidates, declined)) if declined else tuple(candidates)


def _left(candidates: Sequence[Candidate], declined: Sequence[Declined]) -> Sequence[Candidate]:
    """Of a declined account nothing is left; of a declined invoice its account, which may still be the right one, with
    half the score."""
    if not declined:
        return candidates
    accounts = {each.account_number for each in declined if each.invoice_number is None}
    invoices = {each.invoice_number for each in declined if each.invoice_number is not None}
    return [
        replace(each, invoice_number=None, score=each.score / 2) if each.invoice_number in invoices else each
        for each in candidates
        if each.account_number not in accounts
    ]


def _gathered(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """One for each target: the best score, all reasons once, in the order in which they were found."""
    if len(candidates) == 1 and len(candidates[0].evidence) == 1:
        return (candidates[0],)
    reasons: dict[_Target, dict[_Reason, None]] = {}
    scores: dict[_Target, float] = {}
    for each in candidates:
        target = (each.account_number, each.invoice_number)
        gathered = reasons.setdefault(target, {})
        for code, words in each.evidence:
            gathered[code, tuple(words.items()) if len(words) < 2 else tuple(sorted(words.items()))] = None
        scores[target] = max(scores.get(target, 0.0), each.score)
    best = list(scores)
    if len(best) > 1:
        best.sort(key=lambda target: (-scores[target], target[0], target[1] or ""))
    return tuple(
        Candidate(number, invoice, scores[number, invoice], tuple((code, dict(words)) for code, words in found))
        for number, invoice in best
        for found in [reasons[number, invoice]]
    )
