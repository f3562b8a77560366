"""The default world: all of the decision table, balances that add up, and the same again for the same seed."""

from __future__ import annotations

import csv
import itertools
import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from reconcile.books import InvoiceStatus
from reconcile.world import words
from reconcile.world.cases import REGISTRY
from reconcile.world.make import CUT_OVER, effect, make_world
from reconcile.world.model import World
from reconcile.world.names import NameBook
from reconcile.world.numbers import plain
from reconcile.world.writers.folder import Folder, write_world
from reconcile.world.writers.master import ACCOUNTS, BANK_ACCOUNTS, INVOICES, POWERS

WORLD = make_world(1)
STATUSES = {"credited", "held", "unmatched", "returned", None}
REASONS = {
    "balance_mismatch", "possible_duplicate", "currency_mismatch", "wrong_legal_entity", "account_not_open",
    "method_not_available", "payer_type_unknown", "third_party_not_documented", "third_party_purpose_incomplete",
    "power_of_attorney_missing", "power_of_attorney_expired", "power_of_attorney_revoked",
    "power_of_attorney_not_yet_valid", "payer_unknown", "invoice_already_paid", "invoice_not_open", "not_a_topup",
    "settlement_unmatched", "unknown_reference", "no_reference", "ambiguous_reference", "conflicting_references",
}  # fmt: skip
FLAGS = REASONS | {"third_party_payer", "underpaid", "overpaid", "matched_by_payer", "reference_corrected"}
FREE_FLAGS = FLAGS - REASONS | {"invoice_already_paid", "invoice_not_open"}


