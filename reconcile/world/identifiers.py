"""Synthetic identifiers with true check digits: tax ids, bank accounts, phones, receipts of three countries.

Made for test data only; each function takes the generator's `Random`, so that a seed gives the same world again.
Sources of the rules stand in each docstring. None of these is looked up anywhere: a number that happens to be
somebody's is an accident of arithmetic.
"""

from __future__ import annotations

from random import Random
from string import ascii_uppercase, digits
from typing import Final

KZ_BANKS: Final = {"722": "CASPKZKA", "601": "HSBKKZKX", "856": "KCJBKZKX", "965": "IRTYKZKA"}
UZ_BRANCHES: Final = ("00444", "01183", "00873", "01056", "00974", "00440")
_IIN_SECOND: Final = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def _digits(rng: Random, count: int) -> str:
    return f"{rng.randrange(10**count):0{count}d}"


def kz_check_digit(first_eleven: str) -> str | None:
    """The twelfth digit of an IIN or BIN (government decree 565 of 2003); None where the number cannot be issued.

    >>> kz_check_digit("98034001960")
    '8'
    """
    numbers = [int(digit) for digit in first_eleven]
    check = sum(number * weight for number, weight in zip(numbers, range(1, 12), strict=True)) % 11
    if check == 10:
        check = sum(number * weight for number, weight in zip(numbers, _IIN_SECOND, strict=True)) % 11
    return None if check == 10 else str(check)


def _kz_number(rng: Random, head: str) -> str:
    while True:
        body = head + _digits(rng, 11 - len(head))
        check = kz_check_digit(body)
        if check is not None:
            return body + check


def kz_bin(rng: Random) -> str:
    """A company's BIN: year and month of registration, 4 (resident), 0 (head office), serial, check digit."""
    return _kz_number(rng, f"{rng.randrange(0, 26):02d}{rng.randint(1, 12):02d}40")


def kz_iin(rng: Random, *, female: bool = False) -> str:
    """A person's IIN: birth date, century and sex, serial, check digit. Born in the 20th century, of working age."""
    sex = "4" if female else "3"
    return _kz_number(rng, f"{rng.randint(58, 99):02d}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}{sex}")


def _mod97(country: str, body: str) -> str:
    text = "".join(str(int(letter, 36)) for letter in f"{body}{country}00")
    return f"{98 - int(text) % 97:02d}"


def kz_iban(rng: Random, bank: str | None = None) -> str:
    """A KZ IBAN (ISO 13616): check digits mod 97, three digits of the bank, thirteen of the account."""
    body = (bank or rng.choice(sorted(KZ_BANKS))) + _digits(rng, 13)
    return f"KZ{_mod97('KZ', body)}{body}"


def kz_bank_bic(iban: str) -> str:
    return KZ_BANKS.get(iban[4:7], "TSESKZKA")


def uz_stir(rng: Random, *, person: bool = False) -> str:
    """A STIR (INN): nine digits; companies begin with 2 or 3, persons with 4 to 7. Its check digit is unpublished."""
    return rng.choice("4567" if person else "23") + _digits(rng, 8)


def uz_pinfl_check_digit(first_thirteen: str) -> str:
    """The last digit of a PINFL: weights 7, 3, 1 as in ICAO 9303.

    >>> uz_pinfl_check_digit("3150190123456")
    '6'
    """
    return str(sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(first_thirteen)) % 10)


def uz_pinfl(rng: Random, *, female: bool = False) -> str:
    """A PINFL: sex and century, birth date DDMMYY, district, serial, check digit."""
    birth = f"{rng.randint(1, 28):02d}{rng.randint(1, 12):02d}{rng.randint(58, 99):02d}"
    body = ("4" if female else "3") + birth + _digits(rng, 6)
    return body + uz_pinfl_check_digit(body)


def uz_account(rng: Random, balance: str = "20208", currency: str = "000") -> str:
    """A UZ bank account: balance account, currency (000 = UZS), key, client code, serial: 20 digits."""
    return f"{balance}{currency}{_digits(rng, 1)}{rng.randint(10**6, 10**8 - 1):08d}{rng.choice(('001', '001', '002'))}"


def ke_pin(rng: Random, *, person: bool = False) -> str:
    """A KRA PIN: A for persons (and their businesses), P for companies; nine digits; a letter (unpublished rule)."""
    return f"{'A' if person else 'P'}0{_digits(rng, 8)}{rng.choice(ascii_uppercase)}"


def ke_account(rng: Random) -> str:
    return rng.choice(("01", "11", "12")) + _digits(rng, rng.choice((8, 11)))


def msisdn(rng: Random, country: str) -> str:
    """A mobile number in international form without the plus."""
    head = {"KE": ("2547", 8), "KZ": ("7701", 7), "UZ": ("99890", 7)}[country]
    return head[0] + _digits(rng, head[1])


def mpesa_receipt(rng: Random, month: int = 2, day: int = 1) -> str:
    """An M-Pesa receipt: year, month, day as characters (U = 2026), then seven upper-case alphanumerics."""
    calendar = "123456789" + ascii_uppercase
    return "U" + ascii_uppercase[month - 1] + calendar[day - 1] + "".join(rng.choices(ascii_uppercase + digits, k=7))


def tax_id(rng: Random, country: str, *, person: bool, female: bool = False) -> str:
    """The id by which a country's tax office knows a company or a person."""
    if country == "KZ":
        return kz_iin(rng, female=female) if person else kz_bin(rng)
    if country == "UZ":
        return uz_pinfl(rng, female=female) if person else uz_stir(rng)
    return ke_pin(rng, person=person)


def bank_account(rng: Random, country: str, *, person: bool = False) -> str:
    """A payer's own bank account."""
    if country == "KZ":
        return kz_iban(rng)
    if country == "UZ":
        return uz_account(rng, "20206" if person else "20208")
    return ke_account(rng)
