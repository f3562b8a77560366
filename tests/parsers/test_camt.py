"""camt.053, 052 and 054: money and no money, batches, reversals, versions, and everything that is refused."""

from __future__ import annotations

import pytest

from reconcile.parsers import ReadContext, camt
from reconcile.statement import CreditDebit, PartyKind
from tests.parsers.reading import read_all, read_one, refusal

SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
ACCOUNT = "<Acct><Id><IBAN>KZ687220000000000003</IBAN></Id><Ccy>KZT</Ccy></Acct>"
AMOUNT = '<Amt Ccy="KZT">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
BOOKED = "<Sts>BOOK</Sts><BookgDt><Dt>2026-02-02</Dt></BookgDt>"


def entry(inside: str = "", amount: str = AMOUNT, booked: str = BOOKED) -> str:
    return f"<Ntry>{amount}{booked}{inside}</Ntry>"


def details(*transactions: str) -> str:
    return "<NtryDtls>" + "".join(f"<TxDtls>{one}</TxDtls>" for one in transactions) + "</NtryDtls>"


def part(amount: str, mark: str = "CRDT", currency: str = "KZT") -> str:
    return f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'


def balance(code: str, amount: str, mark: str = "CRDT") -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f'<Bal>{kind}<Amt Ccy="KZT">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd></Bal>'


def message(*parts: str, head: str = ACCOUNT, space: str = SPACE + "08", prolog: str = "") -> bytes:
    body = f"<BkToCstmrStmt>\n<Stmt>{head}{''.join(parts)}</Stmt></BkToCstmrStmt>"
    return f'{prolog}<Document xmlns="{space}">{body}</Document>'.encode()


@pytest.mark.parametrize("version", [f"{number:02}" for number in range(2, 14)])
def test_versions_02_to_13_are_read(version: str) -> None:
    statement, [only] = read_one(camt, message(entry(), space=SPACE + version))
    assert (statement.version, only.amount) == (f"camt.053.001.{version}", 1000)


def test_a_file_without_a_namespace_and_one_with_a_prefix_are_read() -> None:
    plain = message(entry()).replace(f' xmlns="{SPACE}08"'.encode(), b"")
    prefixed = message(entry()).decode().replace("<", "<c:").replace("<c:/", "</c:").replace("xmlns", "xmlns:c")
    assert read_one(camt, plain)[0].version == "camt.053"
    assert read_one(camt, prefixed.encode())[0].version == "camt.053.001.08"


