from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from tests.servers import PostgresServer
from tests.store.filled import fill


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The filled books, once for all: whoever writes to them takes it back (see `attempt`)."""
    folder = tmp_path_factory.mktemp("filled")
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{folder / 'books.db'}", folder)
    else:
        postgres: PostgresServer = request.getfixturevalue("postgres")
        with postgres.database() as url:
            yield from _opened(url, folder)


def _opened(url: str, folder: Path) -> Iterator[Engine]:
    engine = fill(url, folder)
    yield engine
    engine.dispose()


@pytest.fixture
def attempt(filled: Engine) -> Iterator[Connection]:
    """A transaction on the filled books that is rolled back whatever happens in it."""
    with filled.connect() as connection:
        yield connection
        connection.rollback()
