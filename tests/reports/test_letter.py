"""The report as a letter: what it says, that mail programs can show it, and that strangers' texts stay text."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lxml import html
from sqlalchemy import insert

from reconcile.policy import load_policy
from reconcile.reports.alert_report import Asked
from reconcile.reports.letter import ReportLetter, make
from reconcile.store.engine import reading
from reconcile.store.tables import power_of_attorney
from tests.reports.filling import DAY, NOW, Books, Paid
from tests.reports.test_escaping import ATTACKS


def _letter(books: Books, country: str = "KZ", language: str = "en", **more: Any) -> ReportLetter:
    asked = Asked(DAY, NOW, country, language, 500, more.pop("faults", ()))
    with reading(books.engine) as connection:
        return make(connection, asked, load_policy(None), **more)


def _words(letter: ReportLetter) -> str:
    return " ".join(" ".join(html.document_fromstring(letter.html).itertext()).split())


def _fill(books: Books) -> None:
    books.account("104582", holder_name="ТОО «Василёк»")
    books.pay(Paid(amount=5_000_00, account="104582"))
    books.pay(Paid(amount=7_000_00, status="held", reason="power_of_attorney_missing", account="104582"))
    books.pay(Paid(amount=9_000_00, status="unmatched", reason="no_reference", booked=DAY - timedelta(days=9)))
    books.alert("statement_gap", "a statement is missing between 24 and 26 February", own_account="OWN-KZ")


def test_it_says_what_needs_a_person_what_changed_and_what_is_open(books: Books) -> None:
    _fill(books)
    letter = _letter(books)
    assert letter.subject == "Reconciliation KZ 27 Feb 2026: to decide 2, alerts 1"
    for said in (_words(letter), letter.text):
        assert "The books balance" in said
        assert "a statement is missing between 24 and 26 February" in said
        assert "credited: 1 · newly waiting: 2 · no longer waiting: 0" in said
        assert "ТОО «Ромашка»" in said
    assert "9 000,00" in _words(letter).replace("\xa0", " ")
    assert letter.short.splitlines()[1:] == ["The books balance", "to decide 2, alerts 1"]


def test_it_speaks_russian(books: Books) -> None:
    _fill(books)
    letter = _letter(books, language="ru")
    assert letter.subject.endswith("KZ 27 февр. 2026: решить: 2, тревог: 1")
    assert "Со вчерашнего дня" in _words(letter)


def test_what_the_check_found_is_said_in_russian_too(books: Books) -> None:
    _fill(books)
    letter = _letter(books, language="ru", faults=("the journal's hash chain is broken at link 3",))
    for said in (_words(letter), letter.text):
        assert "цепочка хешей журнала нарушена в звене 3" in said
        assert "hash chain" not in said


def test_books_that_do_not_balance_say_so_first(books: Books) -> None:
    _fill(books)
    letter = _letter(books, faults=("bank: ledger 1.00, statements 2.00",))
    assert "The books do not balance" in letter.short
    assert "bank: ledger 1.00, statements 2.00" in _words(letter)
    assert "bank: ledger 1.00, statements 2.00" in letter.text


def test_what_changed_is_against_yesterdays_decisions(books: Books) -> None:
    _fill(books)
    old = Asked(DAY, NOW + timedelta(days=2), "KZ", "en", 500, ())
    with reading(books.engine) as connection:
        letter = make(connection, old, load_policy(None))
    assert "credited: 0 · newly waiting: 0 · no longer waiting: 0" in letter.text


def test_powers_that_end_within_a_month_are_named(books: Books) -> None:
    books.account("104582")
    with books.engine.begin() as connection:
        for number, (until, revoked) in enumerate(((0, None), (30, None), (31, None), (-1, None), (5, DAY))):
            connection.execute(
                insert(power_of_attorney).values(
                    reference=f"P-{number}",
                    account_number="104582",
                    representative_name=f"Person {number}",
                    representative_tax_id="",
                    valid_from=DAY - timedelta(days=300),
                    valid_until=DAY + timedelta(days=until),
                    revoked_on=revoked,
                )
            )
    said = _letter(books).text
    assert [number for number in range(5) if f"Person {number}" in said] == [0, 1]


def test_mail_programs_can_show_it(books: Books) -> None:
    _fill(books)
    letter = _letter(books, console="https://books.example.org")
    page = html.document_fromstring(letter.html)
    assert page.xpath("//style | //link | //script | //svg") == []
    assert page.xpath("//*[@class]") == []
    sources = page.xpath("//img/@src")
    assert sources == [f"cid:{name}" for name, _ in letter.images] == ["cid:trend", "cid:ageing"]
    assert all(picture.startswith(b"\x89PNG") for _, picture in letter.images)
    assert page.xpath("//a/@href") == ["https://books.example.org/queue"]
    assert len(letter.html.encode()) < 100_000, "some programs cut a longer letter"


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_stays_text(sqlite_books: Books, attack: str) -> None:
    sqlite_books.account("104582", holder_name=attack)
    sqlite_books.pay(Paid(status="unmatched", reason="no_reference", payer=attack, purpose=attack))
    sqlite_books.alert("file_refused", attack, file_name=attack)
    letter = _letter(sqlite_books, faults=(attack,))
    page = html.document_fromstring(letter.html)
    assert page.xpath("//script | //iframe | //object | //link | //base | //form | //svg") == []
    assert {source.split(":")[0] for source in page.xpath("//img/@src")} <= {"cid"}
    assert not any(name.startswith("on") for each in page.iter() for name in each.attrib)
    assert " ".join(attack.split()) in _words(letter).replace("‹U+0009›", "")
    assert "\n" not in letter.subject
