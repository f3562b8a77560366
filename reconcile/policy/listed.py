"""How a statement's party is known to be a listed bank, exchange, processing centre or operator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconcile.policy.counterparties import Counterparty, Words, words
from reconcile.statement import Party

_MOST_PIECES: Final = 100_000


class Directory:
    """Many counterparties as an index (by tax id, whole name, or a phrase's first word), asked once or twice for every
    payment. `legal_forms` are set aside in their names. What is compared, and sent to a helping process, is what it was
    made of."""

    def __init__(self, counterparties: tuple[Counterparty, ...], legal_forms: frozenset[str] = frozenset()) -> None:
        self.counterparties: Final = counterparties
        self.legal_forms: Final = legal_forms
        self._by_id: dict[str, Counterparty] = {}
        self._by_name: dict[Words, Counterparty] = {}
        self._by_first: dict[str, list[tuple[Words, Counterparty]]] = {}
        self._innocent: set[str] = set()
        """Pieces of names, as typed, that hold no listed word: what nearly every name is made of."""
        for one in counterparties:
            self._by_id.update(dict.fromkeys(one.tax_ids, one))
            self._by_name.update({key: one for name in one.names if (key := self._core(name))})
            for phrase in one.phrases:
                self._by_first.setdefault(phrase[0], []).append((phrase, one))
        self._words = frozenset(self._by_first) | {word for name in self._by_name for word in name}
        """Of which a listed name has at least one."""

    def find(self, party: Party) -> Counterparty | None:
        """Who this party is; None where it is nobody listed."""
        if party.tax_id and party.tax_id in self._by_id:
            return self._by_id[party.tax_id]
        if not self._may_be_listed(party.name):
            return None
        return next((one for one in self._named(party.name) if not (one.tax_ids and party.tax_id)), None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Directory):
            return NotImplemented
        return self.counterparties == other.counterparties and self.legal_forms == other.legal_forms

    def __hash__(self) -> int:
        return hash((self.counterparties, self.legal_forms))

    def __reduce__(self) -> tuple[type[Directory], tuple[tuple[Counterparty, ...], frozenset[str]]]:
        return Directory, (self.counterparties, self.legal_forms)

    def _core(self, name: Words) -> Words:
        return tuple([word for word in name if word not in self.legal_forms])

    def _may_be_listed(self, name: str) -> bool:
        innocent = self._innocent
        for piece in name.split():
            if piece not in innocent:
                if not self._words.isdisjoint(words(piece)):
                    return True
                if len(innocent) > _MOST_PIECES:
                    innocent.clear()
                innocent.add(piece)
        return False

    def _named(self, name: str) -> Iterator[Counterparty]:
        found = words(name)
        if whole := self._by_name.get(self._core(found)):
            yield whole
        for start, word in enumerate(found):
            for phrase, one in self._by_first.get(word, ()):
                if found[start : start + len(phrase)] == phrase:
                    yield one
