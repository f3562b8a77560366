"""A clerk at the keyboard: puts a purpose of payment together from the phrases of one language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from reconcile.money import format_amount
from reconcile.world import identifiers, scripts
from reconcile.world.names import Company, Name, Person
from reconcile.world.numbers import NumberBook, written
from reconcile.world.phrases import LANGUAGES, SPOKEN, Language

_PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\}")
VAT: Final = {"KZ": 16, "UZ": 12, "KE": 16}
_HEADS: Final = {
    "KZ": ("КОММЕРЧ.ПЛАТЕЖ/", "EKNP 1717KZT859 ", "/ROC/"),
    "UZ": ("00668 ", "00668~", "00111 ", "00668", "00664 ", "00111~"),
    "KE": ("EFT CR ", "RTGS/", "INWARD TRF ", "PESALINK/"),
}


class Talk:
    """Phrases of one language with their placeholders filled; `compose` makes a whole purpose of them."""

    def __init__(self, rng: Random, country: str, limit: int, numbers: NumberBook, day: date, code: str = "") -> None:
        self._rng, self._country, self._limit, self._numbers, self.day = rng, country, limit, numbers, day
        self.language: Language = LANGUAGES[code or rng.choice(SPOKEN[country])]

    def _pick(self, texts: Sequence[str]) -> str:
        return self._rng.choice(texts)

    def date(self) -> str:
        """A day of the weeks before, as clerks write it."""
        return written(self._rng, self.day - timedelta(days=self._rng.randint(1, 40)), self.language.months)

    def fill(self, template: str, **given: str) -> str:
        """The template with `given` and, for what is not given, harmless values that are nobody's reference."""
        for name in _PLACEHOLDER.findall(template):
            if name not in given:
                given[name] = self._filler(name)
        return template.format(**given)

    def _filler(self, name: str) -> str:
        if name == "d":
            return self.date()
        if name == "c":
            return self._numbers.contract()
        if name in ("x", "n"):
            return self._numbers.small()
        if name == "p":
            return f"+{identifiers.msisdn(self._rng, self._country)}"
        if name == "t":
            return identifiers.tax_id(self._rng, self._country, person=False)
        return str(VAT[self._country]) if name == "r" else self._tax_amount()

    def _tax_amount(self) -> str:
        text = format_amount(self._rng.randint(100_000, 99_000_000), "KZT")
        return self._rng.choice((text, text.replace(".", ","), text.replace(".", "-")))

    def invoice(self, number: str) -> str:
        return self.fill(self._pick(self.language.invoice), n=number)

    def invoices(self, numbers: Sequence[str]) -> str:
        return self.fill(self._pick(self.language.invoices), ns=self._pick(self.language.joiners).join(numbers))

    def account(self, number: str) -> str:
        return self.fill(self._pick(self.language.account), a=number)

    def bare(self, number: str) -> str:
        return self.fill(self._pick(self.language.bare), n=number)

    def span(self, first: str, last: str) -> str:
        """A range of invoice numbers."""
        return self.fill(self._pick(self.language.ranges), n=f"{first}-{last}")

    def contract(self, number: str = "") -> str:
        return self.fill(self._pick(self.language.contract), **({"c": number} if number else {}))

    def plain(self) -> str:
        return self.fill(self._pick(self.language.plain))

    def whole(self, texts: Sequence[str]) -> str:
        return self.fill(self._pick(texts))

    def who(self, name: Name) -> str:
        """The beneficiary's name as this language writes it."""
        if self.language.accusative and not isinstance(name, Company) and name.country == "KZ":
            text = name.genitive
        elif isinstance(name, Company):
            text = self._company(name)
        else:
            text = self._private(name)
        return self._spell(text)

    def _company(self, name: Company) -> str:
        if self.language.code.startswith(("kk", "uz")):
            local = name.cyrillic if "cyrl" in self.language.code or name.country == "KZ" else name.latin
            return f'"{local}" {name.forms[1]}'
        if self.language.code in ("en", "sw"):
            return f"{name.latin} {name.forms[2]}"
        left, right = self._rng.choice((("«", "»"), ('"', '"'), ("", "")))
        return f"{name.forms[0]} {left}{name.cyrillic}{right}"

    def _private(self, name: Name) -> str:
        person = name if isinstance(name, Person) else name.person  # type: ignore[union-attr]
        mark = "" if isinstance(name, Person) else {"KZ": "ЖК ", "UZ": "YaTT ", "KE": ""}[name.country]
        if self.language.code in ("en", "sw"):
            mark = {"ЖК ": "IP ", "YaTT ": "YaTT "}.get(mark, mark)
            return mark + person.latin
        return mark + (person.latin if self.language.code.startswith("uz-latn") else person.cyrillic)

    def _spell(self, text: str) -> str:
        if "latn" in self.language.code:
            return scripts.latin(text) if self.language.code.startswith("ru") else text.replace("‘", "'")
        return scripts.poor(text) if self.language.code.endswith("poor") else text

    def beneficiary(self, name: Name) -> str:
        return self.fill(self._pick(self.language.beneficiary), who=self.who(name))

    def on_account(self, name: Name, number: str) -> str:
        """The wording that the provider asks of third parties: holder's name and account number."""
        return self.fill(self._pick(self.language.on_account), who=self.who(name), a=number)

    def compose(self, *core: str, opening: bool = True, extras: bool = True) -> str:
        """A whole purpose: the core parts in their order, wrapped in what clerks and banks write around them."""
        rng, language = self._rng, self.language
        parts = [self._joined(core)]
        if opening and rng.random() < 0.85:
            parts[0] = f"{self._slip(self._pick(language.opening))} {parts[0]}"
        if extras:
            tails = ((language.service, 0.6), (language.contract, 0.2), (language.other, 0.15), (language.tax, 0.5))
            parts += [self.fill(self._pick(texts)) for texts, chance in tails if rng.random() < chance]
        head = (
            self._pick(_HEADS[self._country])
            if extras and rng.random() < (0.5 if self._country == "UZ" else 0.1)
            else ""
        )
        if parts[0][:1].isdigit():  # a bank's word glued to a bare number would name it
            head = {"00668": "00668 ", "00668~": "00668~"}.get(head, "" if self._country == "KE" else head)
        return self._dressed(head + self._fitting(parts, self._limit - len(head) - 8))

    def _slip(self, text: str) -> str:
        """Sometimes two neighbouring letters change places, as fast fingers have it."""
        if self._rng.random() > 0.04 or len(text) < 5:
            return text
        place = self._rng.randint(1, len(text) - 3)
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]

    def _joined(self, core: Sequence[str]) -> str:
        return self._pick((", ", ", ", "; ", ". ", " // ", ",")).join(core)

    def _fitting(self, parts: Sequence[str], room: int) -> str:
        text = parts[0]
        for part in parts[1:]:
            separator = (
                self._pick((", ", ". ", ", ", "; ", " ")) if not part[:1].isdigit() and part[:1] != "№" else ", "
            )
            if len(text) + len(separator) + len(part) <= room:
                text += separator + part
        return text

    def _dressed(self, text: str) -> str:
        """Capitals, doubled blanks, look-alike letters: what does not change what is meant."""
        chance = self._rng.random()
        if chance < 0.2:
            return text.upper()
        if chance < 0.25:
            return text.replace(" ", "  ")
        if chance < 0.28:
            return scripts.twins(self._rng, text, 0.15)
        return text
