"""A file is read while it is written: whichever fails, nothing of it is stored, and the same file can come again."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.problem import Refusal
from reconcile.steps import drawing, kept_file
from reconcile.steps.verify import verify
from reconcile.store import staging
from tests.steps.books import Line, one_c, open_books, rows, upload

DAY = date(2026, 2, 3)
LINES = [Line(DAY, 1_000 + number, str(number)) for number in range(11)]
GOOD = one_c(LINES, opening=0)


@pytest.fixture
def engine(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr(drawing, "CHUNK", 2)
    books = open_books(database_url)
    yield books
    assert verify(books) == []
    books.dispose()


def stored(engine: Engine) -> list[object]:
    tables = ("statement_file", "statement_file_part", "statement", "statement_line", "line_detail", "entry", "payment")
    return [rows(engine, f"SELECT count(*) FROM {name}")[0][0] for name in tables]


def test_the_writing_of_a_chunk_fails(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain, calls = staging.stage, []

    def failing(*given: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the disk is full")
        plain(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(staging, "stage", failing)
    with pytest.raises(RuntimeError, match="the disk is full"):
        upload(engine, tmp_path, "a.txt", GOOD)
    assert stored(engine) == [0] * 7
    assert len(calls) == 3, "nothing is written after the chunk that failed"
    monkeypatch.setattr(staging, "stage", plain)
    assert upload(engine, tmp_path, "a.txt", GOOD)[0].new == 11


def test_a_fault_deep_in_the_file(engine: Engine, tmp_path: Path) -> None:
    late = [*LINES, Line(date(1970, 1, 1) + timedelta(days=3), 5, "x")]
    with pytest.raises(Refusal, match="is not a day of the calendar"):
        upload(engine, tmp_path, "a.txt", one_c(late, opening=0, first=DAY, last=DAY))
    assert stored(engine) == [0] * 7
    assert upload(engine, tmp_path, "a.txt", GOOD)[0].new == 11


def test_the_file_itself_cannot_be_kept(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(text: str) -> str:
        raise RuntimeError("no memory")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError, match="no memory"):
        patched.setattr(kept_file, "mask_cards", fails)
        upload(engine, tmp_path, "a.txt", GOOD)
    assert stored(engine) == [0] * 7
    assert upload(engine, tmp_path, "a.txt", GOOD)[0].new == 11


def test_a_large_file_is_kept_in_parts_that_make_it_whole(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_file, "_BLOCK", 512)
    monkeypatch.setattr(kept_file, "_AHEAD", 2)
    upload(engine, tmp_path, "a.txt", GOOD)
    parts = rows(engine, "SELECT data FROM statement_file_part ORDER BY part")
    assert len(parts) > 4
    assert b"".join(zlib.decompress(bytes(data)) for (data,) in parts).decode() == GOOD  # type: ignore[call-overload]
