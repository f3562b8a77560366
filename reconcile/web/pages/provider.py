"""In through an identity provider, where the settings name one."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from reconcile.problem import Refusal
from reconcile.steps import oidc
from reconcile.web.pages.sign_in import entered, put_cookie, refused
from reconcile.web.visit import Anybody

router = APIRouter()
_KEPT: Final = "reconcile_provider"
_log: Final = logging.getLogger("reconcile.web")


@router.get("/sign-in/provider")
def begin(visit: Anybody) -> Response:
    """On to the provider; what its answer must fit is kept in a cookie that no script reads, for ten minutes."""
    if not visit.settings.oidc_issuer:
        raise HTTPException(404)
    try:
        begun = oidc.begin(visit.settings)
    except Refusal:
        raise
    except Exception as error:  # the provider is away, or answers nonsense
        _log.error("the identity provider: %s", type(error).__name__)
        return refused(visit, "provider", 503)
    answer = RedirectResponse(begun.address, 303)
    put_cookie(visit, answer, _KEPT, begun.kept, 600)
    return answer


@router.get("/sign-in/provider/back")
def back(visit: Anybody, code: str = "", state: str = "") -> Response:
    """Back from it: in, or the sign-in page again, which says no more than that it did not work."""
    if not visit.settings.oidc_issuer:
        raise HTTPException(404)
    kept = visit.request.cookies.get(_KEPT, "")
    try:
        token = oidc.finish(visit.engine, visit.settings, kept, code[:4096], state[:200], visit.now)
    except Exception as error:
        _log.error("signing in through the provider: %s", type(error).__name__)
        answer = refused(visit, "provider", 403)
    else:
        answer = entered(visit, token)
    answer.delete_cookie(_KEPT)
    return answer
