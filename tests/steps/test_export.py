"""Exports: every promised key in its order, exact amounts, the same bytes for the same books, and no formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, update

from reconcile.problem import Refusal
from reconcile.steps.export import SOURCES, export
from reconcile.steps.export.writers import FORMATS, Rows, write
from reconcile.steps.find import find
from reconcile.steps.masters import import_accounts, import_bank_accounts, import_invoices
from reconcile.steps.run import run
from reconcile.store import tables
from tests.steps.books import NOW, OWN, Line, one_c, open_books, policies, upload

BIN, OTHER_BIN = "990140000007", "000140000012"
BANK_ACCOUNTS = f"bank_account,country,currency,legal_entity\n{OWN},KZ,KZT,Cloud KZ\n"
ACCOUNTS = f"""account_number,holder_name,holder_type,country,currency,tax_id
104582,ТОО «Ромашка»,legal_entity,KZ,KZT,{BIN}
104590,ТОО «Лютик»,legal_entity,KZ,KZT,{OTHER_BIN}
"""
INVOICES = """invoice_number,account_number,amount,currency,issued_on
4512,104582,150000.00,KZT,2026-02-01
4513,104590,70.50,KZT,2026-02-01
"""
FIRST = date(2026, 2, 3)
LINES = [
    Line(FIRST, 15000000, "1", "Оплата по счету № 4512", "ТОО Ромашка", BIN, "KZ11"),
    Line(FIRST, 7050, "2", "Оплата по счету № 4513", "ТОО Ромашка", BIN),
    Line(FIRST, 9900, "3", "за услуги", '=HYPERLINK("x")'),
    Line(date(2026, 2, 4), -500, "4", "комиссия", "АО Банк"),
    Line(date(2026, 2, 4), 100, "5", "+за что-то", "ТОО Клевер"),
]


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Engine:
    engine = open_books(database_url)
    for verb, content in (
        (import_bank_accounts, BANK_ACCOUNTS),
        (import_accounts, ACCOUNTS),
        (import_invoices, INVOICES),
    ):
        path = tmp_path / "master.csv"
        path.write_text(content, "utf-8")
        verb(engine, path, actor="alina", now=NOW)
    upload(engine, tmp_path, "statement.txt", one_c(LINES, opening=0))
    return engine


def decide(engine: Engine) -> None:
    run(engine, as_of=date(2026, 2, 10), now=NOW, policies=policies())


def exported(engine: Engine, what: str, format: str = "jsonl", **options: Any) -> bytes:
    target = io.BytesIO()
    export(engine, what, target, format=format, **options)
    return target.getvalue()


def objects(engine: Engine, what: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in exported(engine, what).decode().splitlines()]


def by_purpose(engine: Engine, start: str) -> dict[str, Any]:
    (found,) = [row for row in objects(engine, "payments") if row["purpose"].startswith(start)]
    return found


CONTRACT = {
    "payments": "schema payment_id channel status reason flags account_number amount currency booking_date value_date "
    "bank_account bank_reference payer_name payer_tax_id payer_account payer_relation purpose allocations splits "
    "candidates debtor_name ultimate_debtor_name country credited_amount credited_currency gateway_payment_id "
    "settlement_id rule policy_version decided_at decided_by explanation statement_id entry_line",
    "entries": "statement_id file format bank_account entry_line booking_date value_date credit_debit reversal amount "
    "currency bank_reference payer_name payer_tax_id payer_account ultimate_debtor_name counterparty_name purpose "
    "payment_id",
    "balances": "account_number currency balance",
    "journal": "entry_no effective_date posted_at account debit credit currency payment_id description",
}


@pytest.mark.parametrize("what", CONTRACT)
def test_every_promised_key_stands_in_its_order(engine: Engine, what: str) -> None:
    decide(engine)
    for row in objects(engine, what):
        assert list(row) == CONTRACT[what].split()
    assert SOURCES[what][0] == tuple(CONTRACT[what].split())
    assert SOURCES["review"][0] == SOURCES["payments"][0]


def test_a_credited_payment(engine: Engine) -> None:
    decide(engine)
    row = by_purpose(engine, "Оплата по счету № 4512")
    assert len(row.pop("payment_id")) == len(row.pop("statement_id")) == 24
    assert row.pop("policy_version")
    lines = one_c(LINES, opening=0).splitlines()
    assert row == {
        "schema": 1, "channel": "bank_transfer", "status": "credited", "reason": None, "flags": [],
        "account_number": "104582", "amount": "150000.00", "currency": "KZT", "booking_date": "2026-02-03",
        "value_date": row["value_date"], "bank_account": OWN, "bank_reference": "1", "payer_name": "ТОО Ромашка",
        "payer_tax_id": BIN, "payer_account": "KZ11", "payer_relation": "own", "purpose": "Оплата по счету № 4512",
        "allocations": [{"invoice_number": "4512", "amount": "150000.00"}],
        "splits": [{"account_number": "104582", "amount": "150000.00"}], "candidates": [],
        "debtor_name": "ТОО Ромашка", "ultimate_debtor_name": None, "country": "KZ",
        "credited_amount": "150000.00", "credited_currency": "KZT", "gateway_payment_id": None, "settlement_id": None,
        "rule": "marked_reference", "decided_at": "2026-02-10T03:00:00+00:00", "decided_by": "machine",
        "explanation": "Credited to 104582: invoice 4512 is named in the purpose; the payer is the account's holder.",
        "entry_line": lines.index("СекцияДокумент=Выписка") + 1,
    }  # fmt: skip


def test_a_held_payment_names_its_account_and_what_else_fitted(engine: Engine) -> None:
    decide(engine)
    row = by_purpose(engine, "Оплата по счету № 4513")
    assert (row["status"], row["reason"]) == ("held", "third_party_purpose_incomplete")
    assert row["flags"] == ["third_party_purpose_incomplete", "third_party_payer"]
    assert (row["account_number"], row["payer_relation"]) == ("104590", "third_party")
    assert (row["allocations"], row["credited_amount"]) == ([], None)
    assert row["candidates"][0]["account_number"] == "104590"
    assert row["candidates"][0]["invoice_number"] == "4513"
    assert row["candidates"][0]["evidence"] == ["invoice 4513 is named in the purpose"]
    assert row["explanation"].startswith("Held for 104590: invoice 4513 is named in the purpose; somebody else pays,")


def test_a_payment_that_no_run_has_decided_says_so(engine: Engine) -> None:
    rows = objects(engine, "payments")
    assert {(row["status"], row["reason"], row["explanation"]) for row in rows} == {
        ("unmatched", "not_decided", "Unmatched: no run has decided this payment yet.")
    }
    assert len(rows) == 4
    assert objects(engine, "review") == []


def test_review_shows_what_waits_the_oldest_and_largest_first(engine: Engine) -> None:
    decide(engine)
    rows = objects(engine, "review")
    assert [(row["booking_date"], row["amount"]) for row in rows] == [
        ("2026-02-03", "99.00"), ("2026-02-03", "70.50"), ("2026-02-04", "1.00"),
    ]  # fmt: skip
    assert {row["status"] for row in rows} == {"held", "unmatched"}


def test_entries_go_both_ways(engine: Engine) -> None:
    rows = objects(engine, "entries")
    assert len(rows) == 5
    paid = {row["payment_id"] for row in objects(engine, "payments")}
    assert {row["payment_id"] for row in rows} == {*paid, None}
    (out,) = [row for row in rows if row["credit_debit"] == "debit"]
    assert (out["amount"], out["counterparty_name"], out["payer_name"]) == ("5.00", "АО Банк", None)
    assert (out["reversal"], out["file"], out["format"], out["payment_id"]) == (False, "statement.txt", "1c", None)
    (into,) = [row for row in rows if row["purpose"].endswith("4512")]
    assert (into["payer_name"], into["payer_tax_id"], into["counterparty_name"]) == ("ТОО Ромашка", BIN, "ТОО Ромашка")


def test_balances_and_journal_agree(engine: Engine) -> None:
    decide(engine)
    assert objects(engine, "balances") == [
        {"account_number": "104582", "currency": "KZT", "balance": "150000.00"},
        {"account_number": "104590", "currency": "KZT", "balance": "0.00"},
    ]
    lines = objects(engine, "journal")
    for debit, credit in zip(lines[::2], lines[1::2], strict=True):
        assert debit["entry_no"] == credit["entry_no"]
        assert (debit["credit"], credit["debit"]) == (None, None)
        assert debit["debit"] == credit["credit"]
        assert debit["account"] != credit["account"]
    assert [line["effective_date"] for line in lines] == sorted(line["effective_date"] for line in lines)
    assert any(line["credit"] == "150000.00" and "104582" in line["account"] for line in lines)


def test_csv_has_the_same_keys_and_values(engine: Engine) -> None:
    decide(engine)
    rows = list(csv.DictReader(io.StringIO(exported(engine, "payments", "csv").decode("utf-8"))))
    for row, one in zip(rows, objects(engine, "payments"), strict=True):
        assert list(row) == list(one)
        assert row["flags"] == ";".join(one["flags"])
        assert json.loads(row["candidates"]) == one["candidates"]
        assert json.loads(row["splits"]) == one["splits"]
        assert row["amount"] == one["amount"]
        assert row["reason"] == (one["reason"] or "")
    entries = csv.DictReader(io.StringIO(exported(engine, "entries", "csv").decode("utf-8")))
    assert {row["reversal"] for row in entries} == {"false"}


def test_excel_safe_csv_holds_no_formula(engine: Engine) -> None:
    content = exported(engine, "payments", "csv", excel_safe=True)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["payer_name"] for row in rows} >= {"'=HYPERLINK(\"x\")", "ТОО Ромашка"}
    assert {row["purpose"] for row in rows} >= {"'+за что-то"}
    assert {row["amount"] for row in rows} >= {"150000.00"}
    plain = list(csv.DictReader(io.StringIO(exported(engine, "payments", "csv").decode("utf-8"))))
    assert {row["purpose"] for row in plain} >= {"+за что-то"}


def sheets(content: bytes, folder: Path) -> dict[str, list[list[Any]]]:
    path = folder / "read.xlsx"
    path.write_bytes(content)
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_xlsx_keeps_texts_as_texts_and_amounts_as_numbers(engine: Engine, tmp_path: Path) -> None:
    decide(engine)
    content = exported(engine, "payments", "xlsx")
    (header, *rows) = sheets(content, tmp_path)["payments"]
    assert header == CONTRACT["payments"].split()
    cells = [dict(zip(header, row, strict=True)) for row in rows]
    assert {cell["payer_name"] for cell in cells} >= {'=HYPERLINK("x")'}
    assert {cell["purpose"] for cell in cells} >= {"+за что-то"}
    credited = next(cell for cell in cells if cell["status"] == "credited")
    assert (credited["amount"], credited["account_number"], credited["payer_tax_id"]) == (150000.0, "104582", BIN)
    assert b"<f>" not in content


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("what", ["payments", "balances"])
def test_the_same_books_give_the_same_bytes(engine: Engine, what: str, format: str) -> None:
    decide(engine)
    first = exported(engine, what, format)
    decide(engine)
    assert exported(engine, what, format) == first


def test_a_file_appears_whole_or_not_at_all(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out" / "payments.jsonl"
    with pytest.raises(Refusal, match=r"payments.jsonl: cannot be written .No such file or directory.; name a file"):
        export(engine, "payments", path)
    path.parent.mkdir()
    assert export(engine, "payments", path) == 4
    assert path.read_bytes() == exported(engine, "payments")

    def cut(*_: object) -> dict[str, Any]:
        raise RuntimeError("in the middle")

    monkeypatch.setattr("reconcile.steps.export.payments.payment_row", cut)
    with pytest.raises(RuntimeError):
        export(engine, "payments", path)
    assert [each.name for each in path.parent.iterdir()] == ["payments.jsonl"]
    assert path.read_text("utf-8").count("\n") == 4


def test_what_cannot_be_exported_is_refused(engine: Engine) -> None:
    with pytest.raises(Refusal, match="'invoices' cannot be exported; choose one of: payments, entries, balances"):
        export(engine, "invoices", io.BytesIO())
    with pytest.raises(Refusal, match="'ods' is no export format; choose one of: jsonl, csv, xlsx"):
        export(engine, "payments", io.BytesIO(), format="ods")


def test_what_a_voided_statement_brought_is_not_exported(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(tables.entry).where(tables.entry.c.amount == 100).values(voided=True))
    assert len(objects(engine, "payments")) == 3
    assert len(objects(engine, "entries")) == 4


# --- the writers by themselves ---------------------------------------------------------------------------------------


def written(format: str, keys: list[str], rows: list[dict[str, Any]]) -> bytes:
    target = io.BytesIO()
    assert write(target, Rows("rows", keys, iter(rows)), format) == len(rows)
    return target.getvalue()


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconcile.steps.export.writers.SHEET_ROWS", 3)
    found = sheets(written("xlsx", ["n"], [{"n": str(number)} for number in range(5)]), tmp_path)
    assert found == {
        "rows": [["n"], ["0"], ["1"]],
        "rows 2": [["n"], ["2"], ["3"]],
        "rows 3": [["n"], ["4"]],
    }


def test_no_rows_still_give_a_header(tmp_path: Path) -> None:
    assert sheets(written("xlsx", ["a", "b"], []), tmp_path) == {"rows": [["a", "b"]]}
    assert written("csv", ["a", "b"], []) == b"a,b\n"
    assert written("jsonl", ["a", "b"], []) == b""


def test_an_amount_that_a_spreadsheet_would_round_is_text(tmp_path: Path) -> None:
    rows = [{"amount": "9999999999999999.99"}, {"amount": "-0.05"}, {"amount": "7"}]
    assert sheets(written("xlsx", ["amount"], rows), tmp_path)["rows"][1:] == [["9999999999999999.99"], [-0.05], [7.0]]


def test_a_text_longer_than_a_cell_is_visibly_cut(tmp_path: Path) -> None:
    found = sheets(written("xlsx", ["purpose"], [{"purpose": "x" * 40_000}]), tmp_path)["rows"][1][0]
    assert (len(found), found[-2:]) == (32_767, "x…")


# --- find ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "amounts"),
    [
        ({"amount": "150000"}, ["150000.00"]),
        ({"amount": "70.50"}, ["70.50"]),
        ({"amount": "70.51"}, []),
        ({"date_from": date(2026, 2, 4)}, ["1.00"]),
        ({"date_to": date(2026, 2, 3), "payer": "тоо ромашка"}, ["150000.00", "70.50"]),
        ({"payer": "РОМАШКА"}, ["150000.00", "70.50"]),
        ({"payer": "ромашка лютик"}, []),
        ({"payer": "kz 11"}, ["150000.00"]),
        ({"payer": BIN}, ["150000.00", "70.50"]),
        ({"payer": "%"}, []),
        ({"account": "104582"}, ["150000.00"]),
        ({"account": "104590"}, ["70.50"]),
        ({"reference": "4513"}, ["70.50"]),
        ({"receipt": "3"}, ["99.00", "70.50"]),
        ({"reference": "4512", "amount": "70.50"}, []),
    ],
)
def test_payments_are_found_by_what_is_known_of_them(
    engine: Engine, question: dict[str, Any], amounts: list[str]
) -> None:
    decide(engine)
    assert sorted(row["amount"] for row in find(engine, **question)) == sorted(amounts)


def test_an_empty_question_and_a_doubtful_amount_are_refused(engine: Engine) -> None:
    with pytest.raises(Refusal, match="nothing is asked for; give an amount, days, a payer"):
        find(engine, payer="  ")
    with pytest.raises(Refusal, match="amount '1,500' is not a plain decimal"):
        find(engine, amount="1,500")
    assert len(find(engine, date_from=FIRST, limit=2)) == 2
