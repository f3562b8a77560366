"""The schema's version, and how a database comes to it (Alembic)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from reconcile.problem import Refusal
from reconcile.store.engine import reading


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def upgrade(engine: Engine) -> None:
    """Create or upgrade the schema; safe to repeat and for two at once (the second finds nothing to do)."""
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def newest() -> str:
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def version(engine: Engine) -> str:
    """The version that the database is at; empty where it has no schema."""
    with reading(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def ensure(engine: Engine) -> None:
    """An empty SQLite file is set up by itself; any other database that is not up to date is refused with what to run."""
    at = version(engine)
    if at == newest():
        return
    if engine.dialect.name == "sqlite" and not at:
        with reading(engine) as connection:
            empty = not inspect(connection).get_table_names()
        if empty:
            upgrade(engine)
            return
    shown = engine.url.render_as_string(hide_password=True)
    what = f"the schema of {shown} is at {at}, this program needs {newest()}" if at else f"{shown} holds no books yet"
    raise Refusal.of(what, "run `reconcile init`")
