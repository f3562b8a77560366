"""`formats` and `profile check`: what can be read, and what a table is understood as."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from reconcile.commands.context import Context
from reconcile.parsers.formats import describe
from reconcile.parsers.source import ReadContext
from reconcile.parsers.table_check import understood
from reconcile.parsers.table_folder import chosen, profiles_in
from reconcile.problem import Refusal

COLUMNS = ("Format", "Profile", "What it is", "Versions", "Money", "Tax id", "Ultimate debtor", "Bank reference")


def register(app: typer.Typer) -> None:
    app.command("formats")(formats)
    group = typer.Typer(help="Layouts of banks' tables.")
    group.command("check")(check)
    app.add_typer(group, name="profile", no_args_is_help=True)


def formats(context: typer.Context) -> None:
    """Statement formats, versions and profiles, with what each gives."""
    this: Context = context.obj
    rows = describe(ReadContext(profiles=profiles_in(this.settings.profiles)))
    if this.as_json:
        for row in rows:
            this.emit(asdict(row))
        return

    def told(given: bool) -> str:
        return "yes" if given else "no"

    this.table(
        "Statement formats",
        COLUMNS,
        [
            (
                row.format, row.profile, row.title, row.versions, "money" if row.source_of_money else "evidence",
                told(row.tax_id), told(row.ultimate_debtor), told(row.bank_reference),
            )
            for row in rows
        ],
    )  # fmt: skip


def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A table as the bank gives it.")],
    profile: Annotated[str, typer.Option(help="Read by this layout: a name, or FILE.toml.")] = "",
    account: Annotated[str, typer.Option(help="Of a table that names none: the own bank account it is of.")] = "",
    currency: Annotated[str, typer.Option(help="Of an account whose currency the table does not say.")] = "",
) -> None:
    """Say what a table is understood as, row by row, and why a row is refused. Nothing is stored."""
    this: Context = context.obj
    if not file.is_file():
        raise Refusal.of("there is no such file", "check the path", file=str(file))
    name, own = chosen(profile, profiles_in(this.settings.profiles))
    given = ReadContext(
        default_currency=lambda number: currency or None,
        max_bytes=this.settings.max_statement_bytes,
        account=account,
        profile=name,
        profiles=own,
    )
    kinds: Counter[str] = Counter()
    problems = []
    try:
        for finding in understood(file, given):
            kinds[finding.kind] += 1
            this.emit(asdict(finding)) if this.as_json else this.say(str(finding))
            if finding.kind == "refused":
                problems.append(finding)
    except Refusal as refusal:
        raise refusal.at(str(file)) from None
    this.say(f"{kinds['entry']} entries, {kinds['no entry']} rows that are none, {kinds['refused']} refused")
    if problems:
        raise Refusal.of(
            f"{len(problems)} rows are refused", "mend them, or say their columns in a profile", file=str(file)
        )
