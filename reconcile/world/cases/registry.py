"""The registry of cases: each is one way in which money arrives, with the rule that says what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reconcile.world.bench import Bench
from reconcile.world.model import OwnAccount

Build = Callable[[Bench], None]
EVERYWHERE: Final = ("UZ", "KZ", "KE")
BEYOND_UZ: Final = ("KZ", "KE")


@dataclass(frozen=True, slots=True)
class CaseKind:
    """`rule` is the place in the decision table; `weight` how often it is met beside the others (0: once a world)."""

    name: str
    build: Build
    rule: str
    weight: int
    countries: tuple[str, ...]
    families: tuple[str, ...]
    """How the name of the bank's format may begin."""
    currencies: tuple[str, ...]
    own_codes: tuple[str, ...]
    days: int
    """How many booking days the case needs, the first included."""

    def fits(self, own: OwnAccount) -> bool:
        if self.own_codes:
            return own.code in self.own_codes
        return (
            not own.planted
            and own.country in self.countries
            and own.format.value.startswith(self.families)
            and (own.currency in self.currencies if self.currencies else own.code != "KZ-USD")
        )


REGISTRY: Final[dict[str, CaseKind]] = {}


def case(
    rule: str,
    *,
    weight: int = 2,
    countries: tuple[str, ...] = EVERYWHERE,
    families: tuple[str, ...] = ("1c", "camt", "ofx"),
    currencies: tuple[str, ...] = (),
    own_codes: tuple[str, ...] = (),
    days: int = 1,
) -> Callable[[Build], Build]:
    """Enters a case under its function's name."""

    def enter(build: Build) -> Build:
        name = build.__name__
        assert name not in REGISTRY, name
        REGISTRY[name] = CaseKind(name, build, rule, weight, countries, families, currencies, own_codes, days)
        return build

    return enter


WITH_IDS: Final = ("1c", "camt")
CAMT: Final = ("camt",)
WITH_ULTIMATE: Final = ("camt", "1c-kz")
"""Formats that tell on whose behalf was paid: `UltmtDbtr`, «фактический плательщик»."""
