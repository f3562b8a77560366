"""The payments that wait for a person, oldest and largest first, each with all that deciding it takes.

Drawn in chunks: for a thousand payments one look-up of the candidates' accounts and one of their invoices, so that the
report of a very long queue costs little memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, CompoundSelect, Connection, Row, Select, and_, func, or_, select, text, union_all

from reconcile.explain import advice, evidence_text, flag_text
from reconcile.policy import PolicyBook
from reconcile.purpose.reader import read_purpose
from reconcile.reports import shown
from reconcile.reports.figures import Owns, live
from reconcile.reports.model import Item, Offer, OwnAccount
from reconcile.reports.next_steps import Case, steps
from reconcile.store.bulk import any_of
from reconcile.store.gateway_tables import gateway_payment
from reconcile.store.lookup import invoice_positions
from reconcile.store.tables import (
    account,
    decision,
    entry,
    invoice,
    line_detail,
    payment,
    proposed_act,
    statement,
    statement_file,
    statement_line,
)

CHUNK: Final = 1000


@dataclass(frozen=True, slots=True)
class Setting:
    """What every item needs beside its row."""

    owns: Owns
    day: date
    policies: PolicyBook
    language: str


def how_many(connection: Connection, owns: Owns, day: date) -> int:
    """Those that wait by their status, and those of another on which an act waits: each found by its own index."""
    its = select(func.count()).select_from(payment).where(live(), payment.c.own_account.in_(list(owns)))
    its = its.where(payment.c.booking_date <= day)
    acts = its.join(proposed_act, _waiting_act()).where(
        or_(payment.c.status.is_(None), payment.c.status.not_in(WAITING))
    )
    return sum(int(connection.execute(each).scalar_one()) for each in (its.where(OPEN), acts))


def open_items(connection: Connection, setting: Setting, limit: int | None = None) -> Iterator[Item]:
    """Held and unmatched payments, and those on which an act waits for a second person, booked up to the day."""
    its = _waiting(setting.owns, setting.day, limit).subquery()
    order = (its.c.booking_date, its.c.amount.desc(), its.c.id)
    first = select(its.c.id).order_by(*order).limit(limit).subquery()
    query = _with_everything(first).order_by(*_ORDER)
    for rows in connection.execute(query, execution_options={"yield_per": CHUNK}).partitions():
        yield from _items(connection, rows, setting)


_ORDER: Final = (payment.c.booking_date, payment.c.amount.desc(), payment.c.id)
WAITING: Final = ("held", "unmatched")
OPEN: Final = text("payment.status IN ('held', 'unmatched')")
"""Word for word as the index `ix_payment_queue` has it."""


def _waiting(owns: Owns, day: date, limit: int | None) -> CompoundSelect[Any]:
    """The ids of what waits; of each kind no more than is asked for, then so many of both."""
    its = select(payment.c.id, payment.c.booking_date, payment.c.amount)
    its = its.where(live(), payment.c.own_account.in_(list(owns)), payment.c.booking_date <= day)
    acts = select(proposed_act.c.payment_id).where(proposed_act.c.decided_at.is_(None))
    elsewhere = or_(payment.c.status.is_(None), payment.c.status.not_in(WAITING))
    parts = [its.where(OPEN), its.where(payment.c.id.in_(acts), elsewhere)]
    return union_all(*(select(each.order_by(*_ORDER).limit(limit).subquery()) for each in parts))


def _waiting_act() -> Any:
    return and_(proposed_act.c.payment_id == payment.c.id, proposed_act.c.decided_at.is_(None))


def _text(column: Column[str], name: str = "") -> Any:
    """A payment through a gateway has no line on a statement."""
    return func.coalesce(column, "").label(name or column.name)


def _with_everything(first: Any) -> Select[Any]:
    line = and_(statement_line.c.statement_id == entry.c.statement_id, statement_line.c.position == entry.c.position)
    detail = and_(
        line_detail.c.statement_id == entry.c.statement_id,
        line_detail.c.position == entry.c.position,
        line_detail.c.detail_no == payment.c.detail_no,
    )
    return (
        select(
            payment,
            _text(line_detail.c.name), _text(line_detail.c.tax_id), _text(line_detail.c.ultimate_name),
            func.coalesce(line_detail.c.account, gateway_payment.c.masked_pan + gateway_payment.c.phone).label("account"),
            func.coalesce(line_detail.c.purpose, gateway_payment.c.account_given).label("purpose"),
            func.coalesce(
                statement_line.c.bank_reference, gateway_payment.c.external_id + " " + gateway_payment.c.receipt
            ).label("bank_reference"),
            func.coalesce(statement_line.c.file_line, 0).label("file_line"),
            _text(entry.c.statement_id), _text(statement_file.c.name, "file_name"),
            proposed_act.c.act.label("waiting_act"), proposed_act.c.actor.label("waiting_actor"),
            *(column.label(f"decision_{column.name}") for column in decision.c),
        )
        .join(first, first.c.id == payment.c.id)
        .outerjoin(gateway_payment, gateway_payment.c.id == payment.c.gateway_id)
        .outerjoin(entry, entry.c.id == payment.c.entry_id)
        .outerjoin(statement_line, line)
        .outerjoin(line_detail, detail)
        .outerjoin(statement, statement.c.id == entry.c.statement_id)
        .outerjoin(statement_file, statement_file.c.hash == statement.c.file_hash)
        .outerjoin(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
        .outerjoin(proposed_act, _waiting_act())
    )  # fmt: skip


# --- a chunk ---------------------------------------------------------------------------------------------------------


def _items(connection: Connection, rows: Sequence[Row[Any]], setting: Setting) -> Iterator[Item]:
    targets = [each for row in rows for each in row.decision_candidates or ()]
    accounts = _accounts(connection, {each["account"] for each in targets})
    left = _outstanding(connection, {each["invoice"] for each in targets if each["invoice"]})
    for row in rows:
        its_own = row.decision_candidates or ()
        offers = tuple(_offer(each, row.currency, accounts, left, setting.language) for each in its_own)
        yield _item(row, offers, setting)


def _accounts(connection: Connection, numbers: set[str]) -> dict[str, Row[Any]]:
    if not numbers:
        return {}
    query: Select[Any] = select(account.c.number, account.c.holder_name, account.c.currency, account.c.status)
    return {row.number: row for row in connection.execute(query.where(any_of(connection, account.c.number, numbers)))}


def _outstanding(connection: Connection, numbers: set[str]) -> dict[str, tuple[int, str]]:
    """What is still to be paid of these invoices, now, and its currency."""
    if not numbers:
        return {}
    positions = invoice_positions(connection, numbers)
    query = select(invoice.c.number, invoice.c.amount, invoice.c.currency).where(
        any_of(connection, invoice.c.number, numbers)
    )
    return {
        row.number: (positions.get(row.number, (0, row.amount))[1], row.currency) for row in connection.execute(query)
    }


def _offer(
    each: Mapping[str, Any],
    currency: str,
    accounts: Mapping[str, Row[Any]],
    left: Mapping[str, tuple[int, str]],
    language: str,
) -> Offer:
    number = each["invoice"] or ""
    its_account = accounts.get(each["account"])
    outstanding, its_currency = left.get(number, (None, currency))
    return Offer(
        each["account"],
        its_account.holder_name if its_account is not None else "",
        number,
        outstanding,
        its_currency,
        float(each["score"]),
        _told(each["evidence"], language),
        its_account is not None and its_account.status == "open" and its_account.currency == currency,
    )


def _told(evidence: Iterable[Any], language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(evidence_text(each, language) for each in evidence))


def _why(row: Row[Any], language: str) -> str:
    """What stands behind the decision in force, and a person's note. The candidates stand in their own list."""
    evidence = row.decision_evidence or ()
    told = list(_told(evidence, language))
    if row.reason and row.reason not in {code for code, _ in evidence}:
        told.insert(0, advice(row.reason, language).meaning)
    if row.decision_note:
        told.append(f"«{' '.join(row.decision_note.split())}»")
    return "; ".join(told)


