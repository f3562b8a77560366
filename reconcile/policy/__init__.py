"""The country rules as dated data: `builtin.toml`, a deployment's file over it, and the typed rules that they make."""

from reconcile.policy.advice import check
from reconcile.policy.counterparties import Counterparty
from reconcile.policy.loader import load_policy
from reconcile.policy.model import (
    CardPolicy,
    CardScheme,
    CountryPolicy,
    Edition,
    Limits,
    Method,
    MobilePolicy,
    Policy,
    PolicyBook,
    ThirdPartyRule,
)

__all__ = [
    "CardPolicy",
    "CardScheme",
    "Counterparty",
    "CountryPolicy",
    "Edition",
    "Limits",
    "Method",
    "MobilePolicy",
    "Policy",
    "PolicyBook",
    "ThirdPartyRule",
    "check",
    "load_policy",
]
