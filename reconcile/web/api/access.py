"""Who asks: the bearer token of a request, and whether it may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from reconcile.steps import tokens
from reconcile.steps.tokens import Caller

ROOT: Final = "/api/v1"
_bearer: Final = HTTPBearer(auto_error=False)


def scope(name: str) -> Callable[..., Caller]:
    """A dependency: the caller, whose token has this scope. 401 without a token in force, 403 without the scope."""

    def asked(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
        state = request.app.state
        who = tokens.caller(state.engine, given.credentials, state.clock()) if given is not None else None
        if who is None:
            raise HTTPException(401, "no token in force", headers={"www-authenticate": "Bearer"})
        if name not in who.scopes:
            raise HTTPException(403, f"the token lacks the scope {name}")
        return who

    return asked
