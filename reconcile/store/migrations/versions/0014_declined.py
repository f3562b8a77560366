"""declining: what people said that a payment is not for"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store.types import AutoId, Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLE = "declined_candidate"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", AutoId, nullable=False),
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.Column("account_number", sa.String(length=64), nullable=False),
        sa.Column("invoice_number", sa.String(length=64), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("taken_back_by", sa.Text(), nullable=True),
        sa.Column("taken_back_reason", sa.Text(), nullable=True),
        sa.Column("taken_back_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("reason <> '' AND actor <> ''", name=op.f(f"ck_{TABLE}_said")),
        sa.CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by IS NULL) AND (taken_back_at IS NULL) = (taken_back_reason IS NULL)",
            name=op.f(f"ck_{TABLE}_taken_back"),
        ),
        sa.CheckConstraint(
            "coalesce(taken_back_reason, 'x') <> '' AND coalesce(taken_back_by, 'x') <> ''",
            name=op.f(f"ck_{TABLE}_said_again"),
        ),
        sa.CheckConstraint("coalesce(taken_back_at, at) >= at", name=op.f(f"ck_{TABLE}_order")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f(f"fk_{TABLE}_payment_id")),
        sa.ForeignKeyConstraint(["account_number"], ["account.number"], name=op.f(f"fk_{TABLE}_account_number")),
        sa.ForeignKeyConstraint(["invoice_number"], ["invoice.number"], name=op.f(f"fk_{TABLE}_invoice_number")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(f"ix_{TABLE}_payment_id", TABLE, ["payment_id"])
    for what, where in (
        ("account", "taken_back_at IS NULL AND invoice_number IS NULL"),
        ("invoice", "taken_back_at IS NULL"),
    ):
        op.create_index(
            f"uq_{TABLE}_{what}",
            TABLE,
            ["payment_id", f"{what}_number"],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def downgrade() -> None:
    """Whoever goes back loses what was declined: it stays in the audit trail, and is offered again."""
    op.drop_table(TABLE)
