"""OFX 1.0.2 (SGML: leaf tags without an end) and OFX 2.1.1 (XML) as banks write them. OFX has no opening balance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from xml.sax.saxutils import escape

from reconcile.money import format_amount
from reconcile.statement import CreditDebit, Entry
from reconcile.world.model import Format, PlannedStatement
from reconcile.world.writers.written import Page, Written


def write(statement: PlannedStatement) -> Written:
    page, own = Page(), statement.own
    closed = statement.format is Format.OFX_2
    page.add(*_header(closed))

    def leaf(name: str, value: str) -> str:
        return f"<{name}>{escape(value)}</{name}>" if closed else f"<{name}>{escape(value)}"

    def status() -> list[str]:
        return ["<STATUS>", leaf("CODE", "0"), leaf("SEVERITY", "INFO"), "</STATUS>"]

    page.add(
        "<OFX>",
        "<SIGNONMSGSRSV1>",
        "<SONRS>",
        *status(),
        leaf("DTSERVER", f"{statement.period_to:%Y%m%d}234000"),
        leaf("LANGUAGE", "ENG"),
        "</SONRS>",
        "</SIGNONMSGSRSV1>",
        "<BANKMSGSRSV1>",
        "<STMTTRNRS>",
        leaf("TRNUID", f"{own.code}-{statement.reference}"),
        *status(),
        "<STMTRS>",
        leaf("CURDEF", own.currency),
        "<BANKACCTFROM>",
        leaf("BANKID", own.bic),
        leaf("ACCTID", own.number),
        leaf("ACCTTYPE", "CHECKING"),
        "</BANKACCTFROM>",
        "<BANKTRANLIST>",
        leaf("DTSTART", _day(statement.period_from)),
        leaf("DTEND", _day(statement.period_to)),
    )
    for planned in statement.entries:
        page.entry()
        page.add("<STMTTRN>", *(leaf(name, value) for name, value in _fields(planned.entry) if value), "</STMTTRN>")
    page.add(
        "</BANKTRANLIST>",
        "<LEDGERBAL>",
        leaf("BALAMT", format_amount(statement.closing, own.currency)),
        leaf("DTASOF", _day(statement.period_to)),
        "</LEDGERBAL>",
        "</STMTRS>",
        "</STMTTRNRS>",
        "</BANKMSGSRSV1>",
        "</OFX>",
    )
    return page.written("utf-8")


def _header(closed: bool) -> list[str]:
    if closed:
        return [
            '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
            '<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>',
        ]
    return [
        "OFXHEADER:100",
        "DATA:OFXSGML",
        "VERSION:102",
        "SECURITY:NONE",
        "ENCODING:UTF-8",
        "CHARSET:NONE",
        "COMPRESSION:NONE",
        "OLDFILEUID:NONE",
        "NEWFILEUID:NONE",
        "",
    ]


def _fields(entry: Entry) -> Iterable[tuple[str, str]]:
    detail, credit = entry.details[0], entry.credit_debit is CreditDebit.CREDIT
    amount = format_amount(entry.amount if credit else -entry.amount, entry.currency)
    return (
        ("TRNTYPE", "CREDIT" if credit else "DEBIT"),
        ("DTPOSTED", f"{_day(entry.booking_date)}120000"),
        ("TRNAMT", amount),
        ("FITID", entry.bank_reference),
        ("NAME", detail.counterparty.name),
        ("MEMO", detail.purpose),
    )


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"
