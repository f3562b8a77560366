"""Statements in doubt: accepted or voided by a person, with a reason; unattended ones wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.problem import Refusal
from reconcile.steps import masters, review, statements
from reconcile.steps.acts import Person
from reconcile.steps.ingest import Origin, Table
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from tests.steps.books import NOW, OWN, Line, one_c, open_books, policies, rows, upload

DAY = date(2026, 2, 3)
NEXT = date(2026, 2, 4)
PERSON = Person("aliya", "compared with the bank", NOW)
UNATTENDED = Origin("inbox", attended=False)
ACCOUNTS = """account_number,holder_name,holder_type,country,currency,tax_id
104582,ТОО Ромашка,legal_entity,KZ,KZT,180440021537
"""
PAID = Line(DAY, 5_000, "7", purpose="Пополнение, лицевой счет 104582", tax_id="180440021537")
LAST = Line(date(2026, 2, 5), 900, "9", purpose="Пополнение, лицевой счет 104582", tax_id="180440021537")
FIRST = Line(DAY, 3_000, "5", purpose="Пополнение, лицевой счет 104582", tax_id="180440021537")
LONE = Line(NEXT, 100, "6", purpose="Пополнение, лицевой счет 104582", tax_id="180440021537")
LATER = Line(NEXT, 700, "8", purpose="Пополнение, лицевой счет 104582", tax_id="180440021537")


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    books = open_books(database_url)
    path = tmp_path / "accounts.csv"
    path.write_text(ACCOUNTS, encoding="utf-8")
    masters.import_accounts(books, path, actor="t", now=NOW)
    yield books
    assert verify(books) == []
    books.dispose()


def decide(engine: Engine) -> dict[str, int]:
    return run(engine, as_of=date(2026, 3, 1), now=NOW, policies=policies()).statuses


def alerts(engine: Engine) -> list[object]:
    return [row[0] for row in rows(engine, "SELECT kind FROM alert WHERE closed_at IS NULL ORDER BY kind")]


def statement_id(engine: Engine) -> str:
    return str(rows(engine, "SELECT id FROM statement ORDER BY sequence DESC")[0][0])


def test_a_statement_that_does_not_add_up_holds_until_a_person_accepts_it(engine: Engine, tmp_path: Path) -> None:
    (result,) = upload(engine, tmp_path, "s.txt", one_c([PAID], opening=0, closing=9_999))
    assert result.arithmetic == "mismatch"
    assert "opening balance and entries make 50.00 KZT, the closing balance is 99.99 KZT" in result.fault
    assert decide(engine) == {"held": 1}
    assert rows(engine, "SELECT reason, account_number FROM payment") == [("balance_mismatch", "104582")]
    assert alerts(engine) == ["balance_mismatch"]
    assert statements.accept(engine, statement_id(engine), PERSON) == "accepted although it does not add up"
    assert alerts(engine) == []
    assert decide(engine) == {"credited": 1}
    with pytest.raises(Refusal, match="is stored and needs no acceptance"):
        statements.accept(engine, statement_id(engine), PERSON)


def test_a_sound_statement_that_shows_the_same_entry_frees_it(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "bad.txt", one_c([PAID], opening=0, closing=9_999))
    decide(engine)
    upload(engine, tmp_path, "good.txt", one_c([PAID], opening=0))
    assert decide(engine) == {"credited": 1}


def test_a_gap_is_an_alert_and_holds_nothing_and_a_late_statement_fills_it(engine: Engine, tmp_path: Path) -> None:
    first, missing, last = (
        one_c([PAID], opening=0),
        one_c([LATER], opening=5_000),
        one_c([Line(date(2026, 2, 5), 100, "9")], opening=5_700),
    )
    upload(engine, tmp_path, "1.txt", first)
    upload(engine, tmp_path, "3.txt", last)
    assert alerts(engine) == ["statement_gap"]
    assert rows(engine, "SELECT kind, amount FROM open_difference") == [("statement_gap", 700)]
    assert decide(engine)["credited"] == 1
    upload(engine, tmp_path, "2.txt", missing)
    assert alerts(engine) == []
    assert rows(engine, "SELECT count(*) FROM open_difference") == [(0,)]


def test_an_older_statement_moves_the_opening_back(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "2.txt", one_c([LATER], opening=5_000))
    upload(engine, tmp_path, "1.txt", one_c([PAID], opening=0))
    assert rows(engine, "SELECT count(*) FROM open_difference") == [(0,)]
    assert verify(engine) == []


def test_a_wrong_statement_is_taken_back_while_nothing_of_it_is_credited(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.txt", one_c([PAID], opening=0))
    decide(engine)
    with pytest.raises(Refusal, match=r"1 payments of statement .* are credited or returned"):
        statements.void(engine, statement_id(engine), PERSON)
    (payment,) = rows(engine, "SELECT id FROM payment")
    review.undo(engine, policies(), str(payment[0]), PERSON)
    assert statements.void(engine, statement_id(engine), PERSON) == 1
    assert rows(engine, "SELECT status, reason FROM payment") == [("ignored", "statement_voided")]
    with pytest.raises(Refusal, match="is voided already"):
        statements.void(engine, statement_id(engine), PERSON)


@pytest.mark.parametrize("first_voided", [False, True])
def test_the_wrong_statement_taken_back_leaves_no_doubt_about_the_right_one(
    engine: Engine, tmp_path: Path, *, first_voided: bool
) -> None:
    """The bank put an amount right: whether finance takes the wrong statement back before or after, all is credited."""
    right = Line(DAY, 5_500, PAID.number, purpose=PAID.purpose, tax_id=PAID.tax_id)
    upload(engine, tmp_path, "1.txt", one_c([FIRST, PAID], opening=0, closing=8_500))
    wrong = statement_id(engine)
    if first_voided:
        statements.void(engine, wrong, PERSON)
    upload(engine, tmp_path, "2.txt", one_c([FIRST, right], opening=0))
    if not first_voided:
        assert decide(engine) == {"credited": 1, "held": 2}
        statements.void(engine, wrong, PERSON)
    assert decide(engine) == {"credited": 2, "ignored": 2 if first_voided else 1}
    assert alerts(engine) == []


def test_a_doubt_that_another_statement_still_raises_stays_when_one_is_taken_back(
    engine: Engine, tmp_path: Path
) -> None:
    reworded = [Line(DAY, 5_000, "7", purpose=text, tax_id=PAID.tax_id) for text in ("ЛС 104582", "К Л/С 104582")]
    upload(engine, tmp_path, "1.txt", one_c([PAID], opening=0))
    decide(engine)
    upload(engine, tmp_path, "2.txt", one_c([reworded[0]], opening=0))
    taken_back = statement_id(engine)
    upload(engine, tmp_path, "3.txt", one_c([reworded[1]], opening=0))
    assert decide(engine) == {"credited": 1, "held": 2}
    statements.void(engine, taken_back, PERSON)
    assert decide(engine) == {"credited": 1, "held": 1, "ignored": 1}


def test_a_voided_file_can_be_brought_again_and_its_entries_are_new(engine: Engine, tmp_path: Path) -> None:
    page = one_c([PAID], opening=0)
    upload(engine, tmp_path, "1.txt", page)
    statements.void(engine, statement_id(engine), PERSON)
    (again,) = upload(engine, tmp_path, "1.txt", page)
    assert (again.new, again.known) == (1, 0)
    assert decide(engine)["credited"] == 1


def test_an_entry_that_another_statement_shows_stays(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.txt", one_c([PAID], opening=0))
    upload(engine, tmp_path, "2.txt", one_c([PAID, LATER], opening=0))
    first = str(rows(engine, "SELECT id FROM statement ORDER BY sequence")[0][0])
    assert statements.void(engine, first, PERSON) == 0
    assert decide(engine) == {"credited": 2}


def test_what_comes_unattended_waits_where_the_account_is_not_known(engine: Engine, tmp_path: Path) -> None:
    (result,) = upload(engine, tmp_path, "1.txt", one_c([PAID], opening=0), origin=UNATTENDED)
    assert (result.state, result.new) == ("waiting", 0)
    assert alerts(engine) == ["statement_waiting"]
    assert decide(engine) == {}
    assert statements.accept(engine, statement_id(engine), PERSON).startswith("booked: 1 new entries")
    assert decide(engine) == {"credited": 1}


def test_what_comes_unattended_and_continues_the_books_is_booked(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        f"bank_account,country,currency,legal_entity,books_from,opening_balance\n{OWN},KZ,KZT,ТОО Облако,{DAY},0.00\n",
        encoding="utf-8",
    )
    masters.import_bank_accounts(engine, path, actor="t", now=NOW)
    (first,) = upload(engine, tmp_path, "1.txt", one_c([PAID], opening=0), origin=UNATTENDED)
    (second,) = upload(engine, tmp_path, "2.txt", one_c([LATER], opening=5_000), origin=UNATTENDED)
    (apart,) = upload(engine, tmp_path, "3.txt", one_c([Line(date(2026, 2, 9), 1)], opening=9), origin=UNATTENDED)
    assert (first.state, second.state, apart.state) == ("stored", "stored", "waiting")


def test_what_waits_for_the_day_before_is_booked_when_that_day_comes(engine: Engine, tmp_path: Path) -> None:
    """In whatever order a mailbox brings the days; one that does not add up waits for a person all the same."""
    path = tmp_path / "own.csv"
    path.write_text(
        f"bank_account,country,currency,legal_entity,books_from,opening_balance\n{OWN},KZ,KZT,ТОО Облако,{DAY},0.00\n",
        encoding="utf-8",
    )
    masters.import_bank_accounts(engine, path, actor="t", now=NOW)
    wrong = Line(date(2026, 2, 6), 100, "10", purpose="Пополнение, лицевой счет 104582")
    days = [
        one_c([wrong], opening=6_600, closing=1),
        one_c([LAST], opening=5_700),
        one_c([LATER], opening=5_000),
        one_c([PAID], opening=0),
    ]
    states = [upload(engine, tmp_path, f"{n}.txt", page, origin=UNATTENDED)[0].state for n, page in enumerate(days)]
    assert states == ["waiting", "waiting", "waiting", "stored"]
    assert alerts(engine) == ["statement_waiting"]
    assert [row[0] for row in rows(engine, "SELECT state FROM statement ORDER BY period_from")] == ["stored"] * 3 + [
        "waiting"
    ]
    assert decide(engine) == {"credited": 3}
    statements.accept(engine, str(rows(engine, "SELECT id FROM statement WHERE state = 'waiting'")[0][0]), PERSON)
    assert alerts(engine) == []


def test_what_follows_an_accepted_statement_waits_no_longer(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(f"bank_account,country,currency,legal_entity\n{OWN},KZ,KZT,ТОО Облако\n", encoding="utf-8")
    masters.import_bank_accounts(engine, path, actor="t", now=NOW)
    (first,) = upload(engine, tmp_path, "1.txt", one_c([PAID], opening=0), origin=UNATTENDED)
    (second,) = upload(engine, tmp_path, "2.txt", one_c([LATER], opening=5_000), origin=UNATTENDED)
    assert (first.state, second.state) == ("waiting", "waiting")
    statements.accept(engine, first.statement_id, PERSON)
    assert alerts(engine) == []
    assert decide(engine) == {"credited": 2}


def test_entries_before_the_cut_over_are_stored_and_never_decided(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        f"bank_account,country,currency,legal_entity,books_from\n{OWN},KZ,KZT,ТОО Облако,{NEXT}\n", encoding="utf-8"
    )
    masters.import_bank_accounts(engine, path, actor="t", now=NOW)
    upload(engine, tmp_path, "1.txt", one_c([PAID, LATER], opening=0))
    assert decide(engine) == {"credited": 1}
    assert rows(engine, "SELECT count(*) FROM entry") == [(2,)]
    assert rows(engine, "SELECT debit, amount FROM journal WHERE key LIKE 'opening:%'") == [(f"bank:{OWN}", 5_000)]


def test_a_line_no_longer_shown_is_an_alert(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.txt", one_c([PAID, LATER], opening=0))
    first = statement_id(engine)
    upload(engine, tmp_path, "2.txt", one_c([LATER], opening=5_000, first=DAY))
    assert "entry_vanished" in alerts(engine)
    ((text,),) = rows(engine, "SELECT text FROM alert WHERE kind = 'entry_vanished'")
    assert f"50.00 KZT on {OWN} on 2026-02-03" in str(text)
    assert f"statement {first}" in str(text)


def test_what_the_bank_took_off_leaves_the_books_with_the_statement_that_showed_it(
    engine: Engine, tmp_path: Path
) -> None:
    """As the alert advises: what the later statement shows stays, credited as it is, and no difference is left."""
    upload(engine, tmp_path, "1.txt", one_c([FIRST, PAID], opening=0))
    first = statement_id(engine)
    decide(engine)
    upload(engine, tmp_path, "2.txt", one_c([FIRST], opening=0))
    upload(engine, tmp_path, "3.txt", one_c([LONE], opening=3_000))
    assert set(alerts(engine)) == {"entry_vanished", "statement_gap"}
    with pytest.raises(Refusal, match="1 payments of statement"):
        statements.void(engine, first, PERSON)
    ((credited,),) = rows(engine, "SELECT id FROM payment WHERE amount = 5000")
    review.undo(engine, policies(), str(credited), PERSON)
    assert statements.void(engine, first, PERSON) == 1
    assert decide(engine) == {"credited": 2, "ignored": 1}
    assert alerts(engine) == []
    assert rows(engine, "SELECT count(*) FROM open_difference") == [(0,)]


def test_an_entry_no_longer_shown_before_a_run_decided_it_waits_until_it_is_shown_again(
    engine: Engine, tmp_path: Path
) -> None:
    """The bank may have taken the money back: nothing of it is credited, and a person is told why."""
    upload(engine, tmp_path, "1.txt", one_c([PAID, LATER], opening=0))
    upload(engine, tmp_path, "2.txt", one_c([LATER], opening=5_000, first=DAY))
    assert decide(engine) == {"credited": 1, "held": 1}
    assert rows(engine, "SELECT reason, account_number FROM payment WHERE status = 'held'") == [
        ("possible_duplicate", "104582")
    ]
    said = str(rows(engine, "SELECT evidence FROM decision")[0]) + str(rows(engine, "SELECT evidence FROM decision")[1])
    assert "entry_vanished" in said
    assert decide(engine) == {"credited": 1, "held": 1}
    upload(engine, tmp_path, "3.txt", one_c([PAID, LATER, LAST], opening=0))
    assert "entry_vanished" not in alerts(engine)
    assert decide(engine) == {"credited": 3}


def test_an_entry_that_vanishes_a_second_time_waits_again(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.txt", one_c([PAID, LATER], opening=0))
    upload(engine, tmp_path, "2.txt", one_c([LATER], opening=5_000, first=DAY))
    upload(engine, tmp_path, "3.txt", one_c([PAID, LATER, LAST], opening=0))
    upload(engine, tmp_path, "4.txt", one_c([LATER, LAST], opening=5_000, first=DAY))
    assert "entry_vanished" in alerts(engine)
    assert decide(engine) == {"credited": 2, "held": 1}


def test_a_day_said_again_without_one_of_its_entries_is_no_earlier_export(engine: Engine, tmp_path: Path) -> None:
    """The balances of a corrected day are right: its closing balance lacks just what the bank took off it."""
    upload(engine, tmp_path, "1.txt", one_c([FIRST, PAID], opening=0))
    upload(engine, tmp_path, "2.txt", one_c([PAID], opening=0))
    assert "entry_vanished" in alerts(engine)
    assert decide(engine) == {"credited": 1, "held": 1}


def test_the_morning_of_a_day_brought_after_the_whole_day_takes_nothing_off(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.txt", one_c([FIRST, PAID], opening=0))
    upload(engine, tmp_path, "2.txt", one_c([FIRST], opening=0))
    upload(engine, tmp_path, "3.txt", one_c([LONE], opening=8_000))
    assert alerts(engine) == []
    assert decide(engine) == {"credited": 3}


@pytest.mark.parametrize("corrected", [[FIRST], []])
@pytest.mark.parametrize("next_first", [False, True])
def test_the_bank_goes_on_without_what_the_end_of_a_day_showed(
    engine: Engine, tmp_path: Path, corrected: list[Line], *, next_first: bool
) -> None:
    """Of the last entries alone the next day tells whether a shorter statement is the morning or a correction."""
    upload(engine, tmp_path, "1.txt", one_c([FIRST, PAID], opening=0))
    left = sum(line.amount for line in corrected)
    again = ("2.txt", one_c(corrected, opening=0, first=DAY, last=DAY))
    goes_on = ("3.txt", one_c([LONE], opening=left))
    for name, page in (goes_on, again) if next_first else (again, goes_on):
        upload(engine, tmp_path, name, page)
    assert "entry_vanished" in alerts(engine)
    assert decide(engine) == {"credited": 1 + len(corrected), "held": 2 - len(corrected)}


@pytest.mark.parametrize("turned", [False, True])
def test_a_day_in_slices_that_sweep_the_account_to_nothing_misses_nothing(
    engine: Engine, tmp_path: Path, *, turned: bool
) -> None:
    """What came in the morning is moved away in the evening: the next day opens where this one opened."""
    sweep = Line(DAY, -8_000, "90", purpose="Перевод собственных средств", name="ТОО Облако")
    slices = [one_c([FIRST, PAID], opening=0), one_c([sweep], opening=8_000), one_c([LONE], opening=0)]
    for number, page in enumerate(reversed(slices) if turned else slices):
        upload(engine, tmp_path, f"{number}.txt", page)
    assert "entry_vanished" not in alerts(engine)
    assert decide(engine) == {"credited": 3}


def test_what_the_end_of_a_day_showed_and_the_next_day_shows_is_credited_once(engine: Engine, tmp_path: Path) -> None:
    moved = Line(NEXT, PAID.amount, PAID.number, purpose=PAID.purpose, tax_id=PAID.tax_id)
    upload(engine, tmp_path, "1.txt", one_c([FIRST, PAID], opening=0))
    upload(engine, tmp_path, "2.txt", one_c([FIRST], opening=0))
    upload(engine, tmp_path, "3.txt", one_c([moved, LONE], opening=3_000))
    assert "entry_vanished" not in alerts(engine)
    assert decide(engine) == {"credited": 3, "held": 1}


def test_a_credit_of_an_entry_no_longer_shown_stands(engine: Engine, tmp_path: Path) -> None:
    """What was credited before stays so until a person undoes it; the alert says that it is to be looked at."""
    upload(engine, tmp_path, "1.txt", one_c([PAID, LATER], opening=0))
    assert decide(engine) == {"credited": 2}
    upload(engine, tmp_path, "2.txt", one_c([LATER], opening=5_000, first=DAY))
    assert decide(engine) == {"credited": 2}


def test_a_person_may_credit_an_entry_that_is_no_longer_shown(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.txt", one_c([PAID, LATER], opening=0))
    upload(engine, tmp_path, "2.txt", one_c([LATER], opening=5_000, first=DAY))
    decide(engine)
    (waiting,) = rows(engine, "SELECT id FROM payment WHERE status = 'held'")
    review.credit(engine, policies(), str(waiting[0]), "104582", PERSON)
    assert decide(engine) == {"credited": 2}


def test_a_reworded_line_is_a_possible_duplicate_and_asked_about(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.txt", one_c([PAID], opening=0))
    decide(engine)
    other = Line(DAY, 5_000, "7", purpose="ПОПОЛНЕНИЕ Л/С 104582", tax_id="180440021537")
    (result,) = upload(engine, tmp_path, "2.txt", one_c([other], opening=0))
    assert result.possible_duplicates == 1
    assert decide(engine) == {"credited": 1, "held": 1}
    assert ("held", "possible_duplicate") in rows(engine, "SELECT status, reason FROM payment")


def test_acts_without_reason_or_on_unknown_statements_are_refused(engine: Engine, tmp_path: Path) -> None:
    upload(engine, tmp_path, "1.txt", one_c([PAID], opening=0))
    with pytest.raises(Refusal, match="the act has no reason"):
        statements.void(engine, statement_id(engine), Person("aliya", "", NOW))
    with pytest.raises(Refusal, match="there is no statement 'ffffffff'"):
        statements.accept(engine, "ffffffff", PERSON)


def test_a_table_that_names_no_account_is_read_as_the_one_that_a_person_says(engine: Engine, tmp_path: Path) -> None:
    page = "Date,Description,Debit,Credit,Balance\n13/02/2026,Пополнение л/с 104582,,100.00,100.00\n"
    with pytest.raises(Refusal, match="say it with --account"):
        upload(engine, tmp_path, "t.csv", page)
    (result,) = upload(engine, tmp_path, "t.csv", page, table=Table(account=OWN))
    assert (result.format, result.bank_account, result.new) == ("table", OWN, 1)
