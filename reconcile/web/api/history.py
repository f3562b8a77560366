"""`GET /accounts/{number}/transactions` and `GET /payments/{id}`: what a customer or support asks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from reconcile import __version__
from reconcile.problem import Refusal
from reconcile.steps import history
from reconcile.steps.tokens import Caller
from reconcile.web.api.access import ROOT, scope

router = APIRouter(prefix=ROOT)
Language = Literal["en", "ru"]


class Operation(BaseModel):
    """One operation. Amounts are plain decimals as text; `status_text` is what a customer is told."""

    payment_id: str
    date: str
    method: Literal["bank_transfer", "card", "mobile_money"]
    status: str
    status_text: str
    amount: str
    currency: str
    credited_amount: str | None
    credited_currency: str | None
    account_number: str | None
    reference: str | None
    paid_with: str | None


class Operations(BaseModel):
    """Newest first; `next` is the value of `after` for the next page, null on the last."""

    account_number: str
    transactions: list[Operation]
    next: str | None


@router.get("/accounts/{number}/transactions", response_model=Operations, tags=["history"])
def transactions(
    request: Request,
    number: str,
    who: Annotated[Caller, Depends(scope("transactions:read"))],
    language: Language = "en",
    limit: Annotated[int, Query(ge=1, le=history.MOST)] = history.LIMIT,
    after: str = "",
) -> Any:
    """Every operation of an account, of every method. 404 where there is no such account, or none that the token may see."""
    state = request.app.state
    if not who.may_see(number):
        raise HTTPException(404, "there is no such account")
    try:
        found = history.transactions(state.engine, number, state.policies, language=language, limit=limit, after=after)
    except Refusal:
        raise HTTPException(404, "there is no such account or page") from None
    more = next((each["payment_id"] for each in reversed(found) if each["status"] != "failed"), None)
    return {"account_number": number, "transactions": found, "next": more if len(found) == limit else None}


@router.get("/payments/{payment_id}", response_model=Operation, tags=["history"])
def payment(
    request: Request,
    payment_id: str,
    who: Annotated[Caller, Depends(scope("payments:read"))],
    language: Language = "en",
) -> Any:
    """One payment and its status."""
    state = request.app.state
    try:
        found = history.one(state.engine, payment_id, state.policies, language)
    except Refusal:
        raise HTTPException(404, "there is no such payment") from None
    if not who.may_see(found["account_number"]):
        raise HTTPException(404, "there is no such payment")
    return found


@router.get("/openapi.json", include_in_schema=False)
def described(request: Request) -> Any:
    """The interface, described."""
    from fastapi.routing import APIRoute

    routes = [each for each in request.app.routes if isinstance(each, APIRoute) and each.path.startswith(ROOT)]
    return get_openapi(title="reconcile", version=__version__, routes=routes or list(router.routes))
