"""Known banks, exchanges, processing centres and operators as an index: by tax id, whole name, or a phrase's first word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from reconcile.reference import LOOK_ALIKES

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


class Listed:
    """Many counterparties, asked once for every payment."""

    def __init__(self, counterparties: Sequence[Counterparty], legal_forms: frozenset[str]) -> None:
        self.legal_forms = legal_forms
        self.by_id: dict[str, Counterparty] = {}
        self.by_name: dict[Words, Counterparty] = {}
        self.by_first: dict[str, list[tuple[Words, Counterparty]]] = {}
        self.innocent: set[str] = set()
        """Pieces of names, as typed, that hold no listed word: what nearly every name is made of."""
        for one in counterparties:
            self.by_id.update(dict.fromkeys(one.tax_ids, one))
            self.by_name.update({key: one for name in one.names if (key := self._core(name))})
            for phrase in one.phrases:
                self.by_first.setdefault(phrase[0], []).append((phrase, one))
        self.words = frozenset(self.by_first) | {word for name in self.by_name for word in name}
        """Of which a listed name has at least one."""

    def find(self, name: str, tax_id: str) -> Counterparty | None:
        """Who that is; None where it is nobody listed."""
        if tax_id and (known := self.by_id.get(tax_id)):
            return known
        pieces = name.split()
        if self.innocent.issuperset(pieces) or not self._may_be_listed(pieces):
            return None
        return next((one for one in self._named(name) if not (one.tax_ids and tax_id)), None)

    def _core(self, name: Words) -> Words:
        return tuple([word for word in name if word not in self.legal_forms])

    def _may_be_listed(self, pieces: Sequence[str]) -> bool:
        innocent = self.innocent
        for piece in pieces:
            if piece not in innocent:
                if not self.words.isdisjoint(words(piece)):
                    return True
                if len(innocent) > _MOST_PIECES:
                    innocent.clear()
                innocent.add(piece)
        return False

    def _named(self, name: str) -> Iterator[Counterparty]:
        found = words(name)
        if whole := self.by_name.get(self._core(found)):
            yield whole
        for start, word in enumerate(found):
            for phrase, one in self.by_first.get(word, ()):
                if found[start : start + len(phrase)] == phrase:
                    yield one
