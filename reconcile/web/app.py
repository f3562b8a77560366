"""The application: what it is made of, in which order a request passes through it."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import pkgutil
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles

from reconcile import __version__
from reconcile.policy import PolicyBook
from reconcile.problem import Refusal
from reconcile.settings import Settings
from reconcile.steps import references
from reconcile.steps.uploads import Worker
from reconcile.web.figures import Kept
from reconcile.web.guard import API, Guard
from reconcile.web.render import page
from reconcile.web.visit import NOBODY, SignInNeeded, Visit, anybody, spoken

FOLDER: Final = Path(__file__).parent
BESIDE: Final = ("reconcile.web.pages", "reconcile.web.api", "reconcile.web.health")
"""Packages and modules whose `router`s make the application; one that is not there is left out."""
FORM_BYTES: Final = 1 << 20
SCAN_BYTES: Final = 12 << 20
CALLED: Final = (f"{API}v1/webhooks/", f"{API}v1/mpesa/")
CALL_BYTES: Final = 64 << 10
_log: Final = logging.getLogger("reconcile.web")


def create_app(
    engine: Engine,
    policies: PolicyBook,
    settings: Settings,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The console over these books. Handlers find `engine`, `policies`, `settings` and `clock` in `request.app.state`."""
    worker = Worker(engine, policies, settings, clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        worker.start()
        references.forget(engine, clock())
        yield
        worker.stop()

    app = FastAPI(
        title="reconcile",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        redirect_slashes=False,  # it would lead to whatever host the request names
    )
    app.state.worker = worker
    app.state.engine = engine
    app.state.policies = policies
    app.state.settings = settings
    app.state.clock = clock
    app.state.kept = Kept()
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    for router in routers():
        app.include_router(router)
    _answers_to_trouble(app)
    https = settings.public_url.startswith("https://")
    origins = (settings.public_url,) if settings.public_url else ()
    app.add_middleware(Guard, limit=lambda path: limit(settings, path), https=https, origins=origins)
    return app


def routers() -> Iterator[APIRouter]:
    """The router of every module in the packages above, in the order of their names."""
    for name in BESIDE:
        if importlib.util.find_spec(name) is None:
            continue
        module = importlib.import_module(name)
        inside = sorted(each.name for each in pkgutil.iter_modules(getattr(module, "__path__", ())))
        for each in (module, *(importlib.import_module(f"{name}.{part}") for part in inside)):
            if isinstance(router := getattr(each, "router", None), APIRouter):
                yield router


def limit(settings: Settings, path: str) -> int:
    """How many bytes a request to this path may have."""
    if path.startswith(CALLED):
        return CALL_BYTES
    if path == "/statements/upload" or path.startswith(API):
        return settings.max_upload_bytes + FORM_BYTES
    return SCAN_BYTES if path.startswith("/powers") else FORM_BYTES


# --- what is said when something is wrong ----------------------------------------------------------------------------


def _answers_to_trouble(app: FastAPI) -> None:
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(OperationalError, _weather)
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(Exception, _ours)


def _api(request: Request) -> bool:
    return request.url.path.startswith(API)


def _visit(request: Request) -> Visit:
    """The visit for a page about trouble; the books may be what is in trouble."""
    try:
        return anybody(request)
    except Exception:
        return Visit(request, NOBODY, spoken(request), request.app.state.clock())


def _sign_in(request: Request, _error: Exception) -> Response:
    if _api(request):
        return JSONResponse({"error": "sign in first"}, 401)
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"hx-redirect": "/sign-in"})
    return RedirectResponse("/sign-in", 303)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if _api(request):
        return JSONResponse({"problems": [str(problem) for problem in error.problems]}, 422)
    return page(_visit(request), "refused.html", status=422, problems=error.problems)


def _weather(request: Request, error: Exception) -> Response:
    _log.error("the database is away: %s", type(error).__name__)
    if _api(request):
        return JSONResponse({"error": "the database is away"}, 503)
    return page(_visit(request), "trouble.html", status=503, kind="weather", code="")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    if _api(request):
        return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
    kind = "csrf" if error.detail == "csrf" else {403: "forbidden", 404: "nothing"}.get(error.status_code, "other")
    return page(_visit(request), "trouble.html", status=error.status_code, kind=kind, code=str(error.status_code))


def _ours(request: Request, error: Exception) -> Response:
    """The log has the traceback under a code; the page has the code, and nothing of the inside."""
    code = secrets.token_hex(4)
    _log.error("unexpected, code %s", code, exc_info=error)
    if _api(request):
        return JSONResponse({"error": "unexpected", "code": code}, 500)
    return page(_visit(request), "trouble.html", status=500, kind="ours", code=code)
