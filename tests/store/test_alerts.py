"""A row with a key is inserted once, and whoever inserts it learns whether it was."""

from __future__ import annotations

from reconcile.store.alerts import insert_new, raise_alert
from reconcile.store.tables import inbox_file
from tests.steps.books import NOW, open_books, rows


def test_only_new_rows_are_counted(database_url: str) -> None:
    engine = open_books(database_url)
    row = {"size": 1, "modified": "", "attempts": 0, "state": "seen", "outcome": ""}
    with engine.begin() as connection:
        assert insert_new(connection, inbox_file, [{"path": "a", **row}]) == 1
        assert insert_new(connection, inbox_file, [{"path": "a", **row}]) == 0
        assert insert_new(connection, inbox_file, [{"path": "a", **row}, {"path": "b", **row}]) == 1


def test_one_kind_about_one_subject_stands_once(database_url: str) -> None:
    engine = open_books(database_url)
    with engine.begin() as connection:
        for words in ("first", "second"):
            raise_alert(connection, "file_refused", "x", words, NOW, file_name="a.txt")
    assert rows(engine, "SELECT key, text FROM alert") == [("file_refused:x", "first")]
