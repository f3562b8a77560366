"""Who looks, in which language, and what they may do: what every handler is given.

A handler asks for `Viewer`, `Operator`, `Approver` or `Admin` and gets the visit of somebody who may; for a form that
changes anything it asks for `Posted`, which is only handed over with the session's own token in it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Final

from fastapi import Depends, HTTPException, Request
from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from reconcile.policy import PolicyBook
from reconcile.settings import Settings
from reconcile.steps import sessions
from reconcile.steps.acts import Person
from reconcile.steps.queue import counts
from reconcile.steps.sessions import User

LANGUAGES: Final = ("en", "ru")
MAY: Final = {
    "viewer": frozenset({"see"}),
    "operator": frozenset({"see", "decide"}),
    "approver": frozenset({"see", "decide", "approve"}),
    "admin": frozenset({"see", "manage"}),
}
"""What each role may do. An admin lets people in and decides about no money."""
NOBODY: Final = User("", "", "", "en", "")


class SignInNeeded(Exception):
    """Nobody is in: first the sign-in page, then back."""


@dataclass(frozen=True)
class Visit:
    """One request of one person. `user` has an empty name where nobody is in."""

    request: Request
    user: User
    language: str
    now: datetime

    @property
    def engine(self) -> Engine:
        engine: Engine = self.request.app.state.engine
        return engine

    @property
    def policies(self) -> PolicyBook:
        policies: PolicyBook = self.request.app.state.policies
        return policies

    @property
    def settings(self) -> Settings:
        settings: Settings = self.request.app.state.settings
        return settings

    @cached_property
    def today(self) -> date:
        """The day that has begun in the easternmost country of the policy."""
        policy = self.policies.editions[-1].policy
        return max([country.local_day(self.now) for country in policy.countries.values()] or [self.now.date()])

    @cached_property
    def counts(self) -> dict[str, int]:
        """What waits, for the bar and the tabs."""
        return counts(self.engine, self.today)

    @property
    def part(self) -> bool:
        """Whether the script asks for a part of a page rather than the browser for a page."""
        return self.request.headers.get("hx-request") == "true"

    def may(self, what: str) -> bool:
        return what in MAY.get(self.user.role, frozenset())

    def person(self, reason: str) -> Person:
        return Person(self.user.name, " ".join(reason.split()), self.now)


def cookie_name(settings: Settings) -> str:
    """With https the browser itself sees to it that no neighbour planted the cookie."""
    return "__Host-reconcile" if settings.public_url.startswith("https://") else "reconcile_session"


def anybody(request: Request) -> Visit:
    """The visit, whether or not somebody is in."""
    state = request.app.state
    now = state.clock()
    token = request.cookies.get(cookie_name(state.settings), "")
    user = sessions.who(state.engine, token, now) if token else None
    return Visit(request, user or NOBODY, user.language if user else spoken(request), now)


def spoken(request: Request) -> str:
    """The language of somebody whom we do not know yet: as chosen before, else the browser's first that we speak."""
    chosen = request.cookies.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    told = [each.strip()[:2].lower() for each in request.headers.get("accept-language", "").split(",")]
    return next((each for each in told if each in LANGUAGES), "en")


class Needs:
    """A dependency: the visit of somebody who may do this."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __call__(self, visit: Annotated[Visit, Depends(anybody)]) -> Visit:
        if not visit.user.name:
            raise SignInNeeded
        if not visit.may(self.what):
            raise HTTPException(403)
        return visit


Anybody = Annotated[Visit, Depends(anybody)]
Viewer = Annotated[Visit, Depends(Needs("see"))]
Operator = Annotated[Visit, Depends(Needs("decide"))]
Approver = Annotated[Visit, Depends(Needs("approve"))]
Admin = Annotated[Visit, Depends(Needs("manage"))]


class Form:
    """A posted form. A field that is missing is empty; more than one value of a field is a list on request."""

    def __init__(self, data: FormData) -> None:
        self.data = data

    def __getitem__(self, name: str) -> str:
        value = self.data.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        return [value.strip() for value in self.data.getlist(name) if isinstance(value, str)]

    def files(self, name: str) -> list[UploadFile]:
        return [value for value in self.data.getlist(name) if isinstance(value, UploadFile) and value.filename]


async def posted(request: Request) -> Form:
    """The form, once its token is that of the session. The session comes first: nobody's body is not even read."""
    visit = await run_in_threadpool(anybody, request)
    if not visit.user.name:
        raise SignInNeeded
    form = Form(await request.form(max_files=200, max_fields=2000))
    token = form["csrf"] or request.headers.get("x-csrf-token", "")
    if not secrets.compare_digest(token.encode(), visit.user.csrf.encode()):
        raise HTTPException(403, "csrf")
    return form


Posted = Annotated[Form, Depends(posted)]


def address(request: Request) -> str:
    """Where the request comes from, for the brake on guessing."""
    client: Any = request.client
    return str(client.host) if client else "unknown"
