"""Signing in through an identity provider: OpenID Connect's authorization code flow with PKCE, state and nonce.

Whoever comes back from the provider enters as the user whose subject it is; the first time, as the user whose name the
provider's claim says, if an admin has made that user and nobody else is tied to it. The provider never makes a user and
never gives a role: that stays an admin's act.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, select, update

from reconcile.problem import Refusal
from reconcile.settings import Settings
from reconcile.steps import sessions
from reconcile.store.alerts import audit
from reconcile.store.console_tables import web_user

BACK: Final = "/sign-in/provider/back"
ALGORITHMS: Final = ("RS256", "ES256", "PS256", "EdDSA")
TIMEOUT: Final = 15
LEEWAY: Final = 60


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what is kept in its cookie until it comes back."""

    address: str
    kept: str


class NotLetIn(Exception):
    """The provider's answer is not one to this browser's question, or leads to no user. Why is told to the log alone."""


def begin(settings: Settings) -> Begun:
    """Ask the provider who this is. Raises what the provider's absence raises."""
    verifier, state, nonce = (secrets.token_urlsafe(48), secrets.token_urlsafe(24), secrets.token_urlsafe(24))
    with _client(settings) as client:
        where, _ = client.create_authorization_url(
            _metadata(client, settings)["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    return Begun(str(where), f"{state}.{nonce}.{verifier}")


def finish(engine: Engine, settings: Settings, kept: str, code: str, state: str, now: datetime) -> str:
    """The token of a new session. Raises `NotLetIn`."""
    expected, nonce, verifier = [*kept.split("."), "", "", ""][:3]
    if not code or not expected or not secrets.compare_digest(expected.encode(), state.encode()):
        raise NotLetIn("the answer belongs to no question of this browser")
    claims = _claims(settings, code, verifier, nonce, now)
    name = _user(engine, str(claims["sub"]), str(claims.get(settings.oidc_claim) or ""), claims, now)
    return sessions.begin(engine, name, now, "provider")


def _client(settings: Settings) -> Any:
    try:
        from authlib.integrations.httpx_client import OAuth2Client
    except ImportError:
        what = "signing in through a provider needs authlib, which is not installed"
        raise Refusal.of(what, "pip install 'reconcile[oidc]'") from None
    return OAuth2Client(
        settings.oidc_client_id, settings.oidc_client_secret, scope="openid profile email",
        redirect_uri=f"{settings.public_url}{BACK}", code_challenge_method="S256", timeout=TIMEOUT,
    )  # fmt: skip


def _metadata(client: Any, settings: Settings) -> dict[str, Any]:
    answer = client.request("GET", f"{settings.oidc_issuer}/.well-known/openid-configuration", withhold_token=True)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    if found.get("issuer") != settings.oidc_issuer:
        raise NotLetIn("the provider calls itself otherwise than RECONCILE_OIDC_ISSUER")
    return found


def _claims(settings: Settings, code: str, verifier: str, nonce: str, now: datetime) -> dict[str, Any]:
    """What the id token says, once its signature, issuer, audience, time and nonce are right."""
    from authlib.integrations.base_client.errors import OAuthError
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    with _client(settings) as client:
        metadata = _metadata(client, settings)
        keys = client.request("GET", metadata["jwks_uri"], withhold_token=True).json()
        try:
            token = client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=verifier)
            read = jwt.decode(token["id_token"], KeySet.import_key_set(keys), algorithms=list(ALGORITHMS))
            jwt.JWTClaimsRegistry(
                now=int(now.timestamp()), leeway=LEEWAY,
                iss={"essential": True, "value": settings.oidc_issuer}, sub={"essential": True},
                aud={"essential": True, "value": settings.oidc_client_id}, exp={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(read.claims)  # fmt: skip
        except (OAuthError, JoseError, KeyError, ValueError) as error:
            raise NotLetIn(type(error).__name__) from error
    return dict(read.claims)


def _user(engine: Engine, subject: str, claimed: str, claims: dict[str, Any], now: datetime) -> str:
    """The user tied to this subject; or, once, the one that the claim names."""
    with engine.begin() as connection:
        row = connection.execute(select(web_user).where(web_user.c.oidc_subject == subject)).first()
        if row is None:
            verified = not claimed or "@" not in claimed or claims.get("email_verified") is True
            named = select(web_user).where(web_user.c.name == claimed.lower(), web_user.c.oidc_subject.is_(None))
            row = connection.execute(named.with_for_update()).first() if claimed and verified else None
            if row is not None and row.disabled_at is None:
                tied = update(web_user).where(web_user.c.name == row.name).values(oidc_subject=subject)
                connection.execute(tied)
                audit(connection, row.name, "tie_to_provider", row.name, "", now)
    if row is None or row.disabled_at is not None:
        raise NotLetIn("no user is tied to this subject")
    return str(row.name)
