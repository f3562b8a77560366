"""The commands that finance's pages show, run one after another on `docs/examples`, as a reader would.

`python -m tests.docs_session` rewrites the outputs in the pages; the difference in version control is the review. A line
that is only `…` stands for lines that were left out; a block with such a line is compared and never rewritten.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

from reconcile import cli

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
_FINANCE = ("getting-started", "powers-of-attorney", "statements", "review", "verify", "troubleshooting")
SESSIONS = ((ROOT / "README.md",), tuple(ROOT / "docs" / f"{name}.md" for name in _FINANCE))
"""Pages that go on where the one before ended; each session begins with empty books."""
_BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
LEFT_OUT = "…"


@dataclass(frozen=True)
class Shown:
    """One command of a page, with what the page shows beneath it and what it really prints."""

    page: Path
    command: str
    shown: list[str]
    printed: list[str]


class Session:
    """A terminal in a folder of its own: it knows `reconcile`, `cat` and `echo $?`."""

    def __init__(self) -> None:
        self.exit_code = 0

    def run(self, command: str) -> list[str]:
        words = shlex.split(command)
        if words == ["echo", "$?"]:
            return [str(self.exit_code)]
        if words[0] == "cat":
            return _lines(Path(words[1]).read_text("utf-8"))
        assert words[0] == "reconcile", f"a page shows {command!r}, which this session cannot run"
        said = TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True)
        with redirect_stdout(said), redirect_stderr(said):
            self.exit_code = cli.main(words[1:])
        said.seek(0)
        return _lines(said.read())


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def blocks(page: Path) -> list[str]:
    return _BLOCK.findall(page.read_text("utf-8"))


def commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Each command line of a block with the lines shown beneath it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, _lines(shown)


def replay(folder: Path) -> Iterator[Shown]:
    """Every command of every page, in order, run in folders beneath this one."""
    for number, pages in enumerate(SESSIONS):
        place = folder / str(number)
        shutil.copytree(EXAMPLES, place)
        yield from _replay(place, pages)


def _replay(folder: Path, pages: tuple[Path, ...]) -> Iterator[Shown]:
    session = Session()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILE_")}
    with chdir(folder), patch.dict(os.environ, kept | {"RECONCILE_ACTOR": "aigul"}, clear=True):
        for page in pages:
            for block in blocks(page):
                for command, shown in commands(block):
                    yield Shown(page, command, shown, session.run(command))


def agrees(one: Shown) -> bool:
    """The page shows what the command prints, apart from what it says is left out."""
    pattern = "\n".join(".*" if line == LEFT_OUT else re.escape(line) for line in one.shown)
    return re.fullmatch(pattern, "\n".join(one.printed), flags=re.DOTALL) is not None


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        told = list(replay(Path(folder)))
    for page in dict.fromkeys(one.page for one in told):
        mine = iter([one for one in told if one.page == page])

        def rewritten(block: re.Match[str], mine: Iterator[Shown] = mine) -> str:
            made = [next(mine) for _ in commands(block.group())]
            if any(LEFT_OUT in one.shown for one in made):
                return block.group()
            return "".join("\n".join([f"$ {one.command}", *one.printed]) + "\n" for one in made)

        page.write_text(_BLOCK.sub(rewritten, page.read_text("utf-8")), "utf-8")
    for one in told:
        if LEFT_OUT in one.shown and not agrees(one):
            print(f"{one.page.name}: `{one.command}` now prints", *one.printed, sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main()
