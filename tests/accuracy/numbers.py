"""Numbers of invoices, accounts and other papers. What was once drawn never comes again in a form that could be taken
for it, so that a label never depends on an accident."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Final

_PLAIN: Final = re.compile(r"[^0-9A-ZА-Я]")
_LOOKS: Final = str.maketrans("АВЕКМНОРСТУХ", "ABEKMHOPCTYX")


def plain(number: str) -> str:
    """Without separators and leading zeros: two numbers that share it could be mixed up."""
    return re.sub(r"^([A-ZА-Я]*)0+(?=\d)", r"\1", _PLAIN.sub("", number.upper().translate(_LOOKS)))


OWN_SERIES: Final = {"KZ": "BK", "UZ": "BT", "KE": "BM"}


def _as_digits(text: str) -> str:
    return "".join(str(int(letter, 36)) for letter in text)


def has_check_digits(country: str, number: str) -> bool:
    """Issued by the product for this country, and its check digits hold."""
    shape = re.fullmatch(OWN_SERIES[country] + r"-([0-9]{8})", number)
    return bool(shape) and int(_as_digits(OWN_SERIES[country] + shape[1])) % 97 == 1


class Numbers:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._taken: set[str] = set()

    def take(self, number: str) -> bool:
        """Reserve; False where it is taken already, or looks like a year."""
        key = plain(number)
        if key in self._taken or re.fullmatch("(?:19|20)[0-9]{2}", key):
            return False
        self._taken.add(key)
        return True

    def draw(self, make: Callable[[], str]) -> str:
        while True:
            number = make()
            if self.take(number):
                return number

    def account(self) -> str:
        r = self.rng
        return self.draw(
            lambda: r.choice(
                (
                    str(r.randint(200_000, 989_999)),
                    str(r.randint(200_000, 989_999)),
                    str(r.randint(2_000_000, 9_899_999)),
                    f"CL-{r.randint(1, 999_999):08d}",
                    f"PA{r.randint(10_000, 999_999)}",
                    f"{r.randint(11, 99)}-{r.randint(100_00, 999_99)}",
                )
            )
        )

    def invoice(self, cyrillic: bool = True) -> str:
        r = self.rng
        makes: list[Callable[[], str]] = [
            *(lambda: str(r.randint(4_000, 999_999)) for _ in range(4)),
            lambda: f"INV-{r.choice((2025, 2026))}-{r.randint(1, 99_999):06d}",
            lambda: f"{r.randint(1_000_000, 9_999_999)}-{r.choice('BDFGR')}{r.randint(10, 99)}",
            lambda: f"SRV-{r.randint(1_000, 99_999):07d}",
            lambda: f"{r.randint(1_000, 99_999):08d}",
            lambda: f"{r.randint(1_000, 99_999)}/{r.randint(2, 9)}",
            lambda: f"{r.randint(26, 26)}-{r.randint(10_000, 99_999)}",
        ]
        if cyrillic:
            makes.append(lambda: f"{r.choice(('ОБЛ', 'УЦ', 'ЦОД'))}-{r.randint(10_000, 99_999)}")
        return self.draw(r.choice(makes))

    def checked(self, country: str) -> str:
        """One that the product issued itself: its country's letters, a serial, two check digits (ISO 7064 MOD 97-10)."""
        prefix = OWN_SERIES[country]

        def make() -> str:
            serial = f"{self.rng.randint(1, 999_999):06d}"
            return f"{prefix}-{serial}{98 - int(_as_digits(prefix + serial) + '00') % 97:02d}"

        return self.draw(make)

    def digits(self, low: int = 10_000, high: int = 9_999_999) -> str:
        return self.draw(lambda: str(self.rng.randint(low, high)))

    def unknown(self) -> str:
        """A number that is on no book, now or later."""
        return self.draw(lambda: str(self.rng.randint(30_000, 999_999)))

    def typo(self, number: str) -> str:
        """One digit replaced, dropped, added, or two neighbours swapped. Never where leading zeros would hide it."""
        r = self.rng
        places = [
            i for i, c in enumerate(number) if c.isdigit() and i > 0 and number[:i].strip("0-ABCDEFGHIRSNVLPКОБЛУЦД")
        ]
        places = places or [i for i, c in enumerate(number) if c.isdigit() and i > 0]

        def make() -> str:
            at = r.choice(places)
            kind = r.choice(("other", "other", "swap", "drop", "add"))
            if kind == "other":
                return number[:at] + r.choice("0123456789") + number[at + 1 :]
            if kind == "drop":
                return number[:at] + number[at + 1 :]
            if kind == "add":
                return number[:at] + r.choice("0123456789") + number[at:]
            if not number[at - 1].isdigit():
                return number
            return number[: at - 1] + number[at] + number[at - 1] + number[at + 1 :]

        return self.draw(make)

    def contract(self) -> str:
        r = self.rng
        return r.choice(
            (
                f"{r.randint(1, 99)}/{r.randint(20, 26)}", f"{r.randint(1, 999)}-ДУ", f"{r.randint(10, 99)}/2025-У",
                f"ОК-{r.randint(10, 99)}/25", f"{r.randint(1, 60)}", f"D{r.randint(100, 999)}", f"{r.randint(1, 99):02d}/КО",
            )
        )  # fmt: skip
