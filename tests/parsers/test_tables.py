"""Tables: headings, columns that settle amounts and dates, sides, M-Pesa, workbooks, and everything that is refused."""

from __future__ import annotations

import datetime
import io
import time
import zipfile
from contextlib import suppress
from dataclasses import replace

import pytest
import xlsxwriter

from reconcile.parsers import ReadContext, tables
from reconcile.parsers.table_cells import mark_told_by
from reconcile.parsers.table_days import order_told_by
from reconcile.parsers.table_match import layout_of
from reconcile.parsers.table_profile import bundled, normal_heading, profile_of
from reconcile.problem import Refusal
from reconcile.statement import CreditDebit, Party, StructuredReference
from tests.parsers.reading import read_all, read_one, refusal

OWN = "KZ687220000000000003"
SAID = ReadContext(account="0110123456789", default_currency=lambda account: "KES")
HEAD = "Date,Details,Amount,Balance"
MPESA = (
    "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Balance Confirmed,"
    "Reason Type,Other Party Info,Linked Transaction ID,A/C No."
)


def table(*rows: str, head: str = HEAD) -> bytes:
    return "".join(row + "\n" for row in (head, *rows)).encode()


def mpesa(
    status: str = "Completed", came: str = "", went: str = "", reason: str = "Pay Bill Online", rest: str = ",,"
) -> bytes:
    day = "2026-02-03 09:00:00"
    return table(f"UB1,{day},{day},{reason},{status},{came},{went},10.00,true,{reason},{rest}", head=MPESA)


def workbook(*rows: list[object]) -> bytes:
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, datetime.date):
                sheet.write_datetime(row, column, cell, day)
            else:
                sheet.write(row, column, cell)
    book.close()
    return content.getvalue()


def test_words_between_the_commas_of_a_purpose_are_no_headings() -> None:
    content = (
        "Выписка по счету KZ687220000000000003;;;;\n"
        "Дата операции;Номер документа;Дебет;Кредит;Назначение платежа\n"
        "06.02.2026;13121;;783624.76;за хранение, за услуги дата-центра, Сумма 208569,03 в т.ч. НДС 12%\n"
    )
    _, entries = read_one(tables, content.encode())
    assert [entry.amount for entry in entries] == [78362476]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866"])
def test_delimiter_and_encoding_are_found_by_trial(delimiter: str, encoding: str) -> None:
    text = (
        delimiter.join(["Дата", "Назначение платежа", "Сумма"])
        + "\n"
        + delimiter.join(["03.02.2026", "За услуги", "10.50"])
    )
    content = text.encode(encoding)
    assert tables.recognises(content)
    _, [entry] = read_one(tables, content, SAID)
    assert (entry.amount, entry.details[0].purpose, entry.line) == (1050, "За услуги", 2)


@pytest.mark.parametrize(
    ("head", "rows", "figures"),
    [
        ("Date,Amount", ["2026-02-03,10.00", "2026-02-03,-2.50"], [1000, -250]),
        ("Date,Amount", ["2026-02-03,(2.50)", "2026-02-03,2.50-"], [-250, -250]),
        ("Date,Amount", ["2026-02-03,KES 1 500.25", "2026-02-03,'-2.50"], [150025, -250]),
        ("Date,Amount", ['2026-02-03,"1,234.56"', '2026-02-03,"1,234"'], [123456, 123400]),
        ("Date;Amount", ["2026-02-03;1.234,56", "2026-02-03;1.234"], [123456, 123400]),
        ("Date;Amount", ["2026-02-03;12,5", "2026-02-03;-1.234.567"], [1250, -123456700]),
        ("Date,Amount", ["2026-02-03,100 CR", "2026-02-03,2.50DR"], [10000, -250]),
        ("Date,Debit,Credit", ["2026-02-03,,10.00", "2026-02-03,2.50,"], [1000, -250]),
        ("Date,Debit,Credit", ["2026-02-03,0.00,10.00", "2026-02-03,2.50,0.00"], [1000, -250]),
        ("Date,Debit,Credit", ["2026-02-03,-2.50,", "2026-02-03,-1.00,-"], [-250, -100]),
        ("Date,Amount,D/C", ["2026-02-03,10.00,C", "2026-02-03,2.50,Dr."], [1000, -250]),
        ("Дата,Сумма,Дт/Кт", ["2026-02-03,10.00,Кт", "2026-02-03,-2.50,Дт"], [1000, -250]),
        ("Sana,Kirim,Chiqim", ["2026-02-03,10.00,", "2026-02-03,,2.50"], [1000, -250]),
        ("Күні,Кредит айналымы,Дебет айналымы", ["2026-02-03,10.00,", "2026-02-03,,2.50"], [1000, -250]),
    ],
)  # fmt: skip
def test_sides_and_amounts(head: str, rows: list[str], figures: list[int]) -> None:
    _, entries = read_one(tables, table(*rows, head=head), SAID)
    signed = [entry.amount if entry.credit_debit is CreditDebit.CREDIT else -entry.amount for entry in entries]
    assert signed == figures


