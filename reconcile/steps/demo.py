"""The whole main job on made-up data: a synthetic world is written as files, and every step that finance runs is run.

Nothing here is special to the demo but the data: the same import, ingest, run, verify and report as every night.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, func, select

from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.reports import alert_report
from reconcile.steps import masters
from reconcile.steps.export import export
from reconcile.steps.ingest import Origin, ingest
from reconcile.steps.run import RunResult, run
from reconcile.steps.verify import verify
from reconcile.store.engine import reading
from reconcile.store.tables import statement
from reconcile.world.make import make_world
from reconcile.world.score import Score, score
from reconcile.world.writers.folder import Folder, write_world

ACTOR: Final = "demo"
AS_OF: Final = date(2026, 3, 2)
"""The morning after the last day of the world's statements."""
SHOWN: Final = ("marked_invoice", "third_party_complete", "power_missing", "conflicting_references")

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the demo did. `explained` are a few payments with their decision in words."""

    run: RunResult
    score: Score
    faults: list[str]
    identity: list[dict[str, str]]
    report: Path
    explained: list[dict[str, Any]] = field(default_factory=list)


def demo(
    engine: Engine, folder: Path, *, seed: int, entries: int, now: datetime, policies: PolicyBook, tell: Progress
) -> DemoResult:
    """Run the whole job in these empty books; files and report go into the folder. Refuses books that hold statements."""
    with reading(engine) as connection:
        if connection.execute(select(func.count()).select_from(statement)).scalar_one():
            raise Refusal.of("these books hold statements already", "give the demo a database of its own")
    files = write_world(make_world(seed, entries=entries), folder)
    tell(f"a made-up world: {len(files.statements)} statements of three formats in {files.root}")
    _load(engine, files, now, policies)
    for path in files.statements:
        ingest(engine, path, origin=Origin(ACTOR), now=now, policies=policies)
    tell("statements are stored; deciding")
    result = run(engine, as_of=AS_OF, now=now, policies=policies, actor=ACTOR)
    payments = _payments(engine, policies)
    faults = verify(engine)
    report = folder / "report.html"
    for path in (report, report.with_suffix(".xlsx")):
        alert_report.write(engine, path, day=AS_OF, now=now, policies=policies, faults=faults)
    scored = score(map(json.loads, files.expected.read_text(encoding="utf-8").splitlines()), payments)
    return DemoResult(result, scored, faults, identity(payments), report, _explained(files, payments))


def _load(engine: Engine, files: Folder, now: datetime, policies: PolicyBook) -> None:
    master = files.master
    masters.import_bank_accounts(engine, master / "bank-accounts.csv", actor=ACTOR, now=now)
    masters.import_accounts(engine, master / "accounts.csv", actor=ACTOR, now=now, policies=policies)
    masters.import_invoices(engine, master / "invoices.csv", actor=ACTOR, now=now)
    masters.import_powers(engine, master / "powers-of-attorney.csv", actor=ACTOR, now=now, policies=policies)


def _payments(engine: Engine, policies: PolicyBook) -> list[dict[str, Any]]:
    out = io.BytesIO()
    export(engine, "payments", out, policies=policies)
    return [json.loads(line) for line in out.getvalue().decode().splitlines()]


def identity(payments: list[dict[str, Any]]) -> list[dict[str, str]]:
    """received = credited + held + unmatched + returned + ignored + settlement, a row a currency."""
    sums: dict[str, dict[str, Decimal]] = {}
    for row in payments:
        its = sums.setdefault(row["currency"], dict.fromkeys(("received", *STATUSES), Decimal(0)))
        its["received"] += Decimal(row["amount"])
        its[row["status"]] += Decimal(row["amount"])
    return [
        {"currency": code, **{name: f"{value:,.2f}" for name, value in its.items()}}
        for code, its in sorted(sums.items())
    ]


STATUSES: Final = ("credited", "held", "unmatched", "returned", "ignored", "settlement")


def _explained(files: Folder, payments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first payment of each of a few kinds, as the run decided it."""
    expected = [json.loads(line) for line in files.expected.read_text(encoding="utf-8").splitlines()]
    wanted = {kind: next((row for row in expected if row["case"] == kind), None) for kind in SHOWN}
    found = []
    for row in wanted.values():
        if row is not None:
            its = (pay for pay in payments if (pay["purpose"], pay["amount"]) == (row["purpose"], row["amount"]))
            found += [pay for pay in [next(its, None)] if pay is not None]
    return found
