"""What every command is given: settings, the books, the policy, who acts, how to print."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import Engine

from reconcile.policy import PolicyBook, load_policy
from reconcile.problem import Refusal
from reconcile.settings import Settings
from reconcile.steps.acts import Person
from reconcile.store import schema
from reconcile.store.engine import make_engine


def _console() -> Console:
    """As wide as the terminal; elsewhere wide enough that no cell is folded."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 400)


@dataclass
class Context:
    """`as_json`: one JSON value a line on standard output and nothing else there. `quiet`: only results and errors."""

    settings: Settings
    as_json: bool = False
    quiet: bool = False
    debug: bool = False
    fail_on_alert: bool = False
    console: Console = field(default_factory=_console)

    @cached_property
    def engine(self) -> Engine:
        """The books, set up by itself where they are an empty SQLite file; else refused with what to run."""
        engine = make_engine(self.settings.database_url)
        schema.ensure(engine)
        return engine

    @cached_property
    def policies(self) -> PolicyBook:
        return load_policy(self.settings.policy)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC)

    def person(self, reason: str) -> Person:
        return Person(self.settings.actor, reason, self.now)

    def say(self, words: str) -> None:
        """A line for people; nothing under --json or --quiet."""
        if not (self.as_json or self.quiet):
            self.console.print(words, markup=False)

    def emit(self, value: Mapping[str, Any]) -> None:
        """A value for scripts."""
        sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")

    def table(self, title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Rows for people, or under --json an object a row."""
        if self.as_json:
            for row in rows:
                self.emit({column.lower().replace(" ", "_"): value for column, value in zip(columns, row, strict=True)})
            return
        shown = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            shown.add_column(column, overflow="fold")
        for row in rows:
            shown.add_row(*("" if value is None else str(value) for value in row))
        self.console.print(shown)

    @contextmanager
    def progress(self, words: str, total: int | None = None) -> Iterator[Any]:
        """A progress bar on a terminal; elsewhere nothing. Yields a function that takes how many more are done."""
        if self.as_json or self.quiet or not sys.stderr.isatty():
            yield lambda count: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(words, total=total)
            yield lambda count: bar.advance(task, count)


def day(value: str | None, name: str) -> date | None:
    """An ISO date of an option."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refusal.of(f"{name} {value!r} is not a date", "write it as 2026-02-03") from None
