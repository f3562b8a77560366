"""Bank accounts: the IBAN (ISO 13616, through python-stdnum), and which country a number belongs to."""

from __future__ import annotations

import re
from typing import Final

from stdnum import iban

from reconcile.identifiers.uz import is_uz_account

_HEAD: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")


def is_iban(text: str) -> bool:
    """Blanks aside: a country, its length and structure, and check digits by ISO 7064 (97-10).

    >>> is_iban("KZ86 125K ZT50 0410 0100"), is_iban("KZ86125KZT5004100101")
    (True, False)
    """
    plain = "".join(text.split()).upper()
    return _HEAD.fullmatch(plain) is not None and bool(iban.is_valid(plain, check_country=True))


def bank_account_country(text: str) -> str:
    """ISO 3166 code that the number itself tells (an IBAN, an Uzbek account), else empty."""
    plain = "".join(text.split()).upper()
    if is_uz_account(plain):
        return "UZ"
    return plain[:2] if is_iban(plain) else ""
