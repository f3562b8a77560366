"""`export payments|entries|balances|journal|review`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from reconcile.commands.context import Context
from reconcile.steps.export import FORMATS, SOURCES, export


def register(app: typer.Typer) -> None:
    app.command("export", help=f"What stands in the books, for scripts and spreadsheets: {', '.join(SOURCES)}.")(write)


def write(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help=" | ".join(SOURCES))],
    format: Annotated[str, typer.Option("--format", help=" | ".join(FORMATS))] = "jsonl",
    output: Annotated[str, typer.Option("-o", "--output", help="A file; else standard output.")] = "",
    excel_safe: Annotated[bool, typer.Option("--excel-safe", help="CSV: no cell is taken for a formula.")] = False,
) -> None:
    """Write all rows, in a fixed order."""
    this: Context = context.obj
    target = Path(output) if output else sys.stdout.buffer
    count = export(this.engine, what, target, format=format, policies=this.policies, excel_safe=excel_safe)
    if output:
        this.say(f"{count} {what} in {output}")
