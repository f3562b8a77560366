"""The scanned file of a power of attorney: told by its content, kept in the folder of files under a name of its own.

Nothing serves that folder; a scan is only handed out to somebody who is signed in, as a file to keep.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Engine, delete, insert, select

from reconcile.problem import Refusal
from reconcile.steps.uploads import Brought, safe_name
from reconcile.store.bulk import any_of
from reconcile.store.console_tables import power_scan
from reconcile.store.engine import reading

MOST: Final = 10 << 20
"""How many bytes a scan may have."""
_STARTS: Final = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
ENDINGS: Final = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
_Done = TypeVar("_Done")


def media_type(content: bytes) -> str:
    """PDF, PNG or JPEG by the first bytes, whatever the file is called; refuses everything else."""
    for start, kind in _STARTS.items():
        if content.startswith(start):
            return kind
    raise Refusal.of("the scan is no PDF, PNG or JPEG", "scan the document again, or save it as PDF")


def with_scan(
    engine: Engine, folder: Path, reference: str, brought: Brought, actor: str, now: datetime, act: Callable[[], _Done]
) -> _Done:
    """Keep the scan, then do the act that it is the proof of. Where the act is refused the scan is not kept; where the
    process dies between them, a scan without a power is left and no power without a scan."""
    kept = _keep(engine, folder, reference.strip(), brought, actor, now)
    try:
        return act()
    except Refusal:
        _drop(engine, folder, kept)
        raise


def scans(engine: Engine, references: Iterable[str]) -> dict[str, list[Any]]:
    """The scans of each of these powers, newest first."""
    found: dict[str, list[Any]] = {}
    column = power_scan.c.reference
    with reading(engine) as connection:
        query = select(power_scan).where(any_of(connection, column, set(references)))
        for row in connection.execute(query.order_by(power_scan.c.stored_at.desc(), power_scan.c.id)):
            found.setdefault(row.reference, []).append(row)
    return found


def fetch(engine: Engine, folder: Path, id_: str) -> tuple[str, bytes]:
    """Media type and bytes of a scan. Refuses one that is unknown, gone, or no longer what was stored."""
    with reading(engine) as connection:
        row = connection.execute(select(power_scan).where(power_scan.c.id == id_)).first()
    if row is None:
        raise Refusal.of("there is no such scan", "look at the list of powers again")
    try:
        content = _place(folder, row.id).read_bytes()
    except OSError:
        raise Refusal.of("the scan's file is gone", "restore the folder of files from its backup") from None
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise Refusal.of("the scan's file is not the one that was stored", "restore it from its backup")
    return row.media_type, content


def _keep(engine: Engine, folder: Path, reference: str, brought: Brought, actor: str, now: datetime) -> str:
    if not reference or len(reference) > 80:
        raise Refusal.of("the power has no number of its own", "type the one that stands on it, 80 characters at most")
    content = brought.content.read(MOST + 1)
    if len(content) > MOST:
        raise Refusal.of(f"the scan is larger than {MOST >> 20} MB", "scan it in fewer colours or dots")
    kind = media_type(content)
    id_ = secrets.token_hex(16)
    path = _place(folder, id_)
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    with path.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    row = {
        "id": id_, "reference": reference, "file_name": safe_name(brought.name), "media_type": kind,
        "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "stored_at": now, "actor": actor,
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(power_scan).values(**row))
    return id_


def _drop(engine: Engine, folder: Path, id_: str) -> None:
    with engine.begin() as connection:
        connection.execute(delete(power_scan).where(power_scan.c.id == id_))
    _place(folder, id_).unlink(missing_ok=True)


def _place(folder: Path, id_: str) -> Path:
    return folder / "powers" / id_