def test_names_do_not_run_out_where_a_world_needs_more_than_their_words_make_by_twos_and_threes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twelve words make 66 pairs and 220 triples; a night of a million entries needs more than ours make."""
    monkeypatch.setitem(words.COMPANY_WORDS, "KZ", words.COMPANY_WORDS["KZ"][:12])
    book = NameBook(Random(1))
    cores = {frozenset(book.company("KZ").core.split()[:4]) for _ in range(400)}
    assert max(map(len, cores)) >= 4


def test_every_status_reason_and_flag_occurs() -> None:
    labels = WORLD.labels
    assert {label.status for label in labels} == STATUSES
    assert {label.reason for label in labels} - {None} == REASONS
    assert {flag for label in labels for flag in label.flags} == FLAGS


def test_every_case_of_the_registry_occurs() -> None:
    seen = {label.case for label in WORLD.labels}
    without_payment = {"outgoing", "reversal_of_nothing"}
    assert set(REGISTRY) - seen == without_payment


def test_at_least_three_hundred_entries_in_three_countries_and_three_formats() -> None:
    entries = [(s.own.country, s.format.family) for s in WORLD.statements for _ in s.entries]
    assert len(entries) >= 400
    assert {country for country, _ in entries} == {"UZ", "KZ", "KE"}
    assert min(Counter(family for _, family in entries).values()) >= 40


@pytest.mark.parametrize("seed", range(5))
def test_labels_are_consistent_with_the_decision_table(seed: int) -> None:
    world = make_world(seed)
    accounts = {account.number: account for account in world.accounts}
    for label in world.labels:
        assert set(label.flags) <= FLAGS
        if label.status == "unmatched":
            assert label.account is None and label.flags == (label.reason,) and not label.allocations
        if label.status == "held":
            assert label.reason in label.flags and not label.allocations
            assert set(label.flags) - {label.reason} <= FREE_FLAGS
        if label.status == "credited":
            assert label.reason is None and set(label.flags) <= FREE_FLAGS
            assert (label.account is None) == (len(label.splits) > 1)
        if label.account:
            assert label.account in accounts
        assert ("third_party_payer" in label.flags) == (label.relation == "third_party")


@pytest.mark.parametrize("seed", range(5))
def test_allocations_stay_within_the_payment_and_the_invoice(seed: int) -> None:
    world = make_world(seed)
    invoices = {invoice.number: invoice for invoice in world.invoices}
    taken: Counter[str] = Counter()
    for statement in world.statements:
        for planned in statement.entries:
            for detail, label in zip(planned.entry.details, planned.expected, strict=False):
                assert sum(part for _, part in label.allocations) <= (detail.amount or 0)
                for number, part in label.allocations:
                    invoice = invoices[number]
                    taken[number] += part
                    assert invoice.status is InvoiceStatus.OPEN
                    assert invoice.issued_on <= planned.entry.booking_date
                    assert not invoice.expired(planned.entry.booking_date)
                assert sum(part for _, part in label.splits) in (0, detail.amount)
    assert all(total <= invoices[number].amount for number, total in taken.items())


def test_balances_add_up_except_where_planted() -> None:
    for statement in WORLD.statements:
        closing = statement.opening + sum(map(effect, statement.entries))
        assert (closing == statement.closing) == (statement.planted != "balance_mismatch"), statement.file_name


def test_statements_of_an_account_continue_except_where_planted() -> None:
    for own in WORLD.own_accounts:
        mine = [statement for statement in WORLD.statements if statement.own is own]
        if not own.planted:
            assert mine[0].opening == own.opening
            assert all(after.opening == before.closing for before, after in itertools.pairwise(mine))


def test_statements_raise_the_planted_alerts(folder: Folder) -> None:
    rows = [json.loads(line) for line in (folder.root / "statements.jsonl").read_text(encoding="utf-8").splitlines()]
    raised = Counter(alert for row in rows for alert in row["alerts"])
    assert raised["statement_gap"] == raised["balance_mismatch"] == 1
    assert raised["reversal_unmatched"] >= 1
    assert sum(row["payments"] for row in rows) == len(WORLD.labels)


def test_entries_lie_within_the_period_and_in_order() -> None:
    for statement in WORLD.statements:
        days = [planned.entry.booking_date for planned in statement.entries]
        assert days == sorted(days)
        assert all(statement.period_from <= day <= statement.period_to for day in days)


def test_only_the_cut_over_case_lies_before_the_cut_over() -> None:
    for statement in WORLD.statements:
        for planned in statement.entries:
            for label in planned.expected:
                early = planned.entry.booking_date < statement.own.books_from
                assert early == (label.case == "before_the_cut_over")
    assert any(own.books_from == CUT_OVER for own in WORLD.own_accounts)


def test_numbers_lead_to_one_thing_only() -> None:
    numbers = [account.number for account in WORLD.accounts] + [invoice.number for invoice in WORLD.invoices]
    assert len({plain(number) for number in numbers}) == len(numbers)


def test_tax_ids_and_bank_accounts_belong_to_one_holder() -> None:
    for field in ("tax_ids", "bank_accounts"):
        holders: dict[str, set[str]] = {}
        for account in WORLD.accounts:
            for value in getattr(account.holder, field):
                holders.setdefault(value, set()).add(account.holder.names[0])
        assert all(len(names) == 1 for names in holders.values())


def test_powers_of_attorney_run_for_at_most_a_year() -> None:
    assert WORLD.powers
    assert all((row.power.valid_until - row.power.valid_from).days < 365 for row in WORLD.powers)


@pytest.mark.parametrize("form", ["1c", "camt", "ofx"])
def test_purposes_keep_the_limits_of_their_format(form: str) -> None:
    for statement in WORLD.statements:
        if statement.format.family == form:
            for planned in statement.entries:
                for detail in planned.entry.details:
                    assert len(detail.purpose.replace("\n", "")) <= statement.format.limit
                    if statement.format.fold:
                        assert max(map(len, detail.purpose.split("\n"))) <= statement.format.fold
                    assert len(detail.counterparty.name) <= statement.format.name_limit


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    first, again, other = (_files(make_world(seed, entries=150), tmp_path / name) for seed, name in
                           ((7, "a"), (7, "b"), (8, "c")))  # fmt: skip
    assert first == again
    assert first != other


def _files(world: World, root: Path) -> dict[str, bytes]:
    write_world(world, root)
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_idle_customers_fill_the_books() -> None:
    world = make_world(1, entries=150, accounts=900, invoices=1_000)
    assert len(world.accounts) >= 900 and len(world.invoices) >= 1_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return write_world(WORLD, tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize(
    ("name", "columns"),
    [("bank-accounts", BANK_ACCOUNTS), ("accounts", ACCOUNTS), ("invoices", INVOICES), ("powers-of-attorney", POWERS)],
)
def test_master_data_have_the_columns_of_the_import(folder: Folder, name: str, columns: tuple[str, ...]) -> None:
    with (folder.master / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and tuple(rows[0]) == columns
    assert len({row[columns[0]] for row in rows}) == len(rows)


def test_expected_names_each_payment_once(folder: Folder) -> None:
    rows = [json.loads(line) for line in folder.expected.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len(WORLD.labels)
    places = Counter((row["file"], row["entry_line"], row["detail"]) for row in rows)
    assert max(places.values()) == 1
    references = Counter((row["bank_reference"], row["detail"]) for row in rows)
    assert sorted(references.values())[-2:] == [1, 2], "only the two honest equals share a bank reference"


def test_statements_sort_in_the_order_of_ingest(folder: Folder) -> None:
    assert list(folder.statements) == sorted(folder.statements)
