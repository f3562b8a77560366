"""names: the keys under which holders are found by name are of version 2"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.names import name_key, name_prefix

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PAGE = 5000
HOLDER_NAME = sa.table(
    "holder_name",
    sa.column("holder_key", sa.Text),
    sa.column("name", sa.Text),
    sa.column("name_key", sa.Text),
    sa.column("name_prefix", sa.Text),
)


def upgrade() -> None:
    """Keys that other rules made (Uzbek patronymics, words of mixed scripts) find nobody: they are made again, page by
    page; what is the same stays untouched."""
    connection, its = op.get_bind(), HOLDER_NAME.c
    where = sa.and_(its.holder_key == sa.bindparam("of"), its.name == sa.bindparam("called"))
    again = sa.update(HOLDER_NAME).where(where).values(name_key=sa.bindparam("key"), name_prefix=sa.bindparam("prefix"))
    last = ("", "")
    while True:
        after = sa.or_(its.holder_key > last[0], sa.and_(its.holder_key == last[0], its.name > last[1]))
        page = connection.execute(
            sa.select(HOLDER_NAME).where(after).order_by(its.holder_key, its.name).limit(PAGE)
        ).all()
        if not page:
            return
        last = (page[-1].holder_key, page[-1].name)
        made = [(row, name_key(row.name), name_prefix(row.name)) for row in page]
        changed = [
            {"of": row.holder_key, "called": row.name, "key": key, "prefix": prefix}
            for row, key, prefix in made
            if (row.name_key, row.name_prefix) != (key, prefix)
        ]
        if changed:
            connection.execute(again, changed)


def downgrade() -> None:
    """Keys are no facts: those of this version serve the one before as well as its own did."""
