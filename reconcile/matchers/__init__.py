"""The rules that say which account a payment is for, one module a rule. Each proposes with evidence, none decides.

The order is the order of `docs/decision-table.md`, "Which account": the first certain proposal settles it. Adding a rule
is one file and one line here. `hints` stands apart: it settles nothing and is asked only for candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from reconcile.matchers import known_payer, not_a_topup, references, typo
from reconcile.proposal import Case, Proposal

Matcher = Callable[[Case], Iterable[Proposal]]

MATCHERS: Final[tuple[Matcher, ...]] = (
    not_a_topup.propose,
    references.propose,
    typo.propose,
    known_payer.propose,
)
