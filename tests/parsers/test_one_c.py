"""1CClientBankExchange: direction, encodings, dialects, and everything that is refused."""

from __future__ import annotations

import pytest

from reconcile.parsers import ReadContext, one_c
from reconcile.statement import CreditDebit, PartyKind
from tests.parsers.reading import read_all, read_one, refusal

OWN, OTHER, OWN_TOO = "20208000900000001001", "20208000500000002001", "20208000900000001002"
DOLLARS = "20208840900000001003"
IBAN, OTHER_IBAN = "KZ687220000000000003", "KZ616010000000000004"
STANDARD = {"Номер": "1", "Дата": "02.02.2026", "Сумма": "10.00", "ПлательщикСчет": OTHER, "ПолучательСчет": OWN}
KAZAKH = {"НомерДокумента": "1", "ДатаОперации": "02.02.2026", "СуммаПриход": "10.00", "НазначениеПлатежа": "x"}


def document(fields: dict[str, str], **changed: str) -> str:
    lines = [f"{key}={value}" for key, value in (fields | changed).items() if value != "-"]
    return "\n".join(["СекцияДокумент=Платежное поручение", *lines, "КонецДокумента"])


def section(account: str = OWN, **fields: str) -> str:
    lines = [f"РасчСчет={account}", *(f"{key}={value}" for key, value in fields.items())]
    return "\n".join(["СекцияРасчСчет", *lines, "КонецРасчСчет"])


def file(*parts: str, end: str = "КонецФайла", account: str = OWN, encoding: str = "utf-8") -> bytes:
    head = f"1CClientBankExchange\nВерсияФормата=1.02\nРасчСчет={account}"
    return "\n".join([head, *parts, end, ""]).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "cp866", "utf-16"])
def test_the_encoding_is_found_by_trial_whatever_the_file_declares(encoding: str) -> None:
    content = file("Кодировка=Windows", document(STANDARD, НазначениеПлатежа="Оплата"), encoding=encoding)
    _, [entry] = read_one(one_c, content)
    assert entry.details[0].purpose == "Оплата"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ends_will_do(ending: str) -> None:
    content = file(section(НачальныйОстаток="1"), document(STANDARD)).replace(b"\n", ending.encode())
    statement, entries = read_one(one_c, content)
    assert (statement.opening, len(entries), entries[0].line) == (100, 1, 8)


@pytest.mark.parametrize(
    ("fields", "direction", "minor"),
    [
        (STANDARD, CreditDebit.CREDIT, 1000),
        (STANDARD | {"ПлательщикСчет": OWN, "ПолучательСчет": OTHER}, CreditDebit.DEBIT, 1000),
        (STANDARD | {"ПолучательСчет": "-", "ПолучательРасчСчет": OWN}, CreditDebit.CREDIT, 1000),
        (STANDARD | {"ПолучательСчет": OWN.replace("9", "9 ", 1)}, CreditDebit.CREDIT, 1000),
        (STANDARD | {"ДатаСписано": "01.02.2026", "ДатаПоступило": "02.02.2026"}, CreditDebit.CREDIT, 1000),
        (STANDARD | {"Сумма": "202742.8"}, CreditDebit.CREDIT, 20274280),
        (STANDARD | {"Сумма": "160000"}, CreditDebit.CREDIT, 16000000),
    ],
)
def test_direction_and_amount_of_a_standard_document(
    fields: dict[str, str], direction: CreditDebit, minor: int
) -> None:
    _, [entry] = read_one(one_c, file(document(fields)))
    assert (entry.credit_debit, entry.amount) == (direction, minor)


@pytest.mark.parametrize(
    ("came", "went", "direction", "minor"),
    [
        ("10.00", "-", CreditDebit.CREDIT, 1000),
        ("-", "10.00", CreditDebit.DEBIT, 1000),
        ("10.00", "0.00", CreditDebit.CREDIT, 1000),
        ("", "10.00", CreditDebit.DEBIT, 1000),
        ("0.00", "-", CreditDebit.CREDIT, 0),
        ("-", "0.00", CreditDebit.DEBIT, 0),
    ],
)
def test_direction_of_a_kazakh_document(came: str, went: str, direction: CreditDebit, minor: int) -> None:
    fields = KAZAKH | {"СуммаПриход": came, "СуммаРасход": went, "Сумма": "10.00"}
    _, [entry] = read_one(one_c, file(section(IBAN), document(fields), account=IBAN, end=""))
    assert (entry.credit_debit, entry.amount) == (direction, minor)


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ({"ДатаПоступило": "05.02.2026", "ДатаСписано": "04.02.2026"}, "2026-02-05"),
        ({"ДатаСписано": "04.02.2026"}, "2026-02-02"),
        ({"Дата": "-", "ДатаСписано": "04.02.2026"}, "2026-02-04"),
    ],
)
def test_the_booking_date_is_that_of_the_own_side(fields: dict[str, str], day: str) -> None:
    _, [entry] = read_one(one_c, file(document(STANDARD | fields)))
    assert entry.booking_date.isoformat() == day


