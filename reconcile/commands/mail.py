"""`mail list|send|again`: the letters that this program writes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from reconcile.commands.context import Context
from reconcile.problem import Refusal
from reconcile.steps import mail


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Letters: reports and invoices on their way, and what the mail server said.")
    group.command("list")(list_)
    group.command("send")(send)
    group.command("again")(again)
    app.add_typer(group, name="mail", no_args_is_help=True)


def list_(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="Only: waiting, sending, sent, failed or uncertain.")] = "",
) -> None:
    """All letters, newest first."""
    this: Context = context.obj
    columns = ("Key", "Kind", "Recipient", "Subject", "State", "Attempts", "Written", "Changed", "Fault")
    this.table("Letters", columns, mail.letters(this.engine, state))


def send(context: typer.Context) -> None:
    """Send what waits."""
    this: Context = context.obj
    if not this.settings.smtp_url:
        raise Refusal.of("no mail server is set", "set RECONCILE_SMTP_URL")
    done = mail.deliver(this.engine, mail.smtp(this.settings.smtp_url), lambda: this.now)
    if this.as_json:
        this.emit(asdict(done))
    else:
        this.say(
            f"{done.sent} sent, {done.waiting} wait for another try, {done.failed} given up, {done.uncertain} in doubt"
        )


def again(
    context: typer.Context, key: Annotated[str, typer.Argument(help="The letter's key, from `mail list`.")]
) -> None:
    """Send a letter again that failed or is in doubt."""
    this: Context = context.obj
    mail.again(this.engine, key, this.now)
    this.emit({"key": key, "state": "waiting"}) if this.as_json else this.say(f"{key} waits to be sent")
