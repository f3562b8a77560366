"""received = credited + held + unmatched + returned + ignored + settlement, from two sides; ageing; the day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconcile.reports import figures
from tests.reports.conftest import Write
from tests.reports.filling import DAY, Books, Paid
from tests.reports.seen import Page, block, table

EVERY_STATUS = ("credited", "held", "unmatched", "returned", "ignored", "settlement")


def test_every_status_has_its_column_and_together_they_are_what_was_received(books: Books, write: Write) -> None:
    for number, status in enumerate(EVERY_STATUS, 1):
        books.pay(Paid(amount=10**number, status=status))
    books.pay(Paid(amount=7, status=None))
    [line] = block(write("r.xlsx"), "Bank account")
    assert line["Received"] == 11_111.17
    assert [line[status.capitalize()] for status in EVERY_STATUS] == [0.1, 1.0, 10.07, 100.0, 1000.0, 10_000.0]
    assert line["not decided yet"] == 0.07
    assert line["Difference"] == 0
    page = Page(write("r.html"))
    assert "The books balance" in page.text()
    assert "Received but not decided yet: 1." in page.text()
    [row] = page.rows("money")
    assert row["Unmatched"] == "10,07 2 0,07 of it not decided yet"
    assert row["Difference"] == "✓ holds"


def test_a_payment_that_is_not_what_its_entry_brought_is_a_difference(books: Books, write: Write) -> None:
    books.pay(Paid(amount=100_00, entry_amount=120_00))
    page = Page(write("r.html"))
    assert "The books do not balance" in page.text()
    assert page.rows("money")[0]["Difference"] == "20,00"
    assert block(write("r.xlsx"), "Bank account")[0]["Difference"] == 20


def test_voided_early_outgoing_and_reversing_entries_are_not_received(books: Books, write: Write) -> None:
    books.pay(Paid(amount=100_00))
    books.pay(Paid(amount=1_00, voided=True, status="ignored"))
    books.pay(Paid(amount=2_00, before_books=True, status=None))
    books.outgoing(3_00)
    books.outgoing(4_00, reversal=True, credit=True)
    [line] = block(write("r.xlsx"), "Bank account")
    assert (line["Received"], line["Credited"], line["Ignored"], line["Difference"]) == (100, 100, 0, 0)


def test_each_account_and_currency_has_its_own_line_with_its_own_decimals(books: Books, write: Write) -> None:
    books.own("OWN-KE", "KE", "KES")
    books.own("OWN-JP", "", "JPY")
    books.pay(Paid(amount=1_234_567_89))
    books.pay(Paid(amount=1_234_567_89, own="OWN-KE"))
    books.pay(Paid(amount=1_234_567, own="OWN-JP"))
    rows = Page(write("r.html")).rows("money")
    assert [row["Received"].replace("\xa0", " ") for row in rows] == ["1,234,567", "1,234,567.89", "1 234 567,89"]
    lines = block(write("r.xlsx"), "Bank account")
    assert [line["Received"] for line in lines] == [1_234_567, 1_234_567.89, 1_234_567.89]


def test_no_amount_passes_through_a_float(books: Books, write: Write) -> None:
    """What a float cannot hold comes out to the last digit, on the page and (as text) in the workbook."""
    books.pay(Paid(amount=2**53 + 1))
    assert Page(write("r.html")).rows("money")[0]["Received"].replace("\xa0", " ") == "90 071 992 547 409,93"
    for _ in range(3):
        books.pay(Paid(amount=10**17))
    [line] = block(write("r.xlsx"), "Bank account")
    assert line["Received"] == "3090071992547409.93"
    assert line["Difference"] == 0


def test_what_is_booked_after_the_day_is_in_no_figure_and_is_said(books: Books, write: Write) -> None:
    books.pay(Paid(amount=1_00))
    books.pay(Paid(amount=5_00, status="held", reason="payer_unknown", booked=DAY + timedelta(days=1)))
    page = Page(write("r.html"))
    assert page.rows("money")[0]["Received"] == "1,00"
    assert "Payments booked after 27 Feb 2026: 1. They are in no figure here." in page.text()
    assert "Nothing waits for a person." in page.text("decide")


def test_the_lines_of_the_check_stand_on_the_page_and_spoil_the_verdict(sqlite_books: Books, write: Write) -> None:
    sqlite_books.pay(Paid())
    page = Page(write("r.html", faults=["unapplied:OWN-KZ: the ledger says 1, the payments make 2 minor units"]))
    assert "The books do not balance" in page.text()
    assert "the ledger says 1, the payments make 2" in page.text()
    assert "The books do not balance" in str(block(write("r.xlsx", faults=["x is wrong"]), "Reconciliation"))
    assert "x is wrong" in str(block(write("r.xlsx", faults=["x is wrong"]), "Reconciliation"))


def test_a_report_without_the_check_says_so(sqlite_books: Books, write: Write) -> None:
    sqlite_books.pay(Paid())
    assert "The nightly check was not part of this report" in Page(write("r.html", faults=None)).text()
    assert "The nightly check was not part of this report" in str(block(write("r.xlsx", faults=None), "Reconciliation"))


# --- the day ---------------------------------------------------------------------------------------------------------


def test_the_day_tells_machine_from_person_and_gives_the_rate(books: Books, write: Write) -> None:
    for paid in (
        Paid(amount=10_00), Paid(amount=20_00), Paid(amount=5_00, by_person=True), Paid(amount=1_00, status="held"),
        Paid(amount=2_00, status="unmatched"), Paid(amount=3_00, status=None), Paid(amount=4_00, status="returned"),
        Paid(amount=99_00, booked=DAY - timedelta(days=1)),
    ):  # fmt: skip
        books.pay(paid)
    [row] = Page(write("r.html")).rows("day")
    assert (row["Received"], row["Automatically"], row["Rate"]) == ("45,00 7", "30,00 2", "28.5%")
    assert (row["By a person"], row["Held"], row["Unmatched"]) == ("5,00 1", "1,00 1", "5,00 2")
    assert row["Returned or set aside"] == "4,00 1"


def test_a_day_without_entries_shows_the_last_one_that_has_some_and_says_so(books: Books, write: Write) -> None:
    books.pay(Paid(amount=10_00, booked=DAY - timedelta(days=3)))
    page = Page(write("r.html"))
    assert "What came in on 24 Feb 2026" in page.text("day")
    assert "Nothing was booked on 27 Feb 2026" in page.text("day")


@pytest.mark.parametrize(
    ("automatic", "received", "said"), [(999, 1000, "99.9%"), (9999, 10000, "99.9%"), (1, 1, "100%"), (0, 3, "0%")]
)
def test_the_rate_is_never_rounded_up_to_all(automatic: int, received: int, said: str) -> None:
    from reconcile.reports.shown import percent

    assert percent(automatic, received, "en") == said


# --- ageing ----------------------------------------------------------------------------------------------------------

AGES = [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (7, 2), (8, 3), (30, 3), (31, 4), (400, 4)]


@pytest.mark.parametrize(("days", "step"), AGES)
def test_the_steps_of_the_ageing_begin_and_end_where_they_say(days: int, step: int) -> None:
    assert figures.step_of(days) == step


def test_the_ageing_counts_and_adds_up_held_and_unmatched_apart(books: Books, write: Write) -> None:
    for days, _ in AGES:
        books.pay(Paid(amount=1_00 + days, status="held", reason="payer_unknown", booked=DAY - timedelta(days=days)))
    books.pay(Paid(amount=50_00, status="unmatched", reason="no_reference", booked=DAY - timedelta(days=5)))
    books.pay(Paid(amount=7_00, status=None))
    held, unmatched = block(write("r.xlsx"), "Status")
    steps = ["0–1", "2–3", "4–7", "8–30", "> 30"]
    assert [held[f"{step} days, count"] for step in steps] == [2] * 5
    assert [held[f"{step} days"] for step in steps] == [2.01, 2.05, 2.11, 2.38, 6.31]
    assert (held["Total, count"], held["Total"]) == (10, 14.86)
    assert (unmatched["4–7 days"], unmatched["0–1 days"], unmatched["Total"]) == (50, 7, 57)
    row = Page(write("r.html")).rows("ageing")[0]
    assert row["> 30 days"] == "6,31 2"


def test_the_queue_is_oldest_first_and_largest_first_within_a_day(books: Books, write: Write) -> None:
    ages = [(1, 5), (9, 1), (9, 3), (0, 100)]
    for days, amount in ages:
        books.pay(Paid(amount=amount * 100, status="held", reason="payer_unknown", booked=DAY - timedelta(days=days)))
    rows = table(write("r.xlsx"), "To decide")
    assert [(row["Days"], row["Amount"]) for row in rows] == [(9, 3), (9, 1), (1, 5), (0, 100)]