MASKED = STANDARD | {"ПолучательСчет": "12345", "ПлательщикСчет": "54321"}
TOTALS = section(ВсегоПоступило="10.00", ВсегоСписано="4.50")
CAME = document(MASKED | {"ДатаПоступило": "03.02.2026"})
WENT = document(MASKED | {"ДатаСписано": "03.02.2026", "Сумма": "4.5"})


def test_where_neither_side_is_the_own_account_the_only_date_tells_if_the_totals_agree() -> None:
    _, entries = read_one(one_c, file(TOTALS, CAME, WENT))
    assert [(entry.credit_debit, entry.amount) for entry in entries] == [
        (CreditDebit.CREDIT, 1000),
        (CreditDebit.DEBIT, 450),
    ]


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ((TOTALS, CAME), 9),
        ((TOTALS, document(STANDARD), WENT, WENT), 16),
        ((section(ВсегоПоступило="10.00"), CAME, WENT), 8),
        ((section(ВсегоСписано="4.50"), CAME, WENT), 8),
        ((CAME, WENT), 4),
        ((TOTALS, CAME, document(MASKED | {"Сумма": "4.5"})), 17),
        ((TOTALS, document(MASKED | {"ДатаПоступило": "03.02.2026", "ДатаСписано": "03.02.2026"}), WENT), 9),
        ((f"РасчСчет={OWN_TOO}", TOTALS, CAME, WENT), 10),
    ],
)
def test_a_side_that_the_totals_do_not_confirm_is_refused(parts: tuple[str, ...], line: int) -> None:
    said = refusal(one_c, file(*parts))
    assert said.startswith(f"{line}: neither payer nor payee is an account of this statement ({OWN}")
    assert "the totals do not confirm the side" in said


@pytest.mark.parametrize(
    ("keys", "name", "tax_id"),
    [
        (("ФактическийПлательщик", "ФактическийПлательщикБИН"), "A", "B"),
        (("ФактическийПлательщикНаименование", "ФактическийПлательщикБИН_ИИН"), "A", "B"),
        (("ФактПлательщикНаименование", "ФактПлательщикБИН_ИИН"), "A", "B"),
        (("ПлательщикФактНаименование", "ПлательщикФактИИН"), "A", "B"),
        (("ФАКТИЧЕСКИЙ_ПЛАТЕЛЬЩИК_НАИМЕНОВАНИЕ", "ФАКТИЧЕСКИЙ_ПЛАТЕЛЬЩИК_БИН_ИИН"), "A", "B"),
        (("ФактическийПолучательНаименование", "ФактическийПолучательБИН_ИИН"), "", ""),
    ],
)
def test_the_actual_payer_is_the_ultimate_debtor(keys: tuple[str, str], name: str, tax_id: str) -> None:
    fields = KAZAKH | dict(zip(keys, ("A", "B"), strict=True))
    _, [entry] = read_one(one_c, file(document(fields), account=IBAN))
    ultimate = entry.details[0].ultimate
    assert (ultimate.name, ultimate.tax_id) == (name, tax_id)
    assert bool(name) or {"A", "B"} <= set(entry.extra.values()), "what is not taken is kept"


@pytest.mark.parametrize(
    ("sector", "kind"),
    [
        ("19", PartyKind.PRIVATE), ("29", PartyKind.PRIVATE), ("17", PartyKind.ORGANISATION),
        ("18", PartyKind.ORGANISATION), ("14", PartyKind.UNSAID), ("1", PartyKind.UNSAID), ("39", PartyKind.UNSAID),
    ],
)  # fmt: skip
def test_the_sector_of_the_economy_hints_at_the_kind_of_payer(sector: str, kind: PartyKind) -> None:
    _, [entry] = read_one(one_c, file(document(KAZAKH | {"ПлательщикКБЕ": sector}), account=IBAN))
    assert entry.details[0].counterparty.kind is kind


