"""The application comes up, over any books, with whatever routers are there."""

from __future__ import annotations

from starlette.testclient import TestClient

from reconcile.settings import Settings
from reconcile.web.app import create_app
from tests.steps.books import open_books, policies


def test_the_console_answers_and_serves_its_script_from_itself(sqlite_url: str) -> None:
    with TestClient(create_app(open_books(sqlite_url), policies(), Settings())) as client:
        assert client.get("/static/htmx.min.js").status_code == 200
