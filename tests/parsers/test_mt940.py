"""MT940 and MT942: marks, dates, amounts, pages, the three forms of field 86, and everything that is refused."""

from __future__ import annotations

import pytest

from reconcile.parsers import ReadContext, mt940
from reconcile.parsers.mt940_details import told_by
from reconcile.statement import CreditDebit, Party, PartyKind, StructuredReference
from tests.parsers.reading import read_all, read_one, refusal

IBAN = "KZ687220000000000003"
OPENING, CLOSING = ":60F:C260202KZT100,00", ":62F:C260203KZT110,00"
ENTRY = ":61:2602030203C10,00NTRFNONREF"


def message(
    *entries: str, opening: str = OPENING, closing: str = CLOSING, account: str = IBAN, end: str = "-"
) -> bytes:
    lines = [":20:ST1", f":25:{account}", ":28C:7/1", opening, *entries, closing, end, ""]
    return "".join(line + "\n" for line in lines if line).encode()


@pytest.mark.parametrize(
    ("mark", "direction", "reversal"),
    [
        ("C", CreditDebit.CREDIT, False), ("D", CreditDebit.DEBIT, False), ("RC", CreditDebit.DEBIT, True),
        ("RD", CreditDebit.CREDIT, True), ("CT", CreditDebit.CREDIT, False), ("DT", CreditDebit.DEBIT, False),
        ("RCT", CreditDebit.DEBIT, True), ("DR", CreditDebit.DEBIT, False), ("CR", CreditDebit.CREDIT, False),
        ("CD", CreditDebit.CREDIT, False), ("DD", CreditDebit.DEBIT, False), ("d", CreditDebit.DEBIT, False),
        ("rc", CreditDebit.DEBIT, True),
    ],
)  # fmt: skip
def test_the_mark_is_the_effect_of_the_entry_itself(mark: str, direction: CreditDebit, reversal: bool) -> None:
    _, [entry] = read_one(mt940, message(f":61:2602030203{mark}10,00NTRFNONREF"))
    assert (entry.credit_debit, entry.reversal, entry.amount) == (direction, reversal, 1000)


def test_a_returned_item_is_no_payment() -> None:
    _, [entry] = read_one(mt940, message(":61:2602030203C10,00NRTINONREF"))
    assert (entry.credit_debit, entry.reversal, entry.is_payment) == (CreditDebit.CREDIT, True, False)


@pytest.mark.parametrize(
    ("dates", "value", "booked"),
    [
        ("2602030203", "2026-02-03", "2026-02-03"), ("260203", "2026-02-03", "2026-02-03"),
        ("260203    ", "2026-02-03", "2026-02-03"), ("2601021231", "2026-01-02", "2025-12-31"),
        ("2512310102", "2025-12-31", "2026-01-02"), ("9510171018", "1995-10-17", "1995-10-18"),
        ("2602030000", "2026-02-03", "2026-02-03"),
        ("2402290229", "2024-02-29", "2024-02-29"), ("2512310229", "2025-12-31", "2024-02-29"),
    ],
)  # fmt: skip
def test_the_entry_date_is_the_booking_date_in_the_nearest_year(dates: str, value: str, booked: str) -> None:
    if booked == "2024-02-29" and value != booked:
        assert "entry date '0229' (MMDD) is not a day" in refusal(mt940, message(f":61:{dates}C10,00NTRFNONREF"))
        return
    _, [entry] = read_one(mt940, message(f":61:{dates}C10,00NTRFNONREF"))
    assert (str(entry.value_date), str(entry.booking_date)) == (value, booked)


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        ("10,", 1000), ("10,5", 1050), ("000000000010,50", 1050), ("0,07", 7), (",07", 7), ("500", 50000),
        ("1.234,56", 123456), ("1.234.567,", 123456700),
    ],
)  # fmt: skip
def test_an_amount_has_a_decimal_comma_or_is_whole(amount: str, minor: int) -> None:
    _, [entry] = read_one(mt940, message(f":61:260203C{amount}NTRFNONREF"))
    assert entry.amount == minor


