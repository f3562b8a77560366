"""A run's chunks: what cannot be decided stands alone in the end, and keeps nothing else; what moved is looked at anew."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.outcome import Decision
from reconcile.proposal import Case
from reconcile.steps import drafts
from reconcile.steps import run as running
from reconcile.steps.verify import verify
from reconcile.store import work
from tests.steps.books import NOW, Line, one_c, open_books, policies, rows, upload

DAYS = [date(2026, 2, 3 + number // 3) for number in range(9)]
POISON = 1_004


@pytest.fixture
def books(database_url: str, tmp_path: Path) -> Engine:
    """Nine payments that nobody knows."""
    engine = open_books(database_url)
    lines = [Line(day, 1_000 + number, str(number)) for number, day in enumerate(DAYS)]
    upload(engine, tmp_path, "1.txt", one_c(lines, opening=0))
    return engine


def _run(engine: Engine) -> running.RunResult:
    return running.run(engine, as_of=date(2026, 3, 1), now=NOW, policies=policies())


def _poison(case: Case) -> Decision:
    if case.payment.amount == POISON:
        raise RuntimeError("a defect that this payment alone brings out")
    return plain(case)


plain = drafts.decide


def test_what_cannot_be_decided_keeps_nothing_else(books: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 4)
    monkeypatch.setattr(running, "ATTEMPTS", 1)
    with monkeypatch.context() as patched:
        patched.setattr(drafts, "decide", _poison)
        done = _run(books)
    assert (done.given_up, done.changed, done.statuses) == (1, 8, {"unmatched": 8})
    assert rows(books, "SELECT amount FROM payment WHERE status IS NULL") == [(POISON,)]
    ((kind, words),) = rows(books, "SELECT kind, text FROM alert WHERE closed_at IS NULL")
    assert kind == "not_decided"
    assert "stays as it was" in str(words)
    assert verify(books) == []
    again = _run(books)
    assert (again.given_up, again.changed, again.statuses) == (0, 1, {"unmatched": 9})
    assert rows(books, "SELECT kind FROM alert WHERE closed_at IS NULL") == []


def test_what_fails_everywhere_is_not_cut_to_pieces(books: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(case: Case) -> Decision:
        raise RuntimeError("a defect that every payment brings out")

    monkeypatch.setattr(running, "ATTEMPTS", 1)
    monkeypatch.setattr(running, "MOST_CUTS", 2)
    monkeypatch.setattr(drafts, "decide", broken)
    done = _run(books)
    assert (done.given_up, done.decided) == (9, 0)
    assert rows(books, "SELECT count(*) FROM work_chunk WHERE cut") == [(2,)]


def test_progress_is_that_of_the_run_under_way(books: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 4)
    seen: list[work.Progress | None] = []

    def look(count: int) -> None:
        with books.connect() as connection:
            seen.append(work.progress(connection))

    running.run(books, as_of=date(2026, 3, 1), now=NOW, policies=policies(), progress=look)
    assert [(each.payments, each.done) for each in seen if each] == [(9, 4), (9, 8), (9, 9)]
    with books.connect() as connection:
        assert work.progress(connection) is None
