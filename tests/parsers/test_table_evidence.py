"""What a table proves of itself: dates, sides, statuses, accounts, headings in two rows or none; and what it does not."""

from __future__ import annotations

import random
from datetime import date

import pytest

from reconcile.parsers import ReadContext, detect, tables
from reconcile.parsers.table_cells import amount_of
from reconcile.parsers.table_days import date_of
from reconcile.parsers.table_match import layout_of
from reconcile.parsers.table_profile import bundled
from reconcile.problem import Refusal
from tests.parsers.reading import read_all, read_one, refusal
from tests.parsers.test_tables import SAID, table

BALANCED = "Date,Details,Amount,D/C,Balance"


def signed(content: bytes, context: ReadContext = SAID) -> list[int]:
    _, entries = read_one(tables, content, context)
    return [entry.amount if entry.credit_debit.value == "credit" else -entry.amount for entry in entries]


def days(content: bytes, context: ReadContext = SAID) -> list[str]:
    return [entry.booking_date.isoformat() for entry in read_one(tables, content, context)[1]]


# --- dates -----------------------------------------------------------------------------------------------------------


def test_a_decimal_comma_tells_that_the_day_stands_first() -> None:
    assert days(table("03/04/2026;-2,50", head="Date;Amount")) == ["2026-04-03"]


def test_a_program_in_english_may_mix_a_comma_with_the_month_first() -> None:
    assert "can be read day first or month first" in refusal(tables, table("2/10/19;-2,50", head="Date;Amount"), SAID)
    assert days(table("2/10/2019;-2,50", head="Fecha;Importe")) == ["2019-10-02"]


def test_the_period_above_the_headings_tells_the_order() -> None:
    head = "From: 01/03/2026,To: 31/03/2026\nDate,Amount"
    assert days(table("01/03/2026,1.00", "04/03/2026,1.00", head=head)) == ["2026-03-01", "2026-03-04"]


def test_rows_in_order_of_their_balances_are_in_order_of_their_days() -> None:
    rows = ["01/02/2026,x,1.00,1.00", "02/02/2026,x,1.00,2.00", "01/03/2026,x,1.00,3.00"]
    assert days(table(*rows)) == ["2026-02-01", "2026-02-02", "2026-03-01"]
    newest_first = [
        "01/03/2026,x,1.00,3.00", "02/02/2026,x,1.00,2.00", "01/02/2026,x,1.00,1.00"]  # fmt: skip
    assert days(table(*newest_first)) == ["2026-03-01", "2026-02-02", "2026-02-01"]


def test_a_year_of_two_digits_does_not_stand_first_where_the_statement_would_last_for_years() -> None:
    assert days(table("01/01/24,x,1.00,", "13/01/24,x,1.00,")) == ["2024-01-01", "2024-01-13"]


@pytest.mark.parametrize(
    "rows",
    [
        ["01/02/2026,x,1.00,", "02/02/2026,x,1.00,", "01/03/2026,x,1.00,"],  # without balances
        ["01/02/2026,x,1.00,1.00", "02/02/2026,x,1.00,2.00", "03/02/2026,x,1.00,3.00"],  # in order either way
        ["01/02/2026,x,1.00,1.00", "01/02/2026,x,1.00,2.00"],
        ["2026-02-01,x,1.00,", "01/02/2026,x,1.00,"],  # an ISO date tells nothing of another form
        ["15 Feb 2026,x,1.00,", "01/02/2026,x,1.00,"],
    ],
)
def test_dates_that_nothing_settles_are_refused(rows: list[str]) -> None:
    assert "can be read day first or month first" in refusal(tables, table(*rows), SAID)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("3 Feb 2026", (2026, 2, 3)), ("03-Feb-26", (2026, 2, 3)), ("Tue 3 February 2026", (2026, 2, 3)),
        ("Feb 3, 2026", (2026, 2, 3)), ("3 февраля 2026 г.", (2026, 2, 3)), ("03.02.2026\n10:15", (2026, 2, 3)),
        ("2026-02-03T23:30:00+05:00", (2026, 2, 3)), ("20260203", (2026, 2, 3)), ("20260203 101500", (2026, 2, 3)),
        ("2026.02.03.", (2026, 2, 3)), ("03.02.26", (2026, 2, 3)),
    ],
)  # fmt: skip
def test_a_date_as_banks_write_it(cell: str, day: tuple[int, int, int]) -> None:
    assert date_of(cell, "", 1) == date(*day)


