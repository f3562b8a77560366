"""A zip or gzip file opened, within limits: what a hostile one could do costs little and writes nothing outside.

A member's name is a label and never a path: only its last part is used, and a name that leads out of the archive refuses
the whole of it. An archive is a parcel, not a statement: each file in it is taken by itself, and refused by itself.
A workbook is a zip file too; it is told by what lies in it and left as it is.
"""

from __future__ import annotations

import gzip
import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from reconcile.problem import Refusal
from reconcile.steps.inbox_folder import free, plain_name

MEMBERS: Final = 500
RATIO: Final = 250
"""How many times larger than packed. Statements pack to a tenth, long runs of blanks to a hundredth."""
SMALL: Final = 1 << 20
"""Below this size the ratio says nothing."""
_CHUNK: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_WORKBOOK: Final = frozenset({"[Content_Types].xml", "mimetype"})
_DAMAGED: Final = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def is_archive(path: Path) -> bool:
    """By its first bytes, never by its name; an XLSX or ODS file is none."""
    with path.open("rb") as stream:
        head = stream.read(4)
    if head[:2] == _GZIP:
        return True
    if head not in _ZIP:
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not _WORKBOOK & set(archive.namelist())
    except (*_DAMAGED, OSError):
        return True  # opening it will say what is wrong


@contextmanager
def opened(path: Path, max_bytes: int) -> Iterator[list[Path]]:
    """The files in an archive, in a temporary folder; of any other file the file itself."""
    if not path.is_file() or not is_archive(path):
        yield [path]
        return
    with tempfile.TemporaryDirectory(prefix="reconcile-") as folder:
        yield unpack(path, Path(folder), max_bytes)


def unpack(path: Path, folder: Path, max_bytes: int) -> list[Path]:
    """The files in an archive, written into a folder under names of their own. Refuses more than `MEMBERS` of them, more
    than `max_bytes` together, a ratio that no statement has, an archive within, a password, links, and names that lead
    elsewhere; then nothing of it is to be used."""
    try:
        with path.open("rb") as stream:
            packed = stream.read(2)
        found = _gunzip(path, folder, max_bytes) if packed == _GZIP else _unzip(path, folder, max_bytes)
    except _DAMAGED as error:
        raise Refusal.of(f"the archive is damaged or cut: {str(error)[:120]}", "ask for the file again") from None
    if not found:
        raise Refusal.of("there is no file in the archive", "ask for the file again")
    for each in found:
        if is_archive(each):
            raise Refusal.of(
                f"{each.name} is an archive within an archive", "unpack it and give the statements themselves"
            )
    return found


def _gunzip(path: Path, folder: Path, max_bytes: int) -> list[Path]:
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    target = free(folder, plain_name(name) or "statement")
    with gzip.open(path, "rb") as source:
        _copy(source, target, _Budget(max_bytes, path.stat().st_size), path.stat().st_size)
    return [target]


def _unzip(path: Path, folder: Path, max_bytes: int) -> list[Path]:
    found: list[Path] = []
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if len(members) > MEMBERS:
            raise Refusal.of(
                f"the archive has {len(members)} files, more than {MEMBERS}", "give them in several archives"
            )
        budget = _Budget(max_bytes, path.stat().st_size)
        for member in members:
            if name := _name(member):
                target = free(folder, name)
                with archive.open(member) as source:
                    _copy(source, target, budget, max(member.compress_size, 1))
                found.append(target)
    return found


def _name(member: zipfile.ZipInfo) -> str:
    """The file's own name; empty for what packing programs add, such as `__MACOSX/` and hidden files."""
    if member.flag_bits & 0x1:
        raise Refusal.of("the archive has a password", "unpack it and give the statements themselves")
    name = member.filename
    if not member.flag_bits & 0x800 and not name.isascii():  # no UTF-8: as Russian versions of Windows write it
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("cp866")
    parts = name.replace("\\", "/").split("/")
    if stat.S_ISLNK(member.external_attr >> 16) or ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        raise Refusal.of(
            f"the archive has a file with the name {plain_name(name)[:80]!r}, which leads out of it",
            "do not open it; tell whoever is responsible for security, and ask for the statement itself",
        )
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return "" if hidden else plain_name(parts[-1]) or "statement"


class _Budget:
    """What all files of an archive may come to together."""

    def __init__(self, max_bytes: int, packed: int) -> None:
        self.max_bytes = max_bytes
        self.packed = max(packed, 1)
        self.written = 0

    def spend(self, size: int) -> None:
        self.written += size
        if self.written > self.max_bytes:
            raise Refusal.of(
                f"unpacked it has more than {self.max_bytes} bytes, the limit",
                "split it, or raise the limit in the settings",
            )
        if self.written > SMALL and self.written > RATIO * self.packed:
            raise Refusal.of(
                f"it is more than {RATIO} times as large unpacked as packed: no statement is",
                "give the statement itself",
            )


def _copy(source: io.BufferedIOBase | BinaryIO | object, target: Path, budget: _Budget, packed: int) -> None:
    """What a member's head says of its size is not believed: what is written counts."""
    with target.open("xb") as file:
        while chunk := source.read(_CHUNK):  # type: ignore[union-attr]
            budget.spend(len(chunk))
            file.write(chunk)