def test_a_point_throughout_the_file_is_the_decimal_mark() -> None:
    opening, closing = OPENING.replace(",", "."), CLOSING.replace(",", ".")
    statement, [entry] = read_one(mt940, message(":61:260203C10.00NTRFNONREF", opening=opening, closing=closing))
    assert (statement.opening, entry.amount, statement.closing) == (10000, 1000, 11000)


@pytest.mark.parametrize(
    ("line", "customer", "bank", "kind", "supplement"),
    [
        ("NTRFNONREF//B1", "", "B1", "NTRF", ""),
        ("NTRFINV-1//B1\nmore\nand more", "INV-1", "B1", "NTRF", "more\nand more"),
        ("NMSC", "", "", "NMSC", ""),
        ("NTRFKREF+//A/B", "", "A/B", "NTRF", ""),
        ("FMSCA/1//NONREF", "A/1", "", "FMSC", ""),
        ("MCI0X", "X", "", "MCI0", ""),
        ("S   X", "X", "", "S", ""),
        ("", "", "", "", ""),
        (" NTRFNONREF//B1", "", "B1", "NTRF", ""),
        ("//B1", "", "B1", "", ""),
        (" ", "", "", "", ""),
    ],
)
def test_references_of_field_61(line: str, customer: str, bank: str, kind: str, supplement: str) -> None:
    _, [entry] = read_one(mt940, message(f":61:260203C10,00{line}", ":86:text"))
    found = {name: entry.extra.get(name, "") for name in ("customer_reference", "transaction_type")}
    assert found == {"customer_reference": customer, "transaction_type": kind}
    assert (entry.bank_reference, entry.extra.get("supplementary_details", "")) == (bank, supplement)


@pytest.mark.parametrize(
    ("written", "account"),
    [
        (IBAN, IBAN), (IBAN + "KZT", IBAN), (IBAN + " KZT", IBAN), ("CASPKZKA/" + IBAN, IBAN),
        ("kz68 7220 0000 0000 0003", IBAN), ("20208000900000001001/KZT", "20208000900000001001"),
        ("20208000900000001001USD", "20208000900000001001USD"), (IBAN + "\nCASPKZKA", IBAN),
        ("1234/5678", "1234/5678"), ("BANK/77", "77"),
    ],
)  # fmt: skip
def test_the_account_without_the_bank_and_the_currency_that_some_write_beside_it(written: str, account: str) -> None:
    statement, _ = read_one(mt940, message(account=written), ReadContext(own_accounts={"77": "KZT"}))
    assert statement.account == account


def test_pages_of_one_statement_are_one_statement() -> None:
    first = message(ENTRY, closing=":62M:C260203KZT110,00")
    second = message(ENTRY, opening=":60M:C260203KZT110,00", closing=":62M:C260203KZT120,00")
    third = message(ENTRY, opening=":60M:C260203KZT120,00", closing=":62F:C260203KZT130,00")
    other = message(ENTRY, account="KZ616010000000000004")
    [(whole, entries), (last, [_])] = read_all(mt940, first + second + third + other)
    assert (whole.opening, whole.closing, len(entries)) == (10000, 13000, 3)
    assert [entry.line for entry in entries] == [5, 12, 19]
    assert last.account == "KZ616010000000000004"


@pytest.mark.parametrize(
    "following",
    [
        message(ENTRY, opening=":60M:C260203KZT999,00"),
        message(ENTRY, opening=":60M:C260203KZT110,00", account="KZ616010000000000004"),
        message(ENTRY, opening=":60F:C260203KZT110,00"),
    ],
)
def test_what_does_not_continue_a_page_is_a_statement_of_its_own(following: bytes) -> None:
    found = read_all(mt940, message(ENTRY, closing=":62M:C260203KZT110,00") + following)
    assert [len(entries) for _, entries in found] == [1, 1]


