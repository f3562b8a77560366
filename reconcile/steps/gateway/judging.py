"""Payments through gateways decided: at once when a door reports them, and again by each run while they wait.

A chunk is one transaction. The cards and phones in it are locked first (on PostgreSQL; SQLite has one writer), so that two
payments of one card cannot each be judged without the other; then everything credited of them on those days is added up,
and each payment is judged in the order in which they were made. What is credited is never judged again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, exists, func, or_, select, text

from reconcile.books import Account
from reconcile.declined import heed
from reconcile.gateway.conversion import Rate, share
from reconcile.gateway.judge import Day, Facts, judge, local_day
from reconcile.gateway.payers import same_payer
from reconcile.outcome import CREDITED, Decision
from reconcile.policy import Method, PolicyBook
from reconcile.proposal import Declined
from reconcile.steps.gateway.accounts import Leads, accounts_of
from reconcile.steps.gateway.twins import twins_of
from reconcile.store import journal
from reconcile.store.bulk import any_of
from reconcile.store.decision_rows import Act, Written
from reconcile.store.decision_text import content, digest
from reconcile.store.decisions import digests_in_force, standing_of, write
from reconcile.store.declined import standing
from reconcile.store.engine import is_postgresql
from reconcile.store.gateway_tables import fx_rate, gateway_payment
from reconcile.store.tables import account, decision, payment, placement

CHUNK: Final = 500
MACHINE: Final = "machine"
_REACH: Final = timedelta(days=2)
_REFUNDED: Final = ("refunded", "charged_back")


@dataclass(frozen=True, slots=True)
class _Credited:
    """A payment that counts towards the limits of a day, in its account's currency."""

    method: Method
    payer_key: str
    account: str
    country: str
    currency: str
    day: date
    amount: int


def judge_payments(
    engine: Engine,
    *,
    now: datetime,
    policies: PolicyBook,
    gateway_ids: Collection[str] | None = None,
    as_of: date | None = None,
    run_no: int = 0,
) -> tuple[int, int]:
    """Decide what waits: those gateway payments, or all. How many were looked at, and how many decisions were new."""
    with engine.connect() as connection:
        ids = _waiting(connection, gateway_ids)
    changed = 0
    for start in range(0, len(ids), CHUNK):
        with engine.begin() as connection:
            changed += _chunk(connection, ids[start : start + CHUNK], now, policies, as_of, run_no)
    return len(ids), changed


def _waiting(connection: Connection, gateway_ids: Collection[str] | None) -> list[str]:
    """Payments through gateways that no person decided and that wait: the oldest first, then by id."""
    query = (
        select(payment.c.id)
        .join(gateway_payment, gateway_payment.c.id == payment.c.gateway_id)
        .where(or_(payment.c.status.is_(None), payment.c.status.in_(("held", "unmatched"))))
        .where(and_(payment.c.by_person.is_(False), payment.c.refunded < payment.c.amount))
        .order_by(gateway_payment.c.paid_at, payment.c.id)
    )
    if gateway_ids is not None:
        query = query.where(any_of(connection, payment.c.gateway_id, gateway_ids))
    return list(connection.execute(query).scalars())


def _chunk(
    connection: Connection, ids: Sequence[str], now: datetime, policies: PolicyBook, as_of: date | None, run_no: int
) -> int:
    _lock(connection, ids)
    rows = _load(connection, ids, as_of)
    if not rows:
        return 0
    leads = accounts_of(connection, {row.account_given for row in rows})
    rates = _rates(connection, rows)
    twins = twins_of(connection, rows)
    before = digests_in_force(connection, [row.id for row in rows if row.decision_no is not None])
    counted = _counted(connection, rows, leads, policies)
    declined = standing(connection, [row.id for row in rows if row.decision_no is not None])
    written = []
    for row in rows:
        accounts = leads.get(row.account_given, ())
        facts = _facts(row, twins.get(row.gateway_id, ""), policies)
        made, counts = _decide(row, facts, accounts, policies, counted, rates, declined.get(row.id, ()))
        if counts is not None:
            counted.append(counts)
        said = content(made)
        if row.decision_no is None or before.get(row.id) != digest(said):
            policy = policies.on(row.booking_date)
            written.append(
                Written(standing_of(row._mapping), made, Act(MACHINE, now, policy.version, run_no=run_no), said)
            )
    if written:
        anchor = written[0].standing
        link = f"judge:{anchor.payment_id}:{(anchor.decision_no or 0) + 1}"
        write(connection, link, written)
        journal.seal(connection, link, now)
    return len(written)


