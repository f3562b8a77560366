"""Known banks, exchanges, processing centres and operators as the policy names them, and the words of a name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from reconcile.reference import LOOK_ALIKES

_APOSTROPHES: Final = re.compile("['’‘ʻʼ`´]")
_NO_WORD: Final = re.compile(r"[\W_]+")

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
