"""A processing centre's signed call: who says it, that it is fresh and new, and what became of each row.

The signature is HMAC-SHA-256 over the timestamp, a point and the body byte for byte. A delivery is taken once: what was
signed is remembered in the very transaction that stores its rows, so that a call that died may come again.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, select

from reconcile.gateway.report import Door, Report
from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.steps.gateway.registry import FIELDS, report_of
from reconcile.steps.gateway.taking import take
from reconcile.steps.masters.fields import read_fields
from reconcile.store.alerts import insert_new
from reconcile.store.gateway_tables import gateway_identity, webhook_delivery
from reconcile.store.tables import payment
from reconcile.tabular import Problems
from reconcile.tabular.checks import checked
from reconcile.tabular.lines import delivered

TOLERANCE: Final = timedelta(minutes=5)
_KEPT: Final = timedelta(hours=1)  # long after the timestamp alone would refuse it
_AHEAD: Final = timedelta(days=1)
_TIMESTAMP: Final = re.compile(r"[0-9]{9,11}", re.ASCII)
_SIGNATURE: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_NOBODY: Final = b"a key that signs nothing, compared all the same"


class NotGenuine(Exception):
    """The call is not signed by this centre, or not of now."""


class Replayed(Exception):
    """The very same call was taken before."""


def genuine(
    secrets: Sequence[tuple[str, bytes]], provider: str, timestamp: str, signature: str, body: bytes, now: datetime
) -> str:
    """The signature, by which the delivery is known. Every key is compared, each in constant time; why it is refused is
    not told."""
    signed = signature.lower()
    keys = [key for name, key in secrets if name == provider] or [_NOBODY]
    known = len(keys) if keys != [_NOBODY] else 0
    right = [hmac.compare_digest(sign(key, timestamp, body).encode(), signed.encode()) for key in keys]
    fresh = bool(_TIMESTAMP.fullmatch(timestamp)) and abs(int(timestamp) - now.timestamp()) <= TOLERANCE.total_seconds()
    if not (known and any(right) and fresh and _SIGNATURE.fullmatch(signed)):
        raise NotGenuine
    return signed


def sign(key: bytes, timestamp: str, body: bytes) -> str:
    """What a processing centre sends as `x-signature`.

    >>> sign(b"secret", "1770000000", b"{}")[:16]
    '4cc6a24ed5701282'
    """
    return hmac.new(key, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def reports_of(provider: str, body: bytes, now: datetime) -> list[Report]:
    """The rows of the body, in the registry's words. Refuses all of them where one is faulty."""
    columns, problems, found = [each.column for each in FIELDS], Problems(provider), []
    for row in checked(delivered(body, columns, problems), columns, problems):
        try:
            report = report_of(read_fields(row, FIELDS), Door.WEBHOOK, f"webhook of {provider}", row.line)
        except Refusal as refusal:
            problems.take(refusal, row.line)
            continue
        if report.at > now + _AHEAD:
            problems.add(f"paid_at {report.at.isoformat()} lies ahead", "correct the moment", row.line)
        if report.provider and report.provider.casefold() != provider.casefold():
            problems.add("provider is another than the one that signs", "leave it empty", row.line)
        found.append(replace(report, provider=report.provider or provider))
    problems.settle()
    return found


def deliver(
    engine: Engine, provider: str, name: str, reports: Sequence[Report], *, now: datetime, policies: PolicyBook
) -> list[dict[str, Any]]:
    """Take the rows, once. What became of each, in their order."""

    def once(connection: Connection) -> None:
        connection.execute(delete(webhook_delivery).where(webhook_delivery.c.received_at < now - _KEPT))
        if not insert_new(connection, webhook_delivery, [{"provider": provider, "id": name, "received_at": now}]):
            raise Replayed

    taken = take(engine, reports, actor=f"webhook:{provider}", now=now, policies=policies, first=once)
    refused = {problem.line: problem.what for problem in taken.recorded.conflicts}
    with engine.connect() as connection:
        return [_became(connection, report, refused.get(report.line)) for report in reports]


def _became(connection: Connection, report: Report, refused: str | None) -> dict[str, Any]:
    named = {"gateway_payment_id": report.payment_id}
    if refused is not None:
        return named | {"taken": False, "payment_id": None, "status": None, "reason": None, "why": refused}
    kind, scope, value = report.identities[0]
    its = gateway_identity.c
    row = connection.execute(
        select(payment.c.id, payment.c.status, payment.c.reason)
        .join(gateway_identity, its.gateway_id == payment.c.gateway_id)
        .where(its.kind == kind, its.scope == scope, its.value == value)
    ).first()
    if row is None:  # it failed, and nothing was received
        return named | {"taken": True, "payment_id": None, "status": "failed", "reason": None, "why": None}
    return named | {"taken": True, "payment_id": row.id, "status": row.status, "reason": row.reason, "why": None}
