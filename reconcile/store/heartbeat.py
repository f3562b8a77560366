"""When something that must come again and again came last, by the database's clock."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, select, update

from reconcile.store.alerts import insert_new
from reconcile.store.clock import database_now
from reconcile.store.ops_tables import heartbeat

TICK: Final = "tick"


def beat(engine: Engine, name: str) -> None:
    with engine.begin() as connection:
        now = database_now(connection)
        if not insert_new(connection, heartbeat, [{"name": name, "at": now}]):
            connection.execute(update(heartbeat).where(heartbeat.c.name == name).values(at=now))


def last_beat(connection: Connection, name: str) -> datetime | None:
    found: datetime | None = connection.execute(select(heartbeat.c.at).where(heartbeat.c.name == name)).scalar()
    return found
