"""A statement that should be here raises an alert by its hour, and the alert closes by itself when it comes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.banking_days import Calendar
from reconcile.steps.masters import import_bank_accounts
from reconcile.steps.missing import check
from reconcile.store.alerts import close_alert
from tests.steps.books import NOW, OWN, Line, one_c, open_books, policies, rows, upload

HOURS = {"KZ": time(5, 0)}
DAYS = [date(2026, 2, day) for day in (2, 3, 4, 5, 6, 9, 10, 11)]  # Monday to Wednesday of the week after
THURSDAY, FRIDAY, MONDAY = date(2026, 2, 12), date(2026, 2, 13), date(2026, 2, 16)


class Bank:
    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder, self.balance = engine, folder, 100_000
        page = f"bank_account,country,currency,legal_entity,bank_name\n{OWN},KZ,KZT,ТОО Облако,Банк\n"
        (folder / "banks.csv").write_text(page, "utf-8")
        import_bank_accounts(engine, folder / "banks.csv", actor="tester", now=NOW)

    def sends(self, day: date, until: date | None = None) -> None:
        line = Line(until or day, 1_000, f"{day:%d}")
        page = one_c([line], opening=self.balance, first=day, last=until or day)
        self.balance += 1_000
        upload(self.engine, self.folder, f"{day}.txt", page)

    def missing(self, day: date, hour: int = 5, minute: int = 0, calendar: Calendar | None = None) -> list[str]:
        """As of that moment in Almaty."""
        now = datetime.combine(day, time(hour, minute), UTC) - timedelta(hours=5)
        return check(self.engine, now, policies(), calendar or Calendar(), HOURS)

    def alerts(self) -> list[tuple[str, bool]]:
        found = rows(self.engine, "SELECT key, closed_at FROM alert WHERE kind = 'statement_missing' ORDER BY key")
        return [(str(key).removeprefix(f"statement_missing:{OWN}:"), closed is None) for key, closed in found]


@pytest.fixture
def bank(sqlite_url: str, tmp_path: Path) -> Bank:
    sends = Bank(open_books(sqlite_url), tmp_path)
    for day in DAYS:
        sends.sends(day)
    return sends


def test_by_the_hour_of_the_next_banking_day_it_is_missing_and_not_before(bank: Bank) -> None:
    assert bank.missing(THURSDAY) == []
    assert bank.missing(FRIDAY, 4, 59) == []
    assert bank.missing(FRIDAY, 5, 0) == [OWN]
    assert bank.alerts() == [("2026-02-12", True)]
    ((words,),) = rows(bank.engine, "SELECT text FROM alert WHERE kind = 'statement_missing'")
    assert words == (
        f"the statement of {OWN} at Банк for 2026-02-12 has not arrived; payments of that day are in no books yet: "
        "fetch it from the bank and ingest it"
    )


def test_it_closes_by_itself_when_the_statement_comes(bank: Bank) -> None:
    bank.missing(FRIDAY)
    bank.sends(THURSDAY)
    assert bank.missing(FRIDAY, 9) == []
    assert bank.alerts() == [("2026-02-12", False)]


def test_the_first_missing_day_stands_for_those_after_it(bank: Bank) -> None:
    bank.missing(FRIDAY)
    assert bank.missing(MONDAY) == [OWN]
    assert bank.alerts() == [("2026-02-12", True)]
    bank.sends(THURSDAY)
    assert bank.missing(MONDAY) == [OWN], "Friday's is missing still"
    bank.missing(MONDAY)
    assert bank.alerts() == [("2026-02-12", False), ("2026-02-13", True)]


def test_a_later_statement_that_continues_shows_that_nothing_was_booked(bank: Bank) -> None:
    bank.missing(FRIDAY)
    bank.sends(FRIDAY)
    bank.missing(MONDAY)
    assert bank.alerts() == [("2026-02-12", False)]


def test_a_later_statement_that_leaves_a_gap_shows_nothing(bank: Bank) -> None:
    bank.missing(FRIDAY)
    bank.balance += 5_000
    bank.sends(FRIDAY)
    bank.missing(MONDAY)
    assert bank.alerts() == [("2026-02-12", True)]


def test_weekends_and_holidays_expect_nothing(bank: Bank) -> None:
    bank.sends(THURSDAY)
    assert bank.missing(date(2026, 2, 14), 12) == bank.missing(date(2026, 2, 15), 12) == []
    assert bank.missing(MONDAY) == [OWN], "Friday's, on Monday"
    closed = Calendar({("KZ", FRIDAY): False})
    assert bank.missing(MONDAY, calendar=closed) == []


def test_what_a_person_closed_is_not_raised_again_for_that_day(bank: Bank) -> None:
    bank.missing(FRIDAY)
    with bank.engine.begin() as connection:
        close_alert(connection, "statement_missing", f"{OWN}:{THURSDAY}", "anna", "the bank was closed", NOW)
    bank.missing(FRIDAY, 6)
    assert bank.alerts() == [("2026-02-12", False)]


def test_an_account_whose_statements_come_now_and_then_is_not_asked_for(sqlite_url: str, tmp_path: Path) -> None:
    bank = Bank(open_books(sqlite_url), tmp_path)
    assert bank.missing(FRIDAY) == [], "nothing came ever"
    bank.sends(date(2026, 2, 2))
    bank.sends(date(2026, 2, 9))
    assert bank.missing(FRIDAY) == []
    every = Calendar(rhythms={OWN: "banking_days"})
    assert bank.missing(FRIDAY, calendar=every) == [OWN], "the deployment says that they come"


def test_a_statement_of_every_day_is_asked_for_on_a_sunday(bank: Bank) -> None:
    sunday = date(2026, 2, 15)
    for day in (THURSDAY, FRIDAY):
        bank.sends(day)
    assert bank.missing(sunday) == []
    assert bank.missing(sunday, calendar=Calendar(rhythms={OWN: "every_day"})) == [OWN]
    assert bank.missing(MONDAY, calendar=Calendar(rhythms={OWN: "none"})) == []


def test_one_statement_of_several_days_is_one_of_each(bank: Bank) -> None:
    bank.sends(THURSDAY, date(2026, 2, 15))
    assert bank.missing(MONDAY) == []


def test_an_account_that_nobody_imported_is_expected_of_nobody(sqlite_url: str, tmp_path: Path) -> None:
    bank = Bank(open_books(sqlite_url), tmp_path)
    with bank.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE own_bank_account SET imported = 0")
    for day in DAYS:
        bank.sends(day)
    assert bank.missing(FRIDAY) == []
