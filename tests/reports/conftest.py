from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from reconcile.policy import load_policy
from reconcile.reports import alert_report
from tests.reports.filling import DAY, NOW, Books


class Write(Protocol):
    def __call__(self, name: str, **more: Any) -> Path: ...


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    """Empty books on each of the two databases in turn, with one own account in KZT."""
    made = Books(database_url)
    made.own()
    yield made
    made.engine.dispose()


@pytest.fixture
def sqlite_books(sqlite_url: str) -> Iterator[Books]:
    """The same where the database makes no difference."""
    made = Books(sqlite_url)
    made.own()
    yield made
    made.engine.dispose()


@pytest.fixture
def write(request: pytest.FixtureRequest, tmp_path: Path) -> Write:
    """Writes the report of the test's books into its own folder."""
    policies = load_policy(None)

    def of(name: str, **more: Any) -> Path:
        which = "books" if "books" in request.fixturenames else "sqlite_books"
        made: Books = request.getfixturevalue(which)
        given: dict[str, Any] = {"day": DAY, "now": NOW, "policies": policies, "faults": ()} | more
        return alert_report.write(made.engine, tmp_path / name, **given)

    return of
