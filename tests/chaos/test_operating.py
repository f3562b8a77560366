"""What docs/operations.md promises: a backup taken in the middle of a night is whole, a night goes on over an upgrade, and
what may be deleted may be."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from reconcile.steps.verify import verify
from reconcile.steps.watching.schema_check import faults_of
from reconcile.store.engine import make_engine
from tests.chaos.scene import Scene, differences
from tests.servers import PostgresServer, driver_url, postgres_tool

PAGE = (Path(__file__).parents[2] / "docs/operations.md").read_text("utf-8")
Backup = Callable[[], None]


def _is_whole(url: str) -> None:
    engine = make_engine(url)
    assert verify(engine) == []
    with engine.connect() as connection:
        assert faults_of(connection) == []
    engine.dispose()


@pytest.mark.parametrize("part", [0.5, 0.85], ids=["ingest", "run"])
def test_a_dump_in_the_middle_of_a_night_restores_whole_and_the_night_done_again_is_the_same(
    scene: Scene, postgres: PostgresServer, tmp_path: Path, part: float
) -> None:
    assert "pg_dump --format=custom --file=" in PAGE and "pg_restore --exit-on-error --dbname=" in PAGE
    expected, ended = scene.undisturbed("postgresql")
    dump = tmp_path / "books.dump"
    with scene.books("postgresql") as url, postgres.database() as restored:
        stood: list[bool] = []

        def backup() -> None:
            stood.append(True)
            _tool("pg_dump", "--format=custom", f"--file={dump}", driver_url(url))

        (night,) = scene.nights.disturbed(scene.work(url), int(ended.steps * part), backup)
        assert (night.code, stood) == (0, [True])
        _tool("pg_restore", "--exit-on-error", f"--dbname={driver_url(restored)}", str(dump))
        _is_whole(restored)
        assert differences(expected, scene.exports(restored)), "the dump is of the middle, not of the end"
        assert scene.nights.one(scene.work(restored, 1)).code == 0
        assert differences(expected, scene.exports(restored)) == []


def _tool(name: str, *words: str) -> None:
    done = subprocess.run([postgres_tool(name), *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_copy_of_the_sqlite_file_in_the_middle_of_a_night_is_whole(scene: Scene, tmp_path: Path) -> None:
    """`.backup` of the sqlite3 shell is this very call of the library."""
    assert "sqlite3 reconcile.db \".backup '/backup/reconcile.db'\"" in PAGE
    expected, ended = scene.undisturbed("sqlite")
    copy = tmp_path / "backup.db"
    with scene.books("sqlite") as url:

        def backup() -> None:
            with sqlite3.connect(url.removeprefix("sqlite:///")) as source, sqlite3.connect(copy) as target:
                source.backup(target)

        (night,) = scene.nights.disturbed(scene.work(url), int(ended.steps * 0.7), backup)
        assert night.code == 0 and copy.exists()
    _is_whole(f"sqlite:///{copy}")
    assert scene.nights.one(scene.work(f"sqlite:///{copy}", 1)).code == 0
    assert differences(expected, scene.exports(f"sqlite:///{copy}")) == []


NEXT_RELEASE = (
    "ALTER TABLE payment ADD COLUMN next_note text",
    "ALTER TABLE journal ADD COLUMN next_tag integer NOT NULL DEFAULT 0",
    "ALTER TABLE work_chunk ADD COLUMN next_hint text",
    "CREATE TABLE next_table (payment_id varchar(24) PRIMARY KEY REFERENCES payment (id), note text)",
    "ALTER TABLE decision ADD CONSTRAINT next_check CHECK (no >= 1) NOT VALID",
    "ALTER TABLE decision VALIDATE CONSTRAINT next_check",
    "CREATE INDEX CONCURRENTLY next_index ON payment (status)",
)
"""As a migration may be, by the rules of the page: only added to."""


@pytest.mark.parametrize("part", [0.4, 0.75, 0.9])
def test_a_night_goes_on_while_the_next_releases_schema_comes_under_it(scene: Scene, part: float) -> None:
    expected, ended = scene.undisturbed("postgresql")
    waited: list[str] = []
    with scene.books("postgresql") as url:

        def migrate() -> None:
            for statement in NEXT_RELEASE:
                _until_done(driver_url(url), statement, waited)

        migration = threading.Thread(target=migrate)

        def begin() -> None:
            migration.start()
            time.sleep(0.3)  # it meets the night's locks

        (night,) = scene.nights.disturbed(scene.work(url), int(ended.steps * part), begin)
        migration.join(60)
        assert night.code == 0 and not migration.is_alive()
        assert differences(expected, scene.exports(url)) == []
        assert scene.nights.one(scene.work(url, 1)).changed == 0


def _until_done(url: str, statement: str, waited: list[str]) -> None:
    """With a lock time-out, again and again, as `reconcile init` is repeated."""
    while True:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("SET lock_timeout = '100ms'")
                connection.execute(statement)  # type: ignore[call-overload]
            return
        except psycopg.errors.LockNotAvailable:
            waited.append(statement)
            with psycopg.connect(url, autocommit=True) as connection:  # what a given-up concurrent index leaves
                connection.execute("SET lock_timeout = '2s'; DROP INDEX IF EXISTS next_index")


def _sql_of(heading: str) -> list[str]:
    """The statements of the page's first SQL block below the heading."""
    block = re.search(r"```sql\n(.*?)```", PAGE.partition(f"\n## {heading}\n")[2], re.S)
    assert block
    return [each.strip() for each in block[1].split(";") if each.strip() not in ("", "BEGIN", "COMMIT")]


def test_what_may_be_deleted_is_missed_by_nobody(scene: Scene) -> None:
    expected, _ = scene.undisturbed("postgresql")
    with scene.books("postgresql") as url:
        assert scene.nights.one(scene.work(url)).code == 0
        engine = make_engine(url)
        with engine.begin() as connection:
            for day in ("2024-01-01", "2024-01-02"):
                connection.execute(
                    text("INSERT INTO scheduled_job VALUES ('nightly:KZ', :at, 1, :at, :at, 'done')"), {"at": day}
                )
            connection.execute(text("UPDATE run SET finished_at = '2024-01-01'"))
            before = connection.execute(text("SELECT count(*) FROM work_chunk")).scalar_one()
            for statement in _sql_of("What may be deleted"):
                connection.execute(text(statement))
            left = [
                connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
                for name in ("work_chunk", "work_attempt", "scheduled_job")
            ]
        assert before > 0 and left == [0, 0, 1]
        again = scene.nights.one(dataclasses.replace(scene.work(url, 1)))
        assert (again.code, again.changed) == (0, 0)
        assert differences(expected, scene.exports(url)) == []
        engine.dispose()


def test_a_person_is_erased_and_the_chain_kept(scene: Scene) -> None:
    """The texts that the page names, overwritten where they stand."""
    erased = {
        "line_detail": ("name", "tax_id", "account", "purpose", "ultimate_name", "ultimate_tax_id", "ultimate_account"),
        "holder_name": ("name_key",),
        "account": ("holder_name",),
        "power_of_attorney": ("representative_name", "representative_tax_id"),
    }
    with scene.books("postgresql") as url:
        assert scene.nights.one(scene.work(url)).code == 0
        engine = make_engine(url)
        with engine.begin() as connection:
            for table, columns in erased.items():
                assert table in PAGE
                values = ", ".join(f"{column} = ''" for column in columns)
                assert connection.execute(text(f"UPDATE {table} SET {values}")).rowcount > 0
        _is_whole(url)
        engine.dispose()
