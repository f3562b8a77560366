"""`python -m tests.web.pictures FOLDER`: the pictures of the documentation, taken anew in Chromium from the demo's world."""

from __future__ import annotations

import base64
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine, text

from reconcile.settings import Settings
from reconcile.steps import demo, masters, report_mail, users
from reconcile.steps.acts import Person
from reconcile.web.app import create_app
from tests.servers import free_port, postgres_server
from tests.steps.books import Line, one_c, open_books, policies, rows
from tests.web.console import PASSWORD, Clock

NOW = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
PEOPLE = (
    ("aigul", "operator", "Aigul Saparova"),
    ("bolat", "approver", "Bolat Omarov"),
    ("dana", "approver", "Dana Lee"),
)


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as work, postgres_server() as server, server.database() as url:
        engine = open_books(url)
        _books(engine, Path(work))
        with served(engine, Path(work)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            _take(browser, address, engine, Path(work), folder)
            browser.close()
        engine.dispose()


def _books(engine: Engine, work: Path) -> None:
    for name, role, full_name in PEOPLE:
        users.add(engine, name, role, PASSWORD, Person("anna", "", NOW), full_name=full_name)
    (work / "world").mkdir()
    demo.demo(engine, work / "world", seed=7, entries=900, now=NOW, policies=policies(), tell=lambda _words: None)
    power = rows(engine, "SELECT account_number FROM payment WHERE reason = 'power_of_attorney_missing' LIMIT 1")
    number = str(power[0][0])
    masters.add_power(
        engine, reference="POA-2026/114", account_number=number, representative_name="Оспанов Ерлан Маратович",
        representative_tax_id="", issued_on=date(2025, 3, 20), valid_from=date(2025, 3, 21), valid_until=date(2026, 3, 20),
        actor="aigul", now=NOW, reason="the original is here", policies=policies(),
    )  # fmt: skip
    readers = report_mail.readers("KZ=finance-kz@example.org/en KZ=buhgalteria@example.org/ru")
    report_mail.write_letters(
        engine, "KZ", NOW.date(), readers, sender="books@example.org", now=NOW, policies=policies(), faults=(),
        console="https://console.example",
    )  # fmt: skip


@contextmanager
def served(engine: Engine, work: Path) -> Iterator[str]:
    app = create_app(engine, policies(), Settings(files=work / "files"), clock=Clock(NOW))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


def _desk(browser: Browser, address: str, name: str, width: int = 1280, dark: bool = False) -> Page:
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 900}, locale="en-GB", reduced_motion="reduce",
        color_scheme="dark" if dark else "light",
    )  # fmt: skip
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector("nav")
    return page


def _take(browser: Browser, address: str, engine: Engine, work: Path, folder: Path) -> None:
    page = _desk(browser, address, "aigul")

    def shot(name: str, where: str = "", height: int = 900, of: Page = page) -> None:
        if where:
            of.goto(where)
        of.wait_for_load_state("networkidle")
        width = of.viewport_size["width"] if of.viewport_size else 1280
        of.set_viewport_size({"width": width, "height": height})
        of.screenshot(path=folder / f"console-{name}.png", clip={"x": 0, "y": 0, "width": width, "height": height})

    held = _one(engine, "reason LIKE 'third_party%'")
    shot("tonight", "/", 1000)
    shot("report", "/report?country=KZ", 1000)
    shot("queue", "/queue", 860)
    several = _one(engine, "reason = 'conflicting_references' AND currency = 'KZT'")
    shot("payment", f"/payments/{several}", 900)
    shot("powers", "/powers", 700)
    page.goto("/accounts")
    number = str(rows(engine, f"SELECT account_number FROM payment WHERE id = '{held}'")[0][0])
    page.get_by_label("Search").fill(number)
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/*")
    shot("account", "", 900)
    _upload(page, engine, work)
    shot("upload", "", 760)
    _second(page, engine)
    shot("second", "/approvals", 700, _desk(browser, address, "bolat"))
    shot("telephone", f"/queue/{held}?tab=todo", 1000, _desk(browser, address, "dana", 400, dark=True))
    users.choose_language(engine, "dana", "ru")
    shot("russian", "/report?country=KZ", 1000, _desk(browser, address, "dana"))
    _letter(browser, engine, folder)


def _one(engine: Engine, where: str) -> str:
    return str(
        rows(engine, f"SELECT id FROM payment WHERE {where} AND status IN ('held', 'unmatched') ORDER BY 1")[0][0]
    )


def _upload(page: Page, engine: Engine, work: Path) -> None:
    own = str(
        rows(engine, "SELECT number FROM own_bank_account WHERE country = 'KZ' AND currency = 'KZT' ORDER BY 1")[0][0]
    )
    day = NOW.date()
    good = one_c([Line(day, 4_500_000, "1"), Line(day, 12_000_000, "2"), Line(day, 730_050, "3")], opening=0, own=own)
    wrong = good.replace("=120000.00", "=12OOOO.00")
    large = one_c([Line(day, 1000 + at, str(at)) for at in range(60_000)], opening=0, own=own)
    files = (("evening.txt", good), ("typed-by-hand.txt", wrong), ("month.txt", large))
    for name, content in files:
        (work / name).write_text(content, "utf-8")
    page.goto("/statements")
    page.locator("#files").set_input_files([str(work / name) for name, _ in files])
    page.wait_for_selector('[data-job="refused"]')
    until = time.monotonic() + 60
    while time.monotonic() < until:
        seen = [int(each.get_attribute("data-done") or 0) for each in page.locator("progress[data-done]").all()]
        if any(done > 4000 for done in seen):
            return
        time.sleep(0.05)


def _second(page: Page, engine: Engine) -> None:
    """A credit above the amount, and a holder's other bank account: both wait for somebody else."""
    query = (
        "SELECT id FROM payment WHERE status = 'held' AND currency = 'KZT' AND reason LIKE 'power_of_attorney%' "
        "ORDER BY amount DESC"
    )
    page.goto(f"/payments/{rows(engine, query)[0][0]}")
    page.keyboard.press("1")
    page.keyboard.type("the holder confirmed it in writing")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**done=**")
    page.goto("/accounts")
    page.get_by_label("Search").fill(
        str(rows(engine, "SELECT number FROM account WHERE country = 'KZ' ORDER BY 1")[0][0])
    )
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/*")
    page.get_by_text("Change tax ids or bank accounts").click()
    page.locator("#h-banks").fill("KZ687220000000000003")
    page.locator("#h-why").fill("letter of the holder of 27 February")
    page.get_by_role("button", name="Propose").click()
    page.wait_for_url("**/approvals")


def _letter(browser: Browser, engine: Engine, folder: Path) -> None:
    with engine.connect() as connection:
        content = connection.execute(text("SELECT content FROM letter WHERE recipient LIKE 'finance%'")).scalar_one()
    message: Any = message_from_bytes(content, policy=SMTP)
    html = message.get_body(("related", "html"))
    page_text = message.get_body(("html",)).get_content()
    for part in html.iter_attachments() if html.is_multipart() else ():
        name = str(part["Content-ID"]).strip("<>")
        page_text = page_text.replace(
            f"cid:{name}", "data:image/png;base64," + base64.b64encode(part.get_content()).decode()
        )
    page = browser.new_page(viewport={"width": 720, "height": 1100})
    page.set_content(page_text)
    page.screenshot(path=folder / "report-mail.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