def test_a_purpose_is_split_at_its_first_equals_sign_and_folded_over_lines() -> None:
    text = document(STANDARD | {"НазначениеПлатежа": "за a=b\nи НДС=12\n\n  конец  ", "СвойКлюч": "v"})
    _, [entry] = read_one(one_c, file(text))
    assert entry.details[0].purpose == "за a=b\nи НДС=12\nконец"
    assert entry.extra["СвойКлюч"] == "v"


def test_a_total_section_beside_its_days_is_the_one_that_counts() -> None:
    days = [("02.02.2026", "03.02.2026", "1", "7"), ("02.02.2026", "02.02.2026", "1", "4")]
    days += [("03.02.2026", "03.02.2026", "4", "7")]
    parts = [
        section(ДатаНачала=start, ДатаКонца=end, НачальныйОстаток=opening, КонечныйОстаток=closing, ВсегоПоступило="3")
        for start, end, opening, closing in days
    ]
    statement, _ = read_one(one_c, file(*parts))
    assert (statement.opening, statement.closing, statement.total_credit) == (100, 700, 300)


def test_days_are_taken_in_their_own_order_and_an_overdraft_is_negative() -> None:
    first = section(ДатаНачала="02.02.2026", ДатаКонца="02.02.2026", НачальныйОстаток="-5.50", КонечныйОстаток="1")
    last = section(ДатаНачала="03.02.2026", ДатаКонца="03.02.2026", НачальныйОстаток="1", КонечныйОстаток="2")
    statement, _ = read_one(one_c, file(last, first))
    assert (statement.opening, statement.closing, statement.total_debit) == (-550, 200, None)


def test_a_document_between_two_own_accounts_is_an_entry_of_both() -> None:
    transfer = document(STANDARD | {"ПлательщикСчет": OWN_TOO})
    [(first, [came]), (second, [went])] = read_all(one_c, file(transfer, f"РасчСчет={OWN_TOO}"))
    assert (first.account, came.credit_debit) == (OWN, CreditDebit.CREDIT)
    assert (second.account, went.credit_debit) == (OWN_TOO, CreditDebit.DEBIT)


def test_a_zero_document_between_two_own_accounts_is_not_lost() -> None:
    sides = {"ПлательщикИИК": OTHER_IBAN, "ПолучательИИК": IBAN}
    nothing = document(KAZAKH | {"СуммаПриход": "0.00", "СуммаРасход": "0.00"} | sides)
    found = read_all(one_c, file(f"РасчСчет={OTHER_IBAN}", nothing, account=IBAN))
    assert [len(entries) for _, entries in found] == [1, 1]


def test_with_several_accounts_a_mark_speaks_for_the_account_on_its_side() -> None:
    both = document(KAZAKH | {"СуммаРасход": "10.00", "ПлательщикИИК": OTHER_IBAN, "ПолучательИИК": IBAN})
    alone = document(KAZAKH | {"ПлательщикИИК": OTHER_IBAN, "ПолучательИИК": IBAN})
    content = file(f"РасчСчет={OTHER_IBAN}", both, alone, account=IBAN)
    [(_, mine), (_, theirs)] = read_all(one_c, content)
    assert [entry.credit_debit for entry in mine] == [CreditDebit.CREDIT, CreditDebit.CREDIT]
    assert [entry.credit_debit for entry in theirs] == [CreditDebit.DEBIT]


@pytest.mark.parametrize(
    ("account", "parts", "context", "currency"),
    [
        (OWN, (), ReadContext(), "UZS"),
        (DOLLARS, (), ReadContext(), "USD"),
        ("40702810200000000001", (), ReadContext(), "RUB"),
        (IBAN, ("Валюта=KZT",), ReadContext(), "KZT"),
        (IBAN, (section(IBAN, Валюта="USD"),), ReadContext(), "USD"),
        (IBAN, (document(KAZAKH | {"Валюта": "KZT"}),), ReadContext(), "KZT"),
        (IBAN, (), ReadContext(own_accounts={IBAN: "EUR"}), "EUR"),
        (IBAN, (), ReadContext(default_currency=lambda account: "KZT"), "KZT"),
    ],
)
def test_the_currency_comes_from_the_account_the_file_or_the_books(
    account: str, parts: tuple[str, ...], context: ReadContext, currency: str
) -> None:
    statement, _ = read_one(one_c, file(*parts, account=account), context)
    assert statement.currency == currency


