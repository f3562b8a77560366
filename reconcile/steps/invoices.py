"""Invoices issued here: a number of the country's series, and the page that says how to pay it.

An issued invoice never changes; for another amount there is another invoice (the provider's documentation, "To change
the amount, generate a new invoice"). Number, invoice and page are stored in one transaction, so the series has no gap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, case, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from reconcile.books import HolderType, Invoice, InvoiceStatus
from reconcile.invoicing.document import InvoiceToPay, Payer, Recipient
from reconcile.invoicing.language import COUNTRY_LANGUAGE, language
from reconcile.invoicing.numbers import InvoiceSeries, issue
from reconcile.money import format_amount, read_amount
from reconcile.policy import CountryPolicy, Policy, PolicyBook, ThirdPartyRule
from reconcile.problem import Refusal
from reconcile.reference import number_key, zeroless_key
from reconcile.steps.masters.history import Draft, Source, audit, lock
from reconcile.steps.masters.invoices import INVOICES
from reconcile.steps.masters.upsert import store, stored_records
from reconcile.store.engine import is_postgresql, reading
from reconcile.store.invoice_tables import invoice_series, issued_invoice
from reconcile.store.tables import account, allocation, holder, invoice, own_bank_account

BY_ISSUE: Final = "invoice issue"
_ROOM: Final = 1000
"""How many numbers in a row may be taken already (imported with the same form) before the series is refused."""


@dataclass(frozen=True, slots=True)
class Issued:
    """An invoice and the language of its page. `new` False: the same request had been answered before."""

    invoice: InvoiceToPay
    language: str
    new: bool = True


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. `amount` as written («150000.00»). `language` and `expires_on` empty: the account's own, and
    the policy's term. `key` names the request, so that one that is repeated gives the same invoice."""

    account_number: str
    amount: str
    language: str = ""
    expires_on: date | None = None
    key: str | None = None


def issue_invoice(engine: Engine, request: Request, *, actor: str, now: datetime, policies: PolicyBook) -> Issued:
    """Issue an invoice. Refuses an account that is not on the books or closed, an amount that is none, a holder who may
    not pay by bank transfer in that country, and a country whose series or recipient nobody has set up."""
    if request.language:
        language(request.language)
    with engine.begin() as connection:
        lock(connection)
        if request.key and (known := _by_key(connection, request)):
            return known
        to = _account(connection, request.account_number)
        policy = policies.on(now.date())
        country = policy.country(to["country"])
        made = _invoice(connection, request, to, policy, country, now)
        chosen = request.language or to["language"] or COUNTRY_LANGUAGE.get(country.code, "en")
        assert country.invoice_series is not None
        _store(connection, made, country.invoice_series, chosen, request.key, Source(actor, now, BY_ISSUE))
    return Issued(made, chosen)


def issued(engine: Engine, number: str) -> Issued:
    """An invoice that was issued here, as it was issued. Refuses any other."""
    with reading(engine) as connection:
        row = connection.execute(select(issued_invoice).where(issued_invoice.c.number == number)).first()
    if row is None:
        raise Refusal.of(f"no invoice {number!r} was issued here", "imported invoices have their pages elsewhere")
    return Issued(_from_face(row.face), row.language, new=False)


def issued_here(engine: Engine, account_number: str) -> set[str]:
    """The numbers of an account's invoices that have a page here; imported ones have theirs elsewhere."""
    its = select(invoice.c.number).where(invoice.c.account_number == account_number)
    with reading(engine) as connection:
        return set(
            connection.execute(select(issued_invoice.c.number).where(issued_invoice.c.number.in_(its))).scalars()
        )


def list_invoices(engine: Engine, account_number: str = "", open_only: bool = False) -> list[Invoice]:
    """Invoices, newest first, with what is outstanding of each."""
    after = (
        select(allocation.c.after)
        .where(allocation.c.invoice_number == invoice.c.number)
        .order_by(allocation.c.sequence.desc())
        .limit(1)
        .scalar_subquery()
    )
    left = case((invoice.c.status == "open", func.coalesce(after, invoice.c.amount)), else_=0)
    query = select(invoice, left.label("left")).order_by(invoice.c.issued_on.desc(), invoice.c.number.desc())
    if account_number:
        query = query.where(invoice.c.account_number == account_number)
    if open_only:
        query = query.where(invoice.c.status == "open", left > 0)
    with reading(engine) as connection:
        return [
            Invoice(
                row.number,
                row.account_number,
                row.amount,
                row.currency,
                row.issued_on,
                row.expires_on,
                InvoiceStatus(row.status),
                int(row.left),
            )
            for row in connection.execute(query)
        ]


