"""The nightly check of the books: `CHECKS` names all that must hold, each in `steps.checks` or with its gateway.

All of it is derived anew from the entries, statements and journal; nothing is taken from what another step computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sqlalchemy import Connection, Engine

from reconcile.steps.checks.decisions import allocations_within, credited_as_decided, not_against_a_person
from reconcile.steps.checks.ledger import (
    balances,
    bank_equals_entries,
    chain_unbroken,
    currencies_agree,
    customer_balances,
    journal_balances,
)
from reconcile.steps.checks.payments import credited_once, decisions_stand, places_equal_statuses
from reconcile.steps.checks.statements import differences_are_named, payments_cover_entries, statements_add_up
from reconcile.steps.gateway import checks as gateway_checks
from reconcile.store.engine import reading

Check = Callable[[Connection], Iterator[str]]


def verify(engine: Engine) -> list[str]:
    """A line for each thing that does not hold; empty where the books are right."""
    with reading(engine) as connection:
        return [line for check in CHECKS for line in check(connection)]


def gateways_add_up(connection: Connection) -> Iterator[str]:
    """What a processing centre owes us is what customers paid through it, less what it gave back and what it settled,
    each derived from the reports and ties, by clearing account; and each paid report has its payment."""
    yield from gateway_checks.clearing_accounts(connection, balances(connection))
    yield from gateway_checks.paid_is_received(connection)
    yield from gateway_checks.settlements_are_their_ties(connection)


CHECKS: Final[tuple[Check, ...]] = (
    journal_balances,
    customer_balances,
    bank_equals_entries,
    statements_add_up,
    differences_are_named,
    payments_cover_entries,
    places_equal_statuses,
    credited_once,
    decisions_stand,
    credited_as_decided,
    not_against_a_person,
    allocations_within,
    currencies_agree,
    gateways_add_up,
    chain_unbroken,
)