def test_the_second_of_two_equal_keys_is_no_fault_and_an_empty_one_gives_way() -> None:
    text = document(STANDARD).replace("Сумма=10.00", "Сумма=\nСумма=10.00\nСумма=10.00\nПлательщик=А\nПлательщик=Б")
    _, [entry] = read_one(one_c, file(text))
    assert (entry.amount, entry.details[0].counterparty.name) == (1000, "А\nБ")


UNREADABLE = b"1CClientBankExchange\nabc\n"
REFUSED = {
    "no key": (UNREADABLE, "no key of the format is readable"),
    "no account": (file(document(STANDARD), account=""), "no РасчСчет names the statement's account"),
    "cut in a document": (file("СекцияДокумент=x", end=""), "5: the section of line 4 is not closed"),
    "cut in a section": (file("СекцияРасчСчет", end=""), "is not closed: the file is cut"),
    "nested": (file("СекцияДокумент=x", document(STANDARD)), "the section of line 4 is not closed"),
    "standard without an end": (file(document(STANDARD), end=""), "does not end with КонецФайла"),
    "Kazakh without end and section": (file(document(KAZAKH), end="", account=IBAN), "does not end with КонецФайла"),
    "no document open": (file("КонецДокумента"), "4: КонецДокумента stands where no document is open"),
    "two files in one": (file(document(STANDARD)) + file(document(STANDARD)), "there is text after КонецФайла"),
    "unknown section": (file("СекцияИное\nКонецИное"), "section 'секцияиное' is not one of the format"),
    "neither side": (file(document(STANDARD | {"ПолучательСчет": OTHER})), "4: neither payer nor payee is an account"),
    "both sides": (file(document(STANDARD | {"ПлательщикСчет": OWN})), "is payer and payee of one document"),
    "no amount": (file(document(STANDARD | {"Сумма": "-"})), "4: amount ''"),
    "thousands": (file(document(STANDARD | {"Сумма": "1,234"})), "amount '1,234' can be read in more than one way"),
    "a sign": (file(document(STANDARD | {"Сумма": "-10.00"})), "amount '-10.00' can be read in more than one way"),
    "too fine": (file(document(STANDARD | {"Сумма": "1.2345"})), "has more than the 2 decimals of UZS"),
    "no date": (file(document(STANDARD | {"Дата": "31.02.2026"})), "4: date '31.02.2026' is not a day"),
    "two amounts": (file(document(STANDARD).replace("Номер=1", "Сумма=9")), "7: сумма stands twice"),
    "two balances": (file(section(НачальныйОстаток="1\nНачальныйОстаток=2")), "stands twice in one section"),
    "words for a number": (file(document(STANDARD | {"Сумма": "10.00\nтысяч"})), "the line 'тысяч' is neither a key"),
    "both marks": (
        file(document(KAZAKH | {"СуммаРасход": "5"}), account=IBAN), "СуммаПриход and СуммаРасход are both filled"),
    "no side of several": (
        file(f"РасчСчет={OTHER_IBAN}", document(KAZAKH), account=IBAN), "does not say on which account of this file"),
    "exchange": (
        file(f"РасчСчет={DOLLARS}", document(STANDARD | {"ПлательщикСчет": DOLLARS})),
        "one amount for two own accounts, in UZS and USD"),
    "currency of a document": (
        file("Валюта=UZS", document(STANDARD | {"Валюта": "USD"})), "the document is in 'USD', the account"),
    "currency of the account": (file("Валюта=USD"), f"the account {OWN} carries UZS, the file says Валюта 'USD'"),
    "currency unknown to all": (file("Валюта=???", account=IBAN), "Валюта '???' is no known currency"),
    "damaged bytes": (
        file(document(STANDARD, НазначениеПлатежа="Ж" * 70_000)).replace("Ж".encode(), b"\xff", 1)
        .replace(b"\xff" + "Ж".encode(), "Ж".encode() * 65_000 + b"\xff", 1), "the text is not valid"),
    "an endless line": (file(document(STANDARD, НазначениеПлатежа="x" * 2_200_000)), "a line is longer than"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_is_refused_with_the_reason(case: str) -> None:
    content, reason = REFUSED[case]
    assert reason in refusal(one_c, content)


def test_an_account_whose_currency_nobody_knows_is_refused() -> None:
    said = refusal(one_c, file(account=IBAN), ReadContext())
    assert f"nothing in the file tells the currency of account {IBAN}; import this bank account" in said


def test_a_file_that_contradicts_the_books_is_refused() -> None:
    said = refusal(one_c, file(account=OWN), ReadContext(own_accounts={OWN: "USD"}))
    assert "the file says that account 20208000900000001001 is in UZS, the books say USD" in said
