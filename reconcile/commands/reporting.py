"""`report`: what finance looks at in the morning."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from reconcile.commands.context import Context, day
from reconcile.steps import verify as verifying


def register(app: typer.Typer) -> None:
    app.command("report")(report)


def report(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write it: FILE.html or FILE.xlsx.")],
    on: Annotated[str, typer.Option("--date", help="The day that it is about. Default: today.")] = "",
    country: Annotated[str, typer.Option(help="Only this country's bank accounts, such as KZ.")] = "",
    language: Annotated[str, typer.Option(help="en or ru.")] = "en",
    check: Annotated[bool, typer.Option("--verify/--no-verify", help="Check the books for the report.")] = True,
) -> None:
    """The alert report: where the money is, what waits for a person and what to do, as a page or a workbook."""
    from reconcile.reports import alert_report  # pandas and templates: not for the other commands to wait for

    this: Context = context.obj
    about = day(on or None, "--date") or datetime.now(UTC).date()
    engine, policies = this.engine, this.policies
    with this.progress("writing the report"):
        faults = verifying.verify(engine) if check else None
        written = alert_report.write(
            engine,
            output,
            day=about,
            now=this.now,
            policies=policies,
            country=country,
            language=language,
            faults=faults,
        )
    this.emit({"report": str(written)}) if this.as_json else this.say(f"the report of {about} is in {written}")
