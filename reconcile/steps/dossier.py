"""One payment with all that deciding it takes: what the line says, what was read in it, who pays, the candidates side by
side with what speaks for and against each, and what happened before on these accounts and with this payer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, or_, select

from reconcile.explain import NOT_AGAINST, advice, evidence_text, flag_text, sentence
from reconcile.money import format_amount
from reconcile.payer import Relation, payer_of, relation
from reconcile.policy import PolicyBook
from reconcile.proposal import Case
from reconcile.purpose.reader import read_purpose
from reconcile.reports.model import Piece
from reconcile.reports.shown import pieces
from reconcile.statement import Party
from reconcile.steps.acts import resolve_id
from reconcile.steps.cases import cases_of, load
from reconcile.steps.placing import PLACED
from reconcile.steps.queue import lines
from reconcile.store.bulk import any_of
from reconcile.store.declined import of_payment
from reconcile.store.engine import reading
from reconcile.store.gateway_tables import gateway_payment
from reconcile.store.lookup import account_positions, invoice_positions
from reconcile.store.tables import (
    account,
    decision,
    entry,
    invoice,
    line_detail,
    own_bank_account,
    payment,
    proposed_act,
    statement,
    statement_file,
    statement_line,
)

RECENT: Final = 8
"""How many earlier payments of an account and of a payer are shown."""


@dataclass(frozen=True, slots=True)
class Against:
    """What speaks against a candidate: a code, and the words that belong into its sentence."""

    code: str
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice:
    """A candidate. Amounts in minor units of `currency`, the account's own; `outstanding`: None without an invoice."""

    number: str
    holder: str
    country: str
    currency: str
    balance: int
    invoice: str
    outstanding: int | None
    evidence: tuple[str, ...]
    against: tuple[Against, ...]
    creditable: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """A payment of before, as one line of a history."""

    id: str
    booking_date: date
    amount: int
    currency: str
    status: str
    account_number: str
    payer: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything about one payment. `row` is its line as the bank and the payer wrote it; `choices` best first."""

    row: Any
    payer: Party
    pieces: tuple[Piece, ...]
    not_a_topup: str
    reason_words: str
    todo: str
    explanation: str
    flags: tuple[str, ...]
    choices: tuple[Choice, ...]
    declined: Sequence[Any]
    waiting: Any | None
    decisions: Sequence[Any]
    of_account: tuple[Earlier, ...]
    of_payer: tuple[Earlier, ...]
    second_person: bool
    placed: bool


def dossier(engine: Engine, policies: PolicyBook, payment_id: str, language: str) -> Dossier:
    """All about a payment, as the books are at this moment. Refuses an id that names none."""
    with reading(engine) as connection:
        row = _row(connection, resolve_id(connection, payment_id))
        policy = policies.on(row.booking_date)
        decisions = connection.execute(
            select(decision).where(decision.c.payment_id == row.id).order_by(decision.c.no)
        ).all()
        in_force = next((each for each in decisions if each.no == row.decision_no), None)
        payer = payer_of(
            Party(row.name or "", row.tax_id or "", row.account or ""),
            Party(row.ultimate_name or "", row.ultimate_tax_id or "", row.ultimate_account or ""),
            policy,
        )
        case = _case(connection, row, policies)
        reading_ = read_purpose(row.purpose or "")
        waiting = connection.execute(
            select(proposed_act).where(proposed_act.c.payment_id == row.id, proposed_act.c.decided_at.is_(None))
        ).first()
        its = row.account_number
        return Dossier(
            row=row,
            payer=payer,
            pieces=pieces(row.purpose or "", reading_.spans),
            not_a_topup=reading_.not_a_topup or reading_.lump_sum,
            reason_words=_why_it_waits(row, in_force, language),
            todo=advice(row.reason, language).todo if row.reason and row.status in ("held", "unmatched") else "",
            explanation=sentence(in_force, language) if in_force is not None else "",
            flags=tuple(
                flag_text(flag, language) for flag in (in_force.flags if in_force else ()) if flag != row.reason
            ),
            choices=tuple(_choices(connection, row, in_force, case, language)),
            declined=of_payment(connection, row.id),
            waiting=waiting,
            decisions=decisions,
            of_account=_of_account(connection, row.id, its) if its else (),
            of_payer=_of_payer(connection, row.id, payer),
            second_person=policy.needs_approval(row.amount, row.currency),
            placed=row.status in PLACED,
        )


def _why_it_waits(row: Any, in_force: Any, language: str) -> str:
    """The reason's meaning; where only a person's word stands against what the rules found, that."""
    if in_force is not None and any(code == NOT_AGAINST for code, _ in in_force.evidence):
        return evidence_text([NOT_AGAINST, {}], language)
    return advice(row.reason, language).meaning if row.reason else ""


def place_of(engine: Engine, payment_id: str) -> tuple[date, int, str]:
    """Where a payment stands in the queue's order."""
    with reading(engine) as connection:
        full_id = resolve_id(connection, payment_id)
        where = payment.c.id == full_id
        row = connection.execute(select(payment.c.booking_date, payment.c.amount).where(where)).one()
    return row.booking_date, row.amount, full_id