def _decide(
    row: Any,
    facts: Facts,
    accounts: Sequence[Account],
    policies: PolicyBook,
    counted: Sequence[_Credited],
    rates: dict[tuple[date, str, str], Rate],
    declined: Sequence[Declined],
) -> tuple[Decision, _Credited | None]:
    """The decision, and what it adds to the day where it credits."""
    if len(accounts) != 1:
        return heed(judge(facts, accounts, policies.on(row.booking_date), Day(), None), declined), None
    its = accounts[0]
    day = local_day(facts, its, policies.on(row.booking_date))
    policy = policies.on(day)
    rate = rates.get((day, facts.currency, its.currency))
    made = heed(judge(facts, accounts, policy, _day(facts, its, day, counted), rate), declined)
    if made.status != CREDITED:
        return made, None
    whole = made.conversion.amount if made.conversion is not None else facts.amount
    counts = _Credited(facts.method, facts.payer_key, its.number, its.country, its.currency, day, whole)
    return _what_is_left(made, row), counts


def _what_is_left(made: Decision, row: Any) -> Decision:
    """Of a payment that was refunded in part while it waited, the rest is credited."""
    if not row.refunded:
        return made
    left = row.amount - row.refunded
    conversion = made.conversion
    if conversion is not None:
        conversion = replace(conversion, amount=max(1, share(conversion.amount, left, row.amount)))
    amount = left if conversion is None else conversion.amount
    return replace(made, splits=((made.splits[0][0], amount),), conversion=conversion, flags=("partly_refunded",))


def _day(facts: Facts, its: Account, day: date, counted: Iterable[_Credited]) -> Day:
    same = [
        each.amount
        for each in counted
        if (each.method, each.country, each.currency, each.day) == (facts.method, its.country, its.currency, day)
        and same_payer(each.payer_key, facts.payer_key, same_account=each.account == its.number)
        and (facts.method is Method.MOBILE_MONEY or each.payer_key == facts.payer_key)
    ]
    return Day(sum(same), len(same))


def _facts(row: Any, twin: str, policies: PolicyBook) -> Facts:
    confirmed = bool(row.confirmed) or _by_callback(row, policies)
    return Facts(
        Method(row.channel), row.amount, row.currency, row.paid_at, row.account_given, row.scheme, row.issuer_country,
        row.payer_key, row.operator, row.converted_amount, row.converted_currency, confirmed,
        twin,
    )  # fmt: skip


def _by_callback(row: Any, policies: PolicyBook) -> bool:
    """Whether the policy of the currency's country takes an unsigned callback for enough."""
    policy = policies.on(row.booking_date)
    return any(
        its.mobile is not None and its.mobile.callback_confirms and row.currency in its.mobile.limits
        for its in policy.countries.values()
    )


# --- what the books hold ---------------------------------------------------------------------------------------------


def _lock(connection: Connection, ids: Sequence[str]) -> None:
    """One card or phone is judged by one at a time; those whose key cannot be compared, by their account."""
    if not is_postgresql(connection):
        return
    query = (
        select(gateway_payment.c.payer_key, gateway_payment.c.account_given)
        .join(payment, payment.c.gateway_id == gateway_payment.c.id)
        .where(any_of(connection, payment.c.id, ids))
    )
    names = {name for row in connection.execute(query) for name in (row.payer_key, f"account:{row.account_given}")}
    keys = sorted(_number(name) for name in names if name)
    connection.execute(text("SELECT pg_advisory_xact_lock(k) FROM unnest(CAST(:keys AS bigint[])) k"), {"keys": keys})


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"gateway:{name}".encode()).digest()[:8], "big", signed=True)


