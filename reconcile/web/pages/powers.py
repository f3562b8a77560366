"""Powers of attorney: what is on the books and what expires, register one with its scan, revoke one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from reconcile.problem import Problem, Refusal
from reconcile.steps import masters, references, scans, second_person
from reconcile.steps.second_person import Power
from reconcile.steps.uploads import Brought
from reconcile.web.pages.queue import typed_day
from reconcile.web.render import page
from reconcile.web.visit import Form, Operator, Posted, Viewer, Visit

router = APIRouter()
SOON: Final = timedelta(days=30)
_FIELDS: Final = (
    "reference", "account_number", "representative_name", "representative_tax_id", "issued_on", "valid_from",
    "valid_until", "reason",
)  # fmt: skip


@router.get("/powers")
def list_(visit: Viewer, done: str = "") -> Response:
    return _page(visit, done=done if done in ("registered", "waits", "revoked") else "")


def _page(
    visit: Visit, *, status: int = 200, problems: Sequence[Problem] = (), form: Form | None = None,
    released: Sequence[str] | None = None, done: str = "",
) -> Response:  # fmt: skip
    found = masters.list_powers(visit.engine, day=visit.today)
    found.sort(key=lambda each: (each.standing != "valid", each.power.valid_until, each.power.reference))
    soon = [each for each in found if each.standing == "valid" and each.power.valid_until <= visit.today + SOON]
    known = [each.power.reference for each in found]
    return page(
        visit, "powers.html", status=status, powers=found, soon={each.power.reference for each in soon},
        scans=scans.scans(visit.engine, known), problems=problems, released=released, done=done,
        waiting=second_person.waiting_subjects(visit.engine, "power"), most=scans.MOST >> 20,
        given={name: form[name] if form else "" for name in _FIELDS}, alone=False,
        ids=references.remember(visit.engine, "power", known, visit.now),
    )  # fmt: skip


@router.post("/powers/releases")
def releases(visit: Operator, form: Posted) -> Response:
    """Which held payments the power would release; nothing is stored."""
    try:
        released = second_person.releases(visit.engine, visit.policies, _power(form), visit.person("a look"))
    except Refusal as refusal:
        if visit.part:
            return page(visit, "power_releases.html", released=None, problems=refusal.problems)
        return _page(visit, status=422, problems=refusal.problems, form=form)
    if visit.part:
        return page(visit, "power_releases.html", released=released, problems=())
    return _page(visit, form=form, released=released)


@router.post("/powers")
def register(visit: Operator, form: Posted) -> Response:
    try:
        power, files, person = _power(form), form.files("scan"), visit.person(form["reason"])
        if len(files) != 1:
            raise Refusal.of("the scan of the power did not come", "choose its PDF, PNG or JPEG")
        outcome = scans.with_scan(
            visit.engine, visit.settings.files, power.reference, Brought(files[0].filename or "", files[0].file),
            person.actor, person.at,
            lambda: second_person.register_power(visit.engine, visit.policies, power, person),
        )  # fmt: skip
    except Refusal as refusal:
        return _page(visit, status=422, problems=refusal.problems, form=form)
    return RedirectResponse(f"/powers?done={'registered' if outcome.done else 'waits'}", 303)


@router.post("/powers/revoke")
def revoke(visit: Operator, form: Posted) -> Response:
    """From a day on the power is no longer valid; what was credited before stays."""
    try:
        reference = references.recall(visit.engine, "power", form["power"])
        person = visit.person(form["reason"])
        if reference is None:
            raise Refusal.of("there is no such power", "look at the list again")
        if not person.reason:
            raise Refusal.of("the act has no reason", "say why: it is part of the books")
        masters.revoke_power(
            visit.engine, reference, typed_day(form["on"]) or visit.today, actor=person.actor, now=person.at,
            reason=person.reason, policies=visit.policies,
        )  # fmt: skip
    except Refusal as refusal:
        return _page(visit, status=422, problems=refusal.problems)
    return RedirectResponse("/powers?done=revoked", 303)


@router.get("/powers/scans/{id_}")
def scan(visit: Viewer, id_: str) -> Response:
    """The scan as a file to keep: what somebody sent is never shown as a page of the console."""
    try:
        kind, content = scans.fetch(visit.engine, visit.settings.files, id_)
    except Refusal as refusal:
        if "no such scan" in refusal.problems[0].what:
            raise HTTPException(404) from None
        raise
    name = f"power-{id_[:8]}.{scans.ENDINGS[kind]}"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=kind, headers=headers)


def _power(form: Form) -> Power:
    days: dict[str, Any] = {name: typed_day(form[name]) for name in ("issued_on", "valid_from", "valid_until")}
    if days["valid_from"] is None or days["valid_until"] is None:
        raise Refusal.of("a power needs its first and last day", "type both")
    return Power(
        form["reference"], form["account_number"], form["representative_name"], form["representative_tax_id"], **days
    )