def test_a_statement_follows_without_an_end_mark() -> None:
    found = read_all(mt940, message(ENTRY, end="") + message(ENTRY, end=""))
    assert [(statement.closing, len(entries)) for statement, entries in found] == [(11000, 1), (11000, 1)]


def test_a_page_may_be_a_file_of_its_own_but_not_the_end_of_several() -> None:
    page = message(ENTRY, closing=":62M:C260203KZT110,00")
    assert read_one(mt940, page)[0].closing == 11000
    assert "12: the file ends with a page that another one should follow" in refusal(mt940, message() + page)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("prefix", ["", "\ufeff", "\x01", "ABNANL2A\n940\nABNANL2A\n", "{1:F01X}{2:I940X}{4:\n", "{4:"])
def test_line_ends_envelopes_and_bank_headers(end: str, prefix: str) -> None:
    text = prefix + message(ENTRY, ":86:one\ntwo").decode().replace("\n-\n", "\n-}{5:}\n\x03")
    content = text.replace("\n", end).encode()
    assert mt940.recognises(content)
    _, [entry] = read_one(mt940, content)
    assert entry.details[0].purpose == "one\ntwo"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Оплата за хостинг, Müller"), ("cp1251", "Оплата по счёту № 5"), ("cp866", "Оплата по счёту"),
        ("kz1048", "Төлем шоты бойынша қызмет үшін"), ("cp1252", "Müller Größe"), ("cp852", "átutalás jóváírása"),
        ("utf-16", "Оплата"), ("cp1251", "Ўзбекистон учун"), ("cp1254", "ödeme için Şirket"),
    ],
)  # fmt: skip
def test_the_encoding_is_told_by_its_letters(encoding: str, text: str) -> None:
    _, [entry] = read_one(mt940, message(ENTRY, ":86:X").decode().replace("X", text).encode(encoding))
    assert entry.details[0].purpose == text


def test_a_dash_within_a_statement_is_text_and_unknown_tags_are_too() -> None:
    _, [entry] = read_one(mt940, message(ENTRY, ":86:MND\n-\nEV01\n:12:11\n:x"))
    assert entry.details[0].purpose == "MND\n-\nEV01\n:12:11\n:x"


def test_text_behind_the_closing_balance_belongs_to_no_entry() -> None:
    _, [entry] = read_one(mt940, message(ENTRY, ":86:mine", closing=CLOSING + "\n:64:C260203KZT1,00\n:86:of the bank"))
    assert entry.details[0].purpose == "mine"


def test_without_balances_an_end_mark_shows_that_the_statement_is_whole() -> None:
    statement, entries = read_one(mt940, message(ENTRY, opening="", closing=""))
    assert (statement.opening, statement.closing, len(entries), statement.evidence) == (None, None, 1, False)
    assert "no closing balance" in refusal(mt940, message(ENTRY, opening="", closing="", end=""))


def test_a_block_end_shows_it_too_where_only_the_closing_balance_is_missing() -> None:
    statement, entries = read_one(mt940, message(ENTRY, closing="", end="-}{5:}"))
    assert (statement.opening, statement.closing, len(entries)) == (10000, None, 1)


def test_an_only_empty_line_behind_an_entry_is_an_end_too() -> None:
    whole = message(ENTRY, ":86:a", ENTRY + "\n", closing="", end="")
    statement, entries = read_one(mt940, whole)
    assert (statement.opening, statement.closing, len(entries)) == (10000, None, 2)
    for size in range(1, len(whole)):
        refusal(mt940, whole[:size])


def test_entries_behind_the_end_are_more_than_the_statement_says_there_are() -> None:
    """Whether they balance or not: nobody knows what has been lost between them and the end."""
    for behind in (ENTRY, f"{ENTRY}\n:61:2602030203D10,00NTRFNONREF"):
        statement, entries = read_one(mt940, message(ENTRY) + behind.encode())
        assert (statement.count_expected, len(entries)) == (1, 2 + behind.count("\n"))
    [(first, _), (second, [only])] = read_all(mt940, message(ENTRY) + ENTRY.encode() + b"\n" + message(ENTRY))
    assert (first.count_expected, second.count_expected, only.line) == (1, None, 13)


