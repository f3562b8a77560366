from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from reconcile.steps import users
from reconcile.store.engine import make_engine
from tests.steps.books import open_books
from tests.web.console import Console, add_users, fill


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 is slow on purpose; one test looks at its real parameters, the others need only that it is right."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(users, "_hasher", lambda: quick)


@pytest.fixture(scope="session")
def books_with_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Empty books with a user of each role, once for all; a test gets a copy."""
    path = tmp_path_factory.mktemp("users") / "books.db"
    engine = open_books(f"sqlite:///{path}")
    quick, users._hasher = users._hasher, lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # type: ignore[assignment]
    add_users(engine)
    users._hasher = quick
    engine.dispose()
    yield path


@pytest.fixture
def console(books_with_users: Path, tmp_path: Path) -> Console:
    """The console over empty books, with a user of each role."""
    path = tmp_path / "reconcile.db"
    shutil.copy(books_with_users, path)
    return Console(make_engine(f"sqlite:///{path}"), tmp_path)


@pytest.fixture(scope="session")
def busy_books(books_with_users: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with six payments that wait (`fill`)."""
    folder = tmp_path_factory.mktemp("busy")
    path = folder / "books.db"
    shutil.copy(books_with_users, path)
    engine = make_engine(f"sqlite:///{path}")
    fill(engine, folder)
    engine.dispose()
    return path


@pytest.fixture
def busy(busy_books: Path, tmp_path: Path) -> Console:
    path = tmp_path / "reconcile.db"
    shutil.copy(busy_books, path)
    return Console(make_engine(f"sqlite:///{path}"), tmp_path)
