"""Amounts of a table, settled for the whole column and never guessed cell by cell.

`1,234` is a thousand to one bank and a bit more than one to another. The column tells: one cell with both marks, or with
two decimals, settles it. Where none does, the running balance may; what stays open is refused with its row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from reconcile.money import minor_digits, read_amount
from reconcile.parsers.source import currency_code, with_line
from reconcile.parsers.table_rows import Number
from reconcile.problem import Refusal

_MARKER: Final = re.compile(r"^'(?=[-+−]?[0-9.,]+$)")  # a spreadsheet's sign for text
_GROUPS: Final = re.compile(r"(?<=[0-9])[\s'’\u00a0\u202f](?=[0-9]{3}(?![0-9]))")
_MONEY: Final = r"[A-Z]{3}|[€£$₸₽]|ksh(?:s)?\.?|тг\.?|тенге|с[уў]м|so'm|руб\.?|₽"
_SIGNED: Final = re.compile(
    rf"(?P<open>\()?\s*(?P<before>{_MONEY})?\s*(?P<minus>[-−+])?\s*(?P<again>{_MONEY})?\s*"
    r"(?P<digits>[0-9][0-9.,]*|[.,][0-9]+)"
    rf"\s*(?P<behind>[-−+])?\s*(?P<after>{_MONEY})?\s*(?P<last>[-−+])?\s*(?P<side>CR|DR|C|D)?\.?\s*(?P<close>\))?",
    re.IGNORECASE,
)
_SYMBOLS: Final = {"€": "EUR", "£": "GBP", "₸": "KZT", "₽": "RUB", "$": ""}  # a dollar is many countries'
_NAMES: Final = {
    "ksh": "KES", "kshs": "KES", "тг": "KZT", "тенге": "KZT", "сум": "UZS", "сўм": "UZS", "so'm": "UZS", "руб": "RUB",
}  # fmt: skip
_SIDES: Final = {"C": "CR", "D": "DR"}
PLAIN: Final = re.compile(r"[0-9]{1,13}\.[0-9]{2}", re.ASCII).fullmatch
"""Digits, a point and two decimals: the usual form, read by the short way where the currency has two decimals and the
column's mark is the point."""
_LAKHS: Final = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Written:
    """One amount as written, its sign and currency taken off."""

    digits: str
    negative: bool = False
    side: str = ""
    """`CR` or `DR` behind it."""
    currency: str = ""
    native: bool = False


@lru_cache(maxsize=65536)
def _text_amount(text: str) -> Written | None:
    text = _GROUPS.sub("", _MARKER.sub("", text, count=1))
    found = _SIGNED.fullmatch(text)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    signs = [sign for name in ("minus", "behind", "last") if (sign := found[name])]
    codes = [_currency(code) for name in ("before", "again", "after") if (code := found[name])]
    if len(signs) > 1 or None in codes or len(set(codes)) > 1:
        return None
    negative = bool(found["open"]) or bool(signs and signs[0] != "+")
    side = (found["side"] or "").upper()
    return Written(found["digits"], negative, _SIDES.get(side, side), str(codes[0]) if codes else "")


def _currency(written: str) -> str | None:
    symbol = _SYMBOLS.get(written)
    return symbol if symbol is not None else _NAMES.get(written.casefold().rstrip(".")) or currency_code(written)


def amount_of(cell: str, line: int) -> Written | None:
    """None for an empty cell (also `-`); refuses what is no amount."""
    if isinstance(cell, Number):
        return Written(cell.removeprefix("-"), cell.startswith("-"), native=True)
    text = cell.strip()
    if text in ("", "-", "–", "—"):
        return None
    found = _text_amount(text) if len(text) < 60 else None
    if found is None:
        raise Refusal.of(f"amount {text[:40]!r} is no number", "correct the row, or ask the bank", line=line)
    return found


def mark_told_by(digits: str) -> str:
    """The decimal mark that this amount alone proves; empty where it has two readings or no mark.

    >>> mark_told_by("1,234.56"), mark_told_by("1.234.567"), mark_told_by("12,5"), mark_told_by("1,234")
    ('.', ',', ',', '')
    """
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return max(".,", key=digits.rfind)
    if points + commas != 1:
        return "," if points else "." if commas else ""
    whole, _, fraction = digits.replace(",", ".").partition(".")
    if len(fraction) == 3 and 1 <= len(whole) <= 3 and whole != "0":
        return ""
    return "." if points else ","


def minor_of(written: Written, mark: str, currency: str, line: int) -> int:
    """Whole minor units, without the sign. Groups must be of three digits throughout."""
    digits = written.digits
    if not written.native:
        group = "," if mark == "." else "."
        whole, _, fraction = digits.partition(mark)
        groups = whole.split(group)
        if (
            group in fraction
            or mark in fraction
            or (len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(part) != 3 for part in groups[1:])))
        ) and not (mark == "." and fraction and "." not in fraction and _LAKHS.fullmatch(whole)):
            raise Refusal.of(
                f"amount {digits[:40]!r} does not fit the decimal mark {mark!r} of its column", "correct it", line=line
            )
        digits = f"{''.join(groups) or '0'}.{fraction}" if fraction else "".join(groups)
    if (
        (point := digits.find(".")) > 0
        and len(digits) - point == 3
        and len(digits) < 16
        and minor_digits(currency) == 2
    ):
        return int(digits[:point] + digits[point + 1 :])
    try:
        return read_amount(digits, currency)
    except Refusal as refusal:
        raise with_line(refusal, line) from None
