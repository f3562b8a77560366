"""The schema's version, and how a database comes to it (Alembic)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, inspect, text

from reconcile.problem import Refusal
from reconcile.store import (  # noqa: F401  (their tables stand in the metadata)
    console_tables,
    declined_tables,
    invoice_tables,
    mail_tables,
    ops_tables,
)
from reconcile.store.engine import reading

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS: Final = Path(__file__).parent / "migrations"


def alembic_config() -> Config:
    """Alembic is loaded only where it is needed: that takes longer than most commands do."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def upgrade(engine: Engine) -> None:
    """Create or upgrade the schema; safe to repeat and for two at once (the second finds nothing to do). It waits for
    those who work for five seconds at most, then gives up whole (PostgreSQL). A schema of a newer program is refused."""
    from alembic import command

    _refuse_newer(engine)
    config = alembic_config()
    with _migrating(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _migrating(engine: Engine) -> Iterator[Connection]:
    """One transaction for all steps. SQLite changes a constraint by copying its table; that would break the references
    to the table for a moment, so they are checked at the end instead, as SQLite's own instructions say."""
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                yield connection
                if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise RuntimeError(f"the migration left a row of {broken[0]} without its {broken[2]}")
        finally:
            if sqlite:
                _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, state: str) -> None:
    """Outside of any transaction, where alone it has an effect."""
    raw = connection.connection.driver_connection
    assert raw is not None
    raw.execute(f"PRAGMA foreign_keys={state}")


@cache
def known() -> tuple[str, ...]:
    """The versions that this program can bring a database to: its migrations are one chain, in their numbers' order."""
    return tuple(sorted(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py")))


def newest() -> str:
    return known()[-1]


def _refuse_newer(engine: Engine) -> None:
    at = version(engine)
    if at and at not in known():
        shown = engine.url.render_as_string(hide_password=True)
        raise Refusal.of(
            f"the schema of {shown} is at {at}, which this program does not know: it is older than its books",
            "install the version that upgraded them; nothing was done",
        )


def version(engine: Engine) -> str:
    """The version that the database is at; empty where it has no schema."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


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
    _refuse_newer(engine)
    shown = engine.url.render_as_string(hide_password=True)
    what = f"the schema of {shown} is at {at}, this program needs {newest()}" if at else f"{shown} holds no books yet"
    raise Refusal.of(what, "run `reconcile init`")
