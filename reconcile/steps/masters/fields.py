"""The cells of a master-data row as values: strict, each with its own refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from babel import Locale

from reconcile.identifiers import is_inn, is_kra_pin, is_pinfl, kz_is_valid, normal_tax_id
from reconcile.money import minor_digits, read_amount
from reconcile.problem import Problem, Refusal
from reconcile.reference import number_key
from reconcile.tabular import Column, Holds, Row

Given = dict[str, Any]
"""The columns that a row gives, by their names in the books; a column that the file has not is not among them."""

MAX_NUMBER: Final = 64
MAX_REFERENCE: Final = 80
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# Babel's list has reserved and grouping codes beside the 249 of ISO 3166-1.
_NOT_ISO: Final = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"))
COUNTRIES: Final = frozenset(
    code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha() and code not in _NOT_ISO
)


@dataclass(frozen=True, slots=True)
class Field:
    """One column of the file and what becomes of its cell. `default` is the value of an empty cell, and that of a new
    row whose file lacks the column."""

    column: Column
    name: str
    parse: Callable[[str], Any]
    default: Any = None


def read_fields(row: Row, fields: Sequence[Field]) -> Given:
    """The row's values; refuses with every faulty cell."""
    try:
        return {
            field.name: field.parse(value) if value else field.default
            for field, value in zip(fields, row.values, strict=True)
            if value is not None
        }
    except Refusal:
        raise Refusal(_faults(row, fields)) from None


def _faults(row: Row, fields: Sequence[Field]) -> list[Problem]:
    faults: list[Problem] = []
    for field, value in zip(fields, row.values, strict=True):
        try:
            if value:
                field.parse(value)
        except Refusal as refusal:
            faults += [_named(problem, field.column.name) for problem in refusal.problems]
    return faults


def _named(problem: Problem, column: str) -> Problem:
    return problem if problem.what.startswith(column) else Problem(f"{column}: {problem.what}", problem.mend)


def plain(text: str) -> str:
    return text


def number(text: str) -> str:
    """An account or invoice number: it holds a letter or digit and fits the books."""
    if len(text) > MAX_NUMBER:
        raise Refusal.of(f"{text[:40]!r}… is longer than {MAX_NUMBER} characters", "give the number alone")
    if not (text[0].isascii() and text[0].isalnum()) and not number_key(text):
        raise Refusal.of(f"{text!r} has no letter or digit", "give the number")
    return text


def reference(text: str) -> str:
    if len(text) > MAX_REFERENCE:
        raise Refusal.of(f"{text[:40]!r}… is longer than {MAX_REFERENCE} characters", "give the reference alone")
    return text


def name(text: str) -> str:
    return " ".join(text.split())


def email(text: str) -> str:
    if "@" not in text or any(sign.isspace() for sign in text):
        raise Refusal.of(f"{text[:60]!r} is no e-mail address", "write one address such as name@example.org")
    return text


@lru_cache(maxsize=4096)
def day(text: str) -> date:
    """An ISO 8601 calendar date, and nothing that only looks like one."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refusal.of(f"{text[:40]!r} is no date", "write it as 2026-02-03")


@lru_cache(maxsize=512)
def currency(text: str) -> str:
    minor_digits(text)
    return text


@lru_cache(maxsize=512)
def country(text: str) -> str:
    if text not in COUNTRIES:
        raise Refusal.of(f"{text[:40]!r} is not an ISO 3166-1 country code", "write two capital letters such as KZ")
    return text


def one_of(choices: Collection[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise Refusal.of(f"{text[:40]!r} is not known", f"write one of: {', '.join(choices)}")
        return text

    return parse


def positive(text: str, money: str) -> int:
    """An amount above zero, in whole minor units."""
    minor = read_amount(text, money)
    if minor == 0:
        raise Refusal.of(f"amount {text!r} is zero", "write an amount above zero")
    return minor


def signed(text: str, money: str) -> int:
    """A balance: below zero where the bank lent."""
    return -read_amount(text[1:], money) if text.startswith("-") else read_amount(text, money)


def bank_account(text: str) -> str:
    """A bank account as it is compared: blanks removed, upper case."""
    number_ = "".join(text.split()).upper()
    if len(number_) > MAX_NUMBER or not any(sign.isalnum() for sign in number_):
        raise Refusal.of(f"{text[:40]!r} is no bank account number", "give the number or IBAN alone")
    return number_


def listed(parse: Callable[[str], str]) -> Callable[[str], list[str]]:
    """Values separated by semicolons, each once, in their order."""

    def parse_all(text: str) -> list[str]:
        return list(dict.fromkeys(parse(part.strip()) for part in text.split(";") if part.strip()))

    return parse_all


def tax_id(text: str) -> str:
    found = normal_tax_id(text)
    if not 5 <= len(found) <= 32 or not found.isalnum() or not found.isascii():
        raise Refusal.of(f"{shown(found)} is no tax id", "give the number alone, letters and digits")
    return found


def shown(tax_id_: str) -> str:
    """A tax id as an error may quote it: enough to find it on the named line, not enough to know it."""
    return f"{tax_id_[:3]}…{tax_id_[-2:]}" if len(tax_id_) > 7 else "…"


def check_tax_id(tax_id_: str, country_: str) -> None:
    """The form of the account's country, and the check digit where its algorithm is published. An id alone decides who
    pays, so a wrong digit is an error and no warning (the PINFL's excepted: its algorithm is not published)."""
    if country_ == "KZ" and not kz_is_valid(tax_id_):
        what = f"{shown(tax_id_)} is no BIN or IIN: twelve digits with a right check digit"
    elif country_ == "UZ" and not (is_inn(tax_id_) or is_pinfl(tax_id_)):
        what = f"{shown(tax_id_)} is no STIR of nine digits and no PINFL of fourteen"
    elif country_ == "KE" and not is_kra_pin(tax_id_):
        what = f"{shown(tax_id_)} is no KRA PIN: A or P, nine digits, a letter"
    else:
        return
    raise Refusal.of(what, "compare it with the certificate; leave it empty where the holder has none")


def column(name_: str, holds: Holds = Holds.TEXT, *, optional: bool = False) -> Column:
    return Column(name_, holds, optional)
