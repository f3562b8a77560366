"""The one place that decides what becomes of an incoming payment: `docs/decision-table.md` as a list of refusals in its
order.

*Which account* is settled by the first certain proposal of the matchers. *May it be credited* is then asked of every
account that shares the payment; where nothing refuses, the payment is credited and its invoices are allocated. The
function is pure: the same payment, books and policy give the same decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from reconcile.allocating import allocations, invoice_flags, open_amount
from reconcile.candidates import rank
from reconcile.declined import against_a_person, heed
from reconcile.holding import refusal
from reconcile.matchers import MATCHERS, hints
from reconcile.outcome import CREDITED, HELD, UNMATCHED, Allocation, Decision
from reconcile.payer import Relation, relation
from reconcile.proposal import Case, Evidence, Part, Payment, Proposal


class _Judged:
    """One part of the payment after "May it be credited": the hold reason if any, and the flags that stop nothing."""

    __slots__ = ("allocations", "amount", "evidence", "flags", "part", "reason", "relation")

    def __init__(
        self,
        part: Part,
        amount: int,
        reason: str | None,
        flags: tuple[str, ...],
        relation: Relation,
        allocations: tuple[Allocation, ...],
        evidence: tuple[Evidence, ...],
    ) -> None:
        self.part = part
        self.amount = amount
        self.reason = reason
        self.flags = flags
        self.relation = relation
        self.allocations = allocations
        self.evidence = evidence


def decide(case: Case) -> Decision:
    """The decision of `docs/decision-table.md` for one payment, against the books as they are in `case.found`."""
    seen: list[Proposal] = []
    outcome = _first_certain(case, seen) or _nothing_found(case)
    judged = [] if outcome.reason else [_judge(case, part) for part in outcome.parts]
    reason, flags = _verdict(outcome, judged)
    evidence = outcome.evidence
    for each in judged:
        evidence += each.evidence
    if doubt := _doubt(case.payment):
        flags = (doubt, *(flag for flag in flags if flag != reason))
        reason, evidence = doubt, (*evidence, (_said_of(case.payment, doubt), {}))
    made = Decision(
        CREDITED if reason is None else HELD if judged or doubt else UNMATCHED,
        reason,
        flags,
        outcome.rule,
        judged[0].part.account_number if len(judged) == 1 else None,
        judged[0].relation if judged else None,
        tuple([(each.part.account_number, each.amount) for each in judged]),
        tuple([item for each in judged for item in each.allocations]) if reason is None else (),
        () if reason is None else rank([*seen, *hints.propose(case)], case.declined),
        evidence,
    )
    if not case.declined:
        return made
    named = {number for part in outcome.parts for number in part.invoices}
    if reason is None and against_a_person(made, case.declined, named):
        made = replace(made, candidates=rank([*seen, *hints.propose(case)], case.declined))
    return heed(made, case.declined, named)


def _first_certain(case: Case, seen: list[Proposal]) -> Proposal | None:
    """The first rule that holds decides; what the rules before it proposed helps a person."""
    for matcher in MATCHERS:
        for proposal in matcher(case):
            seen.append(proposal)
            if proposal.certain:
                return proposal
    return None


def _doubt(payment: Payment) -> str:
    """A statement that does not add up, an entry that may be another's twin, and one that a later statement took off its
    day hold whatever was decided."""
    if payment.balance_mismatch:
        return "balance_mismatch"
    return "possible_duplicate" if payment.possible_duplicate or payment.vanished else ""


def _said_of(payment: Payment, doubt: str) -> str:
    return "entry_vanished" if payment.vanished and doubt == "possible_duplicate" else doubt


def _verdict(outcome: Proposal, judged: Sequence[_Judged]) -> tuple[str | None, tuple[str, ...]]:
    """The reason why the payment waits, if any, and the payment's flags, the reason first among them."""
    if outcome.reason:
        return outcome.reason, (outcome.reason,)
    reason = judged[0].reason if len(judged) == 1 else _first_of([each.reason for each in judged])
    if reason in _ALONE:
        return reason, (reason,)
    soft = outcome.flags
    for each in judged:
        soft += each.flags
    if reason is not None:
        soft = (reason, *soft)
    return reason, tuple(dict.fromkeys(soft)) if len(soft) > 1 else soft


_ALONE: Final = frozenset({"method_not_available"})

_ORDER: Final = (
    "currency_mismatch",
    "wrong_legal_entity",
    "account_not_open",
    "method_not_available",
    "payer_type_unknown",
    "third_party_not_documented",
    "third_party_purpose_incomplete",
    "power_of_attorney_revoked",
    "power_of_attorney_expired",
    "power_of_attorney_not_yet_valid",
    "power_of_attorney_missing",
    "payer_unknown",
    "invoice_already_paid",
    "invoice_not_open",
)
"""Which reason to hold goes before which; `refusal` asks one account in this order."""


def _first_of(reasons: Sequence[str | None]) -> str | None:
    """Of several accounts that share a payment each may have its own reason: the first in the table's order, whichever
    account it is of."""
    return min((reason for reason in reasons if reason is not None), key=_ORDER.index, default=None)


def _nothing_found(case: Case) -> Proposal:
    refs = case.references
    if refs.ranges:
        return Proposal("no_rule", reason="ambiguous_reference", certain=True, evidence=(("range", {}),))
    if refs.unknown:
        numbers = ", ".join(case.payment.reading.text[span.start : span.end] for span in refs.unknown)
        return Proposal(
            "no_rule", reason="unknown_reference", certain=True, evidence=(("not_on_the_books", {"numbers": numbers}),)
        )
    return Proposal("no_rule", reason="no_reference", certain=True, evidence=(("no_reference", {}),))


def _judge(case: Case, part: Part) -> _Judged:
    found = case.found
    account = found.accounts[part.account_number]
    amount = case.payment.amount if part.amount is None else part.amount
    mentioned = [found.invoices[number] for number in part.invoices]
    stands = relation(case.payer, account.holder, found, case.name_limit)
    unpaid = [open_amount(case, invoice) for invoice in mentioned]
    taken = allocations(case, account, amount, mentioned, unpaid)
    flags = invoice_flags(case, amount, mentioned, unpaid) if mentioned else ()
    reason, evidence = refusal(case, account, stands, mentioned, amount)
    if stands is not Relation.OWN:
        if reason is None and not taken:
            reason = next((flag for flag in flags if flag in ("invoice_already_paid", "invoice_not_open")), None)
        if stands is Relation.THIRD_PARTY:
            flags = ("third_party_payer", *flags)
    return _Judged(part, amount, reason, flags, stands, taken, evidence)