def test_a_lone_dash_is_the_end_where_the_next_message_is_behind_it() -> None:
    cut_in_text = message(ENTRY, ":86:a\n-\nb", closing="", end="")
    assert "the file is cut" in refusal(mt940, cut_in_text)
    [(first, [entry]), _] = read_all(mt940, message(ENTRY, ":86:a", closing="") + message(ENTRY))
    assert (first.closing, entry.details[0].purpose) == (None, "a")
    assert "the file is cut" in refusal(mt940, message(ENTRY, ":86:a", closing=""))


def test_a_message_may_leave_out_its_reference() -> None:
    head = b"ABNANL2A\n940\nABNANL2A\n"
    nameless = message(ENTRY, ":86:mine").replace(b":20:ST1\n", b"")
    found = read_all(mt940, head + nameless + head + nameless + message(ENTRY))
    assert [(statement.reference, len(entries)) for statement, entries in found] == [
        ("7/1", 1),
        ("7/1", 1),
        ("ST1 7/1", 1),
    ]
    assert found[0][1][0].details[0].purpose == "mine"


def test_braces_as_a_national_set_of_letters_has_them() -> None:
    swedish = "ä4:\n".encode() + message(ENTRY, end="-å") + "ä4:\n".encode() + message(ENTRY, end="-å")
    assert [statement.closing for statement, _ in read_all(mt940, swedish)] == [11000, 11000]


def test_what_a_bank_writes_behind_the_last_balance_is_not_part_of_it() -> None:
    statement, _ = read_one(mt940, message(ENTRY, closing=CLOSING + "\nXXX", end="-XXX"))
    assert statement.closing == 11000
    assert "6: the balance 'C260203KZT110,00" in refusal(mt940, message(ENTRY, closing=CLOSING + "\n5"))


def test_a_balance_without_a_day() -> None:
    statement, _ = read_one(mt940, message(ENTRY, opening=":60F:C000000KZT100,00", closing=":62F:C000000KZT110,00"))
    assert (statement.opening, statement.closing, statement.period_to) == (10000, 11000, None)


def test_a_time_of_day_that_a_fold_splits_begins_no_message() -> None:
    _, [entry] = read_one(mt940, message(ENTRY, ":86:POS 02.02.26 13\n:20:15 KASSE 7\nat 9\n:25:59"))
    assert entry.details[0].purpose == "POS 02.02.26 13\n:20:15 KASSE 7\nat 9\n:25:59"
    assert "field :25: stands where" in refusal(mt940, message(ENTRY, ":86:INVOICE 1345", ":25:1"))


def test_a_field_with_blanks_before_its_tag_is_a_field() -> None:
    _, entries = read_one(mt940, message(ENTRY, ":86:one", "  " + ENTRY, "  :86:two", "  more"))
    assert [entry.details[0].purpose for entry in entries] == ["one", "two\n  more"]


def test_an_intraday_report_is_evidence() -> None:
    head, ends = ":34F:KZTD0,00\n:13D:2602031230+0500", ":90D:1KZT5,00\n:90C:2KZT30,00"
    lines = (ENTRY, ":61:260203EC20,00NTRFNONREF", ":61:260203ED5,00NTRFNONREF")
    statement, entries = read_one(mt940, message(*lines, opening=head, closing=ends))
    assert (statement.version, statement.evidence, statement.currency) == ("MT942", True, "KZT")
    assert (statement.total_credit, statement.total_debit) == (3000, 500)
    assert [entry.extra.get("expected") for entry in entries] == [None, "yes", "yes"]
    assert "the file is cut" in refusal(mt940, message(ENTRY, opening=head, closing="", end=""))