@pytest.mark.parametrize(
    ("dates", "days"),
    [
        (["03/02/2026", "25/02/2026"], ["2026-02-03", "2026-02-25"]),
        (["02/03/2026", "02/25/2026"], ["2026-02-03", "2026-02-25"]),
        (["03.02.2026", "04.02.26"], ["2026-02-03", "2026-02-04"]),
        (["03-Feb-2026", "3 February 2026"], ["2026-02-03", "2026-02-03"]),
        (["2026-02-03T10:00:00", "2026/02/04"], ["2026-02-03", "2026-02-04"]),
        (["20260203", "02/02/2026"], ["2026-02-03", "2026-02-02"]),
        (["03.02.2026 10:15:00", "2019.04.19."], ["2026-02-03", "2019-04-19"]),
    ],
)
def test_dates_are_read_in_the_order_that_the_column_proves(dates: list[str], days: list[str]) -> None:
    _, entries = read_one(tables, table(*(f"{day},x,1.00," for day in dates)), SAID)
    assert [str(entry.booking_date) for entry in entries] == days


@pytest.mark.parametrize(("digits", "mark"), [("1,234.56", "."), ("1.234,56", ","), ("1,234", ""), ("1.234", ""),
    ("0,123", ","), ("1234,567", ","), ("1,234,567", "."), ("1.234.567", ","), ("10", ""), ("12,5", ","),
    (".50", ".")])  # fmt: skip
def test_what_one_amount_proves(digits: str, mark: str) -> None:
    assert mark_told_by(digits) == mark


@pytest.mark.parametrize(("cell", "order"), [("13/02/2026", "dmy"), ("02/13/2026", "mdy"), ("01/02/2026", ""),
    ("2026-01-02", "ymd"), ("01.02.2026", "dmy"), ("25/02/26", ""), ("05/05/2026", "")])  # fmt: skip
def test_what_one_date_proves(cell: str, order: str) -> None:
    assert order_told_by(cell) == order


def test_an_ambiguous_amount_is_settled_by_the_running_balance() -> None:
    content = table('2026-02-03,x,"1,500","11,500"', '2026-02-03,x,-500,"11,000"')
    statement, entries = read_one(tables, content, SAID)
    assert [entry.amount for entry in entries] == [150000, 50000]
    assert (statement.opening, statement.closing) == (1000000, 1100000)


@pytest.mark.parametrize("last", ["2026-02-03,x,5.00,10", "2026-02-03,x,5,7.00"])
def test_a_file_without_a_last_line_end_is_whole_where_its_last_figure_is(last: str) -> None:
    assert len(read_one(tables, table("2026-02-03,x,5.00,5.00", last).rstrip(), SAID)[1]) == 2


def test_the_newest_row_may_stand_first() -> None:
    statement, _ = read_one(tables, table("2026-02-04,x,-5.00,15.00", "2026-02-03,x,10.00,20.00"), SAID)
    assert (statement.opening, statement.closing) == (1000, 1500)


def test_totals_and_balances_are_no_entries() -> None:
    head = "Date,Details,Debit,Credit,Balance"
    rows = [
        "2026-02-01,Opening balance,,,10.00",
        "2026-02-03,x,,10.00,20.00",
        "2026-02-03,Turnover,,10.00,",
        ",Total,0.00,10.00,",
    ]
    statement, [entry] = read_one(tables, table(*rows, head=head), SAID)
    assert (entry.amount, statement.opening, statement.closing) == (1000, 1000, 2000)
    assert (statement.total_credit, statement.total_debit) == (1000, 0)


