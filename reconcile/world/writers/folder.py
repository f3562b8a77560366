"""A whole world as a folder: master data, statements in the order of ingest, and what is expected of every payment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconcile.money import format_amount
from reconcile.world.model import Expected, PlannedEntry, PlannedStatement, World
from reconcile.world.writers import write_statement
from reconcile.world.writers.master import write_master


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a world was written. `statements` stand in the order of ingest."""

    root: Path
    statements: tuple[Path, ...]

    @property
    def master(self) -> Path:
        return self.root / "master"

    @property
    def expected(self) -> Path:
        return self.root / "expected.jsonl"


def write_world(world: World, root: Path) -> Folder:
    """`master/*.csv`, `statements/*` (sorting in the order of ingest), `statements.jsonl`, `expected.jsonl`."""
    folder = root / "statements"
    folder.mkdir(parents=True, exist_ok=True)
    write_master(world, root / "master")
    paths = []
    _write_statement_list(world, root / "statements.jsonl")
    with (root / "expected.jsonl").open("w", encoding="utf-8") as out:
        for number, statement in enumerate(world.statements, 1):
            path = folder / f"{number:03d}-{statement.file_name}"
            written = write_statement(statement)
            path.write_bytes(written.data)
            paths.append(path)
            for planned, line in zip(statement.entries, written.entry_lines, strict=True):
                for row in _rows(statement, planned, path.name, line):
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
    return Folder(root, tuple(paths))


def _write_statement_list(world: World, path: Path) -> None:
    """Of each statement: what stands in it, and the alerts that it must raise."""
    with path.open("w", encoding="utf-8") as out:
        for number, statement in enumerate(world.statements, 1):
            row = {
                "file": f"{number:03d}-{statement.file_name}",
                "format": statement.format.value,
                "bank_account": statement.own.number,
                "entries": len(statement.entries),
                "payments": sum(len(planned.expected) for planned in statement.entries),
                "alerts": list(statement.alerts),
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _rows(statement: PlannedStatement, planned: PlannedEntry, file: str, line: int) -> Iterator[dict[str, object]]:
    """One row a payment. A payment is found again by file and line, by bank reference and amount, or by its purpose."""
    entry = planned.entry
    for number, (detail, label) in enumerate(zip(entry.details, planned.expected, strict=False)):
        money = entry.currency
        amount = detail.amount if detail.amount is not None else entry.amount
        yield {
            "file": file,
            "format": statement.format.value,
            "bank_account": statement.own.number,
            "entry_line": line,
            "detail": number,
            "bank_reference": entry.bank_reference,
            "booking_date": entry.booking_date.isoformat(),
            "amount": format_amount(amount, money),
            "currency": money,
            "payer_name": detail.counterparty.name,
            "purpose": detail.purpose,
            **label_row(label, money),
        }


def label_row(label: Expected, currency: str) -> dict[str, object]:
    """The label alone, in the words of the payments' export."""
    return {
        "case": label.case,
        "language": label.language,
        "status": label.status,
        "reason": label.reason,
        "account_number": label.account,
        "flags": list(label.flags),
        "payer_relation": label.relation,
        "allocations": [
            {"invoice_number": n, "amount": format_amount(part, currency)} for n, part in label.allocations
        ],
        "splits": [{"account_number": n, "amount": format_amount(part, currency)} for n, part in label.splits],
        "unchecked": sorted(label.unchecked),
        "note": label.note,
    }
