"""A purpose put together and then garbled: parts of speech in some order, and the noise of people and banks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from reconcile.world import identifiers
from tests.accuracy import translit
from tests.accuracy.numbers import Numbers
from tests.accuracy.people import Party
from tests.accuracy.phrases import CODES, LUMPS, RU, TONGUES, Tongue

_KAZAKH = str.maketrans("әғқңөұүһіӘҒҚҢӨҰҮҺІ", "агкноуухиАГКНОУУХИ")
_UZBEK = str.maketrans("ўқғҳЎҚҒҲ", "укгхУКГХ")
_LATIN_FOR = dict(zip("асеорхуАСЕОРХВНКМТ", "aceopxyACEOPXBHKMT", strict=True))
LETTERS_FOR_DIGITS = {"0": "OОo", "3": "З", "1": "lI"}


class Speech:
    """One payer's words. `keep` are the numbers that noise must not turn into others."""

    def __init__(self, rng: Random, numbers: Numbers, code: str, country: str, day: date) -> None:
        self.rng, self.numbers, self.code, self.country, self.day = rng, numbers, code, country, day
        self.scheme = rng.choice(translit.NAMES) if code == "ru-latn" else ""
        self.tongue: Tongue = RU if code == "ru-latn" else TONGUES[code]
        self.keep: list[str] = []
        self.may_glue = True

    # --- parts -------------------------------------------------------------------------------------------------------

    def invoice(self, *shown: str) -> str:
        rng, tongue = self.rng, self.tongue
        self.keep += shown
        if len(shown) == 1:
            said = rng.choice(tongue.invoice).replace("{n}", shown[0])
            if self.scheme:  # no Latin look-alikes in what is put into Latin letters
                said = said.replace("cчету", "счету")
            after = rng.choice(tongue.dated) if said.endswith(shown[0]) else ""
            return said + self._filled(after)
        joined = shown[0]
        joiners = tongue.lists
        if rng.random() < 0.25 and self.code in ("ru", "ru-latn"):  # «№ 199 от 30.04.2026, № 209 от 02.05.2026»
            joined = ", ".join(f"№ {each} от {self.date()}" for each in shown)
            return (
                rng.choice(tongue.invoices).replace("№ {ns}", "{ns}").replace("№№{ns}", "{ns}").replace("{ns}", joined)
            )
        for place, each in enumerate(shown[1:], 2):
            last = place == len(shown)
            joiner = rng.choice(joiners) if last else rng.choice([j for j in joiners if j[0] in ",;"])
            joined += joiner + each
        said = rng.choice(tongue.invoices)
        if said.startswith("{ns}-"):
            joined = joined.replace(",№", ", ")
        return said.replace("{ns}", joined)

    def account(self, shown: str) -> str:
        self.keep.append(shown)
        return self.rng.choice(self.tongue.account).replace("{n}", shown)

    def bare(self, shown: str) -> str:
        self.keep.append(shown)
        self.may_glue = False  # nothing tells a number glued to just any word
        return self.rng.choice(self.tongue.bare).replace("{n}", shown)

    def range(self, first: str, last: str) -> str:
        return self.rng.choice(self.tongue.range).replace("{a}", first).replace("{b}", last)

    def behalf(self, party: Party) -> str:
        return self.rng.choice(self.tongue.behalf).replace("{name}", self.name(party))

    def name(self, party: Party) -> str:
        """As this language writes it after «за»."""
        rng = self.rng
        if self.code == "ru":
            return rng.choice((party.genitive, party.genitive, party.books, party.genitive.upper()))
        if self.code == "ru-latn":
            return party.genitive
        if self.code in ("en", "sw"):
            return rng.choice((party.latin, party.latin.upper()))
        if self.code == "kk":
            if party.form in ("ТОО", "ЖШС"):
                return rng.choice((f"«{party.core}» ЖШС", f'"{party.core}" ЖШС'))
            return party.books
        if self.code == "uz-cyrl":
            return rng.choice((party.books, party.genitive))
        return party.books

    def service(self) -> str:
        return self.rng.choice(self.tongue.service)

    def paper(self, number: str = "") -> str:
        return self._filled(self.rng.choice(self.tongue.papers), number)

    def nature(self) -> str:
        return self._filled(self.rng.choice(self.tongue.natures))

    def lump(self) -> str:
        return self._filled(self.rng.choice(LUMPS[self.country]))

    def tail(self) -> str:
        return self._filled(self.rng.choice(self.tongue.tails))

    def date(self) -> str:
        rng = self.rng
        day = self.day - timedelta(days=rng.randint(0, 40))
        month = self.tongue.months[day.month - 1]
        return rng.choice(
            (
                f"{day:%d.%m.%Y}",
                f"{day:%d.%m.%Y}",
                f"{day:%d.%m.%Y}",
                f"{day:%d.%m.%y}",
                f"{day.day}.{day.month}.{day:%y}",
                f"{day:%d/%m/%Y}",
                f"{day:%Y-%m-%d}",
                f"{day.day} {month} {day.year}",
                f"{day:%d-%m-%Y}",
            )
        )

    def amount(self) -> str:
        whole, cents = self.rng.randint(1_000, 990_000), self.rng.randint(0, 99)
        spaced = f"{whole:,}".replace(",", " ")
        return self.rng.choice(
            (f"{whole}-{cents:02d}", f"{spaced},{cents:02d}", f"{whole:,}.{cents:02d}", f"{whole},{cents:02d}")
        )

    def _filled(self, text: str, number: str = "") -> str:
        rng = self.rng
        if "{d}" in text:
            text = text.replace("{d}", self.date())
        if "{a}" in text:
            text = text.replace("{a}", self.amount())
        if "{x}" in text:
            text = text.replace("{x}", number or self.numbers.contract())
        if "{x12}" in text:
            text = text.replace("{x12}", f"{rng.randrange(10**9, 10**10)}")
        if "{phone}" in text:
            text = text.replace("{phone}", "+" + identifiers.msisdn(rng, self.country))
        if "{email}" in text:
            text = text.replace("{email}", f"buh{rng.randint(1, 9)}@example.com")
        if "{stir}" in text:
            text = text.replace("{stir}", identifiers.uz_stir(rng))
        return text

    # --- the whole ---------------------------------------------------------------------------------------------------

    def compose(self, parts: Sequence[str], *, limit: int, tails: bool = True, service: bool = True) -> str:
        """The parts in their order, with a service before or between, papers and tails behind, within the limit."""
        rng = self.rng
        said = [part for part in parts if part]
        if service and rng.random() < 0.6:
            said.insert(0 if rng.random() < 0.75 else rng.randint(0, len(said)), self.service())
        if tails and rng.random() < 0.25:
            said.append(self.paper())
        if tails and rng.random() < 0.5:
            said.append(self.tail())
        joiner = rng.choice((", ", ", ", " ", ". ", " ", "; ", " / "))
        code, words = self._code(), joiner.join(said)
        text = f"{code} {words}" if code[-1:].isdigit() and words[:1].isdigit() else code + words
        while len(text) > limit and said:
            said = said[:-1] if said[-1] not in parts else [part for part in parts if part]
            text = joiner.join(said)
            if len(text) > limit and said == [part for part in parts if part]:
                break
        return text

    def _code(self) -> str:
        if self.rng.random() < 0.55:
            return ""
        return self._filled(self.rng.choice(CODES[self.country]))

    # --- noise -------------------------------------------------------------------------------------------------------

    def garbled(self, text: str, charset: str, *, joins: bool = True) -> str:
        """Noise that a good clerk reads through. The charset of the bank: "any", "cp1251" or "latin"."""
        rng = self.rng
        if rng.random() < 0.18:
            text = self._split_number(text) if joins else text
        if rng.random() < 0.12:
            text = self._letters_in_number(text, charset)
        if self.code in ("ru", "uz-cyrl", "kk") and charset != "latin" and rng.random() < 0.15:
            text = self._look_alikes(text)
        if self.code in ("uz-latn",):
            text = text.replace("'", rng.choice(("'", "'", "‘", "ʻ", "`", "", "’")))
        if self.may_glue and rng.random() < 0.12:
            text = self._glued(text)
        if rng.random() < 0.10:
            text = text.replace(" ", "  ", rng.randint(1, 3))
        if self.code == "kk" and (charset == "cp1251" or rng.random() < 0.2):
            text = text.translate(_KAZAKH)
        if self.code == "uz-cyrl" and (charset == "cp1251" or rng.random() < 0.4):
            text = text.translate(_UZBEK)
        if self.scheme:
            text = translit.to_latin(text, self.scheme).upper()
        elif rng.random() < 0.22:
            text = text.upper()
        return fit(text, charset)

    def _places(self, text: str) -> list[tuple[int, str]]:
        return [(at, number) for number in self.keep if (at := text.find(number)) >= 0]

    def _split_number(self, text: str) -> str:
        """A blank or a fold inside a number of at least five digits, where neither half is another's."""
        rng = self.rng
        found = [(at, number) for at, number in self._places(text) if number.isdigit() and len(number) >= 6]
        if not found:
            return text
        at, number = rng.choice(found)
        cut = at + rng.randint(2, len(number) - 2)
        if not all(self.numbers.take(half) for half in (text[at:cut], text[cut : at + len(number)])):
            return text
        return text[:cut] + rng.choice((" ", "\n", "\n")) + text[cut:]

    def _letters_in_number(self, text: str, charset: str) -> str:
        rng = self.rng
        found = [(at, number) for at, number in self._places(text) if number.isdigit()]
        if not found:
            return text
        at, number = rng.choice(found)
        places = [i for i, digit in enumerate(number) if digit in LETTERS_FOR_DIGITS and 0 < i < len(number) - 1]
        if not places:
            return text
        place = rng.choice(places)
        letters = LETTERS_FOR_DIGITS[number[place]]
        if (self.scheme or charset == "latin") and letters == "З":  # a Latin text has no such letter
            return text
        letter = rng.choice(letters)
        return text[: at + place] + letter + text[at + place + 1 :]

    def _look_alikes(self, text: str) -> str:
        """Latin letters among Cyrillic ones, never in a number's own letters."""
        rng = self.rng
        kept = set()
        for at, number in self._places(text):
            kept |= set(range(at, at + len(number)))
        return "".join(
            _LATIN_FOR[letter] if letter in _LATIN_FOR and place not in kept and rng.random() < 0.25 else letter
            for place, letter in enumerate(text)
        )

    def _glued(self, text: str) -> str:
        """A number stuck to the word or the sign before it."""
        found = self._places(text)
        if not found:
            return text
        at, _ = self.rng.choice(found)
        sign = at > 1 and text[at - 2] in "№#"
        if at > 1 and text[at - 1] == " " and (sign or (text[at - 2].isalpha() and text[at].isdigit())):
            return text[: at - 1] + text[at:]
        return text


def fit(text: str, charset: str) -> str:
    """What a bank's charset leaves of the text."""
    if charset == "any":
        return text
    if charset == "cp1251":
        text = re.sub("[ʻ‘’]", "'", text).translate(_KAZAKH).translate(_UZBEK)
        return text.encode("cp1251", "replace").decode("cp1251")
    text = re.sub("[ʻ‘’`«»“”]", "'", text).replace("№", "N").replace("#", "NO ").replace("&", "AND").replace(";", ",")
    return translit.to_latin(text, "plain").encode("ascii", "ignore").decode()
