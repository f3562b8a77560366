"""A whole night on a made-up world, on both databases: every row of the decision table comes out as its case was built.

The world's labels follow the decision table by construction of each case (`reconcile.world`), never from our own code.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from reconcile.policy import load_policy
from reconcile.steps import masters
from reconcile.steps.export import SOURCES, export
from reconcile.steps.ingest import Origin, ingest
from reconcile.steps.run import RunResult, run
from reconcile.steps.verify import verify
from reconcile.store import schema
from reconcile.store.engine import make_engine
from reconcile.store.tables import alert
from reconcile.world.make import make_world
from reconcile.world.score import Score, score
from reconcile.world.writers.folder import Folder, write_world

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
AS_OF = date(2026, 3, 2)
# What an incoming bank transfer can become; the decision table names each. `settlement` needs gateway payments.
STATUSES = {"credited", "held", "unmatched", "returned"}
REASONS = {
    "balance_mismatch", "possible_duplicate", "currency_mismatch", "wrong_legal_entity", "account_not_open",
    "method_not_available", "payer_type_unknown", "third_party_not_documented", "third_party_purpose_incomplete",
    "power_of_attorney_missing", "power_of_attorney_expired", "power_of_attorney_revoked",
    "power_of_attorney_not_yet_valid", "payer_unknown", "invoice_already_paid", "invoice_not_open", "not_a_topup",
    "settlement_unmatched", "ambiguous_reference", "conflicting_references", "unknown_reference", "no_reference",
}  # fmt: skip
FLAGS = {
    "third_party_payer", "underpaid", "overpaid", "invoice_already_paid", "invoice_not_open", "reference_corrected",
    "matched_by_payer",
}  # fmt: skip


@dataclass
class Night:
    engine: Engine
    folder: Folder
    result: RunResult
    payments: list[dict[str, Any]]

    @property
    def scored(self) -> Score:
        expected = self.folder.expected.read_text(encoding="utf-8").splitlines()
        return score(map(json.loads, expected), list(self.payments))


def play(engine: Engine, folder: Folder) -> RunResult:
    policies = load_policy(None)
    masters.import_bank_accounts(engine, folder.master / "bank-accounts.csv", actor="t", now=NOW)
    masters.import_accounts(engine, folder.master / "accounts.csv", actor="t", now=NOW)
    masters.import_invoices(engine, folder.master / "invoices.csv", actor="t", now=NOW)
    masters.import_powers(engine, folder.master / "powers-of-attorney.csv", actor="t", now=NOW)
    for path in folder.statements:
        ingest(engine, path, origin=Origin("t"), now=NOW, policies=policies)
    return run(engine, as_of=AS_OF, now=NOW, policies=policies)


def exported(engine: Engine, what: str) -> list[dict[str, Any]]:
    out = io.BytesIO()
    export(engine, what, out)
    return [json.loads(line) for line in out.getvalue().decode().splitlines()]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    root: Path = tmp_path_factory.mktemp("night")
    folder = write_world(make_world(1, entries=400), root)
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{root / 'books.db'}")
        schema.upgrade(engine)
        yield Night(engine, folder, play(engine, folder), exported(engine, "payments"))
        return
    with request.getfixturevalue("postgres").database() as url:
        engine = make_engine(url)
        schema.upgrade(engine)
        yield Night(engine, folder, play(engine, folder), exported(engine, "payments"))
        engine.dispose()


def test_no_payment_is_credited_to_a_wrong_account(night: Night) -> None:
    assert [(d.expected["case"], d.expected["purpose"]) for d in night.scored.wrong_credits] == []


def test_every_case_of_the_decision_table_comes_out_as_it_was_built(night: Night) -> None:
    scored = night.scored
    differing = [(d.expected["case"], d.fields, d.expected["purpose"]) for d in scored.differences]
    assert differing == []
    assert scored.total >= 300


def test_every_status_reason_and_flag_occurs(night: Night) -> None:
    assert {row["status"] for row in night.payments} >= STATUSES
    assert REASONS - {row["reason"] for row in night.payments} == set()
    assert FLAGS - {flag for row in night.payments for flag in row["flags"]} == set()


def test_the_books_are_right(night: Night) -> None:
    assert verify(night.engine) == []


def test_the_statements_raise_the_alerts_that_were_planted(night: Night) -> None:
    rows = [json.loads(line) for line in (night.folder.root / "statements.jsonl").read_text().splitlines()]
    planted = Counter(kind for row in rows for kind in row["alerts"])
    with night.engine.connect() as connection:
        raised = Counter(connection.execute(select(alert.c.kind)).scalars())
    assert {kind: raised[kind] for kind in planted if kind != "possible_duplicate"} == {
        kind: count for kind, count in planted.items() if kind != "possible_duplicate"
    }


def test_everything_again_changes_nothing(night: Night) -> None:
    before = {what: exported(night.engine, what) for what in SOURCES}
    again = play(night.engine, night.folder)
    assert again.changed == 0
    assert {what: exported(night.engine, what) for what in SOURCES} == before
