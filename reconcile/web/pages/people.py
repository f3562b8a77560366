"""Users and the audit trail: an admin's pages."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from reconcile.problem import Refusal
from reconcile.steps import trail, users
from reconcile.web.render import page
from reconcile.web.visit import Admin, Form, Posted, Visit

router = APIRouter()


@router.get("/users")
def list_(visit: Admin) -> Response:
    return _page(visit)


def _page(visit: Visit, status: int = 200, problems: object = ()) -> Response:
    known = users.users(visit.engine)
    return page(visit, "users.html", status=status, users=known, roles=users.ROLES, problems=problems)


@router.post("/users")
def add(visit: Admin, form: Posted) -> Response:
    password = form.data.get("password", "")
    try:
        if not isinstance(password, str) or not password:
            raise Refusal.of("the new user has no password", "type one; they can change it themselves")
        users.add(
            visit.engine, form["name"], form["role"], password, visit.person(form["reason"] or "added in the console"),
            full_name=form["full_name"], language=form["language"] or "en",
        )  # fmt: skip
    except Refusal as refusal:
        return _page(visit, 422, refusal.problems)
    return RedirectResponse("/users", 303)


@router.post("/users/{name}/{act}")
def change(visit: Admin, form: Posted, name: str, act: str) -> Response:
    try:
        _change(visit, form, name, act)
    except Refusal as refusal:
        return _page(visit, 422, refusal.problems)
    return RedirectResponse("/users", 303)


def _change(visit: Visit, form: Form, name: str, act: str) -> None:
    person = visit.person(form["reason"] or "changed in the console")
    if act == "role":
        users.change_role(visit.engine, name, form["role"], person)
    elif act == "disable":
        users.disable(visit.engine, name, person)
    elif act == "enable":
        users.enable(visit.engine, name, person)
    elif act == "password":
        password = form.data.get("password", "")
        users.change_password(visit.engine, name, password if isinstance(password, str) else "", person)
    else:
        raise Refusal.of("there is no such act", "go back to the list of users")


@router.get("/audit")
def audit(visit: Admin, before: int = 0) -> Response:
    rows, following = trail.trail(visit.engine, before or None)
    return page(visit, "audit.html", rows=rows, following=following)
