"""Letters on their way: written with what caused them, sent afterwards, each once."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, String, Table, Text, text

from reconcile.store.tables import metadata
from reconcile.store.types import Moment

WAITS = text("state = 'waiting'")

letter = Table(
    "letter",
    metadata,
    Column("key", String(120), primary_key=True),  # what it is about and to whom: written twice, it is one letter
    Column("kind", String(32), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("content", LargeBinary),  # the whole message; gone once it is sent
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("fault", Text, nullable=False),
    # `sending` is committed before the server is spoken to: a process that dies meanwhile leaves it, and then nobody
    # knows whether the letter went out. It is `uncertain`, and a person decides.
    CheckConstraint("state IN ('waiting', 'sending', 'sent', 'failed', 'uncertain')", name="state"),
    CheckConstraint("attempts >= 0", name="attempts"),
    Index("ix_letter_waiting", "next_at", sqlite_where=WAITS, postgresql_where=WAITS),
)
