"""Signing in and out, and who is in. A session is a random token in the browser and its hash in the database.

A token is made at the moment of signing in and never taken over from outside (so a planted one is worth nothing); it
ends after a while without use, at the latest after a working day, and with every change of role or password. Guessing is
braked by name and by address; a brake never says whether the name exists.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from reconcile.problem import Refusal
from reconcile.steps.users import fits
from reconcile.store.alerts import audit
from reconcile.store.console_tables import sign_in_attempt, web_session, web_user
from reconcile.store.engine import reading

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
SEEN_EVERY: Final = timedelta(minutes=1)
WINDOW: Final = timedelta(minutes=15)
PER_NAME_AND_ADDRESS: Final = 5
PER_NAME: Final = 20
PER_ADDRESS: Final = 50


class TooManyAttempts(Exception):
    """Guessing is braked: no password is even looked at until some time has passed."""


@dataclass(frozen=True, slots=True)
class User:
    """Who is in."""

    name: str
    full_name: str
    role: str
    language: str
    csrf: str


def sign_in(engine: Engine, name: str, password: str, address: str, now: datetime) -> str | None:
    """The token of a new session; None where name and password do not fit. Raises `TooManyAttempts`."""
    name = name.strip().lower()[:64]
    attempt = _attempt(engine, name, address, now)
    with reading(engine) as connection:
        row = connection.execute(select(web_user).where(web_user.c.name == name)).first()
    right = fits(row.password_hash if row is not None else None, password)
    if row is None or not right or row.disabled_at is not None:
        _failed(engine, row.name if row is not None else "unknown", now)
        return None
    _forget(engine, attempt)
    return begin(engine, name, now, "password")


def begin(engine: Engine, name: str, now: datetime, how: str) -> str:
    """A new session of somebody whose identity is certain; returns its token, which stands nowhere else."""
    token = secrets.token_urlsafe(32)
    with engine.begin() as connection:
        connection.execute(delete(web_session).where(web_session.c.ends_at < now))
        connection.execute(
            insert(web_session).values(
                token_hash=_hash(token),
                user_name=name,
                csrf=secrets.token_urlsafe(32),
                created_at=now,
                seen_at=now,
                ends_at=now + LONGEST,
            )
        )
        audit(connection, name, "sign_in", name, "", now, {"how": how})
    return token


def who(engine: Engine, token: str, now: datetime) -> User | None:
    """Whose session this is; None where it is none, is over, or its user may no longer enter."""
    with reading(engine) as connection:
        row = _session(connection, token)
    if row is None or row.disabled_at is not None or now >= row.ends_at or now - row.seen_at >= IDLE:
        return None
    if now - row.seen_at >= SEEN_EVERY:
        with engine.begin() as connection:
            connection.execute(update(web_session).where(web_session.c.token_hash == _hash(token)).values(seen_at=now))
    return User(row.name, row.full_name, row.role, row.language, row.csrf)


def sign_out(engine: Engine, token: str, now: datetime) -> None:
    with engine.begin() as connection:
        row = _session(connection, token)
        if row is not None:
            connection.execute(delete(web_session).where(web_session.c.token_hash == _hash(token)))
            audit(connection, row.name, "sign_out", row.name, "", now)


def confirm(engine: Engine, name: str, password: str, address: str, now: datetime) -> None:
    """The signed-in user's own password again, before it is changed; braked like signing in."""
    attempt = _attempt(engine, name, address, now)
    with reading(engine) as connection:
        stored = connection.execute(select(web_user.c.password_hash).where(web_user.c.name == name)).scalar()
    if not fits(stored, password):
        _failed(engine, name, now)
        raise Refusal.of("the present password is not right", "type it again")
    _forget(engine, attempt)


def _session(connection: Connection, token: str) -> Any:
    return connection.execute(
        select(web_session, web_user)
        .join(web_user, web_user.c.name == web_session.c.user_name)
        .where(web_session.c.token_hash == _hash(token))
    ).first()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# --- the brake on guessing -------------------------------------------------------------------------------------------


def _keys(name: str, address: str) -> dict[str, int]:
    return {
        _hash(f"both:{name}:{address}"): PER_NAME_AND_ADDRESS,
        _hash(f"name:{name}"): PER_NAME,
        _hash(f"address:{address}"): PER_ADDRESS,
    }


def _attempt(engine: Engine, name: str, address: str, now: datetime) -> list[int]:
    """An attempt is entered before the password is looked at, so that many at once do not slip past the brake."""
    limits = _keys(name, address)
    with engine.begin() as connection:
        connection.execute(delete(sign_in_attempt).where(sign_in_attempt.c.at < now - WINDOW * 4))
        made = [
            connection.execute(
                insert(sign_in_attempt).values(key=key, at=now).returning(sign_in_attempt.c.id)
            ).scalar_one()
            for key in limits
        ]
    query = (
        select(sign_in_attempt.c.key, func.count())
        .where(sign_in_attempt.c.key.in_(limits), sign_in_attempt.c.at > now - WINDOW)
        .group_by(sign_in_attempt.c.key)
    )
    with reading(engine) as connection:
        counted = connection.execute(query).all()
    if any(count > limits[key] for key, count in counted):
        _forget(engine, made)  # one that is not looked at does not count, else the brake would never come loose
        raise TooManyAttempts
    return made


def _forget(engine: Engine, attempt: list[int]) -> None:
    with engine.begin() as connection:
        connection.execute(delete(sign_in_attempt).where(sign_in_attempt.c.id.in_(attempt)))


def _failed(engine: Engine, name: str, now: datetime) -> None:
    """Into the audit trail, without what was typed as the name where nobody bears it."""
    with engine.begin() as connection:
        audit(connection, name, "sign_in_failed", name, "", now)
