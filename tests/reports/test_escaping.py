"""Purposes, names, file names and alerts are written by strangers: they stay text, on the page and in the workbook."""

from __future__ import annotations

import zipfile
from datetime import timedelta

import pytest
from lxml import etree

from tests.reports.conftest import Write
from tests.reports.filling import DAY, NOW, Books, Paid
from tests.reports.seen import Page, sheet, table

ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</style><script>alert(1)</script>",
    "{{ 7*7 }}{% for x in () %}",
    "<!--",
    "&lt;script&gt;",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "+1+2",
    "-1+2",
    "@SUM(A1:A9)",
    "http://evil.example/",
    "\t=1+1",
    "{=1+1}",
)


def _attacked(books: Books, attack: str) -> None:
    """The attack in every place where a stranger's text is shown."""
    books.account("104582", holder_name=attack)
    candidate = {"account": "104582", "invoice": None, "score": 0.5, "evidence": [["one_edit", {"number": attack}]]}
    books.pay(
        Paid(
            status="held",
            reason="power_of_attorney_missing",
            purpose=attack,
            payer=attack,
            candidates=[candidate],
            account=attack[:60],
            evidence=[["power_of_attorney_missing", {"name": attack}]],
            note=attack,
        )
    )
    books.alert("file_refused", attack, file_name=attack)
    books.alert(attack[:30], attack)
    books.statement("st-x", file_name=attack, fault=attack, accepted_by=attack)
    books.difference(5, explanation=attack)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_shown_and_never_done_on_the_page(sqlite_books: Books, write: Write, attack: str) -> None:
    _attacked(sqlite_books, attack)
    page = Page(write("r.html", faults=[attack]))
    assert page.all("//script | //img | //iframe | //object | //link | //base | //form") == []
    assert page.all("//@*[starts-with(name(), 'on')]") == []
    assert [link for link in page.all("//@href") if not link.startswith("#")] == []
    assert page.all("//@src") == []
    plain = " ".join(attack.split())
    assert page.purpose() == attack
    for section in ("alerts", "statements", "differences"):
        assert plain in page.text(section)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_a_text_cell_in_the_workbook(sqlite_books: Books, write: Write, attack: str) -> None:
    _attacked(sqlite_books, attack)
    path = write("r.xlsx", faults=[attack])
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        sheets = [etree.fromstring(archive.read(name)) for name in names if name.startswith("xl/worksheets/sheet")]
    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert [found for each in sheets for found in each.iter(f"{main}f")] == []
    assert [found for each in sheets for found in each.iter(f"{main}hyperlink")] == []
    [row] = table(path, "To decide")
    assert (row["Purpose"], row["Payer"]) == (attack, attack)
    assert {attack} <= {row["What happened"] for row in table(path, "Alerts")}
    assert table(path, "Differences")[0]["Why"] == attack
    assert attack in [row["File"] for row in table(path, "Statements")]


def test_the_page_forbids_scripts_and_the_network(sqlite_books: Books, write: Write) -> None:
    page = Page(write("r.html"))
    [policy] = page.all("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert "http" not in page.source.replace("http-equiv", "")


def test_signs_that_deceive_the_eye_are_named(sqlite_books: Books, write: Write) -> None:
    """A writing direction turned round, a hidden sign inside a number: seen on the page and in the workbook."""
    purpose = "счёт \u202e215401\u202c за 10\u200b4582"
    sqlite_books.pay(Paid(status="held", reason="payer_unknown", purpose=purpose))
    seen = "счёт ‹U+202E›215401‹U+202C› за 10‹U+200B›4582"
    assert Page(write("r.html")).purpose() == seen
    assert table(write("r.xlsx"), "To decide")[0]["Purpose"] == seen


def test_a_command_quotes_what_the_books_hold(sqlite_books: Books, write: Write) -> None:
    """A holder's number or a payer's name cannot smuggle a second command into the line that a person copies."""
    sqlite_books.account("1; rm -rf ~", "x")
    sqlite_books.pay(
        Paid(
            status="held",
            reason="power_of_attorney_missing",
            payer="$(reboot) `x` 'y'",
            candidates=[{"account": "1; rm -rf ~", "invoice": None, "score": 1.0, "evidence": []}],
        )
    )
    lines = table(write("r.xlsx"), "To decide")[0]["Command"].splitlines()
    assert """--representative '$(reboot) `x` '"'"'y'"'"''""" in lines[0]
    assert " '1; rm -rf ~' --reason" in lines[1]


def test_a_purpose_longer_than_a_cell_is_cut_in_the_workbook_and_whole_on_the_page(
    sqlite_books: Books, write: Write
) -> None:
    purpose = "я " * 20_000
    sqlite_books.pay(Paid(status="held", reason="payer_unknown", purpose=purpose, booked=DAY - timedelta(days=1)))
    assert table(write("r.xlsx"), "To decide")[0]["Purpose"] == purpose[:32_767]
    assert Page(write("r.html")).purpose() == purpose


def test_a_damaged_sheet_would_be_seen(sqlite_books: Books, write: Write) -> None:
    """The workbook has its five sheets in their order, and times are UTC."""
    sqlite_books.alert("file_refused", "x")
    path = write("r.xlsx")
    assert sheet(path, "Summary")[0][0] == "Reconciliation 2026-02-27"
    assert table(path, "Alerts")[0]["Raised"] == NOW.replace(tzinfo=None)
