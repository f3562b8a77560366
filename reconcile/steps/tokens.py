"""Who may ask the HTTP interface: bearer tokens with scopes. Of a token only its hash is kept; it is shown once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Engine, insert, select, update

from reconcile.problem import Refusal
from reconcile.store.alerts import audit
from reconcile.store.engine import reading
from reconcile.store.gateway_tables import api_token

SCOPES: Final = ("transactions:read", "payments:read")
PREFIX: Final = "rct_"


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token it is, and what it may: `accounts` None means every account."""

    name: str
    scopes: frozenset[str]
    accounts: frozenset[str] | None

    def may_see(self, number: str | None) -> bool:
        return self.accounts is None or number in self.accounts


def add(
    engine: Engine,
    name: str,
    scopes: Sequence[str],
    *,
    actor: str,
    now: datetime,
    accounts: Sequence[str] = (),
    expires_on: date | None = None,
) -> str:
    """A new token; the only time that it can be read. Refuses a name that is taken, and a scope that is none."""
    wrong = [scope for scope in scopes if scope not in SCOPES]
    if wrong or not scopes:
        raise Refusal.of(
            f"{wrong[0]!r} is no scope" if wrong else "no scope is given", f"the scopes are: {', '.join(SCOPES)}"
        )
    token = PREFIX + secrets.token_urlsafe(32)
    with engine.begin() as connection:
        if connection.execute(select(api_token.c.name).where(api_token.c.name == name)).first():
            raise Refusal.of(f"there is a token {name!r} already", "choose another name, also for a revoked one")
        connection.execute(insert(api_token).values(
            name=name, hash=_hash(token), scopes=sorted(set(scopes)), accounts=sorted(set(accounts)) or None,
            created_at=now, created_by=actor, expires_on=expires_on,
        ))  # fmt: skip
        audit(connection, actor, "add_token", name, "", now, {"scopes": sorted(set(scopes))})
    return token


def list_tokens(engine: Engine) -> Sequence[Any]:
    with reading(engine) as connection:
        return connection.execute(select(api_token).order_by(api_token.c.name)).all()


def revoke(engine: Engine, name: str, *, actor: str, now: datetime) -> None:
    with engine.begin() as connection:
        here = (api_token.c.name == name) & api_token.c.revoked_at.is_(None)
        if not connection.execute(select(api_token.c.name).where(here)).first():
            raise Refusal.of(f"there is no token {name!r} in force", "see `reconcile token list`")
        connection.execute(update(api_token).where(here).values(revoked_at=now, revoked_by=actor))
        audit(connection, actor, "revoke_token", name, "", now)


def caller(engine: Engine, token: str, now: datetime) -> Caller | None:
    """Whose token this is; None where it is unknown, revoked or has run out."""
    if not token.startswith(PREFIX):
        return None
    with reading(engine) as connection:
        row = connection.execute(select(api_token).where(api_token.c.hash == _hash(token))).first()
    if row is None or row.revoked_at is not None or (row.expires_on is not None and row.expires_on < now.date()):
        return None
    return Caller(row.name, frozenset(row.scopes), None if row.accounts is None else frozenset(row.accounts))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
