"""A person acts on a payment in the very moment in which a run on PostgreSQL has read it and not yet written.

(SQLite has one writer at a time, so there the person waits for the chunk.) What must hold: the person's word stands, no
money moves twice, `verify` is empty, and the run comes to its end.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from reconcile.steps import declining, drafts, review
from reconcile.steps import run as running
from reconcile.steps.run import RunResult
from reconcile.steps.verify import verify
from tests.steps.books import NOW, Line, one_c, policies, rows, upload
from tests.store.filled import FINANCE, fill

NEW = 20_000
Act = Callable[[Engine, str], object]
ACTS: dict[str, tuple[int, Act, str]] = {
    "credits the payment": (
        NEW, lambda engine, key: review.credit(engine, policies(), key, "104582", FINANCE, ["INV-77001"]), "credited",
    ),
    "holds the payment": (NEW, lambda engine, key: review.hold(engine, policies(), key, FINANCE), "held"),
    "credits another one to the account": (
        1_000, lambda engine, key: review.credit(engine, policies(), key, "104582", FINANCE, ["INV-77001"]), "credited",
    ),
    "undoes one of the same invoice": (30_000, lambda engine, key: review.undo(engine, policies(), key, FINANCE), "held"),
}  # fmt: skip


@pytest.fixture
def books(postgres_url: str, tmp_path: Path) -> Engine:
    """Filled books with one more payment for the run to decide."""
    engine = fill(postgres_url, tmp_path)
    of_account = "SELECT tax_id FROM holder_tax_id JOIN account USING (holder_key) WHERE number = '104582'"
    payer = str(rows(engine, of_account)[0][0])
    more = [Line(date(2026, 2, 5), NEW, "9", "Оплата по счету INV-77001", tax_id=payer)]
    upload(engine, tmp_path, "3.txt", one_c(more, opening=791_000))
    return engine


def _run_with(engine: Engine, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """A run in the midst of whose first chunk, after it was read, the act is done and committed."""
    plain, acts = drafts.cases_of, [act]

    def read_then_act(*given: object) -> object:
        cases = plain(*given)  # type: ignore[arg-type]
        if acts:
            acts.pop()()
        return cases

    with monkeypatch.context() as patched:
        patched.setattr(drafts, "cases_of", read_then_act)
        _run(engine)


def _run(engine: Engine) -> RunResult:
    return running.run(engine, as_of=date(2026, 3, 1), now=NOW, policies=policies())


def test_what_is_declined_while_a_run_has_read_it_is_not_credited(
    books: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The payment was held when the run began, and what it waited for has come: the run is about to credit it."""
    books_of = "UPDATE account SET status = {} WHERE number = '104582'"
    with books.begin() as connection:
        connection.execute(text(books_of.format("'closed'")))
    _run(books)
    key = _key(books, NEW)
    assert rows(books, f"SELECT status, reason FROM payment WHERE id = '{key}'") == [("held", "account_not_open")]
    with books.begin() as connection:
        connection.execute(text(books_of.format("'open'")))
    act = lambda: declining.decline(books, policies(), key, "104582", FINANCE)  # noqa: E731
    _run_with(books, monkeypatch, act)
    assert rows(books, f"SELECT status, by_person FROM payment WHERE id = '{key}'") == [("unmatched", False)]
    assert verify(books) == []
    assert _run(books).changed == 0


def _key(engine: Engine, amount: int) -> str:
    return str(rows(engine, f"SELECT id FROM payment WHERE amount = {amount}")[0][0])


@pytest.mark.parametrize("name", ACTS)
def test_the_persons_word_stands(books: Engine, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whether the run comes through or is to be started again."""
    amount, act, status = ACTS[name]
    try:
        _run_with(books, monkeypatch, lambda: act(books, _key(books, amount)))
    except (IntegrityError, psycopg.errors.UniqueViolation):
        _run(books)
    assert rows(books, f"SELECT status, by_person FROM payment WHERE amount = {amount}") == [(status, True)]
    assert verify(books) == []
    assert _run(books).changed == 0


@pytest.mark.parametrize("name", ACTS)
def test_the_run_comes_to_its_end(books: Engine, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    amount, act, _ = ACTS[name]
    _run_with(books, monkeypatch, lambda: act(books, _key(books, amount)))