@pytest.mark.parametrize(("kind", "evidence"), [("O942", True), ("I942", True), ("O940", False)])
def test_the_envelope_names_the_type_of_the_message(kind: str, evidence: bool) -> None:
    envelope = f"{{1:F01X}}{{2:{kind}1200}}{{4:\n".encode()
    other = b"{1:F01X}{2:O9401200}{4:\n" + message(ENTRY, end="-}")
    content = envelope + message(ENTRY, opening="", closing="", end="-}{5:}") + other
    [(first, _), (second, _)] = read_all(mt940, content)
    assert (first.evidence, second.evidence) == (evidence, False)


def test_a_statement_with_its_time_is_money_all_the_same() -> None:
    statement, _ = read_one(mt940, message(ENTRY, opening=":13D:2602031230+0500\n" + OPENING))
    assert (statement.version, statement.evidence) == ("MT940", False)


PAYER, PAYEE = Party("A LLP", "990240000129", "KZ616010000000000004"), Party("B", "010440001231")
SIDES = "/ORDP//NAME/A LLP/IDN/990240000129/IBAN/KZ616010000000000004/BENM//NAME/B/IDN/010440001231/REMI/x/y"
FIELD_86 = {
    "slash codes, money in": (SIDES, "x/y", PAYER),
    "ING": ("/EREF/E1//CNTP/NL32INGB0000012345/INGBNL2A/A BANK///REMI/USTD//for INV-1/", "for INV-1",
            Party("A BANK", "", "NL32INGB0000012345", "INGBNL2A")),
    "a code word that a fold splits": ("/CNTP/1/2/A///REM\nI/USTD//IN\nV-1/", "IN\nV-1", Party("A", "", "1", "2")),
    "ABN": ("/TRTP/SEPA/IBAN/1/BIC/2/NAME/A/REMI/x/EREF/NOTPRO\nVIDED", "x", Party("A", "", "1", "2")),
    "name behind the code word": ("/ORDP/A LLP/IDN/990240000129/REMI/x", "x", Party("A LLP", "990240000129")),
    "the payer's text behind a KNP": ("/NAME/A/IDN/1/ASSIGN//KNP/85\n9/schet 4512", "schet 4512", Party("A", "1")),
    "sector": ("/NAME/A/SECO/9/REMI/x", "x", Party("A", kind=PartyKind.PRIVATE)),
    "the payer's text imitates a name": ("/NAME/A/REMI/x/NAME/B/IDN/1", "x", Party("A")),
    "parties behind the text": ("/REMI/x/NAME/A/IDN/1", "x", Party("A", "1")),
    "two names": ("/REMI/x/NAME/A/NAME/B/IDN/1", "x", Party("", "1")),
    "an invoice among the parties": ("/ORDP//NAME/A/INV/4512 DD 2026-02-03/REMI/x", "/INV/4512 DD 2026-02-03\nx",
                                     Party("A")),
    "a payer's own words": ("/INV/4512 DD 2026-02-03/ACC/104582", "/INV/4512 DD 2026-02-03/ACC/104582", Party()),
    "a fold behind the code": ("166\n?00GUT\n?20pay\n?32A", "pay", Party("A")),
    "unknown codes are text": ("/PT/FT/PY/SOMETHING", "/PT/FT/PY/SOMETHING", Party()),
    "one code in a text": ("see a/ID/b", "see a/ID/b", Party()),
    "numbered": ("166?00GUT?20pay INV-45?2112 now?30B\nIC?31KZ61 6010000000\n000004?32A?33LLP", "pay INV-45\n12 now",
                 Party("A\nLLP", "", "KZ616010000000000004", "BIC")),
    "a name cut within a word": ("166?20pay?32MOMBASA COASTAL SHIPPING AN?33D WAREHOUSING LTD", "pay",
                                 Party("MOMBASA COASTAL SHIPPING AND WAREHOUSING LTD")),
    "a full line and a blank": ("166?20pay?32MOMBASA COASTAL SHIPPING AN?33 WAREHOUSING LTD", "pay",
                                Party("MOMBASA COASTAL SHIPPING AN\nWAREHOUSING LTD")),
    "a text of the payer's own words": ("/NAME/A/IDN/1/REMI//ACC/104582", "/ACC/104582", Party("A", "1")),
    "a name that a full line folds": (
        "166?00TRANSFE?20PAYMENT OF INV 7301 CLOUD HOS?21TING FEB?32SAVANN\nA TRADERS LIMITED",
        "PAYMENT OF INV 7301 CLOUD HOS\nTING FEB", Party("SAVANNA TRADERS LIMITED")),
    "a coded name that a full line folds": (
        "/REMI/PAYMENT OF INVOICE 7301 FOR CLOUD SERVICES IN FEB/NAME/SAVA\nNNA TRADERS LIMITED",
        "PAYMENT OF INVOICE 7301 FOR CLOUD SERVICES IN FEB", Party("SAVANNA TRADERS LIMITED")),
    "another separator": ("166<00GUT<20pay<21more<32A", "pay\nmore", Party("A")),
    "an IBAN beside a number": ("166?20pay?311?38KZ616010000000000004", "pay", Party("", "", "KZ616010000000000004")),
    "two different names": ("166?20pay?32A?20?32B?311", "pay", Party("", "", "1")),
    "SEPA words, glued and folded": ("166?20EREF+E1?21MREF+M1SV\nWZ+for INV-45?2212?32A", "for INV-45\n12", Party("A")),
    "a number and a mark are no subfields": ("100+20 for INV-4512", "100+20 for INV-4512", Party()),
    "free text": ("PAYMENT FOR INV-4512", "PAYMENT FOR INV-4512", Party()),
}  # fmt: skip


