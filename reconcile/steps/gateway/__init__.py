"""Payments by card and mobile money: reported through any door, credited once, at once, by the country's limits."""

from reconcile.steps.gateway.judging import judge_payments
from reconcile.steps.gateway.recording import Recorded, record
from reconcile.steps.gateway.registry import RegistryResult, import_gateway_payments
from reconcile.steps.gateway.taking import Taken, take
from reconcile.steps.gateway.wallet import take_wallet_lines

__all__ = [
    "Recorded",
    "RegistryResult",
    "Taken",
    "import_gateway_payments",
    "judge_payments",
    "record",
    "take",
    "take_wallet_lines",
]
