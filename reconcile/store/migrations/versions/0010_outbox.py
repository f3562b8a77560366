"""operating: how far other systems have learned of balances, and when beat's tick came last"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store.types import Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox_progress",
        sa.Column("receiver", sa.String(length=16), nullable=False),
        sa.Column("link_no", sa.Integer(), nullable=False),
        sa.Column("writing_to", sa.Integer(), nullable=True),
        sa.CheckConstraint("link_no >= 0", name=op.f("ck_outbox_progress_link_no")),
        sa.CheckConstraint("writing_to IS NULL OR writing_to > link_no", name=op.f("ck_outbox_progress_writing_to")),
        sa.PrimaryKeyConstraint("receiver", name=op.f("pk_outbox_progress")),
    )
    op.create_table(
        "outbox_account",
        sa.Column("account_number", sa.String(length=64), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failing_since", Moment(timezone=True), nullable=True),
        sa.Column("due_at", Moment(timezone=True), nullable=False),
        sa.Column("last_fault", sa.Text(), nullable=False),
        sa.Column("dead_at", Moment(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("leased_until", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("delivered >= 0 AND delivered <= newest", name=op.f("ck_outbox_account_delivered")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_account_attempts")),
        sa.CheckConstraint("dead_at IS NULL OR delivered < newest", name=op.f("ck_outbox_account_dead_at")),
        sa.ForeignKeyConstraint(
            ["account_number", "newest"],
            ["balance_change.account_number", "balance_change.sequence"],
            name=op.f("fk_outbox_account_account_number_newest"),
        ),
        sa.PrimaryKeyConstraint("account_number", name=op.f("pk_outbox_account")),
    )
    op.create_index(
        "ix_outbox_account_due",
        "outbox_account",
        ["due_at", "account_number"],
        sqlite_where=sa.text("delivered < newest AND dead_at IS NULL"),
        postgresql_where=sa.text("delivered < newest AND dead_at IS NULL"),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )


def downgrade() -> None:
    op.drop_table("heartbeat")
    op.drop_index("ix_outbox_account_due", table_name="outbox_account")
    op.drop_table("outbox_account")
    op.drop_table("outbox_progress")
