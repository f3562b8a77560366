"""The console as a test uses it: signed in as somebody, filling in forms as a browser would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from starlette.testclient import TestClient

from reconcile.settings import Settings
from reconcile.steps import masters, users
from reconcile.steps.acts import Person
from reconcile.steps.run import run
from reconcile.web.app import create_app
from tests.steps.books import NOW, Line, one_c, policies, upload

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
PASSWORD = "quiet blue words"
DAY = date(2026, 2, 3)
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


def fill(engine: Engine, folder: Path) -> None:
    """Six payments: a large one, one of a third party, one of a stranger with tricks, and small ones."""
    accounts, invoices = folder / "accounts.csv", folder / "invoices.csv"
    accounts.write_text(
        "account_number,holder_name,holder_type,country,currency\n"
        "104582,ТОО Ромашка,legal_entity,KZ,KZT\n104599,ТОО Василёк,legal_entity,KZ,KZT\n"
        "104600,ТОО <script>alert(3)</script>,legal_entity,KZ,KZT\n",
        "utf-8",
    )
    invoices.write_text(
        "invoice_number,account_number,amount,currency,issued_on\n"
        "INV-77001,104582,1500.00,KZT,2026-01-20\nINV-77002,104600,900.00,KZT,2026-01-20\n",
        "utf-8",
    )
    masters.import_accounts(engine, accounts, actor="tester", now=NOW)
    masters.import_invoices(engine, invoices, actor="tester", now=NOW)
    lines = [
        Line(DAY, 150_000, "1", "Оплата по счету INV-77001", name="ИП Посторонний"),
        Line(DAY, 300_000_000, "2", "Пополнение", name="ТОО Крупное"),
        Line(DAY, 90_000, "3", f"Оплата по счету INV-77002 {EVIL}", name=EVIL),
        Line(DAY, 1_000, "4", "Без назначения", name="ТОО Мелкое"),
        Line(DAY, 2_000, "5", "Прочее", name="ТОО Мелкое"),
        Line(DAY.replace(day=2), 500, "6", "Старое", name="ТОО Раннее"),
    ]
    upload(engine, folder, "1.txt", one_c(lines, opening=0))
    run(engine, as_of=NOW.date(), now=NOW, policies=policies())