def _load(connection: Connection, ids: Sequence[str], as_of: date | None) -> Sequence[Any]:
    """Those that still wait, locked, in the order in which they were made."""
    named = func.coalesce(func.nullif(gateway_payment.c.external_id, ""), gateway_payment.c.receipt).label("name")
    g = gateway_payment.c
    query = (
        select(
            payment, g.paid_at, g.account_given, g.scheme, g.issuer_country, g.payer_key, g.operator, g.receipt,
            g.converted_amount, g.converted_currency, g.confirmed, named,
        )
        .join(gateway_payment, g.id == payment.c.gateway_id)
        .where(any_of(connection, payment.c.id, ids))
        .where(or_(payment.c.status.is_(None), payment.c.status.in_(("held", "unmatched"))))
        .where(payment.c.by_person.is_(False), payment.c.refunded < payment.c.amount)
        .order_by(g.paid_at, payment.c.id)
        .with_for_update(of=payment)
    )  # fmt: skip
    if as_of is not None:
        query = query.where(payment.c.booking_date <= as_of)
    return connection.execute(query).all()


def _rates(connection: Connection, rows: Sequence[Any]) -> dict[tuple[date, str, str], Rate]:
    """The rates of the days on which these payments may have been made, whatever the time zone."""
    currencies = {row.currency for row in rows}
    days = [row.booking_date for row in rows]
    query = select(fx_rate).where(
        any_of(connection, fx_rate.c.currency, currencies),
        fx_rate.c.date.between(min(days) - _REACH, max(days) + _REACH),
    )
    return {(row.date, row.currency, row.base): Rate(row.date, Decimal(row.rate)) for row in connection.execute(query)}


def _counted(connection: Connection, rows: Sequence[Any], leads: Leads, policies: PolicyBook) -> list[_Credited]:
    """What was credited of these cards and phones, around these days; also what was refunded since: the card was used."""
    keys = {row.payer_key for row in rows} - {""}
    mobile = {
        each.number for row in rows if row.channel == Method.MOBILE_MONEY for each in leads.get(row.account_given, ())
    }
    moments = [row.paid_at for row in rows]
    was_credited = exists().where(placement.c.payment_id == payment.c.id, placement.c.kind == "credit")
    of_account = and_(
        payment.c.channel == str(Method.MOBILE_MONEY), any_of(connection, payment.c.account_number, mobile)
    )
    every = decision.alias("every")
    first = (
        select(func.min(every.c.no))
        .where(every.c.payment_id == payment.c.id, every.c.status == CREDITED)
        .scalar_subquery()
    )
    query = (
        select(
            payment, gateway_payment.c.paid_at, gateway_payment.c.payer_key, account.c.country,
            account.c.currency.label("account_currency"), decision.c.credited_amount,
        )
        .join(gateway_payment, gateway_payment.c.id == payment.c.gateway_id)
        .join(account, account.c.number == payment.c.account_number)
        .outerjoin(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == first))
        .where(or_(any_of(connection, gateway_payment.c.payer_key, keys), of_account))
        .where(gateway_payment.c.paid_at.between(min(moments) - _REACH, max(moments) + _REACH))
        .where(or_(payment.c.status == CREDITED, and_(payment.c.reason.in_(_REFUNDED), was_credited)))
    )  # fmt: skip
    return [_credited(row, policies) for row in connection.execute(query)]


def _credited(row: Any, policies: PolicyBook) -> _Credited:
    country = policies.on(row.booking_date).countries.get(row.country)
    day = country.local_day(row.paid_at) if country is not None else row.booking_date
    amount = row.credited_amount if row.credited_amount is not None else row.amount
    kind = Method(row.channel)
    return _Credited(kind, row.payer_key, row.account_number, row.country, row.account_currency, day, int(amount))
