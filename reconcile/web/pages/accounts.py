"""Personal accounts: looked up, one with its history, invoices and powers; an invoice issued, its page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from reconcile.invoicing.language import language as language_of
from reconcile.money import format_amount, read_amount
from reconcile.problem import Problem, Refusal
from reconcile.steps import accounts, history, invoices, masters, references, second_person
from reconcile.web.pages.queue import typed_amount, typed_day
from reconcile.web.render import page
from reconcile.web.visit import Form, Operator, Posted, Viewer, Visit

router = APIRouter()
LANGUAGES: Final = ("en", "ru", "kk", "uz")
_TYPED: Final = ("amount", "expires_on", "language")


@router.get("/accounts")
def list_(visit: Viewer, f: str = "") -> Response:
    kept = references.recall(visit.engine, "search", f) if f else None
    words = str(json.loads(kept).get("text", "")) if kept else ""
    found = accounts.search(visit.engine, words)
    return page(
        visit, "accounts.html", words=words, found=found, most=accounts.LIMIT,
        refs=references.remember(visit.engine, "account", [each.number for each in found], visit.now),
    )  # fmt: skip


@router.post("/accounts/search")
def search(visit: Viewer, form: Posted) -> Response:
    """What is sought stands under an id: no name or number comes into an address. One account is opened at once."""
    words = form["text"][:200]
    if not words:
        return RedirectResponse("/accounts", 303)
    found = accounts.search(visit.engine, words, 2)
    if len(found) == 1:
        ids = references.remember(visit.engine, "account", [found[0].number], visit.now)
        return RedirectResponse(f"/accounts/{ids[found[0].number]}", 303)
    value = json.dumps({"text": words}, sort_keys=True, ensure_ascii=False)
    ids = references.remember(visit.engine, "search", [value], visit.now)
    return RedirectResponse(f"/accounts?f={ids[value]}", 303)


@router.get("/accounts/{ref}")
def one(visit: Viewer, ref: str, made: str = "", after: str = "") -> Response:
    return _account(visit, ref, made=made, after=after)


def _account(
    visit: Visit, ref: str, *, status: int = 200, problems: Sequence[Problem] = (), form: Form | None = None,
    made: str = "", after: str = "",
) -> Response:  # fmt: skip
    number = _number(visit, ref)
    its = invoices.list_invoices(visit.engine, number)
    ids = references.remember(visit.engine, "invoice", [each.number for each in its], visit.now)
    rows = _history(visit, number, after)
    return page(
        visit, "account.html", status=status, account=accounts.one(visit.engine, number), ref=ref, rows=rows,
        following=_last(rows) if len(rows) == history.LIMIT else "", after=after,
        invoices=its, ids=ids, issued=invoices.issued_here(visit.engine, number), read_amount=read_amount,
        powers=masters.list_powers(visit.engine, number, visit.today), problems=problems,
        made=next((each for each in its if ids[each.number] == made), None), languages=LANGUAGES,
        given={name: form[name] if form else "" for name in _TYPED},
    )  # fmt: skip


def _last(rows: Sequence[dict[str, Any]]) -> str:
    """Behind which payment the next page begins; what a gateway refused is no payment."""
    return next((str(row["payment_id"]) for row in reversed(rows) if row["status"] != "failed"), "")


def _history(visit: Visit, number: str, after: str) -> list[dict[str, Any]]:
    try:
        return history.transactions(visit.engine, number, visit.policies, language=visit.language, after=after)
    except Refusal:
        raise HTTPException(404) from None


@router.post("/accounts/{ref}/holder")
def holder(visit: Operator, form: Posted, ref: str) -> Response:
    """Propose other tax ids or bank accounts of the holder. A second person always decides: they say who is believed to
    pay for themselves."""
    number = _number(visit, ref)
    try:
        second_person.change_holder(
            visit.engine, visit.policies, number, _listed(form["tax_ids"]), _listed(form["bank_accounts"]),
            visit.person(form["reason"]),
        )  # fmt: skip
    except Refusal as refusal:
        return _account(visit, ref, status=422, problems=refusal.problems)
    return RedirectResponse("/approvals", 303)


def _listed(words: str) -> list[str]:
    return list(dict.fromkeys(words.replace(",", " ").replace(";", " ").split()))


@router.post("/accounts/{ref}/invoices")
def issue(visit: Operator, form: Posted, ref: str) -> Response:
    """Issue an invoice for this account. The form carries a key of its own, so that sent twice it issues one."""
    number = _number(visit, ref)
    try:
        currency = accounts.one(visit.engine, number).currency
        amount = format_amount(typed_amount(form["amount"], currency), currency)
        key = f"console-{form['key'][:40]}" if form["key"] else None
        request = invoices.Request(number, amount, form["language"], typed_day(form["expires_on"]), key)
        made = invoices.issue_invoice(
            visit.engine, request, actor=visit.user.name, now=visit.now, policies=visit.policies
        )
    except Refusal as refusal:
        return _account(visit, ref, status=422, problems=refusal.problems, form=form)
    ids = references.remember(visit.engine, "invoice", [made.invoice.number], visit.now)
    return RedirectResponse(f"/accounts/{ref}?made={ids[made.invoice.number]}", 303)


@router.get("/invoices/{ref}.pdf")
def pdf(visit: Viewer, ref: str) -> Response:
    """The page of an invoice that was issued here, as it was."""
    number = references.recall(visit.engine, "invoice", ref)
    if number is None:
        raise HTTPException(404)
    from reconcile.invoicing.pdf import render

    made = invoices.issued(visit.engine, number)
    headers = {"content-disposition": 'attachment; filename="invoice.pdf"', "cache-control": "no-store"}
    return Response(render(made.invoice, language_of(made.language)), media_type="application/pdf", headers=headers)


def _number(visit: Visit, ref: str) -> str:
    number = references.recall(visit.engine, "account", ref)
    if number is None:
        raise HTTPException(404)
    return number