# --- sides -----------------------------------------------------------------------------------------------------------


def test_a_sign_that_contradicts_the_direction_is_settled_by_the_balance() -> None:
    word = ["2026-02-03,x,33.50,D,-23.50", "2026-02-03,y,-50.00,C,26.50"]
    assert signed(table(*word, head=BALANCED)) == [-3350, 5000]
    sign = ["2026-02-03,x,33.50,D,-23.50", "2026-02-03,y,-50.00,C,-73.50"]
    assert signed(table(*sign, head=BALANCED)) == [-3350, -5000]
    neither = ["2026-02-03,x,33.50,D,-23.50", "2026-02-03,y,-50.00,C,1.00"]
    assert "3: the direction 'c' with amount '50.00'" in refusal(tables, table(*neither, head=BALANCED), SAID)


def test_a_credit_with_a_minus_is_money_out_where_the_balance_says_so() -> None:
    head = "Date,Debit,Credit,Balance"
    assert signed(table("2026-02-03,,10.00,10.00", "2026-02-03,,-4.00,6.00", head=head)) == [1000, -400]


def test_a_column_of_types_may_be_the_direction() -> None:
    assert signed(table("2026-02-03,1.00,Credit", "2026-02-03,2.00,Debit", head="Date,Amount,Type")) == [100, -200]
    assert signed(table("2026-02-03,1.00,Credit", "2026-02-03,-2.00,Fee", head="Date,Amount,Type")) == [100, -200]


def test_a_column_headed_debit_credit_may_be_the_amount() -> None:
    assert signed(table("2026-02-03,1.00", "2026-02-03,-2.00", head="Date,Debit/Credit")) == [100, -200]


def test_amounts_without_a_sign_are_refused_where_the_balance_falls_and_rises() -> None:
    rows = ["2026-02-03,x,1.00,10.00", "2026-02-03,x,2.00,8.00", "2026-02-03,x,3.00,11.00"]
    assert "the amounts have no sign, and the balance falls as well as rises" in refusal(tables, table(*rows), SAID)


# --- statuses --------------------------------------------------------------------------------------------------------


def test_a_status_that_tells_nothing_is_settled_by_the_balance() -> None:
    head = "Date,Amount,Status,Balance"
    moved = ["2026-02-03,1.00,Done,1.00", "2026-02-03,2.00,Pending,3.00", "2026-02-03,1.00,Completed,4.00"]
    assert signed(table(*moved, head=head).replace(b"Done", b"Completed")) == [100, 200, 100]
    not_yet = ["2026-02-03,1.00,Completed,1.00", "2026-02-03,2.00,Pending,1.00", "2026-02-03,1.00,Completed,2.00"]
    assert signed(table(*not_yet, head=head)) == [100, 100]


def test_a_status_whose_rows_never_have_a_balance_is_not_booked() -> None:
    rows = ["2026-02-03,1.00,Completed,1.00", "2026-02-03,2.00,Pending,", "2026-02-03,1.00,Completed,2.00"]
    assert signed(table(*rows, head="Date,Amount,Status,Balance")) == [100, 100]


def test_valuta_is_a_day_or_a_currency_as_its_cells_tell() -> None:
    [(statement, [entry])] = read_all(
        tables, table("03.02.2026;1,00;EUR", head="Datums;Summa;Valūta"), ReadContext(account="7")
    )
    assert (statement.currency, entry.value_date) == ("EUR", None)
    _, [entry] = read_one(tables, table("03.02.2026;1,00;04.02.2026", head="Datum;Betrag;Valuta"), SAID)
    assert entry.value_date == date(2026, 2, 4)


# --- accounts and layouts --------------------------------------------------------------------------------------------


def test_blocks_of_several_accounts_are_a_statement_each() -> None:
    rows = ["2026-02-03,1.00,77", "2026-02-03,2.00,77", "2026-02-03,3.00,78", "2026-02-03,4.00,78"]
    found = read_all(
        tables, table(*rows, head="Date,Amount,Account Number"), ReadContext(default_currency=lambda _: "KES")
    )
    assert [(one.account, [entry.amount for entry in entries]) for one, entries in found] == [
        ("77", [100, 200]), ("78", [300, 400])]  # fmt: skip


