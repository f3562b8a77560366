"""Tonight: what came in, and where it stands."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter()


@router.get("/", response_class=HTMLResponse)
def tonight() -> str:
    return "<!doctype html><title>reconcile</title><p>reconcile"
