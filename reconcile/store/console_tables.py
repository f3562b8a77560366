"""What the console keeps beside the books: who may enter, who is in, what is under way, what waits for a second person.

No password and no session token stands here in the clear, and nothing of it is part of the journal.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from reconcile.store.tables import metadata
from reconcile.store.types import AutoId, Json, Minor, Moment

web_user = Table(
    "web_user",
    metadata,
    Column("name", String(64), primary_key=True),  # the actor that stands in the books
    Column("full_name", Text, nullable=False),
    Column("role", String(12), nullable=False),
    Column("language", String(2), nullable=False),
    Column("password_hash", Text),  # None: signs in through the identity provider only
    Column("oidc_subject", String(255), unique=True),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("password_at", Moment),
    Column("disabled_at", Moment),
    CheckConstraint("role IN ('viewer', 'operator', 'approver', 'admin')", name="role"),
    CheckConstraint("name = lower(name)", name="name"),
)

web_session = Table(
    "web_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("user_name", ForeignKey("web_user.name"), nullable=False),
    Column("csrf", String(43), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Index("ix_web_session_user_name", "user_name"),
)

sign_in_attempt = Table(  # failed ones, for the brake on guessing: whose they are is kept as a hash
    "sign_in_attempt",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("key", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_sign_in_attempt_key_at", "key", "at"),
)

console_job = Table(  # a file that is being read, or a run that somebody started
    "console_job",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("batch", String(24), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("state", String(8), nullable=False),
    Column("actor", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("done", Integer, nullable=False),  # entries read, payments looked at
    Column("total", Integer),
    Column("result", Json),
    Column("problems", Json),
    Column("entered_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # when its worker last said that it lives
    Column("finished_at", Moment),
    CheckConstraint("kind IN ('statement', 'run')", name="kind"),
    CheckConstraint("state IN ('waiting', 'working', 'done', 'refused', 'failed')", name="state"),
    Index("ix_console_job_entered_at", "entered_at"),
    Index("ix_console_job_batch", "batch"),
)

console_reference = Table(  # what an address of the console means: a search or an account, never in the address itself
    "console_reference",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("value", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

power_scan = Table(  # the scanned file of a power of attorney; the power may still wait for a second person
    "power_scan",
    metadata,
    Column("id", String(32), primary_key=True),  # the file's name in the folder of files
    Column("reference", String(80), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("stored_at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    CheckConstraint("media_type IN ('application/pdf', 'image/jpeg', 'image/png')", name="media_type"),
    Index("ix_power_scan_reference", "reference"),
)

proposed_change = Table(  # an act that only leads to a credit, above the set amount, until a second person decides
    "proposed_change",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("subject", String(80), nullable=False),
    Column("arguments", Json, nullable=False),
    Column("releases", Json, nullable=False),  # the payments that it would have credited when it was proposed
    Column("amount", Minor, nullable=False),  # what these make
    Column("currency", String(3), nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("outcome", String(12)),
    Column("decided_by", Text),
    Column("decided_at", Moment),
    Column("decided_reason", Text),
    CheckConstraint("kind IN ('power', 'statement', 'holder')", name="kind"),
    CheckConstraint("outcome IN ('approved', 'rejected', 'withdrawn')", name="outcome"),
    CheckConstraint("(outcome IS NULL) = (decided_by IS NULL)", name="decided"),
    # Four eyes: nobody approves an act of their own.
    CheckConstraint("outcome IS NULL OR outcome <> 'approved' OR decided_by <> actor", name="four_eyes"),
    Index(
        "uq_proposed_change_waiting",
        "kind",
        "subject",
        unique=True,
        sqlite_where=text("outcome IS NULL"),
        postgresql_where=text("outcome IS NULL"),
    ),
)
