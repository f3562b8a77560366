"""The console over a million payments on PostgreSQL: how long its pages take, beside a round trip of `SELECT 1`, and how
soon a large upload shows that it moves. The console is `reconcile web` in a process of its own, asked over HTTP.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import httpx2
import psycopg
from sqlalchemy import Engine, text

from reconcile.steps import users
from reconcile.steps.acts import Person
from reconcile.store import schema
from reconcile.store.engine import make_engine
from tests.benchmarks import many_payments
from tests.servers import driver_url, free_port, postgres_server
from tests.steps.books import OWN, Line, one_c

GOAL = 0.200
ROUNDS = 25
PASSWORD = "quiet blue words"
BEFORE = re.compile(r'name="before" value="([^"]+)"')
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
PAYMENT = re.compile(r'class="entry" href="(/queue/[0-9a-f]+\?[^"]*)"')
NEXT = re.compile(r'href="(/queue\?[^"]*after=[^"]+)"')
ENTRIES = 50_000
Timed = dict[str, list[float]]


@dataclass
class Desk:
    """Somebody who is signed in, over a connection that stays open."""

    http: httpx2.Client
    csrf: str

    def page(self, address: str) -> str:
        answer = self.http.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        return str(answer.text)

    def sought(self, **words: str) -> str:
        """The address under which a filter stands."""
        given = {"csrf": self.csrf, "tab": "todo", **words}
        return str(self.http.post("/queue/filter", data=given).headers["location"])


@contextmanager
def console(url: str, folder: Path) -> Iterator[Desk]:
    """`reconcile web` on these books, and an operator who is signed in."""
    port = free_port()
    environment = {**os.environ, "RECONCILE_FILES": str(folder / "files"), "RECONCILE_REDIS_URL": ""}
    command = [sys.executable, "-m", "reconcile.cli", "--database-url", url, "web", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as http:
            _wait_for(lambda: http.get("/health/live").status_code == 200)
            token = BEFORE.search(http.get("/sign-in").text)
            assert token is not None
            http.post("/sign-in", data={"name": "olga", "password": PASSWORD, "before": token.group(1)})
            found = CSRF.search(http.get("/me").text)
            assert found is not None
            yield Desk(http, found.group(1))
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(answers: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if answers():
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the console did not come up")


# --- the pages -------------------------------------------------------------------------------------------------------


def addresses(desk: Desk) -> dict[str, str]:
    """What somebody looks at in the course of a morning."""
    first = desk.page("/queue")
    one = PAYMENT.findall(first)
    second = NEXT.search(first)
    assert second is not None
    deep = second.group(1).replace("&amp;", "&")
    for _ in range(20):
        following = NEXT.search(desk.page(deep))
        assert following is not None
        deep = following.group(1).replace("&amp;", "&")
    return {
        "queue, first page": "/queue",
        "queue, largest first": desk.sought(order="largest"),
        "queue, second page": second.group(1).replace("&amp;", "&"),
        "queue, page 22": deep,
        "queue, all that waits": "/queue?tab=all",
        "queue, a reason": desk.sought(reason="payer_unknown"),
        "queue, a country": desk.sought(country="UZ"),
        "queue, a search for a name": desk.sought(text="Плательщик 99008"),
        "queue, a search for an invoice": desk.sought(text="INV250008"),
        "queue, a search that finds nothing": desk.sought(text="nobody of this name"),
        "one payment in the queue": one[0].replace("&amp;", "&"),
        "one payment by itself": "/payments/" + one[1].partition("?")[0].rpartition("/")[2],
        "tonight": "/",
        "tonight, a country": "/?country=KZ",
        "second person": "/approvals",
        "statements": "/statements",
        "the report": "/report",
        "an account": _account(desk),
    }


def _account(desk: Desk) -> str:
    given = {"csrf": desk.csrf, "text": "10000008"}
    return str(desk.http.post("/accounts/search", data=given).headers["location"])


def timed(desk: Desk, url: str, rounds: int) -> Timed:
    """Each page in turn, and a round trip between any two of them, so that what slows the one slows the other."""
    pages = {name: where for name, where in addresses(desk).items() if desk.http.get(where).status_code != 404}
    found: Timed = {name: [] for name in ("SELECT 1", *pages)}
    with psycopg.connect(driver_url(url), autocommit=True) as connection:
        for _ in range(rounds):
            for name, where in pages.items():
                found["SELECT 1"].append(_seconds(lambda: connection.execute("SELECT 1").fetchone()))
                found[name].append(_seconds(lambda where=where: desk.page(where)))  # type: ignore[misc]
    return found


def _seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def shown(found: Timed, payments: int, waiting: int) -> None:
    trip = median(found["SELECT 1"])
    print(f"\nThe console, {payments:,} payments, {waiting:,} of them open; median of {len(found['tonight'])}\n")
    print("| page | median ms | slowest ms | times `SELECT 1` | under 200 ms |")
    print("|---|---:|---:|---:|---|")
    for name, seconds in found.items():
        held = "yes" if median(seconds) < GOAL else "**no**"
        if name == "SELECT 1":
            held = ""
        middle, slowest = (value * 1000 for value in (median(seconds), max(seconds)))
        print(f"| {name} | {middle:,.1f} | {slowest:,.1f} | {middle / 1000 / trip:,.0f} | {held} |")


# --- the upload ------------------------------------------------------------------------------------------------------


def upload(desk: Desk, folder: Path, entries: int) -> None:
    """From the moment at which a file is sent until its page first says how many entries are read, and until all are."""
    path = folder / "large.txt"
    path.write_text(one_c(list(_lines(entries)), opening=0, own=OWN), "utf-8")
    started = time.perf_counter()
    with path.open("rb") as content:
        answer = desk.http.post("/statements/upload", data={"csrf": desk.csrf}, files={"files": (path.name, content)})
    assert answer.status_code == 303, answer.status_code
    taken = time.perf_counter() - started
    first = 0.0
    while 'data-job="done"' not in (page := desk.page("/statements/jobs")):
        assert 'data-job="refused"' not in page
        if not first and re.search(r'data-done="[1-9]', page):
            first = time.perf_counter() - started
        time.sleep(0.05)
    whole = time.perf_counter() - started
    size = path.stat().st_size / 10**6
    print(f"\nUpload of {entries:,} entries ({size:.0f} MB)\n\n| | seconds |\n|---|---:|")
    print(
        f"| the file is taken | {taken:.2f} |\n| its progress is shown | {first or whole:.2f} |\n| stored | {whole:.2f} |"
    )
    print(f"| progress within a second: {'yes' if (first or whole) <= 1 else '**no**'} | |")


def _lines(entries: int) -> Iterator[Line]:
    for number in range(entries):
        yield Line(date(2026, 2, 9), 1000 + number, str(number), f"Оплата по счету INV{number}", f"ТОО Фирма {number}")


# --- all of it -------------------------------------------------------------------------------------------------------


def books(engine: Engine, payments: int) -> int:
    """Fills the books; how many payments wait."""
    schema.upgrade(engine)
    many_payments.fill(engine, payments)
    users.add(engine, "olga", "operator", PASSWORD, Person("bench", "", datetime.now(UTC)))
    with engine.connect() as connection:
        query = "SELECT count(*) FROM payment WHERE status IN ('held', 'unmatched')"
        return int(connection.execute(text(query)).scalar_one())


def main(folder: Path, payments: int, rounds: int = ROUNDS) -> None:
    with postgres_server(durable=True) as server, server.database() as url:
        engine = make_engine(url)
        waiting = books(engine, payments)
        with console(url, folder) as desk:
            shown(timed(desk, url, rounds), payments, waiting)
            upload(desk, folder, min(ENTRIES, payments))
        engine.dispose()
