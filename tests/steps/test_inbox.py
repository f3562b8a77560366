"""The inbox: complete files only, out of the way with a reason, nothing lost and nothing twice whatever dies."""

from __future__ import annotations

import gzip
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from reconcile.problem import Refusal
from reconcile.steps import inbox
from reconcile.steps.inbox import ATTEMPTS, InboxResult, Intake, Outcome, ingest_file, ingest_inbox
from tests.steps.books import NOW, OWN, Line, one_c, open_books, policies, rows

DAY = date(2026, 2, 3)
OPENING = 1_000_00


@pytest.fixture
def engine(database_url: str) -> Engine:
    return open_books(database_url)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "inbox"
    (root / "sftp").mkdir(parents=True)
    return root


def taking(engine: Engine, folder: Path, wait: Any = lambda seconds: None) -> Intake:
    return Intake(engine, folder, policies(), NOW, wait=wait)


def know(engine: Engine) -> None:
    """Import the own bank account, so that what arrives unattended may continue its books."""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO own_bank_account (number, country, currency, legal_entity, books_from, opening_balance, imported,"
            f" taken_up_at) VALUES ('{OWN}', 'KZ', 'KZT', '', '{DAY}', {OPENING}, true, '2026-01-01 00:00:00')"
        )


def content(amount: int = 500_00, **kwargs: Any) -> bytes:
    return one_c([Line(DAY, amount)], opening=OPENING, **kwargs).encode()


def put(path: Path, data: bytes | None = None) -> Path:
    path.write_bytes(content() if data is None else data)
    return path


