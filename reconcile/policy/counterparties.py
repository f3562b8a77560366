"""Known banks, exchanges, processing centres and operators, and how a statement's party is known to be one of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from reconcile.policy.listed import Counterparty, Listed, Words, words
from reconcile.statement import Party

__all__ = ["Counterparty", "Directory", "Words", "words"]


@dataclass(frozen=True)
class Directory:
    """Many counterparties, and the legal forms that are set aside in their names."""

    counterparties: tuple[Counterparty, ...]
    legal_forms: frozenset[str] = frozenset()

    @cached_property
    def _listed(self) -> Listed:
        return Listed(self.counterparties, self.legal_forms)

    def find(self, party: Party) -> Counterparty | None:
        """Who this party is; None where it is nobody listed."""
        return self._listed.find(party.name, party.tax_id)
