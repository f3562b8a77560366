"""Statements: bring files in, see what was understood of each or why it was refused, start a run."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from reconcile.problem import Refusal
from reconcile.steps import second_person, statements, uploads
from reconcile.web.render import page
from reconcile.web.visit import Operator, Posted, Viewer, Visit

router = APIRouter()
SHOWN: Final = 100


@router.get("/statements")
def list_(visit: Viewer) -> Response:
    return _page(visit)


def _page(visit: Visit, status: int = 200, problems: object = ()) -> Response:
    rows = statements.newest(visit.engine, SHOWN)
    most = visit.settings.max_upload_bytes
    return page(
        visit, "statements.html", status=status, jobs=uploads.jobs(visit.engine), statements=rows, most=most,
        problems=problems, waiting=second_person.waiting_subjects(visit.engine, "statement"),
    )  # fmt: skip


@router.get("/statements/jobs")
def jobs(visit: Viewer) -> Response:
    """The jobs alone: the page asks again while one of them is under way."""
    return page(visit, "jobs.html", jobs=uploads.jobs(visit.engine))


@router.post("/statements/upload")
def upload(visit: Operator, form: Posted) -> Response:
    files = [uploads.Brought(each.filename or "", each.file) for each in form.files("files")]
    if not files:
        return _page(visit, 422, Refusal.of("no file came", "choose one or several").problems)
    uploads.receive(visit.engine, visit.settings.files, files, visit.user.name, visit.now)
    visit.request.app.state.worker.nudge()
    return jobs(visit) if visit.part else RedirectResponse("/statements", 303)


@router.post("/statements/run")
def run(visit: Operator, form: Posted) -> Response:
    """Decide what came in."""
    uploads.start_run(visit.engine, visit.user.name, visit.now)
    visit.request.app.state.worker.nudge()
    return RedirectResponse("/statements", 303)


@router.post("/statements/{statement_id}/{act}")
def decide(visit: Operator, form: Posted, statement_id: str, act: str) -> Response:
    """Vouch for a statement that does not add up or waits; or take back a wrong one."""
    person = visit.person(form["reason"])
    try:
        if act == "accept":
            second_person.accept_statement(visit.engine, visit.policies, statement_id, person)
        elif act == "void":
            statements.void(visit.engine, statement_id, person)
        else:
            raise Refusal.of("there is no such act", "go back to the list")
    except Refusal as refusal:
        return _page(visit, 422, refusal.problems)
    return RedirectResponse("/statements", 303)
