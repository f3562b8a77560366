"""OFX and QFX: the defects of files and of the library, each guarded."""

from __future__ import annotations

import re
import warnings

import pytest

from reconcile.parsers import ReadContext, ofx
from reconcile.parsers import ofx_guard as guard
from reconcile.statement import CreditDebit
from tests.parsers.reading import read_all, read_one, refusal

HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:{}\nCHARSET:{}\n\n"
ROW = {"TRNTYPE": "OTHER", "DTPOSTED": "20260202", "TRNAMT": "10.00", "FITID": "F", "NAME": "N", "MEMO": "M"}


def row(**changed: str) -> str:
    return (
        "<STMTTRN>"
        + "".join(f"<{name}>{text}\n" for name, text in (ROW | changed).items() if text != "-")
        + ("</STMTTRN>\n")
    )


def listed(*rows: str) -> str:
    return f"<BANKTRANLIST><DTSTART>20260201<DTEND>20260228{''.join(rows)}</BANKTRANLIST>"


def statement(*parts: str, currency: str = "KES", account: str = "0100") -> str:
    origin = f"<BANKACCTFROM><BANKID>01<ACCTID>{account}</BANKACCTFROM>"
    return f"<STMTTRNRS><STMTRS><CURDEF>{currency}\n{origin}{''.join(parts)}</STMTRS></STMTTRNRS>"


def file(*statements: str, header: str = HEADER.format("USASCII", "1252")) -> bytes:
    return f"{header}<OFX><BANKMSGSRSV1>{''.join(statements)}</BANKMSGSRSV1></OFX>\n".encode()


def one(**changed: str) -> bytes:
    return file(statement(listed(row(**changed))))


@pytest.mark.parametrize(
    ("written", "direction", "minor"),
    [
        ("1500.50", CreditDebit.CREDIT, 150050), ("+1500,5", CreditDebit.CREDIT, 150050),
        ("-7", CreditDebit.DEBIT, 700), ("  -560,00 ", CreditDebit.DEBIT, 56000),
        ("1,250.00", CreditDebit.CREDIT, 125000),
        ("1.234.567,89", CreditDebit.CREDIT, 123456789), ("1 025,53", CreditDebit.CREDIT, 102553),
        ("-0", CreditDebit.CREDIT, 0), ("1500.0000", CreditDebit.CREDIT, 150000),
    ],
)  # fmt: skip
def test_amounts_with_one_meaning_are_read(written: str, direction: CreditDebit, minor: int) -> None:
    _, [entry] = read_one(ofx, one(TRNAMT=written))
    assert (entry.credit_debit, entry.amount) == (direction, minor)


@pytest.mark.parametrize(
    "written",
    ["1,234", "1.234", "10.000", "1,234,567", "NaN", "Infinity", "1e5", "1_000", "null", "", "$5", "5-", "(5)", "١٢"],
)
def test_amounts_with_two_meanings_or_none_are_refused(written: str) -> None:
    assert "can be read in more than one way or in none" in refusal(ofx, one(TRNAMT=written))


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("20260115000000[+5:ALMT]", "2026-01-15"), ("20240131220000[-5:EST]", "2024-01-31"), ("20260115", "2026-01-15"),
        ("20260115240000", "2026-01-15"), ("20260115120000.123[-03:EST]", "2026-01-15"),
        ("20260115[5:30:IST]", "2026-01-15"),
    ],
)  # fmt: skip
def test_the_booking_day_is_the_day_of_the_raw_digits(written: str, day: str) -> None:
    _, [entry] = read_one(ofx, one(DTPOSTED=written))
    assert entry.booking_date.isoformat() == day


@pytest.mark.parametrize("written", ["", "00000000", "20260230", "2026", "tomorrow"])
def test_a_transaction_without_a_day_is_refused(written: str) -> None:
    assert "is not a day of the calendar" in refusal(ofx, one(DTPOSTED=written))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("за <b>X</b> INV 5", "за <b>X</b> INV 5"), ("A &amp; B &lt;5&gt; &#1046;", "A & B <5> Ж"),
        ("price < 5 and > 4", "price < 5 and > 4"), ("R&D &copy; &", "R&D &copy; &"), ("a<BR>b", "a<BR>b"),
        ("&amp;lt;", "&lt;"), ("a<!-- c -->b", "ab"), ("two\nlines", "two\nlines"), ("", ""), ("-", ""),
    ],
)  # fmt: skip
def test_a_memo_stays_whole(written: str, read: str) -> None:
    _, [entry] = read_one(ofx, one(MEMO=written))
    assert entry.details[0].purpose == read


@pytest.mark.parametrize("field", ["FITID", "NAME", "MEMO", "TRNTYPE"])
@pytest.mark.parametrize("written", ["", "-"])
def test_an_empty_or_missing_field_loses_no_money(field: str, written: str) -> None:
    _, [entry] = read_one(ofx, one(**{field: written}))
    assert entry.amount == 1000


