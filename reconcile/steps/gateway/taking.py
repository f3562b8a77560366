"""One door speaks: what it says is stored first, then decided. Whatever dies between the two, the next run decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from reconcile.gateway.report import Report
from reconcile.policy import PolicyBook
from reconcile.steps.gateway.judging import judge_payments
from reconcile.steps.gateway.recording import Recorded, recorded


@dataclass(frozen=True, slots=True)
class Taken:
    """What was stored, and how many payments were decided."""

    recorded: Recorded
    decided: int


def take(
    engine: Engine,
    reports: Sequence[Report],
    *,
    actor: str,
    now: datetime,
    policies: PolicyBook,
    first: Callable[[Connection], None] | None = None,
) -> Taken:
    """Store, and credit at once what may be credited. `first` is done in the transaction that stores, and may refuse."""
    stored = recorded(engine, reports, actor=actor, now=now, policies=policies, first=first)
    _, decided = judge_payments(engine, now=now, policies=policies, gateway_ids=list(stored.touched))
    return Taken(stored, decided)
