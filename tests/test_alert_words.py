"""What an alert says stands in every language, and says what the place that raises it hands over: found by enumeration of
the source, so that a kind, a sentence or a value that somebody adds tomorrow is asked for here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from reconcile.explain import LANGUAGES
from reconcile.explain.alerts import Said, chained, in_words, said, sentences
from reconcile.gateway.report import Door, Kind
from reconcile.reports import words
from reconcile.reports.findings import GRAVEST_FIRST
from reconcile.steps.jobs import _last
from reconcile.store.alerts import words_of

SOURCE = Path(__file__).parent.parent / "reconcile"
QUOTING_ALONE = {"fetch_failed.source", "part.and_also"}
"""Sentences that have no words of their own."""
ALL = [f"{kind}.{form}" for kind, forms in sentences().items() for form in forms]


class Place(NamedTuple):
    """Where the source says something: the sentence, or the pattern of those that it may be, and the values' names."""

    where: str
    sentence: str
    values: frozenset[str]
    whole: bool


def _trees() -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text("utf-8")
        if "said(" in text or "Finding(" in text or "steps.do(" in text or "chained(" in text or "alert" in text:
            yield path, ast.parse(text)


TREES = list(_trees())


def _calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    for path, tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
                yield path, node


def _pattern(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    assert isinstance(node, ast.JoinedStr), ast.unparse(node)
    return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in node.values)


def _places() -> Iterator[Place]:
    for path, call in _calls("said"):
        imported = "from reconcile.explain.alerts import" in path.read_text("utf-8")
        if not imported or not call.args or not isinstance(call.args[0], ast.Constant | ast.JoinedStr):
            continue
        names = frozenset(each.arg for each in call.keywords if each.arg)
        whole = all(each.arg for each in call.keywords)
        yield Place(f"{path.name}:{call.lineno}", _pattern(call.args[0]), names, whole)
    for path, call in _calls("chained"):
        yield Place(f"{path.name}:{call.lineno}", _pattern(call.args[0]), frozenset({"first", "second"}), True)


PLACES = list(_places())


def _asked(sentence: str, language: str) -> frozenset[str]:
    kind, _, form = sentence.partition(".")
    return frozenset(name for _, name, _, _ in Formatter().parse(sentences()[kind][form][language]) if name)


def _meant(place: Place) -> set[str]:
    """The sentences that a place says."""
    fits = {each for each in ALL if re.fullmatch(place.sentence, each)}
    return {each for each in fits if place.values == _asked(each, "en") or not place.whole}


@pytest.mark.parametrize("sentence", ALL)
def test_every_sentence_stands_in_every_language_with_the_same_values(sentence: str) -> None:
    kind, _, form = sentence.partition(".")
    assert set(sentences()[kind][form]) == set(LANGUAGES)
    assert len({_asked(sentence, language) for language in LANGUAGES}) == 1


@pytest.mark.parametrize("sentence", ALL)
def test_no_sentence_is_english_on_a_russian_page(sentence: str) -> None:
    kind, _, form = sentence.partition(".")
    text = sentences()[kind][form]["ru"]
    own = re.sub(r"\{\w+\}|`[^`]+`", "", text)
    assert bool(re.search("[а-я]", own)) is (sentence not in QUOTING_ALONE), text
    assert not re.search(r"\b(?!original_id|UTC)[A-Za-z]{3,}\b", own), text


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place.where}")
def test_each_place_that_says_something_gives_what_the_sentence_asks_for(place: Place) -> None:
    assert _meant(place), f"{place.where} says {place.sentence} with {sorted(place.values)}"


def test_every_sentence_is_said_somewhere() -> None:
    assert set(ALL) - {each for place in PLACES for each in _meant(place)} == set()


def test_the_search_finds_what_it_looks_for() -> None:
    assert len(PLACES) > 50
    assert {"file_refused.in_inbox", "part.other_amount", "statement_gap.found"} <= {
        each for place in PLACES for each in _meant(place)
    }


def test_alerts_are_raised_with_a_sentence_and_in_no_other_way() -> None:
    for path, tree in TREES:
        if path.name == "alerts.py" or "migrations" in path.parts:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("insert", "insert_new"):
                told = {ast.unparse(node.func).rpartition(".")[0], *map(ast.unparse, node.args)}
                assert not told & {"alert", "tables.alert"}, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("language", words.languages())
def test_every_kind_has_its_place_a_title_and_what_to_do(language: str) -> None:
    kinds = set(sentences()) - {"part"}
    assert kinds == set(GRAVEST_FIRST)
    for kind in kinds:
        assert words.said(f"alert_{kind}", language) and words.said(f"alert_{kind}_do", language)


def _first_words(function: str, file: str) -> set[str]:
    """What the calls of a function in a file have as their first argument."""
    calls = [call for path, call in _calls(function) if path.name == file]
    return {str(each.args[0].value) for each in calls if each.args and isinstance(each.args[0], ast.Constant)}


def test_what_is_chosen_by_a_value_is_there_for_each_value() -> None:
    findings, steps = _first_words("Finding", "settling.py"), _first_words("do", "nightly.py")
    assert (len(findings), len(steps)) == (6, 4)
    chosen = {f"part.{what}" for what in findings} | {f"{kind}.night" for kind in steps}
    chosen |= {f"part.door_{door}" for door in Door} | {f"part.report_{kind}" for kind in Kind}
    assert chosen <= set(ALL)


def test_a_sentence_within_a_sentence_is_said_in_its_language() -> None:
    why = chained(
        "part.or_else", [said("part.not_in_settlement", names="R-1", amount="5.00 KZT"), said("part.unexplained")]
    )
    conflict = said("gateway_conflict.report", door=said("part.door_registry"), report="R-1", why=why)
    assert str(conflict).startswith("registry: R-1: missing in the settlement: R-1 (5.00 KZT); or no single row")
    assert in_words(conflict, "ru").startswith("реестр: R-1: нет в расчёте: R-1 (5.00 KZT); или ни одна строка")


def test_what_a_newer_program_says_is_shown_as_its_values() -> None:
    row = SimpleNamespace(text="new", said=["new_kind.form", {"file": "a.txt", "why": ["part.new", {"x": "1"}]}])
    assert words_of(row, "ru") == "new kind: a.txt, part: 1"
    assert in_words(["file_failed.not_moved", {"file": "a"}]) == "a is dealt with (?) and cannot be moved: ?"


def test_braces_of_a_stranger_are_text() -> None:
    told = said("fetch_failed.source", source="{fault.__class__}", fault="{source} %s")
    assert in_words(told, "ru") == "{fault.__class__}: {source} %s"


def test_dates_are_written_as_the_standard_does() -> None:
    day = datetime(2026, 2, 3, tzinfo=UTC).date()
    assert said("statement_missing.of_account", account="1", day=day) == Said(
        "statement_missing.of_account", {"account": "1", "day": "2026-02-03"}
    )


@pytest.mark.parametrize(
    ("outcome", "russian"),
    [("under way", "процесс прервался"), ("failed: KeyError", "сбой: KeyError"), ("given up", "given up")],
)
def test_a_jobs_last_attempt_is_told_as_it_was_noted(outcome: str, russian: str) -> None:
    last = _last(outcome)
    assert (last if isinstance(last, str) else in_words(last, "ru")) == russian
    assert str(last) == {"under way": "the worker died"}.get(outcome, outcome)