def test_fields_may_be_closed_and_tags_in_small_letters() -> None:
    closed = re.sub(rb"<(NAME|MEMO|TRNAMT|FITID)>([^<\n]*)", rb"<\1>\2</\1>", one())
    assert read_one(ofx, closed)[1][0].details[0].counterparty.name == "N"
    _, [entry] = read_one(ofx, one().lower())
    assert (entry.amount, entry.details[0].purpose) == (1000, "m")


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("utf-8", HEADER.format("USASCII", "1252")), ("utf-8-sig", HEADER.format("USASCII", "1252")),
        ("cp1251", HEADER.format("USASCII", "1251")), ("cp1251", HEADER.format("WINDOWS-1251", "NONE")),
        ("cp1251", HEADER.format("USASCII", "1252")), ("cp866", HEADER.format("USASCII", "866")),
        ("utf-16", HEADER.format("UTF-16", "NONE")), ("utf-8", ""),
        ("cp1251", '<?xml version="1.0" encoding="windows-1251"?>\n'), ("utf-8", "OFXHEADER:100:1 ONE LINE\n"),
    ],
)  # fmt: skip
def test_encodings_are_told_by_the_bytes_before_the_header(encoding: str, header: str) -> None:
    content = file(statement(listed(row(NAME="Пробная Торговля"))), header=header).decode().encode(encoding)
    assert ofx.recognises(content)
    assert read_one(ofx, content)[1][0].details[0].counterparty.name == "Пробная Торговля"


def test_a_western_code_page_stays_western() -> None:
    content = file(statement(listed(row(NAME="Müller à Genève")))).decode().encode("cp1252")
    assert read_one(ofx, content)[1][0].details[0].counterparty.name == "Müller à Genève"


def test_a_file_may_hold_several_statements_and_lists() -> None:
    content = file(statement(listed(row()), listed(row(), row())), statement(listed(row()), account="0200"))
    assert [(one.account, len(entries)) for one, entries in read_all(ofx, content)] == [("0100", 3), ("0200", 1)]


def test_pending_transactions_are_no_money() -> None:
    for pending in ("STMTTRNP", "STMTTRN"):
        waiting = f"<BANKTRANLISTP><{pending}><TRNAMT>9</{pending}></BANKTRANLISTP>"
        assert len(read_one(ofx, file(statement(listed(row()), waiting)))[1]) == 1


@pytest.mark.parametrize(
    ("balance", "minor"),
    [("<LEDGERBAL><BALAMT>-5.00</LEDGERBAL>", -500), ("<LEDGERBAL><BALAMT></LEDGERBAL>", None), ("", None)],
)
def test_the_ledger_balance_follows_the_entries_where_there_is_one(balance: str, minor: int | None) -> None:
    found, _ = read_one(ofx, file(statement(listed(row()), balance, "<AVAILBAL><BALAMT>9</AVAILBAL>")))
    assert found.closing == minor


def test_many_slices_keep_every_transaction_in_order() -> None:
    rows = [row(TRNAMT=str(number), FITID="same") for number in range(2 * guard.SLICE + 1)]
    _, entries = read_one(ofx, file(statement(listed(*rows))))
    assert [entry.amount for entry in entries] == [100 * number for number in range(2 * guard.SLICE + 1)]


def test_the_library_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_one(ofx, one())[1]) == 1


def test_the_currency_of_the_first_transaction_stands_for_an_empty_curdef() -> None:
    with_currency = row().replace("</STMTTRN>", "<CURRENCY><CURRATE>1<CURSYM>AUD</CURRENCY></STMTTRN>")
    assert read_one(ofx, file(statement(listed(with_currency), currency="")))[0].currency == "AUD"
    assert read_one(ofx, file(statement(listed(row()), currency="")))[0].currency == "KZT"


def test_comments_and_sections_end_wherever_a_block_of_the_file_ends() -> None:
    for size in (10, 65_530, 200_000):
        _, [entry] = read_one(ofx, one(MEMO=f"a<!-- {'x' * size} -->b<![CDATA[ & {'y' * 20}]]>"))
        assert entry.details[0].purpose == "ab & " + "y" * 20


