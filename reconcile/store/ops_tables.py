"""What operating needs beside the books: how far other systems have learned of balances (docs/outbox.md).

`balance_change` is the outbox itself and never changes. Here stands only how far each receiver has come: of the folder,
up to which link of the journal; of the webhook, account by account, so that one that fails blocks itself and no other.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, String, Table, Text, text

from reconcile.store.tables import metadata
from reconcile.store.types import Moment

outbox_progress = Table(  # one row a receiver: `webhook`, `folder`
    "outbox_progress",
    metadata,
    Column("receiver", String(16), primary_key=True),
    Column("link_no", Integer, nullable=False),  # the journal's links up to this one are handed on
    Column("writing_to", Integer),  # the folder only: the links after `link_no` up to this one are being written
    CheckConstraint("link_no >= 0", name="link_no"),
    CheckConstraint("writing_to IS NULL OR writing_to > link_no", name="writing_to"),
)

outbox_account = Table(  # the webhook's state of one personal account
    "outbox_account",
    metadata,
    Column("account_number", String(64), primary_key=True),
    Column("newest", Integer, nullable=False),  # sequence of the newest change that is to be told
    Column("delivered", Integer, nullable=False),  # sequence of the last one that the receiver took; 0: none yet
    Column("attempts", Integer, nullable=False),  # at the next one
    Column("failing_since", Moment),
    Column("due_at", Moment, nullable=False),  # not before this moment
    Column("last_fault", Text, nullable=False),
    Column("dead_at", Moment),  # given up; a person starts it again
    Column("lease", String(32)),
    Column("leased_until", Moment),
    ForeignKeyConstraint(["account_number", "newest"], ["balance_change.account_number", "balance_change.sequence"]),
    CheckConstraint("delivered >= 0 AND delivered <= newest", name="delivered"),
    CheckConstraint("attempts >= 0", name="attempts"),
    CheckConstraint("dead_at IS NULL OR delivered < newest", name="dead_at"),
    Index(
        "ix_outbox_account_due",
        "due_at",
        "account_number",
        sqlite_where=text("delivered < newest AND dead_at IS NULL"),
        postgresql_where=text("delivered < newest AND dead_at IS NULL"),
    ),
)

heartbeat = Table(  # when something that must come again and again came last: beat's tick
    "heartbeat",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("at", Moment, nullable=False),
)
