"""A profile: how a bank lays out its table. A small TOML file each; a new layout needs no code.

Keys: `title`, `country`, `currency` (where the bank has only one), `account` (fixed, for a file that never names it),
`date_order` (`dmy`, `mdy`, `ymd`: only where the bank is known to write so), `decimal`, `taken` (the values of the
status column that are booked), `party` (a pattern with the groups `name`, `organisation`, `phone`, `tax_id`, `account`,
`bank` for a cell that holds several), `reversal` (a pattern that the reason or details of a reversal match), `internal`
(the same of a move between accounts of one's own: the other side is then the own account itself), `references` (column
role to kind of reference), `stacked` (an operation takes several rows: figures, then the name, then the purpose),
`home` (currencies: the headings are common, so the layout counts only for an account in one of these), `shape` (of a table
without headings: a pattern a column, which every row must fit; its columns are then numbers, from 1), `[witness]` (of such a
table: the side, `credit` or `debit`, to a pattern of the purpose that only an entry of that side has in this bank; the file
needs three such rows, all on that side, or the layout is not taken), `file_name` (a pattern of the whole name that this
bank gives its files, for headings that many banks use; the table must then have these columns and no others; the group
`until` is the day of the export, YYYYMMDD, behind which no entry may lie), `proved` (the layout is taken only where the
running balance follows in every row), `[columns]` role to
the list of headings, the preferred one first, `[words]` and `[but_not]` role to words within a heading that no whole one
explains, and `required` roles. The roles `payer_…` and `payee_…` are for a table that names both sides of every row: the
other side is the payer of money in and the payee of money out; where the amount has no side of its own, the side is that of
the own account. The role `maybe_account` is for
a heading such as IBAN, which may mean either side: it counts only where the books know the number as an own account.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from reconcile.parsers.source import words
from reconcile.problem import Refusal

ROLES: Final = words(
    """date value_date amount credit debit direction balance currency account maybe_account purpose details name tax_id
    party_account party_bank party reference status reason linked bill_reference document net
    payer_name payer_tax_id payer_account payer_bank payee_name payee_tax_id payee_account payee_bank"""
)
GENERIC: Final = "generic"
_SPACE: Final = re.compile(r"[\s_]+")
_MARKS: Final = re.compile(r"[.:*№#\"«»()\[\]]+|'(?!\w)|(?<!\w)'")
_APOSTROPHES: Final = re.compile("[’‘ʻʼ`]")
_SLASH: Final = re.compile(r"\s*/\s*")
_HUMP: Final = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я][a-zа-я])")
_LOOK_ALIKE: Final = str.maketrans("aceopxykmhtb", "асеорхукмнтв")
_CYRILLIC: Final = re.compile("[а-яәғқңөұүһіў]")


@dataclass(frozen=True, slots=True)
class Profile:
    name: str
    title: str
    columns: Mapping[str, tuple[str, ...]]
    """Role to normal headings."""
    roles_of: Mapping[str, tuple[str, ...]]
    """The same the other way: a normal heading to its roles."""
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
    home: frozenset[str] = frozenset()
    shape: tuple[re.Pattern[str], ...] = ()
    witness: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    file_name: re.Pattern[str] | None = None
    proved: bool = False
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    but_not: Mapping[str, frozenset[str]] = field(default_factory=dict)


@lru_cache(maxsize=4096)
def normal_heading(text: str) -> str:
    """
    >>> normal_heading("  Дата\\nоперации: "), normal_heading("Cчет/ИНН") == normal_heading("Счет / ИНН")
    ('дата операции', True)
    >>> normal_heading("BookingDate"), normal_heading("Libellé opération")
    ('booking date', 'libelle operation')
    """
    text = _APOSTROPHES.sub("'", _HUMP.sub(" ", text))
    text = _SPACE.sub(" ", _SLASH.sub("/", _MARKS.sub(" ", text))).strip().casefold().replace("ё", "е")
    return " ".join(
        word.translate(_LOOK_ALIKE) if _CYRILLIC.search(word) else without_accents(word) for word in text.split(" ")
    )


def without_accents(word: str) -> str:
    """`opération` as `operation`, `größe` as `grosse`; other alphabets stay as they are."""
    if word.isascii():
        return word
    apart = unicodedata.normalize("NFD", word.replace("ø", "o").replace("ł", "l").replace("ı", "i"))
    return "".join(char for char in apart if not unicodedata.combining(char))


def _turned(columns: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    turned: dict[str, tuple[str, ...]] = {}
    for role, headings in columns.items():
        for heading in headings:
            turned[heading] = (*turned.get(heading, ()), role)
    return turned


def profile_of(name: str, text: str) -> Profile:
    """Refuses a profile with unknown keys or roles, or without what a statement needs."""
    try:
        content: dict[str, Any] = tomllib.loads(text)
        columns = {role: tuple(map(normal_heading, names)) for role, names in content.pop("columns").items()}
        profile = Profile(
            name,
            title=str(content.pop("title")),
            columns=columns,
            roles_of=_turned(columns),
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
            home=frozenset(map(str, content.pop("home", ()))),
            shape=tuple(re.compile(str(cell)) for cell in content.pop("shape", ())),
            witness={side: re.compile(str(text)) for side, text in content.pop("witness", {}).items()},
            file_name=_pattern(content.pop("file_name", "")),
            proved=content.pop("proved", False) is True,
            words=_word_sets(content.pop("words", {})),
            but_not=_word_sets(content.pop("but_not", {})),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError, re.error) as error:
        raise Refusal.of(f"the profile cannot be read: {error}", "compare it with a bundled one", file=name) from None
    unknown = [
        *content,
        *(role for role in (*columns, *profile.required, *profile.references, *profile.words) if role not in ROLES),
        *(side for side in profile.witness if side not in columns or side not in ("credit", "debit")),
    ]
    if unknown or not {"date"} <= set(columns) or profile.date_order not in ("", "dmy", "mdy", "ymd"):
        raise Refusal.of(
            f"the profile has unknown keys or lacks the date column: {', '.join(unknown) or 'date'}",
            "use the roles " + ", ".join(sorted(ROLES)),
            file=name,
        )
    return profile


def _word_sets(table: Mapping[str, list[str]]) -> dict[str, frozenset[str]]:
    return {role: frozenset(map(normal_heading, words)) for role, words in table.items()}


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
