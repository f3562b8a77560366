"""One door speaks: what it says is stored first, then decided. Whatever dies between the two, the next run decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from reconcile.gateway.report import Report
from reconcile.policy import PolicyBook
from reconcile.steps.gateway.judging import judge_payments
from reconcile.steps.gateway.recording import Recorded, recorded


@dataclass(frozen=True, slots=True)
class Taken:
    """What was stored, and how many payments were decided."""

    recorded: Recorded
    decided: int


def take(engine: Engine, reports: Sequence[Report], *, actor: str, now: datetime, policies: PolicyBook) -> Taken:
    """Store, and credit at once what may be credited."""
    stored = recorded(engine, reports, actor=actor, now=now, policies=policies)
    _, decided = judge_payments(engine, now=now, policies=policies, gateway_ids=list(stored.touched))
    return Taken(stored, decided)
