"""Tonight: what came in, and where it stands."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from reconcile.web.render import page
from reconcile.web.visit import Viewer

router = APIRouter()


@router.get("/")
def tonight(visit: Viewer) -> Response:
    return page(visit, "tonight.html")
