"""With RECONCILE_FOUR_EYES the command line leaves to a second person what leads to a credit above the amount."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.cli import main
from reconcile.steps import second_person
from reconcile.steps.acts import Person
from reconcile.steps.run import run
from tests.steps.books import NOW, Line, one_c, policies, rows, upload
from tests.steps.invoicing_books import books_with_customers

DAY = date(2026, 2, 10)
PAYER = ("Щедров Степан Ильич", "850412300125")
POWERS = "reference,account_number,representative_name,representative_tax_id,valid_from,valid_until\n"
ADD = (
    "poa", "add", "P1", "104582", "--representative", PAYER[0], "--tax-id", PAYER[1], "--from", "2026-02-01", "--until",
    "2026-12-31", "--reason", "seen the original",
)  # fmt: skip


@pytest.fixture
def engine(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A large and a small payment of somebody without a power; and four eyes everywhere."""
    monkeypatch.setenv("RECONCILE_FOUR_EYES", "yes")
    monkeypatch.setenv("RECONCILE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("RECONCILE_ACTOR", "olga")
    return books_with_customers(sqlite_url, tmp_path)


def _held(engine: Engine, folder: Path, amount: int) -> None:
    lines = [Line(DAY, amount, "1", "Пополнение, лицевой счет 104582", *PAYER)]
    upload(engine, folder, "statement.txt", one_c(lines, opening=0))
    run(engine, as_of=DAY, now=NOW, policies=policies())
    assert rows(engine, "SELECT reason FROM payment") == [("power_of_attorney_missing",)]


def test_a_power_that_releases_much_waits_and_one_that_releases_little_does_not(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _held(engine, tmp_path, 900_000_000)
    assert main([*ADD]) == 0
    assert "waits for a second person" in capsys.readouterr().out
    assert rows(engine, "SELECT count(*) FROM power_of_attorney") == [(0,)]
    second_person.approve(engine, policies(), 1, Person("petr", "seen it too", NOW))
    assert rows(engine, "SELECT reference FROM power_of_attorney") == [("P1",)]


def test_a_power_that_releases_little_is_registered(engine: Engine, tmp_path: Path) -> None:
    _held(engine, tmp_path, 500_000)
    assert main([*ADD]) == 0
    assert rows(engine, "SELECT reference FROM power_of_attorney") == [("P1",)]


@pytest.mark.parametrize(("amount", "code"), [(900_000_000, 2), (500_000, 0)])
def test_a_file_of_powers_is_held_to_the_same_amount(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], amount: int, code: int
) -> None:
    _held(engine, tmp_path, amount)
    file = tmp_path / "powers.csv"
    file.write_text(f"{POWERS}P1,104582,{PAYER[0]},{PAYER[1]},2026-02-01,2026-12-31\n", "utf-8")
    assert main(["import", "powers-of-attorney", str(file)]) == code
    assert rows(engine, "SELECT count(*) FROM power_of_attorney") == [(0 if code else 1,)]
    assert ("takes two people" in capsys.readouterr().err) is bool(code)


@pytest.mark.parametrize(
    ("columns", "values", "code"),
    [
        ("tax_id", "071040713338", 2), ("bank_accounts", "KZ687220000000000003", 2), ("email", "other@example.org", 0),
    ],
)  # fmt: skip
def test_a_file_changes_no_tax_id_and_no_bank_account_of_a_holder_on_the_books(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], columns: str, values: str, code: int
) -> None:
    ((name,),) = rows(engine, "SELECT holder_name FROM account WHERE number = '104582'")
    before = rows(engine, "SELECT number, tax_ids, bank_accounts FROM account ORDER BY number")
    file = tmp_path / "changed.csv"
    file.write_text(
        f"account_number,holder_name,holder_type,country,currency,{columns}\n"
        f'104582,"{name}",legal_entity,KZ,KZT,{values}\n777001,ТОО Новое,legal_entity,KZ,KZT,\n',
        "utf-8",
    )
    assert main(["import", "accounts", str(file)]) == code
    after = rows(engine, "SELECT number, tax_ids, bank_accounts FROM account ORDER BY number")
    assert [row for row in after if row[0] != "777001"] == before
    assert (("777001", "[]", "[]") in after) is not bool(code), "all rows or none"
    assert ("a second person decides" in capsys.readouterr().err) is bool(code)


def test_a_statement_that_brings_much_waits(engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upload(engine, tmp_path, "w.txt", one_c([Line(DAY, 900_000_000, "1")], opening=0, closing=5))
    run(engine, as_of=DAY, now=NOW, policies=policies())
    ((statement,),) = rows(engine, "SELECT id FROM statement")
    assert main(["statement", "accept", str(statement), "--reason", "the bank confirmed"]) == 0
    assert "waits for a second person" in capsys.readouterr().out
    assert rows(engine, "SELECT accepted_by FROM statement") == [(None,)]


def test_without_the_setting_the_command_line_acts_as_ever(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECONCILE_FOUR_EYES", "no")
    _held(engine, tmp_path, 900_000_000)
    assert main([*ADD]) == 0
    assert rows(engine, "SELECT reference FROM power_of_attorney") == [("P1",)]