EVIDENCE = {"052": ("BkToCstmrAcctRpt", "Rpt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}


def evidence(number: str, *parts: str, version: str = "08", head: str = ACCOUNT) -> bytes:
    """The same message as an intraday report or a notification."""
    name, holder = EVIDENCE[number]
    name += "V01" if version == "01" else ""
    content = message(*parts, head=head, space=f"urn:iso:std:iso:20022:tech:xsd:camt.{number}.001.{version}").decode()
    content = content.replace("BkToCstmrStmt", name)
    return content.replace("<Stmt>", f"<{holder}>").replace("</Stmt>", f"</{holder}>").encode()


@pytest.mark.parametrize("version", ["01", "02", "06", "08", "13"])
@pytest.mark.parametrize("number", EVIDENCE)
def test_reports_and_notifications_are_read_like_statements_and_are_evidence(number: str, version: str) -> None:
    statement, [only] = read_one(camt, evidence(number, entry(), version=version))
    assert (statement.version, statement.evidence) == (f"camt.{number}.001.{version}", True)
    assert only == read_one(camt, message(entry()))[1][0]
    assert not read_one(camt, message(entry()))[0].evidence


@pytest.mark.parametrize(
    ("booked", "day", "kept"),
    [
        ("<Sts>PDNG</Sts><BookgDt><Dt>2026-02-02</Dt></BookgDt>", "2026-02-02", "PDNG"),
        ("<Sts><Cd>INFO</Cd></Sts><ValDt><Dt>2026-02-03</Dt></ValDt>", "2026-02-03", "INFO"),
        ("<Sts>FUTR</Sts>", "2026-02-01", "FUTR"),
        ("<Sts>BOOK</Sts>", "2026-02-01", None),
    ],
)
def test_evidence_keeps_what_is_only_announced(booked: str, day: str, kept: str | None) -> None:
    head = "<CreDtTm>2026-02-01T09:00:00+05:00</CreDtTm>" + ACCOUNT
    _, [only] = read_one(camt, evidence("054", entry(booked=booked), head=head))
    assert (only.booking_date.isoformat(), only.extra.get("Sts")) == (day, kept)


def test_an_account_of_version_01_stands_in_a_field_of_its_own() -> None:
    head = "<Acct><Id><PrtryAcct><Id>KZ687220000000000003</Id></PrtryAcct></Id></Acct>"
    statement, _ = read_one(camt, evidence("052", entry(), version="01", head=head))
    assert statement.account == "KZ687220000000000003"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1251", "koi8-r"])
def test_the_encoding_is_the_one_that_the_xml_declares(encoding: str) -> None:
    prolog = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    text = message(entry("<AddtlNtryInf>Комиссия</AddtlNtryInf>"), prolog=prolog).decode()
    content = text.encode(encoding)
    assert camt.recognises(content)
    assert read_one(camt, content)[1][0].details[0].purpose == "Комиссия"


@pytest.mark.parametrize(
    ("status", "read"),
    [
        ("<Sts>BOOK</Sts>", 1), ("<Sts><Cd>BOOK</Cd></Sts>", 1), ("<Sts>PDNG</Sts>", 0), ("<Sts>INFO</Sts>", 0),
        ("<Sts><Cd>PDNG</Cd></Sts>", 0), ("<Sts><Cd>FUTR</Cd></Sts>", 0),
    ],
)  # fmt: skip
def test_only_booked_entries_are_money(status: str, read: int) -> None:
    _, entries = read_one(camt, message(entry(booked=f"{status}<BookgDt><Dt>2026-02-02</Dt></BookgDt>")))
    assert len(entries) == read


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ("<BookgDt><Dt>2026-02-02</Dt></BookgDt>", "2026-02-02"),
        ("<BookgDt><Dt>2026-02-02+05:00</Dt></BookgDt>", "2026-02-02"),
        ("<BookgDt><DtTm>2026-02-02T23:59:59.999+05:00</DtTm></BookgDt>", "2026-02-02"),
        ("<BookgDt><DtTm>2026-02-02T00:00:00Z</DtTm></BookgDt>", "2026-02-02"),
    ],
)
def test_the_booking_day_is_the_day_as_written(dates: str, day: str) -> None:
    _, [only] = read_one(camt, message(entry(booked=f"<Sts>BOOK</Sts>{dates}")))
    assert only.booking_date.isoformat() == day


def test_a_statement_of_one_day_dates_an_entry_without_a_booking_date() -> None:
    period = "<FrToDt><FrDtTm>2026-02-02T00:00:00</FrDtTm><ToDtTm>2026-02-02T24:00:00</ToDtTm></FrToDt>"
    _, [only] = read_one(camt, message(entry(booked="<Sts>BOOK</Sts>"), head=period + ACCOUNT))
    assert only.booking_date.isoformat() == "2026-02-02"


@pytest.mark.parametrize(("mark", "direction"), [("CRDT", CreditDebit.CREDIT), ("DBIT", CreditDebit.DEBIT)])
def test_a_reversal_never_flips_the_mark(mark: str, direction: CreditDebit) -> None:
    amount = AMOUNT.replace("CRDT", mark) + "<RvslInd>true</RvslInd>"
    _, [only] = read_one(camt, message(entry(amount=amount)))
    assert (only.credit_debit, only.reversal, only.is_payment) == (direction, True, False)


@pytest.mark.parametrize(
    ("transactions", "amounts"),
    [
        ((part("4.00"), part("6.00")), [400, 600]),
        ((part("4.00"), "<Refs/>"), [None, None]),
        (("<Refs/>", "<Refs/>"), [None, None]),
        ((part("4.00", currency="USD"), part("6.00")), [None, None]),
        ((part("12.00"), part("2.00", "DBIT")), [None, None]),
        ((part("99.00"),), [1000]),
        ((f"<AmtDtls><TxAmt>{part('4.00')}</TxAmt></AmtDtls>", part("6.00")), [400, 600]),
        ((f"<AmtDtls><InstdAmt>{part('4.00')}</InstdAmt></AmtDtls>", part("6.00")), [400, 600]),
    ],
)
def test_the_amounts_of_a_batch(transactions: tuple[str, ...], amounts: list[int | None]) -> None:
    _, [only] = read_one(camt, message(entry(details(*transactions))))
    assert [detail.amount for detail in only.details] == amounts


@pytest.mark.parametrize(("size", "amount"), [("1", 1000), ("2", None)])
def test_an_entry_without_details_is_a_batch_where_it_says_so(size: str, amount: int | None) -> None:
    _, [only] = read_one(camt, message(entry(f"<NtryDtls><Btch><NbOfTxs>{size}</NbOfTxs></Btch></NtryDtls>")))
    assert [detail.amount for detail in only.details] == [amount]


