"""Processes that help with a run: on either database they take chunks, and the books are those of one process."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from reconcile.commands.work import done_by_all
from reconcile.steps import run as running
from reconcile.steps.verify import verify
from reconcile.steps.workers import MOST, beside, helpers
from reconcile.store.engine import make_engine
from reconcile.store.locks import await_place, place
from tests.steps.books import NOW, Line, one_c, open_books, policies, rows, upload

DAYS = [date(2026, 2, 3 + number // 3) for number in range(9)]
PATIENCE = 60.0

HOLDER = """
import sys, time
from reconcile.store.engine import make_engine
from reconcile.store.locks import place
with place(make_engine(sys.argv[1]), "a chunk") as mine:
    print(mine, flush=True)
    time.sleep(600)
"""


def _until(seen: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < deadline, "nobody came to help"
        time.sleep(0.02)


def test_a_helping_process_takes_chunks(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 1)
    engine = open_books(database_url)
    lines = [Line(day, 1_000 + number, str(number)) for number, day in enumerate(DAYS)]
    upload(engine, tmp_path, "1.txt", one_c(lines, opening=0))

    def two_are_at_it() -> bool:
        return len(rows(engine, "SELECT DISTINCT worker FROM work_attempt")) == 2

    with beside(engine, 1, NOW, policies()) as nudge:
        done = running.run(
            engine, as_of=date(2026, 3, 1), now=NOW, policies=policies(), nudge=nudge,
            progress=lambda count: _until(two_are_at_it),
        )  # fmt: skip
    assert (done.statuses, done.changed, done.given_up) == ({"unmatched": 9}, 9, 0)
    assert verify(engine) == []


def test_a_place_is_held_by_one_process_and_ends_with_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'books.db'}"
    engine = make_engine(url)
    with subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        with place(engine, "a chunk") as mine, place(engine, "another") as other:
            assert (mine, other) == (False, True)
        holder.kill()
        holder.wait()
    await_place(engine, "a chunk")
    with place(engine, "a chunk") as mine:
        assert mine


def test_the_bar_tells_of_others_chunks_too(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 1)
    engine = open_books(database_url)
    lines = [Line(day, 1_000 + number, str(number)) for number, day in enumerate(DAYS)]
    upload(engine, tmp_path, "1.txt", one_c(lines, opening=0))
    told: list[int] = []
    tell = done_by_all(engine, told.append)

    def after_another(count: int) -> None:
        standing = running.under_way(engine)
        assert standing is not None
        if not told:
            running._next_chunk(running.Worker(engine, NOW, policies()), standing, 1)
        tell(count)

    running.run(engine, as_of=date(2026, 3, 1), now=NOW, policies=policies(), progress=after_another)
    assert told == [2, 1, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(("cores", "expected"), [(1, 0), (2, 1), (64, MOST - 1)])
def test_a_process_a_core_decides_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, cores: int, expected: int
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda process: set(range(cores)), raising=False)
    assert (helpers(), helpers(1), helpers(3)) == (expected, 0, 2)


def test_books_in_memory_are_for_one_process() -> None:
    with beside(make_engine("sqlite://"), 3, NOW, policies()) as nudge:
        nudge(5)  # there is nobody whom it could call
