"""What the database itself refuses, on both systems, whoever asks and however."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from reconcile.store import tables
from reconcile.store.bulk import insert_rows
from reconcile.store.declined_tables import declined_candidate
from reconcile.store.tables import (
    INSERT_ONLY,
    allocation,
    balance_change,
    entry,
    invoice,
    journal,
    metadata,
    payment,
    placement,
)
from tests.steps.books import NOW


def _refused(connection: Connection, statement: Any, *words: str) -> None:
    """The database refuses, for the reason given and no other: any of the words, in any case."""
    with pytest.raises(DBAPIError) as caught:
        connection.execute(statement)
    said = str(caught.value.orig)
    assert re.search("|".join(map(re.escape, words)), said, re.IGNORECASE), said


# --- nobody changes what was posted ----------------------------------------------------------------------------------


def test_what_is_insert_only_is_named_here() -> None:
    assert set(INSERT_ONLY) == {
        "journal", "journal_link", "allocation", "balance_change", "audit_log", "master_history",
        "gateway_identity", "gateway_event", "gateway_refund",
    }  # fmt: skip


@pytest.mark.parametrize("table", INSERT_ONLY)
@pytest.mark.parametrize("act", ["UPDATE", "UPDATE of nothing new", "DELETE", "TRUNCATE", "upsert", "REPLACE"])
def test_no_row_is_changed_or_deleted(attempt: Connection, table: str, act: str) -> None:
    assert attempt.execute(text(f"SELECT count(*) FROM {table}")).scalar_one(), "an empty table refuses nothing"
    first, *_, last = (f'"{column.name}"' for column in metadata.tables[table].c)
    key = ", ".join(f'"{column.name}"' for column in metadata.tables[table].primary_key)
    postgresql = attempt.dialect.name == "postgresql"
    upsert = f"INSERT INTO {table} SELECT * FROM {table} WHERE true "
    upsert += f"ON CONFLICT ({key}) DO UPDATE SET {first} = excluded.{first}"
    statement = {
        "UPDATE": f"UPDATE {table} SET {last} = NULL",
        "UPDATE of nothing new": f"UPDATE {table} SET {first} = {first}",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE" if postgresql else f"DELETE FROM {table} WHERE 1 = 1",
        "upsert": upsert,
        "REPLACE": upsert if postgresql else f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    }[act]
    _refused(attempt, text(statement), "is insert-only")


# --- never twice -----------------------------------------------------------------------------------------------------


def _one(connection: Connection, where: Any) -> Any:
    return connection.execute(select(payment).where(where).order_by(payment.c.amount.desc())).first()


def _placement(row: Any, **other: object) -> Any:
    values = {"payment_id": row.id, "generation": row.generation + 1, "kind": "credit", "amount": row.amount}
    return insert(placement).values(**values | other)


def test_a_second_live_placement_is_refused(attempt: Connection) -> None:
    credited = _one(attempt, payment.c.status == "credited")
    _refused(attempt, _placement(credited), "uq_placement_live", "UNIQUE constraint failed: placement.payment_id")


def test_a_second_placement_follows_only_the_end_of_the_first(attempt: Connection) -> None:
    credited = _one(attempt, payment.c.status == "credited")
    attempt.execute(placement.update().where(placement.c.payment_id == credited.id).values(taken_back_at=NOW))
    attempt.execute(_placement(credited))
    _refused(attempt, _placement(credited, generation=3), "uq_placement_live", "UNIQUE constraint failed")


def test_one_payment_an_entry_detail(attempt: Connection) -> None:
    row = _one(attempt, payment.c.status == "credited")
    again = {**row._mapping, "id": "another"}
    _refused(
        attempt, insert(payment).values(**again), "uq_payment_entry_id_detail_no",
        "UNIQUE constraint failed: payment.entry_id, payment.detail_no",
    )  # fmt: skip


def _gateway_payment(**other: object) -> Any:
    values = {
        "id": "from-gateway", "gateway_id": "g1", "detail_no": 1, "channel": "card", "own_account": "card:centre:m1:KZT",
        "amount": 50_000, "currency": "KZT", "booking_date": NOW.date(), "sequence": 0, "by_person": False,
        "generation": 0,
    }  # fmt: skip
    return insert(payment).values(**values | other)


def test_one_payment_a_gateway_payment(attempt: Connection) -> None:
    attempt.execute(_gateway_payment())
    again = _gateway_payment(id="another")
    _refused(attempt, again, "uq_payment_gateway_id", "UNIQUE constraint failed: payment.gateway_id")


def test_a_payment_comes_from_an_entry_or_from_a_gateway_and_never_from_both_or_neither(attempt: Connection) -> None:
    some = attempt.execute(select(entry.c.id).limit(1)).scalar_one()
    _refused(attempt, _gateway_payment(entry_id=some, detail_no=99), "ck_payment_source")


def test_a_payment_from_nowhere_is_refused(attempt: Connection) -> None:
    _refused(attempt, _gateway_payment(gateway_id=None, channel="bank_transfer"), "ck_payment_source")


def test_a_bank_transfer_is_none_of_a_gateway(attempt: Connection) -> None:
    _refused(attempt, _gateway_payment(channel="bank_transfer"), "ck_payment_gateway")


@pytest.mark.parametrize("refunded", [-1, 50_001])
def test_no_more_is_refunded_than_was_paid(attempt: Connection, refunded: int) -> None:
    _refused(attempt, _gateway_payment(refunded=refunded), "ck_payment_refunded")


def test_one_receipt_leads_to_one_gateway_payment(attempt: Connection) -> None:
    known = insert(tables.metadata.tables["gateway_identity"]).values(
        kind="payment_id", scope="", value="P-1", gateway_id="g1"
    )
    other = {column.name: column for column in tables.metadata.tables["gateway_payment"].c}
    copied = select(*(text("'g2'") if name == "id" else column for name, column in other.items()))
    attempt.execute(insert(tables.metadata.tables["gateway_payment"]).from_select(list(other), copied))
    again = known.values(gateway_id="g2")
    _refused(attempt, again, "pk_gateway_identity", "UNIQUE constraint failed: gateway_identity.kind")


def test_one_entry_an_identity_and_occurrence(attempt: Connection) -> None:
    row = attempt.execute(select(entry).limit(1)).one()
    again = {**row._mapping, "id": "another"}
    _refused(
        attempt, insert(entry).values(**again), "uq_entry_own_account_identity_occurrence", "UNIQUE constraint failed"
    )


def test_the_same_journal_key_is_refused(attempt: Connection) -> None:
    row = attempt.execute(select(journal).limit(1)).one()
    again = {**row._mapping, "link_id": "another"}
    _refused(attempt, insert(journal).values(**again), "pk_journal", "UNIQUE constraint failed: journal.key")


def test_the_same_journal_row_leaves_one_balance_change(attempt: Connection) -> None:
    row = attempt.execute(select(balance_change).order_by(balance_change.c.sequence.desc()).limit(1)).one()
    again = {
        **row._mapping, "sequence": row.sequence + 1, "previous": row.sequence, "before": row.after,
        "after": row.after + row.change,
    }  # fmt: skip
    _refused(
        attempt, insert(balance_change).values(**again), "uq_balance_change_journal_key",
        "UNIQUE constraint failed: balance_change.journal_key",
    )  # fmt: skip


# --- amounts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [0, -1])
@pytest.mark.parametrize("table", [journal, payment, placement, invoice], ids=lambda table: table.name)
def test_nothing_of_zero_or_less_is_moved_owed_or_paid(attempt: Connection, table: Any, amount: int) -> None:
    row = dict(attempt.execute(select(table).limit(1)).one()._mapping)
    key = next(iter(table.primary_key)).name
    row |= {"amount": amount, "taken_back_at": NOW} if table is placement else {key: "another", "amount": amount}
    row |= {"generation": 9} if table is placement else {"row_no": 9} if table is journal else {}
    row |= {"detail_no": 9} if table is payment else {}
    _refused(attempt, insert(table).values(**row), f"ck_{table.name}_amount")


def test_a_transfer_has_two_sides(attempt: Connection) -> None:
    row = {**attempt.execute(select(journal).limit(1)).one()._mapping, "key": "another", "row_no": 99}
    _refused(attempt, insert(journal).values(**row | {"credit": row["debit"]}), "ck_journal_two_sides")


@pytest.mark.parametrize("amount", [12.0, 12.5, "12", True], ids=repr)
def test_money_is_whole_or_refused(attempt: Connection, amount: object) -> None:
    row = {**attempt.execute(select(invoice).limit(1)).one()._mapping, "number": "another", "amount": amount}
    with pytest.raises((TypeError, StatementError), match="whole number of minor units"):
        attempt.execute(insert(invoice).values(**row))
    with pytest.raises(TypeError, match="whole number of minor units"):
        insert_rows(attempt, invoice, tuple(row), [tuple(row.values())])


# --- allocations stay inside their invoice ---------------------------------------------------------------------------

_NEXT = {
    "invoice_number": "INV-77001", "sequence": 3, "previous": 2, "invoice_amount": 150_000, "before": 20_000,
    "amount": 20_000, "after": 0,
}  # fmt: skip


def _allocation(connection: Connection, **other: object) -> Any:
    last = connection.execute(select(allocation).where(allocation.c.sequence == 2)).one()
    owner = {"payment_id": last.payment_id, "generation": last.generation}
    return insert(allocation).values(**_NEXT | owner | other)


def test_what_is_outstanding_may_be_allocated(attempt: Connection) -> None:
    attempt.execute(_allocation(attempt))


@pytest.mark.parametrize(
    ("other", "constraint"),
    [
        ({"amount": 20_001, "after": -1}, "ck_allocation_within"),
        ({"amount": -130_001, "after": 150_001}, "ck_allocation_within"),
        ({"amount": 20_001}, "ck_allocation_sum"),
        ({"amount": 0, "after": 20_000}, "ck_allocation_sum"),
        ({"sequence": 4}, "ck_allocation_chain"),
        ({"sequence": 4, "previous": None}, "ck_allocation_chain"),
        ({"sequence": 0, "previous": -1, "before": 150_000, "after": 130_000}, "ck_allocation_sequence|ck_allocation_start"),
        ({"invoice_number": "INV-77003", "sequence": 1, "previous": None, "invoice_amount": 70_000}, "ck_allocation_start"),
        ({"before": 150_000, "after": 130_000}, "FOREIGN KEY|fk_allocation_invoice_number_previous_before"),
        ({"sequence": 4, "previous": 3}, "FOREIGN KEY|fk_allocation_invoice_number_previous_before"),
        ({"sequence": 2, "previous": 1, "before": 50_000, "after": 30_000}, "pk_allocation|UNIQUE constraint failed"),
        ({"generation": 2}, "FOREIGN KEY|fk_allocation_payment_id_generation"),
        ({"payment_id": "nobody"}, "FOREIGN KEY|fk_allocation_payment_id_generation"),
        (
            {"invoice_number": "INV-77003", "sequence": 1, "previous": None, "invoice_amount": 90_000, "before": 90_000,
             "amount": 90_000, "after": 0},
            "FOREIGN KEY|fk_allocation_invoice_number_invoice_amount",
        ),
    ],
    ids=[
        "below zero", "released beyond the invoice", "sum wrong", "of nothing", "a link left out", "begun anew",
        "before the first", "a start that is not the invoice", "outstanding made up", "a link to nothing",
        "the same link twice", "of no placement", "of no payment", "an amount that the invoice has not",
    ],
)  # fmt: skip
def test_allocations_chain_inside_their_invoice(attempt: Connection, other: dict[str, Any], constraint: str) -> None:
    _refused(attempt, _allocation(attempt, **other), *constraint.split("|"))


def test_the_amount_of_an_allocated_invoice_stands(attempt: Connection) -> None:
    changed = invoice.update().where(invoice.c.number == "INV-77001").values(amount=1)
    _refused(attempt, changed, "FOREIGN KEY", "fk_allocation")


_CHANGE = {"account_number": "104582", "sequence": 4, "previous": 3, "before": 220_000, "change": 5, "after": 220_005}


def _change(connection: Connection, **other: object) -> Any:
    key = connection.execute(select(journal.c.key).where(journal.c.key.startswith("receive:")).limit(1)).scalar_one()
    return insert(balance_change).values(**_CHANGE | {"journal_key": key} | other)


def test_a_balance_change_follows_the_one_before(attempt: Connection) -> None:
    attempt.execute(_change(attempt))


@pytest.mark.parametrize(
    ("other", "constraint"),
    [
        ({"before": 0, "after": 5}, "FOREIGN KEY|fk_balance_change_account_number_previous_before"),
        ({"after": 220_006}, "ck_balance_change_sum"),
        ({"change": 0, "after": 220_000}, "ck_balance_change_sum"),
        ({"previous": None}, "ck_balance_change_chain"),
        ({"sequence": 0, "previous": None, "before": 7, "after": 12}, "ck_balance_change_chain"),
        ({"sequence": 5}, "ck_balance_change_chain"),
        (
            {"sequence": 3, "previous": 2, "before": 130_000, "after": 130_005},
            "pk_balance_change|UNIQUE constraint failed",
        ),
    ],
    ids=["made up", "sum wrong", "of nothing", "begun anew", "before the first", "a link left out", "the same twice"],
)
def test_balance_changes_chain_too(attempt: Connection, other: dict[str, Any], constraint: str) -> None:
    _refused(attempt, _change(attempt, **other), *constraint.split("|"))


# --- the rest --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        (tables.payment, "status", "paid"),
        (tables.statement, "state", "loaded"),
        (tables.statement, "arithmetic", "fine"),
        (tables.account, "status", "frozen"),
        (tables.invoice, "status", "late"),
        (tables.holder, "type", "company"),
        (tables.entry, "occurrence", 0),
        (tables.statement_line, "credit_debit", "in"),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_words_are_those_of_the_books(attempt: Connection, table: Any, column: str, value: object) -> None:
    _refused(attempt, table.update().values({column: value}), f"ck_{table.name}_{column}")


def test_a_power_ends_after_it_begins(attempt: Connection) -> None:
    values = {"reference": "P-1", "account_number": "104582", "representative_name": "Иванов Иван"}
    days = {"valid_from": date(2026, 2, 2), "valid_until": date(2026, 2, 1)}
    _refused(attempt, insert(tables.power_of_attorney).values(**values, **days), "ck_power_of_attorney_order")


def test_one_run_at_a_time(attempt: Connection) -> None:
    values = {
        "as_of": date(2026, 3, 1),
        "high_water": 1,
        "pass_no": 1,
        "started_at": NOW,
        "actor": "x",
    }
    attempt.execute(insert(tables.run).values(no=8, open=1, **values))
    with pytest.raises(IntegrityError):
        attempt.execute(insert(tables.run).values(no=9, open=1, **values))


def test_a_posted_payment_cannot_be_lost(attempt: Connection) -> None:
    row = _one(attempt, payment.c.status == "credited")
    _refused(attempt, payment.delete().where(payment.c.id == row.id), "FOREIGN KEY", "foreign key")


# --- what was declined -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("differs", "words"),
    [
        ({"reason": ""}, ("ck_declined_candidate_said",)), ({"actor": ""}, ("ck_declined_candidate_said",)),
        ({"taken_back_by": "b"}, ("ck_declined_candidate_taken_back",)),
        ({"taken_back_at": NOW}, ("ck_declined_candidate_taken_back",)),
        ({"taken_back_at": NOW, "taken_back_by": "b", "taken_back_reason": ""}, ("ck_declined_candidate_said_again",)),
        (
            {"taken_back_at": NOW - timedelta(1), "taken_back_by": "b", "taken_back_reason": "b"},
            ("ck_declined_candidate_order",),
        ),
        ({"account_number": "999"}, ("FOREIGN KEY",)), ({"invoice_number": "999"}, ("FOREIGN KEY",)),
        ({"payment_id": "999"}, ("FOREIGN KEY",)),
    ],
)  # fmt: skip
def test_a_word_against_a_candidate_is_whole_or_refused(
    attempt: Connection, differs: dict[str, Any], words: tuple[str, ...]
) -> None:
    _refused(attempt, insert(declined_candidate).values(**{**_declined(attempt), **differs}), *words)


def test_one_word_stands_at_a_time_and_again_when_it_was_taken_back(attempt: Connection) -> None:
    word = _declined(attempt)
    back = {"taken_back_at": NOW, "taken_back_by": "b", "taken_back_reason": "b"}
    invoice_too = {**word, "invoice_number": "INV-77001"}
    for given in ({**word, **back}, {**invoice_too, **back}, word, invoice_too):
        attempt.execute(insert(declined_candidate).values(**given))
    with attempt.begin_nested() as trial:
        _refused(attempt, insert(declined_candidate).values(**word), "uq_declined_candidate_account", "UNIQUE")
        trial.rollback()
    _refused(attempt, insert(declined_candidate).values(**invoice_too), "uq_declined_candidate_invoice", "UNIQUE")


def _declined(connection: Connection) -> dict[str, Any]:
    key = connection.execute(select(payment.c.id).where(payment.c.amount == 1_000)).scalar_one()
    return {"payment_id": key, "account_number": "104582", "actor": "a", "reason": "so", "at": NOW}
