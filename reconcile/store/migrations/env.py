"""Alembic's entry: migrations run on the connection that `reconcile.store.schema` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from reconcile.store.tables import metadata

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":  # two `init` at once: the second waits, then finds nothing to do
    connection.execute(text("SELECT pg_advisory_xact_lock(1919247214)"))
    # Whoever waits for a table keeps everybody behind itself waiting too: so a migration gives up, and is repeated.
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=False)
with context.begin_transaction():
    context.run_migrations()
