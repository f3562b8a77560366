"""The command that checks the parsers against files with known figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconcile.parsers import corpus
from tests.parsers.rendering import GOLDEN

COLUMNS = "path,format,kind,transactions_expected,sum_credit,sum_debit\n"


def manifest(directory: Path, *rows: str) -> Path:
    for case in ("1c_uz_standard.txt", "1c_cut.txt"):
        (directory / case).write_bytes((GOLDEN / case).read_bytes())
    (directory / "manifest.csv").write_text(COLUMNS + "\n".join(rows), encoding="utf-8")
    return directory


def test_exact_and_refused_files_are_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = manifest(
        tmp_path,
        "1c_uz_standard.txt,1c,statement,3,1500741.6,25000.00",
        "1c_cut.txt,1c,malformed,,,",
        "x,pdf,statement,,,",
    )
    assert corpus.main([str(directory)]) == 0
    printed = capsys.readouterr().out
    assert "exact    statement    1c_uz_standard.txt\n" in printed
    assert "refused  malformed    1c_cut.txt: 9: the section of line 6 is not closed" in printed
    assert "pdf" not in printed


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ("4,1500741.6,25000", "3 entries instead of 4"),
        ("3,1500741.61,25000", "sum_credit 1500741.60 instead of 1500741.61"),
        ("3,1500741.60,2500", "sum_debit 25000.00 instead of 2500"),
    ],
)
def test_a_figure_that_differs_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], figures: str, said: str
) -> None:
    assert corpus.main([str(manifest(tmp_path, f"1c_uz_standard.txt,1c,statement,{figures}"))]) == 1
    assert f"WRONG    statement    1c_uz_standard.txt: {said}" in capsys.readouterr().out


def test_the_name_that_the_bank_gave_is_used_where_the_manifest_tells_it(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"Date,Description,Amount,Balance\n03/02/2026,a,1.00,1.00\n")
    for source, code in (("test/20260204_12345678.csv", "exact"), ("test/march.csv", "refused")):
        row = {"transactions_expected": "1", "sum_credit": "1", "sum_debit": "0", "source_path": source}
        context = corpus.ReadContext(default_currency=lambda account: "GBP")
        assert corpus.check(tmp_path / "x.csv", row, context)[0] == code


def test_a_crash_is_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*arguments: object, **options: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(corpus, "open_statement", crash)
    assert corpus.main([str(manifest(tmp_path, "1c_cut.txt,1c,malformed,,,"))]) == 1
    assert "CRASH" in capsys.readouterr().out


def test_it_wants_one_directory(capsys: pytest.CaptureFixture[str]) -> None:
    assert corpus.main([]) == 2
    assert "usage: python -m reconcile.parsers.corpus DIR" in capsys.readouterr().err
