"""What an address of the console means: a search or an account is kept here under an id that says nothing.

So no name, tax id or account number stands in an address, a log of addresses or a browser's history. The id follows from
what is kept and from a secret of this installation: the same account has the same address for everybody who may enter.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, select

from reconcile.store.alerts import insert_new
from reconcile.store.bulk import any_of
from reconcile.store.console_tables import console_reference
from reconcile.store.engine import reading

_SECRET: Final = "secret"  # noqa: S105  the row's name
KEPT: Final = timedelta(days=90)
"""How long a search stays known."""


def remember(engine: Engine, kind: str, values: Iterable[str], now: datetime) -> dict[str, str]:
    """The id of each of these values."""
    key = _key(engine, now)
    ids = {value: _id(key, kind, value) for value in values if value}
    if not ids:
        return {}
    column = console_reference.c.id
    with reading(engine) as connection:
        known = set(connection.execute(select(column).where(any_of(connection, column, ids.values()))).scalars())
    new = [{"id": id_, "kind": kind, "value": value, "at": now} for value, id_ in ids.items() if id_ not in known]
    if new:
        with engine.begin() as connection:
            insert_new(connection, console_reference, new)
    return ids


def recall(engine: Engine, kind: str, id_: str) -> str | None:
    """What stands under an id; None where nothing of this kind does."""
    with reading(engine) as connection:
        return connection.execute(
            select(console_reference.c.value).where(
                console_reference.c.id == id_[:32], console_reference.c.kind == kind
            )
        ).scalar()


def forget(engine: Engine, now: datetime) -> None:
    """Searches of long ago are not kept."""
    old = (console_reference.c.kind == "search", console_reference.c.at < now - KEPT)
    with engine.begin() as connection:
        connection.execute(delete(console_reference).where(*old))


def _id(key: bytes, kind: str, value: str) -> str:
    return hmac.new(key, f"{kind}\0{value}".encode(), hashlib.sha256).hexdigest()[:24]


def _key(engine: Engine, now: datetime) -> bytes:
    with reading(engine) as connection:
        found = _stored(connection)
    if found is None:
        with engine.begin() as connection:
            row = {"id": _SECRET, "kind": _SECRET, "value": secrets.token_hex(32), "at": now}
            insert_new(connection, console_reference, [row])
            found = _stored(connection)
    return bytes.fromhex(str(found))


def _stored(connection: Connection) -> str | None:
    return connection.execute(
        select(console_reference.c.value).where(console_reference.c.id == _SECRET, console_reference.c.kind == _SECRET)
    ).scalar()
