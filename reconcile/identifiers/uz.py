"""Uzbekistan: INN (STIR) of nine digits, PINFL (JSHSHIR) of fourteen, bank accounts of twenty.

The check digits of INN and of the account are not published: form only. That of the PINFL follows ICAO 9303 (weights
7-3-1) in every sample that is known; a number that breaks it is worth a warning and no refusal.
"""

from __future__ import annotations

import re
from typing import Final

from reconcile.books import HolderType

_INN: Final = re.compile(r"[2-7][0-9]{8}")
_PINFL: Final = re.compile(r"[1-6][0-9]{13}")
_ACCOUNT: Final = re.compile(r"[1-9][0-9]{4}(000|[1-9][0-9]{2})[0-9]{12}")
_CURRENCIES: Final = {
    "000": "UZS",
    "156": "CNY",
    "392": "JPY",
    "398": "KZT",
    "404": "KES",
    "643": "RUB",
    "756": "CHF",
    "826": "GBP",
    "840": "USD",
    "860": "UZS",
    "978": "EUR",
}


def is_inn(text: str) -> bool:
    """Nine digits, the first of which is 2 or 3 (legal entities) or 4 to 7 (persons)."""
    return _INN.fullmatch(text) is not None


def inn_type(text: str) -> HolderType | None:
    if not is_inn(text):
        return None
    return HolderType.LEGAL_ENTITY if text[0] in "23" else HolderType.INDIVIDUAL


def is_pinfl(text: str) -> bool:
    """Fourteen digits: sex and century (1-6), day, month and year of birth, district, serial, check digit.

    The check digit is not asked: see `pinfl_check_digit`.
    """
    return _PINFL.fullmatch(text) is not None and 1 <= int(text[1:3]) <= 31 and 1 <= int(text[3:5]) <= 12


def pinfl_check_digit(first13: str) -> int:
    """The fourteenth digit to thirteen others (ICAO 9303: weights 7, 3, 1, modulo 10).

    >>> pinfl_check_digit("3150190123456")
    6
    """
    return sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(first13)) % 10


def is_uz_account(text: str) -> bool:
    """Twenty digits with a currency that is in use in places 6 to 8; the key in place 9 cannot be checked."""
    return uz_account_currency(text) != ""


def uz_account_currency(text: str) -> str:
    """ISO 4217 code of an account's currency (000 is the sum), empty where this is no account.

    >>> uz_account_currency("20208000100000001001"), uz_account_currency("20208840100000001001")
    ('UZS', 'USD')
    """
    found = _ACCOUNT.fullmatch(text)
    return _CURRENCIES.get(found[1], "") if found else ""
