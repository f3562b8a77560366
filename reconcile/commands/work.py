"""`run`, `verify` and `status`: the nightly work, and what became of one payment."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import typer
from sqlalchemy import Engine, func, or_, select

from reconcile.commands.context import Context, day
from reconcile.steps import run as running
from reconcile.steps import status as telling
from reconcile.steps import verify as verifying
from reconcile.steps.workers import beside, helpers
from reconcile.store import work
from reconcile.store.engine import reading
from reconcile.store.tables import alert, payment

FAILED = 1
BOOKS_DIFFER = 3
ALERTS_OPEN = 4


def register(app: typer.Typer) -> None:
    app.command("run")(run)
    app.command("verify")(verify)
    app.command("status")(status)


def run(
    context: typer.Context,
    as_of: Annotated[str, typer.Option(help="The decision's today; entries booked later wait. Default: today.")] = "",
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many processes decide. Default: one a core, at most 4.")
    ] = None,
) -> None:
    """Decide and post everything outstanding; prints how many payments stand in each status."""
    this: Context = context.obj
    engine, policies = this.engine, this.policies
    until = day(as_of or None, "--as-of") or policies.newest_day(this.now)
    many = helpers(workers)
    with this.progress("deciding", _open(engine)) as advance, beside(engine, many, this.now, policies) as nudge:
        result = running.run(
            engine,
            as_of=until,
            now=this.now,
            policies=policies,
            actor=this.settings.actor,
            progress=done_by_all(engine, advance),
            nudge=nudge,
        )
    if this.as_json:
        this.emit(asdict(result))
    elif not this.quiet:
        this.table(f"Run {result.no} as of {result.as_of}", ("Status", "Payments"), result.statuses.items())
    tell_given_up(result)
    with reading(engine) as connection:
        count = select(func.count()).select_from(alert).where(alert.c.closed_at.is_(None))
        alerts = connection.execute(count).scalar_one()
    if alerts:
        this.say(f"{alerts} alerts are open: see `reconcile report`")
        if this.fail_on_alert and not result.given_up:
            raise typer.Exit(ALERTS_OPEN)
    if result.given_up:
        raise typer.Exit(FAILED)


def tell_given_up(result: running.RunResult) -> None:
    """Also under --quiet and --json: a run that left payments aside is no success."""
    if result.given_up:
        what = "1 payment" if result.given_up == 1 else f"{result.given_up} payments"
        print(
            f"error: run {result.no} could not decide {what} in {running.ATTEMPTS} attempts; the money stays in unapplied "
            "cash as it was, reconcile.log says what failed: pass it on, then `reconcile run` tries again",
            file=sys.stderr,
        )


def done_by_all(engine: Engine, advance: Callable[[int], None]) -> Callable[[int], None]:
    """A run's `progress` that tells of the chunks of helping processes too: whenever one of its own is done, of what the
    books say that the pass has done since."""
    told: dict[tuple[int, int], int] = {}

    def tell(_count: int) -> None:
        with reading(engine) as connection:
            standing = work.progress(connection)
        if standing is not None:
            this, done = (standing.run_no, standing.pass_no), standing.done + standing.given_up
            advance(done - told.get(this, 0))
            told[this] = done

    return tell


def _open(engine: Engine) -> int:
    """How many payments a pass looks at: what the progress bar is measured by."""
    undecided = or_(payment.c.status.is_(None), payment.c.status.in_(("held", "unmatched")))
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(payment).where(undecided)).scalar_one())


def verify(context: typer.Context) -> None:
    """Check the books: exit 0 where all holds, 3 with a line for each thing that does not."""
    this: Context = context.obj
    lines = verifying.verify(this.engine)
    for line in lines:
        this.emit({"difference": line}) if this.as_json else print(line)
    if lines:
        raise typer.Exit(BOOKS_DIFFER)
    this.emit({"verified": len(verifying.CHECKS)}) if this.as_json else this.say(
        f"the books are right: {len(verifying.CHECKS)} checks hold"
    )


def status(
    context: typer.Context,
    payment_id: Annotated[str, typer.Argument(help="The payment's id, or its first six characters or more.")],
    language: Annotated[str, typer.Option("--language", "--lang", help="en or ru.")] = "en",
) -> None:
    """One payment: status, flags, evidence, candidates, history."""
    this: Context = context.obj
    told = telling.status(this.engine, payment_id, language)
    if this.as_json:
        this.emit(told)
        return
    for name, value in told.items():
        if isinstance(value, list):
            this.console.print(f"{name}:", markup=False)
            for each in value:
                words = ", ".join(f"{k}={v}" for k, v in each.items() if v) if isinstance(each, dict) else each
                this.console.print(f"  - {words}", markup=False)
        elif value not in (None, ""):
            this.console.print(f"{name}: {value}", markup=False)
