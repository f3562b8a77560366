"""The queue as a person works it: held and unmatched payments, oldest and largest first, a page at a time.

A page is found through the index of what is open, from where the last one ended; only its own rows are then joined with
what their lines say. So a page costs the same, however many payments there are and however far down it lies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Text,
    and_,
    any_,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from reconcile.money import read_amount
from reconcile.problem import Refusal
from reconcile.store.bulk import any_of
from reconcile.store.console_tables import proposed_change
from reconcile.store.engine import is_postgresql, reading
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
# word for word as the index `ix_payment_queue` has it, so that both databases see that it serves
_OPEN: Final = text("payment.status IN ('held', 'unmatched')")


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
    with reading(engine) as connection:
        further = _further(connection, wanted)
        if after is not None:
            further.append(_behind(after, wanted.order))
        parts: list[Any] = [
            select(payment.c.id, payment.c.booking_date, payment.c.amount)
            .where(part, *further)
            .order_by(*_order(payment.c, wanted.order))
            .limit(limit + 1)
            .subquery()
            for part in _parts(wanted.tab, today)
        ]
        its = union_all(*(select(part) for part in parts)).subquery()
        found = connection.execute(select(its).order_by(*_order(its.c, wanted.order)).limit(limit + 1)).all()
        rows = lines(connection, [row.id for row in found[:limit]])
    last = rows[-1] if len(found) > limit else None
    return Page(tuple(rows), Place(last.booking_date, last.amount, last.id) if last else None)


def counts(engine: Engine, today: date) -> dict[str, int]:
    """How many payments each tab has; and how many changes wait for a second person."""
    waits = proposed_act.c.decided_at.is_(None)
    open_ = select(func.count()).select_from(payment).where(_OPEN)
    asked: tuple[Any, ...] = (
        open_,
        open_.where(_put_off(today), not_(_waits())),
        open_.join(proposed_act, proposed_act.c.payment_id == payment.c.id).where(waits),
        select(func.count()).select_from(proposed_act).where(waits),
        select(func.count()).select_from(proposed_change).where(proposed_change.c.outcome.is_(None)),
    )
    with reading(engine) as connection:
        row = connection.execute(select(*(each.scalar_subquery() for each in asked))).one()
    all_, later, waiting, second, changes = row
    return {
        "todo": all_ - later - waiting,
        "later": later,
        "second": second,
        "all": all_ + second - waiting,
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


def _parts(tab: str, today: date) -> list[ColumnElement[bool]]:
    """Which payments a tab has: conditions of which no two hold for one payment, each with an index of its own."""
    second = payment.c.id.in_(select(proposed_act.c.payment_id).where(proposed_act.c.decided_at.is_(None)))
    if tab == "second":
        return [second]
    if tab == "all":
        elsewhere = or_(payment.c.status.is_(None), payment.c.status.not_in(("held", "unmatched")))
        return [and_(_OPEN), and_(second, elsewhere)]
    if tab == "later":
        return [and_(_OPEN, _put_off(today), not_(_waits()))]
    return [and_(_OPEN, not_(_put_off(today)), not_(_waits()))]


def _further(connection: Connection, wanted: Filter) -> list[ColumnElement[bool]]:
    """What a filter asks beside its tab."""
    names = ("status", "reason", "own_account")
    asked: list[ColumnElement[bool]] = [
        payment.c[name] == getattr(wanted, name) for name in names if getattr(wanted, name)
    ]
    if wanted.country:
        its = select(own_bank_account.c.number).where(own_bank_account.c.country == wanted.country)
        asked.append(payment.c.own_account.in_(its))
    if wanted.text:
        asked.append(_says(connection, wanted.text))
    return asked


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


def _order(its: Any, order: str) -> tuple[ColumnElement[Any], ...]:
    if order == "largest":
        return its.amount.desc(), its.booking_date, its.id
    return its.booking_date, its.amount.desc(), its.id


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
        .where(*(_has(connection, word) for word in words.split()[:8]))
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


def _has(connection: Connection, word: str) -> ColumnElement[bool]:
    """A word in all that a line says, joined by a separator that no word holds. No database folds the case of every
    script in every locale, so a word is sought in the forms in which people write it."""
    detail = line_detail.c
    said: ColumnElement[str] = detail.name
    for each in (detail.ultimate_name, detail.purpose, detail.tax_id, detail.account, statement_line.c.bank_reference):
        said = said + "\n" + each
    forms = sorted({word, word.lower(), word.upper(), word.title()})
    if is_postgresql(connection):  # the joined text is made once, not once a form
        escaped = [re.sub(r"([\\%_])", r"\\\1", form) for form in forms]
        return said.like(any_(cast([f"%{form}%" for form in escaped], ARRAY(Text))))
    return or_(*(said.contains(form, autoescape=True) for form in forms))


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
