"""Fixtures that every test may ask for. Servers start when the first test needs them, once a pytest worker.

A test of the books asks for `database_url` and so runs twice, on SQLite and on PostgreSQL; each test gets an empty
database. `servers.py` says where the servers come from.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from reconcile.store import schema
from tests import compiled_once, memory_folder
from tests.fresh_books import FreshBooks
from tests.servers import PostgresServer, RedisServer, postgres_server, redis_server

memory_folder.use()
compiled_once.use()

# The suite never fails at random: its examples follow from the test's own text. `explore` (make fuzz) looks further.
settings.register_profile("suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, max_examples=20_000, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has in the environment must not decide what they test."""
    for name in [name for name in os.environ if name.startswith("RECONCILE_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _fresh_books(tmp_path_factory: pytest.TempPathFactory) -> FreshBooks:
    return FreshBooks(schema.upgrade, tmp_path_factory.mktemp("fresh"))


@pytest.fixture(autouse=True)
def _migrated_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _fresh_books: FreshBooks) -> None:
    """The tests of the migrations run them; every other test is given what they leave."""
    if request.module.__name__ not in ("tests.store.test_schema", "tests.store.test_migrations"):
        monkeypatch.setattr(schema, "upgrade", _fresh_books.upgrade)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """This worker's own PostgreSQL. A test that stops it starts it again before it ends."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """This worker's own Redis. A test that stops it starts it again before it ends."""
    with redis_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """An empty database on a real PostgreSQL."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'reconcile.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, on each of the two systems in turn."""
    url: str = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param])
    return url


@pytest.fixture
def redis_url(redis: RedisServer) -> str:
    """An empty Redis."""
    redis.flush()
    return redis.url
