"""In and out: the sign-in page, signing out, one's own language and password."""

from __future__ import annotations

import secrets
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from reconcile.problem import Refusal
from reconcile.steps import sessions, users
from reconcile.web.render import page
from reconcile.web.visit import LANGUAGES, Anybody, Form, Posted, Viewer, Visit, address, cookie_name

router = APIRouter()
_BEFORE: Final = "reconcile_before"


@router.get("/sign-in")
def form(visit: Anybody) -> Response:
    if visit.user.name:
        return RedirectResponse("/", 303)
    return refused(visit, "")


def refused(visit: Visit, wrong: str, status: int = 200) -> Response:
    """The form, with a token of its own: nobody signs another browser in by a forged form."""
    token = visit.request.cookies.get(_BEFORE) or secrets.token_urlsafe(32)
    nobody = not users.any_user(visit.engine)
    provider = bool(visit.settings.oidc_issuer)
    answer = page(visit, "sign_in.html", status=status, before=token, wrong=wrong, nobody=nobody, provider=provider)
    put_cookie(visit, answer, _BEFORE, token, 3600)
    return answer


@router.post("/sign-in")
async def sign_in(request: Request, visit: Anybody) -> Response:
    given = Form(await request.form(max_files=0, max_fields=10))
    return await run_in_threadpool(_sign_in, visit, given)


def _sign_in(visit: Visit, given: Form) -> Response:
    before = visit.request.cookies.get(_BEFORE, "")
    if not before or not secrets.compare_digest(before.encode(), given["before"].encode()):
        return refused(visit, "again", 403)
    password = given.data.get("password", "")
    try:
        token = sessions.sign_in(
            visit.engine,
            given["name"],
            password if isinstance(password, str) else "",
            address(visit.request),
            visit.now,
        )
    except sessions.TooManyAttempts:
        return refused(visit, "braked", 429)
    if token is None:
        return refused(visit, "wrong", 403)
    return entered(visit, token)


def entered(visit: Visit, token: str) -> Response:
    """In: whatever session the browser came with is over, and the new token is one that nobody has seen before."""
    old = visit.request.cookies.get(cookie_name(visit.settings), "")
    if old:
        sessions.sign_out(visit.engine, old, visit.now)
    answer = RedirectResponse("/", 303)
    put_cookie(visit, answer, cookie_name(visit.settings), token, None)
    answer.delete_cookie(_BEFORE)
    return answer


def put_cookie(visit: Visit, answer: Response, name: str, value: str, seconds: int | None) -> None:
    secure = visit.settings.public_url.startswith("https://")
    answer.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax")


@router.post("/sign-out")
def sign_out(visit: Viewer, form: Posted) -> Response:
    sessions.sign_out(visit.engine, visit.request.cookies.get(cookie_name(visit.settings), ""), visit.now)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(cookie_name(visit.settings), path="/")
    return answer


@router.get("/me")
def me(visit: Viewer) -> Response:
    return page(visit, "me.html", done="", problems=())


@router.post("/me/language")
def language(visit: Viewer, form: Posted) -> Response:
    if form["language"] in LANGUAGES:
        users.choose_language(visit.engine, visit.user.name, form["language"])
    answer = RedirectResponse("/me", 303)
    put_cookie(visit, answer, "language", form["language"] if form["language"] in LANGUAGES else "en", 31_536_000)
    return answer


@router.post("/me/password")
def password(visit: Viewer, form: Posted) -> Response:
    """Another password for oneself; everybody who was in under this name is out, and in again with a new session."""
    present, new, again = (_exactly(form, name) for name in ("present", "new", "again"))
    try:
        if new != again:
            raise Refusal.of("the two new passwords differ", "type the same one twice")
        sessions.confirm(visit.engine, visit.user.name, present, address(visit.request), visit.now)
        users.change_password(visit.engine, visit.user.name, new, visit.person("by the user"))
    except sessions.TooManyAttempts:
        return page(visit, "me.html", status=429, done="braked", problems=())
    except Refusal as refusal:
        return page(visit, "me.html", status=422, done="", problems=refusal.problems)
    return entered(visit, sessions.begin(visit.engine, visit.user.name, visit.now, "password changed"))


def _exactly(form: Form, name: str) -> str:
    """A password as it was typed, with its spaces."""
    value = form.data.get(name, "")
    return value if isinstance(value, str) else ""
