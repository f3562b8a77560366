"""Letters to customers whose payment waits for something that only they can send: a power of attorney, or a word from the
payer. They name the customer's own account, amount and day, and never who paid: that may be another customer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, select

from reconcile.invoicing.language import COUNTRY_LANGUAGE, Language, language
from reconcile.invoicing.pdf import render_power
from reconcile.invoicing.power import PowerTemplate
from reconcile.policy import PolicyBook
from reconcile.steps.mail import Letter, key_of, write, written
from reconcile.store.engine import reading
from reconcile.store.tables import account, own_bank_account, payment

KIND: Final = "customer"
POWER: Final = "power"
PURPOSE: Final = "purpose"
ASKED: Final = {
    "power_of_attorney_missing": POWER,
    "power_of_attorney_expired": POWER,
    "power_of_attorney_revoked": POWER,
    "power_of_attorney_not_yet_valid": POWER,
    "third_party_purpose_incomplete": PURPOSE,
}
"""What a reason to hold asks of the customer. Nobody is written to about any other reason."""
_AT_ONCE: Final = 500


def write_letters(engine: Engine, *, sender: str, now: datetime, policies: PolicyBook) -> int:
    """Write to the holders of what is held now, once for each payment and matter; how many letters were new."""
    with reading(engine) as connection:
        held = connection.execute(_held()).all()
        known = written(connection, [_key(row) for row in held])
        entities = select(own_bank_account.c.number, own_bank_account.c.legal_entity)
        recipients = {row.number: row.legal_entity for row in connection.execute(entities)}
    new = [row for row in held if _key(row) not in known]
    letters = list(_letters(new, recipients, policies, now))
    with engine.begin() as connection:
        return sum(write(connection, each, sender=sender, now=now) for each in letters)


def _held() -> Any:
    """What the machine held for such a reason on an account with an address; the newest first, and not without end."""
    columns = (
        payment.c.id, payment.c.amount, payment.c.currency, payment.c.booking_date, payment.c.reason,
        payment.c.own_account, account.c.number, account.c.country, account.c.holder_name, account.c.tax_ids,
        account.c.email, account.c.language,
    )  # fmt: skip
    return (
        select(*columns)
        .join(account, account.c.number == payment.c.account_number)
        .where(payment.c.status == "held", payment.c.reason.in_(list(ASKED)), payment.c.by_person.is_(False))
        .where(account.c.email.is_not(None), account.c.email != "")
        .order_by(payment.c.booking_date.desc(), payment.c.id)
        .limit(_AT_ONCE)
    )


def _letters(held: Any, recipients: dict[str, str], policies: PolicyBook, now: datetime) -> Iterator[Letter]:
    countries = policies.on(now.date()).countries
    for row in held:
        words = language(row.language or COUNTRY_LANGUAGE.get(row.country, "en"))
        country = countries.get(row.country)
        recipient = (country.legal_name if country else "") or recipients.get(row.own_account, "")
        yield _letter(row, words, recipient)


def _about(row: Any) -> str:
    return f"{KIND}:{row.id}:{ASKED[row.reason]}"


def _key(row: Any) -> str:
    return key_of(_about(row), row.email)


def _letter(row: Any, words: Language, recipient: str) -> Letter:
    matter = ASKED[row.reason]
    said = {
        "amount": words.amount(row.amount, row.currency),
        "date": words.day(row.booking_date),
        "account": row.number,
        "holder": row.holder_name,
    }
    held = {key: text.format(**said) for key, text in words.held.items()}
    lines = [held["greeting"], held["intro"], held[matter]]
    files: tuple[tuple[str, bytes], ...] = ()
    if matter == POWER:
        template = PowerTemplate(row.number, row.country, row.holder_name, (row.tax_ids or [""])[0], recipient)
        files = (("power-of-attorney.pdf", render_power(template, words)),)
    else:
        lines.append(held["wording"])
    return Letter(
        key=_about(row),
        kind=KIND,
        recipient=row.email,
        subject=held["subject"],
        text="\n\n".join([*lines, held["end"]]) + "\n",
        files=files,
    )
