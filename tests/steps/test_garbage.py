"""Every process that decides chunks looks for garbage as seldom as the command line: the setting does not go over to a
process that is spawned, and without it deciding there costs three quarters more."""

from __future__ import annotations

import gc
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator

import pytest

from reconcile.steps import workers
from tests.steps.books import NOW, policies

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
