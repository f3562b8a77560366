"""Bank statements of every format, read into `reconcile.statement` values.

A parser is a module with `NAME`, `recognises(head)` and `read(stream, context)`. Adding a format is one module and one
member of `PARSERS`. Statements and their entries stream: a fault deep in a file is a `Refusal` while its entries are
drawn, so the caller stores all of a file or nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from reconcile.parsers import camt, mt940, ofx, one_c, tables
from reconcile.parsers.source import BUFFER, HEAD_BYTES, ReadContext, Watched, check_size
from reconcile.problem import Refusal
from reconcile.statement import Entry, Statement

__all__ = ["PARSERS", "Parser", "ReadContext", "detect", "open_statement"]


class Parser(Protocol):
    """What a parser module offers."""

    @property
    def NAME(self) -> str: ...
    def recognises(self, head: bytes) -> bool: ...
    def read(self, stream: BinaryIO, context: ReadContext) -> Iterator[Statement]: ...


PARSERS: Final[tuple[Parser, ...]] = (one_c, camt, ofx, mt940, tables)


def detect(head: bytes) -> Parser:
    """The one parser that recognises the file by its first 64 kB. None is a refusal, and so are two: no race."""
    found = [parser for parser in PARSERS if parser.recognises(head)]
    if not found:
        raise Refusal.of(
            "the content is no statement format that is known here",
            "export the statement as one of: " + ", ".join(parser.NAME for parser in PARSERS),
        )
    if len(found) > 1:
        raise Refusal.of(
            "the content looks like several formats: " + ", ".join(parser.NAME for parser in found),
            "say with --format which one it is",
        )
    return found[0]


def _named(name: str) -> Parser:
    for parser in PARSERS:
        if name == parser.NAME:
            return parser
    raise Refusal.of(f"no format is called {name!r}", "use one of: " + ", ".join(parser.NAME for parser in PARSERS))


def open_statement(
    path: Path, *, file_name: str, context: ReadContext, format: str | None = None
) -> Iterator[Statement]:
    """The statements of one file, each to be exhausted before the next is asked for.

    `file_name` is what refusals call the file; `format` forces a parser by its name.
    """
    try:
        check_size(path.stat().st_size, context)
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        parser = _chosen(head, context, format)
    except Refusal as refusal:
        raise refusal.at(file_name) from None
    return _statements(path, parser, file_name, context)


def _chosen(head: bytes, context: ReadContext, format: str | None) -> Parser:
    """By name; else by content, where a profile of the caller's own may know headings that no bundled one knows."""
    if format:
        return _named(format)
    if context.profile or (context.profiles and tables.recognises(head, tables.profiles_of(context))):
        return tables
    return detect(head)


def _statements(path: Path, parser: Parser, file_name: str, context: ReadContext) -> Iterator[Statement]:
    with io.BufferedReader(Watched(path, context.at_byte), BUFFER) as stream:
        try:
            for statement in parser.read(stream, replace(context, file_name=file_name)):
                statement.entries = _naming(statement.entries, file_name)
                yield statement
        except Refusal as refusal:
            raise refusal.at(file_name) from None


def _naming(entries: Iterator[Entry], file_name: str) -> Iterator[Entry]:
    try:
        yield from entries
    except Refusal as refusal:
        raise refusal.at(file_name) from None
