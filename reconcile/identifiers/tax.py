"""Tax ids of the three countries seen as one: their one spelling, their country, and whose they can be."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from reconcile.books import HolderType
from reconcile.identifiers.ke import is_kra_pin, kra_pin_type
from reconcile.identifiers.kz import kz_is_valid, kz_type
from reconcile.identifiers.uz import inn_type, is_inn, is_pinfl, pinfl_check_digit
from reconcile.reference import LOOK_ALIKES

_BLANKS: Final = re.compile(r"[\s\u200b-\u200d\u2060\ufeff\u00ad]+")


def normal_tax_id(text: str) -> str:
    """The one spelling under which two tax ids are compared: no blanks, upper case, Cyrillic look-alikes as Latin.

    Zeros are kept, and nothing else is: a number is never padded, cut or repaired here.

    >>> normal_tax_id(" р012 345 678м "), normal_tax_id("000140000017")
    ('P012345678M', '000140000017')
    """
    if text.isascii() and text.isdigit():
        return text
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper().translate(LOOK_ALIKES)


def tax_id_country(tax_id: str) -> str:
    """The country whose form the number has ("KZ", "UZ", "KE"), else empty. The forms do not overlap."""
    if kz_is_valid(tax_id):
        return "KZ"
    if is_inn(tax_id) or is_pinfl(tax_id):
        return "UZ"
    return "KE" if is_kra_pin(tax_id) else ""


def tax_id_type(tax_id: str, country_hint: str = "") -> HolderType | None:
    """What a tax id alone says of its bearer; None where it is none, or none of the country that is hinted at.

    A person's id says INDIVIDUAL: whether that person trades is told by marks beside it (`names.party_type`). A Kazakh
    number with a wrong check digit says nothing. Nine bare digits are an Uzbek INN only where no other country is
    hinted at.

    >>> tax_id_type("200000017"), tax_id_type("200000017", "KZ"), tax_id_type("A012345678Z")
    (<HolderType.LEGAL_ENTITY: 'legal_entity'>, None, <HolderType.INDIVIDUAL: 'individual'>)
    """
    plain = normal_tax_id(tax_id)
    if country_hint not in ("", "UZ") and plain.isdigit() and len(plain) == 9:
        return None
    if is_pinfl(plain):
        return HolderType.INDIVIDUAL
    return kz_type(plain) or inn_type(plain) or kra_pin_type(plain)


def tax_id_warning(tax_id: str) -> str:
    """Why a tax id deserves a second look although it is taken, in one line; empty where nothing is odd."""
    plain = normal_tax_id(tax_id)
    if is_pinfl(plain) and pinfl_check_digit(plain[:13]) != int(plain[13]):
        return f"PINFL {plain[:3]}…{plain[-2:]} has an unexpected check digit; compare it with the passport"
    if re.fullmatch(r"[0-9]{12}", plain) and not kz_is_valid(plain):
        return f"BIN/IIN {plain[:3]}…{plain[-2:]} has a wrong check digit; compare it with the certificate"
    return ""
