"""The queue: what waits for a person, one payment at a time, with its acts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from reconcile.money import read_amount
from reconcile.problem import Problem, Refusal
from reconcile.steps import approving, declining, references, review
from reconcile.steps import dossier as telling
from reconcile.steps import queue as queueing
from reconcile.steps.acts import Outcome
from reconcile.steps.queue import Filter, Place
from reconcile.web.render import page
from reconcile.web.visit import Form, Operator, Posted, Viewer, Visit

router = APIRouter()
_NO_FILTER: Final = Filter()


# --- looking ---------------------------------------------------------------------------------------------------------


@router.get("/queue")
def list_(visit: Viewer, tab: str = "todo", f: str = "", after: str = "", done: str = "") -> Response:
    return _both(visit, tab, f, after, done=_done(visit, done))


def _both(visit: Visit, tab: str, f: str, after: str, payment_id: str = "", status: int = 200, **more: Any) -> Response:
    """The list, and beside it a payment: the one that was chosen, else the first."""
    beside = _list(visit, tab, f, after)
    first = payment_id or (beside["rows"][0].id if beside["rows"] else "")
    shown = _payment(visit, first) if first else {"payment": None}
    values = {"problems": (), "done": None, "alone": False, "chosen": bool(payment_id), **more}
    return page(visit, "queue.html", status=status, **beside, **shown, **values)


@router.post("/queue/filter")
def filter_(visit: Viewer, form: Posted) -> Response:
    """What is sought stands under an id: no name or number comes into an address."""
    names = ("status", "reason", "country", "own_account", "text")
    wanted = {name: form[name][:200] for name in names if form[name]}
    if form["order"] in queueing.ORDERS[1:]:
        wanted["order"] = form["order"]
    tab = form["tab"] if form["tab"] in queueing.TABS else "todo"
    if not wanted:
        return RedirectResponse(f"/queue?tab={tab}", 303)
    value = json.dumps(wanted, sort_keys=True, ensure_ascii=False)
    ids = references.remember(visit.engine, "search", [value], visit.now)
    return RedirectResponse(f"/queue?tab={tab}&f={ids[value]}", 303)


@router.get("/queue/{payment_id}")
def one(visit: Viewer, payment_id: str, tab: str = "todo", f: str = "", after: str = "", done: str = "") -> Response:
    if visit.part:
        shown = _payment(visit, payment_id)
        return page(visit, "payment.html", **shown, problems=(), tab=tab, f=f, after=after, alone=False)
    return _both(visit, tab, f, after, payment_id, done=_done(visit, done))


@router.get("/payments/{payment_id}")
def alone(visit: Viewer, payment_id: str, done: str = "") -> Response:
    """A payment by itself, whatever its status: what histories and searches lead to."""
    return _alone(visit, payment_id, (), 200, done)


def _alone(visit: Visit, payment_id: str, problems: tuple[Problem, ...], status: int, done: str = "") -> Response:
    shown = _payment(visit, payment_id)
    return page(
        visit, "payment_page.html", status=status, **shown, problems=problems, tab="", f="", after="", alone=True,
        done=_done(visit, done),
    )  # fmt: skip


def _list(visit: Visit, tab: str, f: str, after: str) -> dict[str, Any]:
    tab = tab if tab in queueing.TABS else "todo"
    wanted = replace(_wanted(visit, f), tab=tab)
    found = queueing.page(visit.engine, wanted, visit.today, _place(visit, after))
    return {
        "rows": found.rows,
        "following": found.following,
        "wanted": wanted,
        "filtered": wanted != replace(_NO_FILTER, tab=tab),
        "tab": tab,
        "f": f,
        "after": after,
        "counts": visit.counts,
        "reasons": queueing.reasons(visit.engine),
        "owns": queueing.own_accounts(visit.engine),
    }


def _wanted(visit: Visit, f: str) -> Filter:
    value = references.recall(visit.engine, "search", f) if f else None
    return Filter(**json.loads(value)) if value else _NO_FILTER


def _place(visit: Visit, after: str) -> Place | None:
    if not after:
        return None
    try:
        row = telling.place_of(visit.engine, after)
    except Refusal:
        return None
    return Place(*row)


def _payment(visit: Visit, payment_id: str) -> dict[str, Any]:
    try:
        found = telling.dossier(visit.engine, visit.policies, payment_id, visit.language)
    except Refusal:
        raise HTTPException(404) from None
    numbers = {each.number for each in found.choices} | {found.row.account_number or ""}
    numbers |= {each.account_number for each in found.of_payer}
    return {"payment": found, "refs": references.remember(visit.engine, "account", numbers, visit.now)}


def _done(visit: Visit, payment_id: str) -> telling.Dossier | None:
    """The payment that was decided a moment ago, for the line that says so and offers to undo it."""
    if not payment_id:
        return None
    try:
        return telling.dossier(visit.engine, visit.policies, payment_id, visit.language)
    except Refusal:
        return None


# --- acting ----------------------------------------------------------------------------------------------------------


@router.post("/payments/{payment_id}/{act}")
def decide(visit: Operator, form: Posted, payment_id: str, act: str) -> Response:
    """One act on one payment, then on to the next. What is refused is said beside the payment, and nothing is done."""
    if act not in _ACTS or (act == "approve" and not visit.may("approve")):
        raise HTTPException(404 if act not in _ACTS else 403)
    following = payment_id if act in STAYS else _following(visit, form, payment_id)
    try:
        outcome = _ACTS[act](visit, form, payment_id)
    except Refusal as refusal:
        return _refused(visit, form, payment_id, refusal)
    return RedirectResponse(_next(form, outcome.payment_id, following), 303)


def _credit(visit: Visit, form: Form, payment_id: str) -> Outcome:
    invoices = [number for value in form.all("invoice") for number in value.replace(",", " ").split()]
    person = visit.person(form["reason"])
    return review.credit(visit.engine, visit.policies, payment_id, form["account"], person, invoices)


def _reassign(visit: Visit, form: Form, payment_id: str) -> Outcome:
    invoices = [number for value in form.all("invoice") for number in value.replace(",", " ").split()]
    person = visit.person(form["reason"])
    return review.reassign(visit.engine, visit.policies, payment_id, form["account"], person, invoices)


def _split(visit: Visit, form: Form, payment_id: str) -> Outcome:
    currency = telling.currency_of(visit.engine, payment_id)
    pairs = [(a, b) for a, b in zip(form.all("account"), form.all("amount"), strict=False) if a or b]
    shares = [(number, typed_amount(amount, currency)) for number, amount in pairs]
    return review.split(visit.engine, visit.policies, payment_id, shares, visit.person(form["reason"]))


def _hold(visit: Visit, form: Form, payment_id: str) -> Outcome:
    until = typed_day(form["until"])
    if until is not None and until <= visit.today:
        raise Refusal.of(f"{until} is not a day to come", "choose a later one, or none")
    return review.hold(visit.engine, visit.policies, payment_id, visit.person(form["reason"]), until)


def _declining(act: Callable[..., Outcome]) -> Callable[[Visit, Form, str], Outcome]:
    """What is declined, or reconsidered, is an account; or only one of its invoices."""

    def do(visit: Visit, form: Form, payment_id: str) -> Outcome:
        invoice = form["invoice"] or None
        person = visit.person(form["reason"])
        return act(visit.engine, visit.policies, payment_id, form["account"], person, invoice)

    return do


def _simple(act: Callable[..., Outcome]) -> Callable[[Visit, Form, str], Outcome]:
    def do(visit: Visit, form: Form, payment_id: str) -> Outcome:
        return act(visit.engine, visit.policies, payment_id, visit.person(form["reason"]))

    return do


_ACTS: Final[dict[str, Callable[[Visit, Form, str], Outcome]]] = {
    "credit": _credit,
    "split": _split,
    "reassign": _reassign,
    "decline": _declining(declining.decline),
    "reconsider": _declining(declining.reconsider),
    "hold": _hold,
    "return": _simple(review.return_),
    "ignore": _simple(review.ignore),
    "undo": _simple(review.undo),
    "approve": _simple(approving.approve),
}


def typed_amount(text: str, currency: str) -> int:
    """An amount as people type it: spaces between thousands, a comma or a point before the minor units. What could be
    read in two ways is refused by `read_amount`."""
    plain = "".join(text.split()).replace("\u00a0", "").replace("\u202f", "")
    if plain.count(",") == 1 and "." not in plain and len(plain.rpartition(",")[2]) <= 2:
        plain = plain.replace(",", ".")
    return read_amount(plain, currency)


def typed_day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal.of(f"{text[:40]!r} is not a date", "choose one, or write it as 2026-02-03") from None


def _following(visit: Visit, form: Form, payment_id: str) -> str:
    """The payment behind this one in the list that the person works through; empty where they came from elsewhere."""
    if not form["tab"]:
        return ""
    tab = form["tab"] if form["tab"] in queueing.TABS else "todo"
    wanted = replace(_wanted(visit, form["f"]), tab=tab)
    rows = queueing.page(visit.engine, wanted, visit.today, _place(visit, payment_id), limit=1).rows
    return rows[0].id if rows else ""


def _next(form: Form, payment_id: str, following: str) -> str:
    if not form["tab"]:
        return f"/payments/{payment_id}?done={payment_id}"
    where = f"/queue/{following}" if following else "/queue"
    more = f"&f={form['f']}" if form["f"].isalnum() else ""
    return f"{where}?tab={form['tab'] if form['tab'] in queueing.TABS else 'todo'}{more}&done={payment_id}"


def _refused(visit: Visit, form: Form, payment_id: str, refusal: Refusal) -> Response:
    if not form["tab"]:
        return _alone(visit, payment_id, refusal.problems, 422)
    return _both(visit, form["tab"], form["f"], form["after"], payment_id, 422, problems=refusal.problems)


STAYS: Final = ("decline", "reconsider")
"""After these the payment still waits, and the person is still at it."""
SEVERAL: Final = ("hold", "return", "ignore")
"""What may be done to many at once with one reason. Never a credit, a split or a move: each of them needs evidence of its
own. Above the amount each act waits for a second person by itself; each is undone by itself."""


@router.post("/queue/several/{act}")
def several(visit: Operator, form: Posted, act: str) -> Response:
    """One act on what was marked. Each is done or refused by itself, and what was refused is said."""
    if act not in SEVERAL:
        raise HTTPException(404)
    problems: list[Problem] = []
    done = waiting = 0
    for payment_id in list(dict.fromkeys(form.all("payment")))[:200]:
        try:
            outcome = _ACTS[act](visit, form, payment_id)
        except Refusal as refusal:
            problems += [replace(problem, file=payment_id[:8]) for problem in refusal.problems]
        else:
            done += not outcome.waiting
            waiting += outcome.waiting
    return _both(
        visit, form["tab"] or "todo", form["f"], "", status=422 if problems else 200, problems=problems,
        several={"act": act, "done": done, "waiting": waiting},
    )  # fmt: skip
