"""`import` (master data) and `find`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from reconcile.commands.context import Context, day
from reconcile.problem import Refusal
from reconcile.steps import guarded_imports, masters
from reconcile.steps.find import LIMIT
from reconcile.steps.find import find as find_payments
from reconcile.steps.gateway import import_gateway_payments
from reconcile.steps.rates import import_fx_rates

File = Annotated[Path, typer.Argument(help="A .csv, .xlsx or .jsonl file; told by the ending.")]
FOUND = (
    "payment_id",
    "booking_date",
    "amount",
    "currency",
    "status",
    "reason",
    "account_number",
    "payer_name",
    "purpose",
)


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Load master data: all rows of a file or none; an upsert that keeps history.")
    group.command("bank-accounts")(bank_accounts)
    group.command("accounts")(accounts)
    group.command("invoices")(invoices)
    group.command("powers-of-attorney")(powers_of_attorney)
    group.command("gateway-payments")(gateway_payments)
    group.command("fx-rates")(fx_rates)
    app.add_typer(group, name="import", no_args_is_help=True)
    app.command("find")(find)


def bank_accounts(context: typer.Context, file: File) -> None:
    """The provider's own bank accounts, with the day from which their books are kept."""
    this: Context = context.obj
    _load(this, file, lambda: masters.import_bank_accounts(this.engine, file, actor=this.settings.actor, now=this.now))


def accounts(context: typer.Context, file: File) -> None:
    """Personal accounts and who holds them."""
    this: Context = context.obj
    _load(
        this,
        file,
        lambda: (guarded_imports if this.settings.four_eyes else masters).import_accounts(
            this.engine, file, actor=this.settings.actor, now=this.now, policies=this.policies
        ),
    )


def invoices(context: typer.Context, file: File) -> None:
    """Issued invoices; an issued invoice never changes its amount, account or currency."""
    this: Context = context.obj
    _load(this, file, lambda: masters.import_invoices(this.engine, file, actor=this.settings.actor, now=this.now))


def powers_of_attorney(context: typer.Context, file: File) -> None:
    """Powers of attorney, of a year at most."""
    this: Context = context.obj
    _load(
        this,
        file,
        lambda: (guarded_imports if this.settings.four_eyes else masters).import_powers(
            this.engine, file, actor=this.settings.actor, now=this.now, policies=this.policies
        ),
    )


def gateway_payments(context: typer.Context, file: File) -> None:
    """The registry of a processing centre or mobile operator; what may be credited is credited at once."""
    this: Context = context.obj
    _check(file)
    with this.progress(f"importing {file.name}"):
        try:
            result = import_gateway_payments(
                this.engine, file, actor=this.settings.actor, now=this.now, policies=this.policies
            )
        except Refusal as refusal:
            raise refusal.at(str(file)) from None
    if this.as_json:
        this.emit({"file": str(file), **asdict(result)})
    else:
        this.say(
            f"{file.name}: {result.rows} rows: {result.new} new, {result.changed} changed, {result.unchanged} unchanged; "
            f"{result.decided} payments decided"
        )


def fx_rates(context: typer.Context, file: File) -> None:
    """Exchange rates by day: a table, or the National Bank of Kazakhstan's file (.xml)."""
    this: Context = context.obj
    _load(this, file, lambda: import_fx_rates(this.engine, file, actor=this.settings.actor, now=this.now))


def _check(file: Path) -> None:
    if not file.is_file():
        raise Refusal.of("there is no such file", "check the path", file=str(file))


def _load(this: Context, file: Path, load: Callable[[], masters.ImportResult]) -> None:
    _check(file)
    with this.progress(f"importing {file.name}"):
        try:
            result = load()
        except Refusal as refusal:
            raise refusal.at(str(file)) from None
    if this.as_json:
        this.emit({"file": str(file), **asdict(result)})
    else:
        this.say(
            f"{file.name}: {result.rows} rows: {result.new} new, {result.changed} changed, {result.unchanged} unchanged"
        )


def find(
    context: typer.Context,
    amount: Annotated[str, typer.Option(help="The payment's amount, such as 1500.00.")] = "",
    date_from: Annotated[str, typer.Option("--from", help="Booked on or after this day.")] = "",
    date_to: Annotated[str, typer.Option("--to", help="Booked on or before this day.")] = "",
    payer: Annotated[str, typer.Option(help="Tax id, bank account, or words of the payer's name.")] = "",
    account: Annotated[str, typer.Option(help="A personal account's number.")] = "",
    reference: Annotated[str, typer.Option(help="Stands in the purpose or in a reference field.")] = "",
    receipt: Annotated[str, typer.Option(help="A mobile operator's receipt number.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many, newest first.")] = LIMIT,
) -> None:
    """Payments by amount, days, payer, account, reference or receipt."""
    this: Context = context.obj
    found = find_payments(
        this.engine,
        amount=amount,
        date_from=day(date_from or None, "--from"),
        date_to=day(date_to or None, "--to"),
        payer=payer,
        account=account,
        reference=reference,
        receipt=receipt,
        limit=limit,
        policies=this.policies,
    )
    if this.as_json:
        for row in found:
            this.emit(row)
        return
    this.table(f"{len(found)} payments", FOUND, [[row[name] for name in FOUND] for row in found])
