"""alerts: what they say is stored as a sentence and its values, and shown in the reader's language"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store.types import Json

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Alerts of before keep their English words alone, and are shown in them."""
    op.add_column("alert", sa.Column("said", Json, nullable=True))


def downgrade() -> None:
    """Nothing is lost: the words stand beside it."""
    op.drop_column("alert", "said")
