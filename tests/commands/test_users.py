"""`users`: the first admin is made where the books are; no password stands on a command line."""

from __future__ import annotations

import io

import pytest

from reconcile.cli import main
from reconcile.steps import sessions
from reconcile.store.engine import make_engine
from tests.steps.books import NOW

WORDS = "quiet blue words"


def _add(url: str, monkeypatch: pytest.MonkeyPatch, *more: str, password: str = WORDS) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    return main(["users", "add", *more, "--password-stdin", "--database-url", url])


def test_the_first_user_is_an_admin_and_gets_in(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _add(sqlite_url, monkeypatch, "Anna", "--role", "operator") == 2
    assert _add(sqlite_url, monkeypatch, "Anna", "--role", "admin", "--full-name", "Anna Kim") == 0
    assert _add(sqlite_url, monkeypatch, "anna") == 2  # there is one already
    assert sessions.sign_in(make_engine(sqlite_url), "ANNA", WORDS, "127.0.0.1", NOW)


def test_the_list_and_the_switches(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _add(sqlite_url, monkeypatch, "anna")
    _add(sqlite_url, monkeypatch, "boris", "--role", "viewer")
    for line in (["role", "boris", "approver"], ["disable", "boris"]):
        assert main(["users", *line, "--database-url", sqlite_url]) == 0
    capsys.readouterr()
    assert main(["users", "list", "--json", "--database-url", sqlite_url]) == 0
    printed = capsys.readouterr().out
    assert '"role": "approver"' in printed
    assert "argon2" not in printed
    assert main(["users", "disable", "anna", "--database-url", sqlite_url]) == 2  # the last admin
    assert main(["users", "enable", "boris", "--database-url", sqlite_url]) == 0


def test_a_new_password_replaces_the_old_one(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _add(sqlite_url, monkeypatch, "anna")
    monkeypatch.setattr("sys.stdin", io.StringIO("entirely other words\n"))
    assert main(["users", "password", "anna", "--password-stdin", "--database-url", sqlite_url]) == 0
    engine = make_engine(sqlite_url)
    assert sessions.sign_in(engine, "anna", WORDS, "127.0.0.1", NOW) is None
    assert sessions.sign_in(engine, "anna", "entirely other words", "127.0.0.1", NOW)


def test_without_a_terminal_the_password_is_not_asked_for(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["users", "add", "anna", "--database-url", sqlite_url]) == 2
    assert "--password-stdin" in capsys.readouterr().err
