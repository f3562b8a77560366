"""The letter that brings an invoice to its account's address."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Engine, select

from reconcile.invoicing.document import purpose
from reconcile.invoicing.language import language
from reconcile.invoicing.pdf import render
from reconcile.problem import Refusal
from reconcile.steps.invoices import Issued
from reconcile.steps.mail import Letter, write
from reconcile.store.engine import reading
from reconcile.store.tables import account

KIND: Final = "invoice"


def address_of(engine: Engine, account_number: str) -> str:
    """Where the account's letters go. Refuses an account that names no address; one that is not there has none."""
    with reading(engine) as connection:
        to = connection.execute(select(account.c.email).where(account.c.number == account_number)).scalar()
    if not to:
        mend = "import the account with its email, or give the customer the PDF"
        raise Refusal.of(f"account {account_number} has no e-mail address", mend)
    return str(to)


def write_letter(engine: Engine, made: Issued, *, sender: str, now: datetime) -> bool:
    """Put the letter among those to be sent; False where it stands there already. Refuses an account without an
    address."""
    invoice, words = made.invoice, language(made.language)
    said = {
        "number": invoice.number,
        "account": invoice.account_number,
        "amount": words.amount(invoice.amount, invoice.currency),
        "purpose": purpose(invoice, words),
    }
    given = Letter(
        key=f"{KIND}:{invoice.number}",
        kind=KIND,
        recipient=address_of(engine, invoice.account_number),
        subject=words.mail["subject"].format(**said),
        text=words.mail["body"].format(**said),
        files=((f"{invoice.number}.pdf", render(invoice, words)),),
    )
    with engine.begin() as connection:
        return write(connection, given, sender=sender, now=now)
