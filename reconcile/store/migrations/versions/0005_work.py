"""work: a run's chunks are rows, which any number of workers take; what nothing reads has no index

A run that is under way while this is applied goes on in chunks of its own; what it has decided stays.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store.types import AutoId, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = ["run_no", "pass_no", "first_date", "first_id"]


def upgrade() -> None:
    op.create_table(
        "work_chunk",
        sa.Column("run_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pass_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("first_id", sa.String(length=24), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("last_id", sa.String(length=24), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("decided", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done', 'split', 'given_up')", name=op.f("ck_work_chunk_state")),
        sa.CheckConstraint("payments >= 1", name=op.f("ck_work_chunk_payments")),
        sa.CheckConstraint("changed >= 0 AND changed <= decided", name=op.f("ck_work_chunk_counts")),
        sa.ForeignKeyConstraint(["run_no"], ["run.no"], name=op.f("fk_work_chunk_run_no")),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_work_chunk")),
    )
    op.create_table(
        "work_attempt",
        sa.Column("id", AutoId, nullable=False),
        sa.Column("run_no", sa.Integer(), nullable=False),
        sa.Column("pass_no", sa.Integer(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("first_id", sa.String(length=24), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            KEY, [f"work_chunk.{name}" for name in KEY], name=op.f("fk_work_attempt_run_no_pass_no_first_date_first_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_attempt")),
    )
    op.create_index("ix_work_attempt_run_no_pass_no_first_id", "work_attempt", ["run_no", "pass_no", "first_id"])
    with op.batch_alter_table("run") as batch_op:
        for name in ("cursor_date", "cursor_id", "changed"):
            batch_op.drop_column(name)
    op.drop_index("ix_invoice_number_key", "invoice")
    op.drop_index("ix_account_number_key", "account")


def downgrade() -> None:
    op.create_index("ix_account_number_key", "account", ["number_key"])
    op.create_index("ix_invoice_number_key", "invoice", ["number_key"])
    with op.batch_alter_table("run") as batch_op:
        batch_op.add_column(sa.Column("cursor_date", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("cursor_id", sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column("changed", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("run") as batch_op:
        batch_op.alter_column("changed", existing_type=sa.Boolean(), server_default=None)
    op.drop_table("work_attempt")
    op.drop_table("work_chunk")
