"""An invoice as it is written: every text of the page, ready to be set. Pure; `pdf` makes the page of it.

What the page says of the payment purpose is what the main job reads back: the provider's documentation asks the payer to
copy it from the invoice, and a third party to name the holder and the personal account (docs/decision-table.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from reconcile.books import HolderType
from reconcile.invoicing.language import Language
from reconcile.money import format_amount


@dataclass(frozen=True, slots=True)
class Recipient:
    """The provider's legal entity in the account's country, as a payment order names it. Empty texts are left out."""

    name: str
    tax_id: str
    address: str
    bank_account: str
    bank_name: str
    bic: str


@dataclass(frozen=True, slots=True)
class Payer:
    """The holder of the personal account."""

    name: str
    tax_id: str
    type: HolderType


@dataclass(frozen=True, slots=True)
class InvoiceToPay:
    """Everything that an invoice's page says. `amount` in minor units. `third_parties`: whether somebody else may pay by
    the purpose rule; `powers`: whether an individual may with a power of attorney (the country's policy)."""

    number: str
    account_number: str
    country: str
    amount: int
    currency: str
    issued_on: date
    expires_on: date | None
    recipient: Recipient
    payer: Payer
    third_parties: bool
    powers: bool


def purpose(invoice: InvoiceToPay, language: Language) -> str:
    """The purpose of payment of the account's holder."""
    return language.purpose["own"].format(**_names(invoice))


def third_party_purpose(invoice: InvoiceToPay, language: Language) -> str:
    """The purpose of a company or sole proprietor that pays for the holder."""
    return language.purpose["third_party"].format(**_names(invoice))


def _names(invoice: InvoiceToPay) -> dict[str, str]:
    return {
        "number": invoice.number,
        "account": invoice.account_number,
        "date": f"{invoice.issued_on:%d.%m.%Y}",
        "holder": invoice.payer.name,
    }


def payment_code(invoice: InvoiceToPay, language: Language) -> str:
    """The text of the page's QR code: the recipient, the sum and the purpose in the form of GOST R 56042-2014 (ST00012,
    UTF-8), which banking apps and accounting programs of the region read; elsewhere it is readable as it stands."""
    to = invoice.recipient
    fields = {
        "Name": to.name,
        "PersonalAcc": to.bank_account,
        "BankName": to.bank_name,
        "BIC": to.bic,
        "PayeeINN": to.tax_id,
        "Sum": str(invoice.amount),
        "Purpose": purpose(invoice, language),
        "PersAcc": invoice.account_number,
    }
    return "|".join(["ST00012", *(f"{key}={_plain(value)}" for key, value in fields.items() if value)])


def _plain(value: str) -> str:
    """The sign that separates the fields may not stand in one."""
    return " ".join(value.replace("|", " ").split())


def page(invoice: InvoiceToPay, language: Language) -> Mapping[str, Any]:
    """What `template.typ` sets: texts in their places."""
    texts = {key: value.format(**_filled(invoice, language)) for key, value in language.texts.items()}
    return {
        "language": language.code,
        "texts": texts,
        "number": invoice.number,
        "account": invoice.account_number,
        "amount": language.amount(invoice.amount, invoice.currency),
        "plain_amount": format_amount(invoice.amount, invoice.currency),
        "in_words": language.in_words(invoice.amount, invoice.currency),
        "recipient": asdict(invoice.recipient),
        "payer": {"name": invoice.payer.name, "tax_id": invoice.payer.tax_id},
        "tax_label": language.tax_label.get(invoice.country, ""),
        "expires": invoice.expires_on is not None,
        "purpose": purpose(invoice, language),
        "third_party": third_party_purpose(invoice, language) if invoice.third_parties else "",
        "power": invoice.powers and invoice.payer.type is not HolderType.INDIVIDUAL,
        "power_alone": False,
    }


def _filled(invoice: InvoiceToPay, language: Language) -> dict[str, str]:
    until = invoice.expires_on
    return {
        "number": invoice.number,
        "date": language.day(invoice.issued_on),
        "account": invoice.account_number,
        "holder": invoice.payer.name,
        "tax_label": language.tax_label.get(invoice.country, ""),
        "tax_id": invoice.payer.tax_id or "—",
        "recipient": invoice.recipient.name,
        **({"until": language.day(until)} if until else {"until": ""}),
    }
