"""What the report says about payments, alerts, statements and differences; what it refuses."""

from __future__ import annotations

import os
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest
from python_calamine import CalamineWorkbook

from reconcile.explain.alerts import sentences
from reconcile.problem import Refusal
from reconcile.reports import alert_report, shown, words
from reconcile.reports.findings import GRAVEST_FIRST
from reconcile.store.journal import GENESIS
from reconcile.store.tables import journal_link
from tests.reports.conftest import Write
from tests.reports.filling import DAY, NOW, Books, Paid
from tests.reports.seen import Page, block, sheet, table

FIVE_SHEETS = ["Summary", "To decide", "Alerts", "Statements", "Differences"]


def test_empty_books_give_a_page_and_a_workbook_that_say_so(books: Books, write: Write) -> None:
    page = Page(write("r.html", country="UZ"))
    assert "There is nothing in the books yet" in page.text()
    assert "The books balance" not in page.text()
    assert "Nothing waits for a person." in page.text("decide")
    path = write("r.xlsx", country="UZ")
    assert CalamineWorkbook.from_path(str(path)).sheet_names == FIVE_SHEETS
    assert "There is nothing in the books yet" in str(sheet(path, "Summary"))


# --- a payment that waits --------------------------------------------------------------------------------------------


def _held(books: Books) -> str:
    books.account("104582", "ТОО «Василёк»")
    books.invoice("INV-77", "104582", 150_000_00)
    return books.pay(
        Paid(
            amount=150_000_00,
            status="held",
            reason="power_of_attorney_missing",
            account="104582",
            payer="Иванова Анна",
            purpose="Оплата по счету № 4512, л/с 104582 по договору 88 от 03.02.2026",
            flags=("power_of_attorney_missing", "third_party_payer"),
            evidence=[["power_of_attorney_missing", {"name": "Иванова Анна"}]],
            candidates=[
                {
                    "account": "104582",
                    "invoice": "INV-77",
                    "score": 0.9,
                    "evidence": [["marked_account", {"number": "104582"}]],
                }
            ],
            booked=DAY - timedelta(days=1),
        )
    )


def test_a_held_payment_says_why_who_what_fits_and_what_to_do(books: Books, write: Write) -> None:
    key = _held(books)
    [item] = Page(write("r.html")).all("//article")
    text = " ".join(" ".join(item.itertext()).split())
    assert "150 000,00 KZT Held paid by a third party" in text
    assert "There is no power of attorney of this holder for Иванова Анна." in text
    assert "104582 · ТОО «Василёк» · INV-77 150 000,00 KZT outstanding = exactly this amount" in text
    assert "personal account 104582 is named in the purpose · score 0.90" in text
    assert f"reconcile review credit {key} 104582 --invoice INV-77 --reason '…'" in text
    assert "reconcile poa add REFERENCE 104582 --representative 'Иванова Анна'" in text
    assert "26 Feb 2026 · 1 day" in text


def test_the_purpose_is_shown_whole_with_what_was_read_in_it(books: Books, write: Write) -> None:
    _held(books)
    page = Page(write("r.html"))
    [purpose] = page.all("//p[@class='purpose']")
    read = {
        (mark.get("class").split()[1], mark.text, mark.xpath("string(*[@class='tag'])"))
        for mark in purpose.xpath(".//*[contains(@class, 'read ')]")
    }
    assert ("invoice", "4512", "invoice") in read
    assert ("account", "104582", "account") in read
    assert ("decoy", "88", "contract") in read
    assert page.purpose() == "Оплата по счету № 4512, л/с 104582 по договору 88 от 03.02.2026"


