"""The inbox as a folder: which files lie in it, and how one leaves it. Names and links in it are never trusted.

```
inbox/                a file here is taken too
inbox/sftp/           one folder for each way of arrival: a bank's SFTP, a mail robot, a network share …
inbox/sftp/done/      stored: what lies here is in the books
inbox/sftp/refused/   not stored, not a byte of it; beside each file NAME.reason.txt says why and how to mend it
```
"""

from __future__ import annotations

import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconcile.problem import Refusal

DONE: Final = "done"
REFUSED: Final = "refused"
REASON: Final = ".reason.txt"
UNFINISHED: Final = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".swp", "~")
"""Names that programs give to what they are still writing."""
_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as one look saw it. `key` is its whole path in plain text, `name` its path inside the inbox, `way` the
    folder that it lies in, empty for the inbox itself."""

    path: Path
    key: str
    name: str
    way: str
    size: int
    modified: str


def root_of(inbox: Path) -> Path:
    """The folder itself, links resolved. Refuses an inbox that is not there."""
    if not inbox.is_dir():
        raise Refusal.of(f"the inbox {inbox} is no folder", "create it, or correct RECONCILE_INBOX")
    return inbox.resolve()


def seen_in(root: Path, path: Path) -> Seen | None:
    """One file that lies in the inbox, as a look sees it."""
    return _seen(root, path)


def look(root: Path) -> list[Seen]:
    """The files of the inbox and of its ways, in order of their names. A folder or file that is a link is none."""
    ways = [root, *(each for each in sorted(root.iterdir()) if _is_way(each))]
    return [seen for way in ways for path in sorted(way.iterdir()) if (seen := _seen(root, path)) is not None]


def find(root: Path, name: str) -> Seen | None:
    """The file of that name (`sftp/statement.txt`) among those that a look sees: no path is made of the name."""
    return next((seen for seen in look(root) if seen.path.relative_to(root).as_posix() == name), None)


def _is_way(path: Path) -> bool:
    hidden = path.name.startswith(".") or path.name in (DONE, REFUSED)
    return not hidden and path.is_dir() and not path.is_symlink()


def _seen(root: Path, path: Path) -> Seen | None:
    """A plain file; None for anything else, for what is visibly still being written, and for our own reasons."""
    if path.name.startswith(".") or path.name.lower().endswith((*UNFINISHED, REASON)):
        return None
    try:
        about = path.lstat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(about.st_mode):
        return None
    way = "" if path.parent == root else readable(path.parent.name)
    name = readable(path.relative_to(root).as_posix())
    return Seen(path, readable(str(path)), name, way, about.st_size, str(about.st_mtime_ns))


def readable(name: str) -> str:
    """A file's name as a database takes it and a terminal shows it: what is no text, or not seen, is written out.

    >>> readable("a\\x1b[2J.txt"), readable("б\\udcff.txt")
    ('a\\\\x1b[2J.txt', 'б\\\\xff.txt')
    """
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(f"\\x{ord(char):02x}" if unicodedata.category(char) in _UNSHOWN else char for char in text)


def plain_name(name: str) -> str:
    """A file name that somebody else chose, as one that is harmless here and that a look sees: its last part, letters,
    digits and a few signs. Empty where nothing is left.

    >>> plain_name("../../etc/выписка 3*.xml"), plain_name(".htaccess"), plain_name("a.part"), plain_name("../..")
    ('выписка 3_.xml', 'htaccess', 'a.part.file', '')
    """
    last = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    kept = "".join(char if char.isalnum() or char in " ._-()+@№" else "_" for char in last).strip(" .")
    stem, point, suffix = kept.rpartition(".")
    kept = f"{stem[:80]}.{suffix[:20]}" if stem and point else kept[:80]
    return f"{kept}.file" if kept.lower().endswith((*UNFINISHED, REASON)) else kept


def plain(seen: Seen) -> Path:
    """The path, where it still is a plain file, with a name that the books can keep."""
    if not stat.S_ISREG(seen.path.lstat().st_mode):
        raise Refusal.of("it is no longer a plain file", "put the statement itself into the inbox, not a link to it")
    if readable(seen.path.name) != seen.path.name:
        raise Refusal.of("the file's name is not plain text", "rename it with letters, digits, points and hyphens")
    return seen.path


def move(path: Path, where: str, reason: str | None = None) -> None:
    """Into a folder beside it, under a name that is free; the reason is there before the file is."""
    folder = path.parent / where
    folder.mkdir(exist_ok=True)
    if folder.is_symlink():
        raise OSError(f"{folder} is a link: files are not moved out of the inbox")
    target = free(folder, path.name)
    if reason is not None:
        target.with_name(target.name + REASON).write_text(reason, encoding="utf-8")
    path.rename(target)


def free(folder: Path, name: str) -> Path:
    """NAME, else STEM.2.SUFFIX, STEM.3.SUFFIX … Nothing is overwritten."""
    path = Path(name)
    target, number = folder / name, 1
    while target.is_symlink() or target.exists():
        number += 1
        target = folder / f"{path.stem}.{number}{path.suffix}"
    return target