@pytest.mark.parametrize("case", FIELD_86)
def test_field_86(case: str) -> None:
    text, purpose, party = FIELD_86[case]
    told = told_by(text, credit=True)
    assert (told.purpose, told.counterparty) == (purpose, party)


def test_money_out_has_the_payee_as_its_counterparty() -> None:
    assert told_by(SIDES, credit=False).counterparty == PAYEE


def test_ultimate_debtor_references_and_what_no_field_takes() -> None:
    told = told_by("166?00GUT?20EREF+E-1?21MREF+M?22SVWZ+x?23ABWA+C LLP?32A", credit=True)
    assert (told.ultimate.name, told.references) == ("C LLP", (StructuredReference("end_to_end_id", "E-1"),))
    assert told.extra == {"business_code": "166", "?00": "GUT", "MREF": "M"}
    told = told_by("/EREF/NOTPROVIDED/ULTD//NAME/C LLP/REMI/STRD/CUR/RF18539007547034/KNP/859", credit=True)
    assert (told.ultimate.name, told.purpose, told.extra) == ("C LLP", "", {"KNP": "859"})
    assert told.references == (StructuredReference("creditor_reference", "RF18539007547034"),)


def test_an_invoice_number_has_its_own_code_word() -> None:
    told = told_by("/ORDP//NAME/A/INV/4512 DD 2026-02-03/REMI/x", credit=True)
    assert told.references == (StructuredReference("invoice", "4512"),)


def test_field_ns_instead_of_86() -> None:
    _, [entry] = read_one(mt940, message(ENTRY, ":NS:01for\n02INV-1\nfold\n15A\n16LLP\n17GUT\n33BIC\n34123"))
    detail = entry.details[0]
    assert (detail.purpose, detail.counterparty) == ("for\nINV-1\nfold", Party("A\nLLP", "", "123", "BIC"))
    assert entry.extra["NS17"] == "GUT"


