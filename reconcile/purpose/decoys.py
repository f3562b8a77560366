"""Typed decoys: stretches whose very shape says that they are no invoice and no personal account number.

Dates, percentages, decimal amounts, IBANs, long bank accounts, cards, phones, tax ids with a valid check, e-mail and IP
addresses. Shapes are tried in this order at one place of the folded text; what none of them takes is a number.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

from reconcile.identifiers.cards import find_card
from reconcile.identifiers.kz import kz_is_valid
from reconcile.identifiers.uz import is_pinfl
from reconcile.purpose.reading import SpanKind

# `~` stands where the bank's line fold may cut; D is a digit or the letter O typed for it.
_D: Final = "[0-9OО]"
_O: Final = "[0OО]"
_YEAR: Final = f"(?:(?:1~9|2~{_O})~{_D}~{_D}|{_D}~{_D})"
_DAY: Final = f"(?:{_O}~[1-9]|[12]~{_D}|3~[01OО]|[1-9])"
_MONTH: Final = f"(?:1~[012OО]|{_O}~[1-9]|[1-9])"
_LETTERS: Final = r"[^\W\d_]"
DATE: Final = (
    rf"(?:(?:1~9|2~{_O})~{_D}~{_D}~[-./]~{_MONTH}~[-./]~{_DAY}(?![0-9])(?:T[0-9:.]+Z?)?"
    rf"|{_DAY}~(?:\.~{_MONTH}~\.~{_YEAR}|[ ]?\.[ ]{_MONTH}[ ]?\.[ ]{_YEAR}|/~{_MONTH}~/~{_YEAR}|-~{_MONTH}~-~{_YEAR}"
    rf"|\\~{_MONTH}~\\~{_YEAR}|,~{_MONTH}~,~(?:19|2~{_O})~{_D}~{_D}|\.~{_MONTH}~,~{_YEAR}|\.~{_MONTH}~\.(?![0-9])"
    rf"|\.~{_MONTH}(?=[ ]?Г\b))(?![0-9])"
    rf"|{_MONTH}/{_DAY}/{_YEAR}(?![0-9])"
    rf"|[0-9]{{1,2}}-(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)-?[0-9]{{2,4}}(?![0-9]))"
)
_TLD: Final = r"(?:KZ|UZ|RU|KE|COM|NET|ORG|INFO|IO|BIZ|CLOUD|ONLINE|SITE|STORE|DEV|APP|TECH|SU|РФ|ҚАЗ)"

_THOUSANDS: Final = r"(?:(?: [0-9]{3})+|(?:,[0-9]{3})+|(?:'[0-9]{3})+|(?:\.[0-9]{3})+(?=,)|[0-9]*)"
_GLUED_CURRENCY: Final = r"(?:ТГ|ТНГ|ТЕНГЕ|СУМ|KZT|UZS|KES|KSHS?|USD|TG|SUM)(?![^\W_])"
_AMOUNT: Final = (
    rf"[0-9]{{1,3}}{_THOUSANDS}[.,=][0-9]{{2}}(?![0-9])(?!~[-/.,]~[0-9])(?:(?![^\W\d_])|(?={_GLUED_CURRENCY}))"
)

# A year's, a month's and a day's letter and seven more; but not a word with a number glued to it («SCH9810238»).
_RECEIPT: Final = r"(?![A-Z]{3,}[0-9]+(?![0-9A-Z]))[S-Z][A-L][1-9A-V](?=[A-Z]*[0-9])[A-Z0-9]{7}(?![0-9A-Z])"

# (name of the decoy class, kind, pattern). The names are the groups of the one master expression.
SHAPES: Final[tuple[tuple[str, SpanKind, str], ...]] = (
    ("kz_iban", SpanKind.BANK_ACCOUNT, r"KZ ?~[0-9]~[0-9](?:[ ~]?~[0-9A-Z]){16}(?![0-9A-Z])"),
    ("pesalink", SpanKind.BANK_ACCOUNT, r"PL\|IN\|[0-9]{6,}(?=\|)"),
    ("url", SpanKind.OTHER, r"HTTPS?://\S+|WWW\.\S+"),
    ("mail", SpanKind.OTHER, r"[A-Z0-9][\w.+-]*@[\w-]+(?:\.[\w-]+)*"),
    ("domain", SpanKind.OTHER, rf"[^\W_][\w-]*(?:\.[\w-]+)*\.{_TLD}(?![^\W_])(?:/\S*)?"),
    ("iban", SpanKind.BANK_ACCOUNT, r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}(?![0-9A-Z])"),
    ("kra_pin", SpanKind.TAX_ID, r"[AP][0-9]{9}[A-Z](?![0-9A-Z])"),
    ("transfer", SpanKind.RECEIPT, r"FT[0-9]{5}[A-Z0-9]{5}(?![0-9A-Z])"),
    ("mpesa_receipt", SpanKind.RECEIPT, _RECEIPT),
    ("phone_mask", SpanKind.PHONE, r"(?:\+?(?:254|998|7|8)|0[17])[0-9]{0,4} ?\*[* ]*[0-9]{2,4}(?![0-9])"),
    ("card_mask", SpanKind.CARD, r"[0-9]{4} ?[0-9]{0,2}(?:\*{2,}|(?: ?[*X]{2,4}){1,3}) ?[0-9]{2,4}(?![0-9])"),
    ("card_tail", SpanKind.CARD, r"[0-9]{0,6}\*{1,12}[0-9]{3,4}(?![0-9])"),
    ("ip", SpanKind.OTHER, r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])(?:[:/][0-9]{1,5})?"),
    ("time", SpanKind.OTHER, r"[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9])"),
    ("date", SpanKind.DATE, DATE),
    ("percent", SpanKind.PERCENT, r"[0-9]+(?:[.,][0-9]+)? ?%"),
    ("amount", SpanKind.AMOUNT, _AMOUNT),
    ("phone", SpanKind.PHONE, r"\+[0-9][0-9 ()-]{8,16}[0-9](?![0-9])"),
    ("phone_eight", SpanKind.PHONE, r"8[ -]?\(?7[0-9]{2}\)?[ -][0-9]{3}[ -][0-9]{2}[ -]?[0-9]{2}(?![0-9])"),
    ("card", SpanKind.CARD, r"[0-9]{4}(?:[ -]~[0-9]{4}){3}(?![0-9])"),
)  # fmt: skip

# What is met most, before the shapes are tried: signs that open none of them, and digits that stand by themselves.
_SIGN: Final = r"(?P<sign>[^\s\w*+])"
_PLAIN: Final = rf"[0-9]{{1,9}}(?=\s+(?:(?!X){_LETTERS}|[\"№])|[,;]\s|\Z)|[0-9]{{3,9}}(?=\.(?:[^\S\n]|\Z))"
_PLAIN_DATE: Final = r"(?:0[1-9]|[12][0-9]|3[01])\.(?:0[1-9]|1[0-2])\.(?:19|20)[0-9]{2}(?=\s|[,;]|\Z)"
_LETTERS_WITHIN: Final = rf"¬-¬(?={_LETTERS}{{1,4}}¬-¬[0-9])(?!{DATE})[^\W_]++"
"""«INV-2026-KZ-0015»"""
_BLOCKS: Final = (
    rf"(?:{_LETTERS}++'(?={_LETTERS}))*+[^\W_]++"
    rf"(?:¬[-/\\._]¬(?!{DATE})(?=[^\W_]*[0-9])[^\W_]++|{_LETTERS_WITHIN})*+"
)
_CODE_WORD: Final = r"/(?:ROC|REC|REF|INV|ACC|BIC|BNF|INS|PHN|OCM|RFB|IPI|TSU|URI|KNP|NZP)/"
"""SWIFT's words in the payer's text (/ROC/, /INV/): between two slashes they belong to no number."""
_NUMBER_TAIL: Final = (
    rf"(?!{_CODE_WORD})(?:/|-¬)(?![ЛL]/{_LETTERS}){_LETTERS}{{1,3}}"
    rf"(?![^\W_]|\.{_LETTERS}|/{_LETTERS}{{1,2}}(?!{_LETTERS}))"
)
_NUMBER: Final = rf"(?:{_BLOCKS}(?:{_NUMBER_TAIL})?)"
_WORD: Final = rf"{_LETTERS}++(?:'{_LETTERS}++)*+(?![-_]?[0-9])"
_BEFORE_WORDS: Final = ("kz_iban", "pesalink", "url")
"""Shapes that begin with a word of letters; each begins with a letter of its own, so that trying them costs nothing."""

# Words and signs alone, up to what has a digit in it: no shape begins within. Only for a text without line folds.
_SPEECH: Final = rf"(?:\s*+(?:(?!KZ ?[0-9]|PL\|IN|HTTPS?://|WWW\.){_WORD}|[^\s\w*+]))++"
# What is met most in a text of one line, as far as one scan goes: words and signs; a plain number; a date; a percentage; an
# amount by itself; a number of ours (INV-2026-7, 1395/3, 1317450-B40). What is behind them gives a row of nothing. They
# are no other rules: each takes only what the master expression takes for the same, because what it must be followed by
# lets no other shape go on («12.05 г», «12.05. Оплата» are dates, «CT-12. 05. 2026» has one).
_TO_WORD: Final = rf"\s+(?:(?!X|Г\b){_LETTERS}|[\"№])"
_AMOUNT_END: Final = rf"(?={_TO_WORD}|[,;]\s|\s*\Z)"
_NUMBER_END: Final = rf"(?=\.?{_TO_WORD}|\s+[/(]|[,;](?:\s|{_LETTERS})|-{_LETTERS}{{4,}}+\s|\.?\s*\Z)"
_DATE_END: Final = r"(?=Г?\.*(?:\s|[,;]|\Z))"
_DD, _MM = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])"
_PARTS: Final = (
    _SPEECH,
    rf"\s*+(?:{_PLAIN}|[0-9]{{3,9}}{_NUMBER_END})",
    rf"\s*+(?:{_DD}\.{_MM}\.(?:20)?[0-9]{{2}}|{_DD}/{_MM}/(?:20)?[0-9]{{2}}|20[0-9]{{2}}-{_MM}-{_DD}){_DATE_END}",
    r"\s*+[0-9]+(?:[.,][0-9]+)? ?%",
    rf"\s*+[0-9]{{1,3}}(?:(?: [0-9]{{3}})+|[0-9]*)[.,][0-9]{{2}}{_AMOUNT_END}",
    rf"\s*+(?:{_LETTERS}{{1,4}}+-[0-9]++(?:[-/][0-9]++)?|[0-9]++[-/]{_LETTERS}?[0-9]++){_NUMBER_END}",
)
PARTS: Final = re.compile("|".join(f"({part})" for part in _PARTS) + "|(?s:.+)")

_OURS: Final = "A-ZА-ЯЁӘҒҚҢӨҰҮҺІЎҲ"


def plain_letters(pattern: str) -> str:
    """The same for texts whose every letter is one of ours (`fold`): a table says so quicker than the general classes."""
    return pattern.replace(_LETTERS, f"[{_OURS}]").replace(r"[^\s\w*+]", f"[^\\s0-9_{_OURS}*+]")


PLAIN_PARTS: Final = re.compile(plain_letters(PARTS.pattern))

_UZ_CARD: Final = re.compile(r"(?:8600|9860|5614)[0-9]{12}")

KINDS: Final = {name: kind for name, kind, _ in SHAPES} | {"plain_date": SpanKind.DATE}

_RARE: Final = frozenset({"mail", "domain", "phone_mask", "card_mask", "card_tail"})
_RARE_SIGNS: Final = ("@", "*", "XX")
_DOMAIN_ENDS: Final = re.compile(rf"\.{_TLD}")


def expression(text: str, folds: bool, without: Collection[str] = frozenset()) -> re.Pattern[str]:
    """The expression that takes this text apart: without the shapes whose signs stand nowhere in it, which would be tried
    in vain at every number."""
    domain = "." in text and _DOMAIN_ENDS.search(text) is not None
    if without or domain or any(sign in text for sign in _RARE_SIGNS):
        return master(folds, frozenset(without))
    return master(folds, _RARE)


@lru_cache(maxsize=64)
def master(folds: bool, without: Collection[str] = frozenset()) -> re.Pattern[str]:
    """The one expression that takes a folded purpose apart: words, decoys by shape, numbers, signs. `folds`: the text has
    line folds, so that a date or an IBAN may go on behind one. `without` leaves decoy classes out."""
    shapes = {name: f"(?P<{name}>{pattern})" for name, _, pattern in SHAPES if name not in without}
    first = [pattern for name, pattern in shapes.items() if name in _BEFORE_WORDS]
    rest = [pattern for name, pattern in shapes.items() if name not in _BEFORE_WORDS]
    plain = [f"(?P<plain>{_PLAIN})", f"(?P<plain_date>{_PLAIN_DATE})"]
    if "date" in without:
        plain.pop()
    pattern = "|".join(
        (*first, f"(?P<word>{_WORD})", _SIGN, *plain, *rest, f"(?P<number>{_NUMBER})", r"(?P<mark>[*+_]|[^\s\w])")
    )
    fold = r"\n?" if folds else ""
    return re.compile(rf"\s*(?:{pattern.replace('[ ~]', '[ ]').replace('~', fold).replace('¬', fold)})")


def digits_kind(digits: str, without: Collection[str] = ()) -> SpanKind | None:
    """What a run of digits is by length, prefix and check digit; None where it may be any number.

    >>> digits_kind("180440021537"), digits_kind("254712345678"), digits_kind("104582")
    (<SpanKind.TAX_ID: 'tax_id'>, <SpanKind.PHONE: 'phone'>, None)
    """
    length = len(digits)
    if length < 10:
        return None
    if length >= 20:
        return None if "long" in without else SpanKind.BANK_ACCOUNT
    if "check" not in without and ((length == 12 and kz_is_valid(digits)) or (length == 14 and is_pinfl(digits))):
        return SpanKind.TAX_ID
    if "card_number" not in without and length >= 13 and (_UZ_CARD.fullmatch(digits) or find_card(digits)):
        return SpanKind.CARD
    if "phone_number" not in without and _is_phone(digits):
        return SpanKind.PHONE
    return None


def _is_phone(digits: str) -> bool:
    if len(digits) == 12:
        return digits.startswith(("2547", "2541", "998"))
    if len(digits) == 11:
        return digits.startswith(("77", "87"))
    return len(digits) == 10 and digits.startswith(("07", "01"))
