"""Cards and mobile money: what the doors reported, what settles it, and who may ask (docs/data-model.md, 15).

A *gateway payment* is one payment of a customer through a processing centre or a mobile operator, by whichever doors it
was reported: each report is an event, appended. `gateway_identity` makes it one: a number that is known leads to the
payment that has it, and the database refuses a second. From it comes one row of `payment`, and so one live placement.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from reconcile.store.tables import metadata
from reconcile.store.types import Json, Minor, Moment

gateway_payment = Table(  # what all events together say of a payment
    "gateway_payment",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("method", String(16), nullable=False),
    Column("clearing", String(64), nullable=False),  # the ledger's name for who owes it: `payment.own_account`
    Column("provider", String(64), nullable=False),
    Column("merchant", String(64), nullable=False),
    Column("external_id", String(80), nullable=False),  # gateway_payment_id; empty where no door gave one
    Column("receipt", String(80), nullable=False),
    Column("amount", Minor, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("paid_at", Moment, nullable=False),
    Column("local_day", Date, nullable=False),  # as the moment was written, with its offset
    Column("account_given", String(80), nullable=False),
    Column("scheme", String(24), nullable=False),
    Column("issuer_country", String(2), nullable=False),
    Column("payer_key", String(80), nullable=False),  # one card or one phone: limits of a day count by it
    Column("masked_pan", String(32), nullable=False),
    Column("phone", String(80), nullable=False),
    Column("operator", String(40), nullable=False),
    Column("fee", Minor),
    Column("settlement_id", String(80), nullable=False),
    Column("converted_amount", Minor),
    Column("converted_currency", String(3)),
    Column("state", String(12), nullable=False),
    Column("confirmed", Integer, nullable=False),  # 1: a door that is trusted said so; 0: an unsigned callback alone
    Column("events", Integer, nullable=False),
    Column("first_seen", Moment, nullable=False),
    CheckConstraint("method IN ('card', 'mobile_money')", name="method"),
    CheckConstraint("state IN ('failed', 'paid')", name="state"),
    CheckConstraint("confirmed IN (0, 1)", name="confirmed"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("fee IS NULL OR fee >= 0", name="fee"),
    CheckConstraint("(converted_amount IS NULL) = (converted_currency IS NULL)", name="converted"),
    CheckConstraint("converted_amount IS NULL OR converted_amount > 0", name="converted_amount"),
    Index("ix_gateway_payment_payer_key", "payer_key", "paid_at"),
    Index("ix_gateway_payment_account_given", "account_given"),
    Index("ix_gateway_payment_settlement_id", "settlement_id"),
    Index("ix_gateway_payment_provider", "provider", "paid_at"),
)

gateway_identity = Table(  # one payment by whichever door: the number that is known leads to it
    "gateway_identity",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("scope", String(40), primary_key=True),
    Column("value", String(80), primary_key=True),
    Column("gateway_id", ForeignKey("gateway_payment.id"), nullable=False),
    CheckConstraint("kind IN ('payment_id', 'receipt')", name="kind"),
    UniqueConstraint("gateway_id", "kind"),
)

gateway_event = Table(
    "gateway_event",
    metadata,
    Column("gateway_id", ForeignKey("gateway_payment.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("door", String(12), nullable=False),
    Column("digest", String(32), nullable=False),
    Column("amount", Minor, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("happened_at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("facts", Json, nullable=False),  # as it was reported, card numbers masked
    CheckConstraint("kind IN ('paid', 'failed', 'refunded', 'charged_back')", name="kind"),
    CheckConstraint("door IN ('callback', 'webhook', 'registry', 'statement')", name="door"),
    CheckConstraint("amount > 0", name="amount"),
    UniqueConstraint("gateway_id", "digest"),  # the same report again is no news
)

gateway_refund = Table(  # money that went back: a refund or a chargeback, whole or in part
    "gateway_refund",
    metadata,
    Column("id", String(80), primary_key=True),  # its own number, or the payment's where the whole went back
    Column("gateway_id", ForeignKey("gateway_payment.id"), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("amount", Minor, nullable=False),
    Column("settled_amount", Minor, nullable=False),  # in the currency in which the payment is settled
    Column("at", Moment, nullable=False),
    Column("settlement_id", String(80), nullable=False),
    CheckConstraint("kind IN ('refunded', 'charged_back')", name="kind"),
    CheckConstraint("amount > 0 AND settled_amount > 0", name="amount"),
    Index("ix_gateway_refund_gateway_id", "gateway_id"),
    Index("ix_gateway_refund_settlement_id", "settlement_id"),
)

settlement = Table(  # a lump sum on the bank statement that is tied to its gateway payments
    "settlement",
    metadata,
    Column("payment_id", ForeignKey("payment.id"), primary_key=True),
    Column("how", String(16), nullable=False),
    Column("settlement_id", String(80), nullable=False),
    Column("gross", Minor, nullable=False),
    Column("refunds", Minor, nullable=False),
    Column("fees", Minor, nullable=False),
    Column("fees_netted", Integer, nullable=False),
    Column("difference", Minor, nullable=False),  # what the bank paid beyond what the rows make; may be below zero
    Column("currency", String(3), nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("how IN ('settlement_id', 'days', 'receipt', 'transfer')", name="how"),
    CheckConstraint("gross >= 0 AND refunds >= 0 AND fees >= 0", name="sums"),
    CheckConstraint("fees_netted IN (0, 1)", name="fees_netted"),
)

settlement_tie = Table(  # which lump sum paid out (or deducted) which movement: each at most once
    "settlement_tie",
    metadata,
    Column("kind", String(8), primary_key=True),
    Column("movement_id", String(80), primary_key=True),
    Column("payment_id", ForeignKey("settlement.payment_id"), nullable=False),
    Column("amount", Minor, nullable=False),
    Column("fee", Minor, nullable=False),
    CheckConstraint("kind IN ('paid', 'refund')", name="kind"),
    CheckConstraint("amount > 0 AND fee >= 0", name="amount"),
    Index("ix_settlement_tie_payment_id", "payment_id"),
)

fx_rate = Table(
    "fx_rate",
    metadata,
    Column("key", String(24), primary_key=True),  # day:currency:base
    Column("date", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("base", String(3), nullable=False),
    Column("rate", String(40), nullable=False),  # an exact plain decimal: one unit of `currency` in `base`
    UniqueConstraint("date", "currency", "base"),
    CheckConstraint("currency <> base", name="pair"),
)

webhook_delivery = Table(  # a delivery that was taken once is not taken again
    "webhook_delivery",
    metadata,
    Column("provider", String(64), primary_key=True),
    Column("id", String(80), primary_key=True),
    Column("received_at", Moment, nullable=False),
    Index("ix_webhook_delivery_received_at", "received_at"),
)

api_token = Table(  # who may ask the HTTP interface; of the token itself only a hash is kept
    "api_token",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("accounts", Json),  # only these personal accounts; None: all
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_on", Date),
    Column("revoked_at", Moment),
    Column("revoked_by", Text),
)
