"""The benchmark of books by month, small: it measures what it says, on both layouts."""

from __future__ import annotations

from tests.benchmarks import bench_partitions


def test_both_layouts_are_measured() -> None:
    found = bench_partitions.main(8_000)
    assert set(found["whole"]) == set(found["by month"])
    assert all(value > 0 for figures in found.values() for value in figures.values())
