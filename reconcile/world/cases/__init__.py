"""One generator function for each row of the decision table and way of meeting it; importing fills the registry."""

from reconcile.world.cases import (
    bank_side,
    forms,
    invoices,
    mends,
    payers,
    powers,
    references,
    refusals,
    statements,
    third_parties,
    traps,
    unmatched,
)
from reconcile.world.cases.registry import REGISTRY, CaseKind

__all__ = [
    "REGISTRY",
    "CaseKind",
    "bank_side",
    "forms",
    "invoices",
    "mends",
    "payers",
    "powers",
    "references",
    "refusals",
    "statements",
    "third_parties",
    "traps",
    "unmatched",
]
