"""Is this process alive, and can it do its work? For load balancers and supervisors; says nothing of the books.

`live`: the process answers. `ready`: it reaches its database, and the schema is the one that it needs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import sqlalchemy.exc
from sqlalchemy import Engine, text

from reconcile import __version__
from reconcile.store import schema
from reconcile.store.engine import reading

JSON: Final = "application/json"


class Answer(NamedTuple):
    status: int
    said: dict[str, str]


def live() -> Answer:
    return Answer(200, {"status": "ok", "version": __version__})


def ready(engine: Engine) -> Answer:
    """503 while the database is away, or another version of the schema is there."""
    try:
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
        at = schema.version(engine)
    except (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError):
        return Answer(503, {"status": "the database is away"})
    if at != schema.newest():
        return Answer(503, {"status": f"the schema is at {at or 'nothing'}, this program needs {schema.newest()}"})
    return Answer(200, {"status": "ok", "version": __version__, "schema": at})


def application(engine: Engine, receivers: tuple[str, ...]) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """A WSGI application: /health/live, /health/ready, /metrics."""

    def answer(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
        status, kind, body = respond(environment.get("PATH_INFO", ""), engine, receivers)
        start(f"{status} {'OK' if status == 200 else 'No'}", [("Content-Type", kind), ("Cache-Control", "no-store")])
        return [body]

    return answer


def respond(path: str, engine: Engine, receivers: tuple[str, ...]) -> tuple[int, str, bytes]:
    if path == "/metrics":
        return _figures(engine, receivers)
    answers: dict[str, Callable[[], Answer]] = {"/health/live": live, "/health/ready": lambda: ready(engine)}
    found = answers.get(path, lambda: Answer(404, {"status": "there is nothing here"}))()
    return found.status, JSON, json.dumps(found.said).encode()


def _figures(engine: Engine, receivers: tuple[str, ...]) -> tuple[int, str, bytes]:
    from reconcile.steps.watching.metrics import CONTENT_TYPE, exposition

    try:
        return 200, CONTENT_TYPE, exposition(engine, receivers)
    except sqlalchemy.exc.DBAPIError:
        return 503, "text/plain; charset=utf-8", b"the database is away\n"
