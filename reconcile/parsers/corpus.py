"""`python -m reconcile.parsers.corpus DIR`: checks the parsers against statement files whose figures are known.

DIR holds `manifest.csv` with the columns `path, format, kind, transactions_expected, sum_credit, sum_debit` and the
files themselves; where it has a column `source_path`, its last part is what the bank called the file. A file of kind
`statement` must be exact or refused; of any other kind it may be refused, or read with the figures of the manifest.
Prints one line a file and the totals; exit code 1 where anything is WRONG or crashes.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final

from reconcile.money import format_amount
from reconcile.parsers import PARSERS, ReadContext, open_statement
from reconcile.problem import Refusal
from reconcile.statement import CreditDebit, Statement

# Stands for the currency of the accounts that the books would know; no sum depends on it.
_ANY_CURRENCY: Final = "RUB"
_ANY_ACCOUNT: Final = "0000"
_NO_ACCOUNT: Final = "which bank account it is of"
_TABLES: Final = frozenset({"table", "csv", "xlsx", "xls"})


@dataclass(slots=True)
class Figures:
    """What a file was read as, in whole currency units over all its statements."""

    entries: int = 0
    credit: Decimal = Decimal(0)
    debit: Decimal = Decimal(0)
    open_arithmetic: int = 0
    """Statements whose opening + entries is not their closing."""

    def add(self, statement: Statement) -> None:
        sums = Counter[CreditDebit]()
        for entry in statement.entries:
            self.entries += 1
            sums[entry.credit_debit] += entry.amount
        credit, debit = sums[CreditDebit.CREDIT], sums[CreditDebit.DEBIT]
        self.credit += Decimal(format_amount(credit, statement.currency))
        self.debit += Decimal(format_amount(debit, statement.currency))
        if statement.opening is not None and statement.closing is not None:
            self.open_arithmetic += statement.opening + credit - debit != statement.closing


def check(path: Path, row: dict[str, str], context: ReadContext) -> tuple[str, str]:
    """("exact" | "refused" | "WRONG" | "CRASH", what there is to say). A table that does not name its account is read
    again with one: the person who gives the file would say it."""
    found = _checked(path, row, context)
    if _NO_ACCOUNT in found[1] and not context.account:
        return _checked(path, row, replace(context, account=_ANY_ACCOUNT))
    return found


def _checked(path: Path, row: dict[str, str], context: ReadContext) -> tuple[str, str]:
    figures = Figures()
    try:
        for statement in open_statement(path, file_name=_bank_s_name(path, row), context=context):
            figures.add(statement)
    except Refusal as refusal:
        return "refused", str(replace(refusal.problems[0], file=""))
    except Exception as error:
        return "CRASH", repr(error)
    remark = "its balances do not close" if figures.open_arithmetic else ""
    differences = list(_differences(figures, row))
    if not differences:
        return "exact", remark
    return "WRONG", ", ".join(differences)


def _bank_s_name(path: Path, row: dict[str, str]) -> str:
    """What the file was called where it was taken from: a layout may be known by the names that a bank gives."""
    return (row.get("source_path") or "").replace("\\", "/").rpartition("/")[2] or path.name


def _differences(figures: Figures, row: dict[str, str]) -> Iterator[str]:
    if row["transactions_expected"] and figures.entries != int(row["transactions_expected"]):
        yield f"{figures.entries} entries instead of {row['transactions_expected']}"
    for name, found in (("sum_credit", figures.credit), ("sum_debit", figures.debit)):
        if row[name] and found != Decimal(row[name]):
            yield f"{name} {found} instead of {row[name]}"


def run(directory: Path) -> int:
    """Prints the table and the totals; returns how many files are wrong."""
    formats = {parser.NAME for parser in PARSERS} | _TABLES
    context = ReadContext(default_currency=lambda account: _ANY_CURRENCY)
    totals: Counter[tuple[str, str, str]] = Counter()
    with (directory / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        rows = [row for row in csv.DictReader(manifest) if row["format"] in formats]
    for row in rows:
        verdict, remark = check(directory / row["path"], row, context)
        totals[row["format"], row["kind"], verdict] += 1
        print(f"{verdict:8} {row['kind']:12} {row['path']}" + (f": {remark}" if remark else ""))
    print()
    for (format_name, kind, verdict), count in sorted(totals.items()):
        print(f"{format_name:6} {kind:12} {verdict:8} {count:5}")
    return sum(count for (_, _, verdict), count in totals.items() if verdict in ("WRONG", "CRASH"))


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m reconcile.parsers.corpus DIR", file=sys.stderr)
        return 2
    return 1 if run(Path(arguments[0])) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
