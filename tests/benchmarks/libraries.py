"""`python -m tests.benchmarks.libraries DIR`: public libraries against the files of `make corpus DIR=…`.

Each must be installed beside this project (`pip install mt-940 ofxparse ofxtools pycamt`); one that is not is left out.
Counts files of kind `statement`: exact, wrong (read without complaint, with other figures), refused.
"""

from __future__ import annotations

import csv
import importlib.util
import logging
import sys
import warnings
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any


def by_mt940(path: Path) -> list[Decimal]:
    import mt940  # type: ignore[import-not-found,unused-ignore]

    content = path.read_bytes()
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode("cp852")  # as the library itself does
    found = (entry for statement in mt940.parse_statements(text) for entry in statement.transactions)
    return [entry.data["amount"].amount for entry in found if "amount" in entry.data]


def by_ofxparse(path: Path) -> list[Decimal]:
    from ofxparse import OfxParser

    with path.open("rb") as stream:
        accounts = OfxParser.parse(stream).accounts
    return [entry.amount for account in accounts for entry in account.statement.transactions]


def by_ofxtools(path: Path) -> list[Decimal]:
    from ofxtools.Parser import OFXTree  # type: ignore[import-not-found,unused-ignore]

    tree = OFXTree()
    tree.parse(str(path))
    return [entry.trnamt for statement in tree.convert().statements for entry in statement.banktranlist or []]


def by_pycamt(path: Path) -> list[Decimal]:
    from pycamt.parser import Camt053Parser  # type: ignore[import-not-found,unused-ignore]

    entries: list[dict[str, Any]] = Camt053Parser.from_file(str(path)).get_transactions()
    return [Decimal(str(one["Amount"])) * (1 if one["CreditDebitIndicator"] == "CRDT" else -1) for one in entries]


LIBRARIES: tuple[tuple[str, str, Callable[[Path], list[Decimal]]], ...] = (
    ("mt940", "mt940", by_mt940),
    ("ofxparse", "ofx", by_ofxparse),
    ("ofxtools", "ofx", by_ofxtools),
    ("pycamt", "camt", by_pycamt),
)


def verdict(read: Callable[[Path], list[Decimal]], path: Path, row: dict[str, str]) -> str:
    try:
        amounts = read(path)
    except Exception:
        return "refused"
    sums = (sum((one for one in amounts if one > 0), Decimal(0)), -sum((one for one in amounts if one < 0), Decimal(0)))
    same = [
        Decimal(found) == Decimal(row[name])
        for name, found in zip(("sum_credit", "sum_debit"), sums, strict=True)
        if row[name]
    ]
    return "exact" if len(amounts) == int(row["transactions_expected"]) and all(same) else "wrong"


def main(directory: Path) -> None:
    with (directory / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        rows = [row for row in csv.DictReader(manifest) if row["kind"] == "statement"]
    for module, name, read in LIBRARIES:
        if importlib.util.find_spec(module) is None:
            print(f"{module:10} is not installed")
            continue
        counts = Counter(verdict(read, directory / row["path"], row) for row in rows if row["format"] == name)
        print(f"{module:10} {name:6} " + ", ".join(f"{counts[kind]} {kind}" for kind in ("exact", "refused", "wrong")))


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    main(Path(sys.argv[1]))
