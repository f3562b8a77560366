"""Statements that arrive by themselves, taken out of the inbox (`inbox_folder` says what it looks like).

A file is taken when it is complete: two looks saw the same size and time. Nothing is overwritten or deleted. What a
crash leaves is harmless: a file that was stored but not moved is known by its bytes and moved at the next look. A file
that the program fails on, or that kills it, is set aside after `ATTEMPTS`; the others go on. Nobody stands behind these
files, so statements that do not continue their books wait for a person (docs/data-model.md, 13).

A zip or gzip file is a parcel: what is in it is put beside it, each file then goes its own way, and the parcel is done.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Final

import sqlalchemy.exc
from sqlalchemy import Engine, exists, select, update

from reconcile.explain.alerts import Said, said
from reconcile.ledger import content_id
from reconcile.parsers.source import DEFAULT_MAX_BYTES
from reconcile.policy import PolicyBook
from reconcile.problem import Problem, Refusal
from reconcile.steps import archive
from reconcile.steps.inbox_folder import (
    DONE,
    REFUSED,
    Seen,
    find,
    free,
    look,
    move,
    plain,
    readable,
    root_of,
    seen_in,
)
from reconcile.steps.ingest import Origin, StatementResult, Table, ingest
from reconcile.store.alerts import insert_new, raise_alert
from reconcile.store.engine import reading
from reconcile.store.locks import exclusive
from reconcile.store.tables import inbox_file, statement

ATTEMPTS: Final = 3
PAUSE: Final = 10.0
"""Seconds between two looks at a file that is new."""
WEATHER: Final = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError)

log: Final = logging.getLogger(__name__)


class Outcome(Enum):
    STORED = "stored"
    REFUSED = "refused"
    FAILED = "failed"
    """Our fault, with an alert: set aside, or stored and not to be moved."""
    WAITING = "waiting"
    """Not complete yet, or gone: looked at again the next time."""


@dataclass(frozen=True, slots=True)
class InboxResult:
    """What became of the inbox: file names by outcome, and what was stored."""

    statements: tuple[StatementResult, ...] = ()
    files: dict[Outcome, tuple[str, ...]] = field(default_factory=dict)

    def count(self, outcome: Outcome) -> int:
        return len(self.files.get(outcome, ()))

    def words(self) -> str:
        """`3 stored, 1 refused`, or that nothing lay there."""
        return ", ".join(f"{self.count(each)} {each.value}" for each in Outcome if self.count(each)) or "empty"


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking files in needs: the books, the inbox if there is one, rules, limits, the moment, how to wait."""

    engine: Engine
    inbox: Path | None
    policies: PolicyBook
    now: datetime
    max_bytes: int | None = None
    pause: float = PAUSE
    wait: Callable[[float], None] = time.sleep
    profiles: Mapping[str, str] = field(default_factory=dict)
    """Layouts of the deployment's own, name to text."""


_Taken = tuple[Seen, Outcome, list[StatementResult]]


def ingest_inbox(intake: Intake) -> InboxResult:
    """Take in every complete file of the inbox, one after another in order of their names. One process at a time:
    another waits its turn and finds what is left. Refuses an inbox that is set and not there."""
    if intake.inbox is None:
        return InboxResult()
    root = root_of(intake.inbox)
    with exclusive(intake.engine, f"inbox {root}", wait=True):
        return _take_in(intake, lambda: look(root))


def ingest_file(intake: Intake, name: str) -> InboxResult:
    """Take in one file, named by its path inside the inbox: `sftp/statement.txt`. Any other name is refused."""
    if intake.inbox is None:
        raise Refusal.of("no inbox is set", "set RECONCILE_INBOX to a folder")
    root = root_of(intake.inbox)
    with exclusive(intake.engine, f"inbox {root}", wait=True):
        if find(root, name) is None:
            raise Refusal.of(f"{readable(name)!r} is no file of the inbox", "name one that lies in it, as FOLDER/NAME")
        return _take_in(intake, lambda: [seen for seen in [find(root, name)] if seen is not None])


