"""The night of a country: take in the inbox, decide, check the books, write the report.

Every step is safe to repeat, so the night is: whatever dies, it is done again from the beginning. A step that fails
does not keep finance from its report: an alert says what failed, the report is written with it, and then the failure is
raised, so that the night is tried again. Only the weather (the database is away) ends it at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Final, TypeVar

from reconcile.banking_days import Calendar
from reconcile.explain.alerts import Said, said
from reconcile.problem import Refusal
from reconcile.reports import alert_report
from reconcile.steps import missing
from reconcile.steps.inbox import WEATHER, InboxResult, Intake, ingest_inbox
from reconcile.steps.jobs import close_alerts
from reconcile.steps.post import Post
from reconcile.steps.run import RunResult, run
from reconcile.steps.verify import verify
from reconcile.steps.watching.chunks import timed
from reconcile.store.alerts import raise_alert

ACTOR: Final = "nightly"
SHOWN: Final = 20
"""How many lines of `verify` an alert carries; all of them stand in the report."""
_T = TypeVar("_T")
log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Night:
    """What a night did. `differences` are the lines of `verify`: empty where the books are right."""

    country: str
    day: date
    inbox: InboxResult
    run: RunResult
    differences: tuple[str, ...]
    reports: tuple[Path, ...]

    def words(self) -> str:
        """One line for the work row and the log."""
        statuses = ", ".join(f"{count} {status}" for status, count in self.run.statuses.items()) or "no payments"
        books = f"verify found {len(self.differences)} differences" if self.differences else "the books are right"
        left = f"; {self.run.given_up} could not be decided" if self.run.given_up else ""
        return f"inbox: {self.inbox.words()}; {statuses}{left}; {books}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What tells whether a statement is missing: on which days banks work, and by which hour of each country's clocks."""

    calendar: Calendar
    hours: Mapping[str, time]


def nightly(
    intake: Intake,
    country: str,
    reports: Path,
    nudge: Callable[[int], None] = lambda chunks: None,
    *,
    actor: str = ACTOR,
    expected: Expected | None = None,
    post: Post | None = None,
) -> Night:
    """Do a country's night as of its local day; the two reports bear that day and the country's name.

    All countries' files and payments are worked, whichever country's hour it is: what lies there need not wait.
    Letters about it are written at the end, once however often the night is done; who sends them is `post.deliver`.
    Refuses a country that the policy does not know.
    """
    day = intake.policies.on(intake.now.date()).country(country).local_day(intake.now)
    steps = _Steps(intake, country)
    inbox = steps.do("inbox_failed", lambda: _take_in(intake, expected))
    done = steps.do(
        "run_failed",
        lambda: run(
            intake.engine,
            as_of=day,
            now=intake.now,
            policies=intake.policies,
            actor=actor,
            progress=timed(),
            nudge=nudge,
        ),
    )
    if done is not None:
        said = {key: getattr(done, key) for key in ("decided", "changed", "statuses", "given_up")}
        log.info("run finished", extra={"country": country, "day": f"{day}", "run": done.no, **said})
    lines = steps.do("verify_not_done", lambda: tuple(verify(intake.engine)))
    if lines is not None:
        _tell(intake, country, lines)
    paths = write_reports(intake, country, day, reports, lines)
    if post is not None:
        steps.do("letters_failed", lambda: _write_letters(post, intake, country, day, lines))
    steps.raise_first()
    assert inbox is not None and done is not None and lines is not None
    return Night(country, day, inbox, done, lines, paths)


def _take_in(intake: Intake, expected: Expected | None) -> InboxResult:
    """The inbox; and then what should have lain there and did not is missing."""
    taken = ingest_inbox(intake)
    if expected is not None:
        missing.check(intake.engine, intake.now, intake.policies, expected.calendar, expected.hours)
    return taken


def write_reports(
    intake: Intake, country: str, day: date, folder: Path, faults: tuple[str, ...] | None = None
) -> tuple[Path, ...]:
    """The alert report as a page and as a workbook: `2026-02-03-KZ.html` and `.xlsx`."""
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(
        alert_report.write(
            intake.engine,
            folder / f"{day}-{country}{ending}",
            day=day,
            now=intake.now,
            policies=intake.policies,
            country=country,
            faults=faults,
        )
        for ending in (".html", ".xlsx")
    )


def _write_letters(post: Post, intake: Intake, country: str, day: date, lines: tuple[str, ...] | None) -> int:
    return post.write_night(intake.engine, country, day, now=intake.now, policies=intake.policies, faults=lines)


def _tell(intake: Intake, country: str, lines: tuple[str, ...]) -> None:
    """Differences are an alert; where the books are right again, the earlier ones have lost their cause."""
    if not lines:
        with intake.engine.begin() as connection:
            close_alerts(connection, "verify_failed", "", "the books are right again", intake.now)
        return
    first, count = "\n".join(lines[:SHOWN]), len(lines)
    if count <= SHOWN:
        _alert(intake, country, said("verify_failed.all", count=count, lines=first))
    else:
        _alert(intake, country, said("verify_failed.first", count=count, lines=first, more=count - SHOWN))


def _alert(intake: Intake, country: str, what: Said) -> None:
    """The newest about a country stands for those before it: a failure that comes again after it was mended is new."""
    with intake.engine.begin() as connection:
        close_alerts(connection, what.kind, f"{country}:", "raised anew", intake.now)
        raise_alert(connection, what, f"{country}:{intake.now:%Y%m%dT%H%M%S.%f}", intake.now)


class _Steps:
    """The steps of one night: a failure is an alert until a later night does the step, and raised at the end."""

    def __init__(self, intake: Intake, country: str) -> None:
        self.intake = intake
        self.country = country
        self.failed: Exception | None = None

    def do(self, kind: str, step: Callable[[], _T]) -> _T | None:
        """What the step returns; None where it failed."""
        try:
            done = step()
        except WEATHER:
            raise
        except Exception as error:
            fault = error if isinstance(error, Refusal) else said("part.our_fault", fault=type(error).__name__)
            _alert(self.intake, self.country, said(f"{kind}.night", country=self.country, fault=fault))
            self.failed = self.failed or error
            return None
        with self.intake.engine.begin() as connection:
            close_alerts(connection, kind, f"{self.country}:", "done by a later night", self.intake.now)
        return done

    def raise_first(self) -> None:
        if self.failed is not None:
            raise self.failed