def party(role: str, name: str, inside: str = "") -> str:
    return f"<{role}><Pty><Nm>{name}</Nm>{inside}</Pty></{role}>"


@pytest.mark.parametrize(("mark", "names"), [("CRDT", ("D", "UD")), ("DBIT", ("C", "UC"))])
def test_the_counterparty_is_the_debtor_of_money_in_and_the_creditor_of_money_out(
    mark: str, names: tuple[str, str]
) -> None:
    parties = party("Dbtr", "D") + party("UltmtDbtr", "UD") + party("Cdtr", "C") + party("UltmtCdtr", "UC")
    inside = details(f"<RltdPties>{parties}</RltdPties>")
    _, [only] = read_one(camt, message(entry(inside, amount=AMOUNT.replace("CRDT", mark))))
    assert (only.details[0].counterparty.name, only.details[0].ultimate.name) == names


@pytest.mark.parametrize(("group", "kind"), [("OrgId", PartyKind.ORGANISATION), ("PrvtId", PartyKind.PRIVATE)])
def test_the_id_tells_a_person_from_an_organisation(group: str, kind: PartyKind) -> None:
    ids = "<Othr><Id>CUST</Id></Othr><Othr><Id>42</Id><SchmeNm><Cd>TXID</Cd></SchmeNm></Othr>"
    inside = details(f"<RltdPties>{party('Dbtr', 'D', f'<Id><{group}>{ids}</{group}></Id>')}</RltdPties>")
    _, [only] = read_one(camt, message(entry(inside)))
    assert (only.details[0].counterparty.tax_id, only.details[0].counterparty.kind) == ("42", kind)


@pytest.mark.parametrize("value", ["NOTPROVIDED", "notprovided", "NONREF", " "])
def test_a_reference_that_says_there_is_none_is_none(value: str) -> None:
    inside = details(f"<Refs><EndToEndId>{value}</EndToEndId></Refs>")
    _, [only] = read_one(camt, message(entry(inside)))
    assert only.details[0].references == ()


@pytest.mark.parametrize(
    ("kind", "read"), [("", True), ("CINV", True), ("MSIN", True), ("PUOR", False), ("CMCN", False), ("CREN", False)]
)
def test_an_order_or_a_contract_among_the_documents_is_no_reference(kind: str, read: bool) -> None:
    named = f"<Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>" if kind else ""
    documents = f"<RfrdDocInf>{named}<Nb>4512</Nb></RfrdDocInf><CdtrRefInf>{named}<Ref>104582</Ref></CdtrRefInf>"
    _, [only] = read_one(camt, message(entry(details(f"<RmtInf><Strd>{documents}</Strd></RmtInf>"))))
    values = [reference.value for reference in only.details[0].references]
    assert values == (["104582", "4512"] if read else [])


@pytest.mark.parametrize(
    ("inside", "purpose"),
    [
        ("<RmtInf><Ustrd>a</Ustrd><Ustrd>b</Ustrd></RmtInf><AddtlTxInf>c</AddtlTxInf>", "a\nb"),
        ("<RmtInf><Strd><AddtlRmtInf>a</AddtlRmtInf></Strd></RmtInf>", "a"),
        ("<AddtlTxInf>c</AddtlTxInf>", "c"),
        ("<Refs/>", "n"),
        ("<SplmtryData><RmtInf><Ustrd>x</Ustrd></RmtInf></SplmtryData>", "n"),
        ("<RmtInf><Ustrd>a <!-- no -->&amp; b<![CDATA[<c>]]></Ustrd></RmtInf>", "a & b<c>"),
    ],
)
def test_the_purpose_is_what_the_payer_wrote_else_what_the_bank_says(inside: str, purpose: str) -> None:
    _, [only] = read_one(camt, message(entry(details(inside) + "<AddtlNtryInf>n</AddtlNtryInf>")))
    assert only.details[0].purpose == purpose


def test_balances_are_signed_and_may_stand_after_the_entries() -> None:
    content = message(balance("OPBD", "5.00", "DBIT"), entry(), balance("CLBD", "5.00"), balance("CLAV", "9"))
    statement, _ = read_one(camt, content)
    assert (statement.opening, statement.closing) == (-500, 500)


def test_the_summary_does_not_count_where_pending_entries_stand_beside_booked_ones() -> None:
    summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"
    pending = entry(booked="<Sts>PDNG</Sts>")
    assert read_one(camt, message(summary, entry(), entry()))[0].count_expected == 2
    assert read_one(camt, message(summary, entry(), pending))[0].count_expected is None


