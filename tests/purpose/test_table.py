"""Every purpose of the table is read as it says; half of them hold digits that must not be read as references."""

from __future__ import annotations

import pytest

from reconcile.purpose.reader import read_purpose
from tests.purpose.short import short
from tests.purpose.table import MATCH, NO_MATCH, TABLE


@pytest.mark.parametrize("name", TABLE)
def test_a_purpose_is_read_as_the_table_says(name: str) -> None:
    text, expected = TABLE[name]
    assert short(read_purpose(text)) == expected


def test_half_of_the_table_must_not_match() -> None:
    assert len(TABLE) >= 200
    assert len(NO_MATCH) >= len(MATCH) * 0.9
