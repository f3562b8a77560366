"""gateway payments: cards and mobile money, what settles them, rates, and who may ask

A payment comes from an entry or from a gateway payment. On SQLite a changed constraint copies the table, so the tables
are named here as they were; `schema.upgrade` checks the references at the end.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store import guards
from reconcile.store.types import Json, Minor, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSERT_ONLY = ("gateway_identity", "gateway_event", "gateway_refund")
OPEN = "status IS NULL OR status IN ('held', 'unmatched')"
STATUSES = "status IN ('credited', 'held', 'unmatched', 'returned', 'ignored', 'settlement')"
LIVE = "taken_back_at IS NULL"
NEW_CHECKS = {
    "source": "(entry_id IS NULL) <> (gateway_id IS NULL)",
    "channel": "channel IN ('bank_transfer', 'card', 'mobile_money')",
    "gateway": "(gateway_id IS NULL) = (channel = 'bank_transfer')",
    "refunded": "refunded = 0 OR (gateway_id IS NOT NULL AND refunded > 0 AND refunded <= amount)",
}


def _payment(*, new: bool) -> sa.Table:
    more: list[sa.schema.SchemaItem] = []
    if new:
        more = [
            sa.Column("gateway_id", sa.String(length=24), nullable=True),
            sa.Column("refunded", Minor(), server_default="0", nullable=False),
            sa.UniqueConstraint("gateway_id", name="uq_payment_gateway_id"),
            sa.ForeignKeyConstraint(["gateway_id"], ["gateway_payment.id"], name="fk_payment_gateway_id"),
            *(sa.CheckConstraint(text, name=op.f(f"ck_payment_{name}")) for name, text in NEW_CHECKS.items()),
        ]
    metadata = sa.MetaData()
    sa.Table("entry", metadata, sa.Column("id", sa.String(length=24), primary_key=True))
    sa.Table("gateway_payment", metadata, sa.Column("id", sa.String(length=24), primary_key=True))
    return sa.Table(
        "payment",
        metadata,
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("entry_id", sa.String(length=24), nullable=new),
        sa.Column("detail_no", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("own_account", sa.String(length=64), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("booking_date", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("decision_no", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("account_number", sa.String(length=64), nullable=True),
        sa.Column("by_person", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        *more,
        sa.CheckConstraint(STATUSES, name=op.f("ck_payment_status")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_payment_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment"),
        sa.UniqueConstraint("entry_id", "detail_no", name="uq_payment_entry_id_detail_no"),
        sa.Index("ix_payment_account_number", "account_number"),
        sa.Index("ix_payment_open", "booking_date", "id", sqlite_where=sa.text(OPEN)),
    )


def _placement(kinds: str) -> sa.Table:
    metadata = sa.MetaData()
    sa.Table("payment", metadata, sa.Column("id", sa.String(length=24), primary_key=True))
    return sa.Table(
        "placement",
        metadata,
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("taken_back_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint(kinds, name=op.f("ck_placement_kind")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_placement_amount")),
        sa.CheckConstraint("generation >= 1", name=op.f("ck_placement_generation")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_placement_payment_id"),
        sa.PrimaryKeyConstraint("payment_id", "generation", name="pk_placement"),
        sa.Index("uq_placement_live", "payment_id", unique=True, sqlite_where=sa.text(LIVE)),
    )


KINDS_BEFORE = "kind IN ('credit', 'return', 'ignore')"
KINDS = "kind IN ('credit', 'return', 'ignore', 'settle')"


def _placement_kinds(before: str, after: str) -> None:
    with op.batch_alter_table("placement", copy_from=_placement(before)) as batch_op:
        batch_op.drop_constraint(op.f("ck_placement_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_placement_kind"), after)


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("accounts", Json, nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", Moment(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_api_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_token_hash")),
    )
    op.create_table(
        "fx_rate",
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("base", sa.String(length=3), nullable=False),
        sa.Column("rate", sa.String(length=40), nullable=False),
        sa.CheckConstraint("currency <> base", name=op.f("ck_fx_rate_pair")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_fx_rate")),
        sa.UniqueConstraint("date", "currency", "base", name=op.f("uq_fx_rate_date_currency_base")),
    )
    op.create_table(
        "gateway_payment",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("method", sa.String(length=16), nullable=False),
        sa.Column("clearing", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("merchant", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=80), nullable=False),
        sa.Column("receipt", sa.String(length=80), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_at", Moment(timezone=True), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("account_given", sa.String(length=80), nullable=False),
        sa.Column("scheme", sa.String(length=24), nullable=False),
        sa.Column("issuer_country", sa.String(length=2), nullable=False),
        sa.Column("payer_key", sa.String(length=80), nullable=False),
        sa.Column("masked_pan", sa.String(length=32), nullable=False),
        sa.Column("phone", sa.String(length=80), nullable=False),
        sa.Column("operator", sa.String(length=40), nullable=False),
        sa.Column("fee", Minor(), nullable=True),
        sa.Column("settlement_id", sa.String(length=80), nullable=False),
        sa.Column("converted_amount", Minor(), nullable=True),
        sa.Column("converted_currency", sa.String(length=3), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("first_seen", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("method IN ('card', 'mobile_money')", name=op.f("ck_gateway_payment_method")),
        sa.CheckConstraint("state IN ('failed', 'paid')", name=op.f("ck_gateway_payment_state")),
        sa.CheckConstraint(
            "(converted_amount IS NULL) = (converted_currency IS NULL)", name=op.f("ck_gateway_payment_converted")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_gateway_payment_amount")),
        sa.CheckConstraint("confirmed IN (0, 1)", name=op.f("ck_gateway_payment_confirmed")),
        sa.CheckConstraint(
            "converted_amount IS NULL OR converted_amount > 0", name=op.f("ck_gateway_payment_converted_amount")
        ),
        sa.CheckConstraint("fee IS NULL OR fee >= 0", name=op.f("ck_gateway_payment_fee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_payment")),
    )
    with op.batch_alter_table("gateway_payment", schema=None) as batch_op:
        batch_op.create_index("ix_gateway_payment_payer_key", ["payer_key", "paid_at"], unique=False)
        batch_op.create_index("ix_gateway_payment_provider", ["provider", "paid_at"], unique=False)
        batch_op.create_index("ix_gateway_payment_settlement_id", ["settlement_id"], unique=False)

    op.create_table(
        "webhook_delivery",
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "id", name=op.f("pk_webhook_delivery")),
    )
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_delivery_received_at", ["received_at"], unique=False)

    op.create_table(
        "gateway_event",
        sa.Column("gateway_id", sa.String(length=24), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("door", sa.String(length=12), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("happened_at", Moment(timezone=True), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.CheckConstraint(
            "door IN ('callback', 'webhook', 'registry', 'statement')", name=op.f("ck_gateway_event_door")
        ),
        sa.CheckConstraint(
            "kind IN ('paid', 'failed', 'refunded', 'charged_back')", name=op.f("ck_gateway_event_kind")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_gateway_event_amount")),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateway_payment.id"], name=op.f("fk_gateway_event_gateway_id")),
        sa.PrimaryKeyConstraint("gateway_id", "no", name=op.f("pk_gateway_event")),
        sa.UniqueConstraint("gateway_id", "digest", name=op.f("uq_gateway_event_gateway_id_digest")),
    )
    op.create_table(
        "gateway_identity",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=80), nullable=False),
        sa.Column("gateway_id", sa.String(length=24), nullable=False),
        sa.CheckConstraint("kind IN ('payment_id', 'receipt')", name=op.f("ck_gateway_identity_kind")),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateway_payment.id"], name=op.f("fk_gateway_identity_gateway_id")),
        sa.PrimaryKeyConstraint("kind", "scope", "value", name=op.f("pk_gateway_identity")),
        sa.UniqueConstraint("gateway_id", "kind", name=op.f("uq_gateway_identity_gateway_id_kind")),
    )
    op.create_table(
        "gateway_refund",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("gateway_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("settled_amount", Minor(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("settlement_id", sa.String(length=80), nullable=False),
        sa.CheckConstraint("kind IN ('refunded', 'charged_back')", name=op.f("ck_gateway_refund_kind")),
        sa.CheckConstraint("amount > 0 AND settled_amount > 0", name=op.f("ck_gateway_refund_amount")),
        sa.ForeignKeyConstraint(["gateway_id"], ["gateway_payment.id"], name=op.f("fk_gateway_refund_gateway_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_refund")),
    )
    with op.batch_alter_table("gateway_refund", schema=None) as batch_op:
        batch_op.create_index("ix_gateway_refund_gateway_id", ["gateway_id"], unique=False)
        batch_op.create_index("ix_gateway_refund_settlement_id", ["settlement_id"], unique=False)

    op.create_table(
        "settlement",
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("settlement_id", sa.String(length=80), nullable=False),
        sa.Column("gross", Minor(), nullable=False),
        sa.Column("refunds", Minor(), nullable=False),
        sa.Column("fees", Minor(), nullable=False),
        sa.Column("fees_netted", sa.Integer(), nullable=False),
        sa.Column("difference", Minor(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("how IN ('settlement_id', 'days', 'receipt')", name=op.f("ck_settlement_how")),
        sa.CheckConstraint("fees_netted IN (0, 1)", name=op.f("ck_settlement_fees_netted")),
        sa.CheckConstraint("gross >= 0 AND refunds >= 0 AND fees >= 0", name=op.f("ck_settlement_sums")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_settlement_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_settlement")),
    )
    op.create_table(
        "settlement_tie",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("movement_id", sa.String(length=80), nullable=False),
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("fee", Minor(), nullable=False),
        sa.CheckConstraint("kind IN ('paid', 'refund')", name=op.f("ck_settlement_tie_kind")),
        sa.CheckConstraint("amount > 0 AND fee >= 0", name=op.f("ck_settlement_tie_amount")),
        sa.ForeignKeyConstraint(["payment_id"], ["settlement.payment_id"], name=op.f("fk_settlement_tie_payment_id")),
        sa.PrimaryKeyConstraint("kind", "movement_id", name=op.f("pk_settlement_tie")),
    )
    with op.batch_alter_table("settlement_tie", schema=None) as batch_op:
        batch_op.create_index("ix_settlement_tie_payment_id", ["payment_id"], unique=False)

    for name, kind in (("credited_amount", Minor()), ("credited_currency", sa.String(3)), ("fx_rate", sa.String(40))):
        op.add_column("decision", sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("payment", copy_from=_payment(new=False)) as batch_op:
        batch_op.add_column(sa.Column("gateway_id", sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column("refunded", Minor(), server_default="0", nullable=False))
        batch_op.alter_column("entry_id", existing_type=sa.String(length=24), nullable=True)
        batch_op.create_unique_constraint("uq_payment_gateway_id", ["gateway_id"])
        batch_op.create_foreign_key("fk_payment_gateway_id", "gateway_payment", ["gateway_id"], ["id"])
        for name, text in NEW_CHECKS.items():
            batch_op.create_check_constraint(op.f(f"ck_payment_{name}"), text)
    _placement_kinds(KINDS_BEFORE, KINDS)
    for statement in guards.create(op.get_bind().dialect.name, INSERT_ONLY):
        op.execute(statement)


def downgrade() -> None:
    _drop_guards()
    _placement_kinds(KINDS, KINDS_BEFORE)
    with op.batch_alter_table("payment", copy_from=_payment(new=True)) as batch_op:
        for name in NEW_CHECKS:
            batch_op.drop_constraint(op.f(f"ck_payment_{name}"), type_="check")
        batch_op.drop_constraint("fk_payment_gateway_id", type_="foreignkey")
        batch_op.drop_constraint("uq_payment_gateway_id", type_="unique")
        batch_op.alter_column("entry_id", existing_type=sa.String(length=24), nullable=False)
        batch_op.drop_column("refunded")
        batch_op.drop_column("gateway_id")
    for name in ("credited_amount", "credited_currency", "fx_rate"):
        with op.batch_alter_table("decision") as batch_op:
            batch_op.drop_column(name)
    with op.batch_alter_table("settlement_tie", schema=None) as batch_op:
        batch_op.drop_index("ix_settlement_tie_payment_id")

    op.drop_table("settlement_tie")
    op.drop_table("settlement")
    with op.batch_alter_table("gateway_refund", schema=None) as batch_op:
        batch_op.drop_index("ix_gateway_refund_settlement_id")
        batch_op.drop_index("ix_gateway_refund_gateway_id")

    op.drop_table("gateway_refund")
    op.drop_table("gateway_identity")
    op.drop_table("gateway_event")
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_webhook_delivery_received_at")

    op.drop_table("webhook_delivery")
    with op.batch_alter_table("gateway_payment", schema=None) as batch_op:
        batch_op.drop_index("ix_gateway_payment_settlement_id")
        batch_op.drop_index("ix_gateway_payment_provider")
        batch_op.drop_index("ix_gateway_payment_payer_key")

    op.drop_table("gateway_payment")
    op.drop_table("fx_rate")
    op.drop_table("api_token")


def _drop_guards() -> None:
    """The function that the guards of the first migration use too stays."""
    for statement in guards.drop(op.get_bind().dialect.name, INSERT_ONLY):
        if "FUNCTION" not in statement:
            op.execute(statement)
