"""gateway: how a lump sum was tied fits its column (`settlement_id` has thirteen letters; SQLite never asked)"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("settlement", "how", existing_type=sa.String(12), type_=sa.String(16), existing_nullable=False)


def downgrade() -> None:
    """The wider column does no harm, and its values would not fit the narrower one."""
