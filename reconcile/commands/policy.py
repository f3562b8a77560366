"""`policy check|show`: the rules in force."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from reconcile.commands.context import Context, day
from reconcile.policy import check as check_policy
from reconcile.policy.listed import Directory
from reconcile.problem import Refusal


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The country rules: check a policy file, show what is in force.")
    group.command("check")(check)
    group.command("show")(show)
    app.add_typer(group, name="policy", no_args_is_help=True)


def check(context: typer.Context) -> None:
    """Validate the policy; exit 2 with a line for each error, warnings beside."""
    this: Context = context.obj
    errors, warnings = check_policy(this.policies)
    for warning in warnings:
        this.emit({"warning": warning}) if this.as_json else print(f"warning: {warning}")
    if errors:
        raise Refusal(errors)
    version = this.policies.on(datetime.now(UTC).date()).version
    this.emit({"policy": version, "valid": True}) if this.as_json else this.say(f"policy {version} is valid")


def show(
    context: typer.Context,
    on: Annotated[str, typer.Option(help="The booking date to show the rules for. Default: today.")] = "",
) -> None:
    """Print the policy in force, with warnings."""
    this: Context = context.obj
    policy = this.policies.on(day(on or None, "--on") or datetime.now(UTC).date())
    if this.as_json:
        this.emit(_plain(policy))
        return
    this.console.print_json(data=_plain(policy), default=str)
    for warning in check_policy(this.policies)[1]:
        print(f"warning: {warning}")


def _plain(value: Any) -> Any:
    if isinstance(value, Directory):
        return [_plain(one) for one in value.counterparties]
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(each) for each in value), key=str)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
