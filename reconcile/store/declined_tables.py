"""What people said that a payment is not for. A row is made once and taken back once, and never goes."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, text

from reconcile.store.tables import metadata
from reconcile.store.types import AutoId, Moment

_STANDS = "taken_back_at IS NULL"

declined_candidate = Table(  # from then on no run offers it, and none credits it, until it is taken back
    "declined_candidate",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("payment_id", ForeignKey("payment.id"), nullable=False),
    Column("account_number", ForeignKey("account.number"), nullable=False),
    Column("invoice_number", ForeignKey("invoice.number")),  # None: the account, with all its invoices
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("taken_back_by", Text),
    Column("taken_back_reason", Text),
    Column("taken_back_at", Moment),
    CheckConstraint("reason <> '' AND actor <> ''", name="said"),
    CheckConstraint(
        "(taken_back_at IS NULL) = (taken_back_by IS NULL) AND (taken_back_at IS NULL) = (taken_back_reason IS NULL)",
        name="taken_back",
    ),
    CheckConstraint("coalesce(taken_back_reason, 'x') <> '' AND coalesce(taken_back_by, 'x') <> ''", name="said_again"),
    CheckConstraint("coalesce(taken_back_at, at) >= at", name="order"),
    Index("ix_declined_candidate_payment_id", "payment_id"),
    Index(
        "uq_declined_candidate_account",
        "payment_id",
        "account_number",
        unique=True,
        sqlite_where=text(f"{_STANDS} AND invoice_number IS NULL"),
        postgresql_where=text(f"{_STANDS} AND invoice_number IS NULL"),
    ),
    Index(
        "uq_declined_candidate_invoice",
        "payment_id",
        "invoice_number",
        unique=True,
        sqlite_where=text(_STANDS),
        postgresql_where=text(_STANDS),
    ),
)