def test_a_row_without_figures_goes_on_with_the_purpose_and_headings_may_come_again() -> None:
    _, entries = read_one(
        tables, table("2026-02-03,for INV-45,10.00,", ",12 hosting,,", HEAD, "2026-02-04,y,1.00,"), SAID
    )
    assert [entry.details[0].purpose for entry in entries] == ["for INV-45\n12 hosting", "y"]


def test_each_currency_is_a_statement_of_its_own() -> None:
    head = "Date,Amount,Currency"
    found = read_all(
        tables, table("2026-02-03,10.00,KES", "2026-02-03,5.00,USD", "2026-02-03,1.00,KES", head=head), SAID
    )
    assert [(one.currency, [entry.amount for entry in entries]) for one, entries in found] == [
        ("KES", [1000, 100]),
        ("USD", [500]),
    ]


@pytest.mark.parametrize(
    ("content", "context", "account", "currency"),
    [
        (f"Счет {OWN}\nДата,Сумма (KZT)\n", ReadContext(), OWN, "KZT"),
        ("Account Number:,0110123456789,,Currency: KES\nDate,Amount\n", ReadContext(), "0110123456789", "KES"),
        ("Short Code,600123\nCurrency,KES\nDate,Amount\n", ReadContext(), "600123", "KES"),
        ("Hisob raqami: 20208000900000001001\nSana,Summa\n", ReadContext(), "20208000900000001001", "UZS"),
        ("Date,Amount\n03.02.2026,£5.00\n", ReadContext(account="77"), "77", "GBP"),
        ("Date,Amount,IBAN\n03.02.2026,5.00,77\n", ReadContext(own_accounts={"77": "KES"}), "77", "KES"),
        ("Date,Amount,IBAN\n03.02.2026,5.00,88\n", ReadContext(own_accounts={"77": "KES"}, account="77"), "77", "KES"),
        ("Date,Amount,Account Number\n03.02.2026,5.00,77\n", ReadContext(own_accounts={"77": "KES"}), "77", "KES"),
    ],
)
def test_account_and_currency(content: str, context: ReadContext, account: str, currency: str) -> None:
    statement, _ = read_one(tables, content.encode(), context)
    assert (statement.account, statement.currency) == (account, currency)


def test_only_completed_rows_of_mpesa_are_money() -> None:
    statement, [entry] = read_one(tables, mpesa(came="10.00", rest="2547****0111 - MARY ATIENO,,INV-1"), SAID)
    assert (statement.profile, entry.is_payment, entry.bank_reference) == ("mpesa", True, "UB1")
    assert entry.details[0].counterparty == Party("MARY ATIENO")
    assert entry.details[0].references == (
        StructuredReference("receipt", "UB1"),
        StructuredReference("bill_reference", "INV-1"),
        StructuredReference("phone", "2547****0111"),
    )
    for status in ("Failed", "Cancelled", "Declined", "Expired", "Pending"):
        assert read_one(tables, mpesa(status, came="10.00"), SAID)[1] == []
    for status in ("Failed", "Cancelled", "Declined", "Отклонен"):
        assert read_one(tables, table(f"2026-02-03,1.00,{status}", head="Date,Amount,Status"), SAID)[1] == []


def test_a_reversal_of_mpesa_names_what_it_undoes() -> None:
    _, [entry] = read_one(tables, mpesa(went="-10.00", reason="Transaction Reversal", rest=",UB0,"), SAID)
    assert (entry.credit_debit, entry.reversal, entry.reverses) == (CreditDebit.DEBIT, True, "UB0")
    _, [charge] = read_one(tables, mpesa(went="-10.00", reason="Pay Bill Charge", rest=",UB0,"), SAID)
    assert (charge.reversal, charge.reverses, charge.extra["Linked Transaction ID"]) == (False, "", "UB0")


@pytest.mark.parametrize(
    ("reason", "account"),
    [
        ("Utility Account to Organization Settlement Account", "0110123456789"),
        ("Organization To Organization Transfer", ""),
        ("Pay Bill Online", ""),
    ],
)
def test_a_move_between_own_accounts_of_mpesa_comes_from_oneself(reason: str, account: str) -> None:
    _, [entry] = read_one(tables, mpesa(came="10.00", reason=reason, rest="600123 - SAMPLE LTD,,"), SAID)
    party = entry.details[0].counterparty
    assert party == (Party("600123 - SAMPLE LTD", "", account) if account else Party("SAMPLE LTD", "", "600123"))


