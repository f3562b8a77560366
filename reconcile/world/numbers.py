"""Numbers of accounts, invoices and other papers, none of which can be taken for another by accident."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Final

_DATE_STYLES: Final = (
    *("{day:%d.%m.%Y}",) * 4,
    "{day:%d.%m.%y}",
    "{day.day}.{day.month}.{day:%y}",
    "{day:%d.%m.%Y}г.",
    "{day.day} {month} {day.year}",
    "{day:%d/%m/%Y}",
    "{day:%Y-%m-%d}",
)
_NEITHER: Final = re.compile(r"[^0-9A-Z]")


def plain(number: str) -> str:
    """The number without separators and leading zeros, for telling whether two could be mixed up."""
    return re.sub(r"^([A-Z]*)0+(?=\d)", r"\1", _NEITHER.sub("", number.upper()))


class NumberBook:
    """Hands out numbers. What it handed out, also as a number that is on nobody's books, never comes again."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.cyrillic = True
        """Series may have Cyrillic letters; not in Kenya."""
        self._taken: set[str] = set()

    def reserve(self, number: str) -> bool:
        key = plain(number)
        if key in self._taken:
            return False
        self._taken.add(key)
        return True

    def is_free(self, number: str) -> bool:
        return plain(number) not in self._taken

    def account(self) -> str:
        """A personal account number: six or seven digits, sometimes with a letter series."""
        return self._draw(
            lambda r: r.choice(
                (
                    f"{r.randint(100000, 999999)}",
                    f"{r.randint(100000, 999999)}",
                    f"{r.randint(1000000, 4999999)}",
                    f"SC-{r.randint(0, 99999):08d}",
                    f"{r.randint(10, 99)}-{r.randint(10000, 99999)}",
                )
            )
        )

    def invoice(self, account: str = "") -> str:
        """An invoice number in one of the schemes that accounting programs use."""
        return self._draw(
            lambda r: r.choice(
                (
                    f"{_four_to_six(r)}",
                    f"{_four_to_six(r)}",
                    f"{_four_to_six(r)}",
                    f"INV-2026-{r.randint(1, 99999):06d}",
                    f"{r.randint(1000001, 1999999)}-B{r.randint(10, 99)}",
                    f"SC-{r.randint(1000, 99999):07d}",
                    f"{r.randint(1, 99999):08d}",
                    f"{r.randint(100, 9999)}/{r.randint(1, 12)}",
                    f"{'СЧ' if self.cyrillic else 'KE'}-{r.randint(10000, 99999)}",
                )
            )
        )

    def short_invoice(self) -> str:
        """Digits only, without leading zeros, five to seven of them."""
        return self._draw(lambda r: str(r.randint(10000, 9999999)))

    def padded_invoice(self) -> str:
        return self._draw(lambda r: f"{r.randint(1000, 99999):08d}")

    def contract(self) -> str:
        r = self._rng
        if not self.cyrillic:
            return r.choice((f"{r.randint(1, 99)}/2025", f"CT-{r.randint(100, 999)}", f"SLA/{r.randint(10, 99)}/26"))
        return r.choice(
            (
                f"{r.randint(1, 99)}/{r.randint(20, 26)}-К",
                f"{r.randint(1, 999)}-ИТ",
                f"D-{r.randint(100, 999)}/25",
                f"{r.randint(10, 99)}/2025",
                f"КД-{r.randint(1, 99):02d}/26",
            )
        )

    def small(self) -> str:
        """A number of another paper: up to three digits, so that it can be no reference."""
        return str(self._rng.randint(1, 99))

    def _draw(self, make: Callable[[Random], str]) -> str:
        for _ in range(100_000):
            number = make(self._rng)
            if self.reserve(number):
                return number
        raise AssertionError("no numbers left")


def _four_to_six(rng: Random) -> str:
    number = rng.randint(3000, 999999)
    return str(number)


def typo(rng: Random, number: str) -> str:
    """One digit replaced, missing, added, or two neighbours swapped; never the first, where zeros would hide."""
    places = [index for index, letter in enumerate(number) if letter.isdigit() and index > 0]
    while True:
        place = rng.choice(places)
        kind = rng.choice(("replace", "replace", "swap", "drop", "add"))
        if kind == "replace":
            changed = number[:place] + rng.choice("0123456789") + number[place + 1 :]
        elif kind == "drop":
            changed = number[:place] + number[place + 1 :]
        elif kind == "add":
            changed = number[:place] + rng.choice("0123456789") + number[place:]
        else:
            pair = number[place - 1 : place + 1]
            changed = number[: place - 1] + pair[::-1] + number[place + 1 :]
        if plain(changed) != plain(number):
            return changed


def written(rng: Random, day: date, months: tuple[str, ...]) -> str:
    """A date as clerks write it."""
    style = rng.choice(_DATE_STYLES)
    return style.format(day=day, month=months[day.month - 1])