def test_rows_of_accounts_that_the_books_know_may_come_in_any_order() -> None:
    rows = ["2026-02-03,1.00,77", "2026-02-03,3.00,78", "2026-02-03,2.00,77"]
    known = ReadContext(own_accounts={"77": "KES", "78": "USD"})
    found = read_all(tables, table(*rows, head="Date,Amount,Account Number"), known)
    assert [(one.account, one.currency, len(entries)) for one, entries in found] == [("77", "KES", 2), ("78", "USD", 1)]


def test_common_headings_are_a_kenyan_bank_only_in_shillings() -> None:
    content = table("03/02/2026,x,,1.00,1.00", head="Date,Description,Debit,Credit,Balance")
    statement, _ = read_one(tables, content, SAID)
    assert (statement.profile, statement.country) == ("equity_ke", "KE")
    dollars = ReadContext(account="77", default_currency=lambda account: "USD")
    assert "can be read day first or month first" in refusal(tables, content, dollars)
    named = ReadContext(account="77", default_currency=lambda account: "USD", profile="equity_ke")
    assert read_one(tables, content, named)[0].profile == "equity_ke"


def test_headings_may_take_two_rows() -> None:
    head = "Дата,Номер,Обороты,,Назначение\n,,Дебет,Кредит,платежа"
    assert signed(table("03.02.2026,1,,5.00,x", "03.02.2026,2,1.00,,y", head=head)) == [500, -100]


@pytest.mark.parametrize(
    ("headings", "money"),
    [
        ("Date;Type;Description;Paid out (£);Paid in (£);Balance (£)", {"debit": 3, "credit": 4, "balance": 5}),
        ("Transaction Date;Narrative;Withdrawals (SGD);Deposits (SGD)", {"debit": 2, "credit": 3}),
        ("TransactionDate;AmountInAccountCurrency;Text", {"amount": 1}),
        ("Datum;Af Bij;Bedrag (EUR);Mededelingen", {"amount": 2, "direction": 1}),
        ("Date d'opération;Libellé;Montant en EUR;Frais", {"amount": 2}),
        ("Дата транзакции;Сумма операции, KZT;Комиссия;Описание", {"amount": 1}),
        ("Операция күні;Кіріс;Шығыс;Төлем мақсаты", {"credit": 1, "debit": 2}),
        ("Operatsiya sanasi;Kirim summasi;Chiqim summasi;To‘lov maqsadi", {"credit": 1, "debit": 2}),
        ("Data de lançamento;Histórico;Débito;Crédito;Saldo", {"debit": 2, "credit": 3, "balance": 4}),
    ],
)
def test_usual_headings_are_known(headings: str, money: dict[str, int]) -> None:
    layout = layout_of(1, headings.split(";"), [profile for profile in bundled() if profile.name == "generic"])
    assert layout is not None
    found = {
        role: place
        for role, place in layout.columns.items()
        if role in ("amount", "credit", "debit", "balance", "direction")
    }
    assert found == money


@pytest.mark.parametrize("headings", ["Date;Amount fee;Amount rate", "Date;Name;Total", "Дата;Комиссия;Эквивалент"])
def test_headings_that_leave_the_amount_open_are_not_taken(headings: str) -> None:
    assert layout_of(1, headings.split(";"), bundled()) is None


BOTH = (
    "Дата и время операции;Сумма;Наименование/ФИО плательщика;ИИН/БИН плательщика;Номер счета плательщика;"
    "Наименование/ФИО получателя;ИИН/БИН получателя;Номер счета получателя;Код назначения платежа;Назначение платежа"
)
FIRST, SECOND = "KZ687220000000000003", "KZ616010000000000004"


def both(*rows: tuple[str, str, str]) -> bytes:
    lines = [
        f"03.02.2026 10:15;{amount};A;990240000129;{payer};B;990240000129;{payee};859;x"
        for amount, payer, payee in rows
    ]
    return table(*lines, head=BOTH)


def test_of_a_row_with_both_sides_the_own_account_tells_which_is_which() -> None:
    content = both(("5,00", SECOND, FIRST), ("2,00", FIRST, "KZ75125KZT1001300335"))
    statement, entries = read_one(tables, content, ReadContext(default_currency=lambda account: "KZT"))
    assert (statement.profile, statement.account) == ("kz_both_sides", FIRST), "the one account that every row has"
    assert [(entry.credit_debit.value, entry.amount) for entry in entries] == [("credit", 500), ("debit", 200)]
    assert [entry.details[0].counterparty.account for entry in entries] == [SECOND, "KZ75125KZT1001300335"]
    assert [entry.details[0].counterparty.name for entry in entries] == ["A", "B"]