def test_the_workbook_has_the_payment_with_dates_numbers_and_texts_as_such(books: Books, write: Write) -> None:
    key = _held(books)
    path = write("r.xlsx")
    [row] = table(path, "To decide")
    assert row["Payment"] == key
    assert row["Booked"] == date(2026, 2, 26)
    assert (row["Days"], row["Amount"]) == (1, 150_000.0)
    assert isinstance(row["Amount"], float)
    assert row["Personal account"] == "104582"  # a number that is a name: a text cell
    assert "account: 104582" in row["Read in the purpose"]
    with zipfile.ZipFile(path) as archive:
        styles = archive.read("xl/styles.xml").decode()
        decide = archive.read("xl/worksheets/sheet2.xml").decode()
    assert 'formatCode="#,##0.00"' in styles
    assert 'state="frozen"' in decide
    assert "<autoFilter" in decide


def test_a_currency_without_decimals_has_none(sqlite_books: Books, write: Write) -> None:
    sqlite_books.own("OWN-JP", "", "JPY")
    sqlite_books.pay(Paid(amount=1_500, own="OWN-JP", status="held", reason="payer_unknown"))
    path = write("r.xlsx")
    assert table(path, "To decide")[0]["Amount"] == 1500
    with zipfile.ZipFile(path) as archive:
        assert (
            'formatCode="#,##0"' in archive.read("xl/styles.xml").decode()
            or 'numFmtId="3"' in archive.read("xl/styles.xml").decode()
        )


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("balance_mismatch", "reconcile statement accept st-OWN-KZ --reason '…'"),
        ("possible_duplicate", "reconcile review ignore {key} --reason '…'"),
        ("not_a_topup", "reconcile review ignore {key} --reason '…'"),
        ("currency_mismatch", "reconcile review return {key} --reason '…'"),
        ("no_reference", "reconcile review credit {key} ACCOUNT --reason '…'"),
    ],
)
def test_the_first_command_is_the_one_that_the_reason_asks_for(
    sqlite_books: Books, write: Write, reason: str, expected: str
) -> None:
    status = "unmatched" if reason in ("not_a_topup", "no_reference") else "held"
    key = sqlite_books.pay(Paid(status=status, reason=reason))
    [row] = table(write("r.xlsx"), "To decide")
    assert row["Command"].splitlines()[0] == expected.format(key=key)


@pytest.mark.parametrize(("currency", "status"), [("USD", "open"), ("KZT", "closed")])
def test_no_credit_is_offered_that_the_books_would_refuse(
    sqlite_books: Books, write: Write, currency: str, status: str
) -> None:
    sqlite_books.account("104582", currency=currency, status=status)
    candidate = {"account": "104582", "invoice": None, "score": 0.5, "evidence": []}
    sqlite_books.pay(Paid(status="unmatched", reason="no_reference", candidates=[candidate]))
    [row] = table(write("r.xlsx"), "To decide")
    assert "104582" in row["Candidates"]
    assert " 104582 " not in row["Command"]


def test_an_amount_above_the_limit_says_that_a_second_person_approves(sqlite_books: Books, write: Write) -> None:
    sqlite_books.pay(Paid(amount=10**15, status="unmatched", reason="no_reference"))
    sqlite_books.pay(Paid(amount=1, status="unmatched", reason="no_reference"))
    large, small = table(write("r.xlsx"), "To decide")
    assert "once a second person approves" in large["What to do next"]
    assert "second person" not in small["What to do next"]


def test_an_act_that_waits_for_a_second_person_is_listed_also_on_a_credited_payment(books: Books, write: Write) -> None:
    key = books.pay(Paid(status="credited"))
    books.proposed(key, "reassign", "aliya")
    [row] = table(write("r.xlsx"), "To decide")
    assert row["Command"] == f"reconcile review approve {key} --reason '…'"
    assert "re-assignment by aliya waits for a second person" in row["Why"]
    assert "re-assignment by aliya waits for a second person" in Page(write("r.html")).text("decide")


