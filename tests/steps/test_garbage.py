"""Every process that decides chunks looks for garbage as seldom as the command line: the setting does not go over to a
process that is spawned, and without it deciding there costs three quarters more."""

from __future__ import annotations

import gc
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from reconcile.steps import run as running
from reconcile.steps import workers
from tests.steps.books import NOW, Line, one_c, open_books, policies, upload

SELDOM = 1_000_000


@pytest.fixture(autouse=True)
def _as_python_sets_it() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_a_process_that_helps_a_run() -> None:
    ours, theirs = multiprocessing.Pipe()
    ours.close()  # it is called by nobody, so there is nothing to do
    workers._help("", NOW, policies(), theirs)
    assert gc.get_threshold()[0] == SELDOM


def test_celery_from_which_its_children_are_forked() -> None:
    line = "import gc, tasks; print(gc.get_threshold()[0])"
    said = subprocess.run([sys.executable, "-c", line], check=True, capture_output=True, text=True).stdout
    assert int(said.split()[-1]) == SELDOM


def test_a_long_run_keeps_no_garbage_of_its_chunks(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "CHUNK", 1)
    engine = open_books(sqlite_url)
    lines = [Line(date(2026, 2, 3), 1_000 + number, str(number)) for number in range(30)]
    upload(engine, tmp_path, "1.txt", one_c(lines, opening=0))
    gc.disable()
    try:
        young: list[int] = []
        running.run(
            engine, as_of=date(2026, 3, 1), now=NOW, policies=policies(),
            progress=lambda count: young.append(gc.get_count()[0]),
        )  # fmt: skip
    finally:
        gc.enable()
    assert len(young) == 30
    assert max(young[20:]) < 1.5 * max(young[3:10])
