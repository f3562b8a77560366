"""`formats`, `profile check`, and the layouts of a deployment."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconcile.cli import main
from reconcile.parsers.table_folder import chosen, profiles_in
from reconcile.problem import Refusal
from tests.parsers.test_formats import OWN_PROFILE

ROWS = "Day,Moved,Why\n03/02/2026,10.00,for INV-4512\n04/02/2026,-2.50,fee\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deployment with one layout of its own, and a statement in that layout."""
    (tmp_path / "layouts").mkdir()
    (tmp_path / "layouts" / "own.toml").write_text(OWN_PROFILE, encoding="utf-8")
    (tmp_path / "own.csv").write_text(ROWS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONCILE_PROFILES", str(tmp_path / "layouts"))
    monkeypatch.setenv("RECONCILE_DATABASE_URL", f"sqlite:///{tmp_path / 'books.db'}")
    return tmp_path


def spoken(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_formats_lists_what_each_gives(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats", "--json"]) == 0
    rows = {(row["format"], row["profile"]): row for row in spoken(capsys)}
    assert rows["camt", ""]["ultimate_debtor"] is True
    assert rows["table", "mpesa"]["bank_reference"] is True
    assert rows["table", "own"]["title"] == "A bank of our own"
    assert main(["formats"]) == 0
    printed = capsys.readouterr().out
    assert "SWIFT MT942, intraday report" in printed and "evidence" in printed


def test_a_check_says_every_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "check", "own.csv"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[-3:] == [
        "2: 2026-02-03; in 10.00 KES; for INV-4512",
        "3: 2026-02-04; out 2.50 KES; fee",
        "2 entries, 0 rows that are none, 0 refused",
    ]
    assert main(["profile", "check", "own.csv", "--json"]) == 0
    assert spoken(capsys)[-1] == {"kind": "entry", "row": 3, "text": "2026-02-04; out 2.50 KES; fee"}


def test_a_check_with_a_refused_row_is_exit_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("own.csv").write_text(ROWS + "05/02/2026,two,x\n")
    assert main(["profile", "check", "own.csv"]) == 2
    out, err = capsys.readouterr()
    assert "4: refused: amount 'two' is no number" in out
    assert err == "error: own.csv: 1 rows are refused; mend them, or say their columns in a profile\n"


def test_a_layout_in_the_folder_is_enough_to_ingest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ingest", "own.csv", "--json"]) == 0
    [stored] = spoken(capsys)
    assert (stored["format"], stored["bank_account"], stored["new"]) == ("table", "0110123456789", 2)


@pytest.mark.parametrize("said", ["own", "layouts/own.toml"])
def test_a_layout_may_be_said_by_name_or_path(
    folder: Path, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if said.endswith(".toml"):
        monkeypatch.delenv("RECONCILE_PROFILES")
    assert main(["ingest", "own.csv", "--profile", said, "--json"]) == 0
    assert [stored["new"] for stored in spoken(capsys)] == [2]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["profile", "check", "none.csv"], "none.csv: there is no such file; check the path"),
        (["profile", "check", "own.csv", "--profile", "x.toml"], "there is no profile x.toml; check the path"),
        (["profile", "check", "own.csv", "--profile", "x"], "no profile is called 'x'; use one of: own, "),
        (["ingest", "own.csv", "--profile", "x"], "no profile is called 'x'; use one of: own, "),
    ],
)
def test_what_is_not_there_is_refused(
    folder: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "the profile is not UTF-8"),
        (b"title = 1", "the profile cannot be read"),
        (b"#" * 300_000, "the profile is larger than 256 kB"),
    ],
)
def test_a_faulty_layout_is_told_before_it_is_needed(folder: Path, content: bytes, said: str) -> None:
    path = folder / "layouts" / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(Refusal, match=rf"bad\.toml: {said}"):
        profiles_in(folder / "layouts")
    with pytest.raises(Refusal, match=said):
        chosen(str(path), {})


def test_the_folder_must_be_there(folder: Path) -> None:
    with pytest.raises(Refusal, match="are no folder; create it, or correct RECONCILE_PROFILES"):
        profiles_in(folder / "nowhere")
    assert profiles_in(None) == {}


def test_a_booking_date_of_no_time_at_all_is_refused_by_the_books(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("own.csv").write_text("Day,Moved,Why\n1111/11/11,10.00,made unreadable\n")
    assert main(["ingest", "own.csv"]) == 2
    assert "own.csv:2: booking date 1111-11-11 is of no time in which" in capsys.readouterr().err
