"""What a statement covers: its days, and the balances at its two ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Coverage:
    """The days a statement covers and the balances at its two ends (minor units; None where it gives none)."""

    statement_id: str
    first: date
    last: date
    opening: int | None
    closing: int | None
