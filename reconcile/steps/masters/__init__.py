"""Master data: own bank accounts, personal accounts, invoices, powers of attorney. All rows of a file or none."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from reconcile.policy import PolicyBook, load_policy
from reconcile.steps.masters.accounts import accounts
from reconcile.steps.masters.bank_accounts import bank_accounts
from reconcile.steps.masters.invoices import INVOICES
from reconcile.steps.masters.powers import RegisteredPower, add_power, list_powers, powers, revoke_power
from reconcile.steps.masters.upsert import ImportResult, import_file
from reconcile.tabular import DEFAULT_LIMIT


def import_bank_accounts(
    engine: Engine, path: Path, *, actor: str, now: datetime, limit: int = DEFAULT_LIMIT
) -> ImportResult:
    """The provider's own bank accounts."""
    return import_file(engine, path, bank_accounts(now), actor=actor, now=now, limit=limit)


def import_accounts(
    engine: Engine,
    path: Path,
    *,
    actor: str,
    now: datetime,
    policies: PolicyBook | None = None,
    limit: int = DEFAULT_LIMIT,
) -> ImportResult:
    """Personal accounts and, derived from them, their holders. Countries are those of the policy."""
    editions = (policies or load_policy()).editions
    countries = {code for edition in editions for code in edition.policy.countries}
    return import_file(engine, path, accounts(countries), actor=actor, now=now, limit=limit)


def import_invoices(
    engine: Engine, path: Path, *, actor: str, now: datetime, limit: int = DEFAULT_LIMIT
) -> ImportResult:
    return import_file(engine, path, INVOICES, actor=actor, now=now, limit=limit)


def import_powers(
    engine: Engine,
    path: Path,
    *,
    actor: str,
    now: datetime,
    policies: PolicyBook | None = None,
    limit: int = DEFAULT_LIMIT,
) -> ImportResult:
    """Powers of attorney; one of more than a year is refused."""
    return import_file(engine, path, powers(policies or load_policy()), actor=actor, now=now, limit=limit)


__all__ = [
    "ImportResult",
    "RegisteredPower",
    "add_power",
    "import_accounts",
    "import_bank_accounts",
    "import_invoices",
    "import_powers",
    "list_powers",
    "revoke_power",
]
