"""`partition`: entries and journal by month, on PostgreSQL (docs/operations.md)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from reconcile.commands.context import Context
from reconcile.problem import Refusal
from reconcile.store import partitions


def register(app: typer.Typer) -> None:
    app.command("partition")(partition)


def partition(
    context: typer.Context,
    months: Annotated[int, typer.Option(min=1, max=120, help="How many months ahead get their table.")] = 12,
) -> None:
    """Split entries and journal by month, or add the months to come (PostgreSQL); safe to repeat."""
    this: Context = context.obj
    if this.engine.dialect.name != "postgresql":
        raise Refusal.of("an SQLite file is not split by month", "nothing is to be done; only PostgreSQL gains by it")
    today = this.now.date()
    last = today.year * 12 + today.month - 1 + months
    with this.engine.begin() as connection:
        added = partitions.split_by_month(connection, until := date(last // 12, last % 12 + 1, 1))
    if this.as_json:
        this.emit({"added": added, "until": f"{until:%Y-%m}"})
    this.say(f"{added} tables added; entries and journal have one for each month up to {until:%Y-%m}")
