"""What a legal form is, as a value; the forms themselves are in the countries' modules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FormKind(StrEnum):
    COMPANY = "company"
    SOLE_TRADER = "sole_trader"
    TITLE = "title"
    """A calling before a person's name (bailiff, notary): set aside, and no word about trading."""


class Place(StrEnum):
    """Where in a name a form is taken for one."""

    ANYWHERE = "anywhere"
    EDGE = "edge"
    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class LegalForm:
    """One form with all its spellings; scripts and transliterations of one spelling need not be repeated.

    `companion`: stands beside another form as well («СП ООО», `MChJ QK`). `yields`: a mark that an id overrules (ЖК may
    be a housing complex, a peasant farm may be a company).
    """

    kind: FormKind
    place: Place
    spellings: tuple[str, ...]
    companion: bool = False
    yields: bool = False

    @property
    def certain(self) -> bool:
        return self.place is Place.ANYWHERE


def company(*spellings: str) -> LegalForm:
    """A form that is no word of its own: found anywhere in a name."""
    return LegalForm(FormKind.COMPANY, Place.ANYWHERE, spellings)


def short(place: Place, *spellings: str, companion: bool = False) -> LegalForm:
    """A company's form of few letters, which may be a word: found at its edge, where no certain form stands."""
    return LegalForm(FormKind.COMPANY, place, spellings, companion=companion)


def sole_trader(place: Place, *spellings: str, yields: bool = False) -> LegalForm:
    return LegalForm(FormKind.SOLE_TRADER, place, spellings, yields=yields)


def title(*spellings: str) -> LegalForm:
    return LegalForm(FormKind.TITLE, Place.START, spellings)
