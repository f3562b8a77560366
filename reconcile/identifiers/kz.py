"""Kazakhstan: IIN (a person's number) and BIN (a company's), twelve digits with one check digit.

IIN: date of birth YYMMDD, a digit for century and sex (1-6), four digits, check digit; so its fifth digit is 0-3.
BIN: YYMM of registration, fifth digit 4 (resident company), 5 (non-resident) or 6 (joint sole traders), sixth digit
0 head office, 1 branch, 2 representative office, 3 peasant farm, five digits, check digit.
Source: Government decree 565 of 2003.
"""

from __future__ import annotations

import re
from typing import Final

from reconcile.books import HolderType

_TWELVE: Final = re.compile(r"[0-9]{12}")
_FIRST: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_BY_FIFTH_DIGIT: Final = {
    "0": HolderType.INDIVIDUAL,
    "1": HolderType.INDIVIDUAL,
    "2": HolderType.INDIVIDUAL,
    "3": HolderType.INDIVIDUAL,
    "4": HolderType.LEGAL_ENTITY,
    "5": HolderType.LEGAL_ENTITY,
    "6": HolderType.SOLE_PROPRIETOR,
}


def kz_check_digit(first11: str) -> int | None:
    """The twelfth digit to eleven others; None where no number with these eleven may be issued (remainder 10 twice).

    >>> kz_check_digit("99014000000"), kz_check_digit("00000000001")
    (7, 0)
    """
    digits = [int(digit) for digit in first11]
    remainder = sum(digit * weight for digit, weight in zip(digits, _FIRST, strict=True)) % 11
    if remainder == 10:
        remainder = sum(digit * weight for digit, weight in zip(digits, _SECOND, strict=True)) % 11
    return None if remainder == 10 else remainder


def kz_is_valid(text: str) -> bool:
    """Twelve digits, a month that exists, a fifth digit in use, and the right check digit.

    The fifth digit of an IIN begins the day of birth, which is checked too.
    """
    if not _TWELVE.fullmatch(text) or text[4] > "6" or not 1 <= int(text[2:4]) <= 12:
        return False
    if text[4] <= "3" and not 1 <= int(text[4:6]) <= 31:
        return False
    return kz_check_digit(text[:11]) == int(text[11])


def kz_type(text: str) -> HolderType | None:
    """What the number says of its bearer; a person's may also be a sole trader's, which only a mark tells."""
    return _BY_FIFTH_DIGIT[text[4]] if kz_is_valid(text) else None


def restore_zeros(text: str) -> str:
    """A number whose leading zeros a spreadsheet ate, padded to twelve digits where the check digit then fits;
    otherwise the text as it is."""
    if not re.fullmatch(r"[0-9]{8,11}", text):
        return text
    padded = text.zfill(12)
    return padded if kz_is_valid(padded) else text
