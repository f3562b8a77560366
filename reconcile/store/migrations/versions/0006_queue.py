"""what else a payer paid: by tax id and bank account"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("tax_id", "account"):
        there = sa.text(f"{name} <> ''")
        op.create_index(f"ix_line_detail_{name}", "line_detail", [name], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    for name in ("account", "tax_id"):
        op.drop_index(f"ix_line_detail_{name}", "line_detail")
