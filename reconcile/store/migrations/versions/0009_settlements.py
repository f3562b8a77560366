"""settlements: own money that moved from a mobile wallet to the bank is tied to the withdrawal"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store.types import Minor, Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TIES = ("kind IN ('reversal', 'return')", "kind IN ('reversal', 'return', 'transfer')")
WAYS = (
    "how IN ('settlement_id', 'days', 'receipt')",
    "how IN ('settlement_id', 'days', 'receipt', 'transfer')",
)


def _payment(metadata: sa.MetaData) -> None:
    for name in ("payment", "entry"):
        sa.Table(name, metadata, sa.Column("id", sa.String(length=24), primary_key=True))


def _entry_tie(kinds: str) -> sa.Table:
    metadata = sa.MetaData()
    _payment(metadata)
    return sa.Table(
        "entry_tie",
        metadata,
        sa.Column("entry_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.CheckConstraint(kinds, name=op.f("ck_entry_tie_kind")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_entry_tie_entry_id"),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_entry_tie_payment_id"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_entry_tie"),
        sa.UniqueConstraint("payment_id", name="uq_entry_tie_payment_id"),
    )


def _settlement(ways: str) -> sa.Table:
    metadata = sa.MetaData()
    _payment(metadata)
    return sa.Table(
        "settlement",
        metadata,
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
        sa.CheckConstraint(ways, name=op.f("ck_settlement_how")),
        sa.CheckConstraint("fees_netted IN (0, 1)", name=op.f("ck_settlement_fees_netted")),
        sa.CheckConstraint("gross >= 0 AND refunds >= 0 AND fees >= 0", name=op.f("ck_settlement_sums")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name="fk_settlement_payment_id"),
        sa.PrimaryKeyConstraint("payment_id", name="pk_settlement"),
    )


def _change(before: int, after: int) -> None:
    with op.batch_alter_table("entry_tie", copy_from=_entry_tie(TIES[before])) as batch_op:
        batch_op.drop_constraint(op.f("ck_entry_tie_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_entry_tie_kind"), TIES[after])
    with op.batch_alter_table("settlement", copy_from=_settlement(WAYS[before])) as batch_op:
        batch_op.drop_constraint(op.f("ck_settlement_how"), type_="check")
        batch_op.create_check_constraint(op.f("ck_settlement_how"), WAYS[after])


def upgrade() -> None:
    _change(0, 1)


def downgrade() -> None:
    _change(1, 0)
