"""The queue as a person works it: held and unmatched payments, oldest and largest first, a page at a time.

A page is found through the index of what is open, from where the last one ended; only its own rows are then joined with
what their lines say. So a page costs the same, however many payments there are and however far down it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, func, literal, not_, or_, select, text

from reconcile.money import read_amount
from reconcile.problem import Refusal
from reconcile.store.bulk import any_of
from reconcile.store.console_tables import proposed_change
from reconcile.store.engine import reading
from reconcile.store.gateway_tables import gateway_payment
from reconcile.store.tables import (
    decision,
    entry,
    line_detail,
    own_bank_account,
    payment,
    proposed_act,
    statement_line,
)

PAGE: Final = 50
TABS: Final = ("todo", "later", "second", "all")
ORDERS: Final = ("oldest", "largest")
_OPEN: Final = and_(
    # word for word as the index of what is open has it, so that both databases see that it serves
    text("(payment.status IS NULL OR payment.status IN ('held', 'unmatched'))"),
    payment.c.status.is_not(None),
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody wants to see. `tab`: "todo" (to be decided now), "later" (held until a day to come), "second" (an
    act waits for a second person), "all". `text` is sought in payer, purpose, references, numbers and amounts. `order`:
    "oldest" (and of a day the largest) or "largest" (and of an amount the oldest; of one country, if it is to mean much)."""

    tab: str = "todo"
    status: str = ""
    reason: str = ""
    country: str = ""
    own_account: str = ""
    text: str = ""
    order: str = "oldest"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the order is booking date and amount, or amount and booking date, then id."""

    day: date
    amount: int
    id: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A payment as a line of the queue. `guess` is its best candidate: account and invoice."""

    id: str
    booking_date: date
    amount: int
    currency: str
    country: str
    status: str
    reason: str
    payer: str
    purpose: str
    account_number: str
    guess: tuple[str, str]
    hold_until: date | None
    waiting_act: str
    waiting_actor: str


@dataclass(frozen=True, slots=True)
class Page:
    rows: tuple[Waiting, ...]
    following: Place | None


def page(engine: Engine, wanted: Filter, today: date, after: Place | None = None, limit: int = PAGE) -> Page:
    """A page of the queue, from behind a place on."""
    query = _ids(wanted, today)
    if after is not None:
        query = query.where(_behind(after, wanted.order))
    query = query.order_by(*_order(wanted.order)).limit(limit + 1)
    with reading(engine) as connection:
        if wanted.text:
            query = query.where(_says(connection, wanted.text))
        found = connection.execute(query).all()
        rows = lines(connection, [row.id for row in found[:limit]])
    last = rows[-1] if len(found) > limit else None
    return Page(tuple(rows), Place(last.booking_date, last.amount, last.id) if last else None)


def counts(engine: Engine, today: date) -> dict[str, int]:
    """How many payments each tab has; and how many changes wait for a second person."""
    later, second = _put_off(today), _waits()
    query = (
        select(func.count(), func.count().filter(later), func.count().filter(second)).select_from(payment).where(_OPEN)
    )
    with reading(engine) as connection:
        all_, put_off, waiting = connection.execute(query).one()
        second_all = connection.execute(
            select(func.count()).select_from(proposed_act).where(proposed_act.c.decided_at.is_(None))
        ).scalar_one()
        changes = connection.execute(
            select(func.count()).select_from(proposed_change).where(proposed_change.c.outcome.is_(None))
        ).scalar_one()
    return {
        "todo": all_ - put_off - waiting,
        "later": put_off,
        "second": second_all,
        "all": all_ + second_all - waiting,
        "changes": changes,
    }


def reasons(engine: Engine) -> Sequence[tuple[str, str, int]]:
    """Status, reason and how many, the most frequent first: what the filter offers."""
    query = (
        select(payment.c.status, payment.c.reason, func.count())
        .where(_OPEN)
        .group_by(payment.c.status, payment.c.reason)
        .order_by(func.count().desc(), payment.c.reason)
    )
    with reading(engine) as connection:
        return [(status, reason or "", count) for status, reason, count in connection.execute(query)]


def own_accounts(engine: Engine) -> Sequence[Any]:
    """The own bank accounts, for the filter."""
    with reading(engine) as connection:
        return connection.execute(
            select(own_bank_account).order_by(own_bank_account.c.country, own_bank_account.c.number)
        ).all()


# --- which ones ------------------------------------------------------------------------------------------------------


def _ids(wanted: Filter, today: date) -> Select[Any]:
    query = select(payment.c.id, payment.c.booking_date, payment.c.amount)
    if wanted.tab == "second":
        query = query.where(
            payment.c.id.in_(select(proposed_act.c.payment_id).where(proposed_act.c.decided_at.is_(None)))
        )
    elif wanted.tab == "all":
        query = query.where(or_(_OPEN, _waits()))
    elif wanted.tab == "later":
        query = query.where(_OPEN, _put_off(today))
    else:
        query = query.where(_OPEN, not_(_put_off(today)), not_(_waits()))
    if wanted.status:
        query = query.where(payment.c.status == wanted.status)
    if wanted.reason:
        query = query.where(payment.c.reason == wanted.reason)
    if wanted.own_account:
        query = query.where(payment.c.own_account == wanted.own_account)
    if wanted.country:
        its = select(own_bank_account.c.number).where(own_bank_account.c.country == wanted.country)
        query = query.where(payment.c.own_account.in_(its))
    return query


