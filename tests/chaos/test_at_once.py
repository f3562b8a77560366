"""The same work twice, one after the other or at the same moment, is the work once."""

from __future__ import annotations

import dataclasses

from sqlalchemy import text

from reconcile.store.engine import make_engine
from tests.chaos.scene import Scene, differences

HOW_MANY = 3


def test_a_second_night_changes_nothing(scene: Scene, database: str) -> None:
    expected, _ = scene.undisturbed(database)
    with scene.books(database) as url:
        assert scene.nights.one(scene.work(url)).code == 0
        before = _counts(url)
        again = scene.nights.one(scene.work(url, attempt=1))
        assert (again.code, again.changed) == (0, 0)
        assert differences(expected, scene.exports(url)) == []
        after = _counts(url)
    assert after.pop("run") == before.pop("run") + 1, "the run itself is recorded, and nothing else"
    assert after == before


def test_the_same_files_at_the_same_moment_are_ingested_once(scene: Scene, database: str) -> None:
    expected, _ = scene.undisturbed(database)
    with scene.books(database) as url:
        work = dataclasses.replace(scene.work(url), decide=False)
        assert [ended.code for ended in scene.nights.at_once([work] * HOW_MANY)] == [0] * HOW_MANY
        alone = dataclasses.replace(scene.work(url), files=())
        assert scene.nights.one(alone).code == 0
        assert differences(expected, scene.exports(url)) == []


def test_runs_at_the_same_moment_are_one_run(scene: Scene, database: str) -> None:
    expected, _ = scene.undisturbed(database)
    with scene.books(database) as url:
        assert scene.nights.one(dataclasses.replace(scene.work(url), decide=False)).code == 0
        work = dataclasses.replace(scene.work(url), files=())
        assert [ended.code for ended in scene.nights.at_once([work] * HOW_MANY)] == [0] * HOW_MANY
        assert differences(expected, scene.exports(url)) == []


def test_whole_nights_at_the_same_moment_hold_the_promise(scene: Scene, database: str) -> None:
    """A run may begin before the other process has ingested everything, so that the order in which invoices are paid is
    another; what must hold is `verify`, and that nothing is missing or there twice."""
    expected, _ = scene.undisturbed(database)
    with scene.books(database) as url:
        assert [ended.code for ended in scene.nights.at_once([scene.work(url)] * HOW_MANY)] == [0] * HOW_MANY
        seen = scene.exports(url)
    assert {"entries": seen["entries"]} == {"entries": expected["entries"]}
    assert len(seen["payments"]) == len(expected["payments"])


def _counts(url: str) -> dict[str, int]:
    """Rows of every table that a night writes to."""
    engine = make_engine(url)
    tables = (
        "alert", "allocation", "audit_log", "balance_change", "decision", "entry", "entry_tie", "journal",
        "journal_link", "line_detail", "open_difference", "payment", "placement", "run", "statement", "statement_file",
        "statement_line",
    )  # fmt: skip
    with engine.connect() as connection:
        found = {name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in tables}
    engine.dispose()
    return found
