"""Imports under four eyes: what a file would change about who is believed to be whose payer, or would release, above the
amount that one person may decide, is not for a file. The rest of the file is imported as ever.

The import is done, looked at, and taken back as a whole where it goes too far: nothing of it is half there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, select

from reconcile.money import format_amount
from reconcile.policy import PolicyBook
from reconcile.problem import Problem, Refusal
from reconcile.steps import masters
from reconcile.steps.masters import ImportResult
from reconcile.steps.trial import Bound, credited, sums
from reconcile.store.bulk import any_of
from reconcile.store.tables import account, master_history, payment

_MOST_NAMED: Final = 20
_WHO_PAYS: Final = ("tax_id", "other_tax_ids", "bank_accounts")


def import_accounts(engine: Engine, path: Path, *, actor: str, now: datetime, policies: PolicyBook) -> ImportResult:
    """As `masters.import_accounts`; refuses a file that changes tax ids or bank accounts of a holder on the books."""

    def load(bound: Any) -> ImportResult:
        return masters.import_accounts(bound, path, actor=actor, now=now, policies=policies)

    return _looked_at(engine, load, _holders_unchanged)


def import_powers(engine: Engine, path: Path, *, actor: str, now: datetime, policies: PolicyBook) -> ImportResult:
    """As `masters.import_powers`; refuses a file whose powers would release more than the amount."""

    def load(bound: Any) -> ImportResult:
        return masters.import_powers(bound, path, actor=actor, now=now, policies=policies)

    return _looked_at(engine, load, lambda connection, since: _little_released(connection, since, policies, now))


def _looked_at(
    engine: Engine, load: Callable[[Any], ImportResult], look: Callable[[Connection, int], None]
) -> ImportResult:
    newest = select(master_history.c.id).order_by(master_history.c.id.desc()).limit(1)
    with engine.begin() as connection:
        since = connection.execute(newest).scalar() or 0
        result = load(Bound(connection))
        look(connection, since)
        return result


def _holders_unchanged(connection: Connection, since: int) -> None:
    query = select(master_history.c.key, master_history.c.before, master_history.c.after).where(
        master_history.c.id > since, master_history.c.kind == "account", master_history.c.before.is_not(None)
    )
    other = [
        row.key
        for row in connection.execute(query)
        if any((row.before.get(name) or None) != (row.after.get(name) or None) for name in _WHO_PAYS)
    ]
    if other:
        mend = "propose the change in the console, under Accounts: a second person decides; or leave the columns as they are"
        raise Refusal(
            [
                Problem(f"account {key}: the tax ids or bank accounts of its holder would change", mend)
                for key in other[:_MOST_NAMED]
            ]
        )


def _little_released(connection: Connection, since: int, policies: PolicyBook, now: datetime) -> None:
    named = select(master_history.c.after).where(
        master_history.c.id > since, master_history.c.kind == "power_of_attorney"
    )
    numbers = {str(after["account_number"]) for after in connection.execute(named).scalars()}
    holders = select(account.c.holder_key).where(any_of(connection, account.c.number, numbers))
    theirs = select(account.c.number).where(account.c.holder_key.in_(holders))
    held = payment.c.reason.like("power_of_attorney%") & payment.c.account_number.in_(theirs)
    released = credited(connection, policies, held)
    policy = policies.on(now.date())
    for currency, amount in sums(connection, released).items():
        if policy.needs_approval(amount, currency):
            raise Refusal.of(
                f"the powers of this file release {format_amount(amount, currency)} {currency}, which takes two people",
                "register them in the console, under Powers: a second person decides",
            )
