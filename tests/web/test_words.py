"""The console says everything in every language that it offers, with the same values in their places."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from reconcile.web import words
from reconcile.web.visit import LANGUAGES
from tests.web.console import Console, seen

TEMPLATES = Path(words.__file__).parent.parent / "templates"
SAID = re.compile(r"""_\(\s*(?:"([^"]+)"|'([^']+)')\s*[,)]""")


def _asked() -> set[str]:
    """What the templates ask for, and the keys that English itself needs a text for."""
    found = {one or other for page in TEMPLATES.glob("*.html") for one, other in SAID.findall(page.read_text("utf-8"))}
    return found | set(words.catalogue("en")) | {"not decided yet", "Powers", "Report"}


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_nothing_is_left_unsaid_and_every_value_has_its_place(language: str) -> None:
    said = words.catalogue(language)
    assert len(_asked()) > 300
    assert _asked() - set(said) == set()
    assert set(said) - _asked() == set()
    english = words.catalogue("en")
    differing = [key for key, text in said.items() if _places(text) != _places(english.get(key, key))]
    assert differing == []


@pytest.mark.parametrize("address", ["/", "/report", "/queue", "/statements", "/accounts", "/powers", "/approvals", "/me"])
def test_somebody_who_reads_russian_is_spoken_to_in_russian(busy: Console, address: str) -> None:
    browser = busy.browser("olga")
    browser.post("/me/language", {"language": "ru"})
    html = browser.get(address).text
    assert '<html lang="ru">' in html
    assert "Очередь" in seen(html)
    assert "Everything works" not in html