def _put_off(today: date) -> ColumnElement[bool]:
    """Held by a person until a day that is not there yet."""
    return and_(
        payment.c.reason == "held_by_person",
        select(literal(1))
        .where(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no)
        .where(decision.c.hold_until > today)
        .exists(),
    )


def _waits() -> ColumnElement[bool]:
    return (
        select(literal(1))
        .where(proposed_act.c.payment_id == payment.c.id, proposed_act.c.decided_at.is_(None))
        .exists()
    )


def _order(order: str) -> tuple[ColumnElement[Any], ...]:
    if order == "largest":
        return payment.c.amount.desc(), payment.c.booking_date, payment.c.id
    return payment.c.booking_date, payment.c.amount.desc(), payment.c.id


def _behind(place: Place, order: str) -> ColumnElement[bool]:
    """Behind a place in the order. The first condition alone lets the index begin there."""
    if order == "largest":
        return and_(
            payment.c.amount <= place.amount,
            or_(
                payment.c.amount < place.amount,
                payment.c.booking_date > place.day,
                and_(payment.c.booking_date == place.day, payment.c.id > place.id),
            ),
        )
    return and_(
        payment.c.booking_date >= place.day,
        or_(
            payment.c.booking_date > place.day,
            payment.c.amount < place.amount,
            and_(payment.c.amount == place.amount, payment.c.id > place.id),
        ),
    )


def _says(connection: Connection, words: str) -> ColumnElement[bool]:
    """Every word of the search stands in what the line says, in whatever case; or the whole is an id or an amount."""
    said = (
        select(literal(1))
        .select_from(_with_line(entry))
        .where(entry.c.id == payment.c.entry_id, line_detail.c.detail_no == payment.c.detail_no)
        .where(*(_has(word) for word in words.split()[:8]))
        .exists()
    )
    whole = [
        payment.c.account_number == words,
        payment.c.id.startswith(words, autoescape=True) if len(words) >= 6 else said,
    ]
    currencies = connection.execute(select(own_bank_account.c.currency).distinct()).scalars()
    return or_(said, *whole, *(_amount(words, currency) for currency in currencies))


def _amount(words: str, currency: str) -> ColumnElement[bool]:
    plain = words.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        return and_(payment.c.currency == currency, payment.c.amount == read_amount(plain, currency))
    except Refusal:
        return payment.c.id == ""


def _has(word: str) -> ColumnElement[bool]:
    """SQLite folds the case of Latin letters only, so a word is sought as people write it."""
    detail = line_detail.c
    places = (
        detail.name,
        detail.ultimate_name,
        detail.purpose,
        detail.tax_id,
        detail.account,
        statement_line.c.bank_reference,
    )
    forms = sorted({word, word.lower(), word.upper(), word.title()})
    return or_(*(place.contains(form, autoescape=True) for place in places for form in forms))


def _with_line(first: Any) -> Any:
    line = and_(statement_line.c.statement_id == entry.c.statement_id, statement_line.c.position == entry.c.position)
    detail = and_(line_detail.c.statement_id == entry.c.statement_id, line_detail.c.position == entry.c.position)
    return first.join(statement_line, line).join(line_detail, detail)


# --- what they say ---------------------------------------------------------------------------------------------------


def lines(connection: Connection, ids: Sequence[str]) -> list[Waiting]:
    """These payments as lines of the queue, in the order of their ids given."""
    if not ids:
        return []
    line = and_(statement_line.c.statement_id == entry.c.statement_id, statement_line.c.position == entry.c.position)
    detail = and_(
        line_detail.c.statement_id == entry.c.statement_id,
        line_detail.c.position == entry.c.position,
        line_detail.c.detail_no == payment.c.detail_no,
    )
    query = (
        select(
            payment, line_detail.c.name, line_detail.c.ultimate_name, line_detail.c.purpose,
            gateway_payment.c.masked_pan, gateway_payment.c.account_given, own_bank_account.c.country,
            decision.c.candidates, decision.c.hold_until, proposed_act.c.act, proposed_act.c.actor,
        )
        .outerjoin(entry, entry.c.id == payment.c.entry_id)
        .outerjoin(statement_line, line)
        .outerjoin(line_detail, detail)
        .outerjoin(gateway_payment, gateway_payment.c.id == payment.c.gateway_id)
        .outerjoin(own_bank_account, own_bank_account.c.number == payment.c.own_account)
        .outerjoin(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
        .outerjoin(proposed_act, and_(proposed_act.c.payment_id == payment.c.id, proposed_act.c.decided_at.is_(None)))
        .where(any_of(connection, payment.c.id, ids))
    )  # fmt: skip
    found = {row.id: _waiting(row) for row in connection.execute(query)}
    return [found[each] for each in ids if each in found]


def _waiting(row: Any) -> Waiting:
    best = (row.candidates or [None])[0]
    return Waiting(
        id=row.id,
        booking_date=row.booking_date,
        amount=row.amount,
        currency=row.currency,
        country=row.country or "",
        status=row.status or "",
        reason=row.reason or "",
        payer=row.name or row.ultimate_name or row.masked_pan or "",
        purpose=row.purpose or row.account_given or "",
        account_number=row.account_number or "",
        guess=(best["account"], best["invoice"] or "") if best else ("", ""),
        hold_until=row.hold_until,
        waiting_act=row.act or "",
        waiting_actor=row.actor or "",
    )
