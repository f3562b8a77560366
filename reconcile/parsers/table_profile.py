"""A profile: how a bank lays out its table. A small TOML file each; a new layout needs no code.

Keys: `title`, `country`, `currency` (where the bank has only one), `account` (fixed, for a file that never names it),
`date_order` (`dmy`, `mdy`, `ymd`: only where the bank is known to write so), `decimal`, `taken` (the values of the
status column that are booked), `party` (a pattern with the groups `name`, `organisation`, `phone`, `tax_id`, `account`,
`bank` for a cell that holds several), `reversal` (a pattern that the reason or details of a reversal match), `internal`
(the same of a move between accounts of one's own: the other side is then the own account itself), `references` (column
role to kind of reference), `stacked` (an operation takes several rows: figures, then the name, then the purpose),
`[columns]` role to the list of headings, the preferred one first, and `required` roles. The role `maybe_account` is for
a heading such as IBAN, which may mean either side: it counts only where the books know the number as an own account.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from reconcile.parsers.source import currency_code, words
from reconcile.problem import Refusal

ROLES: Final = words(
    """date value_date amount credit debit direction balance currency account maybe_account purpose details name tax_id
    party_account party_bank party reference status reason linked bill_reference document"""
)
GENERIC: Final = "generic"
_SPACE: Final = re.compile(r"[\s_]+")
_MARKS: Final = re.compile(r"[.:*№\"'«»]+")
_TAIL: Final = re.compile(r"(.*?)[\s,]*[(\[]?\b([A-Z]{3})\b[)\]]?", re.DOTALL)
_LOOK_ALIKE: Final = str.maketrans("aceopxykmhtb", "асеорхукмнтв")
_CYRILLIC: Final = re.compile("[а-яәғқңөұүһіў]")


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    title: str
    columns: Mapping[str, tuple[str, ...]]
    """Role to normal headings."""
    required: tuple[str, ...]
    country: str = ""
    currency: str = ""
    account: str = ""
    date_order: str = ""
    decimal: str = ""
    taken: frozenset[str] = frozenset()
    party: re.Pattern[str] | None = None
    reversal: re.Pattern[str] | None = None
    internal: re.Pattern[str] | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A profile found in a file: which column has which role."""

    profile: Profile
    line: int
    columns: Mapping[str, int]
    headings: tuple[str, ...]
    currency: str = ""
    """Written in the heading of an amount: `Сумма (KZT)`."""


def normal_heading(text: str) -> str:
    """
    >>> normal_heading("  Дата\\nоперации: "), normal_heading("Cчет/ИНН") == normal_heading("Счет/ИНН")
    ('дата операции', True)
    """
    text = _SPACE.sub(" ", _MARKS.sub(" ", text)).strip().casefold().replace("ё", "е")
    return " ".join(word.translate(_LOOK_ALIKE) if _CYRILLIC.search(word) else word for word in text.split(" "))


def profile_of(name: str, text: str) -> Profile:
    """Refuses a profile with unknown keys or roles, or without what a statement needs."""
    try:
        content: dict[str, Any] = tomllib.loads(text)
        columns = {role: tuple(map(normal_heading, names)) for role, names in content.pop("columns").items()}
        profile = Profile(
            name,
            title=str(content.pop("title")),
            columns=columns,
            required=tuple(content.pop("required")),
            country=str(content.pop("country", "")),
            currency=str(content.pop("currency", "")),
            account=str(content.pop("account", "")),
            date_order=str(content.pop("date_order", "")),
            decimal=str(content.pop("decimal", "")),
            taken=frozenset(str(value).casefold() for value in content.pop("taken", ())),
            party=_pattern(content.pop("party", "")),
            reversal=_pattern(content.pop("reversal", "")),
            internal=_pattern(content.pop("internal", "")),
            references=dict(content.pop("references", {})),
            stacked=content.pop("stacked", False) is True,
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, re.error) as error:
        raise Refusal.of(f"the profile cannot be read: {error}", "compare it with a bundled one", file=name) from None
    unknown = [*content, *(role for role in (*columns, *profile.required, *profile.references) if role not in ROLES)]
    if unknown or not {"date"} <= set(columns) or profile.date_order not in ("", "dmy", "mdy", "ymd"):
        raise Refusal.of(
            f"the profile has unknown keys or lacks the date column: {', '.join(unknown) or 'date'}",
            "use the roles " + ", ".join(sorted(ROLES)),
            file=name,
        )
    return profile


def _pattern(text: str) -> re.Pattern[str] | None:
    return re.compile(text, re.IGNORECASE) if text else None


@lru_cache(maxsize=1)
def bundled() -> tuple[Profile, ...]:
    """The profiles of this package, the generic one last."""
    folder = resources.files("reconcile.parsers.profiles")
    files = sorted(
        (file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")
    )
    found = [profile_of(name.removesuffix(".toml"), text) for name, text in files]
    return tuple(sorted(found, key=lambda profile: profile.name == GENERIC))


def layout_of(line: int, cells: list[str], profiles: tuple[Profile, ...]) -> Layout | None:
    """The layout whose headings this row has; of several bank profiles the one that explains most columns."""
    headings = [normal_heading(cell) for cell in cells]
    if len(set(headings) - {""}) < 2:
        return None
    found = [layout for profile in profiles if (layout := _match(profile, line, cells, headings)) is not None]
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
    return chosen[0]


def _match(profile: Profile, line: int, cells: list[str], headings: list[str]) -> Layout | None:
    bare, currencies = _without_currency(cells)
    columns: dict[str, int] = {}
    for role, names in profile.columns.items():
        for name in names:
            position = headings.index(name) if name in headings else bare.index(name) if name in bare else -1
            if position >= 0 and position not in columns.values():
                columns[role] = position
                break
    if any(role not in columns for role in profile.required):
        return None
    if "amount" not in columns and not {"credit", "debit"} <= set(columns):
        return None
    if {"credit", "debit"} <= set(columns):
        columns.pop("amount", None)
    said = {currencies[columns[role]] for role in ("amount", "credit", "debit") if role in columns} - {""}
    return Layout(profile, line, columns, tuple(cells), said.pop() if len(said) == 1 else "")


def _without_currency(cells: list[str]) -> tuple[list[str], list[str]]:
    """Headings such as `Amount (KES)` without the currency, and the currency."""
    bare, currencies = [], []
    for cell in cells:
        found = _TAIL.fullmatch(cell.strip()) if len(cell) < 100 else None
        code = currency_code(found.group(2)) if found and found.group(1) else None
        bare.append(normal_heading(found.group(1)) if found and code else "\0")
        currencies.append(code or "")
    return bare, currencies
