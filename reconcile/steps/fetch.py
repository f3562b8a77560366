"""Statements fetched from servers and mailboxes into the inbox: after that, one path for all of them (`steps/inbox.py`).

A file arrives whole or not at all: it is written under a name that the inbox passes over and renamed when it is complete.
Then it is remembered, by what names it at its source, so that it is taken once; a process that dies in between takes it
again, and the same bytes add nothing. Nothing is changed or deleted at the source, unless its settings say so, and then
only after the file was remembered. Nobody stands behind these files (docs/data-model.md, 13).
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from sqlalchemy import Engine, select

from reconcile.explain.alerts import said
from reconcile.ledger import content_id
from reconcile.problem import Refusal
from reconcile.sources import SftpSource, Source
from reconcile.steps.inbox_folder import free, plain_name, root_of
from reconcile.steps.jobs import close_alerts
from reconcile.store.alerts import insert_new, raise_alert
from reconcile.store.engine import reading
from reconcile.store.inbox_tables import fetched_file
from reconcile.store.locks import exclusive

PAUSE: Final = 10.0
"""Seconds between two looks at what a server offers: what grows in between is not complete."""

log: Final = logging.getLogger(__name__)


class Away(Exception):
    """The server cannot be reached or ended the connection: tried again the next time."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A file at its source. `key` names it once for all there, so another size or time is another file."""

    key: str
    name: str
    size: int


class Server(Protocol):
    """An open connection to a source."""

    may_grow: bool
    """Whether what is offered may still be under way, so that a second look must find it the same."""

    def offered(self, known: Callable[[str], bool]) -> list[Offered]:
        """In the order in which it is to be taken. `known`: whether a key was remembered before."""
        ...

    def read(self, offered: Offered, into: BinaryIO, max_bytes: int) -> None: ...
    def delete(self, offered: Offered) -> None: ...


@dataclass(frozen=True, slots=True)
class Fetching:
    """What fetching needs: the books, the inbox, the limit, the moment, how to wait."""

    engine: Engine
    inbox: Path | None
    now: datetime
    max_bytes: int
    wait: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of one source: the names in the inbox, what was left there and why, or why the source was not reached."""

    source: str
    files: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    fault: str = ""

    def words(self) -> str:
        if self.fault:
            return f"{self.source}: {self.fault}"
        refused = f", {len(self.refused)} refused" if self.refused else ""
        return f"{self.source}: {len(self.files)} fetched{refused}"


def fetch_all(this: Fetching, sources: tuple[Source, ...]) -> list[Fetched]:
    """One source after another; one that fails raises the alert `fetch_failed` and does not keep the others."""
    return [fetch(this, source, connect) for source in sources for connect in [_connection(source)]]


def _connection(source: Source) -> Callable[[], AbstractContextManager[Server]]:
    """The libraries are loaded for a source that is used."""
    if isinstance(source, SftpSource):
        from reconcile.steps.fetch_sftp import connected as sftp

        return lambda: sftp(source)
    from reconcile.steps.fetch_imap import connected as imap

    return lambda: imap(source)


def fetch(this: Fetching, source: Source, connect: Callable[[], AbstractContextManager[Server]]) -> Fetched:
    """Take what is new at one source. Another process that fetches from it meanwhile leaves nothing to do."""
    if this.inbox is None:
        raise Refusal.of("no inbox is set", "set RECONCILE_INBOX to a folder: what is fetched is put there")
    way = root_of(this.inbox) / source.name
    way.mkdir(exist_ok=True)
    with exclusive(this.engine, f"fetch {source.name}") as mine:
        if not mine:
            return Fetched(source.name)
        files: list[str] = []
        refused: list[str] = []
        try:
            with connect() as server:
                for offered in _complete(this, source, server):
                    _take(this, source, server, offered, way, files, refused)
        except (Refusal, Away) as fault:
            return _failed(this, source, str(fault), files, refused)
        _reached(this, source)
        return Fetched(source.name, tuple(files), tuple(refused))


def _complete(this: Fetching, source: Source, server: Server) -> list[Offered]:
    """What is new and offered twice the same."""
    new = _new(this.engine, source, server)
    if not new or not server.may_grow:
        return new
    this.wait(PAUSE)
    again = set(_new(this.engine, source, server))
    return [offered for offered in new if offered in again]


def _new(engine: Engine, source: Source, server: Server) -> list[Offered]:
    with reading(engine) as connection:
        known = set(
            connection.execute(select(fetched_file.c.key).where(fetched_file.c.source == source.name)).scalars()
        )
    offered = server.offered(lambda key: content_id(key) in known)
    return [each for each in offered if content_id(each.key) not in known]


def _take(
    this: Fetching, source: Source, server: Server, offered: Offered, way: Path, files: list[str], refused: list[str]
) -> None:
    """Download, rename, remember, and only then delete, where that is wanted."""
    name = plain_name(offered.name)
    if not name:  # a mail without attachments, say: remembered, so that it is not looked at again
        _remember(this, source, offered, "", "nothing to take")
    else:
        part = way / f".{name}.part"
        try:
            digest = _download(server, offered, part, this.max_bytes)
        except Refusal as refusal:
            part.unlink(missing_ok=True)
            _refuse(this, source, offered, name, refusal)
            refused.append(name)
            return
        except Away:
            part.unlink(missing_ok=True)
            raise
        target = free(way, name)
        part.rename(target)
        files.append(target.name)
        _remember(this, source, offered, digest, target.name)
    if source.delete:
        server.delete(offered)


def _download(server: Server, offered: Offered, part: Path, max_bytes: int) -> str:
    if offered.size > max_bytes:
        raise Refusal.of(
            f"it has {offered.size} bytes, more than the limit of {max_bytes}",
            "split it, or raise the limit in the settings",
        )
    with part.open("wb") as file:
        server.read(offered, file, max_bytes)
        file.flush()
        os.fsync(file.fileno())
    with part.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remember(this: Fetching, source: Source, offered: Offered, digest: str, outcome: str) -> None:
    row = {
        "source": source.name, "key": content_id(offered.key), "name": plain_name(offered.name), "size": offered.size,
        "file_hash": digest, "outcome": outcome, "fetched_at": this.now,
    }  # fmt: skip
    with this.engine.begin() as connection:
        insert_new(connection, fetched_file, [row])


def _refuse(this: Fetching, source: Source, offered: Offered, name: str, refusal: Refusal) -> None:
    problem = refusal.problems[0]
    what = said("file_refused.at_source", source=source.name, file=name, fault=f"{problem.what}; {problem.mend}")
    with this.engine.begin() as connection:
        raise_alert(connection, what, content_id(source.name, offered.key), this.now, file_name=name)
    _remember(this, source, offered, "", problem.what)


def _failed(this: Fetching, source: Source, fault: str, files: list[str], refused: list[str]) -> Fetched:
    log.error("%s: %s", source.name, fault)
    with this.engine.begin() as connection:
        subject = f"{source.name}:{this.now:%Y-%m-%d}"  # once a day, until it is reached
        raise_alert(connection, said("fetch_failed.source", source=source.name, fault=fault), subject, this.now)
    return Fetched(source.name, tuple(files), tuple(refused), fault)


def _reached(this: Fetching, source: Source) -> None:
    with this.engine.begin() as connection:
        close_alerts(connection, "fetch_failed", f"{source.name}:", "reached again", this.now)
