"""Our own invoice numbers: one definition for issuing and for reading.

A number is the prefix of its country's series, a serial, and two check digits over both, by ISO 7064 MOD 97-10 (the
digits of an IBAN and of an ISO 11649 creditor reference): «BK-00012780». They catch every digit typed wrongly and every
two neighbours swapped, and all but one in a hundred of other mistakes. Numbers of other schemes, which were imported, have
none and work without: they are no number of ours (`is_ours`), whatever digits they end with.

Which prefix and how many digits: policy, `[country.XX.invoice_series]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from stdnum.iso7064 import mod_97_10

from reconcile.reference import number_key

CHECK_DIGITS: Final = 2
PREFIX: Final = re.compile("[A-Z]{2,4}")


@dataclass(frozen=True, slots=True)
class InvoiceSeries:
    """One country's series. `digits` is the width of the serial, filled up with zeros on the left."""

    prefix: str
    digits: int

    @property
    def last(self) -> int:
        """The greatest serial that has room."""
        return int(10**self.digits) - 1


def issue(series: InvoiceSeries, serial: int) -> str:
    """The invoice number of this serial, from 1 on. Refuses one for which the series has no room.

    >>> issue(InvoiceSeries("BK", 6), 127)
    'BK-00012780'
    """
    if not 1 <= serial <= series.last:
        raise ValueError(f"series {series.prefix} runs from 1 to {series.last}, not to {serial}")
    whole = f"{series.prefix}{serial:0{series.digits}d}"
    return f"{series.prefix}-{whole[len(series.prefix) :]}{mod_97_10.calc_check_digits(whole)}"


def is_ours(series: InvoiceSeries, number: str) -> bool:
    """Does this number have the shape of the series? Its check digits are not asked."""
    key = number_key(number)
    digits = key[len(series.prefix) :]
    return (
        key.startswith(series.prefix)
        and len(digits) == series.digits + CHECK_DIGITS
        and digits.isascii()
        and digits.isdigit()
    )


@lru_cache(maxsize=65536)
def is_valid(series: InvoiceSeries, number: str) -> bool:
    """A number of the series whose check digits hold; look-alike letters, blanks and separators do not matter.

    >>> is_valid(InvoiceSeries("BK", 6), "bk 00012780"), is_valid(InvoiceSeries("BK", 6), "BK-00012708")
    (True, False)
    """
    return is_ours(series, number) and mod_97_10.is_valid(number_key(number))