def cancel_invoice(engine: Engine, number: str, *, actor: str, now: datetime, reason: str) -> bool:
    """Cancel an open invoice; its number is never given again. Whether anything changed. Refuses without a reason, and
    where the invoice is paid or unknown."""
    if not reason:
        raise Refusal.of("an invoice is cancelled with a reason", "say why")
    with engine.begin() as connection:
        lock(connection)
        before = stored_records(INVOICES, connection, [number]).get(number)
        if before is None:
            raise Refusal.of(f"there is no invoice {number!r} on the books", "correct the number")
        if before["status"] == "paid":
            raise Refusal.of(f"invoice {number} is paid", "a paid invoice is not cancelled")
        if before["status"] == "cancelled":
            return False
        source = Source(actor, now, "invoice cancel")
        store(connection, INVOICES, [], [Draft(None, number, before, {**before, "status": "cancelled"})], source)
        audit(connection, source, "invoice_cancelled", number, reason, {})
    return True


# --- what the invoice says -------------------------------------------------------------------------------------------


def _account(connection: Connection, number: str) -> dict[str, Any]:
    row = connection.execute(
        select(account, holder.c.type.label("holder_type"))
        .join(holder, holder.c.key == account.c.holder_key)
        .where(account.c.number == number)
    ).first()
    if row is None:
        raise Refusal.of(f"there is no personal account {number!r} on the books", "import it, or correct the number")
    if row.status != "open":
        raise Refusal.of(f"the personal account {number} is closed", "an invoice is for an open account")
    return row._asdict()


def _invoice(
    connection: Connection,
    request: Request,
    to: Mapping[str, Any],
    policy: Policy,
    country: CountryPolicy,
    now: datetime,
) -> InvoiceToPay:
    kind = HolderType(to["holder_type"])
    if not country.allows_bank_transfer(kind):
        what = f"a holder of the kind {kind.value} does not pay by bank transfer in {country.code}"
        raise Refusal.of(what, "the policy lists who may; such a holder pays by card")
    amount = read_amount(request.amount, to["currency"])
    if amount == 0:
        raise Refusal.of("an invoice over nothing", "write an amount above zero")
    day = country.local_day(now)
    until = request.expires_on or day + timedelta(days=policy.invoice_days)
    if until < day:
        raise Refusal.of(f"the invoice would expire on {until}, before its issue on {day}", "name a later day")
    return InvoiceToPay(
        number=_next_number(connection, country),
        account_number=to["number"],
        country=country.code,
        amount=amount,
        currency=to["currency"],
        issued_on=day,
        expires_on=until,
        recipient=_recipient(connection, to, policy, country),
        payer=Payer(to["holder_name"], (to["tax_ids"] or [""])[0], kind),
        third_parties=country.third_party_rule is ThirdPartyRule.PURPOSE,
        powers=country.power_of_attorney,
    )


def _recipient(connection: Connection, to: Mapping[str, Any], policy: Policy, country: CountryPolicy) -> Recipient:
    """The provider's bank account in the country and currency; of several, the one that the policy names for invoices."""
    own = own_bank_account.c
    rows = connection.execute(
        select(own_bank_account)
        .where(own.country == to["country"], own.currency == to["currency"], own.legal_entity != "", own.imported)
        .order_by(own.number)
    ).all()
    details = policy.own_accounts
    chosen = [row for row in rows if row.number in details and details[row.number].invoices] or rows
    if len(chosen) != 1:
        found = ", ".join(row.number for row in chosen) or "none"
        what = f"it cannot be told to which bank account a holder in {to['country']} pays {to['currency']}: {found}"
        mend = "import one with its legal entity, or name one in the policy: [own_account.…] invoices = true"
        raise Refusal.of(what, mend)
    row = chosen[0]
    more = details.get(row.number)
    return Recipient(
        name=country.legal_name or row.legal_entity,
        tax_id=more.tax_id if more else "",
        address=more.address if more else "",
        bank_account=row.number,
        bank_name=row.bank_name or "",
        bic=more.bic if more else "",
    )


