"""Statements as JSON, for the golden pairs. `python -m tests.parsers.rendering` rewrites every `*.expected.json`; the
difference in version control is the review."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

from reconcile.parsers import ReadContext, open_statement
from reconcile.problem import Refusal
from reconcile.statement import Statement

GOLDEN = Path(__file__).parent / "golden"
# What the books would know of the accounts in the golden files.
CONTEXT = ReadContext(own_accounts={"KZ687220000000000003": "KZT", "KZ758560000000000001": "KZT"})

# What the person says who gives the file: these exports do not name their account.
SAID = {
    "table_mpesa.csv": ReadContext(account="600123"),
    "table_elba_at.csv": ReadContext(account="AT000000000000000001"),
    "table_elba_at_turned.csv": ReadContext(account="AT000000000000000001"),
    "table_own_books.csv": ReadContext(account="KZ687220000000000003", own_accounts={"KZ687220000000000003": "KZT"}),
}


def cases() -> list[Path]:
    return sorted(path for path in GOLDEN.iterdir() if not path.name.endswith(".expected.json"))


def expected_path(case: Path) -> Path:
    """`table_mpesa.csv` and `table_mpesa.xlsx` have each their own."""
    name = case.name if case.name.startswith("table_") else case.stem
    return case.with_name(name + ".expected.json")


def readable() -> list[Path]:
    """Those that are read; the others are there to be refused."""
    return [case for case in cases() if not expected_path(case).read_text("utf-8").startswith("{")]


def rendered(case: Path) -> str:
    try:
        context = SAID.get(case.name, CONTEXT)
        statements = [_statement(one) for one in open_statement(case, file_name=case.name, context=context)]
        content: Any = statements
    except Refusal as refusal:
        content = {"refused": [str(problem) for problem in refusal.problems]}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _statement(statement: Statement) -> dict[str, Any]:
    entries = [_plain(entry) for entry in statement.entries]
    head = {
        field.name: _plain(getattr(statement, field.name))
        for field in dataclasses.fields(statement)
        if field.name != "entries"
    }
    said = {name: value for name, value in head.items() if value not in (None, "") and value is not False}
    return said | {"entries": entries}


def _plain(value: Any) -> Any:
    """Values as JSON, empty ones left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {name: one for name, one in fields.items() if one or type(one) is int}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


if __name__ == "__main__":
    for path in cases():
        expected_path(path).write_text(rendered(path), encoding="utf-8")
