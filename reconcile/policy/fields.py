"""A policy table read field by field: typed values out, every fault gathered with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from babel import Locale
from babel.numbers import is_currency

from reconcile.money import read_amount
from reconcile.policy.document import Place, Table
from reconcile.problem import Refusal

UNLIMITED: Final = "unlimited"
# CLDR lists these beside the codes of ISO 3166-1; they are no countries that issue cards. XK (Kosovo) stays: ISO leaves
# it to the users of the standard, and card schemes use it.
_NO_COUNTRIES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_E = TypeVar("_E", bound=StrEnum)


class Fault(NamedTuple):
    place: Place
    what: str
    mend: str


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2, and XK."""
    territories = [str(code) for code in Locale("en").territories]
    return frozenset(code for code in territories if len(code) == 2) - _NO_COUNTRIES


@dataclass
class Fields:
    """One table. A field that is missing or wrong is noted in `faults` and read as an empty value, so that all the
    faults of a file are found together; `close` notes the keys that nobody asked for."""

    table: Table
    place: Place
    faults: list[Fault]
    asked: set[str] = field(default_factory=set)

    def note(self, key: str, what: str, mend: str) -> None:
        self.faults.append(Fault((*self.place, key) if key else self.place, what, mend))

    def has(self, key: str) -> bool:
        return key in self.table

    def _take(self, key: str, kind: type, example: str) -> object | None:
        self.asked.add(key)
        if key not in self.table:
            self.note(key, f"[{'.'.join(self.place)}] has no {key!r}", f"add a line such as {key} = {example}")
            return None
        value = self.table[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            shown = str(value).lower() if isinstance(value, bool) else repr(value)
            self.note(key, f"{key} = {shown} is of the wrong kind", f"write it like {key} = {example}")
            return None
        return value

    def text(self, key: str, example: str = '"…"') -> str:
        return str(self._take(key, str, example) or "")

    def text_or_empty(self, key: str) -> str:
        self.asked.add(key)
        return self.text(key) if key in self.table else ""

    def flag(self, key: str) -> bool:
        return self._take(key, bool, "true") is True

    def whole(self, key: str, least: int = 1) -> int:
        value = self._take(key, int, str(least))
        if isinstance(value, int) and value < least:
            self.note(key, f"{key} = {value} is too small", f"write {least} or more")
        return value if isinstance(value, int) else 0

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, each once; empty where the key is absent."""
        self.asked.add(key)
        if key not in self.table:
            return ()
        value = self._take(key, list, '["…"]')
        items = value if isinstance(value, list) else []
        for item in items:
            if not isinstance(item, str) or not item.strip() or items.count(item) > 1:
                self.note(key, f"{key} holds {item!r}", "write each text once, in quotes")
        return tuple(dict.fromkeys(item for item in items if isinstance(item, str)))

    def choice(self, key: str, kind: type[_E]) -> _E:
        allowed = [member.value for member in kind]
        value = self._take(key, str, f'"{allowed[0]}"')
        if isinstance(value, str) and value not in allowed:
            self.note(key, f"{key} = {value!r} is unknown", f"write one of {', '.join(allowed)}")
        return kind(value) if isinstance(value, str) and value in allowed else kind(allowed[-1])

    def choices(self, key: str, kind: type[_E]) -> tuple[_E, ...]:
        known = {member.value: member for member in kind}
        found = self.texts(key)
        for unknown in (text for text in found if text not in known):
            self.note(key, f"{key} holds the unknown {unknown!r}", f"write {', '.join(known)}")
        if not found:
            self.note(key, f"[{'.'.join(self.place)}] names no {key}", f"write some of {', '.join(known)}")
        return tuple(known[text] for text in found if text in known)

    def currencies(self, key: str) -> tuple[str, ...]:
        found = self.texts(key)
        return tuple(code for code in found if self.is_currency(key, code))

    def is_currency(self, key: str, code: str) -> bool:
        if not is_currency(code):
            self.asked.add(key)
            self.note(key, f"{code!r} is not an ISO 4217 currency code", "write three letters such as KZT")
        return is_currency(code)

    def country_codes(self, key: str) -> tuple[str, ...]:
        found = self.texts(key)
        for code in found:
            if code not in countries():
                self.note(key, f"{code!r} is not an ISO 3166-1 country code", "write two letters such as KE")
        return found

    def time_zone(self, key: str) -> ZoneInfo:
        value = self.text(key, '"Asia/Almaty"')
        try:
            return ZoneInfo(value)
        except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of the zone data
            pass
        if value:
            self.note(key, f"{key} = {value!r} is not a time zone", 'write an IANA name such as "Asia/Almaty"')
        return ZoneInfo("UTC")

    def offset(self, key: str) -> timedelta | None:
        value = self.text(key, '"+05:00"')
        sign, hours, minutes = value[:1], value[1:3], value[4:]
        if len(value) == 6 and value[3] == ":" and sign in "+-" and (hours + minutes).isdecimal():
            size = timedelta(hours=int(hours), minutes=int(minutes))
            return size if sign == "+" else -size
        if value:
            self.note(key, f"{key} = {value!r} is not an offset from UTC", 'write it like "+05:00"')
        return None

    def amount(self, key: str, currency: str) -> int:
        """Minor units of an amount written as text: a number in TOML would be a binary fraction."""
        value = self.text(key, '"500.00"')
        return self._amount(key, value, currency) if value else 0

    def amount_or_unlimited(self, key: str, currency: str) -> int | None:
        value = self.text(key, f'"500.00" or "{UNLIMITED}"')
        return self._amount(key, value, currency) if value and value != UNLIMITED else None

    def _amount(self, key: str, value: str, currency: str) -> int:
        try:
            return read_amount(value, currency)
        except Refusal as refusal:
            self.note(key, f"{key}: {refusal.problems[0].what}", refusal.problems[0].mend)
            return 0

    def whole_or_unlimited(self, key: str) -> int | None:
        if self.table.get(key) == UNLIMITED:
            self.asked.add(key)
            return None
        return self.whole(key)

    def part(self, key: str) -> Fields | None:
        """The table inside this one; None where there is none."""
        self.asked.add(key)
        if key not in self.table:
            return None
        value = self.table[key]
        if isinstance(value, dict):
            return Fields(value, (*self.place, key), self.faults)
        place = ".".join((*self.place, key))
        self.note(key, f"{key} = {value!r} is of the wrong kind", f"make it a table of its own: [{place}]")
        return None

    def parts(self, key: str) -> Iterator[tuple[str, Fields]]:
        """The named tables inside one of this table's tables."""
        outer = self.part(key)
        for name in outer.table if outer else ():
            inner = outer.part(name) if outer else None
            if inner is not None:
                yield name, inner

    def close(self) -> None:
        """Notes every key that no field took: a misspelt rule must not be a rule that silently is not there."""
        for key in self.table:
            if key not in self.asked:
                near = get_close_matches(key, self.asked, 1)
                mend = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(sorted(self.asked))}"
                where = f"[{'.'.join(self.place)}]" if self.place else "the file"
                self.note(key, f"unknown key {key!r} in {where}", mend)
