"""`invoice issue|list|pdf|send|cancel`: invoices of this program, and their pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reconcile.commands.context import Context, day
from reconcile.invoicing.document import purpose, third_party_purpose
from reconcile.invoicing.language import language as language_of
from reconcile.money import format_amount
from reconcile.problem import Refusal
from reconcile.steps import invoice_mail, invoices, mail

Number = Annotated[str, typer.Argument(help="The invoice's number.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it becomes part of the books.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Invoices: issue, send, cancel; an issued invoice never changes.")
    group.command("issue")(issue)
    group.command("list")(list_)
    group.command("pdf")(pdf)
    group.command("send")(send)
    group.command("cancel")(cancel)
    app.add_typer(group, name="invoice", no_args_is_help=True)


def issue(
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="The personal account that is topped up.")],
    amount: Annotated[str, typer.Argument(help="In the account's currency, such as 150000.00.")],
    page: Annotated[Path | None, typer.Option("--pdf", help="Write the page to this file.")] = None,
    email: Annotated[bool, typer.Option("--email", help="Send it to the account's address.")] = False,
    language: Annotated[str, typer.Option(help="en, ru, kk or uz. Default: the account's.")] = "",
    expires: Annotated[str, typer.Option(help="The last day to pay. Default: the policy's term.")] = "",
    key: Annotated[str, typer.Option(help="Names the request: repeated, it gives the same invoice.")] = "",
) -> None:
    """Issue an invoice: a number with check digits, the purpose to copy, and its page."""
    this: Context = context.obj
    _room_for(page)
    sender = _sender(this) if email else ""
    if email:
        invoice_mail.address_of(this.engine, account)
    request = invoices.Request(account, amount, language, day(expires or None, "--expires"), key or None)
    made = invoices.issue_invoice(this.engine, request, actor=this.settings.actor, now=this.now, policies=this.policies)
    if page is not None:
        _write(made, page)
    if email:
        _send(this, made, sender)
    _say(this, made, page)


def list_(
    context: typer.Context,
    account: Annotated[str, typer.Option(help="Only those of this personal account.")] = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only what is still to be paid.")] = False,
) -> None:
    """Invoices with what is outstanding of each, newest first."""
    this: Context = context.obj
    columns = ("Invoice", "Account", "Amount", "Outstanding", "Currency", "Issued", "Expires", "Status")
    rows = invoices.list_invoices(this.engine, account, open_only)
    this.table(
        "Invoices",
        columns,
        [
            (
                each.number,
                each.account_number,
                format_amount(each.amount, each.currency),
                format_amount(each.outstanding, each.currency),
                each.currency,
                each.issued_on,
                each.expires_on,
                each.status.value,
            )
            for each in rows
        ],
    )


def pdf(
    context: typer.Context,
    number: Number,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the page.")],
) -> None:
    """The page of an invoice that was issued here, as it was."""
    this: Context = context.obj
    _room_for(output)
    _write(invoices.issued(this.engine, number), output)
    this.emit({"invoice_number": number, "pdf": str(output)}) if this.as_json else this.say(f"{number} is in {output}")


def send(context: typer.Context, number: Number) -> None:
    """Send the page to the account's address; once."""
    this: Context = context.obj
    _send(this, invoices.issued(this.engine, number), _sender(this))


def cancel(context: typer.Context, number: Number, reason: Reason = "") -> None:
    """Cancel an open invoice. Money that names it still finds its account."""
    this: Context = context.obj
    changed = invoices.cancel_invoice(this.engine, number, actor=this.settings.actor, now=this.now, reason=reason)
    done = "is cancelled" if changed else "was cancelled already"
    this.emit({"invoice_number": number, "changed": changed}) if this.as_json else this.say(f"invoice {number} {done}")


def _room_for(page: Path | None) -> None:
    """Before anything is issued: whether its page can be written, and where."""
    if page is None:
        return
    if not page.parent.is_dir():
        raise Refusal.of(f"there is no folder {str(page.parent)!r}", "make it first, or choose another place")
    from reconcile.invoicing.pdf import ready

    ready()


def _write(made: invoices.Issued, page: Path) -> None:
    from reconcile.invoicing.pdf import render

    partial = page.with_name(f".{page.name}.partial")
    try:
        partial.write_bytes(render(made.invoice, language_of(made.language)))
        partial.replace(page)
    finally:
        partial.unlink(missing_ok=True)


def _sender(this: Context) -> str:
    if not (this.settings.smtp_url and this.settings.mail_from):
        raise Refusal.of("no mail server is set", "set RECONCILE_SMTP_URL and RECONCILE_MAIL_FROM")
    return this.settings.mail_from


def _send(this: Context, made: invoices.Issued, sender: str) -> None:
    new = invoice_mail.write_letter(this.engine, made, sender=sender, now=this.now)
    done = mail.deliver(this.engine, mail.smtp(this.settings.smtp_url), lambda: this.now)
    if not new:
        this.say(f"invoice {made.invoice.number} was sent, or waits to be sent, already")
    elif done.sent:
        this.say(f"invoice {made.invoice.number} is sent")
    else:
        this.say(f"invoice {made.invoice.number} waits to be sent: the mail server did not take it yet")


def _say(this: Context, made: invoices.Issued, page: Path | None) -> None:
    invoice, words = made.invoice, language_of(made.language)
    if this.as_json:
        this.emit(
            {
                "invoice_number": invoice.number,
                "account_number": invoice.account_number,
                "amount": format_amount(invoice.amount, invoice.currency),
                "currency": invoice.currency,
                "issued_on": invoice.issued_on,
                "expires_on": invoice.expires_on,
                "language": made.language,
                "purpose": purpose(invoice, words),
                "third_party_purpose": third_party_purpose(invoice, words) if invoice.third_parties else None,
                "pdf": str(page) if page else None,
                "new": made.new,
            }
        )
        return
    sum_ = f"{format_amount(invoice.amount, invoice.currency)} {invoice.currency}"
    this.say(f"invoice {invoice.number} over {sum_} for {invoice.account_number}, to pay by {invoice.expires_on}")
    this.say(f"purpose: {purpose(invoice, words)}")
    if invoice.third_parties:
        this.say(f"for a third party: {third_party_purpose(invoice, words)}")
    if page:
        this.say(f"its page is in {page}")
