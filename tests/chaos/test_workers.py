"""However many workers decide, and whichever of them dies on the way, the books come out the same."""

from __future__ import annotations

import dataclasses

import pytest

from tests.chaos.scene import Scene, differences

CHUNK = 10


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize(
    ("workers", "fuses"), [(2, ()), (3, (90,)), (2, (140, 60))], ids=["2", "3-kill-1", "2-kill-both"]
)
def test_any_number_of_workers_leave_the_same_books(
    scene: Scene, database: str, workers: int, fuses: tuple[int, ...]
) -> None:
    """The undisturbed night has one worker and larger chunks."""
    expected, _ = scene.undisturbed(database)
    with scene.books(database) as url:
        assert scene.nights.one(dataclasses.replace(scene.work(url), decide=False)).code == 0
        work = dataclasses.replace(scene.work(url), files=(), chunk=CHUNK)
        ended = scene.nights.at_once([work] * workers, fuses)
        assert [each.killed for each in ended[: len(fuses)]] == [True] * len(fuses), "the fuses are to burn"
        assert all(each.killed or each.code == 0 for each in ended)
        assert scene.nights.one(dataclasses.replace(work, now=scene.work(url, 1).now)).code == 0
        assert differences(expected, scene.exports(url)) == []