def currency_of(engine: Engine, payment_id: str) -> str:
    with reading(engine) as connection:
        full_id = resolve_id(connection, payment_id)
        return str(connection.execute(select(payment.c.currency).where(payment.c.id == full_id)).scalar_one())


def _row(connection: Connection, payment_id: str) -> Any:
    line = and_(statement_line.c.statement_id == entry.c.statement_id, statement_line.c.position == entry.c.position)
    detail = and_(
        line_detail.c.statement_id == entry.c.statement_id,
        line_detail.c.position == entry.c.position,
        line_detail.c.detail_no == payment.c.detail_no,
    )
    query = (
        select(
            payment, own_bank_account.c.country, own_bank_account.c.bank_name, entry.c.statement_id, entry.c.voided,
            statement_line.c.bank_reference, statement_line.c.file_line, statement_line.c.value_date,
            statement_file.c.name.label("file_name"), statement.c.format,
            line_detail.c.name, line_detail.c.tax_id, line_detail.c.account, line_detail.c.bank,
            line_detail.c.ultimate_name, line_detail.c.ultimate_tax_id, line_detail.c.ultimate_account,
            line_detail.c.purpose, line_detail.c.references,
            gateway_payment.c.provider, gateway_payment.c.masked_pan, gateway_payment.c.receipt,
            gateway_payment.c.operator, gateway_payment.c.account_given,
        )
        .outerjoin(own_bank_account, own_bank_account.c.number == payment.c.own_account)
        .outerjoin(entry, entry.c.id == payment.c.entry_id)
        .outerjoin(statement_line, line)
        .outerjoin(line_detail, detail)
        .outerjoin(statement, statement.c.id == entry.c.statement_id)
        .outerjoin(statement_file, statement_file.c.hash == statement.c.file_hash)
        .outerjoin(gateway_payment, gateway_payment.c.id == payment.c.gateway_id)
        .where(payment.c.id == payment_id)
    )  # fmt: skip
    return connection.execute(query).one()


def _case(connection: Connection, row: Any, policies: PolicyBook) -> Case | None:
    """The payment as the rules see it now; None for a gateway payment, which has no line."""
    if row.entry_id is None:
        return None
    loaded = load(connection, select(payment).where(payment.c.id == row.id).subquery())
    return next(iter(cases_of(connection, loaded, policies)), None)


# --- candidates ------------------------------------------------------------------------------------------------------


def _choices(connection: Connection, row: Any, in_force: Any, case: Case | None, language: str) -> Iterable[Choice]:
    told = list(in_force.candidates) if in_force is not None else []
    if row.account_number and all(each["account"] != row.account_number for each in told):
        told.insert(
            0, {"account": row.account_number, "invoice": None, "evidence": in_force.evidence if in_force else []}
        )
    numbers = {each["account"] for each in told}
    if not numbers:
        return
    accounts = {
        each.number: each
        for each in connection.execute(select(account).where(any_of(connection, account.c.number, numbers)))
    }
    balances = account_positions(connection, numbers)
    invoices = _invoices(connection, {each["invoice"] for each in told if each["invoice"]})
    for each in told:
        its = accounts.get(each["account"])
        if its is None:
            continue
        found = invoices.get(each["invoice"] or "")
        outstanding = found[1] if found else None
        yield Choice(
            number=its.number,
            holder=its.holder_name,
            country=its.country,
            currency=its.currency,
            balance=balances.get(its.number, (0, 0))[1],
            invoice=each["invoice"] or "",
            outstanding=outstanding,
            evidence=tuple(dict.fromkeys(evidence_text(one, language) for one in each["evidence"])),
            against=tuple(_against(row, its, found, case)),
            creditable=its.status == "open" and its.currency == row.currency,
        )