@pytest.mark.parametrize("row", [("5,00", SECOND, SECOND), ("5,00", FIRST, FIRST), ("-5,00", SECOND, FIRST)])
def test_a_row_whose_side_the_own_account_does_not_tell_is_refused(row: tuple[str, str, str]) -> None:
    said = ReadContext(account=FIRST, default_currency=lambda account: "KZT")
    assert "is neither payer nor payee alone, or the sign contradicts it" in refusal(tables, both(row), said)


@pytest.mark.parametrize(
    ("numbers", "own", "account"),
    [
        (["DE1", "DE2"], {}, "0110123456789"),  # other people's accounts
        (["0110123456789", "0110123456789"], {}, "0110123456789"),
        (["0110123456789", "DE2"], {"0110123456789": "KES"}, None),
    ],
)
def test_a_column_of_account_numbers_is_ones_own_only_where_that_is_proved(
    numbers: list[str], own: dict[str, str], account: str | None
) -> None:
    content = table(*(f"2026-02-03,1.00,{number}" for number in numbers), head="Date,Amount,Account Number")
    context = ReadContext(account="0110123456789", own_accounts=own, default_currency=lambda account: "KES")
    if account is None:
        assert "3: the row is of account DE2" in refusal(tables, content, context)
    else:
        statement, entries = read_one(tables, content, context)
        assert (statement.account, len(entries)) == (account, 2)


# --- no headings -----------------------------------------------------------------------------------------------------

BARE = ["03.02.2026;Kirov LLP, invoice 4512;02.02.2026;10,50;EUR", "04.02.2026;fee;05.02.2026;-2,50;EUR"]
LAST = "05.02.2026;second;03.02.2026;1,00;EUR"


def bare(*rows: str) -> bytes:
    return "".join(row + "\n" for row in rows).encode()


def test_a_table_without_headings_is_read_as_far_as_it_proves_itself() -> None:
    content = bare(*BARE, LAST)
    assert detect(content) is tables
    statement, entries = read_one(tables, content, SAID.__class__(account="77"))
    assert (statement.profile, statement.currency) == ("headless", "EUR")
    assert [(entry.booking_date.day, entry.amount, entry.credit_debit.value) for entry in entries] == [
        (3, 1050, "credit"), (4, 250, "debit"), (5, 100, "credit")]  # fmt: skip
    assert entries[0].details[0].purpose == "Kirov LLP, invoice 4512"
    assert str(entries[0].value_date) == "2026-02-02"


def test_of_two_columns_without_a_sign_the_balance_tells_which_is_money_in() -> None:
    rows = ["03.02.2026;a;5.00;;15.00", "04.02.2026;b;;2.00;13.00", "05.02.2026;c;1.00;;14.00"]
    assert signed(bare(*rows)) == [500, -200, 100]


@pytest.mark.parametrize(
    "rows",
    [
        ["03.02.2026;a;5.00;", "04.02.2026;b;;2.00", "05.02.2026;c;1.00;"],  # which column is money in?
        ["03.02.2026;a;5.00", "04.02.2026;b;2.00", "05.02.2026;c;1.00"],  # which side?
        ["03.02.2026;09.02.2026;-5.00", "04.02.2026;01.02.2026;2.00", "01.02.2026;05.02.2026;1.00"],  # which date?
    ],
)
def test_a_table_without_headings_that_proves_too_little_is_refused(rows: list[str]) -> None:
    assert "the table has no headings, and neither signs" in refusal(tables, bare(*rows), SAID)


def test_a_profile_may_say_the_shape_of_a_table_without_headings() -> None:
    profile = r"""
title = "A bank without headings"
required = ["date", "credit", "debit"]
shape = ['\d\d\.\d\d\.\d{4}', '.*', '[0-9.]*', '[0-9.]*']
[columns]
date = ["1"]
purpose = ["2"]
debit = ["3"]
credit = ["4"]
"""
    context = ReadContext(account="77", default_currency=lambda account: "KES", profiles={"bare": profile})
    assert signed(bare("03.02.2026;a;5.00;", "04.02.2026;b;;2.00"), context) == [-500, 200]
    assert "has no headings" in refusal(tables, bare("03.02.2026;a;5.00;", "x;b;;2.00", *BARE, LAST), context)


