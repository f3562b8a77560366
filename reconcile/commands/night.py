"""`nightly`: the whole night by hand or from cron, in this process; or handed to the workers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconcile import settings
from reconcile.commands.context import Context
from reconcile.commands.work import ALERTS_OPEN, BOOKS_DIFFER, FAILED, tell_given_up
from reconcile.parsers.table_folder import profiles_in
from reconcile.problem import Refusal
from reconcile.steps import jobs
from reconcile.steps.inbox import PAUSE, Intake, Outcome
from reconcile.steps.workers import beside, helpers
from reconcile.store.locks import exclusive
from schedules import SCHEDULES

if TYPE_CHECKING:
    from reconcile.steps import nightly as night

TRY_AGAIN = 75


def register(app: typer.Typer) -> None:
    app.command("nightly")(nightly)
    app.command("fetch")(fetch)


def fetch(context: typer.Context) -> None:
    """Fetch new statements from the servers and mailboxes of the settings into the inbox. The night takes them in."""
    from reconcile.steps.fetch import Fetching, fetch_all  # with the libraries of the servers

    this: Context = context.obj
    settings = this.settings
    if not settings.sources:
        raise Refusal.of("no server and no mailbox is set", "set RECONCILE_SFTP_HOST … or RECONCILE_IMAP_HOST …")
    done = fetch_all(Fetching(this.engine, settings.inbox, this.now, settings.max_statement_bytes), settings.sources)
    for each in done:
        if this.as_json:
            this.emit(asdict(each))
        else:
            typer.echo(each.words(), err=bool(each.fault))
    if any(each.fault for each in done):
        raise typer.Exit(TRY_AGAIN)
    if this.fail_on_alert and any(each.refused for each in done):
        raise typer.Exit(ALERTS_OPEN)


def nightly(
    context: typer.Context,
    country: Annotated[str, typer.Option(help="KZ, UZ or KE; without it all of them, one after another.")] = "",
    inbox: Annotated[Path | None, typer.Option(help="Where statements arrive; else RECONCILE_INBOX.")] = None,
    reports: Annotated[Path | None, typer.Option(help="Where reports go; else RECONCILE_REPORTS.")] = None,
    pause: Annotated[float, typer.Option(min=0, help="Seconds between the two looks at a new file.")] = PAUSE,
    enqueue: Annotated[
        bool, typer.Option("--enqueue", help="Hand it to the workers instead of doing it here.")
    ] = False,
) -> None:
    """Do the night: take in the inbox, decide, check the books, write the report. Safe to repeat."""
    this: Context = context.obj
    known = this.policies.on(this.now.date())
    countries = [known.country(country).code] if country else sorted(known.countries)
    if enqueue:
        _enqueue(this, countries)
        return
    done = [
        _here(this, each, inbox or this.settings.inbox, reports or this.settings.reports, pause) for each in countries
    ]
    if any(each.differences for each in done):
        raise typer.Exit(BOOKS_DIFFER)
    for each in done:
        tell_given_up(each.run)
    if any(each.run.given_up for each in done):
        raise typer.Exit(FAILED)
    left_out = sum(each.inbox.count(Outcome.REFUSED) + each.inbox.count(Outcome.FAILED) for each in done)
    if this.fail_on_alert and left_out:
        raise typer.Exit(ALERTS_OPEN)


def _here(this: Context, country: str, inbox: Path | None, reports: Path, pause: float) -> night.Night:
    """One country's night in this process, unless a worker is at it: then the exit code says to try again."""
    with exclusive(this.engine, f"nightly:{country}") as mine:
        if not mine:
            typer.echo(f"error: the night of {country} is under way elsewhere; try again when it is over", err=True)
            raise typer.Exit(TRY_AGAIN)
        from reconcile.steps import nightly as night  # with the report; not for the other commands to wait for
        from reconcile.steps.post import Post

        limit, own = this.settings.max_statement_bytes, profiles_in(this.settings.profiles)
        intake = Intake(this.engine, inbox, this.policies, this.now, limit, pause, profiles=own)
        hours = {schedule.country: schedule.at for schedule in SCHEDULES}
        expected = night.Expected(settings.load_calendar(this.settings.calendar), hours)
        post = Post(this.settings)
        with beside(this.engine, helpers(), this.now, this.policies) as nudge:
            done = night.nightly(
                intake, country, reports, nudge, actor=this.settings.actor, expected=expected, post=post
            )
        post.deliver(this.engine, lambda: this.now)
    _show(this, done)
    return done


def _show(this: Context, done: night.Night) -> None:
    paths = [str(path) for path in done.reports]
    if this.as_json:
        files = {outcome.value: names for outcome, names in done.inbox.files.items()}
        this.emit({"country": done.country, "day": done.day, "files": files, **_counted(done), "reports": paths})
        return
    this.say(f"{done.country} {done.day}: {done.words()}; {paths[0]}")
    for line in done.differences:
        typer.echo(line)


def _counted(done: night.Night) -> dict[str, object]:
    run = asdict(done.run)
    return {"run": run["no"], "statuses": run["statuses"], "differences": done.differences}


def _enqueue(this: Context, countries: list[str]) -> None:
    """Enter the jobs; beat's next tick hands them to a worker. So nothing is lost where the broker is away."""
    for country in countries:
        jobs.enter(this.engine, jobs.Job(f"nightly:{country}", this.now), this.now)
        if this.as_json:
            this.emit({"country": country, "entered": True})
        this.say(f"the night of {country} is entered: the next tick of `celery -A tasks beat` hands it to a worker")
