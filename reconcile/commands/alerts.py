"""`alert list|close`: what a person must look at, and that somebody did."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import select

from reconcile.commands.context import Context
from reconcile.problem import Refusal
from reconcile.store.alerts import audit, close_alert
from reconcile.store.engine import reading
from reconcile.store.tables import alert


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Alerts: what a person must look at; closed with a reason once somebody did.")
    group.command("list")(list_)
    group.command("close")(close)
    app.add_typer(group, name="alert", no_args_is_help=True)


def list_(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
) -> None:
    """Open alerts, oldest first."""
    this: Context = context.obj
    query = select(alert).order_by(alert.c.raised_at, alert.c.key)
    with reading(this.engine) as connection:
        rows = connection.execute(query if closed else query.where(alert.c.closed_at.is_(None))).all()
    columns = ("Alert", "Raised at", "What", "Closed by", "Closed reason")
    this.table(
        "Alerts", columns, [(row.key, row.raised_at, row.text, row.closed_by, row.closed_reason) for row in rows]
    )


def close(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The alert, as `alert list` shows it.")],
    reason: Annotated[str, typer.Option("--reason", help="What was found; it becomes part of the books.")],
) -> None:
    """Close an alert that somebody has looked into."""
    this: Context = context.obj
    kind, _, subject = key.partition(":")
    with this.engine.begin() as connection:
        found = connection.execute(select(alert).where(alert.c.key == key, alert.c.closed_at.is_(None))).first()
        if found is None:
            raise Refusal.of(f"there is no open alert {key!r}", "copy it from `reconcile alert list`")
        if not reason.strip():
            raise Refusal.of("the act has no reason", "say why with --reason: it is part of the books")
        close_alert(connection, kind, subject, this.settings.actor, reason, this.now)
        audit(connection, this.settings.actor, "close_alert", key, reason, this.now)
    this.emit({"alert": key, "closed": True}) if this.as_json else this.say(f"alert {key} is closed")
