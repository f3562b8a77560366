"""Invoices that were issued here: their series without gaps, and what each said on the day of issue."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from reconcile.store.tables import metadata
from reconcile.store.types import Json, Moment

invoice_series = Table(  # the serial that was given last; its row is the lock under which the next one is taken
    "invoice_series",
    metadata,
    Column("prefix", String(8), primary_key=True),
    Column("last", Integer, nullable=False),
    CheckConstraint("last >= 1", name="last"),
)

issued_invoice = Table(
    "issued_invoice",
    metadata,
    Column("number", ForeignKey("invoice.number"), primary_key=True),
    Column("prefix", ForeignKey("invoice_series.prefix"), nullable=False),
    Column("serial", Integer, nullable=False),
    Column("language", String(8), nullable=False),
    # Recipient, payer and terms as they were: the page can be made again, and is the same page.
    Column("face", Json, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("request_key", String(120), unique=True),  # the same request again gives the same invoice
    UniqueConstraint("prefix", "serial"),
    CheckConstraint("serial >= 1", name="serial"),
)
