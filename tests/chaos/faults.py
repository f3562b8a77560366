"""The world around a night breaks: the night is stopped at a step drawn from a seed, something is done to PostgreSQL or
beside it, the night goes on as well as it can, and is done again. Then the books must be those of an undisturbed night.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.chaos.crashes import Crashed
from tests.chaos.night import TRY_AGAIN, Work
from tests.chaos.scene import Scene, differences
from tests.servers import driver_url, server_identity

TABLES = ("journal_link", "allocation", "payment", "statement", "run")
LOCK_TIMEOUT = "150ms"
FREE = 64 << 10
"""Bytes that the full disk has left."""
MOST_ATTEMPTS = 5


def disturb(scene: Scene, database: str, seed: int, fault: str | None = None) -> Crashed:
    """One fault at one step, both drawn from the seed; always on PostgreSQL. `died_at` holds the step."""
    expected, whole = scene.undisturbed("postgresql")
    rng = Random(seed)
    chosen = FAULTS[fault] if fault else FAULTS[rng.choice(sorted(FAULTS))]
    first, last = (1, whole.ingest_steps) if rng.random() < 0.4 else (whole.ingest_steps + 1, whole.steps)
    at = rng.randint(first, last)
    with chosen(scene, at) as url:
        for attempt in range(1, MOST_ATTEMPTS):
            last_ended = scene.nights.one(scene.work(url, attempt))
            if last_ended.code != TRY_AGAIN:
                break
        assert last_ended.code == 0, f"seed {seed}: after the fault at {at} the night failed with {last_ended.code}"
        return Crashed(seed, "postgresql", (at,), differences(expected, scene.exports(url)))


def _went_on(codes: list[int], *, or_ends: bool = True) -> None:
    """It came to its end, or says that it is to be done again; never anything else."""
    assert set(codes) <= {0, TRY_AGAIN}, f"the night ended with {codes}"
    assert or_ends or set(codes) == {0}, f"the night ended with {codes}"


def _administer(url: str, *statements: str) -> None:
    with psycopg.connect(driver_url(url), autocommit=True, connect_timeout=10) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


@contextmanager
def _broken(scene: Scene, at: int, do: Callable[[str], None]) -> Iterator[str]:
    with scene.books("postgresql") as url:
        # A copied database's sequences believe that they are in the log; a crash before a checkpoint would turn them back.
        _administer(scene.postgres.url, "CHECKPOINT")
        _went_on([each.code for each in scene.nights.disturbed(scene.work(url), at, lambda: do(url))])
        yield url


def cut(scene: Scene, url: str) -> None:
    """The server ends every connection to these books."""
    _administer(
        scene.postgres.url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        f"WHERE datname = '{urlsplit(url).path[1:]}' AND pid <> pg_backend_pid()",
    )


def connections_cut(scene: Scene, at: int) -> Any:
    return _broken(scene, at, lambda url: cut(scene, url))


def server_restarted(scene: Scene, at: int) -> Any:
    return _broken(scene, at, lambda url: scene.postgres.restart())


def server_killed(scene: Scene, at: int) -> Any:
    def kill(url: str) -> None:
        scene.postgres.kill()
        scene.postgres.start()

    return _broken(scene, at, kill)


@contextmanager
def lock_timed_out(scene: Scene, at: int) -> Iterator[str]:
    """Somebody holds a table for longer than the night waits for it."""
    with scene.books("postgresql") as url:
        name = urlsplit(url).path[1:]
        _administer(url, f'ALTER DATABASE "{name}" SET lock_timeout = \'{LOCK_TIMEOUT}\'')
        with psycopg.connect(driver_url(url)) as other:
            codes = scene.nights.disturbed(scene.work(url), at, lambda: _hold(other))
            other.rollback()
        _went_on([each.code for each in codes])
        _administer(url, f'ALTER DATABASE "{name}" RESET lock_timeout')
        yield url


def _hold(other: psycopg.Connection[object]) -> None:
    for table in TABLES:
        try:
            with other.transaction(force_rollback=False):
                pass
            other.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE NOWAIT").format(sql.Identifier(table)))
            return
        except psycopg.errors.LockNotAvailable:
            other.rollback()


@contextmanager
def slow_worker_outlived(scene: Scene, at: int) -> Iterator[str]:
    """The night stands still for so long that it is given to a second worker; then both go on."""
    with scene.books("postgresql") as url:
        beside = scene.work(url, 1)
        ended = scene.nights.disturbed(scene.work(url), at, lambda: None, beside)
        _went_on([each.code for each in ended], or_ends=False)
        yield url


@contextmanager
def clocks_apart(scene: Scene, at: int) -> Iterator[str]:
    """The second worker's clock is an hour ahead, and it goes on while the first stands still; the next night's is an
    hour behind."""
    with scene.books("postgresql") as url:
        ahead = _moved(scene.work(url), timedelta(hours=1))
        ended = scene.nights.disturbed(_moved(scene.work(url), timedelta(hours=-1)), at, lambda: None, ahead)
        _went_on([each.code for each in ended], or_ends=False)
        yield url


def _moved(work: Work, by: timedelta) -> Work:
    return replace(work, now=work.now + by)


@contextmanager
def disk_full(scene: Scene, at: int) -> Iterator[str]:
    """The books stand on a small disk, and somebody fills it while the night stands still; then there is room again.
    Without the right to mount one, the temporary files of the night get no room, which PostgreSQL reports the same way."""
    with (
        tempfile.TemporaryDirectory(prefix="disk-") as folder,
        _small_disk(Path(folder)) as disk,
        scene.books("postgresql") as url,
    ):
        name = urlsplit(url).path[1:]
        if disk is None:
            _administer(url, f'ALTER DATABASE "{name}" SET temp_file_limit = 0')
            yield from _run_on_full(scene, url, at, None)
            return
        _administer(
            scene.postgres.url, f"CREATE TABLESPACE small LOCATION '{disk / 'space'}'",
            f'ALTER DATABASE "{name}" SET TABLESPACE small',
        )  # fmt: skip
        try:
            yield from _run_on_full(scene, url, at, disk / "ballast")
        finally:
            _administer(
                scene.postgres.url,
                f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'",
                f'ALTER DATABASE "{name}" SET TABLESPACE pg_default',
                "DROP TABLESPACE small",
            )


def _run_on_full(scene: Scene, url: str, at: int, ballast: Path | None) -> Iterator[str]:
    def fill() -> None:
        if ballast is not None:
            about = os.statvfs(ballast.parent)
            ballast.write_bytes(b"\0" * max(about.f_bavail * about.f_frsize - FREE, 0))

    _went_on([each.code for each in scene.nights.disturbed(scene.work(url), at, fill)])
    if ballast is None:
        _administer(url, f'ALTER DATABASE "{urlsplit(url).path[1:]}" RESET temp_file_limit')
    else:
        ballast.unlink(missing_ok=True)
    yield url


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path | None]:
    """A disk of 64 MB that PostgreSQL may write to; None where this machine lets nobody mount one."""
    folder.chmod(0o755)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        yield None
        return
    try:
        folder.chmod(0o755)
        space = folder / "space"
        space.mkdir(mode=0o700)
        identity = server_identity()
        if identity:
            os.chown(space, identity["user"], identity["group"])
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


FAULTS: dict[str, Callable[[Scene, int], Any]] = {
    "connections cut": connections_cut,
    "server restarted": server_restarted,
    "server killed": server_killed,
    "lock timed out": lock_timed_out,
    "slow worker outlived": slow_worker_outlived,
    "clocks an hour apart": clocks_apart,
    "disk full": disk_full,
}