def _take_in(intake: Intake, looked: Callable[[], list[Seen]]) -> InboxResult:
    new = [seen for seen in looked() if _is_new(intake.engine, seen)]
    if new:
        intake.wait(intake.pause)
    return _gathered(taken for seen in looked() for taken in _take(intake, seen))


def _gathered(taken: Iterable[_Taken]) -> InboxResult:
    files: dict[Outcome, tuple[str, ...]] = {}
    statements: list[StatementResult] = []
    for seen, outcome, stored in taken:
        files[outcome] = (*files.get(outcome, ()), seen.name)
        statements += stored
    return InboxResult(tuple(statements), files)


def _is_new(engine: Engine, seen: Seen) -> bool:
    """Record a look: True where the file is new, or changed since the look before, so that it may still grow. A file
    that was dealt with and lies there again is new, even with the same size and time."""
    fresh = {"size": seen.size, "modified": seen.modified, "attempts": 0, "state": "seen", "outcome": ""}
    with engine.begin() as connection:
        row = connection.execute(select(inbox_file).where(inbox_file.c.path == seen.key)).first()
        same = row is not None and (row.size, row.modified) == (seen.size, seen.modified)
        if row is not None and same and row.state in ("seen", "taken"):
            return False
        if not insert_new(connection, inbox_file, [{"path": seen.key, **fresh}]):
            connection.execute(update(inbox_file).where(inbox_file.c.path == seen.key).values(**fresh))
    return True


def _take(intake: Intake, seen: Seen) -> Iterator[_Taken]:
    """Take in one file, and what lies in it where it is a parcel."""
    members: list[Seen] = []
    yield _taken(intake, seen, members)
    for member in members:
        yield _taken(intake, member, [])


def _taken(intake: Intake, seen: Seen, members: list[Seen]) -> _Taken:
    """Take in one file where it is complete. An exception of ours is tried again at once, since a night is long; the
    attempts of a process that died were counted before it did."""
    if _is_new(intake.engine, seen):
        return seen, Outcome.WAITING, []
    try:
        while _begin(intake.engine, seen) <= ATTEMPTS:
            taken = _attempt(intake, seen, members)
            if taken is not None:
                return taken
        return _set_aside(intake, seen)
    except FileNotFoundError:
        if seen.path.exists():
            raise
        return seen, Outcome.WAITING, []  # somebody took it away


def _attempt(intake: Intake, seen: Seen, members: list[Seen]) -> _Taken | None:
    """None where the program failed. Only the weather is raised: it ends the step, and nothing is lost."""
    try:
        path = plain(seen)
        if archive.is_archive(path):
            members += _unpacked(intake, seen, path)
            return _leave(intake, seen, Outcome.STORED, said("part.unpacked", count=len(members)), [])
        stored = ingest(
            intake.engine,
            path,
            origin=Origin(f"inbox {seen.way}".rstrip(), attended=False),
            now=intake.now,
            policies=intake.policies,
            max_bytes=intake.max_bytes,
            table=Table(profiles=intake.profiles),
        )
    except Refusal as refusal:
        return _refuse(intake, seen, refusal)
    except WEATHER:
        _spare(intake.engine, seen)
        raise
    except Exception as error:
        if not seen.path.exists():
            raise FileNotFoundError(seen.path) from error
        where = "".join(traceback.format_tb(error.__traceback__))  # without the message: it may quote a payer
        log.error("%s: %s\n%s", seen.name, type(error).__name__, where)
        _note(intake.engine, seen, "taken", type(error).__name__)
        return None
    new = sum(each.new for each in stored)
    return _leave(intake, seen, Outcome.STORED, said("part.new_entries", count=new), stored)


def _unpacked(intake: Intake, seen: Seen, path: Path) -> list[Seen]:
    """The files of a parcel, beside it. They are complete when they appear there; a crash in between unpacks again, and
    known bytes add nothing."""
    root, folder = root_of(intake.inbox or path.parent), path.parent / ".unpacking"
    shutil.rmtree(folder, ignore_errors=True)  # what a crash left
    folder.mkdir()
    try:
        members = []
        for each in archive.unpack(path, folder, intake.max_bytes or DEFAULT_MAX_BYTES):
            target = free(path.parent, each.name)
            each.rename(target)
            if (member := seen_in(root, target)) is not None:
                _is_new(intake.engine, member)
                members.append(member)
        return members
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- what was counted and came of it ---------------------------------------------------------------------------------


