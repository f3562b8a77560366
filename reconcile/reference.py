"""How two spellings of one number are known to be the same: the key of an invoice or personal account number.

`docs/decision-table.md`, Words: numbers are compared whole, ignoring case, spaces, separators and Latin/Cyrillic
look-alikes; the exact form first, a form with or without leading zeros only where it leads to exactly one number on the
books.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Cyrillic letters that print like Latin ones, towards Latin. Letters only; digits typed as letters are a second attempt
# of the reader (`purpose`), never part of a number's identity.
LOOK_ALIKES: Final = str.maketrans("АВЕКМНОРСТУХІЅЈҮҺӨЁ", "ABEKMHOPCTYXISJYHOE")
_SEPARATORS: Final = re.compile(r"[^0-9A-ZА-ЯЁӘҒҚҢҰЎҲ]+")
_LEADING_ZEROS: Final = re.compile(r"([^0-9]*)0+(?=[0-9])")


def number_key(number: str) -> str:
    """The exact key: upper case, look-alikes towards Latin, no separators. Empty for a text without letter or digit.

    >>> number_key("сч-00 199/В"), number_key("INV-2026-004512")
    ('CЧ00199B', 'INV2026004512')
    """
    if number.isascii():
        key = number.upper().replace("-", "")
        return key if key.isalnum() else _SEPARATORS.sub("", key)
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", number).upper().translate(LOOK_ALIKES))


def zeroless_key(key: str) -> str:
    """The key without the zeros before its first digit run, under which forms with and without them meet.

    >>> zeroless_key("00199"), zeroless_key("SC0004512"), zeroless_key("0")
    ('199', 'SC4512', '0')
    """
    if "1" <= key[:1] <= "9" or "0" not in key:
        return key
    zeros = _LEADING_ZEROS.match(key)
    return key if zeros is None else zeros[1] + key[zeros.end() :]
