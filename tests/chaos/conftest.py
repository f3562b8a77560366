from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.chaos.night import Nights
from tests.chaos.scene import Scene
from tests.servers import PostgresServer


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Scene]:
    with ExitStack() as stack:
        yield Scene(tmp_path_factory.mktemp("chaos"), postgres, Nights(), stack)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The name only: `Scene.books` makes the books."""
    name: str = request.param
    return name