def test_a_long_queue_shows_its_beginning_on_the_page_and_all_of_it_in_the_workbook(
    books: Books, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_report, "ON_THE_PAGE", 3)
    monkeypatch.setattr("reconcile.reports.open_items.CHUNK", 2)
    for amount in range(1, 6):
        books.pay(Paid(amount=amount * 100, status="held", reason="payer_unknown"))
    page = Page(write("r.html"))
    assert [" ".join(sum_.text.split()) for sum_ in page.all("//span[@class='sum']")] == ["5,00", "4,00", "3,00"]
    assert "Not on this page: 2 more." in page.text("decide")
    assert [row["Amount"] for row in table(write("r.xlsx"), "To decide")] == [5, 4, 3, 2, 1]


# --- alerts, statements, differences ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", GRAVEST_FIRST)
def test_each_kind_of_alert_has_a_title_and_says_what_to_do(sqlite_books: Books, write: Write, kind: str) -> None:
    sqlite_books.alert(kind, "it happened", own_account="OWN-KZ", statement_id="st-OWN-KZ", file_name="a.txt")
    [row] = table(write("r.xlsx"), "Alerts")
    assert row["Kind"] != kind.replace("_", " ")
    assert row["What to do"] != words.say("alert_other_do", "en")
    assert (row["What happened"], row["File"], row["Bank account"]) == ("it happened", "a.txt", "OWN-KZ")
    page = Page(write("r.html")).text("alerts")
    assert row["Kind"] in page
    assert "it happened" in page


@pytest.mark.parametrize("language", words.languages())
def test_what_an_alert_says_is_told_in_the_language_of_the_report(
    sqlite_books: Books, write: Write, language: str
) -> None:
    """One of each sentence of each kind; and one that was raised before sentences were kept."""
    every = [(kind, form) for kind, forms in sentences().items() for form in forms if kind != "part"]
    for kind, form in every:
        names = [name for _, name, _, _ in Formatter().parse(sentences()[kind][form]["en"]) if name]
        told = {name: f"<{name}>" for name in names}
        sqlite_books.alert(kind, "in English", said=[f"{kind}.{form}", told])
    sqlite_books.alert("file_refused", "a.txt of before was refused")
    page = _flat(Page(write("r.html", language=language)).text("alerts"))
    rows = table(write("r.xlsx", language=language), "Alerts")
    happened = {_flat(row[words.say("what", language)]) for row in rows}
    for kind, form in every:
        expected = _flat(re.sub(r"\{(\w+)\}", r"<\1>", sentences()[kind][form][language]))
        assert expected in page
        assert expected in happened
    assert "a.txt of before was refused" in happened and "in English" not in happened
    assert "in English" not in page


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_alerts_are_grouped_the_gravest_first_and_closed_ones_are_gone(books: Books, write: Write) -> None:
    books.alert("statement_gap", "a gap")
    books.alert("balance_mismatch", "one", own_account="OWN-KZ", statement_id="st-OWN-KZ")
    books.alert("balance_mismatch", "two")
    books.alert("something_new", "three")
    books.alert("statement_gap", "was mended", closed_at=datetime(2026, 2, 27, tzinfo=UTC))
    page = Page(write("r.html"))
    assert [" ".join("".join(each.itertext()).split()) for each in page.all("//section[@id='alerts']//h3")] == [
        "Statements that do not add up 2",
        "Statements that do not continue the one before 1",
        "something new 1",
    ]
    assert "was mended" not in page.text()
    assert "reconcile statement accept st-OWN-KZ --reason '…'" in page.text("alerts")


def test_a_countrys_report_is_about_its_accounts_and_what_is_nobodys(books: Books, write: Write) -> None:
    books.own("OWN-KE", "KE", "KES")
    books.own("OWN-NEW", "", "USD")
    for own in ("OWN-KZ", "OWN-KE", "OWN-NEW"):
        books.pay(Paid(own=own, status="held", reason="payer_unknown"))
        books.difference(100, own)
        books.alert("statement_gap", f"gap of {own}", own_account=own)
    books.alert("file_refused", "whose file is this", file_name="x.txt")
    path = write("r.xlsx", country="KZ")
    assert {row["Bank account"] for row in table(path, "To decide")} == {"OWN-KZ", "OWN-NEW"}
    assert {row["Bank account"] for row in table(path, "Differences")} == {"OWN-KZ", "OWN-NEW"}
    assert {line["Bank account"] for line in block(path, "Bank account")} == {"OWN-KZ", "OWN-NEW"}
    assert {row["Bank account"] for row in table(path, "Alerts")} == {"OWN-KZ", "OWN-NEW", ""}


