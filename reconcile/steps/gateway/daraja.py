"""The operator's calls about a payment to our paybill: may it be made, and: it was made."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from typing import Final

from sqlalchemy import Engine

from reconcile.books import Account
from reconcile.explain.alerts import said
from reconcile.gateway import daraja
from reconcile.policy import Method, Policy, PolicyBook
from reconcile.problem import Refusal
from reconcile.steps.gateway.accounts import accounts_of
from reconcile.steps.gateway.taking import take
from reconcile.store.alerts import raise_alert

COUNTRY: Final = "KE"
ACTOR: Final = "mpesa callback"
UNKNOWN_ACCOUNT: Final = "C2B00012"
WRONG_AMOUNT: Final = "C2B00013"
OTHER: Final = "C2B00016"
_log: Final = logging.getLogger("reconcile.web")


def confirm(engine: Engine, body: bytes, *, now: datetime, policies: PolicyBook) -> None:
    """Store what the operator says was paid; whatever it says, the money is with the operator already. What cannot be
    read is an alert, and the statement tells of the payment all the same."""
    try:
        zone = policies.on(now.date()).country(COUNTRY).time_zone
        report = daraja.report_of(daraja.said(body), zone)
    except Refusal as refusal:
        _unreadable(engine, body, str(refusal), now)
        return
    take(engine, [report], actor=ACTOR, now=now, policies=policies)


def _unreadable(engine: Engine, body: bytes, why: str, now: datetime) -> None:
    """No word of the body is repeated: it may hold a person's data, and anything else."""
    name = hashlib.sha256(body).hexdigest()[:16]
    what = said("gateway_conflict.callback", bytes=len(body), digest=name, fault=why)
    _log.warning("%s", what)
    with engine.begin() as connection:
        raise_alert(connection, what, f"callback:{name}", now)


def validate(engine: Engine, body: bytes, *, now: datetime, policies: PolicyBook) -> str:
    """Empty where the payment may be made; else the operator's code of why not. Nothing is stored."""
    try:
        given = daraja.said(body)
    except Refusal:
        return OTHER
    with engine.connect() as connection:
        found = accounts_of(connection, [daraja.typed(given)]).get(daraja.typed(given), ())
    policy = policies.on(now.date())
    if len(found) != 1 or not _takes(policy, found[0], now):
        return UNKNOWN_ACCOUNT
    try:
        amount = daraja.amount_of(given)
    except Refusal:
        return WRONG_AMOUNT
    mobile = policy.countries[found[0].country].mobile
    limits = mobile.limits.get(daraja.CURRENCY) if mobile is not None else None
    return WRONG_AMOUNT if limits is None or limits.verdict(amount) else ""


def _takes(policy: Policy, account: Account, now: datetime) -> bool:
    """Whether mobile money in shillings may come to this account at all."""
    country = policy.countries.get(account.country)
    if country is None or country.mobile is None or account.currency != daraja.CURRENCY or not account.is_open:
        return False
    today = now.astimezone(country.time_zone).date()
    opened = account.opened_on is None or account.opened_on <= today
    return opened and country.allows(account.holder.type, Method.MOBILE_MONEY)
