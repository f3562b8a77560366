"""the books: master data, statements, payments, journal"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reconcile.store import guards
from reconcile.store.types import AutoId, Binary, Json, Minor, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INSERT_ONLY = ("journal", "journal_link", "allocation", "balance_change", "audit_log", "master_history")


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("raised_at", Moment(timezone=True), nullable=False),
        sa.Column("own_account", sa.String(length=64), nullable=True),
        sa.Column("statement_id", sa.String(length=24), nullable=True),
        sa.Column("entry_id", sa.String(length=24), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("closed_at", Moment(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alert")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", AutoId, nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("details", Json, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_table(
        "holder",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.CheckConstraint("type IN ('legal_entity', 'sole_proprietor', 'individual')", name=op.f("ck_holder_type")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_holder")),
    )
    op.create_table(
        "inbox_file",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_inbox_file")),
    )
    op.create_table(
        "journal",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("link_id", sa.String(length=64), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("debit", sa.String(length=80), nullable=False),
        sa.Column("credit", sa.String(length=80), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.Column("posted_at", Moment(timezone=True), nullable=False),
        sa.Column("payment_id", sa.String(length=24), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_journal_amount")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_journal_two_sides")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_journal")),
        sa.UniqueConstraint("link_id", "row_no", name=op.f("uq_journal_link_id_row_no")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index("ix_journal_credit", ["credit"], unique=False)
        batch_op.create_index("ix_journal_debit", ["debit"], unique=False)
        batch_op.create_index("ix_journal_payment_id", ["payment_id"], unique=False)

    op.create_table(
        "journal_link",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_journal_link")),
        sa.UniqueConstraint("id", name=op.f("uq_journal_link_id")),
    )
    op.create_table(
        "master_history",
        sa.Column("id", AutoId, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_master_history")),
    )
    with op.batch_alter_table("master_history", schema=None) as batch_op:
        batch_op.create_index("ix_master_history_kind_key", ["kind", "key"], unique=False)

    op.create_table(
        "own_bank_account",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("legal_entity", sa.Text(), nullable=False),
        sa.Column("bank_name", sa.Text(), nullable=True),
        sa.Column("books_from", sa.Date(), nullable=True),
        sa.Column("opening_balance", Minor(), nullable=True),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("taken_up_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_own_bank_account")),
    )
    op.create_table(
        "run",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("high_water", sa.Integer(), nullable=False),
        sa.Column("pass_no", sa.Integer(), nullable=False),
        sa.Column("cursor_date", sa.Date(), nullable=True),
        sa.Column("cursor_id", sa.String(length=24), nullable=True),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("started_at", Moment(timezone=True), nullable=False),
        sa.Column("finished_at", Moment(timezone=True), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=True),
        sa.CheckConstraint("open IS NULL OR open = 1", name=op.f("ck_run_open")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_run")),
        sa.UniqueConstraint("open", name=op.f("uq_run_open")),
    )
    op.create_table(
        "scheduled_job",
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column("due_at", Moment(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(timezone=True), nullable=True),
        sa.Column("finished_at", Moment(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job", "due_at", name=op.f("pk_scheduled_job")),
    )
    op.create_table(
        "statement_file",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("redacted", sa.Boolean(), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_statement_file")),
    )
    op.create_table(
        "account",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("number_key", sa.String(length=64), nullable=False),
        sa.Column("zeroless_key", sa.String(length=64), nullable=False),
        sa.Column("holder_key", sa.String(length=80), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("tax_ids", Json, nullable=False),
        sa.Column("bank_accounts", Json, nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.CheckConstraint("status IN ('open', 'closed')", name=op.f("ck_account_status")),
        sa.ForeignKeyConstraint(["holder_key"], ["holder.key"], name=op.f("fk_account_holder_key")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_account")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index("ix_account_holder_key", ["holder_key"], unique=False)
        batch_op.create_index("ix_account_number_key", ["number_key"], unique=False)
        batch_op.create_index("ix_account_zeroless_key", ["zeroless_key"], unique=False)

    op.create_table(
        "holder_bank_account",
        sa.Column("holder_key", sa.String(length=80), nullable=False),
        sa.Column("bank_account", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["holder_key"], ["holder.key"], name=op.f("fk_holder_bank_account_holder_key")),
        sa.PrimaryKeyConstraint("holder_key", "bank_account", name=op.f("pk_holder_bank_account")),
    )
    with op.batch_alter_table("holder_bank_account", schema=None) as batch_op:
        batch_op.create_index("ix_holder_bank_account_bank_account", ["bank_account"], unique=False)

    op.create_table(
        "holder_name",
        sa.Column("holder_key", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("name_prefix", Binary, nullable=False),
        sa.ForeignKeyConstraint(["holder_key"], ["holder.key"], name=op.f("fk_holder_name_holder_key")),
        sa.PrimaryKeyConstraint("holder_key", "name", name=op.f("pk_holder_name")),
    )
    with op.batch_alter_table("holder_name", schema=None) as batch_op:
        batch_op.create_index("ix_holder_name_name_key", ["name_key"], unique=False)
        batch_op.create_index("ix_holder_name_name_prefix", ["name_prefix"], unique=False)

    op.create_table(
        "holder_tax_id",
        sa.Column("holder_key", sa.String(length=80), nullable=False),
        sa.Column("tax_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["holder_key"], ["holder.key"], name=op.f("fk_holder_tax_id_holder_key")),
        sa.PrimaryKeyConstraint("holder_key", "tax_id", name=op.f("pk_holder_tax_id")),
    )
    with op.batch_alter_table("holder_tax_id", schema=None) as batch_op:
        batch_op.create_index("ix_holder_tax_id_tax_id", ["tax_id"], unique=False)

    op.create_table(
        "open_difference",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("own_account", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("statement_id", sa.String(length=24), nullable=True),
        sa.Column("entry_id", sa.String(length=24), nullable=True),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_open_difference_amount")),
        sa.ForeignKeyConstraint(
            ["own_account"], ["own_bank_account.number"], name=op.f("fk_open_difference_own_account")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_open_difference")),
    )
    op.create_table(
        "statement",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("number_in_file", sa.Integer(), nullable=False),
        sa.Column("own_account", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("opening", Minor(), nullable=True),
        sa.Column("closing", Minor(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("credit_sum", Minor(), nullable=False),
        sa.Column("debit_sum", Minor(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("arithmetic", sa.String(length=10), nullable=False),
        sa.Column("continuity", sa.String(length=10), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("loaded_at", Moment(timezone=True), nullable=False),
        sa.Column("stored_at", Moment(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accepted_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("arithmetic IN ('ok', 'mismatch', 'unverified')", name=op.f("ck_statement_arithmetic")),
        sa.CheckConstraint("continuity IN ('ok', 'gap', 'first', 'unverified')", name=op.f("ck_statement_continuity")),
        sa.CheckConstraint("state IN ('evidence', 'waiting', 'stored', 'voided')", name=op.f("ck_statement_state")),
        sa.ForeignKeyConstraint(["file_hash"], ["statement_file.hash"], name=op.f("fk_statement_file_hash")),
        sa.ForeignKeyConstraint(["own_account"], ["own_bank_account.number"], name=op.f("fk_statement_own_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("sequence", name=op.f("uq_statement_sequence")),
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index("ix_statement_file_hash", ["file_hash"], unique=False)
        batch_op.create_index("ix_statement_own_account", ["own_account"], unique=False)

    op.create_table(
        "statement_file_part",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["statement_file.hash"], name=op.f("fk_statement_file_part_hash")),
        sa.PrimaryKeyConstraint("hash", "part", name=op.f("pk_statement_file_part")),
    )
    op.create_table(
        "balance_change",
        sa.Column("account_number", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("journal_key", sa.String(length=120), nullable=False),
        sa.Column("before", Minor(), nullable=False),
        sa.Column("change", Minor(), nullable=False),
        sa.Column("after", Minor(), nullable=False),
        sa.CheckConstraint(
            "(sequence = 1 AND previous IS NULL AND before = 0) OR coalesce(previous, sequence) = sequence - 1",
            name=op.f("ck_balance_change_chain"),
        ),
        sa.CheckConstraint("after = before + change AND change <> 0", name=op.f("ck_balance_change_sum")),
        sa.ForeignKeyConstraint(
            ["account_number", "previous", "before"],
            ["balance_change.account_number", "balance_change.sequence", "balance_change.after"],
            name=op.f("fk_balance_change_account_number_previous_before"),
        ),
        sa.ForeignKeyConstraint(["account_number"], ["account.number"], name=op.f("fk_balance_change_account_number")),
        sa.ForeignKeyConstraint(["journal_key"], ["journal.key"], name=op.f("fk_balance_change_journal_key")),
        sa.PrimaryKeyConstraint("account_number", "sequence", name=op.f("pk_balance_change")),
        sa.UniqueConstraint(
            "account_number", "sequence", "after", name=op.f("uq_balance_change_account_number_sequence_after")
        ),
        sa.UniqueConstraint("journal_key", name=op.f("uq_balance_change_journal_key")),
    )
    op.create_table(
        "invoice",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("number_key", sa.String(length=64), nullable=False),
        sa.Column("zeroless_key", sa.String(length=64), nullable=False),
        sa.Column("account_number", sa.String(length=64), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.CheckConstraint("status IN ('open', 'paid', 'cancelled')", name=op.f("ck_invoice_status")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_invoice_amount")),
        sa.ForeignKeyConstraint(["account_number"], ["account.number"], name=op.f("fk_invoice_account_number")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", "amount", name=op.f("uq_invoice_number_amount")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index("ix_invoice_account_number", ["account_number"], unique=False)
        batch_op.create_index("ix_invoice_number_key", ["number_key"], unique=False)
        batch_op.create_index("ix_invoice_zeroless_key", ["zeroless_key"], unique=False)

    op.create_table(
        "power_of_attorney",
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("account_number", sa.String(length=64), nullable=False),
        sa.Column("representative_name", sa.Text(), nullable=False),
        sa.Column("representative_tax_id", sa.String(length=32), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_power_of_attorney_order")),
        sa.ForeignKeyConstraint(
            ["account_number"], ["account.number"], name=op.f("fk_power_of_attorney_account_number")
        ),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_power_of_attorney")),
    )
    with op.batch_alter_table("power_of_attorney", schema=None) as batch_op:
        batch_op.create_index("ix_power_of_attorney_account_number", ["account_number"], unique=False)

    op.create_table(
        "statement_line",
        sa.Column("statement_id", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_line", sa.Integer(), nullable=False),
        sa.Column("booking_date", sa.Date(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=True),
        sa.Column("credit_debit", sa.String(length=6), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("bank_reference", sa.Text(), nullable=False),
        sa.Column("reversal", sa.Boolean(), nullable=False),
        sa.Column("reverses", sa.Text(), nullable=False),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=24), nullable=True),
        sa.Column("extra", Json, nullable=True),
        sa.CheckConstraint("credit_debit IN ('credit', 'debit')", name=op.f("ck_statement_line_credit_debit")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_statement_line_amount")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_statement_line_statement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("statement_id", "position", name=op.f("pk_statement_line")),
    )
    with op.batch_alter_table("statement_line", schema=None) as batch_op:
        batch_op.create_index("ix_statement_line_entry_id", ["entry_id"], unique=False)

    op.create_table(
        "entry",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("own_account", sa.String(length=64), nullable=False),
        sa.Column("identity", sa.String(length=32), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("booking_date", sa.Date(), nullable=False),
        sa.Column("credit_debit", sa.String(length=6), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reversal", sa.Boolean(), nullable=False),
        sa.Column("statement_id", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("before_books", sa.Boolean(), nullable=False),
        sa.Column("possible_duplicate", sa.Boolean(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_entry_amount")),
        sa.CheckConstraint("occurrence >= 1", name=op.f("ck_entry_occurrence")),
        sa.ForeignKeyConstraint(["own_account"], ["own_bank_account.number"], name=op.f("fk_entry_own_account")),
        sa.ForeignKeyConstraint(
            ["statement_id", "position"],
            ["statement_line.statement_id", "statement_line.position"],
            name=op.f("fk_entry_statement_id_position"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint(
            "own_account", "identity", "occurrence", name=op.f("uq_entry_own_account_identity_occurrence")
        ),
    )
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.create_index("ix_entry_own_account_booking_date", ["own_account", "booking_date"], unique=False)

    op.create_table(
        "line_detail",
        sa.Column("statement_id", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("detail_no", sa.Integer(), nullable=False),
        sa.Column("amount", Minor(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("ultimate_name", sa.Text(), nullable=False),
        sa.Column("ultimate_tax_id", sa.Text(), nullable=False),
        sa.Column("ultimate_account", sa.Text(), nullable=False),
        sa.Column("ultimate_kind", sa.String(length=12), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("references", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id", "position"],
            ["statement_line.statement_id", "statement_line.position"],
            name=op.f("fk_line_detail_statement_id_position"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("statement_id", "position", "detail_no", name=op.f("pk_line_detail")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("entry_id", sa.String(length=24), nullable=False),
        sa.Column("detail_no", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("own_account", sa.String(length=64), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("booking_date", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("decision_no", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("account_number", sa.String(length=64), nullable=True),
        sa.Column("by_person", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('credited', 'held', 'unmatched', 'returned', 'ignored', 'settlement')",
            name=op.f("ck_payment_status"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_payment_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("entry_id", "detail_no", name=op.f("uq_payment_entry_id_detail_no")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_account_number", ["account_number"], unique=False)
        batch_op.create_index(
            "ix_payment_open",
            ["booking_date", "id"],
            unique=False,
            sqlite_where=sa.text("status IS NULL OR status IN ('held', 'unmatched')"),
            postgresql_where=sa.text("status IS NULL OR status IN ('held', 'unmatched')"),
        )

    op.create_table(
        "decision",
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("flags", Json, nullable=False),
        sa.Column("account_number", sa.String(length=64), nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("payer_relation", sa.String(length=12), nullable=True),
        sa.Column("allocations", Json, nullable=False),
        sa.Column("splits", Json, nullable=False),
        sa.Column("candidates", Json, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("program_version", sa.String(length=40), nullable=False),
        sa.Column("policy_version", sa.String(length=80), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("hold_until", sa.Date(), nullable=True),
        sa.Column("decided_at", Moment(timezone=True), nullable=False),
        sa.Column("run_no", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_decision_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", "no", name=op.f("pk_decision")),
    )
    op.create_table(
        "entry_tie",
        sa.Column("entry_id", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.CheckConstraint("kind IN ('reversal', 'return')", name=op.f("ck_entry_tie_kind")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_tie_entry_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_entry_tie_payment_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry_tie")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_entry_tie_payment_id")),
    )
    op.create_table(
        "placement",
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("taken_back_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('credit', 'return', 'ignore')", name=op.f("ck_placement_kind")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_placement_amount")),
        sa.CheckConstraint("generation >= 1", name=op.f("ck_placement_generation")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_placement_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", "generation", name=op.f("pk_placement")),
    )
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.create_index(
            "uq_placement_live",
            ["payment_id"],
            unique=True,
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        )

    op.create_table(
        "proposed_act",
        sa.Column("id", AutoId, nullable=False),
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_proposed_act_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_act")),
    )
    with op.batch_alter_table("proposed_act", schema=None) as batch_op:
        batch_op.create_index(
            "uq_proposed_act_waiting",
            ["payment_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "taught",
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.Column("payer_key", sa.String(length=80), nullable=False),
        sa.Column("account_number", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("withdrawn_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_number"], ["account.number"], name=op.f("fk_taught_account_number")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_taught_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", "payer_key", name=op.f("pk_taught")),
    )
    with op.batch_alter_table("taught", schema=None) as batch_op:
        batch_op.create_index("ix_taught_payer_key", ["payer_key"], unique=False)

    op.create_table(
        "allocation",
        sa.Column("invoice_number", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("invoice_amount", Minor(), nullable=False),
        sa.Column("before", Minor(), nullable=False),
        sa.Column("amount", Minor(), nullable=False),
        sa.Column("after", Minor(), nullable=False),
        sa.Column("payment_id", sa.String(length=24), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(sequence = 1 AND previous IS NULL) OR coalesce(previous, sequence) = sequence - 1",
            name=op.f("ck_allocation_chain"),
        ),
        sa.CheckConstraint("after = before - amount AND amount <> 0", name=op.f("ck_allocation_sum")),
        sa.CheckConstraint("after >= 0 AND after <= invoice_amount", name=op.f("ck_allocation_within")),
        sa.CheckConstraint("sequence > 1 OR before = invoice_amount", name=op.f("ck_allocation_start")),
        sa.CheckConstraint("sequence >= 1", name=op.f("ck_allocation_sequence")),
        sa.ForeignKeyConstraint(
            ["invoice_number", "invoice_amount"],
            ["invoice.number", "invoice.amount"],
            name=op.f("fk_allocation_invoice_number_invoice_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["invoice_number", "previous", "before"],
            ["allocation.invoice_number", "allocation.sequence", "allocation.after"],
            name=op.f("fk_allocation_invoice_number_previous_before"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id", "generation"],
            ["placement.payment_id", "placement.generation"],
            name=op.f("fk_allocation_payment_id_generation"),
        ),
        sa.PrimaryKeyConstraint("invoice_number", "sequence", name=op.f("pk_allocation")),
        sa.UniqueConstraint(
            "invoice_number", "sequence", "after", name=op.f("uq_allocation_invoice_number_sequence_after")
        ),
    )
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.create_index("ix_allocation_payment_id", ["payment_id"], unique=False)

    dialect = op.get_bind().dialect.name
    for statement in guards.create(dialect, INSERT_ONLY):
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in guards.drop(dialect, INSERT_ONLY):
        op.execute(statement)
    with op.batch_alter_table("allocation", schema=None) as batch_op:
        batch_op.drop_index("ix_allocation_payment_id")

    op.drop_table("allocation")
    with op.batch_alter_table("taught", schema=None) as batch_op:
        batch_op.drop_index("ix_taught_payer_key")

    op.drop_table("taught")
    with op.batch_alter_table("proposed_act", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_proposed_act_waiting",
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.drop_table("proposed_act")
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_placement_live",
            sqlite_where=sa.text("taken_back_at IS NULL"),
            postgresql_where=sa.text("taken_back_at IS NULL"),
        )

    op.drop_table("placement")
    op.drop_table("entry_tie")
    op.drop_table("decision")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_payment_open",
            sqlite_where=sa.text("status IS NULL OR status IN ('held', 'unmatched')"),
            postgresql_where=sa.text("status IS NULL OR status IN ('held', 'unmatched')"),
        )
        batch_op.drop_index("ix_payment_account_number")

    op.drop_table("payment")
    op.drop_table("line_detail")
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_index("ix_entry_own_account_booking_date")

    op.drop_table("entry")
    with op.batch_alter_table("statement_line", schema=None) as batch_op:
        batch_op.drop_index("ix_statement_line_entry_id")

    op.drop_table("statement_line")
    with op.batch_alter_table("power_of_attorney", schema=None) as batch_op:
        batch_op.drop_index("ix_power_of_attorney_account_number")

    op.drop_table("power_of_attorney")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index("ix_invoice_zeroless_key")
        batch_op.drop_index("ix_invoice_number_key")
        batch_op.drop_index("ix_invoice_account_number")

    op.drop_table("invoice")
    op.drop_table("balance_change")
    op.drop_table("statement_file_part")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_index("ix_statement_own_account")
        batch_op.drop_index("ix_statement_file_hash")

    op.drop_table("statement")
    op.drop_table("open_difference")
    with op.batch_alter_table("holder_tax_id", schema=None) as batch_op:
        batch_op.drop_index("ix_holder_tax_id_tax_id")

    op.drop_table("holder_tax_id")
    with op.batch_alter_table("holder_name", schema=None) as batch_op:
        batch_op.drop_index("ix_holder_name_name_prefix")
        batch_op.drop_index("ix_holder_name_name_key")

    op.drop_table("holder_name")
    with op.batch_alter_table("holder_bank_account", schema=None) as batch_op:
        batch_op.drop_index("ix_holder_bank_account_bank_account")

    op.drop_table("holder_bank_account")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index("ix_account_zeroless_key")
        batch_op.drop_index("ix_account_number_key")
        batch_op.drop_index("ix_account_holder_key")

    op.drop_table("account")
    op.drop_table("statement_file")
    op.drop_table("scheduled_job")
    op.drop_table("run")
    op.drop_table("own_bank_account")
    with op.batch_alter_table("master_history", schema=None) as batch_op:
        batch_op.drop_index("ix_master_history_kind_key")

    op.drop_table("master_history")
    op.drop_table("journal_link")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_payment_id")
        batch_op.drop_index("ix_journal_debit")
        batch_op.drop_index("ix_journal_credit")

    op.drop_table("journal")
    op.drop_table("inbox_file")
    op.drop_table("holder")
    op.drop_table("audit_log")
    op.drop_table("alert")
