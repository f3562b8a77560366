"""`users add|list|disable|enable|role|password`: who may enter the console."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from reconcile.commands.context import Context
from reconcile.problem import Refusal
from reconcile.steps import users as people

Name = Annotated[str, typer.Argument(help="The user's name; it stands in the books beside what they did.")]
Role = Annotated[str, typer.Option("--role", help="viewer, operator, approver or admin.")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password's one line from standard input.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it stands in the audit trail.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Who may enter the console, and as what.")
    for command in (add, disable, enable, role, password):
        group.command(command.__name__)(command)
    group.command("list")(list_)
    app.add_typer(group, name="users", no_args_is_help=True)


def add(
    context: typer.Context,
    name: Name,
    role: Role = "admin",
    full_name: Annotated[str, typer.Option(help="As colleagues know them.")] = "",
    language: Annotated[str, typer.Option(help="en or ru.")] = "en",
    password_stdin: FromInput = False,
    no_password: Annotated[bool, typer.Option(help="Signs in through the identity provider only.")] = False,
    reason: Reason = "",
) -> None:
    """A new user. The first one must be an admin, who then lets the others in."""
    this: Context = context.obj
    if role != "admin" and not people.any_user(this.engine):
        raise Refusal.of("the first user must be an admin", "give --role admin")
    secret = None if no_password else _password(password_stdin)
    known = people.add(this.engine, name, role, secret, this.person(reason), full_name=full_name, language=language)
    this.emit({"user": known, "role": role}) if this.as_json else this.say(f"{known} may enter as {role}")


def list_(context: typer.Context) -> None:
    """All users, with their role and whether they may enter."""
    this: Context = context.obj
    this.table(
        "Users of the console",
        ("Name", "Full name", "Role", "Language", "Since", "Disabled"),
        [
            (row.name, row.full_name, row.role, row.language, row.created_at.date(), row.disabled_at)
            for row in people.users(this.engine)
        ],
    )


def disable(context: typer.Context, name: Name, reason: Reason = "") -> None:
    """The user can no longer enter, and is out at once."""
    this: Context = context.obj
    people.disable(this.engine, name.lower(), this.person(reason))
    this.say(f"{name} can no longer enter")


def enable(context: typer.Context, name: Name, reason: Reason = "") -> None:
    """A disabled user may enter again."""
    this: Context = context.obj
    people.enable(this.engine, name.lower(), this.person(reason))
    this.say(f"{name} may enter again")


def role(context: typer.Context, name: Name, role: Annotated[str, typer.Argument()], reason: Reason = "") -> None:
    """Give the user another role."""
    this: Context = context.obj
    people.change_role(this.engine, name.lower(), role, this.person(reason))
    this.say(f"{name} is {role} now")


def password(context: typer.Context, name: Name, password_stdin: FromInput = False, reason: Reason = "") -> None:
    """A new password; whoever is in under that name is out."""
    this: Context = context.obj
    people.change_password(this.engine, name.lower(), _password(password_stdin), this.person(reason))
    this.say(f"{name} has a new password")


def _password(from_input: bool) -> str:
    """Never an option: what stands on a command line is seen by everybody on the machine."""
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Refusal.of("there is no terminal to ask for the password", "give it with --password-stdin")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