def _invoices(connection: Connection, numbers: set[str]) -> dict[str, tuple[Any, int]]:
    if not numbers:
        return {}
    left = invoice_positions(connection, numbers)
    rows = connection.execute(select(invoice).where(any_of(connection, invoice.c.number, numbers)))
    return {row.number: (row, left.get(row.number, (0, row.amount))[1]) for row in rows}


def _against(row: Any, its: Any, found: tuple[Any, int] | None, case: Case | None) -> Iterable[Against]:
    if its.status != "open":
        yield Against("account_closed")
    if its.currency != row.currency:
        yield Against("other_currency", {"currency": its.currency})
    if row.country and its.country != row.country:
        yield Against("other_country", {"country": its.country})
    yield from _payer_against(its, case)
    if found is not None:
        its_invoice, left = found
        if its_invoice.status == "cancelled":
            yield Against("invoice_cancelled")
        elif left <= 0:
            yield Against("nothing_outstanding")
        elif left != row.amount:
            words = {"outstanding": format_amount(left, its_invoice.currency), "currency": its_invoice.currency}
            yield Against("other_amount", words)
        if its_invoice.expires_on is not None and its_invoice.expires_on < row.booking_date:
            yield Against("invoice_expired", {"day": its_invoice.expires_on.isoformat()})
        if its_invoice.issued_on > row.booking_date:
            yield Against("issued_later", {"day": its_invoice.issued_on.isoformat()})
    if case is not None:
        others = {
            number
            for ref in case.references.marked
            for number in (_account_of(case, ref.number),)
            if number and number != its.number
        }
        if others:
            yield Against("other_named", {"accounts": ", ".join(sorted(others))})


def _account_of(case: Case, number: str) -> str:
    if number in case.found.accounts:
        return number
    its = case.found.invoices.get(number)
    return its.account_number if its is not None else ""


def _payer_against(its: Any, case: Case | None) -> Iterable[Against]:
    known = case.found.accounts.get(its.number) if case is not None else None
    if case is None or known is None:
        return
    standing = relation(case.payer, known.holder, case.found, case.name_limit)
    if standing is Relation.THIRD_PARTY:
        yield Against("payer_is_another", {"holder": its.holder_name})
    elif standing is Relation.UNKNOWN:
        yield Against("payer_unknown")


# --- what was before -------------------------------------------------------------------------------------------------


def _of_payer(connection: Connection, payment_id: str, payer: Party) -> tuple[Earlier, ...]:
    """By tax id or bank account, never by a name: several people may bear it."""
    same = [
        column == value
        for column, value in ((line_detail.c.tax_id, payer.tax_id), (line_detail.c.account, payer.account))
        if value
    ]
    if not same:
        return ()
    line = and_(
        statement_line.c.statement_id == line_detail.c.statement_id, statement_line.c.position == line_detail.c.position
    )
    theirs = (
        select(statement_line.c.entry_id, line_detail.c.detail_no)
        .join(line_detail, line)
        .where(or_(*same))
        .distinct()
        .subquery()
    )
    its = and_(theirs.c.entry_id == payment.c.entry_id, theirs.c.detail_no == payment.c.detail_no)
    ids = select(payment.c.id).join(theirs, its).where(payment.c.id != payment_id)
    return _earlier(connection, ids.order_by(payment.c.booking_date.desc(), payment.c.id).limit(RECENT))


def _of_account(connection: Connection, payment_id: str, number: str) -> tuple[Earlier, ...]:
    ids = select(payment.c.id).where(payment.c.account_number == number, payment.c.id != payment_id)
    return _earlier(connection, ids.order_by(payment.c.booking_date.desc(), payment.c.id).limit(RECENT))


def _earlier(connection: Connection, which: Any) -> tuple[Earlier, ...]:
    ids = list(connection.execute(which).scalars())
    return tuple(
        Earlier(
            each.id,
            each.booking_date,
            each.amount,
            each.currency,
            each.status,
            each.account_number,
            each.payer,
            each.purpose,
        )
        for each in lines(connection, ids)
    )
