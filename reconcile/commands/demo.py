"""`demo`: the whole main job on made-up data, in an embedded database of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconcile.commands.context import Context
from reconcile.commands.work import BOOKS_DIFFER
from reconcile.settings import DEFAULT_DATABASE

if TYPE_CHECKING:
    from reconcile.steps.demo import DemoResult


def register(app: typer.Typer) -> None:
    app.command("demo")(run_demo)


def run_demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Option(help="Where the made-up files, the database and the report go.")] = Path(
        "var"
    ),
    seed: Annotated[int, typer.Option(help="Another number, another world.")] = 1,
    entries: Annotated[int, typer.Option(help="About how many statement entries.")] = 400,
) -> None:
    """The whole main job on made-up statements of three countries: import, ingest, run, verify, report."""
    from reconcile.steps.demo import demo  # a world and its report: not for the other commands to wait for

    this: Context = context.obj
    folder.mkdir(parents=True, exist_ok=True)
    if this.settings.database_url == DEFAULT_DATABASE:
        for ending in ("", "-wal", "-shm"):
            (folder / f"demo.db{ending}").unlink(missing_ok=True)
        this.settings = replace(this.settings, database_url=f"sqlite:///{folder / 'demo.db'}")
    result = demo(
        this.engine,
        folder / "demo",
        seed=seed,
        entries=entries,
        now=this.now,
        policies=this.policies,
        tell=this.say,
    )
    _emit(this, result) if this.as_json else _show(this, result)
    if result.faults:
        raise typer.Exit(BOOKS_DIFFER)


def _emit(this: Context, result: DemoResult) -> None:
    this.emit(
        {
            "statuses": result.run.statuses,
            "agreed": result.score.agreed,
            "total": result.score.total,
            "wrong_credits": len(result.score.wrong_credits),
            "identity": result.identity,
            "faults": result.faults,
            "report": str(result.report),
            "database": this.settings.database_url,
        }
    )


def _show(this: Context, result: DemoResult) -> None:
    this.table("Payments by status", ("Status", "Payments"), result.run.statuses.items())
    names = list(result.identity[0])
    this.table(
        "received = credited + held + unmatched + returned + ignored + settlement",
        [name.capitalize() for name in names],
        [list(row.values()) for row in result.identity],
    )
    this.say("A few decisions, in words:")
    for row in result.explained:
        this.say(f"  {row['amount']} {row['currency']}  «{' '.join(row['purpose'].split())}»")
        this.say(f"    {row['explanation']}")
    scored = result.score
    this.say(
        f"Each entry was made up with its right outcome: {scored.agreed} of {scored.total} agree, "
        f"{len(scored.wrong_credits)} wrong credits."
    )
    this.say("The books are right." if not result.faults else "\n".join(result.faults))
    this.say(f"The report: {result.report} (and .xlsx beside it). The books: {this.settings.database_url}")
    this.say("Look around: RECONCILE_DATABASE_URL=" + this.settings.database_url + " reconcile review list")
