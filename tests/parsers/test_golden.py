"""Golden pairs: a statement file beside what it must be read as."""

from pathlib import Path

import pytest

from tests.parsers.rendering import cases, expected_path, rendered


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_statement_file_is_read_as_its_golden_pair_says(case: Path) -> None:
    assert rendered(case) == expected_path(case).read_text(encoding="utf-8")
