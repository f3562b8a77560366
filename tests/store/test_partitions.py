"""Entries and journal by month: the same books, the same guards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from reconcile import cli
from reconcile.steps.watching.schema_check import faults_of
from reconcile.store import partitions
from reconcile.store.engine import make_engine
from reconcile.store.partitions import SPLITS
from tests.chaos.conftest import scene  # noqa: F401  the world of the nights
from tests.chaos.scene import Scene, differences

UNTIL = date(2027, 3, 1)


def test_a_night_over_books_by_month_is_the_same_and_they_may_be_split_in_between(scene: Scene) -> None:  # noqa: F811
    expected, ended = scene.undisturbed("postgresql")
    with scene.books("postgresql") as url:
        _split(url)
        assert scene.nights.one(scene.work(url)).code == 0
        assert differences(expected, scene.exports(url)) == []
        assert _split(url) == 0, "a second time there is nothing to do"
    with scene.books("postgresql") as url:
        scene.nights.one(scene.work(url), fuse_at=int(ended.steps * 0.9))
        assert _split(url) > 0
        assert scene.nights.one(scene.work(url, 1)).code == 0
        assert differences(expected, scene.exports(url)) == []


def _split(url: str, until: date = UNTIL) -> int:
    engine = make_engine(url)
    with engine.begin() as connection:
        added = partitions.split_by_month(connection, until)
    with engine.connect() as connection:
        assert faults_of(connection) == [], "doctor misses nothing"
    engine.dispose()
    return added


@pytest.fixture(scope="module")
def _by_month(scene: Scene) -> Iterator[str]:  # noqa: F811
    with scene.books("postgresql") as url:
        assert scene.nights.one(scene.work(url)).code == 0
        _split(url)
        yield url


@pytest.fixture
def books(_by_month: str) -> Iterator[Connection]:
    """What a test does is rolled back."""
    engine = make_engine(_by_month)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


_COLUMNS = {
    "journal": "key, link_id, row_no, debit, credit, amount, currency, effective_date, posted_at, payment_id, description",
    "entry": "id, own_account, identity, occurrence, booking_date, credit_debit, amount, currency, reversal, statement_id, "
    "position, sequence, before_books, possible_duplicate, voided",
}


@pytest.mark.parametrize(
    ("table", "month", "changed"),
    [
        ("journal", "effective_date", {"link_id": "'another'"}),
        ("journal", "effective_date", {"key": "'another'"}),
        ("entry", "booking_date", {"occurrence": "occurrence + 100"}),
        ("entry", "booking_date", {"id": "'another'"}),
    ],
    ids=["journal key", "journal row of a link", "entry id", "entry identity"],
)
def test_what_was_unique_for_ever_is_so_over_all_months(
    books: Connection, table: str, month: str, changed: dict[str, str]
) -> None:
    """The same key in another month: the partitioned table's own keys would let it in."""
    values = changed | {month: f"({month} + interval '2 months')::date"}
    chosen = ", ".join(values.get(column, column) for column in _COLUMNS[table].split(", "))
    copy = f"INSERT INTO {table} ({_COLUMNS[table]}) SELECT {chosen} FROM (SELECT * FROM {table} ORDER BY 1 LIMIT 1) AS one"
    with pytest.raises(IntegrityError, match=f"{table}_register"):
        books.execute(text(copy))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO journal_2026_02 SELECT * FROM journal LIMIT 1",
        "DELETE FROM journal_2026_02",
        "UPDATE journal_2026_02 SET amount = amount + 1",
        "TRUNCATE journal_2026_02",
        "DELETE FROM journal",
        "UPDATE journal SET amount = amount + 1",
        "DELETE FROM journal_register",
        "DELETE FROM entry",
        "UPDATE entry SET identity = 'x'",
        "DELETE FROM entry_2026_02",
        "INSERT INTO entry_rest SELECT * FROM entry LIMIT 1",
    ],
)
def test_nothing_is_changed_past_the_guards(books: Connection, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"insert-only|through the whole table|never changes"):
        books.execute(text(statement))


@pytest.mark.parametrize(("table", "trigger"), [("journal", "journal_registered"), ("entry", "entry_registered")])
def test_doctor_misses_a_register_that_is_switched_off(books: Connection, table: str, trigger: str) -> None:
    books.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}"))
    assert faults_of(books) == [f"trigger of {table}"]


def test_the_command_splits_once_and_an_sqlite_file_is_none_of_it(
    scene: Scene,  # noqa: F811
    sqlite_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with scene.books("postgresql") as url:
        assert cli.main(["--database-url", url, "partition"]) == 0
        assert "tables added; entries and journal have one for each month up to" in capsys.readouterr().out
        assert cli.main(["--database-url", url, "--json", "partition"]) == 0
        assert '"added": 0' in capsys.readouterr().out
        assert cli.main(["--database-url", url, "--json", "doctor"]) is not None
        assert '"what": "months", "state": "ok", "seen": "12 months ahead"' in capsys.readouterr().out
    assert cli.main(["--database-url", sqlite_url, "partition"]) == 2
    assert capsys.readouterr().err.startswith("error: an SQLite file is not split by month; ")


def test_a_payment_still_needs_its_entry_and_a_balance_change_its_journal_row(books: Connection) -> None:
    one = "(SELECT min(id) FROM payment WHERE entry_id IS NOT NULL)"
    account = "(SELECT min(number) FROM account)"
    for statement in (
        f"UPDATE payment SET entry_id = 'nobody' WHERE id = {one}",
        f"INSERT INTO balance_change VALUES ({account}, 1, NULL, 'nothing', 0, 1, 1)",
    ):
        with pytest.raises(IntegrityError, match="_register"), books.begin_nested():
            books.execute(text(statement))


def test_a_month_without_a_table_keeps_nobody_and_gets_one_later(books: Connection) -> None:
    (journal, _) = SPLITS
    books.execute(text(
        f"INSERT INTO journal ({_COLUMNS['journal']}) SELECT 'later', 'later', 1, debit, credit, amount, currency, "
        "'2027-05-05', posted_at, NULL, description FROM journal LIMIT 1"
    ))  # fmt: skip
    assert partitions.rows_without_month(books, journal) == 1
    assert partitions.split_by_month(books, date(2027, 6, 1)) == 2 * 3
    assert partitions.rows_without_month(books, journal) == 0
    assert books.execute(text("SELECT tableoid::regclass::text FROM journal WHERE key = 'later'")).scalar_one() == (
        "journal_2027_05"
    )
    assert partitions.months_of(books, journal)[-1] == "2027_06"


def test_what_is_older_than_every_month_stays_aside_and_hinders_no_new_month(books: Connection) -> None:
    (journal, _) = SPLITS
    books.execute(text(
        f"INSERT INTO journal ({_COLUMNS['journal']}) SELECT 'old', 'old', 1, debit, credit, amount, currency, "
        "'2001-05-05', posted_at, NULL, description FROM journal LIMIT 1"
    ))  # fmt: skip
    newest = partitions.months_of(books, journal)[-1]
    assert partitions.split_by_month(books, date(2027, 6, 1)) > 0
    assert partitions.months_of(books, journal)[-1] == "2027_06" > newest
    assert partitions.rows_without_month(books, journal) == 1
    assert books.execute(text("SELECT amount FROM journal WHERE key = 'old'")).scalar_one() > 0
