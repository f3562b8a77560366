"""Figures for Prometheus: what they say, that nobody's name is in them, and that workers of one machine are one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from wsgiref.simple_server import make_server

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text

from reconcile.cli import main
from reconcile.commands.watching import _Quiet
from reconcile.steps.watching.health import application, respond
from reconcile.steps.watching.metrics import exposition
from reconcile.store.engine import make_engine
from tests.servers import free_port
from tests.steps.books import OWN
from tests.store.filled import fill

ROOT = Path(__file__).parents[3]


@pytest.fixture
def books(database_url: str, tmp_path: Path) -> Engine:
    return fill(database_url, tmp_path)


def read(page: bytes) -> dict[tuple[str, ...], float]:
    return {
        (sample.name.removeprefix("reconcile_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def test_the_books_as_figures(books: Engine) -> None:
    with books.begin() as connection:
        connection.execute(
            text("INSERT INTO scheduled_job VALUES ('nightly:KZ', '2026-02-04 00:00:00+00', 1, NULL, NULL, NULL)")
        )
    page = exposition(books, ("webhook", "folder"))
    seen = read(page)
    assert seen["payments", "bank_transfer", "credited"] == 3
    assert seen["payments", "bank_transfer", "returned"] == seen["payments", "bank_transfer", "ignored"] == 1
    assert seen["runs",] == 1 and seen["run_under_way_seconds",] == 0
    assert seen["jobs_waiting", "nightly:KZ"] == 1 and seen["job_waiting_seconds", "nightly:KZ"] > 86_400
    assert seen["outbox_changes_waiting", "webhook"] == seen["outbox_changes_waiting", "folder"] == 3
    assert seen["outbox_lag_seconds", "webhook"] > 0
    assert seen["statement_age_seconds", OWN] > 86_400
    said = page.decode()
    for secret in ("Ромашка", "Василёк", "104582", "INV-77001", "Оплата"):
        assert secret not in said


WORKER = """
import sys
sys.path.insert(0, {root!r})
from reconcile.steps.watching.chunks import timed
told = timed()
told(5)
told(0)
"""


def test_the_chunks_of_all_workers_of_a_machine_are_counted(books: Engine, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "figures")}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", WORKER.format(root=str(ROOT))], check=True, env=environment, cwd=tmp_path)
    url = books.url.render_as_string(hide_password=False)
    line = [sys.executable, "-m", "reconcile.cli", "--database-url", url, "metrics"]
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(line, check=True, env=environment, cwd=tmp_path, capture_output=True)
    seen = read(done.stdout)
    assert seen["chunk_seconds_count",] == 2 and seen["chunk_payments_total",] == 10
    assert seen["runs",] == 1


def test_it_is_served_beside_health(books: Engine) -> None:
    with make_server("127.0.0.1", 0, application(books, ()), handler_class=_Quiet) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        found = {}
        for path in ("/metrics", "/health/live", "/health/ready", "/nothing"):
            connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
            connection.request("GET", path)
            answer = connection.getresponse()
            found[path] = (answer.status, answer.read())
            connection.close()
        server.shutdown()
    assert {path: status for path, (status, _) in found.items()} == {
        "/metrics": 200, "/health/live": 200, "/health/ready": 200, "/nothing": 404,
    }  # fmt: skip
    assert read(found["/metrics"][1])["runs",] == 1
    assert b'"status": "ok"' in found["/health/ready"][1]


def test_what_is_not_ready_says_so(books: Engine) -> None:
    with books.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert respond("/health/ready", books, ())[0] == 503
    away = make_engine(f"postgresql+psycopg://finance:x@127.0.0.1:{free_port()}/books")
    assert respond("/health/ready", away, ())[::2] == (503, b'{"status": "the database is away"}')
    assert respond("/metrics", away, ())[0] == 503
    assert respond("/health/live", away, ())[0] == 200


def test_an_address_that_is_none_is_refused(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--database-url", sqlite_url, "metrics", "--listen", "9108"]) == 2
    assert "write it as 127.0.0.1:9108" in capsys.readouterr().err