# --- amounts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "digits", "negative", "side", "currency"),
    [
        ("£1,183.23", "1,183.23", False, "", "GBP"), ("-£5.00", "5.00", True, "", "GBP"),
        ("£-5.00", "5.00", True, "", "GBP"),
        ("(5.00)", "5.00", True, "", ""), ("1 234,56-", "1234,56", True, "", ""), ("5.00 DR", "5.00", False, "DR", ""),
        ("5.00C", "5.00", False, "CR", ""), ("KES 1,500.00", "1,500.00", False, "", "KES"),
        ("KSh 20", "20", False, "", "KES"),
        ("1 500 тг", "1500", False, "", "KZT"), ("$5.00", "5.00", False, "", ""), ("1'234.50", "1234.50", False, "", ""),
        ("'-2.50", "2.50", True, "", ""), ("12\u00a0345,00 сум", "12345,00", False, "", "UZS"), ("−7", "7", True, "", ""),
    ],
)  # fmt: skip
def test_an_amount_as_banks_write_it(cell: str, digits: str, negative: bool, side: str, currency: str) -> None:
    found = amount_of(cell, 1)
    assert found is not None
    assert (found.digits, found.negative, found.side, found.currency) == (digits, negative, side, currency)


@pytest.mark.parametrize(
    "cell", ["12 34.50", "1 2", "'579,68 USD", "(5.00", "-5.00-", "5.00 XQQ", "USD 5.00 EUR", "1'23"]
)
def test_what_is_no_amount_is_refused(cell: str) -> None:
    assert "is no number" in refusal(tables, table(f'2026-02-03,x,"{cell}",'), SAID)


def test_groups_of_a_lakh_are_read_where_decimals_prove_them() -> None:
    assert signed(table('2026-02-03,x,"1,23,456.00",')) == [12345600]


def test_words_below_the_table_are_no_entries() -> None:
    assert signed(table("2026-02-03,x,1.00,", "Report made at 10,by the bank,printed,page 2 of 2")) == [100]


# --- damage ----------------------------------------------------------------------------------------------------------


def test_a_damaged_figure_is_refused_or_the_balances_show_it() -> None:
    """In every row but the first: what the balance before it was, only the statement before can tell."""
    rng, amounts = random.Random("damage"), [10_050, -2_000, 99, 7_500_000, -1]
    balance, rows = 0, []
    for number, amount in enumerate(amounts):
        balance += amount
        rows.append([f"{number + 1:02d}.02.2026", f"row {number}", f"{amount / 100:.2f}", f"{balance / 100:.2f}"])
    outcomes = set()
    for _ in range(400):
        damaged = [list(row) for row in rows]
        cell = rng.choice(range(2, 4))
        row = damaged[rng.randrange(1, len(rows))]
        place = rng.randrange(len(row[cell]))
        row[cell] = row[cell][:place] + rng.choice("0123456789.,- x") + row[cell][place + rng.randint(0, 1) :]
        try:
            statement, entries = read_one(
                tables, table(*(",".join(f'"{text}"' for text in each) for each in damaged)), SAID
            )
        except Refusal:
            outcomes.add("refused")
            continue
        moved = [entry.amount if entry.credit_debit.value == "credit" else -entry.amount for entry in entries]
        if moved != amounts:
            assert statement.opening is None or statement.opening + sum(moved) != statement.closing, damaged
            outcomes.add("shown")
    assert outcomes == {"refused", "shown"}


# --- layouts that ask for a proof of their own -----------------------------------------------------------------------

PURCHASES = [
    "03.02.2026;POS          12,50 AT  K1   02.02. 11:32 PROBE MARKT WIEN 1010;02.02.2026;{};{}",
    "03.02.2026;BANKOMAT  01234567 K2   02.02. 11:50;02.02.2026;{};{}",
    "04.02.2026;PROBE LADEN  0527  K2   04.02. 17:20;04.02.2026;{};{}",
]


def purchases(came: str, went: str, *more: str, count: int = 3) -> bytes:
    return "".join(f"{line}\n" for line in [*[row.format(came, went) for row in PURCHASES[:count]], *more]).encode()


def test_card_purchases_prove_which_column_is_money_out() -> None:
    content = purchases("", "12,50", "04.02.2026;Überweisung;04.02.2026;24,00;", "just words;;;;")
    statement, _ = read_one(tables, content, ReadContext(account="A"))
    assert (statement.profile, statement.currency) == ("elba_at", "EUR")
    assert signed(content, ReadContext(account="A")) == [-1250, -1250, -1250, 2400]


