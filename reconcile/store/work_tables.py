"""The work of a run, in chunks that any number of workers take (docs/decisions, "spread over workers")."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from reconcile.store.tables import metadata
from reconcile.store.types import AutoId, Moment

work_chunk = Table(  # a stretch of the canonical order: the open payments between two of them, both included
    "work_chunk",
    metadata,
    Column("run_no", ForeignKey("run.no"), primary_key=True, autoincrement=False),
    Column("pass_no", Integer, primary_key=True, autoincrement=False),
    Column("first_date", Date, primary_key=True),
    Column("first_id", String(24), primary_key=True),
    Column("last_date", Date, nullable=False),
    Column("last_id", String(24), nullable=False),
    Column("payments", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("decided", Integer, nullable=False),  # how many of them were looked at
    Column("changed", Integer, nullable=False),  # and how many have another decision since
    Column("cut", Boolean, nullable=False),  # cut off from one that failed too often
    CheckConstraint("state IN ('open', 'done', 'given_up')", name="state"),
    CheckConstraint("payments >= 1", name="payments"),
    CheckConstraint("changed >= 0 AND changed <= decided", name="counts"),
)

work_attempt = Table(  # written before a chunk is begun, outside its transaction: so a killed worker's attempt counts
    "work_attempt",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("run_no", Integer, nullable=False),
    Column("pass_no", Integer, nullable=False),
    Column("first_date", Date, nullable=False),
    Column("first_id", String(24), nullable=False),
    Column("at", Moment, nullable=False),
    Column("worker", Text, nullable=False),
    ForeignKeyConstraint(
        ["run_no", "pass_no", "first_date", "first_id"],
        ["work_chunk.run_no", "work_chunk.pass_no", "work_chunk.first_date", "work_chunk.first_id"],
    ),
    Index("ix_work_attempt_run_no_pass_no_first_id", "run_no", "pass_no", "first_id"),
)
