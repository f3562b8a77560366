"""Empty books, quickly: the migrations run once for each database system, and what they leave is copied.

A test of the migrations themselves runs them (`tests/store`). Every other one wants their result, hundreds of times.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Engine, inspect

from reconcile.store.engine import make_engine, reading
from tests.servers import driver_url

Upgrade = Callable[[Engine], None]


class FreshBooks:
    """Stands for `schema.upgrade`: the same on an empty database, and the same itself on any other."""

    def __init__(self, upgrade: Upgrade, folder: Path) -> None:
        self.real = upgrade
        self.file = folder / "migrated.db"
        self.templates: dict[tuple[str | None, int | None], str] = {}

    def upgrade(self, engine: Engine) -> None:
        if engine.dialect.name == "sqlite":
            self._sqlite(engine)
        else:
            self._postgresql(engine)

    def _sqlite(self, engine: Engine) -> None:
        path = Path(engine.url.database or "")
        if not engine.url.database or (path.exists() and path.stat().st_size):
            self.real(engine)
            return
        if not self.file.exists():
            made = make_engine(f"sqlite:///{self.file}")
            self.real(made)
            made.dispose()
            with sqlite3.connect(self.file) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        shutil.copy(self.file, path)

    def _postgresql(self, engine: Engine) -> None:
        with reading(engine) as connection:
            empty = not inspect(connection).get_table_names()
        if not empty:
            self.real(engine)
            return
        name = engine.url.database
        assert name
        template = self._template(engine)
        engine.dispose()
        _administer(engine, "DROP DATABASE {} WITH (FORCE)", name)
        _administer(engine, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)

    def _template(self, engine: Engine) -> str:
        server = (engine.url.host, engine.url.port)
        if server not in self.templates:
            name = "migrated_books"
            _administer(engine, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            _administer(engine, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
            made = make_engine(engine.url.set(database=name).render_as_string(hide_password=False))
            self.real(made)
            made.dispose()
            self.templates[server] = name
        return self.templates[server]


def _administer(engine: Engine, statement: str, *names: str) -> None:
    url = engine.url.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(driver_url(url), autocommit=True, connect_timeout=10) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
