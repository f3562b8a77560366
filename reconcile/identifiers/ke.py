"""Kenya: the KRA PIN and telephone numbers that pay by mobile money.

The last letter of a PIN is a check character by an algorithm that is not published: form only. A PIN that begins with A
is a person's, who may trade under it (a sole proprietorship uses its owner's); P is everybody else's.
"""

from __future__ import annotations

import re
from typing import Final

from reconcile.books import HolderType

# python-stdnum's own pattern for the PIN also accepts a vertical bar in the first place.
_PIN: Final = re.compile(r"[AP][0-9]{9}[A-Z]")
_MSISDN: Final = re.compile(r"(?:\+?254|0)([17][0-9]{8})")
_BLANKS: Final = re.compile(r"[\s()-]+")


def is_kra_pin(text: str) -> bool:
    """`text` is expected as `normal_tax_id` gives it: upper case, Cyrillic look-alikes folded."""
    return _PIN.fullmatch(text) is not None


def kra_pin_type(text: str) -> HolderType | None:
    if not is_kra_pin(text):
        return None
    return HolderType.LEGAL_ENTITY if text[0] == "P" else HolderType.INDIVIDUAL


def msisdn(text: str) -> str:
    """A mobile number as 254 and nine digits, empty where the text is none (a masked one is none either).

    >>> msisdn("0712 345 678"), msisdn("+254112345678"), msisdn("2547****0111")
    ('254712345678', '254112345678', '')
    """
    found = _MSISDN.fullmatch(_BLANKS.sub("", text))
    return "254" + found[1] if found else ""


def is_msisdn(text: str) -> bool:
    return msisdn(text) != ""
