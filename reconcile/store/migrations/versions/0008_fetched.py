"""what was fetched from servers and mailboxes

Revision of one new table; nothing else changes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store.types import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fetched_file",
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("fetched_at", Moment(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_fetched_file_size")),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_fetched_file")),
    )


def downgrade() -> None:
    op.drop_table("fetched_file")