# --- the number ------------------------------------------------------------------------------------------------------


def _next_number(connection: Connection, country: CountryPolicy) -> str:
    """The series' next number that nothing on the books bears, an account's number included. The series' row stays
    locked until the transaction ends."""
    series = country.invoice_series
    if series is None:
        mend = f"add [country.{country.code}.invoice_series] to the policy"
        raise Refusal.of(f"{country.code} has no series of invoice numbers", mend)
    for _ in range(_ROOM):
        serial = _take(connection, series)
        if serial > series.last:
            raise Refusal.of(f"the series {series.prefix} is used up", "give the country a new prefix in the policy")
        number = issue(series, serial)
        if not _taken(connection, number):
            return number
    raise Refusal.of(f"the next {_ROOM} numbers of series {series.prefix} are taken", "choose another prefix")


def _take(connection: Connection, series: InvoiceSeries) -> int:
    make = postgresql.insert if is_postgresql(connection) else sqlite.insert
    query = (
        make(invoice_series)
        .values(prefix=series.prefix, last=1)
        .on_conflict_do_update(index_elements=["prefix"], set_={"last": invoice_series.c.last + 1})
        .returning(invoice_series.c.last)
    )
    return int(connection.execute(query).scalar_one())


def _taken(connection: Connection, number: str) -> bool:
    key = number_key(number)
    same = or_(invoice.c.number_key == key, invoice.c.zeroless_key == zeroless_key(key))
    other = or_(account.c.number_key == key, account.c.zeroless_key == zeroless_key(key))
    return (
        connection.execute(select(invoice.c.number).where(same).limit(1)).first() is not None
        or connection.execute(select(account.c.number).where(other).limit(1)).first() is not None
    )


# --- stored ----------------------------------------------------------------------------------------------------------


def _store(
    connection: Connection, made: InvoiceToPay, series: InvoiceSeries, chosen: str, key: str | None, source: Source
) -> None:
    record = {
        "number": made.number,
        "account_number": made.account_number,
        "amount": made.amount,
        "currency": made.currency,
        "issued_on": made.issued_on,
        "expires_on": made.expires_on,
        "status": "open",
    }
    store(connection, INVOICES, [Draft(None, made.number, None, record)], [], source)
    serial = connection.execute(select(invoice_series.c.last).where(invoice_series.c.prefix == series.prefix))
    connection.execute(
        insert(issued_invoice).values(
            number=made.number,
            prefix=series.prefix,
            serial=int(serial.scalar_one()),
            language=chosen,
            face=_face(made),
            issued_at=source.now,
            actor=source.actor,
            request_key=key,
        )
    )
    sum_ = format_amount(made.amount, made.currency)
    audit(connection, source, "invoice_issued", made.number, "", {"amount": sum_, "currency": made.currency})


def _face(made: InvoiceToPay) -> dict[str, Any]:
    face = asdict(made)
    face["issued_on"] = made.issued_on.isoformat()
    face["expires_on"] = made.expires_on.isoformat() if made.expires_on else None
    return face


def _from_face(face: Mapping[str, Any]) -> InvoiceToPay:
    payer = face["payer"]
    return InvoiceToPay(
        **{
            **face,
            "issued_on": date.fromisoformat(face["issued_on"]),
            "expires_on": date.fromisoformat(face["expires_on"]) if face["expires_on"] else None,
            "recipient": Recipient(**face["recipient"]),
            "payer": Payer(payer["name"], payer["tax_id"], HolderType(payer["type"])),
        }
    )


def _by_key(connection: Connection, request: Request) -> Issued | None:
    """The invoice that the same request was given. Refuses one that asks for something else under the same key."""
    row = connection.execute(select(issued_invoice).where(issued_invoice.c.request_key == request.key)).first()
    if row is None:
        return None
    known = _from_face(row.face)
    if known.account_number != request.account_number or known.amount != read_amount(request.amount, known.currency):
        what = f"the request {request.key!r} was for {format_amount(known.amount, known.currency)} on another account"
        if known.account_number == request.account_number:
            what = f"the request {request.key!r} was for {format_amount(known.amount, known.currency)}"
        raise Refusal.of(what, "give the new request a key of its own")
    return Issued(known, row.language, new=False)
