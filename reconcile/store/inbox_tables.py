"""What was fetched from a bank's server or a mailbox, so that it is taken once."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, String, Table, Text

from reconcile.store.tables import metadata
from reconcile.store.types import Moment

fetched_file = Table(
    "fetched_file",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),  # of what names the file at its source once for all
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("file_hash", String(64), nullable=False),  # empty where nothing was taken, and `outcome` says why
    Column("outcome", Text, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    CheckConstraint("size >= 0", name="size"),
)
