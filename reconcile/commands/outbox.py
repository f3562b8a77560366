"""`outbox status|deliver|retry`: telling other systems of balances."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from reconcile.commands.context import Context
from reconcile.problem import Refusal
from reconcile.steps.outbox import sending
from reconcile.steps.outbox.standing import Failing, failing, retry, standing

TRY_AGAIN = 75


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The outbox: other systems learn of each change of a balance, once and in order.")
    group.command("status")(status)
    group.command("deliver")(deliver)
    group.command("retry")(again)
    app.add_typer(group, name="outbox", no_args_is_help=True)


def status(context: typer.Context) -> None:
    """What waits at each receiver that is set, since when, and which accounts fail."""
    this: Context = context.obj
    set_ = _receivers(this)
    told = [standing(this.engine, receiver) for receiver in set_]
    if this.as_json:
        for each in told:
            this.emit(asdict(each))
    else:
        columns = ("Receiver", "Changes wait", "Oldest", "Accounts wait", "Given up")
        this.table("Outbox", columns, [(e.receiver, e.pending, e.oldest, e.failing, e.dead) for e in told])
    if any(each.failing or each.dead for each in told):
        _show(this, failing(this.engine))


def _show(this: Context, found: list[Failing]) -> None:
    columns = ("Account", "Change", "Attempts", "Since", "Fault", "Again at")
    rows = [
        (e.account_number, e.sequence, e.attempts, e.since, e.fault, e.again_at or ("" if this.as_json else "given up"))
        for e in found
    ]
    this.table("Accounts whose next change is not taken", columns, rows)


def deliver(
    context: typer.Context,
    seconds: Annotated[float, typer.Option(min=1, help="For how long at most.")] = 3600,
) -> None:
    """Tell and write what is due now. Exit 75 where something was not taken: it is tried again when its pause is over."""
    this: Context = context.obj
    _receivers(this)
    sent = sending.send(this.engine, this.settings, seconds)
    if this.as_json:
        webhook = None if sent.webhook is None else asdict(sent.webhook)
        this.emit({"webhook": webhook, "files": None if sent.files is None else [str(path) for path in sent.files]})
    else:
        this.say(sent.words())
    if not sent.all_taken:
        typer.echo("error: not everything was taken; it is tried again: see `reconcile outbox status`", err=True)
        raise typer.Exit(TRY_AGAIN)


def again(
    context: typer.Context,
    accounts: Annotated[list[str] | None, typer.Argument(help="Personal accounts that fail or are given up.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Let accounts that fail or are given up be tried again at once, by the next delivery."""
    this: Context = context.obj
    if bool(accounts) == all_:
        raise Refusal.of("which accounts?", "name them, or give --all")
    revived = retry(this.engine, None if all_ else accounts, actor=this.settings.actor, now=this.now)
    unknown = sorted(set(accounts or ()) - set(revived))
    if unknown:
        raise Refusal.of(f"nothing fails of {', '.join(unknown)}", "see `reconcile outbox status`")
    this.emit({"accounts": revived}) if this.as_json else this.say(f"{len(revived)} accounts are tried again")


def _receivers(this: Context) -> tuple[str, ...]:
    found = sending.receivers(this.settings)
    if not found:
        raise Refusal.of("no receiver is set", "set RECONCILE_OUTBOX_URL or RECONCILE_OUTBOX_FOLDER")
    return found