ERROR = "<STATUS><CODE>2000<SEVERITY>ERROR<MESSAGE>General error</STATUS>"
REFUSED = {
    "empty": (file(), "the file holds no statement"),
    "no root": (b"OFXHEADER:100\n\n</OFX>", "there is no <OFX>"),
    "cut": (one()[:-40], "the file does not end with </OFX>"),
    "end of the statement missing": (one().replace(b"</STMTRS>", b""), "</STMTTRNRS> where <STMTRS> of line 7 is open"),
    "end of a transaction missing": (one().replace(b"</STMTTRN>", b""), "</BANKTRANLIST> where <STMTTRN> of line"),
    "end without a beginning": (one().replace(b"<STMTTRN>", b""), "</STMTTRN> where <BANKTRANLIST> of line"),
    "not closed": (one() + b"<OFX><BANKMSGSRSV1></OFX>", "</OFX> where <BANKMSGSRSV1> of line"),
    "left open": (b"<OFX><BANKMSGSRSV1><!-- </OFX><!-- -->", "<BANKMSGSRSV1> is not closed: the file is cut"),
    "a comment without an end": (one(MEMO="a <!-- b"), "what <!-- opens does not end"),
    "a section without an end": (one(MEMO="a <![CDATA[b"), "what <![CDATA[ opens does not end"),
    "a transaction in a comment": (
        one(MEMO=f"a<!-- {'x' * 90_000} {row()} -->b"), "the file has 2 transactions (STMTTRN), of which 1"),
    "an error": (file(f"<STMTTRNRS>{ERROR}</STMTTRNRS>"), "the bank answered with an error: 2000 General error"),
    "an error without its severity": (file("<STMTTRNRS><STATUS><CODE>15500</STATUS>"), "an error: 15500"),
    "an investment": (file("<INVSTMTTRNRS><INVSTMTRS>"), "7: the file holds an investment statement"),
    "outside a list": (file(statement(row())), "the file has 1 transactions (STMTTRN), of which 0"),
    "a transaction in a memo": (one(MEMO="<STMTTRN>"), "where <STMTTRN> of line"),
    "no account": (file(statement(account="")), "7: the statement does not name its account (BANKACCTFROM)"),
    "no such currency": (file(statement(currency="XYZ1")), "CURDEF 'XYZ1' is no known currency"),
    "not converted": (
        one(MEMO="m<CURRENCY><CURRATE>2<CURSYM>USD</CURRENCY>"), "the amount is in 'USD', the account in KES"),
    "a correction": (one(CORRECTFITID="F0"), "the transaction corrects an earlier one (CORRECTFITID 'F0')"),
    "mark against sign": (one(TRNTYPE="DEBIT"), "8: TRNTYPE DEBIT and the sign of TRNAMT '10.00' contradict"),
    "mark against sign too": (one(TRNTYPE="CREDIT", TRNAMT="-1"), "TRNTYPE CREDIT and the sign of TRNAMT '-1'"),
    "two amounts": (one(MEMO="m<TRNAMT>5"), "TRNAMT stands twice in one transaction"),
    "text behind a field": (one(MEMO="m</MEMO>lost"), "the text 'lost' stands outside any field"),
    "text behind a section": (one().replace(b"<STMTTRN>", b"<STMTTRN>lost"), "the text 'lost' stands outside"),
    "a DTD": (file(header="<?xml version='1.0'?><!DOCTYPE OFX [<!ENTITY a 'b'>]>"), "declares a DTD or entities"),
    "an endless text": (one(MEMO="x" * 1_500_000), "a text without a tag is over a million characters long"),
    "too deep": (file("<STATUS>" * 40), "the file is nested too deeply"),
    "a bad balance": (file(statement("<LEDGERBAL><BALAMT>1,234</LEDGERBAL>")), "7: amount '1,234'"),
    "bytes of no code page": (
        one(NAME="Ж").replace("Ж".encode(), b"\x98").replace(b"1252", b"1251"), "the text is not valid cp1251"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_is_refused_with_the_reason(case: str) -> None:
    content, reason = REFUSED[case]
    assert reason in refusal(ofx, content)


class Misreading:
    """A library that reads a transaction otherwise than the raw text says."""

    def __init__(self, **changed: object) -> None:
        self.changed = changed

    def __call__(self, text: str, line: int) -> list[object]:
        found = PARSE(text, line)
        for name, value in self.changed.items():
            setattr(found[0], name, value)
        return found if self.changed else found[1:]


PARSE = guard._parse


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, "of 1 transactions from here on a second reading finds 0"),
        ({"amount": 11}, "two readings of this transaction differ"),
        ({"date": None}, "two readings of this transaction differ"),
        ({"id": "G"}, "two readings of this transaction differ"),
        ({"payee": "cut"}, "two readings of this transaction differ"),
        ({"memo": ""}, "two readings of this transaction differ"),
    ],
)
def test_a_transaction_that_the_library_reads_otherwise_is_refused(
    monkeypatch: pytest.MonkeyPatch, changed: dict[str, object], reason: str
) -> None:
    monkeypatch.setattr(guard, "_parse", Misreading(**changed))
    assert reason in refusal(ofx, one())


def test_a_library_that_fails_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> object:
        raise ValueError("not today")

    monkeypatch.setattr(guard, "soup_maker", fail)
    assert "a second reading of the transactions from here on fails: not today" in refusal(ofx, one())


def test_the_books_know_the_currency_better_than_nobody() -> None:
    context = ReadContext(own_accounts={"0100": "USD"})
    assert "is in KES, the books say USD" in refusal(ofx, one(), context)
