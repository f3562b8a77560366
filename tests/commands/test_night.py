"""`reconcile nightly`: the night by hand or from cron."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile import cli
from reconcile.steps import drafts
from reconcile.steps import run as running
from reconcile.store.locks import exclusive
from tests.steps.books import open_books, rows
from tests.steps.nights import PAID_ONCE, balances, pay, prepare


class Place:
    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.engine: Engine = open_books(url)
        self.inbox = prepare(self.engine, folder)
        self.folder = folder

    def run(self, *words: str) -> int:
        return cli.main(["--database-url", self.url, "nightly", "--pause", "0", *words])


@pytest.fixture
def place(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(tmp_path)
    return Place(sqlite_url, tmp_path)


def test_one_country_here_and_now(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    pay(place.inbox)
    assert place.run("--country", "KZ", "--inbox", str(place.inbox)) == 0
    shown = capsys.readouterr().out
    assert "inbox: 1 stored; 1 credited, 1 unmatched; the books are right; reports/" in shown
    assert balances(place.engine) == PAID_ONCE
    assert len(list((place.folder / "reports").iterdir())) == 2


def test_all_countries_for_scripts(
    place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pay(place.inbox)
    monkeypatch.setenv("RECONCILE_INBOX", str(place.inbox))
    assert place.run("--json", "--reports", "elsewhere") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["country"] for each in told] == ["KE", "KZ", "UZ"]
    assert told[0]["files"] == {"stored": ["sftp/kz-2026-02-03.txt"]} and told[1]["files"] == {}
    assert told[2]["statuses"] == {"credited": 1, "unmatched": 1} and told[2]["differences"] == []
    assert len(list((place.folder / "elsewhere").iterdir())) == 6


def test_differences_are_printed_and_end_in_3(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    pay(place.inbox)
    place.run("--country", "KZ", "--inbox", str(place.inbox))
    with place.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE payment SET status = 'held' WHERE status = 'unmatched'")
        connection.exec_driver_sql("UPDATE payment SET by_person = true")
    assert place.run("--country", "KZ") == 3
    assert "its status is not that of its decision" in capsys.readouterr().out


def test_what_could_not_be_decided_is_no_success(
    place: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(case: object) -> None:
        raise ZeroDivisionError

    pay(place.inbox)
    monkeypatch.setattr(drafts, "decide", broken)
    monkeypatch.setattr(running, "ATTEMPTS", 1)
    assert place.run("--country", "KZ", "--inbox", str(place.inbox)) == 1
    said = capsys.readouterr()
    assert "no payments; 2 could not be decided; the books are right" in said.out
    assert said.err.startswith("error: run 1 could not decide 2 payments")


def test_a_refused_file_ends_in_0_unless_asked(place: Place) -> None:
    for number, (words, code) in enumerate([((), 0), (("--fail-on-alert",), 4)]):
        (place.inbox / "sftp" / f"bad{number}.txt").write_text("nonsense")
        assert place.run("--country", "KZ", "--inbox", str(place.inbox), *words) == code


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--country", "XX"), "the policy has no rules for country 'XX'"),
        (("--country", "KZ", "--inbox", "missing"), "the inbox missing is no folder; create it"),
    ],
)
def test_bad_usage_ends_in_2(place: Place, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], error: str) -> None:
    assert place.run(*words) == 2
    assert f"error: {error}" in capsys.readouterr().err


def test_a_night_that_is_under_way_elsewhere_ends_in_75(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    with exclusive(place.engine, "nightly:KZ") as mine:
        assert mine
        assert place.run("--country", "KZ") == 75
    assert "error: the night of KZ is under way elsewhere; try again" in capsys.readouterr().err
    assert place.run("--country", "KZ") == 0


def test_a_night_for_the_workers_is_entered_and_not_done(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    pay(place.inbox)
    assert place.run("--country", "KZ", "--enqueue") == 0
    assert "the night of KZ is entered: the next tick" in capsys.readouterr().out
    assert rows(place.engine, "SELECT job, attempts, finished_at FROM scheduled_job") == [("nightly:KZ", 0, None)]
    assert balances(place.engine) == []