def test_the_statements_of_the_day_are_those_that_came_or_cover_it(books: Books, write: Write) -> None:
    """A day in Kazakhstan begins five hours before it does in UTC."""
    books.statement("covers", period=(DAY - timedelta(days=9), DAY), loaded_at=datetime(2026, 3, 9, tzinfo=UTC))
    before = (DAY - timedelta(days=1), DAY - timedelta(days=1))
    books.statement("came", period=before, loaded_at=datetime(2026, 2, 26, 19, 30, tzinfo=UTC))
    books.statement("late", period=before, loaded_at=datetime(2026, 2, 27, 19, 30, tzinfo=UTC))
    books.statement("early", period=before, loaded_at=datetime(2026, 2, 26, 18, 30, tzinfo=UTC))
    books.statement("voided", period=before, loaded_at=datetime(2026, 2, 27, tzinfo=UTC), state="voided")
    rows = table(write("r.xlsx"), "Statements")
    assert {row["Statement"]: row["State"] for row in rows} == {
        "covers": "stored",
        "came": "stored",
        "voided": "voided",
    }


def test_a_statement_shows_its_balances_and_what_its_checks_found(books: Books, write: Write) -> None:
    books.statement(
        "st-a", opening=-500, closing=1_000_50, entries=7, arithmetic="mismatch", continuity="gap", fault="off"
    )
    books.statement(
        "st-b", opening=None, closing=None, arithmetic="unverified", continuity="unverified", state="waiting"
    )
    path = write("r.xlsx")
    first, second = table(path, "Statements")
    assert (first["Opening"], first["Closing"], first["Entries"]) == (-5, 1000.5, 7)
    assert first["From"] == first["To"] == DAY
    assert (first["Adds up"], first["What is wrong"]) == ("does not add up", "off")
    assert (second["Opening"], second["State"]) == ("", "waits for acceptance")
    row = Page(write("r.html")).rows("statements")[0]
    assert row["Checks"] == "does not add up does not continue the one before off"


def test_open_differences_stand_with_their_name_and_sign(books: Books, write: Write) -> None:
    books.difference(-12_500_00, key="statement_gap:st-OWN-KZ", statement_id="st-OWN-KZ", explanation="opens elsewhere")
    [row] = table(write("r.xlsx"), "Differences")
    assert (row["Name"], row["Amount"], row["Why"]) == ("statement_gap:st-OWN-KZ", -12_500, "opens elsewhere")
    assert Page(write("r.html")).rows("differences")[0]["Amount"].replace("\xa0", " ") == "-12 500,00 KZT"


def test_in_russian_the_faults_and_differences_are_said_in_russian(books: Books, write: Write) -> None:
    fault = "opening balance and entries make 5.00 KZT, the closing balance is 7.00 KZT"
    why = "statement opens at 7.00 KZT where the one before left 5.00"
    books.statement("st-a", opening=0, closing=700, entries=1, arithmetic="mismatch", fault=fault)
    books.difference(200, key="statement_gap:st-OWN-KZ", statement_id="st-OWN-KZ", explanation=why)
    told = (
        "входящий остаток и проводки дают 5.00 KZT, исходящий остаток 7.00 KZT",
        "выписка открывается остатком 7.00 KZT, а предыдущая закончилась на 5.00",
    )
    text = Page(write("r.html", language="ru")).text()
    assert [each in text for each in (*told, fault, why)] == [True, True, False, False]
    path = write("r.xlsx", language="ru")
    assert told[0] in str(sheet(path, "Statements"))
    assert told[1] in str(sheet(path, "Differences"))