def lying(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def alerts(engine: Engine) -> list[tuple[object, ...]]:
    return rows(engine, "SELECT kind, file_name FROM alert WHERE closed_at IS NULL ORDER BY kind, file_name")


def entries(engine: Engine) -> int:
    return int(str(rows(engine, "SELECT count(*) FROM entry")[0][0]))


def outcome(result: InboxResult) -> dict[str, tuple[str, ...]]:
    return {each.value: names for each, names in result.files.items()}


# --- stored ----------------------------------------------------------------------------------------------------------


def test_a_complete_file_is_stored_and_moved(engine: Engine, folder: Path) -> None:
    know(engine)
    put(folder / "sftp" / "a.txt")
    put(folder / "b.txt", content(700_00))
    waits: list[float] = []
    result = ingest_inbox(taking(engine, folder, waits.append))
    assert outcome(result) == {"stored": ("b.txt", "sftp/a.txt")}
    assert lying(folder) == {"done/b.txt", "sftp/done/a.txt"}
    assert waits == [inbox.PAUSE]
    assert result.words() == "2 stored"
    assert rows(engine, "SELECT name, actor FROM statement_file ORDER BY name") == [
        ("a.txt", "inbox sftp"),
        ("b.txt", "inbox"),
    ]
    assert ingest_inbox(taking(engine, folder, waits.append)).files == {}
    assert waits == [inbox.PAUSE]


def test_unattended_statements_wait_where_their_account_is_not_known(engine: Engine, folder: Path) -> None:
    put(folder / "a.txt")
    [statement] = ingest_inbox(taking(engine, folder)).statements
    assert statement.state == "waiting"
    assert entries(engine) == 0
    assert [kind for kind, _ in alerts(engine)] == ["statement_waiting"]


def test_where_no_inbox_is_set_there_is_nothing_to_do(engine: Engine) -> None:
    intake = Intake(engine, None, policies(), NOW)
    assert ingest_inbox(intake) == InboxResult()
    assert ingest_inbox(intake).words() == "empty"
    with pytest.raises(Refusal, match="no inbox is set; set RECONCILE_INBOX"):
        ingest_file(intake, "a.txt")


def test_an_inbox_that_is_not_there_is_refused(engine: Engine, folder: Path) -> None:
    with pytest.raises(Refusal, match="is no folder; create it, or correct RECONCILE_INBOX"):
        ingest_inbox(taking(engine, folder / "missing"))


def test_the_same_name_twice_overwrites_nothing(engine: Engine, folder: Path) -> None:
    know(engine)
    for amount in (100_00, 200_00, 300_00):
        put(folder / "day.txt", content(amount))
        ingest_inbox(taking(engine, folder))
    assert lying(folder) == {"done/day.txt", "done/day.2.txt", "done/day.3.txt"}
    assert (folder / "done" / "day.2.txt").read_bytes() == content(200_00)
    for _ in range(2):
        put(folder / "bad.txt", b"nonsense")
        ingest_inbox(taking(engine, folder))
    assert {name for name in lying(folder) if name.startswith("refused/")} == {
        "refused/bad.txt", "refused/bad.txt.reason.txt", "refused/bad.2.txt", "refused/bad.2.txt.reason.txt",
    }  # fmt: skip


# --- complete --------------------------------------------------------------------------------------------------------


def test_a_file_that_grows_between_two_looks_waits(engine: Engine, folder: Path) -> None:
    whole = content()
    put(folder / "a.txt", whole[:200])
    put(folder / "b.txt", content(700_00))

    def grow(_seconds: float) -> None:
        put(folder / "a.txt", whole[:400])

    assert outcome(ingest_inbox(taking(engine, folder, grow))) == {"waiting": ("a.txt",), "stored": ("b.txt",)}
    put(folder / "a.txt", whole)
    assert outcome(ingest_inbox(taking(engine, folder))) == {"stored": ("a.txt",)}
    assert not any(str(kind).startswith("file_") for kind, _ in alerts(engine))


def test_a_file_that_changes_with_the_same_size_waits(engine: Engine, folder: Path) -> None:
    path = put(folder / "a.txt")
    result = ingest_inbox(taking(engine, folder, lambda _: os.utime(path, (1, 1))))
    assert outcome(result) == {"waiting": ("a.txt",)}


def test_a_file_that_arrives_after_the_first_look_waits_for_the_next_night(engine: Engine, folder: Path) -> None:
    put(folder / "a.txt")
    result = ingest_inbox(taking(engine, folder, lambda _: put(folder / "later.txt", content(7_00)) and None))
    assert outcome(result) == {"stored": ("a.txt",), "waiting": ("later.txt",)}


@pytest.mark.parametrize("name", ["a.txt.part", "A.TMP", ".a.txt", "a.txt.filepart", "a.txt~", "a.txt.reason.txt"])
def test_what_is_visibly_not_a_finished_statement_is_left_alone(engine: Engine, folder: Path, name: str) -> None:
    put(folder / name)
    assert ingest_inbox(taking(engine, folder)).files == {}
    assert lying(folder) == {name}


# --- names are never trusted -----------------------------------------------------------------------------------------


def test_links_and_folders_are_not_followed(engine: Engine, folder: Path, tmp_path: Path) -> None:
    secret = put(tmp_path / "secret.txt")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put(elsewhere / "a.txt")
    (folder / "link.txt").symlink_to(secret)
    (folder / "way").symlink_to(elsewhere)
    (folder / "sftp" / "deeper").mkdir()
    put(folder / "sftp" / "deeper" / "a.txt")
    os.mkfifo(folder / "pipe.txt")
    assert ingest_inbox(taking(engine, folder)).files == {}
    assert secret.exists() and (elsewhere / "a.txt").exists() and entries(engine) == 0


def test_a_file_that_turns_into_a_link_is_not_followed(
    engine: Engine, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = put(tmp_path / "secret.txt")
    path = put(folder / "a.txt")
    begin = inbox._begin

    def swap(*arguments: Any) -> int:
        path.unlink()
        path.symlink_to(secret)
        return begin(*arguments)

    monkeypatch.setattr(inbox, "_begin", swap)
    assert outcome(ingest_inbox(taking(engine, folder))) == {"refused": ("a.txt",)}
    assert "it is no longer a plain file" in (folder / "refused" / "a.txt.reason.txt").read_text()
    assert secret.exists() and rows(engine, "SELECT 1 FROM statement") == []


def test_nothing_leaves_the_inbox_through_a_link(engine: Engine, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (folder / "done").symlink_to(tmp_path / "out")
    know(engine)
    put(folder / "a.txt")
    put(folder / "sftp" / "b.txt", content(700_00))
    assert outcome(ingest_inbox(taking(engine, folder))) == {"failed": ("a.txt",), "stored": ("sftp/b.txt",)}
    assert list((tmp_path / "out").iterdir()) == []
    [(words,)] = rows(engine, "SELECT text FROM alert WHERE kind = 'file_failed'")
    assert "a.txt is dealt with (1 new entries) and cannot be moved" in str(words)
    (folder / "done").unlink()
    for _ in range(2):
        ingest_inbox(taking(engine, folder))
    assert "done/a.txt" in lying(folder) and entries(engine) == 2


def test_a_name_that_is_no_text_is_refused(engine: Engine, folder: Path) -> None:
    path = os.fsencode(folder / "sftp") + b"/\xff\x1b[2J.txt"
    with open(path, "wb") as file:
        file.write(content())
    result = ingest_inbox(taking(engine, folder))
    assert outcome(result) == {"refused": (r"sftp/\xff\x1b[2J.txt",)}
    assert alerts(engine) == [("file_refused", r"sftp/\xff\x1b[2J.txt")]


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "sftp/../../secret.txt", "no.txt", "done/x.txt"])
def test_only_a_file_of_the_inbox_can_be_named(engine: Engine, folder: Path, tmp_path: Path, name: str) -> None:
    put(tmp_path / "secret.txt")
    (folder / "done").mkdir()
    put(folder / "done" / "x.txt")
    with pytest.raises(Refusal, match="is no file of the inbox; name one that lies in it"):
        ingest_file(taking(engine, folder), name)


def test_one_named_file_is_taken_and_the_others_are_left(engine: Engine, folder: Path) -> None:
    put(folder / "sftp" / "a.txt")
    put(folder / "sftp" / "b.txt", content(700_00))
    assert outcome(ingest_file(taking(engine, folder), "sftp/b.txt")) == {"stored": ("sftp/b.txt",)}
    assert lying(folder) == {"sftp/a.txt", "sftp/done/b.txt"}


# --- refused ---------------------------------------------------------------------------------------------------------


def test_a_refused_file_has_its_reason_beside_it_and_the_others_go_on(engine: Engine, folder: Path) -> None:
    put(folder / "sftp" / "cut.txt", content()[:-30])
    put(folder / "sftp" / "whole.txt", content(700_00))
    result = ingest_inbox(taking(engine, folder))
    assert outcome(result) == {"refused": ("sftp/cut.txt",), "stored": ("sftp/whole.txt",)}
    assert result.words() == "1 stored, 1 refused"
    assert lying(folder) == {
        "sftp/done/whole.txt", "sftp/refused/cut.txt", "sftp/refused/cut.txt.reason.txt",
    }  # fmt: skip
    reason = (folder / "sftp" / "refused" / "cut.txt.reason.txt").read_text("utf-8")
    assert reason.startswith("cut.txt:") and ";" in reason
    assert ("file_refused", "sftp/cut.txt") in alerts(engine)
    [(words,)] = rows(engine, "SELECT text FROM alert WHERE kind = 'file_refused'")
    assert str(words).startswith("sftp/cut.txt was refused, nothing of it is stored: ")


def test_a_mended_file_of_the_same_name_is_stored(engine: Engine, folder: Path) -> None:
    put(folder / "a.txt", content()[:-30])
    ingest_inbox(taking(engine, folder))
    put(folder / "a.txt")
    assert outcome(ingest_inbox(taking(engine, folder))) == {"stored": ("a.txt",)}


def test_a_file_over_the_limit_is_refused(engine: Engine, folder: Path) -> None:
    put(folder / "a.txt")
    result = ingest_inbox(replace(taking(engine, folder), max_bytes=100))
    assert outcome(result) == {"refused": ("a.txt",)}
    assert "more than the limit of 100" in (folder / "refused" / "a.txt.reason.txt").read_text()


# --- what fails and what dies ----------------------------------------------------------------------------------------


def poisonous(monkeypatch: pytest.MonkeyPatch, error: Exception, name: str = "poison.txt") -> list[Path]:
    tried: list[Path] = []
    really = inbox.ingest

    def ingest(engine: Engine, path: Path, **kwargs: Any) -> Any:
        if path.name == name:
            tried.append(path)
            raise error
        return really(engine, path, **kwargs)

    monkeypatch.setattr(inbox, "ingest", ingest)
    return tried


def test_a_poison_file_is_set_aside_with_an_alert_and_the_others_go_on(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = poisonous(monkeypatch, ZeroDivisionError("Иванов Иван"))
    put(folder / "poison.txt")
    put(folder / "sound.txt", content(700_00))
    result = ingest_inbox(taking(engine, folder))
    assert outcome(result) == {"failed": ("poison.txt",), "stored": ("sound.txt",)}
    assert len(tried) == ATTEMPTS
    reason = (folder / "refused" / "poison.txt.reason.txt").read_text()
    assert "the program failed on this file 3 times (ZeroDivisionError); nothing of it is stored" in reason
    assert ("file_failed", "poison.txt") in alerts(engine)
    assert "ZeroDivisionError" in caplog.text and "Иванов" not in caplog.text
    monkeypatch.undo()
    (folder / "refused" / "poison.txt").rename(folder / "poison.txt")
    assert outcome(ingest_inbox(taking(engine, folder))) == {"stored": ("poison.txt",)}


def test_the_weather_is_not_the_files_fault(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisonous(monkeypatch, OperationalError("SELECT 1", None, Exception("the server went away")))
    put(folder / "poison.txt")
    for _ in range(ATTEMPTS + 1):
        with pytest.raises(OperationalError):
            ingest_inbox(taking(engine, folder))
    monkeypatch.undo()
    assert outcome(ingest_inbox(taking(engine, folder))) == {"stored": ("poison.txt",)}


def test_a_file_that_somebody_takes_away_is_no_fault(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(folder / "a.txt")
    begin = inbox._begin
    monkeypatch.setattr(inbox, "_begin", lambda *given: (path.unlink(), begin(*given))[1])
    assert outcome(ingest_inbox(taking(engine, folder))) == {"waiting": ("a.txt",)}
    assert alerts(engine) == []


def test_a_crash_between_storing_and_moving_is_harmless(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(engine)
    put(folder / "a.txt")

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    for _ in range(2):
        monkeypatch.setattr(inbox, "move", die)
        with pytest.raises(KeyboardInterrupt):
            ingest_inbox(taking(engine, folder))
        assert lying(folder) == {"a.txt"} and entries(engine) == 1
    monkeypatch.undo()
    [statement] = ingest_inbox(taking(engine, folder)).statements
    assert (statement.new, statement.known) == (0, 1)
    assert lying(folder) == {"done/a.txt"} and entries(engine) == 1


def test_a_file_whose_every_attempt_died_after_storing_is_not_called_lost(
    engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder / "a.txt")
    monkeypatch.setattr(inbox, "_leave", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    for _ in range(ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            ingest_inbox(taking(engine, folder))
    monkeypatch.undo()
    assert outcome(ingest_inbox(taking(engine, folder))) == {"stored": ("a.txt",)}
    assert lying(folder) == {"done/a.txt"}


KILLER = """
import os, signal, sys
from pathlib import Path
from reconcile.steps import inbox
from tests.steps.books import NOW, policies
from reconcile.store.engine import make_engine

def die(*given, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

inbox.ingest = die
inbox.ingest_inbox(inbox.Intake(make_engine(sys.argv[1]), Path(sys.argv[2]), policies(), NOW, pause=0))
"""


def test_a_file_that_kills_its_process_is_set_aside(database_url: str, folder: Path) -> None:
    engine = open_books(database_url)
    put(folder / "poison.txt")
    for _ in range(ATTEMPTS):
        killed = subprocess.run([sys.executable, "-c", KILLER, database_url, str(folder)], timeout=60)
        assert killed.returncode == -signal.SIGKILL
        assert lying(folder) == {"poison.txt"}
    assert outcome(ingest_inbox(taking(engine, folder))) == {"failed": ("poison.txt",)}
    assert "3 times (it died)" in (folder / "refused" / "poison.txt.reason.txt").read_text()


HOLDER = """
import sys, time
from reconcile.store.engine import make_engine
from reconcile.store.locks import exclusive
with exclusive(make_engine(sys.argv[1]), sys.argv[2]) as mine:
    print(mine, flush=True)
    time.sleep(60)
"""


def test_two_at_once_take_turns_and_a_dead_one_holds_nobody_up(database_url: str, folder: Path) -> None:
    engine = open_books(database_url)
    put(folder / "a.txt")
    name = f"inbox {folder.resolve()}"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER, database_url, name], stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None and other.stdout.readline() == "True\n"
        started = time.monotonic()
        Timer(0.4, other.kill).start()
        assert ingest_inbox(taking(engine, folder)).count(Outcome.STORED) == 1
        assert time.monotonic() - started > 0.3
    finally:
        other.kill()
        other.wait()


# --- parcels ---------------------------------------------------------------------------------------------------------


def parcel(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, data in members:
            file.writestr(name, data)
    return buffer.getvalue()


def test_a_parcel_is_unpacked_and_each_file_goes_its_own_way(engine: Engine, folder: Path) -> None:
    know(engine)
    put(folder / "sftp" / "days.zip", parcel(("a.txt", content()), ("b.txt", b"garbage")))
    put(folder / "packed.txt.gz", gzip.compress(content()))
    result = ingest_inbox(taking(engine, folder))
    assert outcome(result) == {
        "stored": ("packed.txt.gz", "packed.txt", "sftp/days.zip", "sftp/a.txt"), "refused": ("sftp/b.txt",)
    }  # fmt: skip
    assert lying(folder) == {
        "done/packed.txt.gz", "done/packed.txt", "sftp/done/days.zip", "sftp/done/a.txt", "sftp/refused/b.txt",
        "sftp/refused/b.txt.reason.txt",
    }  # fmt: skip
    assert entries(engine) == 1  # the same statement twice


def test_a_hostile_parcel_is_refused_whole(engine: Engine, folder: Path) -> None:
    put(folder / "sftp" / "days.zip", parcel(("a.txt", content()), ("../../b.txt", b"x")))
    assert outcome(ingest_inbox(taking(engine, folder))) == {"refused": ("sftp/days.zip",)}
    assert lying(folder) == {"sftp/refused/days.zip", "sftp/refused/days.zip.reason.txt"}


def test_a_parcel_that_was_half_unpacked_when_the_process_died_is_unpacked_again(engine: Engine, folder: Path) -> None:
    know(engine)
    put(folder / "sftp" / "days.zip", parcel(("a.txt", content())))
    put(folder / "sftp" / "a.txt")
    (folder / "sftp" / ".unpacking").mkdir()
    put(folder / "sftp" / ".unpacking" / "left.txt")
    ingest_inbox(taking(engine, folder))
    assert lying(folder) == {"sftp/done/a.txt", "sftp/done/a.2.txt", "sftp/done/days.zip"}
    assert entries(engine) == 1
