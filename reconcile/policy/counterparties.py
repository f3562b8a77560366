"""Known banks, exchanges, processing centres and operators, and how a statement's party is known to be one of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from reconcile.reference import LOOK_ALIKES
from reconcile.statement import Party

_APOSTROPHES: Final = re.compile("['’‘ʻʼ`´]")
_NO_WORD: Final = re.compile(r"[\W_]+")

_MOST_PIECES: Final = 100_000

Words = tuple[str, ...]


@lru_cache(maxsize=4096)
def words(name: str) -> Words:
    """A name's words for comparison: upper case, look-alikes towards Latin, apostrophes and punctuation aside.

    >>> words("АО «Kaspi Bank»") == words('АО "KASPI  BANK"'), words("O‘zbekiston")
    (True, ('OZBEKISTON',))
    """
    plain = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", name)).upper().translate(LOOK_ALIKES)
    return tuple(_NO_WORD.sub(" ", plain).split())


@dataclass(frozen=True, slots=True)
class Counterparty:
    """`names` are whole names, legal forms aside; `phrases` are words that stand together anywhere in the name. Where
    both it and the party have tax ids, these alone decide."""

    name: str
    tax_ids: frozenset[str] = frozenset()
    names: frozenset[Words] = frozenset()
    phrases: frozenset[Words] = frozenset()


@dataclass(frozen=True)
class Directory:
    """Many counterparties, asked once for every payment: found by tax id, whole name, or a phrase's first word."""

    counterparties: tuple[Counterparty, ...]
    legal_forms: frozenset[str] = frozenset()

    @cached_property
    def _by_id(self) -> dict[str, Counterparty]:
        return {tax_id: one for one in self.counterparties for tax_id in one.tax_ids}

    @cached_property
    def _by_name(self) -> dict[Words, Counterparty]:
        return {key: one for one in self.counterparties for name in one.names if (key := self._core(name))}

    @cached_property
    def _by_first(self) -> dict[str, list[tuple[Words, Counterparty]]]:
        found: dict[str, list[tuple[Words, Counterparty]]] = {}
        for one in self.counterparties:
            for phrase in one.phrases:
                found.setdefault(phrase[0], []).append((phrase, one))
        return found

    @cached_property
    def _listed(self) -> frozenset[str]:
        """The words of which a listed name has at least one."""
        return frozenset(self._by_first) | {word for name in self._by_name for word in name}

    def _core(self, name: Words) -> Words:
        return tuple(word for word in name if word not in self.legal_forms)

    def find(self, party: Party) -> Counterparty | None:
        """Who this party is; None where it is nobody listed."""
        if party.tax_id and (known := self._by_id.get(party.tax_id)):
            return known
        if not self._may_be_listed(party.name):
            return None
        return next((one for one in self._named(party.name) if not (one.tax_ids and party.tax_id)), None)

    @cached_property
    def _innocent(self) -> set[str]:
        """Pieces of names, as typed, that hold no listed word: what nearly every name is made of."""
        return set()

    def _may_be_listed(self, name: str) -> bool:
        innocent = self._innocent
        for piece in name.split():
            if piece not in innocent:
                if not self._listed.isdisjoint(words(piece)):
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
