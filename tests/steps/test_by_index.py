"""A chunk's questions are answered by index, whatever PostgreSQL believes of tables that it has not counted yet."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from reconcile.steps import turns
from reconcile.steps.run import run
from reconcile.store.engine import by_index
from tests.steps.books import NOW, Line, one_c, open_books, policies, upload

ENTRIES = 300
WHOLE = re.compile(r"Seq Scan on (\w+)|(Hash|Merge) (Right |Left |Full |Anti |Semi )?Join|Gather")
SMALL = {"own_bank_account", "work_chunk", "alert", "statement", "journal_link"}
"""What may be read whole: it does not grow with the entries."""


def test_no_question_of_a_chunk_reads_a_table_whole(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_books(postgres_url)
    lines = [Line(date(2026, 2, 3), 1_000 + number, str(number)) for number in range(ENTRIES)]
    upload(engine, tmp_path, "1.txt", one_c(lines, opening=0))
    asked: list[tuple[str, Any]] = []
    of_chunks: set[Connection] = set()

    def noted(connection: Connection) -> None:
        of_chunks.add(connection)
        by_index(connection)

    @event.listens_for(engine, "before_cursor_execute")
    def _note(connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if connection in of_chunks and statement.lstrip().startswith(("SELECT", "UPDATE")):
            asked.append((statement, parameters))

    monkeypatch.setattr(turns, "by_index", noted)
    assert run(engine, as_of=date(2026, 3, 1), now=NOW, policies=policies()).decided == ENTRIES
    event.remove(engine, "before_cursor_execute", _note)
    assert any("line_detail" in statement for statement, _ in asked)
    assert any(statement.startswith('UPDATE "payment"') for statement, _ in asked)
    with engine.connect() as connection:
        by_index(connection)
        for statement, parameters in asked:
            plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
            whole = [found for found in WHOLE.finditer(plan) if found[1] not in SMALL]
            assert not whole, f"{statement}\n{plan}"


def test_the_settings_end_with_the_transaction(postgres_url: str) -> None:
    engine = open_books(postgres_url)
    with engine.connect() as connection:
        before = connection.execute(text("SHOW enable_hashjoin")).scalar()
        connection.rollback()
        by_index(connection)
        assert (before, connection.execute(text("SHOW enable_hashjoin")).scalar()) == ("on", "off")
        connection.commit()
        assert connection.execute(text("SHOW enable_hashjoin")).scalar() == "on"
