"""What is listed is true, and a profile can be checked row by row."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from reconcile.parsers import PARSERS, ReadContext, open_statement
from reconcile.parsers.formats import FormatRow, describe
from reconcile.parsers.table_check import understood
from reconcile.problem import Refusal
from reconcile.statement import Entry
from tests.parsers.rendering import CONTEXT, GOLDEN, SAID, readable


def test_every_parser_is_listed() -> None:
    assert {row.format for row in describe()} == {parser.NAME for parser in PARSERS}


@lru_cache(maxsize=1)
def golden_entries() -> list[tuple[str, bool, str, Entry]]:
    found = []
    for case in readable():
        for statement in open_statement(case, file_name=case.name, context=SAID.get(case.name, CONTEXT)):
            found += [
                (statement.format, not statement.evidence, statement.profile, entry) for entry in statement.entries
            ]
    return found


@pytest.mark.parametrize("row", [row for row in describe() if row.source_of_money], ids=lambda row: row.title)
def test_what_a_format_is_said_to_give_a_golden_file_has(row: FormatRow) -> None:
    mine = [
        entry
        for name, money, profile, entry in golden_entries()
        if (name, money) == (row.format, True) and row.profile in ("", profile)
    ]
    if not mine:
        assert row.format == "table", "every format has a golden file; a layout need not"
        return
    parties = [detail for entry in mine for detail in entry.details]
    assert any(detail.counterparty.tax_id for detail in parties) == row.tax_id
    assert any(bool(detail.ultimate) for detail in parties) <= row.ultimate_debtor
    assert any(entry.bank_reference for entry in mine) <= row.bank_reference


OWN_PROFILE = """
title = "A bank of our own"
required = ["date", "amount"]
date_order = "dmy"
account = "0110123456789"
currency = "KES"

[columns]
date = ["Day"]
amount = ["Moved"]
purpose = ["Why"]
"""


def test_a_profile_of_ones_own_is_enough_for_a_new_layout(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("Day,Moved,Why\n03/02/2026,10.00,for INV-4512\n,,Opening balance\n04/02/2026,-2.50,fee\n")
    context = ReadContext(profiles={"own": OWN_PROFILE})
    for statement in open_statement(path, file_name="own.csv", context=context):
        assert (statement.account, statement.profile, len(list(statement.entries))) == ("0110123456789", "own", 2)
    assert "own" in [row.profile for row in describe(context)]
    assert list(map(str, understood(path, context))) == [
        "profile own: A bank of our own; headings in row 1",
        "column 1 'Day' is the date",
        "column 2 'Moved' is the amount",
        "column 3 'Why' is the purpose",
        "the decimal mark is '.'; dates are written day first",
        "account 0110123456789, currency KES",
        "2: 2026-02-03; in 10.00 KES; for INV-4512",
        "3: no entry: Opening balance",
        "4: 2026-02-04; out 2.50 KES; fee",
    ]


def test_a_check_names_every_row_that_is_refused_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("Day,Moved,Why\n03/02/2026,ten,x\n04/02/2026,2.50,y\n31/02/2026,2.50,z\n")
    found = [str(each) for each in understood(path, ReadContext(profiles={"own": OWN_PROFILE}))]
    assert found[-3:] == [
        "2: refused: amount 'ten' is no number; correct the row, or ask the bank",
        "3: 2026-02-04; in 2.50 KES; y",
        "4: refused: date '31/02/2026' is not a day of the calendar; correct the row, or ask the bank",
    ]


def test_a_check_of_what_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(Refusal, match="none of the first 60 rows has headings that a profile knows"):
        list(understood(path, ReadContext()))


def test_the_bundled_files_of_the_check_name_every_row() -> None:
    lines = list(map(str, understood(GOLDEN / "table_kenya_bank.csv", CONTEXT)))
    assert "5: 2026-02-03; in 15000.00 KES; MPESA PAYBILL 222111 - 254712345678" in lines
    assert any(line.startswith("9: no entry: Total") for line in lines)