def _begin(engine: Engine, seen: Seen) -> int:
    """Count the attempt before it is made, so that one which kills the process counts too."""
    this = inbox_file.c.path == seen.key
    with engine.begin() as connection:
        connection.execute(update(inbox_file).where(this).values(attempts=inbox_file.c.attempts + 1, state="taken"))
        return int(connection.execute(select(inbox_file.c.attempts).where(this)).scalar_one())


def _spare(engine: Engine, seen: Seen) -> None:
    """An attempt that something else ended is not the file's fault. Where the database stays away, it counts."""
    fewer = update(inbox_file).where(inbox_file.c.path == seen.key).values(attempts=inbox_file.c.attempts - 1)
    try:
        with engine.begin() as connection:
            connection.execute(fewer)
    except WEATHER:
        log.warning("the database is away: the attempt at %s counts", seen.name)


def _note(engine: Engine, seen: Seen, state: str, outcome: str) -> None:
    with engine.begin() as connection:
        connection.execute(update(inbox_file).where(inbox_file.c.path == seen.key).values(state=state, outcome=outcome))


def _refuse(intake: Intake, seen: Seen, refusal: Refusal) -> _Taken:
    """The file is not what it should be: out of the way with every problem beside it, and an alert with the first."""
    problems = refusal.at(readable(seen.path.name)).problems
    first, more = problems[0], len(problems) - 1
    if more:
        _alert(intake, seen, said("file_refused.in_inbox_more", file=seen.name, fault=first, more=more))
    else:
        _alert(intake, seen, said("file_refused.in_inbox", file=seen.name, fault=first))
    reason = "".join(f"{problem}\n" for problem in problems)
    return _leave(intake, seen, Outcome.REFUSED, str(problems[0]), [], reason)


def _set_aside(intake: Intake, seen: Seen) -> _Taken:
    """Each attempt ended in a fault of ours, or in the death of the process: perhaps after it had stored the file."""
    with reading(intake.engine) as connection:
        fault = connection.execute(select(inbox_file.c.outcome).where(inbox_file.c.path == seen.key)).scalar_one()
    if _is_stored(intake.engine, seen.path):
        return _leave(intake, seen, Outcome.STORED, said("part.cut_off"), [])
    last = fault or said("part.it_died")
    what = said("part.gave_up", attempts=ATTEMPTS, fault=last)
    mend = "report it with the log; to try again put the file back into the inbox"
    _alert(intake, seen, said("file_failed.set_aside", file=seen.name, attempts=ATTEMPTS, fault=last))
    problem = Problem(str(what), mend, file=readable(seen.path.name))
    return _leave(intake, seen, Outcome.FAILED, what, [], f"{problem}\n")


def _is_stored(engine: Engine, path: Path) -> bool:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    with reading(engine) as connection:
        known = exists().where(statement.c.file_hash == digest, statement.c.state != "voided")
        return bool(connection.execute(select(known)).scalar_one())


def _leave(
    intake: Intake,
    seen: Seen,
    outcome: Outcome,
    words: Said | str,
    stored: list[StatementResult],
    reason: str | None = None,
) -> _Taken:
    """Move the file out of the way and record it as dealt with. Where it cannot be moved, an alert says so, and the
    next look does the same again: known bytes add nothing."""
    try:
        move(seen.path, DONE if reason is None else REFUSED, reason)
    except OSError as error:
        if not seen.path.exists():
            raise
        _spare(intake.engine, seen)
        why = error.strerror or str(error)
        _alert(intake, seen, said("file_failed.not_moved", file=seen.name, outcome=words, why=why))
        return seen, Outcome.FAILED, stored
    _note(intake.engine, seen, outcome.value, str(words))
    return seen, outcome, stored


def _alert(intake: Intake, seen: Seen, what: Said) -> None:
    """Raised before the file is moved, so that no crash in between loses it; a file that comes again alerts again."""
    subject = content_id(seen.key, seen.size, seen.modified)
    with intake.engine.begin() as connection:
        raise_alert(connection, what, subject, intake.now, file_name=seen.name)