# --- the report itself -----------------------------------------------------------------------------------------------


def test_the_head_of_the_journals_chain_stands_in_every_report(books: Books, write: Write) -> None:
    assert GENESIS in Page(write("r.html")).text("chain")
    with books.engine.begin() as connection:
        connection.execute(
            journal_link.insert().values(no=1, id="a", rows=1, previous_hash=GENESIS, hash="ab" * 32, at=NOW)
        )
    assert "ab" * 32 in Page(write("r.html")).text("chain")
    assert "ab" * 32 in str(block(write("r.xlsx"), "Reconciliation"))


@pytest.mark.parametrize(
    ("name", "more", "words_"),
    [
        ("r.pdf", {}, "a report cannot be written as 'r.pdf'; end the file's name in .html or .xlsx"),
        ("no/r.html", {}, "there is no folder"),
        ("r.html", {"language": "fr"}, "the report does not speak 'fr'; choose one of en, ru"),
        ("r.html", {"country": "XX"}, "the policy has no rules for country 'XX'"),
    ],
)
def test_what_cannot_be_written_is_refused(
    sqlite_books: Books, write: Write, name: str, more: dict[str, str], words_: str
) -> None:
    with pytest.raises(Refusal, match=re.escape(words_)):
        write(name, **more)


def test_a_report_that_fails_half_way_leaves_the_old_one_as_it_is(
    sqlite_books: Books, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("r.html")
    before = path.read_bytes()
    sqlite_books.pay(Paid(status="held", reason="payer_unknown"))

    def broken(text: str) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr("reconcile.reports.open_items.read_purpose", broken)
    for name in ("r.html", "r.xlsx"):
        with pytest.raises(RuntimeError, match="Оплата"):
            write(name)
    assert path.read_bytes() == before
    assert [name for name in os.listdir(path.parent) if not name.startswith("reconcile.db")] == ["r.html"]


def test_the_same_books_give_the_same_page(books: Books, write: Write) -> None:
    _held(books)
    assert write("a.html").read_bytes() == write("b.html").read_bytes()


def test_the_report_only_looks(sqlite_books: Books, write: Write, tmp_path: Path) -> None:
    """It is written also while somebody else writes the books."""
    _held(sqlite_books)
    with sqlite_books.engine.begin():  # holds SQLite's one write lock
        assert "150 000,00" in Page(write("r.html")).text("decide").replace("\xa0", " ")


def test_the_page_speaks_russian_throughout(sqlite_books: Books, write: Write) -> None:
    _held(sqlite_books)
    page = Page(write("r.html", language="ru"))
    text = page.text()
    assert "Книги сходятся" in text
    assert "26 февр. 2026" in text
    english = re.sub(r"reconcile .*?'…'|<[^>]*>", "", text)
    for word in ("Held", "Candidates", "outstanding", "score", "account", "What to do"):
        assert word not in english
    assert table(write("r.xlsx", language="ru"), "To decide")[0]["Статус"] == "Удержано"


def test_every_language_has_the_same_texts_with_the_same_places() -> None:
    places = re.compile(r"\{(\w+)\}")
    english = words.wording("en")
    for language in words.languages():
        its_own = words.wording(language)
        assert set(its_own) == set(english)
        for key, text in its_own.items():
            assert sorted(places.findall(text)) == sorted(places.findall(english[key])), (language, key)


def test_overlapping_spans_never_repeat_or_lose_a_character() -> None:
    from reconcile.purpose.reading import Span, SpanKind

    spans = [
        Span(SpanKind.BENEFICIARY, 2, 9),
        Span(SpanKind.OTHER, 4, 6),
        Span(SpanKind.DATE, 0, 3),
        Span(SpanKind.BARE, 9, 99),
    ]
    assert "".join(piece.text for piece in shown.pieces("0123456789", spans)) == "0123456789"
