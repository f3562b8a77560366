"""The schema comes to its newest version from nothing, goes back to nothing, and says what to do where it is not there."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from reconcile.problem import Refusal
from reconcile.store import schema
from reconcile.store.engine import make_engine, reading
from reconcile.store.tables import INSERT_ONLY, metadata


def _tables(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(inspect(connection).get_table_names())


def test_the_migrations_make_the_tables_of_the_models(database_url: str) -> None:
    engine = make_engine(database_url)
    schema.upgrade(engine)
    assert _tables(engine) == {*metadata.tables, "alembic_version"}
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "render_as_batch": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_are_one_chain_in_the_order_of_their_numbers() -> None:
    scripts = ScriptDirectory.from_config(schema.alembic_config())
    chain = [(each.revision, each.down_revision) for each in scripts.walk_revisions()][::-1]
    assert chain == list(zip(schema.known(), [None, *schema.known()], strict=False))


def test_the_guards_stand_after_the_migrations(database_url: str) -> None:
    engine = make_engine(database_url)
    schema.upgrade(engine)
    query = (
        "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    )
    with reading(engine) as connection:
        assert set(connection.execute(text(query)).scalars()) == set(INSERT_ONLY)


def test_the_way_back_leaves_nothing_and_the_way_up_stands_again(database_url: str) -> None:
    engine = make_engine(database_url)
    schema.upgrade(engine)
    config = schema.alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert _tables(engine) <= {"alembic_version"}
    assert schema.version(engine) == ""
    schema.upgrade(engine)
    assert schema.version(engine) == schema.newest()
    assert _tables(engine) == {*metadata.tables, "alembic_version"}


def test_an_upgrade_may_be_repeated(database_url: str) -> None:
    engine = make_engine(database_url)
    for _ in range(2):
        schema.upgrade(engine)
    assert schema.version(engine) == schema.newest() != ""


def _upgrade(url: str, together: Barrier) -> None:
    engine = make_engine(url)
    together.wait(60)
    schema.upgrade(engine)
    engine.dispose()


def test_upgrades_at_the_same_moment_do_not_disturb_each_other(database_url: str) -> None:
    context = multiprocessing.get_context("forkserver")
    together = context.Barrier(3)
    processes = [context.Process(target=_upgrade, args=(database_url, together)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    engine = make_engine(database_url)
    assert schema.version(engine) == schema.newest()
    with reading(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 1


def test_an_empty_sqlite_file_is_set_up_by_itself(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    schema.ensure(engine)
    assert schema.version(engine) == schema.newest()
    schema.ensure(engine)


def test_an_empty_postgresql_says_what_to_run_and_hides_the_password(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with pytest.raises(Refusal, match=r"holds no books yet; run `reconcile init`") as caught:
        schema.ensure(engine)
    assert engine.url.password is not None
    assert str(engine.url.password) not in str(caught.value)
    assert _tables(engine) == set()


def test_somebody_elses_sqlite_file_is_left_alone(sqlite_url: str, tmp_path: Path) -> None:
    engine = make_engine(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id INTEGER)"))
    with pytest.raises(Refusal, match="holds no books yet; run `reconcile init`"):
        schema.ensure(engine)
    assert _tables(engine) == {"theirs"}


def test_an_older_schema_says_what_to_run(database_url: str) -> None:
    engine = make_engine(database_url)
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(Refusal, match=f"is at 0001, this program needs {schema.newest()}; run `reconcile init`"):
        schema.ensure(engine)


def test_a_newer_schema_is_refused_and_not_touched(database_url: str) -> None:
    """As the old version finds it, started again in the middle of an upgrade."""
    engine = make_engine(database_url)
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = _tables(engine)
    for start in (schema.ensure, schema.upgrade):
        with pytest.raises(Refusal, match=r"is at 9999, which this program does not know.*; install the version that"):
            start(engine)
    assert (schema.version(engine), _tables(engine)) == ("9999", before)


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "reconcile.db", "", "oracle://secret"])
def test_a_database_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(Refusal, match="names no database that the books can stand in; use sqlite:///FILE") as caught:
        make_engine(url)
    assert "u:secret" not in str(caught.value)
