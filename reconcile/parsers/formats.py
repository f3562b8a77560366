"""What can be read, and what each format gives: the content of `reconcile formats`; and what a table was understood as,
row by row: the content of `reconcile profile check`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.money import format_amount
from reconcile.parsers import open_statement, tables
from reconcile.parsers.source import ReadContext
from reconcile.parsers.table_profile import Profile
from reconcile.parsers.table_survey import Table
from reconcile.statement import Entry


@dataclass(frozen=True, slots=True)
class FormatRow:
    """One line of the list. `tax_id`, `ultimate_debtor` and `bank_reference`: whether the format has a place for them;
    a bank may still leave it empty."""

    format: str
    profile: str
    title: str
    versions: str
    source_of_money: bool
    tax_id: bool
    ultimate_debtor: bool
    bank_reference: bool


_FORMATS: Final = (
    FormatRow("1c", "", "1CClientBankExchange", "1.01-1.03, Kazakh 2.0", True, True, True, True),
    FormatRow("camt", "", "ISO 20022 camt.053, statement", "001.01-001.13", True, True, True, True),
    FormatRow("camt", "", "ISO 20022 camt.052, intraday report", "001.01-001.13", False, True, True, True),
    FormatRow("camt", "", "ISO 20022 camt.054, notification", "001.01-001.13", False, True, True, True),
    FormatRow("ofx", "", "OFX and QFX", "1.x, 2.x", True, False, False, True),
    FormatRow("mt940", "", "SWIFT MT940, statement", "", True, True, True, True),
    FormatRow("mt940", "", "SWIFT MT942, intraday report", "", False, True, True, True),
)


def describe(context: ReadContext | None = None) -> list[FormatRow]:
    """Every format, and every profile of tables, the caller's own among them."""
    return [*_FORMATS, *map(_of_profile, tables.profiles_of(context or ReadContext()))]


def _of_profile(profile: Profile) -> FormatRow:
    pattern = profile.party.groupindex if profile.party else {}
    return FormatRow(
        format=tables.NAME,
        profile=profile.name,
        title=profile.title,
        versions="CSV, XLSX, XLS, HTML",
        source_of_money=True,
        tax_id="tax_id" in profile.columns or "tax_id" in pattern,
        ultimate_debtor=False,
        bank_reference="reference" in profile.columns,
    )


def understood(path: Path, context: ReadContext) -> Iterator[str]:
    """What a table is read as: its layout, its columns, then every row with what became of it. Ends in the same refusal
    as reading the file would."""
    with path.open("rb") as stream:
        found = list(tables.tables_of(stream, context))
        rows = [(table, [(row.line, row.cells) for row in table.body()]) for table in found]
    for table, _ in rows:
        yield from _layout(table)
    entries: dict[int, str] = {}
    for statement in open_statement(path, file_name=path.name, context=context, format=tables.NAME):
        yield f"account {statement.account}, currency {statement.currency}"
        entries |= {entry.line: _entry(entry) for entry in statement.entries}
    for _, body in rows:
        for line, cells in body:
            yield f"{line}: {entries.get(line) or 'no entry: ' + ' | '.join(cell for cell in cells if cell.strip())[:100]}"


def _layout(table: Table) -> Iterator[str]:
    layout = table.layout
    yield f"profile {layout.profile.name}: {layout.profile.title}; headings in row {layout.line}"
    for role, position in sorted(layout.columns.items(), key=lambda item: item[1]):
        yield f"column {position + 1} {layout.headings[position].strip()!r} is the {role}"
    order = {
        "": "year first, or as each date itself shows",
        "dmy": "day first",
        "mdy": "month first",
        "ymd": "year first",
    }
    yield f"the decimal mark is {table.mark!r}; dates are written {order[table.order]}"


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
