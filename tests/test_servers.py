"""The test servers themselves: real, empty for each test, and able to be stopped, killed and started again."""

from __future__ import annotations

import psycopg
import pytest
import redis as redis_client
from sqlalchemy import create_engine, text

from tests import servers
from tests.servers import NoServer, PostgresServer, RedisServer, driver_url


def one(url: str, statement: str) -> object:
    with psycopg.connect(driver_url(url), connect_timeout=5) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


@pytest.mark.parametrize("round_", [1, 2])
def test_each_test_gets_an_empty_database(database_url: str, round_: int) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (id INTEGER)"))
    engine.dispose()


def test_postgresql_is_real_and_knows_kazakh_letters(postgres_url: str) -> None:
    assert "PostgreSQL" in str(one(postgres_url, "SELECT version()"))
    assert one(postgres_url, "SELECT lower('ӘҒҚҢӨҰҮІЎҲ')") == "әғқңөұүіўҳ"
    assert one(postgres_url, "SHOW timezone") == "UTC"


def test_a_database_is_dropped_even_with_a_connection_left_open(postgres: PostgresServer) -> None:
    with postgres.database() as url:
        left_open = psycopg.connect(driver_url(url))
        name = left_open.info.dbname
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")
    assert one(postgres.url, f"SELECT count(*) FROM pg_database WHERE datname = '{name}'") == 0


@pytest.mark.parametrize("fault", ["restart", "kill"])
def test_postgresql_comes_back_with_its_data(postgres: PostgresServer, fault: str) -> None:
    if postgres.process is None:
        pytest.skip(f"the server from {postgres.origin} is not ours to stop")
    with postgres.database() as url:
        with psycopg.connect(driver_url(url)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS id")
        end = {"restart": postgres.stop, "kill": postgres.kill}[fault]
        end()
        with pytest.raises(psycopg.OperationalError):
            one(url, "SELECT 1")
        postgres.start()
        assert one(url, "SELECT id FROM kept") == 1


def test_redis_is_real_and_flushed(redis_url: str) -> None:
    with redis_client.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        assert client.eval("return redis.call('SET', KEYS[1], 'kept')", 1, "key")


def test_redis_is_flushed_after_the_test_before(redis_url: str) -> None:
    with redis_client.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def test_redis_comes_back_after_a_stop(redis: RedisServer) -> None:
    if redis.process is None:
        pytest.skip(f"the server from {redis.origin} is not ours to stop")
    with redis_client.Redis.from_url(redis.url) as client:
        client.set("key", "kept")
        redis.stop()
        with pytest.raises(redis_client.ConnectionError):
            client.get("key")
        redis.start()
        assert client.get("key") == b"kept"


def test_a_server_of_somebody_else_is_never_stopped() -> None:
    with pytest.raises(NoServer, match="not ours to stop"):
        PostgresServer("postgresql://elsewhere/db", "TEST_POSTGRES_URL").kill()


@pytest.mark.parametrize(
    "kind, advice", [("postgres_server", "set TEST_POSTGRES_URL"), ("redis_server", "set TEST_REDIS_URL")]
)
def test_a_machine_without_servers_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch, kind: str, advice: str) -> None:
    monkeypatch.delenv("TEST_POSTGRES_URL", raising=False)
    monkeypatch.delenv("TEST_REDIS_URL", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("pathlib.Path.glob", lambda *_: iter(()))
    monkeypatch.setattr("tests.servers.wheel_folder", lambda package: None)
    with pytest.raises(NoServer, match=advice), getattr(servers, kind)():
        pass


def test_redis_workers_share_a_server_but_not_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    with servers.redis_server() as server:
        assert server.url == "redis://127.0.0.1:6379/2"
