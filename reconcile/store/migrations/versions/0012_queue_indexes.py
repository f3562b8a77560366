"""console: what a person looks at is found by an index, however large the books are"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

WAITS = sa.text("status IN ('held', 'unmatched')")
ASIDE = sa.text("voided OR before_books")


def upgrade() -> None:
    op.create_index(
        "ix_payment_queue", "payment", ["booking_date", "amount", "id"], sqlite_where=WAITS,
        postgresql_where=WAITS, postgresql_include=["status", "reason", "own_account"],
    )  # fmt: skip
    op.create_index("ix_entry_set_aside", "entry", ["id"], sqlite_where=ASIDE, postgresql_where=ASIDE)
    op.create_index("ix_gateway_payment_account_given", "gateway_payment", ["account_given"])


def downgrade() -> None:
    op.drop_index("ix_gateway_payment_account_given", "gateway_payment")
    op.drop_index("ix_entry_set_aside", "entry")
    op.drop_index("ix_payment_queue", "payment")
