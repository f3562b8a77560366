"""Rule 0: the money is something else. A refund, a loan, own funds moved; or a lump sum of many customers' payments."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.proposal import Case, Proposal

NAME = "not_a_topup"


def propose(case: Case) -> Iterator[Proposal]:
    payment, reading = case.payment, case.payment.reading
    if payment.batch_without_amounts:
        yield Proposal(NAME, reason="batch_without_amounts", certain=True, evidence=(("batch_without_amounts", {}),))
    elif payment.debtor.account and payment.debtor.account in case.found.own_accounts:
        yield _no_topup("own_funds")
    elif reading.not_a_topup:
        yield _no_topup(reading.not_a_topup)
    elif why := _lump_sum(case):
        yield Proposal(NAME, reason="settlement_unmatched", certain=True, evidence=(("lump_sum", {"sign": why}),))


def _no_topup(kind: str) -> Proposal:
    return Proposal(NAME, reason="not_a_topup", certain=True, evidence=(("not_a_topup", {"kind": kind}),))


def _lump_sum(case: Case) -> str:
    """The sign of a lump sum: the purpose's words, or a sender that settles for many. One customer's phone and receipt
    make it that customer's payment (a bank-owned paybill); so does a named ultimate debtor behind a sender."""
    payment = case.payment
    sign = payment.reading.lump_sum or (not payment.ultimate and case.policy.lump_sum_sender(payment.debtor)) or ""
    return "" if sign and _one_customer(case) else sign


def _one_customer(case: Case) -> bool:
    kinds = {span.kind.value for span in case.payment.reading.spans} | {ref.kind for ref in case.payment.references}
    return kinds >= {"phone", "receipt"}