def _item(row: Row[Any], offers: tuple[Offer, ...], setting: Setting) -> Item:
    language = setting.language
    its_own = setting.owns[row.own_account]
    policy = setting.policies.on(row.booking_date)
    case = Case(
        payment_id=row.id,
        status=row.status,
        reason=row.reason or "",
        statement_id=row.statement_id,
        offers=offers,
        account_number=row.account_number or "",
        payer_name=row.name,
        payer_tax_id=row.tax_id,
        waiting_act=row.waiting_act or "",
        second_person=policy.needs_approval(row.amount, row.currency),
    )
    return Item(
        payment_id=row.id,
        booking_date=row.booking_date,
        age=(setting.day - row.booking_date).days,
        amount=row.amount,
        currency=row.currency,
        own=OwnAccount(row.own_account, row.currency, its_own.country, its_own.bank_name or ""),
        status=row.status,
        reason=row.reason or "",
        reason_words=advice(row.reason, language).meaning if row.reason else "",
        explanation=_why(row, language),
        flags=tuple((flag, flag_text(flag, language)) for flag in row.decision_flags or () if flag != row.reason),
        account_number=row.account_number or "",
        payer_name=row.name,
        payer_tax_id=row.tax_id,
        payer_account=row.account,
        ultimate_name=row.ultimate_name,
        bank_reference=row.bank_reference,
        purpose=row.purpose,
        pieces=shown.pieces(row.purpose, read_purpose(row.purpose).spans),
        offers=offers,
        steps=steps(case, language),
        file_name=row.file_name,
        file_line=row.file_line,
        hold_until=row.decision_hold_until,
        waiting_act=row.waiting_act or "",
        waiting_actor=row.waiting_actor or "",
    )
