"""The console as a test uses it: signed in as somebody, filling in forms as a browser would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from starlette.testclient import TestClient

from reconcile.settings import Settings
from reconcile.steps import users
from reconcile.steps.review import Person
from reconcile.web.app import create_app
from tests.steps.books import NOW, policies

PASSWORD = "quiet blue words"
ROLES = {"vera": "viewer", "olga": "operator", "pavel": "approver", "petr": "approver", "anna": "admin"}
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
BEFORE = re.compile(r'name="before" value="([^"]+)"')


@dataclass
class Clock:
    """The console's clock, which a test moves on."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def on(self, **by: int) -> None:
        self.now += timedelta(**by)


def add_users(engine: Engine, roles: Mapping[str, str] = ROLES) -> None:
    for name, role in roles.items():
        person = Person("tester", "", NOW)
        users.add(engine, name, role, PASSWORD, person, full_name=name.capitalize())


@dataclass
class Console:
    """One application; `client()` is a browser of its own."""

    engine: Engine
    folder: Path
    clock: Clock = field(default_factory=Clock)
    settings: Settings | None = None

    def __post_init__(self) -> None:
        settings = self.settings or Settings(files=self.folder / "files", reports=self.folder / "reports")
        self.settings = settings
        self.app = create_app(self.engine, policies(), settings, clock=self.clock)

    def browser(self, name: str = "", language: str = "en") -> Browser:
        browser = Browser(TestClient(self.app, headers={"accept-language": language}, follow_redirects=False))
        if name:
            assert browser.sign_in(name).status_code == 303
        return browser


@dataclass
class Browser:
    client: TestClient

    def sign_in(self, name: str, password: str = PASSWORD) -> Any:
        before = BEFORE.search(self.client.get("/sign-in").text)
        given = {"name": name, "password": password, "before": before.group(1) if before else ""}
        return self.client.post("/sign-in", data=given)

    @property
    def csrf(self) -> str:
        found = CSRF.search(self.client.get("/me").text)
        return found.group(1) if found else ""

    def get(self, address: str, **more: Any) -> Any:
        return self.client.get(address, **more)

    def post(self, address: str, data: Mapping[str, Any] | None = None, **more: Any) -> Any:
        return self.client.post(address, data={"csrf": self.csrf, **(data or {})}, **more)


def seen(html: str) -> str:
    """The words of a page, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())