@pytest.mark.parametrize(
    "content",
    [
        purchases("12,50", ""),  # the columns the other way round
        purchases("", "12,50", PURCHASES[0].format("1,00", "")),  # a purchase on the other side
        purchases("", "12,50", "04.02.2026;Überweisung;04.02.2026;24,00;", count=2),  # two prove nothing yet
        purchases("", "12,50", "04.02.2026;Überweisung;04.02.2026;24,00"),  # a row of another shape
        purchases("12,50", "O"),  # a mark for the second column: what it means, nothing tells
    ],
)
def test_what_its_purchases_do_not_prove_is_refused(content: bytes) -> None:
    assert "the table has no headings, and neither signs" in refusal(tables, content, ReadContext(account="A"))


def exported(name: str, *rows: str, head: str = "Date,Description,Amount,Balance") -> tuple[bytes, ReadContext]:
    context = ReadContext(account="A", file_name=name, default_currency=lambda account: "GBP")
    return table(*rows, head=head), context


def test_a_bank_that_names_its_files_writes_the_day_first() -> None:
    content, context = exported("20260204_12345678.csv", "03/02/2026,a,-5.00,95.00")
    statement, _ = read_one(tables, content, context)
    assert (statement.profile, days(content, context)) == ("first_direct_gb", ["2026-02-03"])


@pytest.mark.parametrize(
    ("name", "rows", "head"),
    [
        ("statement.csv", ["03/02/2026,a,-5.00,95.00"], "Date,Description,Amount,Balance"),
        ("20260231_12345678.csv", ["03/02/2026,a,-5.00,95.00"], "Date,Description,Amount,Balance"),
        ("20260204_12345678.csv", ["03/02/2026,a,-5.00,95.00,b"], "Date,Description,Amount,Balance,Type"),
    ],
)
def test_another_name_or_another_heading_is_another_layout(name: str, rows: list[str], head: str) -> None:
    content, context = exported(name, *rows, head=head)
    assert "can be read day first or month first" in refusal(tables, content, context)


def test_no_entry_lies_behind_the_export_of_its_file() -> None:
    content, context = exported("20260204_12345678.csv", "05/02/2026,a,-5.00,95.00")
    assert "2: the day 2026-02-05 lies behind the export of the file (2026-02-04)" in refusal(tables, content, context)


OWN_BOOKS = "Date,Label,Debit,Credit,Balance,Partner Name,Bank Account"


def test_in_ones_own_books_a_debit_is_money_in_where_every_balance_says_so() -> None:
    rows = ["2026-02-03,a,0.00,20.00,-10.00,,", "2026-02-03,b,,-13.50,-23.50,,", "2026-02-03,c,33.50,,10.00,,"]
    assert signed(table(*rows, head=OWN_BOOKS)) == [-2000, -1350, 3350]
    assert read_one(tables, table(*rows, head=OWN_BOOKS), SAID)[0].profile == "own_books_en"


def test_the_same_headings_with_the_balances_of_a_bank_are_a_bank_s() -> None:
    rows = ["2026-02-03,a,,20.00,20.00,,", "2026-02-03,b,13.50,,6.50,,"]
    statement, _ = read_one(tables, table(*rows, head=OWN_BOOKS), SAID)
    assert (statement.profile, signed(table(*rows, head=OWN_BOOKS))) == ("generic", [2000, -1350])


def test_contradicting_signs_without_such_headings_are_refused_as_ever() -> None:
    rows = ["2026-02-03,a,,20.00,-10.00", "2026-02-03,b,,-13.50,-23.50", "2026-02-03,c,33.50,,10.00"]
    refusal(tables, table(*rows, head="Date,Label,Debit,Credit,Balance"), SAID)
    neither = ["2026-02-03,a,,20.00,-10.00,,", "2026-02-03,b,,-13.50,1.00,,", "2026-02-03,c,33.50,,10.00,,"]
    refusal(tables, table(*neither, head=OWN_BOOKS), SAID)


def test_a_minus_in_a_column_counts_for_nothing_where_every_balance_follows_the_column() -> None:
    head = "Date,Debit,Credit,Balance"
    rows = ["2026-02-03,,10.00,10.00", "2026-02-03,,-4.00,14.00", "2026-02-03,3.00,,11.00"]
    assert signed(table(*rows, head=head)) == [1000, 400, -300]
