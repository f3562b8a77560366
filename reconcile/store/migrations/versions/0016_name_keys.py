"""names: the keys under which holders are found by name are of version 3"""

from __future__ import annotations

from importlib import import_module

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keys of the rules before («ЧУ» and a Kazakh form in front of quotes, «ыа» and «я» in Latin letters) are made
    again, as for version 2."""
    import_module("reconcile.store.migrations.versions.0013_name_keys").upgrade()


def downgrade() -> None:
    """Keys are no facts: those of this version serve the one before as well as its own did."""
