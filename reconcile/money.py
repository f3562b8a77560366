"""Money as whole minor units of an ISO 4217 currency. Strict: nothing is rounded, nothing is guessed.

An amount is an `int` of minor units (tiyin, tyin, cents) beside a currency code; direction is a mark elsewhere
(`CreditDebit`), never a sign. Balances are the exception: they may be negative (an overdraft).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from babel.numbers import is_currency

from reconcile.problem import Refusal

# ISO 4217, list one, column "Minor unit": every currency that does not have two.
_MINOR_DIGITS: Final = {
    code: digits
    for digits, codes in (
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    )
    for code in codes.split()
}
_PLAIN: Final = re.compile(r"([0-9]+)(?:\.([0-9]+))?\Z", re.ASCII)
# The largest amount the books can hold: a signed 64-bit integer of minor units, with room for sums.
MAX_MINOR: Final = 10**17


@lru_cache(maxsize=512)
def minor_digits(currency: str) -> int:
    """How many decimals the currency has (ISO 4217). Refuses a code that is none.

    >>> minor_digits("UZS"), minor_digits("JPY")
    (2, 0)
    """
    if not is_currency(currency):
        raise Refusal.of(f"{currency!r} is not an ISO 4217 currency code", "write three letters such as KZT")
    return _MINOR_DIGITS.get(currency, 2)


def read_amount(text: str, currency: str) -> int:
    """An unsigned plain decimal with a point, as whole minor units.

    Refuses signs, blanks, thousands separators, exponents, non-ASCII digits and more decimals than the currency has
    (unless the surplus is zeros only).

    >>> read_amount("1500.5", "KZT")
    150050
    >>> read_amount("1,500", "KZT")
    Traceback (most recent call last):
    ...
    reconcile.problem.Refusal: amount '1,500' is not a plain decimal; write it like 1500.00
    """
    found = _PLAIN.match(text)
    if found is None:
        raise Refusal.of(f"amount {text[:40]!r} is not a plain decimal", "write it like 1500.00")
    digits = minor_digits(currency)
    whole, fraction = found.group(1), found.group(2) or ""
    if fraction[digits:].strip("0"):
        raise Refusal.of(
            f"amount {text[:40]!r} has more than the {digits} decimals of {currency}", "nothing is rounded: correct it"
        )
    if len(whole) > 18 or (minor := int(whole + fraction[:digits].ljust(digits, "0"))) > MAX_MINOR:
        raise Refusal.of(f"amount {text[:40]!r} is larger than the books can hold", "check the decimal mark")
    return minor


def format_amount(minor: int, currency: str) -> str:
    """Plain decimal text, as exports and imports write it.

    >>> format_amount(15000000, "KZT"), format_amount(-5, "KZT"), format_amount(7, "JPY")
    ('150000.00', '-0.05', '7')
    """
    digits = minor_digits(currency)
    sign, minor = ("-", -minor) if minor < 0 else ("", minor)
    if digits == 0:
        return f"{sign}{minor}"
    whole, fraction = divmod(minor, 10**digits)
    return f"{sign}{whole}.{fraction:0{digits}d}"
