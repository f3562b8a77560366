"""A workbook's rows, read in a process of its own.

The library that reads workbooks is native code: a damaged file may make it ask for more memory than there is, or never
end, and either would take the whole night with it. So it works in a child with limits of memory and time; what the child
cannot finish is refused. This file is both: what the child runs, and how it is asked.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

LEAST_MEMORY, MOST_MEMORY = 448 * 1024**2, 1536 * 1024**2
"""Of addresses, for a sheet is held there whole; what is written down goes to a file and is read as a stream."""
MOST_WRITTEN: Final = 2 * 1024**3
_NUMBER: Final = "\x00"
"""Stands in front of a number, so that it is told from a text of digits."""


class Unreadable(Exception):
    """What the child said of the file."""


def written(content: bytes) -> IO[bytes]:
    """The workbook written down: a line of JSON a row, an empty one behind each sheet."""
    import python_calamine

    place = str(Path(python_calamine.__file__).parents[1])
    rows = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    memory = min(max(LEAST_MEMORY, 40 * len(content)), MOST_MEMORY)
    seconds = 2 + len(content) // 50_000
    try:
        done = _run([place, str(memory), str(seconds)], content, rows, 60 + 10 * seconds)
    except subprocess.TimeoutExpired:
        rows.close()
        raise Unreadable("it does not come to an end") from None
    if done.returncode != 0:
        rows.close()
        said = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        raise Unreadable(
            said[-1][:120] if said and done.returncode == 1 else "it wants more time or memory than its size allows"
        )
    return rows


def _run(given: list[str], content: bytes, rows: IO[bytes], patience: int) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-I", "-S", str(Path(__file__)), *given]
    return subprocess.run(  # noqa: S603  its own file, no shell
        command, input=content, stdout=rows, stderr=subprocess.PIPE, timeout=patience, check=False
    )


def sheets(rows: IO[bytes]) -> list[int]:
    """Where each sheet begins."""
    rows.seek(0)
    places = [0]
    while line := rows.readline():
        if line == b"\n":
            places.append(rows.tell())
    return places[:-1]


def sheet_rows(rows: IO[bytes], place: int) -> Iterator[list[tuple[bool, str]]]:
    """The cells of a sheet's rows: whether it is a number, and its text. A pass may run within another."""
    while True:
        rows.seek(place)
        line = rows.readline()
        place = rows.tell()
        if line in (b"\n", b""):
            return
        yield [(cell[:1] == _NUMBER, cell.removeprefix(_NUMBER)) for cell in json.loads(line)]


def limits(memory: int, seconds: int) -> None:
    """Put upon the child itself, where the system has such limits."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write_down(place: str) -> None:
    if place not in sys.path:
        sys.path.insert(0, place)
    import io

    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    out = sys.stdout
    for name in book.sheet_names:
        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
            out.write(json.dumps([_plain(cell) for cell in row]) + "\n")
        out.write("\n")


def _plain(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return str(value or "")
    if isinstance(value, int | float):
        # 15 digits are all that a spreadsheet keeps and shows; what a double carries beyond them is noise.
        return f"{_NUMBER}{value:.15g}"
    if hasattr(value, "isoformat"):
        return str(value.isoformat(sep=" ") if hasattr(value, "hour") and hasattr(value, "year") else value.isoformat())
    return str(value).strip().lstrip(_NUMBER)


def child(place: str, memory: str, seconds: str, limited: Callable[[int, int], None] = limits) -> int:
    """What the child does, from its standard input to its standard output; its exit code."""
    try:
        limited(int(memory), int(seconds))
        _write_down(place)
    except BaseException as error:  # the library panics on some damaged files, outside Exception
        sys.stderr.write(" ".join(str(error).split())[:200] or type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(child(sys.argv[1], sys.argv[2], sys.argv[3]))
