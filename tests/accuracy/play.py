"""A world through the public functions of the program: import, ingest, run, export; as the nightly job does it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

from reconcile.policy import load_policy
from reconcile.steps import masters
from reconcile.steps.export import export
from reconcile.steps.ingest import Origin, Table, ingest
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from reconcile.store import schema
from tests.accuracy.measure import Result, compare
from tests.accuracy.world import AS_OF, Written

NOW: Final = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def play(engine: Engine, written: Written, tell: Callable[[str], None] = lambda text: None) -> Result:
    """Everything from empty books to the export, and how far it agrees."""
    policies = load_policy(None)
    schema.upgrade(engine)
    folder = written.master
    masters.import_bank_accounts(engine, folder / "bank-accounts.csv", actor="accuracy", now=NOW)
    masters.import_accounts(engine, folder / "accounts.csv", actor="accuracy", now=NOW, policies=policies)
    masters.import_invoices(engine, folder / "invoices.csv", actor="accuracy", now=NOW)
    masters.import_powers(engine, folder / "powers-of-attorney.csv", actor="accuracy", now=NOW, policies=policies)
    tell("master data imported")
    for path, account in written.statements:
        ingest(engine, path, origin=Origin("accuracy"), now=NOW, policies=policies, table=Table(account=account))
    tell(f"{len(written.statements)} statements stored")
    run(engine, as_of=AS_OF, now=NOW, policies=policies)
    tell("decided")
    faults = verify(engine)
    assert not faults, f"the books do not hold: {faults}"
    out = io.BytesIO()
    export(engine, "payments", out, policies=policies)
    payments: list[dict[str, Any]] = [json.loads(line) for line in out.getvalue().decode().splitlines()]
    return compare(written.labelled, payments)


def write_disagreements(result: Result, path: Path) -> int:
    """A line for each payment that came out otherwise, wrong credits first."""
    differing = sorted((one for one in result.compared if one.fields), key=lambda one: not one.wrong_credit)
    keep = ("status", "reason", "account_number", "flags", "allocations", "splits", "payer_relation")
    with path.open("w", encoding="utf-8") as out:
        for one in differing:
            seen = (
                {name: one.seen[name] for name in (*keep, "payer_name", "purpose", "explanation")} if one.seen else None
            )
            wanted = {name: one.wanted[name] for name in keep}
            row = {
                "wrong_credit": one.wrong_credit,
                "fields": one.fields,
                "kind": one.expected.kind,
                "format": one.expected.format,
                "language": one.expected.language,
                "payer": one.expected.payer,
                "purpose": one.expected.purpose,
                "bank_account": one.expected.bank_account,
                "amount": one.expected.amount,
                "expected": wanted,
                "seen": seen,
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
        for row in result.surplus:
            out.write(json.dumps({"surplus": True, "seen": row}, ensure_ascii=False) + "\n")
    return len(differing) + len(result.surplus)
