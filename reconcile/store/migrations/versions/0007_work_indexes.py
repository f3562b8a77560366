"""work: what a run looks through for reversals and returns is found by an index, however large the books are"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store.types import AutoId, Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_entry_outgoing", "entry", ("booking_date", "id"), "credit_debit = 'debit'"),
    ("ix_payment_returned", "payment", ("own_account", "amount"), "status = 'returned'"),
)


KEY = ["run_no", "pass_no", "first_date", "first_id"]


def upgrade() -> None:
    """The work of a run under way is planned anew by the next run, so its tables may be made anew."""
    _drop_work()
    _make_work(("open", "done", "given_up"), sa.Column("cut", sa.Boolean(), nullable=False))
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    _drop_work()
    _make_work(("open", "done", "split", "given_up"))
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table)


def _drop_work() -> None:
    op.drop_table("work_attempt")
    op.drop_table("work_chunk")


def _make_work(states: tuple[str, ...], *more: sa.schema.SchemaItem) -> None:
    words = ", ".join(f"'{state}'" for state in states)
    op.create_table(
        "work_chunk",
        sa.Column("run_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pass_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("first_id", sa.String(length=24), nullable=False),
        sa.Column("last_date", sa.Date(), nullable=False),
        sa.Column("last_id", sa.String(length=24), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("decided", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        *more,
        sa.CheckConstraint(f"state IN ({words})", name=op.f("ck_work_chunk_state")),
        sa.CheckConstraint("payments >= 1", name=op.f("ck_work_chunk_payments")),
        sa.CheckConstraint("changed >= 0 AND changed <= decided", name=op.f("ck_work_chunk_counts")),
        sa.ForeignKeyConstraint(["run_no"], ["run.no"], name=op.f("fk_work_chunk_run_no")),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_work_chunk")),
    )
    op.create_table(
        "work_attempt",
        sa.Column("id", AutoId, nullable=False),
        sa.Column("run_no", sa.Integer(), nullable=False),
        sa.Column("pass_no", sa.Integer(), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=False),
        sa.Column("first_id", sa.String(length=24), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            KEY, [f"work_chunk.{name}" for name in KEY], name=op.f("fk_work_attempt_run_no_pass_no_first_date_first_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_attempt")),
    )
    op.create_index("ix_work_attempt_run_no_pass_no_first_id", "work_attempt", ["run_no", "pass_no", "first_id"])
