"""The report in the console: what it says, its workbook, and figures that are kept no longer than they are true."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

from reconcile.steps import masters, report_mail
from tests.steps.books import NOW, policies, rows
from tests.web.console import DAY, Console, seen


def test_it_says_what_needs_a_person_what_ends_soon_and_to_whom_it_was_sent(busy: Console) -> None:
    masters.add_power(
        busy.engine, reference="POA-7", account_number="104582", representative_name="Скоро Истекает",
        representative_tax_id="", issued_on=None, valid_from=DAY, valid_until=NOW.date() + timedelta(days=9),
        actor="tester", now=NOW, reason="so", policies=policies(),
    )  # fmt: skip
    readers = report_mail.readers("KZ=finance@example.org/en")
    report_mail.write_letters(
        busy.engine, "KZ", NOW.date(), readers, sender="a@example.org", now=NOW, policies=policies(), faults=()
    )
    words = seen(busy.browser("vera").get("/report").text).replace("\u00a0", " ")
    for told in ("To decide 6", "newly waiting: 6", "3 000 000,00 KZT", "POA-7", "Скоро Истекает"):
        assert told in words, told
    assert "waits" in words.partition("finance@example.org")[2][:40]


def test_the_workbook_is_a_workbook(busy: Console) -> None:
    answer = busy.browser("vera").get("/report.xlsx?country=KZ")
    assert answer.headers["content-disposition"] == 'attachment; filename="report-2026-02-10-KZ.xlsx"'
    assert zipfile.is_zipfile(io.BytesIO(answer.content))
    assert busy.browser("vera").get("/report.xlsx?country=../x").headers["content-disposition"].endswith('-10.xlsx"')


def test_figures_are_made_once_and_anew_when_the_books_changed(busy: Console) -> None:
    browser = busy.browser("olga")
    kept = busy.app.state.kept

    def made() -> object:
        ((_stamp, figures),) = kept._found.values()
        return figures

    assert "To be decided 6" in seen(browser.get("/").text)
    first = made()
    browser.get("/")
    assert made() is first
    ((payment,),) = rows(busy.engine, "SELECT id FROM payment WHERE amount = 2000")
    browser.post(f"/payments/{payment}/credit", {"account": "104582", "reason": "so"})
    assert "To be decided 5" in seen(browser.get("/").text)
    assert made() is not first
    busy.clock.on(minutes=6)
    second = made()
    browser.get("/")
    assert made() is not second
