from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from reconcile.steps import review
from reconcile.store.engine import make_engine
from tests.servers import PostgresServer
from tests.steps.books import policies, rows
from tests.steps.outbox.billing import Billing, billing_system
from tests.store.filled import FINANCE, fill


@pytest.fixture
def billing() -> Iterator[Billing]:
    with billing_system() as system:
        yield system


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Callable[[str], str]]:
    """The books that all these tests begin with, made once a database: the file, or the name, to copy."""
    folder = tmp_path_factory.mktemp("filled")
    made: dict[str, str] = {}
    with ExitStack() as stack:

        def template(dialect: str) -> str:
            if dialect not in made:
                if dialect == "sqlite":
                    made[dialect] = str(folder / "books.db")
                    _fill(f"sqlite:///{made[dialect]}", folder)
                else:
                    url = stack.enter_context(postgres.database())
                    made[dialect] = urlsplit(url).path.removeprefix("/")
                    _fill(url, folder)
            return made[dialect]

        yield template


def _fill(url: str, folder: Path) -> None:
    engine = fill(url, folder)
    ((held,),) = rows(engine, "SELECT id FROM payment WHERE amount = 70000")
    review.credit(engine, policies(), str(held), "104599", FINANCE)
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def books(
    request: pytest.FixtureRequest, filled: Callable[[str], str], tmp_path: Path, postgres: PostgresServer
) -> Iterator[Engine]:
    """Books with two customers and a few changes of their balances, on each database in turn."""
    template = filled(request.param)
    if request.param == "sqlite":
        shutil.copy(template, tmp_path / "books.db")
        engine = make_engine(f"sqlite:///{tmp_path / 'books.db'}")
        yield engine
        engine.dispose()
        return
    with postgres.database(template) as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()
