"""`ingest` and `statement list|accept|void`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from reconcile.commands.context import Context
from reconcile.money import format_amount
from reconcile.parsers.table_folder import chosen, profiles_in
from reconcile.problem import Problem, Refusal
from reconcile.steps import ingest as ingesting
from reconcile.steps import second_person
from reconcile.steps import statements as handling
from reconcile.steps.archive import opened

COLUMNS = ("File", "Format", "Bank account", "From", "To", "Entries", "New", "Known", "Doubtful", "Check")
Reason = Annotated[str, typer.Option("--reason", help="Why; it becomes part of the books.")]
Statement = Annotated[str, typer.Argument(help="The statement's id, or its first six characters or more.")]


def register(app: typer.Typer) -> None:
    app.command("ingest")(ingest)
    group = typer.Typer(help="Statements with their checks: list, accept one in doubt, take back a wrong one.")
    group.command("list")(list_)
    group.command("accept")(accept)
    group.command("void")(void)
    app.add_typer(group, name="statement", no_args_is_help=True)


def ingest(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Statement files; the format is told from the content.")],
    format: Annotated[str, typer.Option(help="Read as this format, whatever the content looks like.")] = "",
    profile: Annotated[str, typer.Option(help="Of a table: read by this layout, a name or FILE.toml.")] = "",
    account: Annotated[str, typer.Option(help="Of a table that names none: the own bank account it is of.")] = "",
) -> None:
    """Store bank statements, also from zip and gzip. Each file all or nothing; the same file again adds nothing."""
    this: Context = context.obj
    stored: list[ingesting.StatementResult] = []
    problems: list[Problem] = []
    name, own = chosen(profile, profiles_in(this.settings.profiles))
    for path in files:
        try:
            with opened(path, this.settings.max_statement_bytes) as parts:
                for part in parts:
                    shown = str(path if part == path else path / part.name)
                    try:
                        stored += _one(this, part, format or None, ingesting.Table(name, account, own))
                    except Refusal as refusal:
                        problems += refusal.at(shown).problems
        except Refusal as refusal:
            problems += refusal.at(str(path)).problems
    _show(this, stored)
    if problems:
        raise Refusal(problems)
    if this.fail_on_alert and any(each.arithmetic == "mismatch" or each.state == "waiting" for each in stored):
        raise typer.Exit(4)


def _one(this: Context, path: Path, format: str | None, table: ingesting.Table) -> Sequence[ingesting.StatementResult]:
    if not path.is_file():
        raise Refusal.of("there is no such file", "check the path")
    engine, policies = this.engine, this.policies
    with this.progress(f"reading {path.name}") as advance:
        return ingesting.ingest(
            engine,
            path,
            origin=ingesting.Origin(this.settings.actor),
            now=this.now,
            policies=policies,
            format=format,
            max_bytes=this.settings.max_statement_bytes,
            table=table,
            progress=advance,
        )


def _show(this: Context, stored: Sequence[ingesting.StatementResult]) -> None:
    if this.as_json:
        for each in stored:
            this.emit(asdict(each))
        return
    if stored:
        this.table(
            "Statements",
            COLUMNS,
            [
                (
                    each.file,
                    each.format,
                    each.bank_account,
                    each.period_from,
                    each.period_to,
                    each.entries,
                    each.new,
                    each.known,
                    each.possible_duplicates,
                    each.state if each.state != "stored" else each.arithmetic,
                )
                for each in stored
            ],
        )
    for each in stored:
        if each.fault:
            this.say(f"{each.file}: does not add up, its payments are held until it is accepted: {each.fault}")


def list_(
    context: typer.Context,
    bank_account: Annotated[str, typer.Option(help="Only this own bank account.")] = "",
) -> None:
    """All statements with their checks, in order of their days."""
    this: Context = context.obj
    columns = (
        "Statement", "File", "Format", "Bank account", "From", "To", "Opening", "Closing", "Entries", "State",
        "Arithmetic", "Continuity", "Accepted by",
    )  # fmt: skip

    def money(value: int | None, currency: str) -> str | None:
        return None if value is None else format_amount(value, currency)

    this.table(
        "Statements",
        columns,
        [
            (
                row.id, row.name, row.format, row.own_account, row.period_from, row.period_to,
                money(row.opening, row.currency), money(row.closing, row.currency), row.entries, row.state,
                row.arithmetic, row.continuity, row.accepted_by,
            )
            for row in handling.statements(this.engine, bank_account or None)
        ],
    )  # fmt: skip


def accept(context: typer.Context, statement: Statement, reason: Reason) -> None:
    """Vouch for a statement that waits or does not add up; the next run decides its payments."""
    this: Context = context.obj
    if this.settings.four_eyes:
        outcome = second_person.accept_statement(this.engine, this.policies, statement, this.person(reason))
        done = "accepted" if outcome.done else "waits for a second person, in the console"
    else:
        done = handling.accept(this.engine, statement, this.person(reason))
    this.emit({"statement": statement, "done": done}) if this.as_json else this.say(f"statement {statement}: {done}")


def void(context: typer.Context, statement: Statement, reason: Reason) -> None:
    """Take back a wrong statement, as long as nothing of it is credited."""
    this: Context = context.obj
    count = handling.void(this.engine, statement, this.person(reason))
    done = f"voided, {count} entries taken back"
    this.emit({"statement": statement, "done": done}) if this.as_json else this.say(f"statement {statement}: {done}")
