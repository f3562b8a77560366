"""The languages of an invoice: a file each in `languages/`, with its texts, purposes, and the names of the currencies."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from reconcile.invoicing.uzbek import uzbek_words
from reconcile.money import format_amount, minor_digits
from reconcile.problem import Refusal

LANGUAGES: Final = ("en", "ru", "kk", "uz")
COUNTRY_LANGUAGE: Final[Mapping[str, str]] = {"KZ": "ru", "UZ": "uz", "KE": "en"}
"""In which language a country's customers are written to who have named none."""


@dataclass(frozen=True)
class Language:
    """`texts`, `purpose` and `mail` hold patterns in which `{name}` is filled in; `currency` the words beside a sum."""

    code: str
    name: str
    locale: Locale
    number_words: str
    texts: Mapping[str, str]
    tax_label: Mapping[str, str]
    purpose: Mapping[str, str]
    mail: Mapping[str, str]
    held: Mapping[str, str]
    currency: Mapping[str, Mapping[str, str]]

    def day(self, day: date) -> str:
        """A date as a reader of this language writes it in words."""
        return str(format_date(day, "long", locale=self.locale))

    def amount(self, minor: int, currency: str) -> str:
        """An amount (minor units) in figures as this language groups them, with the currency's code behind it."""
        value = format_decimal(format_amount(minor, currency), "#,##0." + "0" * minor_digits(currency), self.locale)
        return f"{value} {currency}"

    def in_words(self, minor: int, currency: str) -> str:
        """An amount in words: the whole units spelled out, the minor units in figures, as a payment order has them.

        >>> language("en").in_words(15_000_050, "KZT")
        'One hundred and fifty thousand tenge 50 tiyn'
        """
        digits = minor_digits(currency)
        whole, rest = divmod(minor, 10**digits)
        said = f"{self._spelled(whole)} {self._unit(whole, currency, '')} {rest:0{digits}d}"
        said = f"{said} {self._unit(rest, currency, 'minor_')}"
        return said[0].upper() + said[1:]

    def _spelled(self, number: int) -> str:
        if self.number_words == "uz":
            return uzbek_words(number)
        try:
            from num2words import num2words
        except ImportError:
            raise Refusal.of("the package num2words is not installed", "pip install 'reconcile[pdf]'") from None
        return str(num2words(number, lang=self.number_words))

    def _unit(self, count: int, currency: str, prefix: str) -> str:
        names = self.currency.get(currency)
        if names is None:
            return "" if prefix else currency
        form = prefix + self.locale.plural_form(count)
        return names.get(form) or names[prefix + "other"]


@cache
def language(code: str) -> Language:
    """One of `LANGUAGES`; any other is refused."""
    if code not in LANGUAGES:
        raise Refusal.of(f"invoices are not written in {code!r}", f"the languages are: {', '.join(LANGUAGES)}")
    read: dict[str, Any] = tomllib.loads((files(__package__) / "languages" / f"{code}.toml").read_text("utf-8"))
    return Language(
        code,
        read["name"],
        Locale.parse(read["locale"]),
        read["number_words"],
        read["text"],
        read["tax_label"],
        read["purpose"],
        read["mail"],
        read["held"],
        read["currency"],
    )
