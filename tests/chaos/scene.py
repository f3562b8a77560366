"""The world that the nights are about, books with its master data on either database, and what is compared."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from reconcile.policy import load_policy
from reconcile.steps import masters
from reconcile.steps.export import SOURCES, export
from reconcile.steps.verify import verify
from reconcile.store import schema
from reconcile.store.engine import make_engine
from reconcile.world.make import make_world
from reconcile.world.writers.folder import Folder, write_world
from tests.chaos.night import Ended, Nights, Work
from tests.servers import PostgresServer, RedisServer

NOW = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
ACCOUNTS = ("KZ-1C-UPPER", "KZ-PLANTED", "UZ-CAMT", "KE-OFX")
UNTIL = "2026-02-10"
"""Whose statements, and until when, the suite's night is about: each format and country, and all of the account with
overlaps, slices and gaps. `make chaos` takes the whole world."""
MOMENTS = ("decided_at", "posted_at")

Books = dict[str, list[str]]
"""The exports, line by line."""


@dataclass(eq=False)
class Scene:
    """A small world written to a folder, and the server for the PostgreSQL half."""

    root: Path
    postgres: PostgresServer
    nights: Nights
    stack: ExitStack
    whole: bool = False
    redis: RedisServer | None = None
    folder: Folder = field(init=False)
    files: tuple[Path, ...] = field(init=False)
    _templates: dict[tuple[str, bool], str] = field(default_factory=dict)
    _undisturbed: dict[str, tuple[Books, Ended]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = write_world(make_world(20260210, entries=60), self.root / "world")
        self.files = tuple(path for path in self.folder.statements if self.whole or _in_the_suite(path))

    def work(self, url: str, attempt: int = 0) -> Work:
        """The night's work; each attempt a minute later, as a scheduler would start it again."""
        return Work(url, self.files, NOW + timedelta(minutes=attempt))

    @contextmanager
    def books(self, database: str, *, ingested: bool = False) -> Iterator[str]:
        """New books that hold the master data, or the night's statements too: the URL of a copy of a template."""
        template = self._templates.get((database, ingested)) or self._template(database, ingested)
        if database == "sqlite":
            path = self.root / "copy.db"
            for left in self.root.glob("copy.db*"):
                left.unlink()
            shutil.copy(template, path)
            yield f"sqlite:///{path}"
        else:
            with self.postgres.database(template) as url:
                yield url

    def _template(self, database: str, ingested: bool) -> str:
        if database == "sqlite":
            name = str(self.root / f"template-{ingested}.db")
            url = f"sqlite:///{name}"
        else:
            url = self.stack.enter_context(self.postgres.database())
            name = urlsplit(url).path.removeprefix("/")
        self._fill(url)
        if ingested:
            assert self.nights.one(replace(self.work(url), decide=False)).code == 0
        self._templates[database, ingested] = name
        return name

    def _fill(self, url: str) -> None:
        engine, folder = make_engine(url), self.folder.master
        schema.upgrade(engine)
        masters.import_bank_accounts(engine, folder / "bank-accounts.csv", actor="finance", now=NOW)
        masters.import_accounts(engine, folder / "accounts.csv", actor="finance", now=NOW)
        masters.import_invoices(engine, folder / "invoices.csv", actor="finance", now=NOW)
        masters.import_powers(engine, folder / "powers-of-attorney.csv", actor="finance", now=NOW)
        engine.dispose()

    def undisturbed(self, database: str) -> tuple[Books, Ended]:
        """The books after a night that nothing disturbs, and what it took."""
        if database not in self._undisturbed:
            with self.books(database) as url:
                ended = self.nights.one(self.work(url))
                assert ended.code == 0, f"the undisturbed night ended with {ended.code}"
                self._undisturbed[database] = (self.exports(url), ended)
        return self._undisturbed[database]

    def exports(self, url: str) -> Books:
        """Everything that the books say, timestamps aside; and they must be right."""
        engine, policies = make_engine(url), load_policy(None)
        faults = verify(engine)
        assert faults == [], faults
        books = {}
        for what in SOURCES:
            out = io.BytesIO()
            export(engine, what, out, policies=policies)
            books[what] = [_without_moments(line) for line in out.getvalue().decode().splitlines()]
        engine.dispose()
        return books


def _in_the_suite(path: Path) -> bool:
    """A file is called like 011-2026-02-10-KZ-PLANTED-2.txt."""
    parts = path.stem.split("-")
    return "-".join(parts[4:-1]) in ACCOUNTS and "-".join(parts[1:4]) <= UNTIL


def _without_moments(line: str) -> str:
    row = json.loads(line)
    return json.dumps({key: value for key, value in row.items() if key not in MOMENTS}, ensure_ascii=False)


def differences(expected: Books, seen: Books) -> list[str]:
    """The first lines that differ, export by export; empty where all are the same."""
    found = []
    for what, lines in expected.items():
        other = seen[what]
        if lines != other:
            first = next((n for n, pair in enumerate(zip(lines, other, strict=False)) if pair[0] != pair[1]), None)
            shown = "" if first is None else f"\n  undisturbed {lines[first]}\n  now         {other[first]}"
            found.append(f"{what}: {len(lines)} lines, now {len(other)}{shown}")
    return found
