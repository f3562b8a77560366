"""Rule 0: the money is something else. A refund, a loan, own funds moved; or a lump sum of many customers' payments."""

from __future__ import annotations

from typing import Final

from reconcile.proposal import Case, Evidence, Proposal

NAME: Final = "not_a_topup"


def propose(case: Case) -> tuple[Proposal, ...]:
    payment, reading = case.payment, case.payment.reading
    if payment.batch_without_amounts:
        return (_certain("batch_without_amounts", ("batch_without_amounts", {})),)
    if payment.debtor.account and payment.debtor.account in case.found.own_accounts:
        return (_no_topup("own_funds"),)
    if reading.not_a_topup:
        return (_no_topup(reading.not_a_topup),)
    if why := _lump_sum(case):
        return (_certain("settlement_unmatched", ("lump_sum", {"sign": why})),)
    return ()


def _no_topup(kind: str) -> Proposal:
    return _certain("not_a_topup", ("not_a_topup", {"kind": kind}))


def _certain(reason: str, evidence: Evidence) -> Proposal:
    return Proposal(NAME, reason=reason, certain=True, evidence=(evidence,))


def _lump_sum(case: Case) -> str:
    """The sign of a lump sum: the purpose's words, or a sender that settles for many. One customer's phone and receipt
    make it that customer's payment (a bank-owned paybill); so does a named ultimate debtor behind a sender."""
    sign = case.payment.reading.lump_sum
    if not sign and not case.payment.ultimate:
        sender = case.policy.senders.find(case.payment.debtor)
        sign = sender.name if sender is not None else ""
    return "" if sign and _one_customer(case) else sign


def _one_customer(case: Case) -> bool:
    kinds = {span.kind.value for span in case.payment.reading.spans} | {ref.kind for ref in case.payment.references}
    return kinds >= {"phone", "receipt"}
