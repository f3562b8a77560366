"""`review list|show|credit|split|reassign|decline|reconsider|hold|return|ignore|approve|undo`: by hand what the machine
cannot decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import typer

from reconcile.commands import work
from reconcile.commands.context import Context, day
from reconcile.money import read_amount
from reconcile.problem import Refusal
from reconcile.steps import approving, declining
from reconcile.steps import review as acts
from reconcile.steps import status as telling
from reconcile.steps.acts import Outcome

Payment = Annotated[str, typer.Argument(help="The payment's id, or its first six characters or more.")]
Account = Annotated[str, typer.Argument(help="The personal account's number.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it becomes part of the books.")]
Invoices = Annotated[list[str] | None, typer.Option("--invoice", help="Allocate this invoice; may be repeated.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Held and unmatched payments: look at them, decide them, undo.")
    commands: dict[str, Callable[..., None]] = {
        "list": list_, "show": work.status, "credit": credit, "split": split, "reassign": reassign,
        "decline": decline, "reconsider": reconsider, "hold": hold, "return": return_, "ignore": ignore,
        "approve": approve, "undo": undo,
    }  # fmt: skip
    for name, command in commands.items():
        group.command(name)(command)
    app.add_typer(group, name="review", no_args_is_help=True)


def list_(context: typer.Context) -> None:
    """What waits for a person, oldest and largest first; and acts that wait for a second person."""
    this: Context = context.obj
    columns = (
        "Payment",
        "Booked",
        "Amount",
        "Currency",
        "Status",
        "Reason",
        "Account",
        "Payer",
        "Best candidate",
        "Waiting",
    )
    this.table("To be decided by a person", columns, telling.queue(this.engine))


def credit(
    context: typer.Context, payment_id: Payment, account: Account, reason: Reason, invoice: Invoices = None
) -> None:
    """Credit the whole payment to an account, and allocate the invoices named."""
    this: Context = context.obj
    _tell(this, acts.credit(this.engine, this.policies, payment_id, account, this.person(reason), invoice or ()))


def split(
    context: typer.Context,
    payment_id: Payment,
    shares: Annotated[list[str], typer.Argument(help="ACCOUNT=AMOUNT, several; together the payment.")],
    reason: Reason,
) -> None:
    """Credit the payment to several accounts."""
    this: Context = context.obj
    currency = telling.currency(this.engine, payment_id)
    read = [_share(share, currency) for share in shares]
    _tell(this, acts.split(this.engine, this.policies, payment_id, read, this.person(reason)))


def _share(text: str, currency: str) -> tuple[str, int]:
    number, mark, amount = text.partition("=")
    if not mark:
        raise Refusal.of(f"{text!r} is no share", "write ACCOUNT=AMOUNT, such as 104582=1500.00")
    return number, read_amount(amount, currency)


def reassign(
    context: typer.Context, payment_id: Payment, account: Account, reason: Reason, invoice: Invoices = None
) -> None:
    """Take a credit back and give it to another account."""
    this: Context = context.obj
    _tell(this, acts.reassign(this.engine, this.policies, payment_id, account, this.person(reason), invoice or ()))


Declined = Annotated[str, typer.Option("--invoice", help="Only this invoice of the account.")]


def decline(
    context: typer.Context, payment_id: Payment, account: Account, reason: Reason, invoice: Declined = ""
) -> None:
    """Say that the payment is not for this account: it is not offered again, and no run credits it."""
    this: Context = context.obj
    person = this.person(reason)
    outcome = declining.decline(this.engine, this.policies, payment_id, account, person, invoice or None)
    _tell_declined(this, outcome, f"{_named(account, invoice)} is not offered any more")


def reconsider(
    context: typer.Context, payment_id: Payment, account: Account, reason: Reason, invoice: Declined = ""
) -> None:
    """Take a declining back: the account, or the invoice, may be offered again."""
    this: Context = context.obj
    person = this.person(reason)
    outcome = declining.reconsider(this.engine, this.policies, payment_id, account, person, invoice or None)
    _tell_declined(this, outcome, f"{_named(account, invoice)} may be offered again")


def _named(account: str, invoice: str) -> str:
    return f"invoice {invoice}" if invoice else f"account {account}"


def _tell_declined(this: Context, outcome: Outcome, said: str) -> None:
    if this.as_json or outcome.waiting:
        _tell(this, outcome)
    else:
        this.say(f"payment {outcome.payment_id}: {said}; it is {outcome.status}")


def hold(
    context: typer.Context,
    payment_id: Payment,
    reason: Reason,
    until: Annotated[str, typer.Option(help="A day, such as 2026-03-01.")] = "",
) -> None:
    """Keep the money where it is; the machine leaves the payment alone."""
    this: Context = context.obj
    _tell(this, acts.hold(this.engine, this.policies, payment_id, this.person(reason), day(until or None, "--until")))


def return_(context: typer.Context, payment_id: Payment, reason: Reason) -> None:
    """The money goes back to its payer."""
    this: Context = context.obj
    _tell(this, acts.return_(this.engine, this.policies, payment_id, this.person(reason)))


def ignore(context: typer.Context, payment_id: Payment, reason: Reason) -> None:
    """No customer's money: set it aside."""
    this: Context = context.obj
    _tell(this, acts.ignore(this.engine, this.policies, payment_id, this.person(reason)))


def approve(context: typer.Context, payment_id: Payment, reason: Reason) -> None:
    """As the second person, approve the act that waits on a payment."""
    this: Context = context.obj
    _tell(this, approving.approve(this.engine, this.policies, payment_id, this.person(reason)))


def undo(context: typer.Context, payment_id: Payment, reason: Reason) -> None:
    """Take back exactly the placement in force, by a counter-entry; the payment is held."""
    this: Context = context.obj
    _tell(this, acts.undo(this.engine, this.policies, payment_id, this.person(reason)))


def _tell(this: Context, outcome: Outcome) -> None:
    if this.as_json:
        this.emit(asdict(outcome))
    elif outcome.waiting:
        this.say(f"payment {outcome.payment_id}: {outcome.act} waits for a second person: `reconcile review approve`")
    elif outcome.act == "withdraw":
        this.say(f"payment {outcome.payment_id}: the act that waited is taken back; it is {outcome.status}, as before")
    else:
        this.say(f"payment {outcome.payment_id} is {outcome.status}")
