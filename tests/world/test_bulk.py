"""The large night: one file that adds up, books of the size asked for, a label for every payment."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from reconcile.parsers import open_statement
from reconcile.parsers.source import ReadContext
from reconcile.statement import CreditDebit
from reconcile.world.bulk import Bulk, write_bulk


@pytest.fixture(scope="module")
def bulk(tmp_path_factory: pytest.TempPathFactory) -> Bulk:
    return write_bulk(tmp_path_factory.mktemp("bulk"), 5, entries=600, invoices=2_000)


def test_the_statement_reads_and_adds_up(bulk: Bulk) -> None:
    [(statement, entries)] = [
        (statement, list(statement.entries))
        for statement in open_statement(bulk.statement, file_name="bulk", context=ReadContext())
    ]
    assert len(entries) == bulk.entries >= 600
    signed = (entry.amount if entry.credit_debit is CreditDebit.CREDIT else -entry.amount for entry in entries)
    assert statement.opening is not None
    assert statement.opening + sum(signed) == statement.closing
    assert [entry.booking_date for entry in entries] == sorted(entry.booking_date for entry in entries)


def test_the_books_have_the_size_asked_for_and_no_number_twice(bulk: Bulk) -> None:
    invoices, accounts = _column(bulk, "invoices", "invoice_number"), _column(bulk, "accounts", "account_number")
    assert len(invoices) == bulk.invoices >= 2_000
    assert len(set(invoices)) == len(invoices)
    assert len(set(accounts)) == len(accounts)
    assert set(_column(bulk, "invoices", "account_number")) <= set(accounts)


def _column(bulk: Bulk, table: str, column: str) -> list[str]:
    with (bulk.master / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [row[column] for row in csv.DictReader(file)]


def test_four_of_five_are_everyday_and_the_rest_is_mixed(bulk: Bulk) -> None:
    rows = [json.loads(line) for line in bulk.expected.read_text(encoding="utf-8").splitlines()]
    cases = Counter(row["case"] for row in rows)
    assert cases["marked_invoice"] == 480
    assert len(cases) > 30
    assert {row["status"] for row in rows} >= {"credited", "held", "unmatched"}


def test_the_same_seed_gives_the_same_night(bulk: Bulk, tmp_path: Path) -> None:
    again = write_bulk(tmp_path, 5, entries=600, invoices=2_000)
    assert again.statement.read_bytes() == bulk.statement.read_bytes()
    assert again.expected.read_bytes() == bulk.expected.read_bytes()
    assert not list(tmp_path.glob(".*.part"))
