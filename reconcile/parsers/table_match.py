"""Which layout a row of headings is of, and which column of it has which role."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from reconcile.parsers.source import currency_code
from reconcile.parsers.table_profile import GENERIC, Profile, normal_heading
from reconcile.problem import Refusal

_TAIL: Final = re.compile(r"(.*?)[\s,_:-]*[(\[]?\b([A-Z]{3})\b[)\]]?", re.DOTALL)
_SYMBOL: Final = re.compile(r"(.*?)[\s,_:-]*[(\[]?([€£$₸₽¥]|[A-Z]{0,2}\$)[)\]]?", re.DOTALL)
_TAILS: Final = (*string.ascii_uppercase, *"€£$₸₽¥)]")
_SYMBOLS: Final = {"€": "EUR", "£": "GBP", "₸": "KZT", "₽": "RUB"}
_WORD: Final = re.compile(r"[^\W_][\w'/*]*")
_MONEY: Final = ("amount", "credit", "debit")
_LONGEST: Final = 100


@dataclass(frozen=True, slots=True)
class Layout:
    """A profile found in a file: which column has which role."""

    profile: Profile
    line: int
    columns: Mapping[str, int]
    headings: tuple[str, ...]
    currency: str = ""
    """Written in the heading of an amount: `Сумма (KZT)`."""


def layout_of(line: int, cells: list[str], profiles: Iterable[Profile]) -> Layout | None:
    """The layout whose headings this row has; of several bank profiles the one that explains most columns."""
    headings = [normal_heading(cell) if len(cell) <= _LONGEST else "" for cell in cells]
    if len(set(headings) - {""}) < 2:
        return None
    row = _Headings(tuple(cells), headings, *_without_currency(cells))
    found = [layout for profile in profiles if (layout := _match(profile, line, row)) is not None]
    if not found:
        return None
    named = [layout for layout in found if layout.profile.name != GENERIC] or found
    most = max(len(layout.columns) for layout in named)
    chosen = [layout for layout in named if len(layout.columns) == most]
    if len(chosen) > 1:
        raise Refusal.of(
            "the headings are those of several profiles: " + ", ".join(layout.profile.name for layout in chosen),
            "say with --profile which one it is",
            line=line,
        )
    return _with_ids(chosen[0], found)


def _with_ids(layout: Layout, found: list[Layout]) -> Layout:
    """With the payer's name, tax id and account where the bank's profile has no name for such a column and the general one
    has: «ИНН контрагента» in a table whose other headings are those of Kazakh banks. A cell that holds a whole party may
    still leave the name to a column of its own («Счет/ИНН», «Наименование контрагента»)."""
    general = next((each for each in found if each.profile.name == GENERIC), layout)
    more = {
        role: general.columns[role]
        for role in (("name",) if layout.profile.party else ("tax_id", "party_account"))
        if role not in layout.columns
        and role in general.columns
        and general.columns[role] not in layout.columns.values()
    }
    return replace(layout, columns={**layout.columns, **more}) if more else layout


class _Headings:
    """A row of headings: as written, in their normal form, without the currency behind them, and that currency."""

    def __init__(self, written: tuple[str, ...], normal: list[str], bare: list[str], currencies: list[str]) -> None:
        self.written = written
        self.normal = normal
        self.currencies = currencies
        self.place = _first_places(bare) | _first_places(normal)
        """The first place of a heading; a whole one goes before the same one with a currency behind it."""


def _first_places(headings: list[str]) -> dict[str, int]:
    return {headings[place]: place for place in reversed(range(len(headings)))}


def _match(profile: Profile, line: int, row: _Headings) -> Layout | None:
    named = profile.roles_of.keys() & row.place.keys()
    if not profile.words and not named:
        return None
    headings = row.normal
    columns: dict[str, int] = {}
    possible = {role for name in named for role in profile.roles_of[name]}
    for role in profile.columns:
        if role in possible:
            _match_whole(profile, role, row, columns)
    if len(sides := {"credit", "debit"} & set(columns)) == 1:  # a side alone is none; it may be the amount
        columns.pop(sides.pop())
        _match_whole(profile, "amount", row, columns)
    if profile.words:
        _match_words(profile, headings, columns)
    _join_parties(columns)
    if any(role not in columns for role in profile.required) or not _has_money(profile, columns):
        return None
    if {"credit", "debit"} <= set(columns):
        columns.pop("amount", None)
    if profile.file_name and len(columns) != len(headings):
        return None
    said = {row.currencies[columns[role]] for role in _MONEY if role in columns} - {""}
    return Layout(profile, line, columns, row.written, said.pop() if len(said) == 1 else "")


def _match_whole(profile: Profile, role: str, row: _Headings, columns: dict[str, int]) -> None:
    for name in profile.columns.get(role, ()):
        place = row.place.get(name)
        if place is not None and place not in columns.values():
            columns.setdefault(role, place)
            return


_PARTY: Final = {"name": "name", "tax_id": "tax_id", "account": "party_account", "bank": "party_bank"}


def _join_parties(columns: dict[str, int]) -> None:
    """A table that names one side only names the other side of each row."""
    both = any({f"payer_{part}", f"payee_{part}"} <= set(columns) for part in ("name", "account"))
    if both:
        return
    for side in ("payer", "payee"):
        for part, role in _PARTY.items():
            if (place := columns.pop(f"{side}_{part}", None)) is not None:
                columns.setdefault(role, place)


def _has_money(profile: Profile, columns: dict[str, int]) -> bool:
    """One column of amounts, or one for each side. A side alone is neither; a column `debit/credit` may hold the amounts
    themselves, which its cells tell."""
    sides = {"credit", "debit"} & set(columns)
    if len(sides) == 1 and "amount" in columns:
        columns.pop(sides.pop())
    return "amount" in columns or len(sides) == 2 or (bool(profile.words) and "direction" in columns)


def _match_words(profile: Profile, headings: list[str], columns: dict[str, int]) -> None:
    """Roles that no whole heading gave, by the words within one. Of money, only where a single column has them."""
    sets = [frozenset(_WORD.findall(heading)) for heading in headings]
    for role, words in profile.words.items():
        if role in columns or (role == "amount" and {"credit", "debit"} <= set(columns)):
            continue
        forbidden = profile.but_not.get(role, frozenset())
        taken = set(columns.values())
        fitting = [
            place for place, found in enumerate(sets) if place not in taken and found & words and not found & forbidden
        ]
        if fitting and (len(fitting) == 1 or role not in (*_MONEY, "balance")):
            columns[role] = fitting[0]


def _without_currency(cells: list[str]) -> tuple[list[str], list[str]]:
    """Headings such as `Amount (KES)` or `Paid in £` without the currency, and the currency."""
    bare, currencies = [], []
    for cell in cells:
        text = cell.strip() if len(cell) < _LONGEST else ""
        if not text.endswith(_TAILS):
            bare.append("\0")
            currencies.append("")
            continue
        found = _TAIL.fullmatch(text)
        code = currency_code(found.group(2)) if found and found.group(1) else None
        if code is None and (found := _SYMBOL.fullmatch(text)) and found.group(1):
            code = _SYMBOLS.get(found.group(2), "")
        bare.append(normal_heading(found.group(1)) if found and code is not None else "\0")
        currencies.append(code or "")
    return bare, currencies
