"""the console: users, sessions, jobs, scans of powers, changes that wait for a second person"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store.types import AutoId, Json, Minor, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "console_job",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("batch", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.Column("problems", Json, nullable=True),
        sa.Column("entered_at", Moment(timezone=True), nullable=False),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.Column("finished_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('statement', 'run')", name=op.f("ck_console_job_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'working', 'done', 'refused', 'failed')", name=op.f("ck_console_job_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_job")),
    )
    with op.batch_alter_table("console_job", schema=None) as batch_op:
        batch_op.create_index("ix_console_job_batch", ["batch"], unique=False)
        batch_op.create_index("ix_console_job_entered_at", ["entered_at"], unique=False)

    op.create_table(
        "console_reference",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_reference")),
    )
    op.create_table(
        "power_scan",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_at", Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "media_type IN ('application/pdf', 'image/jpeg', 'image/png')", name=op.f("ck_power_scan_media_type")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_scan")),
    )
    with op.batch_alter_table("power_scan", schema=None) as batch_op:
        batch_op.create_index("ix_power_scan_reference", ["reference"], unique=False)

    op.create_table(
        "proposed_change",
        sa.Column("id", AutoId, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("releases", Json, nullable=False),
        sa.Column("amount", Minor, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(timezone=True), nullable=True),
        sa.Column("decided_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('power', 'statement', 'holder')", name=op.f("ck_proposed_change_kind")),
        sa.CheckConstraint("outcome IN ('approved', 'rejected', 'withdrawn')", name=op.f("ck_proposed_change_outcome")),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome <> 'approved' OR decided_by <> actor", name=op.f("ck_proposed_change_four_eyes")
        ),
        sa.CheckConstraint("(outcome IS NULL) = (decided_by IS NULL)", name=op.f("ck_proposed_change_decided")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_change")),
    )
    with op.batch_alter_table("proposed_change", schema=None) as batch_op:
        batch_op.create_index(
            "uq_proposed_change_waiting",
            ["kind", "subject"],
            unique=True,
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )

    op.create_table(
        "sign_in_attempt",
        sa.Column("id", AutoId, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_attempt_key_at", ["key", "at"], unique=False)

    op.create_table(
        "web_user",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("oidc_subject", sa.String(length=255), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("password_at", Moment(timezone=True), nullable=True),
        sa.Column("disabled_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('viewer', 'operator', 'approver', 'admin')", name=op.f("ck_web_user_role")),
        sa.CheckConstraint("name = lower(name)", name=op.f("ck_web_user_name")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_web_user")),
        sa.UniqueConstraint("oidc_subject", name=op.f("uq_web_user_oidc_subject")),
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_name", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=43), nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.Column("ends_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_name"], ["web_user.name"], name=op.f("fk_web_session_user_name")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index("ix_web_session_user_name", ["user_name"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index("ix_web_session_user_name")

    op.drop_table("web_session")
    op.drop_table("web_user")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_attempt_key_at")

    op.drop_table("sign_in_attempt")
    with op.batch_alter_table("proposed_change", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_proposed_change_waiting",
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )

    op.drop_table("proposed_change")
    with op.batch_alter_table("power_scan", schema=None) as batch_op:
        batch_op.drop_index("ix_power_scan_reference")

    op.drop_table("power_scan")
    op.drop_table("console_reference")
    with op.batch_alter_table("console_job", schema=None) as batch_op:
        batch_op.drop_index("ix_console_job_entered_at")
        batch_op.drop_index("ix_console_job_batch")

    op.drop_table("console_job")
