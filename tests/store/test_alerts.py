"""A row with a key is inserted once, and whoever inserts it learns whether it was."""

from __future__ import annotations

from sqlalchemy import select

from reconcile.explain.alerts import Said, chained, said
from reconcile.store.alerts import close_alert, insert_new, raise_alert, raise_newest, words_of
from reconcile.store.tables import alert, inbox_file
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
        for file in ("first", "second"):
            raise_alert(connection, _refused(file), "x", NOW, file_name=file)
    assert rows(engine, "SELECT key, file_name FROM alert") == [("file_refused:x", "first")]


def test_the_newest_words_stand_and_what_a_person_closed_is_not_raised_with_the_same(database_url: str) -> None:
    engine = open_books(database_url)
    shown = "SELECT text, closed_at IS NULL FROM alert"
    with engine.begin() as connection:
        raise_newest(connection, _refused("a"), "x", NOW)
        close_alert(connection, "file_refused", "x", "anna", "seen", NOW)
        raise_newest(connection, _refused("a"), "x", NOW)
    assert [(text, bool(stands)) for text, stands in rows(engine, shown)] == [(str(_refused("a")), False)]
    with engine.begin() as connection:
        raise_newest(connection, _refused("b"), "x", NOW)
    assert [(text, bool(stands)) for text, stands in rows(engine, shown)] == [(str(_refused("b")), True)]


def test_what_is_said_within_a_sentence_comes_back_from_the_books(database_url: str) -> None:
    engine = open_books(database_url)
    two = chained("part.both_names", [said("part.it_died"), "R-2"])
    with engine.begin() as connection:
        raise_alert(connection, said("fetch_failed.source", source="bank", fault=two), "x", NOW)
    with engine.connect() as connection:
        row = connection.execute(select(alert)).one()
    assert words_of(row) == row.text == "bank: it died and R-2"
    assert words_of(row, "ru") == "bank: процесс прервался и R-2"


def test_an_alert_of_before_is_shown_in_its_own_words(database_url: str) -> None:
    engine = open_books(database_url)
    old = {"key": "file_refused:x", "kind": "file_refused", "raised_at": NOW, "text": "a.txt was refused"}
    with engine.begin() as connection:
        insert_new(connection, alert, [old])
        row = connection.execute(select(alert)).one()
    assert words_of(row, "ru") == words_of(row, "en") == "a.txt was refused"


def _refused(file: str) -> Said:
    return said("file_refused.in_inbox", file=file, fault="it is empty")