REFUSED = {
    "cut": (message(ENTRY, closing="", end=""), "1: the statement has no closing balance (:62F:): the file is cut"),
    "cut in the balance": (message(closing=":62F:C260203KZ", end=""), "5: the balance 'C260203KZ' is not C|D"),
    "cut in the amount": (message(ENTRY[:-15], closing="", end=""), "5: the statement line"),
    "no account": (message(account=""), "1: the statement does not name its account (:25:)"),
    "no beginning": (ENTRY.encode(), "1: field :61: stands outside a statement"),
    "nothing": (b"garbage\nand more\n", "there is no statement (:20:) in the file"),
    "a text for a line": (message(":61:nothing"), "5: the statement line 'nothing' is not YYMMDD"),
    "no such day": (message(":61:260230C10,00NTRF"), "5: date '260230' (YYMMDD) is not a day of the calendar"),
    "no such entry date": (message(":61:2602031131C10,00NTRF"), "5: entry date '1131' (MMDD) is not a day"),
    "no such day of a balance": (message(closing=":62F:C261131KZT1,00"), "5: date '261131' (YYMMDD)"),
    "thousands, or not": (message(":61:260203C1.234.56NTRF"), "5: amount '1.234.56' is not written with one decimal"),
    "thousands with blanks": (message(":61:260203C1 234,56NTRF"), "5: the statement line '260203C1 234,56NTRF' is not"),
    "no digit at all": (message(":61:260203C,NTRF"), "5: amount ',' is not written with one decimal comma"),
    "a sign": (message(":61:260203C-10,00NTRF"), "5: the statement line '260203C-10,00NTRF' is not"),
    "three decimals after a point": (
        message(":61:260203C1.234NTRF", opening=""), "amount '1.234' is not written with one decimal comma"),
    "a point among commas": (message(":61:260203C10.00NTRF"), "amount '10.00' has another decimal mark"),
    "a comma among points": (message(ENTRY, opening=":60F:C260202KZT1.00"), "amount '10,00' has another decimal mark"),
    "too fine": (message(":61:260203C10,005NTRF"), "5: amount '10.005' has more than the 2 decimals of KZT"),
    "too large": (message(f":61:260203C{'9' * 18},00NTRF"), "larger than the books can hold"),
    "another currency": (message(closing=":62F:C260203USD1,00"), "the closing balance is in USD, the statement in KZT"),
    "no currency": (message(opening=":60F:C2602021,00"), "4: the balance 'C2602021,00' names no currency"),
    "expected entries": (message(":61:260203EC10,00NTRF"), "5: an expected entry (EC, ED) in a statement"),
    "an entry behind the end, no opening": (
        message(ENTRY, opening="") + ENTRY.encode(), "7: field :61: stands where a statement has ended"),
    "an entry behind the end, no closing": (
        message(ENTRY, closing="", end="-}") + ENTRY.encode(), "7: field :61: stands where a statement has ended"),
    "an entry behind the closing balance": (
        message(ENTRY, end="") + ENTRY.encode(), "7: field :61: stands where a statement has ended"),
    "a balance behind what is behind the end": (
        message(ENTRY) + f"{ENTRY}\n{CLOSING}\n".encode(), "9: field :62F: stands where a statement has ended"),
    "a head without a reference behind it": (
        message(ENTRY) + f"{ENTRY}\n:25:X\n".encode(), "9: field :25: stands where a statement has ended"),
    "an empty line behind a text": (
        message(ENTRY, ":86:a\n", closing="", end=""), "1: the statement has no closing balance"),
    "empty lines among the entries": (
        message(ENTRY + "\n", ENTRY + "\n", closing="", end=""), "1: the statement has no closing balance"),
    "a field of the head among entries": (message(ENTRY, ":25:1", ENTRY), "6: field :25: stands where"),
    "a total that is none": (message(opening="", closing=":90D:x"), "4: the total 'x' is not a number"),
    "damaged bytes": (message(ENTRY, ":86:X").replace(b"X", b"\xb1 \xb2\xb3 \xb1"), "the text is readable in no encoding"),
    "an endless line": (message(":86:" + "x" * 2_200_000), "a line is longer than a million bytes"),
    "damaged UTF-16": (message(ENTRY).decode().encode("utf-16") + b"\x00\xd8", "the text is not valid utf-16"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_is_refused_with_the_reason(case: str) -> None:
    content, reason = REFUSED[case]
    assert reason in refusal(mt940, content)


def test_an_account_whose_currency_nobody_knows_is_refused() -> None:
    said = refusal(mt940, message(ENTRY, opening="", closing=""), ReadContext())
    assert f"2: nothing in the file tells the currency of account {IBAN}" in said
