"""The lines of a mobile wallet's statement: the third door of an M-Pesa payment.

The wallet is an own bank account. What its statement shows coming in from a customer is the payment with that receipt,
whether or not a callback or a registry told of it before: the line ties to it and settles what the operator owes, and is
never posted to a customer itself. The operator's reversal gives the payment back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, not_, or_, select
from sqlalchemy.exc import IntegrityError

from reconcile.explain.alerts import said
from reconcile.gateway.payers import mask_phone, phone_key
from reconcile.gateway.report import Door, Kind, Report, operator_key
from reconcile.outcome import Decision
from reconcile.policy import Method, PolicyBook
from reconcile.steps.gateway.recording import RETRIES, record
from reconcile.steps.gateway.ties import Lump, Movement, tie
from reconcile.store import journal
from reconcile.store.alerts import raise_alert
from reconcile.store.decision_rows import Act, Written
from reconcile.store.decisions import standing_of, write
from reconcile.store.gateway_tables import gateway_identity, gateway_payment, settlement_tie
from reconcile.store.tables import entry, line_detail, own_bank_account, payment, statement, statement_line

FORMAT: Final = "table"
PROVIDER: Final = "safaricom"
CHUNK: Final = 1000
_NOON: Final = time(12)


def take_wallet_lines(
    engine: Engine, *, high_water: int, as_of: date, now: datetime, policies: PolicyBook, actor: str
) -> int:
    """Tie what is there of the statements up to this one, and store what no other door told of. How many lines."""
    done = 0
    while True:
        taken = _some(engine, high_water, as_of, now, policies, actor)
        done += taken
        if taken < CHUNK:
            return done


def _some(engine: Engine, high_water: int, as_of: date, now: datetime, policies: PolicyBook, actor: str) -> int:
    for left in range(RETRIES, 0, -1):
        try:
            with engine.begin() as connection:
                lines = _lines(connection, high_water, as_of)
                _take(connection, lines, now, policies, actor)
                return len(lines)
        except IntegrityError:  # a callback stored one of these payments at this moment
            if left == 1:
                raise
    raise AssertionError("unreachable")


def _lines(connection: Connection, high_water: int, as_of: date) -> Sequence[Any]:
    """Incoming lines with an operator's receipt that are not decided or wait, of statements that are not in doubt."""
    detail, its = line_detail.c, payment.c
    own = select(own_bank_account.c.number)
    wallets = select(statement.c.own_account).where(statement.c.format == FORMAT)  # few, and of most books none
    found = connection.execute(
        select(payment, detail.name, detail.references, own_bank_account.c.country, statement.c.id.label("statement"))
        .join(entry, entry.c.id == its.entry_id)
        .join(statement, statement.c.id == entry.c.statement_id)
        .join(statement_line, and_(statement_line.c.statement_id == entry.c.statement_id,
                                   statement_line.c.position == entry.c.position))
        .join(line_detail, and_(detail.statement_id == entry.c.statement_id, detail.position == entry.c.position,
                                detail.detail_no == its.detail_no))
        .join(own_bank_account, own_bank_account.c.number == its.own_account)
        .where(its.own_account.in_(wallets), statement.c.format == FORMAT, detail.references.is_not(None))
        .where(or_(its.status.is_(None), its.status.in_(("held", "unmatched"))), not_(its.by_person))
        .where(or_(its.reason.is_(None), its.reason != "gateway_conflict"))
        .where(or_(statement.c.arithmetic != "mismatch", statement.c.accepted_by.is_not(None)))
        .where(not_(entry.c.possible_duplicate), detail.account.not_in(own), not_(entry.c.voided))
        .where(its.sequence <= high_water, its.booking_date <= as_of)
        .order_by(its.booking_date, its.id)
        .with_for_update(of=payment)
    ).all()  # fmt: skip
    return [row for row in found if _said(row, "receipt")][:CHUNK]


def _said(row: Any, kind: str) -> str:
    return next((str(value).strip() for its, value in row.references or () if its == kind), "")


def _take(connection: Connection, lines: Sequence[Any], now: datetime, policies: PolicyBook, actor: str) -> None:
    if not lines:
        return
    reports = [_report(row, number, policies) for number, row in enumerate(lines)]
    done = record(connection, reports, actor=actor, now=now, policies=policies)
    refused = {problem.line for problem in done.conflicts}
    link = f"wallet:{lines[0].id}:{(lines[0].decision_no or 0) + 1}"
    for number, (row, report) in enumerate(zip(lines, reports, strict=True)):
        if number in refused:
            _conflict(connection, link, row, report, now)
        else:
            _settle(connection, link, row, report, now, policies)
    journal.seal(connection, link, now)


def _report(row: Any, number: int, policies: PolicyBook) -> Report:
    """The line as the statement's word about the payment. A statement gives days; the middle of one stands for it."""
    country = row.country or "KE"
    zone = policies.on(row.booking_date).country(country).time_zone
    phone = _said(row, "phone")
    return Report(
        kind=Kind.PAID, door=Door.STATEMENT, method=Method.MOBILE_MONEY, amount=row.amount, currency=row.currency,
        at=datetime.combine(row.booking_date, _NOON, zone), receipt=_said(row, "receipt"),
        account=_said(row, "bill_reference"), provider=PROVIDER, merchant=row.own_account,
        payer_key=phone_key(phone, country) if phone else "", phone=mask_phone(phone), operator="M-Pesa",
        source=f"statement {row.statement}", line=number, facts={"name": row.name, "references": row.references},
    )  # fmt: skip


def _settle(connection: Connection, link: str, row: Any, report: Report, now: datetime, policies: PolicyBook) -> None:
    """The line brings what the operator owes for this payment. One that is settled by another line is a second time."""
    identity = and_(
        gateway_identity.c.kind == "receipt",
        gateway_identity.c.scope == operator_key(report.operator),
        gateway_identity.c.value == report.receipt.upper(),
    )
    query = select(gateway_payment).join(gateway_identity, gateway_identity.c.gateway_id == gateway_payment.c.id)
    paid = connection.execute(query.where(identity)).one()
    settled = select(settlement_tie.c.payment_id).where(
        settlement_tie.c.kind == "paid", settlement_tie.c.movement_id == paid.id
    )
    if connection.execute(settled).first():
        _conflict(connection, link, row, report, now)
        return
    movement = Movement("paid", paid.id, paid.clearing, paid.amount, paid.currency, 0, report.receipt)
    lump = Lump(row, "receipt", report.receipt, 0, fees_netted=False)
    tie(connection, link, lump, [movement], now, policies.on(row.booking_date).version)


def _conflict(connection: Connection, link: str, row: Any, report: Report, now: datetime) -> None:
    evidence = (("gateway_conflict", {"number": report.receipt}),)
    made = Decision("held", "gateway_conflict", ("gateway_conflict",), "settlement", evidence=evidence)
    write(connection, link, [Written(standing_of(row._mapping), made, Act("machine", now, "", run_no=0))])
    what = said("gateway_conflict.wallet", receipt=report.receipt, account=row.own_account, day=row.booking_date)
    raise_alert(connection, what, f"line:{row.id}", now, own_account=row.own_account)
