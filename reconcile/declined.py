"""A decision beside what a person declined: it never offers that again, and never goes there by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from reconcile.candidates import without
from reconcile.outcome import CREDITED, PERSON, UNMATCHED, Decision
from reconcile.proposal import Declined, Evidence

_NOT_AGAINST: Final[Evidence] = ("not_against_a_person", {})
_OF_DECLINING: Final = frozenset({"declined", "declined_invoice", "not_against_a_person"})
_DOUBTS: Final = frozenset({"balance_mismatch", "possible_duplicate"})
_AS_IF_NOT_FOUND: Final = {
    "bare_reference": "ambiguous_reference",
    "typo": "unknown_reference",
    "known_payer": "no_reference",
}
"""Why a payment waits whose account a person declined: what the table says where that rule does not hold. Of marked
numbers it is that they and the person disagree."""


def heed(made: Decision, declined: Sequence[Declined], named: Collection[str] = ()) -> Decision:
    """The decision as it stands beside what a person declined: its candidates without that, and where it would have
    gone there, it waits. `named`: the invoices by which its account was found.

    The rules are asked without a look at what was declined, so declining only takes away: it never makes another
    candidate the only one, and never credits (`docs/decisions/0022-what-a-person-declined.md`).
    """
    its = tuple([each for each in made.evidence if each[0] not in _OF_DECLINING])
    waits = against_a_person(made, declined, named)
    told: tuple[Evidence, ...] = tuple([_said(each) for each in declined])
    if waits or (declined and _NOT_AGAINST in made.evidence):
        told = (*told, _NOT_AGAINST)
    made = replace(made, candidates=without(made.candidates, declined), evidence=(*its, *told))
    if not waits:
        return made
    emptied = replace(made, account_number=None, relation=None, splits=(), allocations=(), conversion=None)
    if made.rule == PERSON:
        return emptied
    if made.reason in _DOUBTS:
        return replace(emptied, flags=(made.reason,))
    reason = _AS_IF_NOT_FOUND.get(made.rule, "conflicting_references")
    return replace(emptied, status=UNMATCHED, reason=reason, flags=(reason,))


def against_a_person(made: Decision, declined: Sequence[Declined], named: Collection[str]) -> bool:
    """Whether it names an account, or credits by an invoice, that a person has declined."""
    accounts = {made.account_number, *(number for number, _ in made.splits)}
    invoices = {*named, *(each.invoice_number for each in made.allocations)} if made.status == CREDITED else set()
    return any(
        each.account_number in accounts if each.invoice_number is None else each.invoice_number in invoices
        for each in declined
    )


def _said(word: Declined) -> Evidence:
    if word.invoice_number is None:
        return ("declined", {"account": word.account_number, "by": word.by, "on": word.on})
    return ("declined_invoice", {"invoice": word.invoice_number, "by": word.by, "on": word.on})