def test_native_cells_stay_numbers_and_dates() -> None:
    content = workbook(
        ["Date", "Details", "Amount", "Tax ID"],
        [datetime.date(2026, 2, 3), "x", 1500.1, 10440001231],
        [46056, "y", 0.1 + 0.2 + 1.7, "010440001231"],
        [datetime.date(2026, 2, 3), "z", "1,234.00", ""],
    )
    assert tables.recognises(content)
    _, entries = read_one(tables, content, SAID)
    assert [(str(entry.booking_date), entry.amount) for entry in entries] == [
        ("2026-02-03", 150010), ("2026-02-03", 200), ("2026-02-03", 123400)]  # fmt: skip
    assert [entry.details[0].counterparty.tax_id for entry in entries] == ["010440001231", "010440001231", ""]


def test_a_native_amount_finer_than_the_currency_is_refused() -> None:
    said = refusal(tables, workbook(["Date", "Amount"], [datetime.date(2026, 2, 3), 1.234]), SAID)
    assert "2: amount '1.234' has more than the 2 decimals of KES" in said


def test_a_sheet_that_would_take_all_memory_is_refused() -> None:
    """Two cells at the corners of the largest sheet there is: the library would hold all between them."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "Date")
    sheet.write(1_048_575, 16_383, "Amount")
    book.close()
    said = refusal(tables, content.getvalue(), SAID)
    assert "the workbook cannot be read: it wants more time or memory than its size allows" in said


def test_sheets_without_known_headings_are_left_out() -> None:
    assert "none of the first 60 rows has headings" in refusal(tables, workbook(["a", "b"]), SAID)


def test_a_page_named_xls_is_a_table() -> None:
    page = "<html><table><tr><th>Date<th>Amount</tr><tr><td>03.02.2026<td>10.00<br></tr></table></html>"
    assert tables.recognises(page.encode())
    _, [entry] = read_one(tables, page.encode(), SAID)
    assert entry.amount == 1000


def bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 40_000_000)
    return content.getvalue()


REFUSED = {
    "no account": (table("2026-02-03,x,1.00,"), ReadContext(), "1: nothing in the table tells which bank account"),
    "another account": (table(head=f"{OWN},\nDate,Amount"), SAID, f"the table is of account {OWN}, not of 0110123456789"),
    "rows of two accounts": (
        table("2026-02-03,1.00,77", "2026-02-03,1.00,78", head="Date,Amount,Account Number"),
        ReadContext(own_accounts={"77": "KES"}), "3: the row is of account 78, the statement of 77"),
    "ambiguous amount": (
        table('2026-02-03,x,"1,500",'), SAID, "2: an amount such as 1,234 can be read as a thousand or as a bit more"),
    "ambiguous with its balance": (
        table('2026-02-03,x,"1,500","2,500"', '2026-02-03,x,"1,500","4,000"'), SAID, "2: an amount such as 1,234"),
    "ambiguous date": (table("03/02/2026,x,1.00,"), SAID, "2: date '03/02/2026' can be read day first or month first"),
    "two digits of a year": (table("03/02/26,x,1.00,"), SAID, "2: date '03/02/26' can be read day first or month first"),
    "mixed dates": (
        table("25/02/2026,x,1.00,", "02/25/2026,x,1.00,"), SAID, "3: date '02/25/2026' has its day elsewhere"),
    "no such day": (table("2026-02-30,x,1.00,"), SAID, "2: date '2026-02-30' is not a day of the calendar"),
    "no number": (table("2026-02-03,x,12..34,"), SAID, "2: amount '12..34' does not fit the decimal mark"),
    "words": (table("2026-02-03,x,ten,"), SAID, "2: amount 'ten' is no number"),
    "wrong groups": (table('2026-02-03,x,"1,23.00",'), SAID, "2: amount '1,23.00' does not fit the decimal mark '.'"),
    "mixed marks": (
        table('2026-02-03,x,"1,234.50",', '2026-02-03,x,"1.234,50",'), SAID, "3: amount '1.234,50' does not fit"),
    "too fine": (table("2026-02-03,x,1.2345,"), SAID, "2: amount '1.2345' has more than the 2 decimals of KES"),
    "another currency": (
        table("2026-02-03,x,USD 5.00,", head="Date,Details,Amount (KES),Balance"), SAID, "2: the amount is in USD"),
    "an unknown status": (table("2026-02-03,1.00,Odd", head="Date,Amount,Status"), SAID, "2: the status 'odd' tells"),
    "a pending status": (table("2026-02-03,1.00,Pending", head="Date,Amount,Status"), SAID, "2: the status 'pending'"),
    "a status unknown to M-Pesa": (mpesa("Partial", came="1.00"), SAID, "2: the status 'partial' tells neither that money"),
    "a later unknown currency": (
        table("2026-02-03,1.00,KES", "2026-02-03,1.00,?", head="Date,Amount,Currency"), SAID, "3: currency '?' is no"),
    "unknown currency": (table("2026-02-03,1.00,?", head="Date,Amount,Currency"), SAID, "2: currency '?' is no known"),
    "a date alone": (table("2026-02-03,x,,"), SAID, "2: the row has a date and no amount"),
    "an amount alone": (table(",x,1.00,"), SAID, "2: the row has an amount and no date"),
    "both sides": (table("2026-02-03,1.00,1.00", head="Date,Debit,Credit"), SAID, "2: credit and debit are both filled"),
    "a negative credit": (table("2026-02-03,,-1.00", head="Date,Debit,Credit"), SAID, "2: the sign of the amount"),
    "debits of both signs": (
        table("2026-02-03,1.00,", "2026-02-03,-1.00,", head="Date,Debit,Credit"), SAID, "3: the sign of the amount"),
    "no direction": (table("2026-02-03,1.00,X", head="Date,Amount,D/C"), SAID, "2: the direction 'x' with amount '1.00'"),
    "a credit with a minus": (table("2026-02-03,-1.00,C", head="Date,Amount,D/C"), SAID, "2: the direction 'c' with amount"),
    "cut in a row": (table("2026-02-03,1.00", head="Date,Debit,Credit"), SAID, "2: the row has 2 cells, its headings 3"),
    "cut in an amount": (table("2026-02-03,1000", head="Date,Amount").rstrip(), SAID, "2: the file ends in a figure"),
    "cut in a balance": (table("2026-02-03,x,5.00,5.00", "2026-02-03,x,5.00,1").rstrip(), SAID, "3: the file ends in a"),
    "cut before the last cells": (table("2026-02-03,x,1.0").rstrip(), SAID, "2: the row has 3 cells, its headings 4"),
    "no headings": (b"a,b\n1,2\n", SAID, "none of the first 60 rows has headings that a profile knows"),
    "open quotes": (table('2026-02-03,"x,1.00,'), SAID, "the CSV is damaged"),
    "an unknown profile": (table(), ReadContext(profile="none"), "no profile is called 'none'; use one of: "),
    "a bomb": (bomb(), SAID, "the workbook would unpack to 40000000 bytes"),
    "a damaged workbook": (b"PK\x03\x04 xl/workbook.xml", SAID, "the workbook is damaged"),
    "a damaged old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, SAID, "the workbook cannot be read"),
    "a large page": (b"<table><tr>" + b" " * (65 * 1024**2), SAID, "the page is larger than 64 MB"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_is_refused_with_the_reason(case: str) -> None:
    content, context, reason = REFUSED[case]
    assert reason in refusal(tables, content, context)


def test_a_profile_may_be_said() -> None:
    content = b"Account Number,0110123456789\nDate,Narration,Debits,Credits,Balance\n03/02/2026,x,,1.00,1.00\n"
    statement, _ = read_one(tables, content, replace(SAID, profile="ncba_ke"))
    assert (statement.profile, statement.currency) == ("ncba_ke", "KES")


def test_every_bundled_profile_can_be_told_from_the_others() -> None:
    names = {profile.name for profile in bundled()}
    assert {"generic", "mpesa", "equity_ke", "kcb_ke", "ncba_ke", "cooperative_ke", "kz_bank"} <= names
    assert {name for name in names if name.startswith("uz_")} == {
        "uz_operations", "uz_turnover", "uz_turnover_saldo", "uz_ledger_card"}  # fmt: skip
    for profile in bundled():
        assert all(normal_heading(name) == name for names in profile.columns.values() for name in names)


@pytest.mark.parametrize(
    ("headings", "profile"),
    [
        ("Transaction Date,Value Date,Description,Debit,Credit,Running Balance", "kcb_ke"),
        ("Date,Description,Debit,Credit,Balance", "equity_ke"),
        ("Date,Narration,Debits,Credits,Balance", "ncba_ke"),
        ("Date,Transaction Details,Withdrawals,Deposits,Balance", "cooperative_ke"),
        (MPESA, "mpesa"),
        ("Дата,Счет кореспондента,Дебет,Кредит,Назначение платежа", "uz_turnover_saldo"),
        ("Дата,Номер документа,Счет корреспондента,Дебет,Кредит,Платежная цель", "uz_turnover"),
        ("Дата операции,№ док,Cчет/ИНН,Дебет,Кредит,Назначение платежа", "uz_operations"),
        ("Дата,№ док.,Счет/ИНН/Наименование,Обороты Дебет,Обороты Кредит,Назначение платежа", "uz_operations"),
        ("Дата,№ док,Оп,Реквизиты,Дебет,Кредит", "uz_ledger_card"),
        ("Дата операции,Дебет,Кредит,Наименование контрагента,БИН/ИИН,КНП,Назначение платежа", "kz_bank"),
        ("Дата,Сумма,Назначение платежа", "generic"),
        ("Күні,Сомасы,Төлем мақсаты", "generic"),
        ("Sana,Summa,To'lov maqsadi", "generic"),
    ],
)
def test_a_layout_is_told_by_its_headings(headings: str, profile: str) -> None:
    layout = layout_of(1, headings.split(","), bundled())
    assert layout is not None and layout.profile.name == profile


@pytest.mark.parametrize("tax_id", ["301234567", ""])
def test_a_column_of_its_own_names_the_party_that_stands_in_one_cell(tax_id: str) -> None:
    content = (
        "Сведения о работе счета;20208000905596227001\nДата документа;№ документа;Cчет/ИНН;Наименование контрагента;МФО;"
        "Дебет;Кредит;Назначение платежа\n"
        f"25.02.2026;7;20208000900123456001/{tax_id};«Bahor Savdo» MChJ;00440;;900.00;счет 1\n"
    )
    _, [entry] = read_one(tables, content.encode())
    payer = entry.details[0].counterparty
    assert (payer.name, payer.tax_id, payer.account) == ("«Bahor Savdo» MChJ", tax_id, "20208000900123456001")


def test_a_tax_id_is_read_under_any_of_its_headings() -> None:
    headings = "Дата,№ док,Дебет,Кредит,Наименование контрагента,ИНН контрагента,Счет контрагента,Назначение платежа"
    layout = layout_of(1, headings.split(","), bundled())
    assert layout is not None and layout.profile.name == "kz_bank"
    assert (layout.columns["tax_id"], layout.columns["party_account"]) == (5, 6)


PROFILE = 'title = "x"\nrequired = ["date"]\n[columns]\ndate = ["day"]\namount = ["sum"]\n'


def test_a_profile_is_a_small_file() -> None:
    profile = profile_of("bank", 'date_order = "dmy"\n' + PROFILE)
    assert (profile.columns["date"], profile.date_order) == (("day",), "dmy")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x", "the profile cannot be read"),
        ("[columns]\ndate=['a']", "the profile cannot be read: 'title'"),
        ("party = '('\n" + PROFILE, "the profile cannot be read"),
        ("colour = 1\n" + PROFILE, "the profile has unknown keys or lacks the date column: colour"),
        (PROFILE + "smell = ['x']\n", "the profile has unknown keys or lacks the date column: smell"),
        (PROFILE.replace("date =", "value_date ="), "the profile has unknown keys or lacks the date column: date"),
        (PROFILE + "[witness]\ndebit = 'x'\n", "the profile has unknown keys or lacks the date column: debit"),
        ("date_order = 'ydm'\n" + PROFILE, "the profile has unknown keys or lacks the date column"),
    ],
)
def test_a_profile_that_is_wrong_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        profile_of("bank.toml", text)
    assert reason in str(caught.value) and str(caught.value).startswith("bank.toml: ")


@pytest.mark.parametrize(
    "content",
    [
        table(head=f"Account,{'9' * 60_000}x\nDate,Amount"),
        table(head=f"{'Account ' * 20_000}\nDate,Amount"),
        table(head=f"Date,Amount,{' ' * 60_000}x"),
        table(f"2026-02-03,{'1' * 60_000}", head="Date,Amount"),
        table(f"2026-02-03,1.00,{'a' * 60_000}ж", head="Date,Amount,Details").decode().encode("cp1251"),
    ],
)
def test_endless_cells_take_no_time(content: bytes) -> None:
    started = time.process_time()
    with suppress(Refusal):
        read_all(tables, content, SAID)
    assert time.process_time() - started < 2
