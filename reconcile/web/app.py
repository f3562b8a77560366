"""The application: what it is made of, in which order a request passes through it."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine
from starlette.staticfiles import StaticFiles

from reconcile import __version__
from reconcile.policy import PolicyBook
from reconcile.settings import Settings

FOLDER: Final = Path(__file__).parent
BESIDE: Final = ("reconcile.web.pages", "reconcile.web.api", "reconcile.web.health")
"""Packages and modules whose `router`s make the application; one that is not there is left out."""


def create_app(
    engine: Engine,
    policies: PolicyBook,
    settings: Settings,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The console over these books. Handlers find `engine`, `policies`, `settings` and `clock` in `request.app.state`."""
    app = FastAPI(title="reconcile", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.engine = engine
    app.state.policies = policies
    app.state.settings = settings
    app.state.clock = clock
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    for router in routers():
        app.include_router(router)
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
