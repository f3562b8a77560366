"""The same money shown again in other words, on another day or with another amount is asked about, not credited twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.steps import masters
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from tests.steps.books import NOW, OWN, Line, one_c, open_books, policies, rows, upload
from tests.steps.test_reversals import camt

DAY = date(2026, 2, 3)
NEXT = date(2026, 2, 4)
TAX_ID = "180440021537"
ACCOUNTS = f"""account_number,holder_name,holder_type,country,currency,tax_id
104582,ТОО Ромашка,legal_entity,KZ,KZT,{TAX_ID}
"""


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    books = open_books(database_url)
    path = tmp_path / "accounts.csv"
    path.write_text(ACCOUNTS, encoding="utf-8")
    masters.import_accounts(books, path, actor="t", now=NOW)
    yield books
    assert verify(books) == []
    books.dispose()


def paid(amount: int, number: str, day: date = DAY, tax_id: str = TAX_ID) -> Line:
    return Line(day, amount, number, purpose="Пополнение, лицевой счет 104582", tax_id=tax_id)


def decided(engine: Engine, folder: Path, *statements: str) -> dict[str, int]:
    for number, content in enumerate(statements):
        upload(engine, folder, f"{number}.txt", content)
        counts = run(engine, as_of=date(2026, 3, 1), now=NOW, policies=policies()).statuses
    return counts


ONE, TWO, THREE = paid(5_000, "1"), paid(700, "2"), paid(300, "3")
WHOLE = one_c([ONE, TWO, THREE], opening=0)


def slice_of(opening: int, amount: int, reference: str) -> str:
    return camt(DAY, opening, [("CRDT", amount, False, reference)])


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        # a slice from the middle of the day neither begins nor ends where the day does
        ([slice_of(5_000, 700, "B"), WHOLE], {"credited": 3, "held": 1}),
        ([WHOLE, slice_of(5_000, 700, "B")], {"credited": 3, "held": 1}),
        # a day in three slices, then whole: all three are asked about
        (
            [slice_of(0, 5_000, "A"), slice_of(5_000, 700, "B"), slice_of(5_700, 300, "C"), WHOLE],
            {"credited": 3, "held": 3},
        ),
        # slices that follow each other are no doubt, in whatever format
        ([one_c([ONE], opening=0), slice_of(5_000, 5_000, "B")], {"credited": 2}),
        # the same format under another reference
        ([slice_of(5_000, 700, "B"), camt(DAY, 0, [("CRDT", 5_000, False, "A"), ("CRDT", 700, False, "Z"),
                                                   ("CRDT", 300, False, "C")])], {"credited": 3, "held": 1}),
    ],
)  # fmt: skip
def test_slices_in_other_words(engine: Engine, tmp_path: Path, statements: list[str], expected: dict[str, int]) -> None:
    assert decided(engine, tmp_path, *statements) == expected
    held = rows(engine, "SELECT DISTINCT reason FROM payment WHERE status = 'held'")
    assert held in ([], [("possible_duplicate",)])


def test_slices_with_a_gap_between_and_other_payers_are_no_doubt(engine: Engine, tmp_path: Path) -> None:
    other = Line(DAY, 5_000, "9", purpose="Пополнение, лицевой счет 104582 за ТОО Ромашка", tax_id="220740445977")
    counts = decided(engine, tmp_path, one_c([ONE], opening=0), one_c([other], opening=90_000))
    assert counts == {"credited": 2}


def test_the_evening_of_a_day_then_the_whole_day_is_known(engine: Engine, tmp_path: Path) -> None:
    evening, morning = one_c([TWO, THREE], opening=5_000), one_c([ONE], opening=0)
    assert decided(engine, tmp_path, morning, evening, WHOLE) == {"credited": 3}
    assert rows(engine, "SELECT count(*) FROM entry") == [(3,)]


def test_an_entry_moved_to_another_day_is_asked_about(engine: Engine, tmp_path: Path) -> None:
    first = one_c([ONE, TWO], opening=0, first=DAY, last=NEXT)
    moved = one_c([TWO, paid(5_000, "1", NEXT)], opening=0, first=DAY, last=NEXT)
    assert decided(engine, tmp_path, first, moved) == {"credited": 2, "held": 1}
    assert rows(engine, "SELECT booking_date, reason FROM payment WHERE status = 'held'")[0][1] == "possible_duplicate"
    somebody_elses = paid(5_000, "4", NEXT, tax_id="")
    again = one_c([TWO, paid(5_000, "1", NEXT), somebody_elses], opening=0, first=DAY, last=NEXT)
    assert decided(engine, tmp_path, again) == {"credited": 2, "held": 2}


def test_an_amount_put_right_is_asked_about_and_what_came_later_that_day_is_not(engine: Engine, tmp_path: Path) -> None:
    later = Line(DAY, 900, "1", "Пополнение, лицевой счет 104582", "ТОО Другое", tax_id="220740445977")
    right = one_c([paid(500, "1"), TWO, later], opening=0)
    decided(engine, tmp_path, one_c([ONE, TWO], opening=0), right)
    assert rows(engine, "SELECT amount FROM payment WHERE reason = 'possible_duplicate'") == [(500,)]


def test_a_reversal_in_other_words_undoes_no_second_payment(engine: Engine, tmp_path: Path) -> None:
    """The payment was reversed and made again; the reversal shown once more, under another reference, is not of that one."""
    entries = [("CRDT", 700, False, "0"), ("CRDT", 5_000, False, "A"), ("DBIT", 5_000, True, "R")]
    decided(engine, tmp_path, camt(DAY, 0, entries))
    again = [*entries[:2], ("DBIT", 5_000, True, "R2"), ("CRDT", 5_000, False, "B")]
    assert decided(engine, tmp_path, camt(DAY, 0, again)) == {"returned": 1, "credited": 2}


def test_a_day_that_comes_in_two_formats_again_and_again_misses_nothing(engine: Engine, tmp_path: Path) -> None:
    """What was held as reworded is no entry that vanished when either format comes once more."""
    other = camt(DAY, 0, [("CRDT", 5_000, False, "A"), ("CRDT", 700, False, "B")])
    counts = decided(
        engine, tmp_path, one_c([ONE, TWO], opening=0), other, other.replace("<Stmt><Id>", "<Stmt><Id>again"),
        one_c([TWO, ONE], opening=0),
    )  # fmt: skip
    assert counts == {"credited": 2, "held": 2}
    assert rows(engine, "SELECT kind FROM alert") == []


def test_a_statement_of_the_day_before_under_the_next_days_date_is_asked_about(engine: Engine, tmp_path: Path) -> None:
    """Balances and amounts are those of the day before: another format dates its entries by another clock."""
    dated_otherwise = camt(NEXT, 0, [("CRDT", 5_000, False, "A"), ("CRDT", 700, False, "B")])
    assert decided(engine, tmp_path, one_c([ONE, TWO], opening=0), dated_otherwise) == {"credited": 2, "held": 2}


def test_a_statement_of_the_next_day_then_the_same_under_the_day_before(engine: Engine, tmp_path: Path) -> None:
    dated_otherwise = camt(NEXT, 0, [("CRDT", 5_000, False, "A"), ("CRDT", 700, False, "B")])
    assert decided(engine, tmp_path, dated_otherwise, one_c([ONE, TWO], opening=0)) == {"credited": 2, "held": 2}


def test_a_format_without_an_opening_balance_that_dates_otherwise_is_asked_about(
    engine: Engine, tmp_path: Path
) -> None:
    head = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:UTF-8\nCHARSET:NONE\nCOMPRESSION:NONE\n\n"
    entries = "".join(
        f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{NEXT:%Y%m%d}<TRNAMT>{amount}<FITID>{number}<NAME>ROMASHKA"
        f"<MEMO>Пополнение, лицевой счет 104582</STMTTRN>"
        for number, amount in (("1", "50.00"), ("2", "7.00"))
    )
    ofx = (
        f"{head}<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>KZT<BANKACCTFROM><BANKID>1<ACCTID>{OWN}"
        f"<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>{NEXT:%Y%m%d}<DTEND>{NEXT:%Y%m%d}{entries}</BANKTRANLIST>"
        f"<LEDGERBAL><BALAMT>57.00<DTASOF>{NEXT:%Y%m%d}</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )
    assert decided(engine, tmp_path, one_c([ONE, TWO], opening=0), ofx) == {"credited": 2, "held": 2}
    assert rows(engine, "SELECT DISTINCT reason FROM payment WHERE status = 'held'") == [("possible_duplicate",)]


def test_a_payment_taken_off_a_day_and_booked_on_the_next_is_asked_about(engine: Engine, tmp_path: Path) -> None:
    """The day comes again without it, and closes lower by it: the next day opens there and shows it."""
    next_day = one_c([paid(5_000, "1", NEXT), paid(300, "5", NEXT)], opening=700)
    counts = decided(engine, tmp_path, one_c([ONE, TWO], opening=0), one_c([TWO], opening=0), next_day)
    assert counts == {"credited": 3, "held": 1}
    assert rows(engine, "SELECT amount FROM payment WHERE status = 'held'") == [(5_000,)]


def test_the_same_payment_every_day_is_no_doubt(engine: Engine, tmp_path: Path) -> None:
    days = [one_c([paid(5_000, "1", day)], opening=5_000 * at) for at, day in enumerate((DAY, NEXT, date(2026, 2, 5)))]
    assert decided(engine, tmp_path, days[0], days[2], days[1]) == {"credited": 3}
