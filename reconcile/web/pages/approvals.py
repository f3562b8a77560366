"""What waits for a second person: acts on payments, and changes that only lead to a credit."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from reconcile.problem import Refusal
from reconcile.steps import queue, scans, second_person
from reconcile.web.render import page
from reconcile.web.visit import Operator, Posted, Viewer, Visit

router = APIRouter()


@router.get("/approvals")
def list_(visit: Viewer) -> Response:
    return _page(visit)


def _page(visit: Visit, status: int = 200, problems: object = ()) -> Response:
    acts = queue.page(visit.engine, queue.Filter(tab="second"), visit.today, limit=200).rows
    changes = second_person.waiting(visit.engine)
    its = scans.scans(visit.engine, [each.subject for each in changes if each.kind == "power"])
    return page(visit, "approvals.html", status=status, acts=acts, changes=changes, scans=its, problems=problems)


@router.post("/approvals/{change_id}/{act}")
def decide(visit: Operator, form: Posted, change_id: int, act: str) -> Response:
    if act == "approve" and not visit.may("approve"):
        raise HTTPException(403)
    person = visit.person(form["reason"])
    try:
        if act == "approve":
            second_person.approve(visit.engine, visit.policies, change_id, person)
        elif act == "reject":
            second_person.reject(visit.engine, change_id, person)
        else:
            raise HTTPException(404)
    except Refusal as refusal:
        return _page(visit, 422, refusal.problems)
    return RedirectResponse("/approvals", 303)
