"""What the writers write, the parsers read back: every field, balance and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconcile.parsers import open_statement
from reconcile.parsers.source import ReadContext
from reconcile.statement import Detail, Entry
from reconcile.world.make import make_world
from reconcile.world.model import PlannedStatement
from reconcile.world.writers import write_statement

WORLD = make_world(11, entries=300)


def _words(text: str) -> str:
    return " ".join(text.split())


def _plain(entry: Entry) -> Entry:
    """Blanks folded, and without what only one side knows: the extra keys, the payer's bank."""
    details = tuple(
        Detail(
            detail.amount,
            replace(detail.counterparty, bank="", name=_words(detail.counterparty.name)),
            replace(detail.ultimate, bank="", name=_words(detail.ultimate.name)),
            "\n".join(_words(line) for line in detail.purpose.split("\n")),
            detail.references,
        )
        for detail in entry.details
    )
    return replace(entry, details=details, extra={})


@pytest.mark.parametrize("planned", WORLD.statements, ids=lambda planned: planned.file_name)
def test_a_statement_reads_back_as_it_was_written(planned: PlannedStatement, tmp_path: Path) -> None:
    path, written = tmp_path / planned.file_name, write_statement(planned)
    path.write_bytes(written.data)
    context = ReadContext(own_accounts={own.number: own.currency for own in WORLD.own_accounts})
    [(statement, entries)] = [
        (statement, list(statement.entries)) for statement in open_statement(path, file_name=path.name, context=context)
    ]
    assert (statement.format, statement.account, statement.currency) == (
        planned.format.family,
        planned.own.number,
        planned.own.currency,
    )
    assert (statement.period_from, statement.period_to) == (planned.period_from, planned.period_to)
    assert statement.opening == (None if planned.format.family == "ofx" else planned.opening)
    assert statement.closing == planned.closing
    if planned.format.family != "ofx":
        assert (statement.total_credit, statement.total_debit) == (planned.total_credit, planned.total_debit)
    wanted = [_plain(replace(p.entry, line=line)) for p, line in zip(planned.entries, written.entry_lines, strict=True)]
    assert [_plain(entry) for entry in entries] == wanted
