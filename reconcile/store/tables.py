"""The books as tables: one set of models for SQLite and PostgreSQL.

What the promise rests on is a constraint here, not only code: one payment per entry detail, one live placement per
payment, journal rows with an amount above zero that nobody can change, allocations that form a chain inside their
invoice. Texts that a bank or a payer wrote stand in `statement_line` and `line_detail`; the journal holds no personal
data, so that a person can be erased and the hash chain kept (docs/data-model.md, 4).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from reconcile.store.types import AutoId, Binary, Json, Minor, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- master data -----------------------------------------------------------------------------------------------------

own_bank_account = Table(
    "own_bank_account",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("country", String(2), nullable=False, default=""),
    Column("currency", String(3), nullable=False),
    Column("legal_entity", Text, nullable=False, default=""),
    Column("bank_name", Text),
    Column("books_from", Date),
    Column("opening_balance", Minor),
    Column("imported", Boolean, nullable=False),
    Column("taken_up_at", Moment, nullable=False),
)

holder = Table(
    "holder",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("country", String(2), nullable=False),
    Column("type", String(16), nullable=False),
    CheckConstraint("type IN ('legal_entity', 'sole_proprietor', 'individual')", name="type"),
)

holder_name = Table(
    "holder_name",
    metadata,
    Column("holder_key", ForeignKey("holder.key"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("name_key", Text, nullable=False),
    Column("name_prefix", Binary, nullable=False),
    Index("ix_holder_name_name_key", "name_key"),
    Index("ix_holder_name_name_prefix", "name_prefix"),
)

holder_tax_id = Table(
    "holder_tax_id",
    metadata,
    Column("holder_key", ForeignKey("holder.key"), primary_key=True),
    Column("tax_id", String(32), primary_key=True),
    Index("ix_holder_tax_id_tax_id", "tax_id"),
)

holder_bank_account = Table(
    "holder_bank_account",
    metadata,
    Column("holder_key", ForeignKey("holder.key"), primary_key=True),
    Column("bank_account", String(64), primary_key=True),
    Index("ix_holder_bank_account_bank_account", "bank_account"),
)

account = Table(
    "account",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("number_key", String(64), nullable=False),
    Column("zeroless_key", String(64), nullable=False),
    Column("holder_key", ForeignKey("holder.key"), nullable=False),
    Column("holder_name", Text, nullable=False),
    Column("country", String(2), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("tax_ids", Json, nullable=False),
    Column("bank_accounts", Json, nullable=False),
    Column("email", Text),
    Column("opened_on", Date),
    Column("status", String(8), nullable=False),
    Column("language", String(8)),  # in which the customer is written to
    CheckConstraint("status IN ('open', 'closed')", name="status"),
    Index("ix_account_zeroless_key", "zeroless_key"),
    Index("ix_account_holder_key", "holder_key"),
)

invoice = Table(
    "invoice",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("number_key", String(64), nullable=False),
    Column("zeroless_key", String(64), nullable=False),
    Column("account_number", ForeignKey("account.number"), nullable=False),
    Column("amount", Minor, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("expires_on", Date),
    Column("status", String(12), nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("status IN ('open', 'paid', 'cancelled')", name="status"),
    UniqueConstraint("number", "amount"),
    Index("ix_invoice_zeroless_key", "zeroless_key"),
    Index("ix_invoice_account_number", "account_number"),
)

power_of_attorney = Table(
    "power_of_attorney",
    metadata,
    Column("reference", String(80), primary_key=True),
    Column("account_number", ForeignKey("account.number"), nullable=False),
    Column("representative_name", Text, nullable=False),
    Column("representative_tax_id", String(32), nullable=False, default=""),
    Column("issued_on", Date),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("revoked_on", Date),
    CheckConstraint("valid_until >= valid_from", name="order"),
    Index("ix_power_of_attorney_account_number", "account_number"),
)

master_history = Table(
    "master_history",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("key", String(80), nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("before", Json),
    Column("after", Json, nullable=False),
    Index("ix_master_history_kind_key", "kind", "key"),
)

# --- what the banks said ---------------------------------------------------------------------------------------------

statement_file = Table(
    "statement_file",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("redacted", Boolean, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
)

statement_file_part = Table(
    "statement_file_part",
    metadata,
    Column("hash", ForeignKey("statement_file.hash"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

statement = Table(
    "statement",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("sequence", Integer),  # order of storing; None while loading
    Column("file_hash", ForeignKey("statement_file.hash"), nullable=False),
    Column("number_in_file", Integer, nullable=False),
    Column("own_account", ForeignKey("own_bank_account.number"), nullable=False),
    Column("format", String(32), nullable=False),
    Column("version", String(32), nullable=False),
    Column("reference", Text, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("period_from", Date),
    Column("period_to", Date),
    Column("opening", Minor),
    Column("closing", Minor),
    Column("entries", Integer, nullable=False),
    Column("credit_sum", Minor, nullable=False),
    Column("debit_sum", Minor, nullable=False),
    Column("state", String(8), nullable=False),
    Column("arithmetic", String(10), nullable=False),
    Column("continuity", String(10), nullable=False),
    Column("fault", Text, nullable=False),
    Column("loaded_at", Moment, nullable=False),
    Column("stored_at", Moment),
    Column("accepted_by", Text),
    Column("accepted_reason", Text),
    CheckConstraint("state IN ('evidence', 'waiting', 'stored', 'voided')", name="state"),
    CheckConstraint("arithmetic IN ('ok', 'mismatch', 'unverified')", name="arithmetic"),
    CheckConstraint("continuity IN ('ok', 'gap', 'first', 'unverified')", name="continuity"),
    UniqueConstraint("sequence"),
    Index("ix_statement_own_account", "own_account"),
    Index("ix_statement_file_hash", "file_hash"),
)

statement_line = Table(
    "statement_line",
    metadata,
    Column("statement_id", ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("file_line", Integer, nullable=False),
    Column("booking_date", Date, nullable=False),
    Column("value_date", Date),
    Column("credit_debit", String(6), nullable=False),
    Column("amount", Minor, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("bank_reference", Text, nullable=False),
    Column("reversal", Boolean, nullable=False),
    Column("reverses", Text, nullable=False),
    Column("identity", String(32), nullable=False),
    Column("entry_id", String(24)),
    Column("extra", Json),
    CheckConstraint("amount >= 0", name="amount"),
    CheckConstraint("credit_debit IN ('credit', 'debit')", name="credit_debit"),
    Index("ix_statement_line_entry_id", "entry_id"),
)

line_detail = Table(
    "line_detail",
    metadata,
    Column("statement_id", String(24), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("detail_no", Integer, primary_key=True),
    Column("amount", Minor),
    Column("name", Text, nullable=False),
    Column("tax_id", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("bank", Text, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("ultimate_name", Text, nullable=False),
    Column("ultimate_tax_id", Text, nullable=False),
    Column("ultimate_account", Text, nullable=False),
    Column("ultimate_kind", String(12), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("references", Json),
    ForeignKeyConstraint(
        ["statement_id", "position"],
        ["statement_line.statement_id", "statement_line.position"],
        ondelete="CASCADE",
    ),
    # what else a payer paid: by tax id and bank account, where there is one
    Index("ix_line_detail_tax_id", "tax_id", sqlite_where=text("tax_id <> ''"), postgresql_where=text("tax_id <> ''")),
    Index(
        "ix_line_detail_account", "account", sqlite_where=text("account <> ''"), postgresql_where=text("account <> ''")
    ),
)

# --- what was booked -------------------------------------------------------------------------------------------------

entry = Table(
    "entry",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("own_account", ForeignKey("own_bank_account.number"), nullable=False),
    Column("identity", String(32), nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("booking_date", Date, nullable=False),
    Column("credit_debit", String(6), nullable=False),
    Column("amount", Minor, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("reversal", Boolean, nullable=False),
    Column("statement_id", String(24), nullable=False),  # the line that first showed it
    Column("position", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),  # of the statement that brought it
    Column("before_books", Boolean, nullable=False),  # earlier than the account's cut-over: stored, never decided
    Column("possible_duplicate", Boolean, nullable=False),
    Column("voided", Boolean, nullable=False),
    UniqueConstraint("own_account", "identity", "occurrence"),
    ForeignKeyConstraint(["statement_id", "position"], ["statement_line.statement_id", "statement_line.position"]),
    CheckConstraint("amount >= 0", name="amount"),
    CheckConstraint("occurrence >= 1", name="occurrence"),
    Index("ix_entry_own_account_booking_date", "own_account", "booking_date"),
    Index(  # what a run looks through for reversals and returns
        "ix_entry_outgoing",
        "booking_date",
        "id",
        sqlite_where=text("credit_debit = 'debit'"),
        postgresql_where=text("credit_debit = 'debit'"),
    ),
    Index(  # what counts in no figure: few, so that every figure may look past them cheaply
        "ix_entry_set_aside",
        "id",
        sqlite_where=text("voided OR before_books"),
        postgresql_where=text("voided OR before_books"),
    ),
)

payment = Table(
    "payment",
    metadata,
    Column("id", String(24), primary_key=True),
    # It comes from an entry on an own bank account, or from a gateway payment (cards, mobile money).
    Column("entry_id", ForeignKey("entry.id")),
    Column("gateway_id", ForeignKey("gateway_payment.id"), unique=True),
    Column("detail_no", Integer, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("own_account", String(64), nullable=False),  # of a gateway payment: its clearing account
    Column("amount", Minor, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("booking_date", Date, nullable=False),
    Column("sequence", Integer, nullable=False),
    # the decision in force; None where no run has decided yet
    Column("decision_no", Integer),
    Column("status", String(12)),
    Column("reason", String(40)),
    Column("account_number", String(64)),
    Column("by_person", Boolean, nullable=False, default=False),
    Column("generation", Integer, nullable=False),  # how many placements there were so far
    Column("refunded", Minor, nullable=False, server_default="0"),  # what of it has gone back through the gateway
    UniqueConstraint("entry_id", "detail_no"),
    CheckConstraint("(entry_id IS NULL) <> (gateway_id IS NULL)", name="source"),
    CheckConstraint("channel IN ('bank_transfer', 'card', 'mobile_money')", name="channel"),
    CheckConstraint("(gateway_id IS NULL) = (channel = 'bank_transfer')", name="gateway"),
    CheckConstraint(
        "refunded = 0 OR (gateway_id IS NOT NULL AND refunded > 0 AND refunded <= amount)", name="refunded"
    ),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("status IN ('credited', 'held', 'unmatched', 'returned', 'ignored', 'settlement')", name="status"),
    Index(
        "ix_payment_open",
        "booking_date",
        "id",
        sqlite_where=text("status IS NULL OR status IN ('held', 'unmatched')"),
        postgresql_where=text("status IS NULL OR status IN ('held', 'unmatched')"),
    ),
    Index(  # the queue of a person, in its order
        "ix_payment_queue",
        "booking_date",
        "amount",
        "id",
        sqlite_where=text("status IN ('held', 'unmatched')"),
        postgresql_where=text("status IN ('held', 'unmatched')"),
        postgresql_include=["status", "reason", "own_account"],
    ),
    Index("ix_payment_account_number", "account_number"),
    Index(
        "ix_payment_returned",
        "own_account",
        "amount",
        sqlite_where=text("status = 'returned'"),
        postgresql_where=text("status = 'returned'"),
    ),
)

decision = Table(
    "decision",
    metadata,
    Column("payment_id", ForeignKey("payment.id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("status", String(12), nullable=False),
    Column("reason", String(40)),
    Column("flags", Json, nullable=False),
    Column("account_number", String(64)),
    Column("rule", String(40), nullable=False),
    Column("payer_relation", String(12)),
    Column("allocations", Json, nullable=False),
    Column("splits", Json, nullable=False),
    Column("candidates", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("program_version", String(40), nullable=False),
    Column("policy_version", String(80), nullable=False),
    Column("act", String(16), nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("hold_until", Date),
    Column("decided_at", Moment, nullable=False),
    Column("run_no", Integer),
    Column("digest", String(32), nullable=False),
    Column("credited_amount", Minor),  # where it is credited in another currency than it was paid in
    Column("credited_currency", String(3)),
    Column("fx_rate", String(40)),
)

# --- the journal -----------------------------------------------------------------------------------------------------

journal_link = Table(
    "journal_link",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False, unique=True),
    Column("rows", Integer, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("link_id", String(64), nullable=False),
    Column("row_no", Integer, nullable=False),
    Column("debit", String(80), nullable=False),
    Column("credit", String(80), nullable=False),
    Column("amount", Minor, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("effective_date", Date, nullable=False),
    Column("posted_at", Moment, nullable=False),
    Column("payment_id", String(24)),
    Column("description", Text, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("debit <> credit", name="two_sides"),
    UniqueConstraint("link_id", "row_no"),
    Index("ix_journal_debit", "debit"),
    Index("ix_journal_credit", "credit"),
    Index("ix_journal_payment_id", "payment_id"),
)

placement = Table(
    "placement",
    metadata,
    Column("payment_id", ForeignKey("payment.id"), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("amount", Minor, nullable=False),
    Column("taken_back_at", Moment),
    CheckConstraint("kind IN ('credit', 'return', 'ignore', 'settle')", name="kind"),
    CheckConstraint("amount > 0", name="amount"),
    CheckConstraint("generation >= 1", name="generation"),
    # Never twice: of all placements of one payment at most one is live.
    Index(
        "uq_placement_live",
        "payment_id",
        unique=True,
        sqlite_where=text("taken_back_at IS NULL"),
        postgresql_where=text("taken_back_at IS NULL"),
    ),
)

allocation = Table(
    "allocation",
    metadata,
    Column("invoice_number", String(64), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("previous", Integer),
    Column("invoice_amount", Minor, nullable=False),
    Column("before", Minor, nullable=False),
    Column("amount", Minor, nullable=False),  # a release is below zero
    Column("after", Minor, nullable=False),
    Column("payment_id", String(24), nullable=False),
    Column("generation", Integer, nullable=False),
    UniqueConstraint("invoice_number", "sequence", "after"),
    ForeignKeyConstraint(["invoice_number", "invoice_amount"], ["invoice.number", "invoice.amount"]),
    ForeignKeyConstraint(
        ["invoice_number", "previous", "before"],
        ["allocation.invoice_number", "allocation.sequence", "allocation.after"],
    ),
    ForeignKeyConstraint(["payment_id", "generation"], ["placement.payment_id", "placement.generation"]),
    CheckConstraint("sequence >= 1", name="sequence"),
    # coalesce: a check that comes to NULL would hold, and a row without its predecessor would begin the chain anew
    CheckConstraint("(sequence = 1 AND previous IS NULL) OR coalesce(previous, sequence) = sequence - 1", name="chain"),
    CheckConstraint("sequence > 1 OR before = invoice_amount", name="start"),
    CheckConstraint("after = before - amount AND amount <> 0", name="sum"),
    CheckConstraint("after >= 0 AND after <= invoice_amount", name="within"),
    Index("ix_allocation_payment_id", "payment_id"),
)

balance_change = Table(  # the outbox: each change of a customer's balance, once and in order per account
    "balance_change",
    metadata,
    Column("account_number", ForeignKey("account.number"), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("previous", Integer),
    Column("journal_key", ForeignKey("journal.key"), nullable=False, unique=True),
    Column("before", Minor, nullable=False),
    Column("change", Minor, nullable=False),
    Column("after", Minor, nullable=False),
    UniqueConstraint("account_number", "sequence", "after"),
    ForeignKeyConstraint(
        ["account_number", "previous", "before"],
        ["balance_change.account_number", "balance_change.sequence", "balance_change.after"],
    ),
    CheckConstraint(
        "(sequence = 1 AND previous IS NULL AND before = 0) OR coalesce(previous, sequence) = sequence - 1",
        name="chain",
    ),
    CheckConstraint("after = before + change AND change <> 0", name="sum"),
)

# --- what waits for a person -----------------------------------------------------------------------------------------

entry_tie = Table(  # an outgoing entry that undoes or returns a payment
    "entry_tie",
    metadata,
    Column("entry_id", ForeignKey("entry.id"), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("payment_id", ForeignKey("payment.id"), nullable=False, unique=True),
    CheckConstraint("kind IN ('reversal', 'return', 'transfer')", name="kind"),
)

open_difference = Table(
    "open_difference",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("own_account", ForeignKey("own_bank_account.number"), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("amount", Minor, nullable=False),  # what the statements say beyond the ledger; may be below zero
    Column("currency", String(3), nullable=False),
    Column("statement_id", String(24)),
    Column("entry_id", String(24)),
    Column("explanation", Text, nullable=False),
    CheckConstraint("amount <> 0", name="amount"),
)

alert = Table(
    "alert",
    metadata,
    Column("key", String(160), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("raised_at", Moment, nullable=False),
    Column("own_account", String(64)),
    Column("statement_id", String(24)),
    Column("entry_id", String(24)),
    Column("file_name", Text),
    Column("text", Text, nullable=False),  # in English, as it was raised
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("closed_reason", Text),
    Column("said", Json),  # [sentence, its values], shown in the reader's language; NULL: raised before 0015
)

proposed_act = Table(  # an act above the set amount, until a second person approves
    "proposed_act",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("payment_id", ForeignKey("payment.id"), nullable=False),
    Column("act", String(16), nullable=False),
    Column("arguments", Json, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("decided_by", Text),
    Column("decided_at", Moment),
    Index(
        "uq_proposed_act_waiting",
        "payment_id",
        unique=True,
        sqlite_where=text("decided_at IS NULL"),
        postgresql_where=text("decided_at IS NULL"),
    ),
)

taught = Table(  # what a person's decision taught: ranks candidates, never decides
    "taught",
    metadata,
    Column("payment_id", ForeignKey("payment.id"), primary_key=True),
    Column("payer_key", String(80), primary_key=True),
    Column("account_number", ForeignKey("account.number"), nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    Index("ix_taught_payer_key", "payer_key"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", AutoId, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("details", Json),
)

# --- the work --------------------------------------------------------------------------------------------------------

run = Table(
    "run",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("as_of", Date, nullable=False),
    Column("high_water", Integer, nullable=False),  # statements stored later wait for the next run
    Column("pass_no", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("actor", Text, nullable=False),
    Column("open", Integer, unique=True),  # 1 while under way: one run at a time
    CheckConstraint("open IS NULL OR open = 1", name="open"),
)

scheduled_job = Table(
    "scheduled_job",
    metadata,
    Column("job", String(64), primary_key=True),
    Column("due_at", Moment, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("started_at", Moment),
    Column("finished_at", Moment),
    Column("outcome", Text),
)

inbox_file = Table(
    "inbox_file",
    metadata,
    Column("path", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("modified", String(32), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", String(8), nullable=False),
    Column("outcome", Text, nullable=False),
)

INSERT_ONLY = (
    "journal", "journal_link", "allocation", "balance_change", "audit_log", "master_history",
    "gateway_identity", "gateway_event", "gateway_refund",
)  # fmt: skip
"""Tables whose rows nobody may change or delete; triggers hold it (see `store.guards`)."""

import reconcile.store.gateway_tables  # noqa: E402  `payment` refers to one of its tables
import reconcile.store.inbox_tables  # noqa: E402
import reconcile.store.work_tables  # noqa: E402, F401  the chunks of a run
