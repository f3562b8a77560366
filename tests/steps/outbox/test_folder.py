"""Changes of balances as files: whole or not there, in order, the same again after a crash."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.problem import Refusal
from reconcile.steps import review
from reconcile.steps.outbox import folder as outbox_folder
from reconcile.steps.outbox.folder import hand_over
from reconcile.steps.outbox.standing import standing
from tests.steps.books import policies, rows
from tests.steps.outbox.test_delivery import balances, how_many, many_accounts, payment
from tests.store.filled import FINANCE

ROOT = Path(__file__).parents[3]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "changes").mkdir()
    return tmp_path / "changes"


def told(place: Path) -> list[dict[str, str]]:
    return [json.loads(line) for path in sorted(place.glob("*.jsonl")) for line in path.read_text().splitlines()]


def right(engine: Engine, place: Path) -> None:
    """What the files say, read in the order of their names, is each change once and in order."""
    seen: dict[str, tuple[int, Decimal]] = {}
    for said in told(place):
        number, sequence = said["account_number"], int(said["sequence"])
        before, balance = seen.get(number, (0, Decimal(0)))
        assert (sequence, Decimal(said["before"])) == (before + 1, balance)
        seen[number] = (sequence, Decimal(said["after"]))
    assert {number: balance for number, (_, balance) in seen.items()} == balances(engine)
    assert len(told(place)) == how_many(engine)
    assert [path.name for path in place.iterdir() if path.suffix != ".jsonl"] == []


def test_each_change_stands_in_one_file_and_what_is_new_in_the_next(books: Engine, place: Path) -> None:
    assert len(hand_over(books, place)) == 1
    assert hand_over(books, place) == []
    review.undo(books, policies(), payment(books, 70_000), FINANCE)
    assert standing(books, "folder").pending == 1
    (file,) = hand_over(books, place)
    assert [(said["change"], said["kind"]) for said in map(json.loads, file.read_text().splitlines())] == [
        ("-700.00", "reverse")
    ]
    assert standing(books, "folder").pending == 0
    right(books, place)


def test_many_links_are_many_files(books: Engine, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many_accounts(books, 5)
    monkeypatch.setattr("reconcile.store.outbox.LINKS", 1)
    assert len(hand_over(books, place)) == len(
        rows(books, "SELECT DISTINCT link_id FROM journal JOIN balance_change ON key = journal_key")
    )
    right(books, place)


DIES = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from reconcile.steps.outbox import folder
from reconcile.store import outbox
from reconcile.store.engine import make_engine

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

{moment}
folder.hand_over(make_engine({url!r}), Path({place!r}))
"""
MOMENTS = {
    "before a byte is written": "folder._write = die",
    "with half of it written": (
        "usual = folder.body\nleft = [2]\n"
        "def body(change):\n    left[0] -= 1\n    return usual(change) if left[0] else die()\nfolder.body = body"
    ),
    "before it has its name": "Path.replace = die",
    "before it is recorded": "folder._settle = die",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_whatever_dies_the_same_files_come_out(books: Engine, place: Path, tmp_path: Path, moment: str) -> None:
    url = books.url.render_as_string(hide_password=False)
    script = DIES.format(root=str(ROOT), moment=MOMENTS[moment], url=url, place=str(place))
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    died = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    review.undo(books, policies(), payment(books, 70_000), FINANCE)  # what is new must not change the file begun
    begun = rows(books, "SELECT link_no, writing_to FROM outbox_progress")
    files = hand_over(books, place)
    assert begun == [(0, int(files[0].stem.rpartition("-")[2]))]
    right(books, place)


def test_two_at_once_write_it_once(books: Engine, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = outbox_folder._write

    def beside(*arguments):  # type: ignore[no-untyped-def]
        assert hand_over(books, place) == []
        return usual(*arguments)

    monkeypatch.setattr(outbox_folder, "_write", beside)
    assert len(hand_over(books, place)) == 1
    right(books, place)


def test_a_folder_that_is_not_there_is_refused(books: Engine, place: Path) -> None:
    with pytest.raises(Refusal, match="is not there; create it"):
        hand_over(books, place / "nowhere")
