"""The night, killed with SIGKILL at steps drawn from a seed and run again, equals the undisturbed one byte for byte."""

from __future__ import annotations

import dataclasses
import json

import pytest

from tests.chaos.command_line import crash_after
from tests.chaos.crashes import crash, crash_all
from tests.chaos.scene import Scene, differences


@pytest.mark.parametrize("seed", range(12))
def test_whatever_dies_the_books_come_out_the_same(scene: Scene, database: str, seed: int) -> None:
    crashed = crash(scene, database, seed)
    assert crashed.died_at, "the fuse never burned: nothing was tested"
    assert crashed.differences == []


@pytest.mark.parametrize("seed", range(4))
def test_all_workers_die_at_once_and_the_books_come_out_the_same(scene: Scene, database: str, seed: int) -> None:
    assert crash_all(scene, database, seed).differences == []


def test_the_fuse_kills_at_its_step_and_not_before(scene: Scene, database: str) -> None:
    steps = scene.undisturbed(database)[1].steps
    for at, killed in ((1, True), (steps, True), (steps + 1, False)):
        with scene.books(database) as url:
            assert scene.nights.one(scene.work(url), fuse_at=at).killed == killed


def test_the_night_is_worth_killing(scene: Scene) -> None:
    """Money goes everywhere in it: a crash has something to lose."""
    books, _ = scene.undisturbed("sqlite")
    statuses = {json.loads(line)["status"] for line in books["payments"]}
    assert {"credited", "held", "unmatched"} <= statuses
    assert any(json.loads(line)["credit_debit"] == "debit" for line in books["entries"])
    assert any(json.loads(line)["balance"] != "0.00" for line in books["balances"])


def test_both_databases_say_the_same(scene: Scene) -> None:
    assert differences(scene.undisturbed("sqlite")[0], scene.undisturbed("postgresql")[0]) == []


def test_the_size_of_a_chunk_changes_nothing(scene: Scene) -> None:
    expected, _ = scene.undisturbed("sqlite")
    for chunk in (None, 3):
        with scene.books("sqlite") as url:
            assert scene.nights.one(dataclasses.replace(scene.work(url), chunk=chunk)).code == 0
            assert differences(expected, scene.exports(url)) == []


def test_the_command_line_may_be_killed_too(scene: Scene) -> None:
    """By the clock, so it may also come to its end first: what must hold holds either way."""
    assert crash_after(scene, "postgresql", delay=3.0).differences == []
