"""Names of invented companies and persons, and how the same name is spelled on forms, by banks and by payers."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from reconcile.world import scripts, words

QUOTES: Final = (("«", "»"), ('"', '"'), ("“", "”"), ("''", "''"), ('""', '""'), ("", ""))


@dataclass(frozen=True, slots=True)
class Company:
    """`core` is the bare name in the script in which it was registered; `forms` its legal form in Russian, in the
    state language, in Latin letters."""

    country: str
    core: str
    forms: tuple[str, str, str]

    @property
    def latin(self) -> str:
        return scripts.latin(self.core) if self.country == "KZ" else self.core.replace("‘", "'").replace("’", "'")

    @property
    def cyrillic(self) -> str:
        return scripts.uzbek_cyrillic(self.core) if self.country == "UZ" else self.core

    def registered(self, rng: Random) -> str:
        """As the provider's register of customers has it."""
        if self.country == "KE":
            return f"{self.core} {self.forms[0]}"
        if self.country == "UZ":
            return rng.choice(
                (f'"{self.core}" {self.forms[2]}', f'ООО "{self.cyrillic}"'.replace("ООО", self.forms[0]))
            )
        return rng.choice(
            (f"{self.forms[0]} «{self.core}»", f"{self.forms[0]} «{self.core}»", f'"{self.core}" {self.forms[1]}')
        )

    def spelled(self, rng: Random) -> str:
        """As a payer's bank or another payer may write it: other form, other side, other quotes, other script."""
        if self.country == "KE":
            name = f"{self.core} {rng.choice(self.forms)}"
            return rng.choice((name, name.upper(), name.upper() + ("." if name.lower().endswith("ltd") else "")))
        left, right = rng.choice(QUOTES)
        local = f"{left}{self.cyrillic}{right}"
        spellings = (
            f"{self.forms[0]} {local}",
            f"{self.forms[0]} {local.upper()}",
            f"{local} {self.forms[1]}",
            f"{left}{self.latin}{right} {self.forms[2]}",
            f"{self.latin.upper()} {self.forms[2].upper()}",
        )
        return rng.choice(spellings)


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person. Texts are in the country's main script; `trade` is a sole proprietor's business name (KE)."""

    country: str
    surname: str
    given: str
    patronymic: str = ""
    female: bool = False
    trade: str = ""

    @property
    def full(self) -> str:
        order = (self.given, self.surname) if self.country == "KE" else (self.surname, self.given, self.patronymic)
        return " ".join(part for part in order if part)

    @property
    def latin(self) -> str:
        return scripts.latin(self.full) if self.country == "KZ" else self.full.replace("‘", "'").replace("’", "'")

    @property
    def cyrillic(self) -> str:
        return scripts.uzbek_cyrillic(self.full) if self.country == "UZ" else self.full

    @property
    def masked(self) -> str:
        """As Kaspi and M-Pesa print it: only the surname's first letter. Never enough to know who paid."""
        return f"{self.given} {self.patronymic or ''} {self.surname[0]}.".replace("  ", " ")

    @property
    def initials(self) -> str:
        second = f"{self.patronymic[0]}." if self.patronymic else ""
        return f"{self.surname} {self.given[0]}.{second}"

    @property
    def genitive(self) -> str:
        """«за Иванову Анну Сергеевну», as written after за (the accusative, equal to the genitive for men)."""
        if self.country != "KZ":
            return self.full
        parts = (_surname_case(self.surname, self.female), _given_case(self.given, self.female))
        return " ".join((*parts, _patronymic_case(self.patronymic))).strip()

    def spelled(self, rng: Random) -> str:
        if self.country == "KE":
            return rng.choice((self.full, self.full.upper(), f"{self.surname} {self.given}".upper()))
        return rng.choice((self.full, self.cyrillic, self.cyrillic.upper(), self.latin.upper()))


@dataclass(frozen=True, slots=True)
class Trader:
    """A sole proprietor: a person with a mark of the trade before or behind the name."""

    person: Person

    @property
    def country(self) -> str:
        return self.person.country

    def registered(self, rng: Random) -> str:
        if self.country == "KE":
            return f"{self.person.full} t/a {self.person.trade}"
        if self.country == "UZ":
            return rng.choice((f"YaTT {self.person.full}", f"ЯТТ {self.person.cyrillic}"))
        return rng.choice(
            (f"ИП {self.person.full}", f"Индивидуальный предприниматель {self.person.full}", f"ЖК {self.person.full}")
        )

    def spelled(self, rng: Random) -> str:
        if self.country == "KE":
            return rng.choice((self.registered(rng), self.registered(rng).upper()))
        mark = {"KZ": ("ИП", "ЖК", "ИП"), "UZ": ("ЯТТ", "YaTT", "ЯТТ")}[self.country]
        if self.country == "UZ" and rng.random() < 0.5:
            return f"{mark[1]} {self.person.latin}"
        return f"{rng.choice((mark[0], mark[2]))} {self.person.cyrillic}"

    @property
    def genitive(self) -> str:
        if self.country == "KE":
            return f"{self.person.full} t/a {self.person.trade}"
        return f"{'ИП' if self.country == 'KZ' else 'ЯТТ'} {self.person.genitive}"


