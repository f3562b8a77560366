"""`poa add|list|revoke`: powers of attorney by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from reconcile.commands.context import Context, day
from reconcile.problem import Refusal
from reconcile.steps import masters, second_person

Reason = Annotated[str, typer.Option("--reason", help="Why; it becomes part of the books.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Powers of attorney: who may pay for a company or a sole proprietor.")
    group.command("add")(add)
    group.command("list")(list_)
    group.command("revoke")(revoke)
    app.add_typer(group, name="poa", no_args_is_help=True)


def add(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="The power's own number.")],
    account: Annotated[str, typer.Argument(help="A personal account of the holder who gives it.")],
    representative: Annotated[str, typer.Option("--representative", help="The person's name.")],
    valid_from: Annotated[str, typer.Option("--from", help="First day, such as 2026-02-01.")],
    valid_until: Annotated[str, typer.Option("--until", help="Last day; at most a year.")],
    tax_id: Annotated[str, typer.Option("--tax-id", help="The person's tax id.")] = "",
    issued_on: Annotated[str, typer.Option("--issued", help="The day of issue.")] = "",
    reason: Reason = "",
) -> None:
    """Register a power; what was held for want of it is credited by the next run."""
    this: Context = context.obj
    first, last = day(valid_from, "--from"), day(valid_until, "--until")
    if first is None or last is None:
        raise Refusal.of("a power needs its first and last day", "give --from and --until")
    if this.settings.four_eyes:
        power = second_person.Power(
            reference, account, representative, tax_id, day(issued_on or None, "--issued"), first, last
        )
        outcome = second_person.register_power(this.engine, this.policies, power, this.person(reason))
        done = "registered" if outcome.done else "waits for a second person, in the console"
        said = {"reference": reference, "new": outcome.done, "waiting": not outcome.done}
        this.emit(said) if this.as_json else this.say(f"power {reference} {done}")
        return
    new = masters.add_power(
        this.engine,
        reference=reference,
        account_number=account,
        representative_name=representative,
        representative_tax_id=tax_id,
        issued_on=day(issued_on or None, "--issued"),
        valid_from=first,
        valid_until=last,
        actor=this.settings.actor,
        now=this.now,
        reason=reason,
        policies=this.policies,
    )
    done = "registered" if new else "was registered already"
    this.emit({"reference": reference, "new": new}) if this.as_json else this.say(f"power {reference} {done}")


def list_(
    context: typer.Context,
    account: Annotated[str, typer.Option(help="Only those of this account's holder.")] = "",
    on: Annotated[str, typer.Option(help="How each stands on this day. Default: today.")] = "",
) -> None:
    """All powers, and how each stands."""
    this: Context = context.obj
    at = day(on or None, "--on") or datetime.now(UTC).date()
    columns = (
        "Reference",
        "Account",
        "Holder",
        "Representative",
        "Tax id",
        "Issued",
        "From",
        "Until",
        "Revoked",
        "Standing",
    )
    this.table(
        f"Powers of attorney on {at}",
        columns,
        [
            (
                each.power.reference,
                each.account_number,
                each.holder_name,
                each.power.representative_name,
                each.power.representative_tax_id,
                each.issued_on,
                each.power.valid_from,
                each.power.valid_until,
                each.power.revoked_on,
                each.standing,
            )
            for each in masters.list_powers(this.engine, account or None, at)
        ],
    )


def revoke(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="The power's own number.")],
    on: Annotated[str, typer.Option("--on", help="From this day on it is no longer valid. Default: today.")] = "",
    reason: Reason = "",
) -> None:
    """Revoke a power from a day on; what was credited before stays."""
    this: Context = context.obj
    at = day(on or None, "--on") or datetime.now(UTC).date()
    changed = masters.revoke_power(
        this.engine,
        reference,
        at,
        actor=this.settings.actor,
        now=this.now,
        reason=reason,
        policies=this.policies,
    )
    done = f"is revoked from {at} on" if changed else "was revoked on that day already"
    this.emit({"reference": reference, "revoked_on": at, "changed": changed}) if this.as_json else this.say(
        f"power {reference} {done}"
    )
