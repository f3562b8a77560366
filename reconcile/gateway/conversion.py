"""A payment in one currency, credited in another: at the processing centre's amount, else at the rate of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from reconcile.money import minor_digits
from reconcile.outcome import Conversion


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of a currency in the base, as published for a day."""

    day: date
    value: Decimal


def at_rate(amount: int, currency: str, base: str, rate: Rate) -> Conversion:
    """Rounded half up to the base's minor unit.

    >>> at_rate(100_000_00, "UZS", "KZT", Rate(date(2026, 2, 3), Decimal("0.0396"))).amount
    396000
    """
    units = Decimal(amount).scaleb(-minor_digits(currency)) * rate.value
    minor = int(units.scaleb(minor_digits(base)).to_integral_value(ROUND_HALF_UP))
    return Conversion(minor, base, format(rate.value.normalize(), "f"), f"rate of {rate.day}")


def by_centre(amount: int, currency: str, converted: int, base: str) -> Conversion:
    """The centre's own amount; the rate is what it comes to, to ten decimals."""
    ratio = Decimal(converted).scaleb(-minor_digits(base)) / Decimal(amount).scaleb(-minor_digits(currency))
    shown = format(ratio.quantize(Decimal("1e-10"), ROUND_HALF_UP).normalize(), "f")
    return Conversion(converted, base, shown, "processing centre")


def share(total: int, part: int, whole: int) -> int:
    """The share of a converted amount that a part of the payment stands for, rounded half up.

    >>> share(39600, 50, 100), share(39601, 1, 2)
    (19800, 19801)
    """
    return (2 * total * part + whole) // (2 * whole)
