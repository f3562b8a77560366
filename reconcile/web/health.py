"""`/health/live` and `/health/ready` of the console: open to anybody, say nothing of the books."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from reconcile.steps.watching import health

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
def live() -> JSONResponse:
    """The process answers."""
    return _said(health.live())


@router.get("/ready")
def ready(request: Request) -> JSONResponse:
    """It reaches its database, and the schema is the one that it needs."""
    return _said(health.ready(request.app.state.engine))


def _said(answer: health.Answer) -> JSONResponse:
    return JSONResponse(answer.said, answer.status, {"Cache-Control": "no-store"})
