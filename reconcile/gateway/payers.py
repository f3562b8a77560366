"""Whose card, whose phone: the key by which the limits of a day are counted.

A phone comes as it is typed, masked by the operator, or as the SHA-256 of its number (Daraja sends any of them). The
number itself is never kept: a whole one and its hash meet in the same key.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

import phonenumbers

_HASH: Final = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
_MASK: Final = re.compile(r"\+?([0-9]{1,9})[*xX•]+([0-9]{1,6})")
_KEPT: Final = 40


def card_key(token: str) -> str:
    """A card is known by the processing centre's token; a masked number is that of many cards."""
    return f"card:{hashlib.sha256(token.encode()).hexdigest()[:_KEPT]}" if token else ""


def phone_key(text: str, country: str) -> str:
    """The key of a phone; empty where the text is none. `country` tells how a national number is to be read.

    >>> phone_key("0712 345 678", "KE") == phone_key("+254712345678", "KE")
    True
    >>> phone_key("0712****678", "KE"), phone_key("2547****0111", "KE")
    ('mask:254712*678', 'mask:2547*0111')
    """
    text = "".join(text.split())
    if _HASH.fullmatch(text):
        return f"phone:{text.lower()[:_KEPT]}"
    if masked := _MASK.fullmatch(text):
        return f"mask:{_international(masked[1], country)}*{masked[2]}"
    digits = e164(text, country)
    return f"phone:{hashlib.sha256(digits.encode()).hexdigest()[:_KEPT]}" if digits else ""


def e164(text: str, country: str) -> str:
    """The whole number with its country's prefix, digits only; empty where it is no possible number.

    >>> e164("8 701 123 45 67", "KZ"), e164("254712345678", "KE"), e164("12345", "KE")
    ('77011234567', '254712345678', '')
    """
    for given, region in ((text, country), (f"+{text}", None)):
        try:
            read = phonenumbers.parse(given, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(read):
            return f"{read.country_code}{read.national_number}"
    return ""


def mask_phone(text: str) -> str:
    """What may be shown and kept of a phone: its beginning and its end.

    >>> mask_phone("+254712345678"), mask_phone("0712****678")
    ('25471***678', '0712****678')
    """
    if not text or "*" in text:
        return text[:80]
    if _HASH.fullmatch(text):
        return f"{text[:8]}…"
    digits = "".join(sign for sign in text if sign.isdigit())
    return f"{digits[:5]}***{digits[-3:]}" if len(digits) >= 9 else "***"


def _international(prefix: str, country: str) -> str:
    code = str(phonenumbers.country_code_for_region(country))
    return code + prefix[1:] if prefix.startswith("0") else prefix


def same_payer(one: str, other: str, *, same_account: bool) -> bool:
    """Whether two payments count together. Where it cannot be told (a hash beside a mask, or no key at all), those to
    one account do: a limit is rather asked of too many than of too few."""
    if one and one == other:
        return True
    if one.startswith("mask:") and other.startswith("mask:"):
        first, last = one[5:].split("*")
        begins, ends = other[5:].split("*")
        fits = (first.startswith(begins) or begins.startswith(first)) and (last.endswith(ends) or ends.endswith(last))
        return fits and same_account
    both_whole = one.startswith(("phone:", "card:")) and other.startswith(("phone:", "card:"))
    return same_account and not both_whole
