"""invoices issued here, letters, and the language of an account"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store.types import Json, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WAITS = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.add_column("account", sa.Column("language", sa.String(length=8), nullable=True))
    op.create_table(
        "invoice_series",
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= 1", name=op.f("ck_invoice_series_last")),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_invoice_series")),
    )
    op.create_table(
        "issued_invoice",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("face", Json, nullable=False),
        sa.Column("issued_at", Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("request_key", sa.String(length=120), nullable=True),
        sa.CheckConstraint("serial >= 1", name=op.f("ck_issued_invoice_serial")),
        sa.ForeignKeyConstraint(["number"], ["invoice.number"], name=op.f("fk_issued_invoice_number")),
        sa.ForeignKeyConstraint(["prefix"], ["invoice_series.prefix"], name=op.f("fk_issued_invoice_prefix")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_issued_invoice")),
        sa.UniqueConstraint("prefix", "serial", name=op.f("uq_issued_invoice_prefix_serial")),
        sa.UniqueConstraint("request_key", name=op.f("uq_issued_invoice_request_key")),
    )
    op.create_table(
        "letter",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(timezone=True), nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("changed_at", Moment(timezone=True), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'failed', 'uncertain')", name=op.f("ck_letter_state")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_letter_attempts")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_letter")),
    )
    op.create_index("ix_letter_waiting", "letter", ["next_at"], sqlite_where=_WAITS, postgresql_where=_WAITS)


def downgrade() -> None:
    op.drop_table("letter")
    op.drop_table("issued_invoice")
    op.drop_table("invoice_series")
    op.drop_column("account", "language")
