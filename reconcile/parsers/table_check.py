"""What a table is understood as, row by row: the content of `reconcile profile check`. Nothing is stored.

A row that is refused is told with its reason and left aside, so that one look shows all of them; reading the file for
the books would stop at the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from reconcile.money import format_amount
from reconcile.parsers import tables
from reconcile.parsers.source import ReadContext, check_size
from reconcile.parsers.table_account import account_said
from reconcile.parsers.table_survey import Table
from reconcile.problem import Refusal
from reconcile.statement import Entry

MOST_REFUSED: Final = 100
"""A file of which more rows are refused is of another layout: there is nothing to gain by naming each."""
UNSAID: Final = "0000"
_ORDERS: Final = {
    "": "year first, or as each date itself shows",
    "dmy": "day first",
    "mdy": "month first",
    "ymd": "year first",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check. `kind`: `layout`, `column`, `writing`, `account`, `entry`, `no entry` or `refused`; `row`
    is None where it is of the whole table."""

    kind: str
    text: str
    row: int | None = None

    def __str__(self) -> str:
        if self.row is None:
            return self.text
        return f"{self.row}: {self.text if self.kind == 'entry' else f'{self.kind}: {self.text}'}"


def understood(path: Path, context: ReadContext) -> Iterator[Finding]:
    """The layout, its columns, how it writes amounts and dates, then every row with what became of it. Refuses where no
    table is found, or where its columns cannot be settled."""
    check_size(path.stat().st_size, context)
    seen = False
    with path.open("rb") as stream:
        for table in tables.tables_of(stream, context):
            seen = True
            yield from _of_table(table, context)
    if not seen:
        raise tables.no_table()


def _of_table(table: Table, context: ReadContext) -> Iterator[Finding]:
    yield from _layout(table)
    unsaid = not _names_its_account(table, context)
    if unsaid:
        context = replace(context, account=UNSAID)
    rows: dict[int, Finding] = {}
    while True:
        found: list[Finding] = []
        try:
            for statement in tables.statements_of(table, context):
                said = "that the table does not name: say it with --account" if unsaid else statement.account
                words = f"account {said}, currency {statement.currency}"
                found.append(Finding("account", words))
                rows |= {entry.line: Finding("entry", _entry(entry), entry.line) for entry in statement.entries}
            break
        except Refusal as refusal:
            problem = refusal.problems[0]
            if (problem.line or 0) <= table.layout.line or len(table.aside) >= MOST_REFUSED:
                raise
            assert problem.line is not None and problem.line not in table.aside, "a row that is left out is not read"
            table.aside.add(problem.line)
            rows[problem.line] = Finding("refused", f"{problem.what}; {problem.mend}", problem.line)
    yield from found
    refused, table.aside = table.aside, set()
    for row in table.body():
        text = " | ".join(cell.strip() for cell in row.cells if cell.strip())
        yield rows.get(row.line) or Finding("no entry", text[:100], row.line)
    table.aside = refused


def _names_its_account(table: Table, context: ReadContext) -> bool:
    try:
        return bool(account_said(table, context))
    except Refusal:
        if context.account:
            raise
        return False


def _layout(table: Table) -> Iterator[Finding]:
    layout = table.layout
    yield Finding("layout", f"profile {layout.profile.name}: {layout.profile.title}; headings in row {layout.line}")
    for role, position in sorted(layout.columns.items(), key=lambda item: item[1]):
        yield Finding("column", f"column {position + 1} {layout.headings[position].strip()!r} is the {role}")
    yield Finding("writing", f"the decimal mark is {table.mark!r}; dates are written {_ORDERS[table.order]}")


def _entry(entry: Entry) -> str:
    detail = entry.details[0]
    sides = {"credit": "in", "debit": "out"}
    parts = (
        entry.booking_date.isoformat(),
        f"{sides[entry.credit_debit.value]} {format_amount(entry.amount, entry.currency)} {entry.currency}",
        "reversal" if entry.reversal else "",
        " ".join(detail.counterparty.name.split()),
        detail.counterparty.tax_id,
        " ".join(detail.purpose.split()),
        f"reference {entry.bank_reference}" if entry.bank_reference else "",
    )
    return "; ".join(part for part in parts if part)
