"""The documentation holds: its links lead somewhere, it names all there is, and its commands print what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from reconcile import cli
from reconcile.explain import phrases
from reconcile.parsers import PARSERS
from reconcile.reports.findings import GRAVEST_FIRST
from reconcile.settings import PREFIX, load
from reconcile.steps.export.books import BALANCE_KEYS, ENTRY_KEYS, JOURNAL_KEYS
from reconcile.steps.export.payments import KEYS
from reconcile.steps.verify import CHECKS
from tests.docs_session import ROOT, agrees, replay

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ +(.+)$", re.MULTILINE)


def links(page: Path) -> list[str]:
    found = _LINK.findall(_CODE.sub("", page.read_text("utf-8")))
    return [link for link in found if not link.startswith(("https://", "http://", "mailto:"))]


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    plain = (re.sub(r"[^\w\- ]", "", heading.strip().lower()) for heading in _HEADING.findall(text))
    return frozenset(heading.replace(" ", "-") for heading in plain)


def broken(page: Path) -> Iterator[str]:
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or ROOT not in (target, *target.parents):
            yield f"{link}: there is no such file"
        elif anchor and anchor not in anchors(target):
            yield f"{link}: there is no such heading"


def test_a_page_without_links_or_headings_would_be_noticed() -> None:
    assert "docs/interface.md" in links(ROOT / "README.md")
    assert "which-account" in anchors(DOCS / "decision-table.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    assert list(broken(page)) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = DOCS / "nowhere-in-the-repository.md"
    assert not page.exists()
    lost = tmp_path / "page.md"
    lost.write_text("# One\n[a](missing.md) [b](#one) [c](#two)\n", "utf-8")
    assert len(list(broken(lost))) == 3  # outside the repository nothing counts as ours


def test_every_page_can_be_reached_from_the_first_ones() -> None:
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            ahead += [(page.parent / link.partition("#")[0]).resolve() for link in links(page) if link[0] != "#"]
    assert {str(page.relative_to(ROOT)) for page in set(PAGES) - reached} == set()


@pytest.mark.parametrize("kind", ["status", "reason", "flag"])
def test_the_decision_table_names_every_code_that_the_program_can_write(kind: str) -> None:
    page = (DOCS / "decision-table.md").read_text("utf-8")
    end = page[page.index("## Every status, reason and flag") :]
    assert [code for code in phrases()[kind] if f"`{code}`" not in end] == []


def _commands(group: Any, before: str = "reconcile") -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


def test_the_interface_names_every_command_and_none_that_is_not_there() -> None:
    there = set(_commands(typer.main.get_group(cli.program())))
    page = (DOCS / "interface.md").read_text("utf-8")
    told = re.findall(r"^\| `(reconcile [^`]+)` \|", page, re.MULTILINE)
    named = {next((each for each in sorted(there, key=len, reverse=True) if _names(line, each)), line) for line in told}
    assert named == there


def _names(line: str, command: str) -> bool:
    return line == command or line.startswith(command + " ")


@pytest.mark.parametrize("keys", [KEYS, ENTRY_KEYS, BALANCE_KEYS, JOURNAL_KEYS], ids=lambda keys: keys[0])
def test_the_interface_names_every_export_field_in_its_order(keys: tuple[str, ...]) -> None:
    page = (DOCS / "interface.md").read_text("utf-8")
    fields = page[page.index("## Export fields") :]
    pattern = r"[\s,`]+(?:\[\{[^}]*\}\][\s,]+)?".join(map(re.escape, keys))
    assert re.search(rf"\b{pattern}\b", fields)


def test_the_interface_names_every_setting_and_every_format() -> None:
    page = (DOCS / "interface.md").read_text("utf-8")
    told = set(re.findall(rf"^\| `({PREFIX}\w+)` \|", page, re.MULTILINE))
    own_page = {"sources"}  # docs/inboxes.md, as tests/steps/test_fetch.py reads them
    assert told == {PREFIX + name.upper() for name in load({}, Path("none")).__slots__ if name not in own_page}
    assert {parser.NAME for parser in PARSERS} <= set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))


def test_verify_explains_every_check() -> None:
    page = (DOCS / "verify.md").read_text("utf-8")
    rows = set(re.findall(r"^\| ([a-z ]+) \|", page, re.MULTILINE)) - {"check"}
    assert rows == {check.__name__.replace("_", " ") for check in CHECKS}


def test_troubleshooting_says_what_to_do_about_every_alert() -> None:
    page = (DOCS / "troubleshooting.md").read_text("utf-8")
    rows = page[page.index("## Alerts") : page.index("## Too much")]
    assert [kind for kind in GRAVEST_FIRST if f"`{kind}`" not in rows] == []


def test_the_commands_on_the_pages_print_what_the_pages_show(tmp_path: Path) -> None:
    """Where this fails because the program now says something better: `python -m tests.docs_session`."""
    told = list(replay(tmp_path))
    assert len(told) > 40
    differing = [f"{one.page.name}: {one.command}\n" + "\n".join(one.printed) for one in told if not agrees(one)]
    assert differing == []
