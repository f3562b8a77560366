"""`reconcile report`: the command line's way to the same page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconcile.cli import main
from tests.reports.filling import Books, Paid
from tests.reports.seen import Page


def test_the_report_is_written_and_its_place_is_told(
    sqlite_books: Books, sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sqlite_books.pay(Paid(status="held", reason="payer_unknown"))
    to = tmp_path / "r.html"
    given = ["--database-url", sqlite_url, "report", "--date", "2026-02-27", "-o", str(to)]
    assert main(given) == 0
    assert "the report of 2026-02-27 is in" in capsys.readouterr().out
    assert "Waiting for a person: 1" in Page(to).text("decide")
    assert main([*given, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"report": str(to)}


def test_the_books_are_checked_for_the_report_unless_told_otherwise(
    sqlite_books: Books, sqlite_url: str, tmp_path: Path
) -> None:
    """These books were written past the ledger, so that the check finds what the identity cannot show."""
    sqlite_books.pay(Paid(status="credited"))
    to = tmp_path / "r.html"
    given = ["--database-url", sqlite_url, "--quiet", "report", "--date", "2026-02-27", "-o", str(to)]
    assert main(given) == 0
    assert "The books do not balance" in Page(to).text()
    assert "What the nightly check found" in Page(to).text()
    assert main([*given, "--no-verify"]) == 0
    assert "The nightly check was not part of this report" in Page(to).text()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--date", "27.02.2026", "-o", "r.html"], "error: --date '27.02.2026' is not a date; write it as 2026-02-03"),
        (["-o", "r.csv"], "error: a report cannot be written as 'r.csv'; end the file's name in .html or .xlsx"),
        (["-o", "r.html", "--language", "xx"], "error: the report does not speak 'xx'; choose one of en, ru"),
    ],
)
def test_what_cannot_be_done_ends_in_one_line_and_exit_code_2(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    more: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--database-url", sqlite_url, "report", *more]) == 2
    assert capsys.readouterr().err.strip() == said
    assert not list(tmp_path.glob("r.*"))
