"""What the policy says of the provider's own bank accounts beyond the master data: the details that invoices name."""

from __future__ import annotations

from dataclasses import dataclass

from reconcile.policy.fields import Fields


@dataclass(frozen=True, slots=True)
class OwnAccountDetails:
    """`number` is the bank account as it is imported. `invoices`: whether invoices ask for payment to it, where the
    country has several in one currency."""

    number: str
    bic: str
    tax_id: str
    address: str
    invoices: bool


def own_accounts(root: Fields) -> dict[str, OwnAccountDetails]:
    """By number. Each `[own_account.NAME]` stands once."""
    found: dict[str, OwnAccountDetails] = {}
    for _, part in root.parts("own_account"):
        number = "".join(part.text("number", '"KZ…"').split()).upper()
        details = OwnAccountDetails(
            number,
            part.text_or_empty("bic"),
            part.text_or_empty("tax_id"),
            part.text_or_empty("address"),
            part.flag("invoices"),
        )
        if number in found:
            part.note("number", f"{number} stands twice", "keep one table for each bank account")
        found[number] = details
        part.text("source", '"contract with the bank, 2026-01-01"')
        part.close()
    return found
