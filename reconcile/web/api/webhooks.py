"""`POST /webhooks/{provider}`: a processing centre tells of payments, signed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from reconcile.problem import Refusal
from reconcile.steps.gateway import webhook
from reconcile.web.api.access import ROOT

router = APIRouter(prefix=ROOT)


class Became(BaseModel):
    """What became of a row. `taken` false: it contradicts the books, nothing moved, and `why` says what."""

    gateway_payment_id: str
    taken: bool
    payment_id: str | None
    status: str | None
    reason: str | None
    why: str | None


class Delivery(BaseModel):
    """One for each row, in their order."""

    payments: list[Became]


async def raw_body(request: Request) -> bytes:
    """The body byte for byte, as it was signed."""
    return await request.body()


@router.post("/webhooks/{provider}", response_model=Delivery, tags=["webhooks"])
def webhooks(
    request: Request,
    provider: str,
    body: Annotated[bytes, Depends(raw_body)],
    x_timestamp: Annotated[str, Header()] = "",
    x_signature: Annotated[str, Header()] = "",
) -> Any:
    """One row or a list of them, with the columns of `import gateway-payments`. `x-timestamp` is in seconds since 1970,
    `x-signature` the hexadecimal HMAC-SHA-256 of timestamp, a point and the body. 401: not signed by this centre, or older
    than five minutes. 409: this very call was taken before. 400: a row is faulty, and nothing was stored."""
    state = request.app.state
    now = state.clock()
    try:
        name = webhook.genuine(state.settings.webhook_secrets, provider, x_timestamp, x_signature, body, now)
        reports = webhook.reports_of(provider, body, now)
        done = webhook.deliver(state.engine, provider, name, reports, now=now, policies=state.policies)
    except webhook.NotGenuine:
        raise HTTPException(401, "not signed by this provider, or not of now") from None
    except webhook.Replayed:
        raise HTTPException(409, "this very call was taken before; sign a new one") from None
    except Refusal as refusal:
        return JSONResponse({"problems": [str(problem) for problem in refusal.problems]}, 400)
    return {"payments": done}
