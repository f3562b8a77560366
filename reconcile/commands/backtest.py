"""`backtest`: what would have been credited otherwise, before a policy file or a new version is put to work."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from reconcile.commands.context import Context, day
from reconcile.money import format_amount
from reconcile.policy import load_policy
from reconcile.problem import Refusal
from reconcile.steps.backtest import Change, Outcome, Result, Shift, backtest_code, backtest_policy
from reconcile.steps.backtest.labels import Labels, read_labels

_KINDS = {
    "credited": "credited now, not before",
    "no_longer_credited": "credited before, not now",
    "other_account": "credited to another account",
    "other_invoices": "other invoices are paid",
    "other_reason": "another reason or flag",
}


def register(app: typer.Typer) -> None:
    app.command("backtest")(backtest)


def backtest(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="With --code: only decisions that this program version made.")] = "",
    policy: Annotated[Path | None, typer.Option(help="A policy file to try instead of the one in force.")] = None,
    code: Annotated[
        bool, typer.Option("--code", help="The program now running, against the decisions stored.")
    ] = False,
    labelled: Annotated[Path | None, typer.Option(help="JSON Lines of payments with what is right for them.")] = None,
    as_of: Annotated[str, typer.Option(help="Payments booked until this day. Default: all so far.")] = "",
    limit: Annotated[int, typer.Option(help="How many payments to list; 0: all.")] = 50,
) -> None:
    """Decide history again with another policy file, or with the program now running, and show what would have been
    credited otherwise: to whom, how much. Writes nothing to the books."""
    this: Context = context.obj
    if (policy is None) == (not code) or (version and not code):
        raise Refusal.of("say what to try: --policy FILE, or --code [VERSION]", "see `reconcile backtest --help`")
    engine, policies = this.engine, this.policies
    until = day(as_of or None, "--as-of") or policies.newest_day(this.now)
    labels: Labels | None = read_labels(labelled) if labelled is not None else None
    with this.progress("deciding history again"):
        if policy is not None:
            result = backtest_policy(engine, policies, load_policy(policy), as_of=until, labels=labels)
        else:
            result = backtest_code(engine, policies, as_of=until, version=version, labels=labels)
    _for_scripts(this, result) if this.as_json else _for_people(this, result, limit)


def _for_people(this: Context, result: Result, limit: int) -> None:
    counts = Counter(each.kind for each in result.changed)
    print(
        f"{result.compared} payments: {result.before}, against {result.after}; {len(result.changed)} come out otherwise"
    )
    for kind, words in _KINDS.items():
        if counts[kind]:
            print(f"  {counts[kind]} {words}")
    if result.shifts:
        columns = ("Account", "Currency", "Credited before", "Credited after", "Difference")
        this.table("By account, of these payments", columns, map(_shift_row, result.shifts))
    listed = result.changed[:limit] if limit else result.changed
    if listed:
        headings = ("Payment", "Booked", "Amount", "Currency", "Payer", "Before", "After")
        this.table("Payment by payment", headings, map(_change_row, listed))
    if len(listed) < len(result.changed):
        print(f"and {len(result.changed) - len(listed)} more: --limit 0 lists all")
    _labels_for_people(result)
    print("nothing was written to the books")


def _shift_row(each: Shift) -> tuple[str, ...]:
    money = [format_amount(amount, each.currency) for amount in (each.before, each.after, each.after - each.before)]
    return (each.account_number, each.currency, *money)


def _change_row(each: Change) -> tuple[str, ...]:
    about = each.about
    amount = format_amount(about.amount, about.currency)
    return (
        each.payment_id, f"{about.booking_date}", amount, about.currency, about.payer, _told(each, each.before),
        _told(each, each.after),
    )  # fmt: skip


def _told(change: Change, outcome: Outcome) -> str:
    """`credited 104582 (INV-7) flag`, as short as a cell wants it."""
    accounts = [number for number, _ in outcome.parts] or [outcome.account_number or ""]
    invoices = ", ".join(number for number, _ in outcome.allocations)
    words = [outcome.status, " + ".join(accounts), f"({invoices})" if invoices else "", *outcome.flags]
    return " ".join(word for word in words if word)


def _labels_for_people(result: Result) -> None:
    if result.labels is None:
        return
    labels = result.labels
    print(
        f"of {labels.labelled} labelled payments {labels.agreeing[0]} come out right before, {labels.agreeing[1]} after"
    )
    for side in ("before", "after"):
        wrong = [each for each in labels.wrong if each.side == side]
        print(f"  credited wrongly {side}: {len(wrong)}")
        for each in wrong:
            print(f"    line {each.line}: payment {each.payment_id}")
    if result.unlabelled:
        some = ", ".join(result.unlabelled[:10])
        print(f"  {len(result.unlabelled)} labels answer to no payment that both sides decided: {some}")


def _for_scripts(this: Context, result: Result) -> None:
    """A line for each changed payment, one for each account, and a summary at the end."""
    for each in result.changed:
        about = each.about
        this.emit({
            "change": each.kind, "payment_id": each.payment_id, "booking_date": about.booking_date.isoformat(),
            "amount": format_amount(about.amount, about.currency), "currency": about.currency,
            "payer_name": about.payer or None, "purpose": about.purpose,
            "before": _plain(each, each.before), "after": _plain(each, each.after),
        })  # fmt: skip
    for shift in result.shifts:
        this.emit({
            "account_number": shift.account_number, "currency": shift.currency,
            "credited_before": format_amount(shift.before, shift.currency),
            "credited_after": format_amount(shift.after, shift.currency),
        })  # fmt: skip
    labels = result.labels
    this.emit({
        "before": result.before, "after": result.after, "compared": result.compared, "changed": len(result.changed),
        "kinds": dict(Counter(each.kind for each in result.changed)),
        "labels": None if labels is None else {
            "labelled": labels.labelled, "right_before": labels.agreeing[0], "right_after": labels.agreeing[1],
            "wrong_credits_before": [each.payment_id for each in labels.wrong if each.side == "before"],
            "wrong_credits_after": [each.payment_id for each in labels.wrong if each.side == "after"],
            "unanswered": list(result.unlabelled),
        },
    })  # fmt: skip


def _plain(change: Change, outcome: Outcome) -> dict[str, Any]:
    money = change.about.currency
    return {
        "status": outcome.status, "reason": outcome.reason, "flags": list(outcome.flags),
        "account_number": outcome.account_number, "rule": outcome.rule,
        "splits": [{"account_number": number, "amount": format_amount(part, money)} for number, part in outcome.parts],
        "allocations": [{"invoice_number": n, "amount": format_amount(part, money)} for n, part in outcome.allocations],
    }  # fmt: skip