Name = Company | Person | Trader


def _surname_case(surname: str, female: bool) -> str:
    if female:
        return surname[:-1] + "у" if surname.endswith(("ова", "ева", "ина")) else surname
    return surname + "а" if surname[-1] not in "аоиуеыэюя" else surname


def _given_case(given: str, female: bool) -> str:
    if female:
        if given.endswith("я"):
            return given[:-1] + "ю"
        return given[:-1] + "у" if given.endswith("а") else given
    if given.endswith(("й", "ь")):
        return given[:-1] + "я"
    return given + "а" if given[-1] not in "аоиуеыэюя" else given


def _patronymic_case(patronymic: str) -> str:
    if patronymic.endswith("вна"):
        return patronymic[:-1] + "у"
    return patronymic + "а" if patronymic.endswith("ич") else patronymic


def _patronymic(rng: Random, female: bool) -> str:
    father = rng.choice(words.FATHERS)
    stem = {"Сергей": "Сергее", "Андрей": "Андрее", "Николай": "Николае", "Юрий": "Юрье", "Игорь": "Игоре"}.get(father)
    return (stem or father + "о") + ("вна" if female else "вич")


class NameBook:
    """Draws names so that no two draws are alike, whatever the order of words, script or legal form."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._taken: set[frozenset[str]] = set()

    def _free(self, *parts: str) -> bool:
        key = frozenset(parts)
        if key in self._taken:
            return False
        self._taken.add(key)
        return True

    def company(self, country: str, avoid: frozenset[str] = frozenset()) -> Company:
        """A company none of whose words is in `avoid`."""
        pool = [word for word in words.COMPANY_WORDS[country] if word not in avoid]
        core = self._core(country, pool)
        trade = self._rng.choice(words.TRADE_WORDS[country])
        tail = f" {trade}" if self._rng.random() < 0.6 and trade not in avoid else ""
        return Company(country, core + tail, self._rng.choice(words.LEGAL_FORMS[country]))

    def _core(self, country: str, pool: list[str]) -> str:
        for attempt in range(10_000):
            chosen = self._rng.sample(pool, 2 if attempt < 20 else 3 if attempt < 200 else 4)
            if self._free(country, *chosen):
                return " ".join(chosen)
        raise AssertionError(f"no company names left for {country}")

    def person(self, country: str, avoid: frozenset[str] = frozenset()) -> Person:
        """A person none of whose names is in `avoid`, and whose surname and given name nobody else has."""
        female = self._rng.random() < 0.4
        surname, given = self._surname_and_given(country, female, avoid)
        russian = surname.endswith(("ов", "ев", "ин", "ov", "ev"))
        ending = "а" if country == "KZ" else "a"
        patronymic = _patronymic(self._rng, female) if country == "KZ" else ""
        return Person(country, surname + ending if female and russian else surname, given, patronymic, female)

    def _surname_and_given(self, country: str, female: bool, avoid: frozenset[str]) -> tuple[str, str]:
        for attempt in range(10_000):
            given = self._rng.choice((words.FEMALE if female else words.MALE)[country])
            surname = self._rng.choice(words.SURNAMES[country])
            if attempt > 40:
                surname = f"{surname}-{self._rng.choice(words.SURNAMES[country])}"
            if not {surname, given} & avoid and self._free(country, surname, given):
                return surname, given
        raise AssertionError(f"no personal names left for {country}")

    def trader(self, country: str, avoid: frozenset[str] = frozenset()) -> Trader:
        person = self.person(country, avoid)
        first, second = self._rng.sample(words.COMPANY_WORDS["KE"], 2)
        trade = f"{first} {self._rng.choice(words.TRADE_WORDS['KE'])}" if country == "KE" else f"{first} {second}"
        return Trader(Person(person.country, person.surname, person.given, person.patronymic, person.female, trade))


def words_of(name: Name) -> frozenset[str]:
    """The words of a name, for drawing another that shares none of them."""
    if isinstance(name, Company):
        return frozenset(name.core.split())
    person = name.person if isinstance(name, Trader) else name
    return frozenset((person.surname, person.surname.removesuffix("а").removesuffix("a"), person.given))
