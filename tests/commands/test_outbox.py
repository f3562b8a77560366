"""`reconcile outbox` and the tick's part in it."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.cli import main
from tests.steps.outbox.billing import OK, REFUSES, SECRET, Billing
from tests.steps.outbox.conftest import billing, books, filled  # noqa: F401  the same books
from tests.steps.outbox.test_delivery import balances, how_many


@pytest.fixture
def ours(books: Engine, billing: Billing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:  # noqa: F811
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECONCILE_DATABASE_URL", books.url.render_as_string(hide_password=False))
    monkeypatch.setenv("RECONCILE_OUTBOX_URL", billing.url)
    monkeypatch.setenv("RECONCILE_OUTBOX_SECRET", SECRET)
    return books


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_status_deliver_and_retry(ours: Engine, billing: Billing, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    assert main(["--json", "outbox", "status"]) == 0
    (status,) = said(capsys)
    assert (status["receiver"], status["pending"]) == ("webhook", how_many(ours)) and status["oldest"]
    billing.mood = lambda told: REFUSES if told["account_number"] == "104599" else OK
    assert main(["outbox", "deliver"]) == 75
    assert "not everything was taken" in capsys.readouterr().err
    assert main(["--json", "outbox", "status"]) == 0
    status, fails = said(capsys)
    assert (status["pending"], status["failing"]) == (1, 1)
    assert (fails["account"], fails["change"], fails["fault"]) == ("104599", 1, "HTTP 500")
    assert main(["outbox", "retry"]) == main(["outbox", "retry", "104582"]) == main(["outbox", "retry", "--all", "1"]) == 2
    billing.mood = lambda told: OK
    assert main(["--json", "outbox", "retry", "104599"]) == 0
    capsys.readouterr()
    assert main(["--json", "outbox", "deliver"]) == 0
    assert said(capsys) == [{"webhook": {"told": 1, "failed": {}, "dead": [], "away": False}, "files": None}]
    assert (billing.wrong, billing.balances()) == ([], balances(ours))


def test_nothing_set_is_said(ours: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("RECONCILE_OUTBOX_URL")
    assert main(["outbox", "deliver"]) == 2
    assert "no receiver is set; set RECONCILE_OUTBOX_URL or RECONCILE_OUTBOX_FOLDER" in capsys.readouterr().err


def test_a_tick_tells_what_is_new(
    ours: Engine, billing: Billing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:
    (tmp_path / "changes").mkdir()
    monkeypatch.setenv("RECONCILE_OUTBOX_FOLDER", str(tmp_path / "changes"))
    monkeypatch.delitem(sys.modules, "tasks", raising=False)
    tasks = importlib.import_module("tasks")
    monkeypatch.setattr(tasks, "_due", lambda now: [])
    tasks.tick()
    assert (billing.wrong, billing.balances()) == ([], balances(ours))
    assert len(list((tmp_path / "changes").glob("*.jsonl"))) == 1
    billing.mood = lambda told: REFUSES
    assert tasks.tick() == {"entered": 0, "given_up": 0, "nudged": 0}
    assert len(billing.asked) == how_many(ours)
