"""Reading bytes in a test: the whole file at once, as the caller of the parsers would store it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Protocol

import pytest

from reconcile.parsers import ReadContext
from reconcile.problem import Refusal
from reconcile.statement import Entry, Statement

TENGE = ReadContext(default_currency=lambda account: "KZT")


class Reader(Protocol):
    def read(self, stream: io.BytesIO, context: ReadContext) -> Iterator[Statement]: ...


def read_all(parser: Reader, content: bytes, context: ReadContext = TENGE) -> list[tuple[Statement, list[Entry]]]:
    return [(statement, list(statement.entries)) for statement in parser.read(io.BytesIO(content), context)]


def read_one(parser: Reader, content: bytes, context: ReadContext = TENGE) -> tuple[Statement, list[Entry]]:
    [only] = read_all(parser, content, context)
    return only


def refusal(parser: Reader, content: bytes, context: ReadContext = TENGE) -> str:
    """The words of the refusal, with its line."""
    with pytest.raises(Refusal) as caught:
        read_all(parser, content, context)
    return str(caught.value)
