"""Numbers that the law or a bank gives to people, companies, accounts, phones and cards: their forms and check digits.

One module a country, as the numbers are. Nothing here knows the books; where a check digit's algorithm is not
published, only the form is asked, and the docstring says so.
"""

from reconcile.identifiers.bank import bank_account_country, is_iban
from reconcile.identifiers.cards import find_card, mask_cards
from reconcile.identifiers.ke import is_kra_pin, is_msisdn, msisdn
from reconcile.identifiers.kz import kz_check_digit, kz_is_valid, restore_zeros
from reconcile.identifiers.tax import normal_tax_id, tax_id_country, tax_id_type, tax_id_warning
from reconcile.identifiers.uz import (
    is_inn,
    is_pinfl,
    is_uz_account,
    pinfl_check_digit,
    uz_account_currency,
)

__all__ = [
    "bank_account_country",
    "find_card",
    "is_iban",
    "is_inn",
    "is_kra_pin",
    "is_msisdn",
    "is_pinfl",
    "is_uz_account",
    "kz_check_digit",
    "kz_is_valid",
    "mask_cards",
    "msisdn",
    "normal_tax_id",
    "pinfl_check_digit",
    "restore_zeros",
    "tax_id_country",
    "tax_id_type",
    "tax_id_warning",
    "uz_account_currency",
]
