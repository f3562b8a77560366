"""The books are tampered with by raw SQL, past triggers and constraints, and the nightly check must say so: a case or
more for each thing that must hold, so that no check can be lost unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, Engine, text

from reconcile.steps.verify import CHECKS, verify
from reconcile.store import guards
from reconcile.store.tables import INSERT_ONLY
from tests.store.filled import OWN


@dataclass(frozen=True, slots=True)
class Case:
    """What is done to the books, the check that must see it, and the line that must come."""

    check: str
    line: str
    tampering: tuple[str, ...]


def case(check: str, line: str, *tampering: str) -> Case:
    return Case(check, line, tampering)


_CREDITED = "SELECT id FROM payment WHERE amount = 30000"
_UNMATCHED = "SELECT id FROM payment WHERE amount = 1000"
CASES = (
    case("journal_balances", "does not balance", "UPDATE journal SET amount = 0 WHERE key LIKE 'pay:%'"),
    case("journal_balances", "does not balance", "UPDATE journal SET debit = credit WHERE key LIKE 'pay:%'"),
    case("journal_balances", f"bank:{OWN} is kept in several currencies: KZT, USD",
         "UPDATE journal SET currency = 'USD' WHERE key LIKE 'pay:%'"),
    case("customer_balances", "account 104582: postings make 220000, balance changes 220001, the balance is 220001",
         'UPDATE balance_change SET change = change + 1, "after" = "after" + 1 WHERE sequence = 3'),
    case("customer_balances", "account 104582: postings make 220000, balance changes 220000, the balance is 220007",
         'UPDATE balance_change SET "after" = "after" + 7 WHERE sequence = 3'),
    case("customer_balances", "account 104599: postings make 30000, balance changes 0, the balance is 0",
         "UPDATE journal SET credit = 'customer:104599' WHERE amount = 30000 AND key LIKE 'credit:%'"),
    case("bank_equals_entries", f"bank account {OWN}: the ledger says 7910.00, opening and entries make 7909.99 KZT",
         "UPDATE entry SET amount = amount + 1 WHERE credit_debit = 'debit'"),
    case("bank_equals_entries", "the ledger says 7900.00, opening and entries make 7910.00",
         "DELETE FROM journal WHERE key IN (SELECT 'receive:' || entry_id FROM payment WHERE amount = 1000)"),
    case("statements_add_up", "opening balance and lines do not make the closing balance",
         "UPDATE statement_line SET amount = amount + 1 WHERE credit_debit = 'debit'"),
    case("differences_are_named", "a difference of -5 minor units (statement_gap:",
         "UPDATE statement SET opening = opening - 5, closing = closing - 5 WHERE sequence = 2"),
    case("differences_are_named", "the open difference made-up of 5 minor units is no longer there",
         "INSERT INTO open_difference (key, own_account, kind, as_of, amount, currency, explanation) "
         f"VALUES ('made-up', '{OWN}', 'statement_gap', '2026-02-03', 5, 'KZT', 'x')"),
    case("gateways_add_up", "gateway payment g1: its reports and its payment (none) differ",
         "UPDATE gateway_event SET kind = 'paid'"),
    case("gateways_add_up", "gateway clearing in KZT: the ledger says 5000, payments, refunds and settlements make 0",
         "UPDATE journal SET debit = 'gateway:card:centre:m1:KZT' WHERE key LIKE 'pay:%'"),
    case("gateways_add_up", "is a settlement that is tied to nothing",
         "UPDATE payment SET status = 'settlement' WHERE amount = 1000"),
    case("payments_cover_entries", "brought 1000, its payments make 0 minor units",
         f"DELETE FROM decision WHERE payment_id IN ({_UNMATCHED})", f"DELETE FROM payment WHERE id IN ({_UNMATCHED})"),
    case("payments_cover_entries", "brought 1000, its payments make 999 minor units",
         "UPDATE payment SET amount = 999 WHERE amount = 1000"),
    case("places_equal_statuses", f"unapplied:{OWN}: the ledger says 71000, the payments make 70000 minor units",
         "UPDATE payment SET status = 'ignored' WHERE amount = 1000"),
    case("places_equal_statuses", f"returns:{OWN}: the ledger says 2000, the payments make 0 minor units",
         "UPDATE payment SET status = 'held' WHERE amount = 2000"),
    case("places_equal_statuses", f"ignored:{OWN}: the ledger says 3000, the payments make 0 minor units",
         "UPDATE payment SET status = 'held' WHERE amount = 3000"),
    case("places_equal_statuses", f"returns:{OWN}: the ledger says 2000, the payments make 0 minor units",
         "INSERT INTO entry_tie (entry_id, kind, payment_id) SELECT entry.id, 'return', payment.id FROM entry, payment "
         "WHERE entry.credit_debit = 'debit' AND payment.amount = 2000"),
    case("credited_once", "has 2 live placements", "DROP INDEX uq_placement_live",
         "INSERT INTO placement (payment_id, generation, kind, amount) "
         f"SELECT id, 2, 'credit', 1 FROM ({_CREDITED}) AS it"),
    case("credited_once", "is credited: 30000 of 29999 minor units stand on customers' balances",
         "UPDATE payment SET amount = 29999 WHERE amount = 30000"),
    case("credited_once", "is held: 30000 of 30000 minor units stand on customers' balances",
         "UPDATE payment SET status = 'held' WHERE amount = 30000"),
    case("credited_once", "is credited, its placement says otherwise",
         f"UPDATE placement SET taken_back_at = '2026-02-10 03:00:00' WHERE payment_id IN ({_CREDITED})"),
    case("credited_once", "is unmatched, its placement says otherwise",
         "INSERT INTO placement (payment_id, generation, kind, amount) "
         f"SELECT id, 1, 'ignore', 1000 FROM ({_UNMATCHED}) AS it"),
    case("credited_once", "journal rows name a payment nobody that does not exist",
         "UPDATE journal SET payment_id = 'nobody' WHERE amount = 30000 AND key LIKE 'credit:%'"),
    case("decisions_stand", "its status is not that of its decision",
         f"UPDATE decision SET status = 'held' WHERE payment_id IN ({_CREDITED})"),
    case("decisions_stand", "its status is not that of its decision",
         f"DELETE FROM decision WHERE payment_id IN ({_CREDITED})"),
    case("credited_as_decided", "it does not stand on the accounts that its decision names",
         "UPDATE journal SET credit = 'customer:999' WHERE amount = 30000 AND key LIKE 'credit:%'"),
    case("credited_as_decided", "an invoice of another account is allocated",
         "UPDATE decision SET splits = '[]' WHERE payment_id IN (SELECT payment_id FROM allocation)"),
    case("not_against_a_person", "is credited to account 104582, which a person declined for it",
         "INSERT INTO declined_candidate (payment_id, account_number, actor, reason, at) "
         f"SELECT id, '104582', 'x', 'x', '2026-02-10 03:00:00' FROM ({_CREDITED}) AS it"),
    case("not_against_a_person", "is credited to invoice INV-77001, which a person declined for it",
         "INSERT INTO declined_candidate (payment_id, account_number, invoice_number, actor, reason, at) "
         f"SELECT id, '104582', 'INV-77001', 'x', 'x', '2026-02-10 03:00:00' FROM ({_CREDITED}) AS it"),
    case("allocations_within", "invoice INV-77001 of 129999 has 130000 minor units allocated",
         "UPDATE invoice SET amount = 129999 WHERE number = 'INV-77001'"),
    case("allocations_within", "(credited) of 30000 has 30001 minor units allocated",
         "UPDATE allocation SET amount = 30001 WHERE amount = 30000"),
    case("allocations_within", "(held) of 30000 has 30000 minor units allocated",
         "UPDATE payment SET status = 'held' WHERE amount = 30000"),
    case("currencies_agree", "account 104582 was credited in KZT",
         "UPDATE account SET currency = 'USD' WHERE number = '104582'"),
    case("chain_unbroken", "the journal's hash chain is broken at link 3",
         "UPDATE journal SET description = 'changed' WHERE amount = 30000 AND key LIKE 'credit:%'"),
    case("chain_unbroken", "the journal's hash chain is broken at link 3",
         "DELETE FROM journal WHERE amount = 30000 AND key LIKE 'credit:%'"),
    case("chain_unbroken", "the journal's hash chain is broken at link 4",
         f"UPDATE journal_link SET previous_hash = '{'0' * 64}' WHERE no = 4"),
    case("chain_unbroken", "the journal's hash chain is broken at link 3", "DELETE FROM journal_link WHERE no = 2"),
    case("chain_unbroken", "1 journal rows stand outside the hash chain", "DELETE FROM journal_link WHERE no = 5"),
)  # fmt: skip


@pytest.fixture
def tampered(filled: Engine) -> Iterator[Connection]:
    """A transaction in which nothing is guarded any more: an intruder's, or a repair's that went wrong."""
    with filled.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        if filled.dialect.name == "sqlite":
            raw.execute("PRAGMA foreign_keys=OFF")
            raw.execute("PRAGMA ignore_check_constraints=ON")
        _unguard(connection)
        yield connection
        connection.rollback()
        connection.invalidate()


def _unguard(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for statement in guards.drop("sqlite", INSERT_ONLY):
            connection.execute(text(statement))
        return
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    checks = "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0"
    for table, name in connection.execute(text(f"{checks} AND connamespace = 'public'::regnamespace")).all():
        connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))


def test_the_filled_books_are_right(filled: Engine) -> None:
    assert verify(filled) == []


def test_every_check_has_a_case() -> None:
    assert {check.__name__ for check in CHECKS} == {each.check for each in CASES}


@pytest.mark.parametrize("each", CASES, ids=lambda each: f"{each.check}: {each.line}")
def test_tampering_is_seen(tampered: Connection, each: Case) -> None:
    for statement in each.tampering:
        assert tampered.execute(text(statement)).rowcount != 0, f"changed nothing: {statement}"
    check = next(check for check in CHECKS if check.__name__ == each.check)
    lines = list(check(tampered))
    assert any(each.line in line for line in lines), lines


def test_verify_says_what_every_check_says(filled: Engine) -> None:
    """`verify` itself, on books that were really changed; then they are made right again."""
    _commit(filled, "UPDATE account SET currency = 'USD' WHERE number = '104582'")
    try:
        assert verify(filled) == ["account 104582 was credited in KZT"]
    finally:
        _commit(filled, "UPDATE account SET currency = 'KZT' WHERE number = '104582'")
    assert verify(filled) == []


def _commit(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))
