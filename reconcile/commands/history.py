"""`history` (one account's operations) and `token add|list|revoke` (who may ask over HTTP)."""

from __future__ import annotations

from typing import Annotated

import typer

from reconcile.commands.context import Context, day
from reconcile.steps import history as steps
from reconcile.steps import tokens


def register(app: typer.Typer) -> None:
    app.command("history")(history)
    group = typer.Typer(help="Tokens of programs that ask over HTTP: what each may, until when.")
    group.command("add")(add)
    group.command("list")(list_)
    group.command("revoke")(revoke)
    app.add_typer(group, name="token", no_args_is_help=True)


def history(
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="The personal account's number.")],
    language: Annotated[str, typer.Option(help="en or ru: the words of the status.")] = "en",
    limit: Annotated[int, typer.Option(help="At most so many, newest first.")] = steps.LIMIT,
) -> None:
    """Every operation of an account, of every method, with its status in a customer's words."""
    this: Context = context.obj
    found = steps.transactions(this.engine, account, this.policies, language=language, limit=limit)
    this.table(f"{len(found)} operations", steps.KEYS, [[row[name] for name in steps.KEYS] for row in found])


def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose token it is.")],
    scope: Annotated[list[str], typer.Option(help=f"What it may: {', '.join(tokens.SCOPES)}. May be given again.")],
    account: Annotated[list[str] | None, typer.Option(help="Only this personal account; may be given again.")] = None,
    expires: Annotated[str, typer.Option(help="The last day on which it is in force.")] = "",
) -> None:
    """Make a token. It is shown this once; the books keep a hash of it."""
    this: Context = context.obj
    made = tokens.add(
        this.engine, name, scope, actor=this.settings.actor, now=this.now, accounts=account or (),
        expires_on=day(expires or None, "--expires"),
    )  # fmt: skip
    this.emit({"name": name, "token": made}) if this.as_json else print(made)


def list_(context: typer.Context) -> None:
    """All tokens, revoked ones too; never the tokens themselves."""
    this: Context = context.obj
    columns = ("Name", "Scopes", "Accounts", "Created at", "Created by", "Expires on", "Revoked at")
    rows = [
        (row.name, " ".join(row.scopes), " ".join(row.accounts or ()), row.created_at, row.created_by, row.expires_on,
         row.revoked_at)
        for row in tokens.list_tokens(this.engine)
    ]  # fmt: skip
    this.table("Tokens", columns, rows)


def revoke(context: typer.Context, name: Annotated[str, typer.Argument(help="The token's name.")]) -> None:
    """End a token at once."""
    this: Context = context.obj
    tokens.revoke(this.engine, name, actor=this.settings.actor, now=this.now)
    this.emit({"name": name, "revoked": True}) if this.as_json else this.say(f"token {name} is revoked")