def test_statements_of_one_message_do_not_mix() -> None:
    content = message(entry(), entry()).replace(b"</Stmt>", f"</Stmt><Stmt>{ACCOUNT}{entry()}</Stmt>".encode())
    assert [len(entries) for _, entries in read_all(camt, content)] == [2, 1]


def test_a_statement_that_nobody_reads_is_passed_over() -> None:
    from io import BytesIO

    content = message(entry(), entry()).replace(b"</Stmt>", f"</Stmt><Stmt>{ACCOUNT}</Stmt>".encode())
    assert len(list(camt.read(BytesIO(content), ReadContext()))) == 2


NESTED = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
BOMB = f'<!DOCTYPE Document [<!ENTITY e0 "ha">{NESTED}]>'
EXTERNAL = '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
REFUSED = {
    "an entity bomb": (message(entry("<AddtlNtryInf>&e8;</AddtlNtryInf>"), prolog=BOMB), "1: the XML declares a DTD"),
    "an external entity": (message(entry("<AddtlNtryInf>&x;</AddtlNtryInf>"), prolog=EXTERNAL), "declares a DTD"),
    "a DTD far behind": (message(prolog=f"<!--{'x' * 70_000}--><!DOCTYPE Document>"), "the XML declares a DTD"),
    "a DTD in UTF-16": (message(prolog=BOMB).decode().encode("utf-16"), "the XML declares a DTD"),
    "an unknown entity": (message(entry("<AddtlNtryInf>&x;</AddtlNtryInf>")), "2: the XML is not well formed"),
    "cut": (message(entry())[:-30], "2: the XML is not well formed or is cut"),
    "too deep": (message("<a>" * 300 + "</a>" * 300), "the XML is not well formed"),
    "an unknown encoding": (message(prolog='<?xml version="1.0" encoding="x-none"?>'), "the XML"),
    "wrong bytes": (message(entry("<AddtlNtryInf>Ж</AddtlNtryInf>")).replace("Ж".encode(), b"\xc6"), "the XML"),
    "no statement": (message().replace(b"Stmt>", b"Other>"), "there is no statement (Stmt)"),
    "a statement elsewhere": (message().replace(b"BkToCstmrStmt", b"Other"), "there is no statement (Stmt), report"),
    "version 00": (message(space=SPACE + "00"), "is no version of camt.053 that is known here"),
    "another version": (message(space="urn:iso:std:iso:20022:tech:xsd:camt.053.001.99"), "is no version of camt.053"),
    "a brace in the namespace": (message(space="}" + SPACE + "88"), "is no version of camt.053"),
    "a report by another name": (
        message().replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt"), "is no version of camt.052 that is known here"),
    "a report with statements": (
        message().replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt").replace(b"camt.053", b"camt.052"), "there is no"),
    "no account": (message(head=""), "2: the statement does not name its account"),
    "no such currency": (message(head=ACCOUNT.replace("KZT", "KZZ")), "2: 'KZZ' is not an ISO 4217 currency code"),
    "another currency": (message(entry(amount=AMOUNT.replace("KZT", "USD"))), "the entry is in USD, the account in"),
    "no currency": (message(entry(amount=AMOUNT.replace(' Ccy="KZT"', ""))), "the entry is in no currency"),
    "no amount": (message(entry(amount=AMOUNT.replace("10.00", ""))), "2: amount '' is not a plain decimal"),
    "a comma": (message(entry(amount=AMOUNT.replace("10.00", "10,00"))), "amount '10,00' is not a plain decimal"),
    "a sign": (message(entry(amount=AMOUNT.replace("10.00", "-10"))), "amount '-10' is not a plain decimal"),
    "too fine": (message(entry(amount=AMOUNT.replace("10.00", "1.005"))), "more than the 2 decimals of KZT"),
    "no mark": (message(entry(amount=AMOUNT.replace("CRDT", "C"))), "CdtDbtInd is 'C', neither CRDT nor DBIT"),
    "no status": (message(entry(booked="")), "the entry's status (Sts) is '', neither booked nor pending"),
    "no day": (message(entry(booked="<Sts>BOOK</Sts>")), "a booked entry has no booking date"),
    "no such day": (message(entry(booked=BOOKED.replace("02-02", "02-30"))), "date '2026-02-30' is not a day"),
    "a batch that does not add up": (
        message(entry(details(part("4.00"), part("5.00")))), "2: the details of a batch do not add up to its entry"),
    "a count that is none": (
        message("<TxsSummry><TtlNtries><NbOfNtries>two</NbOfNtries></TtlNtries></TxsSummry>"), "'two' is no number"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_is_refused_with_the_reason(case: str) -> None:
    content, reason = REFUSED[case]
    assert reason in refusal(camt, content)
