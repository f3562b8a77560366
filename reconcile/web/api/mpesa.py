"""`POST /mpesa/{secret}/validation|confirmation`: Safaricom's Daraja C2B. Its calls carry no signature: the address that
only it knows and where it calls from are all there is, and so the credit waits for the statement or the registry."""

from __future__ import annotations

import hmac
import logging
from ipaddress import IPv6Address, ip_address
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request

from reconcile.settings import Settings
from reconcile.steps.gateway import daraja
from reconcile.web.api.access import ROOT
from reconcile.web.api.webhooks import raw_body

router = APIRouter(prefix=ROOT, include_in_schema=False)
_log: Final = logging.getLogger("reconcile.web")


def operator(request: Request, secret: str) -> None:
    """404 to whoever does not know the address, 403 to whoever calls from elsewhere."""
    settings: Settings = request.app.state.settings
    right = hmac.compare_digest(secret.encode(), settings.mpesa_path_secret.encode())
    if not right or not settings.mpesa_path_secret:
        raise HTTPException(404, "there is no such address")
    host = request.client.host if request.client is not None else ""
    if not _listed(settings, host):
        _log.warning(
            "a call of the mobile operator's address from %.45s, which is not in RECONCILE_MPESA_ADDRESSES", host
        )
        raise HTTPException(403, "not from here")


def _listed(settings: Settings, host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in settings.mpesa_addresses)


@router.post("/mpesa/{secret}/validation", dependencies=[Depends(operator)])
def validation(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Any:
    """May this payment be made?"""
    state = request.app.state
    why = daraja.validate(state.engine, body, now=state.clock(), policies=state.policies)
    return {"ResultCode": why or 0, "ResultDesc": "Rejected" if why else "Accepted"}


@router.post("/mpesa/{secret}/confirmation", dependencies=[Depends(operator)])
def confirmation(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Any:
    """It was made: stored, then answered."""
    state = request.app.state
    daraja.confirm(state.engine, body, now=state.clock(), policies=state.policies)
    return {"ResultCode": 0, "ResultDesc": "Accepted"}
