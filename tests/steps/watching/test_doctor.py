"""The doctor finds what is wrong, says what to do, and its exit code is the contract's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import insert, text

from reconcile.cli import main
from reconcile.settings import Settings
from reconcile.steps.watching import doctor
from reconcile.steps.watching.doctor import examine
from reconcile.steps.watching.finding import Finding, State, exit_code
from reconcile.steps.watching.schema_check import faults_of
from reconcile.store import heartbeat
from reconcile.store.engine import reading
from reconcile.store.tables import scheduled_job
from tests.servers import RedisServer, free_port
from tests.steps.books import open_books

SECRET = "a-secret-of-the-tests-only"


def settings_of(url: str, folder: Path, **more: object) -> Settings:
    return replace(Settings(database_url=url, reports=folder), **more)  # type: ignore[arg-type]


def found(given: Settings, workers: tuple[str, ...] = ("celery@here",)) -> dict[str, Finding]:
    return {each.what: each for each in examine(given, lambda: list(workers))}


def test_where_all_is_there_nothing_is_wrong(database_url: str, tmp_path: Path) -> None:
    engine = open_books(database_url)
    heartbeat.beat(engine, heartbeat.TICK)
    heartbeat.beat(engine, heartbeat.TICK)
    told = found(settings_of(database_url, tmp_path))
    assert [each for each in told.values() if each.state not in (State.OK, State.WARNING)] == []
    assert told["constraints and triggers"].seen == "all there"
    assert told["time zones"].seen == "Asia/Almaty is 5:00:00 ahead of UTC"
    assert told["beat"].state is State.OK and told["clock"].state is State.OK
    assert exit_code(list(told.values())) == 0


@pytest.mark.parametrize(
    ("dialect", "act", "missing"),
    [
        ("sqlite", "DROP TRIGGER journal_no_update", "trigger of journal"),
        ("sqlite", "DROP INDEX uq_placement_live", "uq_placement_live"),
        ("sqlite", "DROP TABLE balance_change", "table balance_change"),
        ("postgresql", "ALTER TABLE journal DISABLE TRIGGER journal_insert_only", "trigger of journal"),
        ("postgresql", "DROP TRIGGER allocation_insert_only ON allocation", "trigger of allocation"),
        ("postgresql", "ALTER TABLE journal DROP CONSTRAINT ck_journal_two_sides", "ck_journal_two_sides"),
        ("postgresql", "ALTER TABLE entry DROP CONSTRAINT uq_entry_own_account_identity_occurrence", "uq_entry_own"),
        (
            "postgresql",
            "ALTER TABLE allocation DROP CONSTRAINT fk_allocation_payment_id_generation",
            "foreign key allocation(payment_id, generation)",
        ),
    ],
)
def test_a_guard_that_is_gone_is_found(
    request: pytest.FixtureRequest, tmp_path: Path, dialect: str, act: str, missing: str
) -> None:
    url = request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[dialect])
    engine = open_books(url)
    with reading(engine) as connection:
        assert faults_of(connection) == []
    with engine.begin() as connection:
        connection.execute(text(act))
    told = found(settings_of(url, tmp_path))
    assert told["constraints and triggers"].state is State.WRONG
    assert missing in told["constraints and triggers"].seen
    assert exit_code(list(told.values())) == 1


def test_beat_jobs_and_workers_that_are_not_there_are_wrong(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    engine = open_books(sqlite_url)
    long_ago = datetime.now(UTC) - timedelta(hours=3)
    with engine.begin() as connection:
        connection.execute(insert(heartbeat.heartbeat).values(name=heartbeat.TICK, at=long_ago))
        connection.execute(insert(scheduled_job).values(job="nightly:KZ", due_at=long_ago, attempts=0))
    told = found(settings_of(sqlite_url, tmp_path, redis_url=redis_url), workers=())
    assert {each.what for each in told.values() if each.state is State.WRONG} == {"beat", "jobs", "workers"}
    assert told["jobs"].seen.startswith("1 are due for more than two hours")
    assert told["broker"].state is State.OK


def test_what_is_away_is_75(sqlite_url: str, redis: RedisServer, tmp_path: Path) -> None:
    open_books(sqlite_url)
    nobody = free_port()
    told = found(settings_of(sqlite_url, tmp_path, redis_url=f"redis://127.0.0.1:{nobody}/0"))
    assert told["broker"].state is State.AWAY and exit_code(list(told.values())) == 75
    away = f"postgresql+psycopg://finance:secret-word@127.0.0.1:{nobody}/books"
    told = found(settings_of(away, tmp_path))
    assert told["database"].state is State.AWAY and exit_code(list(told.values())) == 75
    assert "secret-word" not in str(told)


def test_an_older_schema_is_told_and_not_looked_into(sqlite_url: str, tmp_path: Path) -> None:
    engine = open_books(sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    told = found(settings_of(sqlite_url, tmp_path))
    assert told["schema"].seen.startswith("the schema is at 0001") and "alerts" not in told


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"outbox_url": "https://h/x", "outbox_secret": "short"}, "outbox settings"),
        ({"inbox": Path("nowhere")}, "inbox"),
        ({"policy": Path("nowhere.toml")}, "policy"),
        ({"calendar": Path("nowhere.toml")}, "calendar"),
        ({"database_url": "mysql://h/x"}, "database"),
    ],
)
def test_settings_that_are_wrong_are_2(sqlite_url: str, tmp_path: Path, more: dict[str, object], what: str) -> None:
    open_books(sqlite_url)
    told = found(settings_of(sqlite_url, tmp_path, **more))
    assert told[what].state is State.SETTINGS and told[what].mend
    assert exit_code(list(told.values())) == 2


def test_clocks_and_disks_and_time_zones_are_judged(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_books(sqlite_url)
    monkeypatch.setattr(doctor, "database_now", lambda connection: datetime.now(UTC) + timedelta(hours=1))
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1 << 20))
    monkeypatch.setattr(doctor, "ZoneInfo", lambda name: UTC)
    told = found(settings_of(sqlite_url, tmp_path))
    assert {told[what].state for what in ("clock", "disk", "time zones")} == {State.WRONG}
    assert told["clock"].seen.startswith("3600 s beside") or told["clock"].seen.startswith("3599 s")


def test_the_command(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    open_books(sqlite_url)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONCILE_DATABASE_URL", sqlite_url)
    assert main(["doctor"]) == 0
    assert "Asia/Almaty" in capsys.readouterr().out
    assert main(["doctor", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"what", "state", "seen", "mend"} == set(told[0])
    monkeypatch.setenv("RECONCILE_INBOX", "nowhere")
    assert main(["doctor", "--quiet"]) == 2
    assert "nowhere is no folder" in capsys.readouterr().out
