"""What decides nothing but helps a person: the payer's accounts, equal amounts, names, what was decided before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconcile.books import Account, Invoice
from reconcile.names import NameMatch, name_key, names_holder
from reconcile.payer import own_holders
from reconcile.proposal import Case, Evidence, Part, Proposal

NAME: Final = "hints"
MOST_SUMS: Final = 3
"""Ways to make the sum; where there are more, it says nothing."""
MOST_STEPS: Final = 2000
"""Sums of invoices that are looked at; where that is not enough to know *all* ways, nothing is known and nothing said."""


def propose(case: Case) -> list[Proposal]:
    found = _payers_accounts(case)
    found += _later_on_the_books(case)
    found += _named_in_purpose(case)
    if case.found.taught:
        found += _decided_before(case)
    return found


def _payers_accounts(case: Case) -> list[Proposal]:
    found: list[Proposal] = []
    for holder in own_holders(case.payer, case.found, case.name_limit):
        for account in case.found.accounts_of.get(holder.key, ()):
            found += _with_invoices(case, account, ("payers_account", {"account": account.number}), 0.4)
    return found


def _with_invoices(case: Case, account: Account, evidence: Evidence, score: float) -> list[Proposal]:
    open_ones = case.open_invoices(account)
    exact = [inv for inv in open_ones if case.found.left(inv) == case.payment.amount]
    if not exact:
        alone = Proposal(NAME, (Part(account.number),), (evidence,), score)
        return [alone, *_together(case, account, open_ones, evidence, score)]
    return [
        Proposal(
            NAME,
            (Part(account.number, (invoice.number,)),),
            (evidence, ("exact_outstanding", {"invoice": invoice.number})),
            score + 0.2,
        )
        for invoice in exact[:10]
    ]


def _together(
    case: Case, account: Account, open_ones: Sequence[Invoice], evidence: Evidence, score: float
) -> list[Proposal]:
    """Several of the payer's open invoices that add up to the amount exactly: the less ways there are, the likelier. It
    settles nothing (`docs/decision-table.md`, rule 4 knows one invoice, or all of them)."""
    if len(open_ones) < 2:
        return []
    found = ways_to_make(case.payment.amount, [(case.found.left(each), each.number) for each in open_ones])
    return [
        Proposal(
            NAME,
            (Part(account.number, numbers),),
            (evidence, ("exact_together", {"invoices": ", ".join(numbers)})),
            score + 0.15 / len(found),
        )
        for numbers in found
    ]


def ways_to_make(amount: int, outstanding: Sequence[tuple[int, str]]) -> list[tuple[str, ...]]:
    """Every choice of two or more of these (minor units, number) that makes the amount exactly. None where there are more
    than `MOST_SUMS`, or where `MOST_STEPS` do not suffice to have seen them all: what is not known to be all of them is
    as good as none. The same whatever the order in which they are given.

    >>> ways_to_make(350, [(100, "1"), (250, "2"), (700, "3")])
    [('1', '2')]
    """
    items = sorted((left, number) for left, number in outstanding if left <= amount)
    items.reverse()
    rest = [0]  # what all from a place on make: below what is still missing, no way leads on
    for left, _ in reversed(items):
        rest.append(rest[-1] + left)
    rest.reverse()
    found: list[tuple[str, ...]] = []
    open_ways: list[tuple[int, int, tuple[str, ...]]] = [(0, amount, ())]
    for _ in range(MOST_STEPS):
        if not open_ways:
            return [tuple(sorted(numbers)) for numbers in sorted(found)]
        at, missing, taken = open_ways.pop()
        if missing == 0:
            if len(taken) > 1:
                found.append(taken)
                if len(found) > MOST_SUMS:
                    return []
        elif at < len(items) and rest[at] >= missing:
            left, number = items[at]
            open_ways.append((at + 1, missing, taken))
            if left <= missing:
                open_ways.append((at + 1, missing - left, (*taken, number)))
    return []


def _later_on_the_books(case: Case) -> list[Proposal]:
    """Numbers that were issued or opened only after the booking date: no references, but worth a look."""
    later: list[Proposal] = []
    day, found = case.payment.booking_date, case.found
    for span in case.payment.reading.spans:
        for key in span.keys:
            for number in found.invoices_by_key.get(key, ()):
                invoice = found.invoices[number]
                if invoice.issued_on > day:
                    part = Part(invoice.account_number, (number,))
                    later.append(Proposal(NAME, (part,), (("issued_later", {"number": number}),), 0.5))
            for number in found.accounts_by_key.get(key, ()):
                opened = found.accounts[number].opened_on
                if opened is not None and opened > day:
                    later.append(Proposal(NAME, (Part(number),), (("opened_later", {"number": number}),), 0.5))
    return later


def _named_in_purpose(case: Case) -> list[Proposal]:
    """Holders whose name the purpose gives: among the candidates, never a reference."""
    return [
        Proposal(NAME, (Part(account.number),), (("named_in_purpose", {"name": phrase}),), 0.3)
        for phrase in case.payment.reading.beneficiaries
        for holder in case.found.holders_by_name.get(name_key(phrase), ())
        if names_holder(phrase, holder.names) is NameMatch.SAME
        for account in case.found.accounts_of.get(holder.key, ())
    ]


def _decided_before(case: Case) -> list[Proposal]:
    """What a person's decision taught; not where the books say that the payer holds accounts, and that is none of them."""
    limit = case.name_limit
    own = {
        account.number
        for holder in own_holders(case.payer, case.found, limit)
        for account in case.found.accounts_of.get(holder.key, ())
    }
    return [
        Proposal(NAME, (Part(number),), (("decided_before", {"account": number}),), 0.35)
        for key in {case.payer.account, case.payer.tax_id} - {""}
        for number in case.found.taught.get(key, ())
        if not own or number in own
    ]
