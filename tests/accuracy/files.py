"""Statements as files. 1C, camt and OFX by the demo world's writers; MT940 and the banks' tables here."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import xlsxwriter

from reconcile.money import format_amount
from reconcile.statement import CreditDebit, Entry
from reconcile.world.model import PlannedEntry, PlannedStatement
from reconcile.world.writers import write_statement
from tests.accuracy.channels import Channel

Row = list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A statement to write: its entries in the bank's order, and its balances (which may be wrong on purpose)."""

    channel: Channel
    number: str
    start: date
    end: date
    opening: int
    entries: tuple[Entry, ...]
    fault: int = 0
    """By how much the closing balance is wrong."""

    @property
    def closing(self) -> int:
        return self.opening + sum(_effect(entry) for entry in self.entries) + self.fault

    @property
    def file_name(self) -> str:
        return f"{self.end:%Y-%m-%d}-{self.channel.own.code}-{self.number}.{self.channel.extension}"


def _effect(entry: Entry) -> int:
    return entry.amount if entry.credit_debit is CreditDebit.CREDIT else -entry.amount


def write(sheet: Sheet, folder: Path) -> Path:
    path = folder / sheet.file_name
    layout = sheet.channel.layout.removesuffix(".xlsx")
    if layout in _TABLES:
        rows = _TABLES[layout](sheet)
        if sheet.channel.extension == "xlsx":
            _workbook(path, rows)
        else:
            path.write_bytes(_delimited(rows, layout))
    elif layout == "mt940":
        path.write_bytes(_mt940(sheet).encode("ascii"))
    else:
        path.write_bytes(_by_the_world(sheet))
    return path


def _by_the_world(sheet: Sheet) -> bytes:
    own = sheet.channel.own
    entries = tuple(PlannedEntry(entry) for entry in sheet.entries)
    planned = PlannedStatement(
        own, own.format, own.encoding, sheet.number, sheet.start, sheet.end, sheet.opening, sheet.closing, entries
    )
    return write_statement(planned).data


def _money(minor: int, currency: str) -> str:
    return format_amount(minor, currency)


def _us(minor: int, currency: str) -> str:
    whole, _, cents = format_amount(abs(minor), currency).partition(".")
    return f"{'-' if minor < 0 else ''}{int(whole):,}.{cents or '00'}"


# --- MT940 -----------------------------------------------------------------------------------------------------------


def _mt940(sheet: Sheet) -> str:
    own = sheet.channel.own
    lines = [
        f":20:ST{sheet.end:%y%m%d}{sheet.number[:1]}",
        f":25:{own.number}{own.currency}" if own.country == "KZ" else f":25:{own.number}",
        f":28C:{sheet.number[:1]}/1",
        _balance("60F", sheet.opening, sheet.start, own.currency),
    ]
    for entry in sheet.entries:
        lines += _mt940_entry(sheet, entry)
    lines += [_balance("62F", sheet.closing, sheet.end, own.currency), "-"]
    return "\r\n".join(lines) + "\r\n"


def _balance(tag: str, amount: int, day: date, currency: str) -> str:
    return (
        f":{tag}:{'C' if amount >= 0 else 'D'}{day:%y%m%d}{currency}{_money(abs(amount), currency).replace('.', ',')}"
    )


def _mt940_entry(sheet: Sheet, entry: Entry) -> list[str]:
    detail, party = entry.details[0], entry.details[0].counterparty
    mark = "C" if entry.credit_debit is CreditDebit.CREDIT else "D"
    if entry.reversal:
        mark = "RD" if mark == "C" else "RC"
    amount = _money(entry.amount, entry.currency).replace(".", ",")
    day = entry.booking_date
    head = f":61:{day:%y%m%d}{day:%m%d}{mark}{amount}NTRF{entry.reverses or 'NONREF'}//{entry.bank_reference}"
    side = "/ORDP/" if entry.credit_debit is CreditDebit.CREDIT or entry.reversal else "/BENM/"
    text = side
    for code, value in (("NAME", party.name), ("IDN", party.tax_id), ("IBAN", party.account)):
        text += f"/{code}/{value}" if value else ""
    remittance = detail.purpose.replace("\n", "")
    text += f"/REMI/{remittance}"
    return [head, *(f"{':86:' if at == 0 else ''}{text[at : at + 65]}" for at in range(0, len(text), 65))]


# --- tables ----------------------------------------------------------------------------------------------------------


def _sides(entry: Entry, shown: Callable[[int, str], str]) -> tuple[str, str]:
    """Debit cell, credit cell."""
    amount = shown(entry.amount, entry.currency)
    return ("", amount) if entry.credit_debit is CreditDebit.CREDIT else (amount, "")


def _kz_bank(sheet: Sheet) -> list[Row]:
    own = sheet.channel.own
    rows = [[f"Выписка по счету {own.number}"], ["Валюта счета:", own.currency]]
    rows.append(
        ["Дата операции", "Номер документа", "Дебет", "Кредит", "Наименование контрагента", "БИН/ИИН", "ИИК", "КНП",
         "Назначение платежа"]
    )  # fmt: skip
    for entry in sheet.entries:
        detail, (debit, credit) = entry.details[0], _sides(entry, _money)
        party = detail.counterparty
        rows.append(
            [f"{entry.booking_date:%d.%m.%Y}", entry.bank_reference, debit, credit, party.name, party.tax_id, party.account,
             "859", detail.purpose]
        )  # fmt: skip
    return rows


def _uz_ledger_card(sheet: Sheet) -> list[Row]:
    rows = [[f"Лицевой счет {sheet.channel.own.number}"], ["Дата", "№ док", "Оп", "Реквизиты", "Дебет", "Кредит"]]
    for entry in sheet.entries:
        detail, (debit, credit) = entry.details[0], _sides(entry, _us)
        party = detail.counterparty
        where = f"МФО:00444 Счет:{party.account} ИНН:{party.tax_id}"
        rows += [
            [f"{entry.booking_date:%d.%m.%Y}", entry.bank_reference, "01", where, debit, credit],
            ["10:15:22", "", "", party.name, "", ""],
            *(["", "", "", line, "", ""] for line in detail.purpose.split("\n")),
        ]
    total = [sum(e.amount for e in sheet.entries if e.credit_debit is side) for side in CreditDebit]
    rows.append(["Итого:", "", "", "", _us(total[1], "UZS"), _us(total[0], "UZS")])
    return rows


def _uz_operations(sheet: Sheet) -> list[Row]:
    rows = [["Выписка", sheet.channel.own.number]]
    rows.append(["Дата операции", "№ док", "Cчет/ИНН", "Дебет", "Кредит", "Назначение платежа"])
    for entry in sheet.entries:
        detail, (debit, credit) = entry.details[0], _sides(entry, _money)
        party = detail.counterparty
        cell = f"{party.account}/{party.tax_id}/{party.name}" if party else ""
        rows.append(
            [f"{entry.booking_date:%d.%m.%Y} 10:15:00", entry.bank_reference, cell, debit, credit, detail.purpose]
        )
    return rows


def _uz_turnover(sheet: Sheet) -> list[Row]:
    rows = [["Счет", sheet.channel.own.number]]
    rows.append(["Дата", "Номер документа", "Счет корреспондента", "Наименование", "Дебет", "Кредит", "Платежная цель"])
    for entry in sheet.entries:
        detail, (debit, credit) = entry.details[0], _sides(entry, _money)
        party = detail.counterparty
        rows.append(
            [f"{entry.booking_date}T10:15:00", entry.bank_reference, f"{party.account}{party.tax_id}", party.name, debit,
             credit, detail.purpose]
        )  # fmt: skip
    return rows


def _uz_turnover_saldo(sheet: Sheet) -> list[Row]:
    rows = [["Счет", sheet.channel.own.number]]
    rows.append(["Дата", "Счет кореспондента", "Наименование кореспондента", "Дебет", "Кредит", "Назначение платежа"])
    for entry in sheet.entries:
        detail, (debit, credit) = entry.details[0], _sides(entry, _us)
        party = detail.counterparty
        rows.append([f"{entry.booking_date:%d.%m.%Y}", party.account, party.name, debit, credit, detail.purpose])
    return rows


_KENYA: Final = {
    "equity": ["Transaction Date", "Value Date", "Narrative", "Transaction Reference", "Debit", "Credit", "Balance"],
    "kcb": ["Transaction Date", "Value Date", "Description", "Reference", "Debit", "Credit", "Running Balance"],
    "ncba": ["Date", "Value Date", "Narration", "Reference", "Debits", "Credits", "Balance"],
    "coop": ["Date", "Value Date", "Transaction Details", "Reference", "Withdrawals", "Deposits", "Balance"],
}


def _kenya(layout: str) -> Callable[[Sheet], list[Row]]:
    def rows_of(sheet: Sheet) -> list[Row]:
        own, balance = sheet.channel.own, sheet.opening
        rows = [["Bank of Kenya"], ["Account Number:", own.number, "Currency:", own.currency], [], _KENYA[layout]]
        for entry in sheet.entries:
            balance += _effect(entry)
            day = f"{entry.booking_date:%d/%m/%Y}"
            debit, credit = _sides(entry, _us)
            rows.append(
                [day, day, entry.details[0].purpose, entry.bank_reference, debit, credit, _us(balance, own.currency)]
            )
        return rows

    return rows_of


def _generic(sheet: Sheet) -> list[Row]:
    own, balance = sheet.channel.own, sheet.opening
    rows = [["Account number", own.number], ["Currency", own.currency]]
    rows.append(
        ["Booking date", "Bank reference", "Counterparty", "Tax ID", "Counterparty account", "Purpose", "Debit", "Credit",
         "Balance"]
    )  # fmt: skip
    for entry in sheet.entries:
        balance += _effect(entry)
        detail, (debit, credit) = entry.details[0], _sides(entry, _money)
        party = detail.counterparty
        rows.append(
            [f"{entry.booking_date}", entry.bank_reference, party.name, party.tax_id, party.account, detail.purpose, debit,
             credit, _money(balance, own.currency)]
        )  # fmt: skip
    return rows


def _mpesa(sheet: Sheet) -> list[Row]:
    head = [
        "Receipt No.",
        "Completion Time",
        "Initiation Time",
        "Details",
        "Transaction Status",
        "Paid In",
        "Withdrawn",
        "Balance",
        "Balance Confirmed",
        "Reason Type",
        "Other Party Info",
        "Linked Transaction ID",
        "A/C No.",
    ]
    balance, rows = sheet.opening, []
    for serial, entry in enumerate(sheet.entries):
        balance += _effect(entry)
        detail = entry.details[0]
        stamp = f"{entry.booking_date} {8 + serial // 300 % 12:02d}:{serial // 5 % 60:02d}:{serial % 5 * 11:02d}"
        paid = entry.credit_debit is CreditDebit.CREDIT
        bill = next((ref.value for ref in detail.references if ref.kind == "bill_reference"), "")
        phone = next((ref.value for ref in detail.references if ref.kind == "phone"), "")
        party = f"{phone} - {detail.counterparty.name}"
        reason = "Transaction Reversal" if entry.reversal else "Pay Bill Online" if paid else "Withdraw Funds to Bank"
        rows.append(
            [entry.bank_reference, stamp, stamp, detail.purpose, "Completed", _money(entry.amount, "KES") if paid else "",
             "" if paid else "-" + _money(entry.amount, "KES"), _money(balance, "KES"), "true", reason,
             party, entry.reverses, bill]
        )  # fmt: skip
    return [head, *rows[::-1]]


_TABLES: Final[dict[str, Callable[[Sheet], list[Row]]]] = {
    "kz_bank": _kz_bank, "uz_ledger_card": _uz_ledger_card, "uz_operations": _uz_operations, "uz_turnover": _uz_turnover,
    "uz_turnover_saldo": _uz_turnover_saldo, **{name: _kenya(name) for name in _KENYA}, "generic": _generic, "mpesa": _mpesa,
}  # fmt: skip


def _delimited(rows: Sequence[Row], layout: str) -> bytes:
    wide = max(map(len, rows))
    out = io.StringIO()
    comma = layout in (*_KENYA, "mpesa")
    writer = csv.writer(out, delimiter="," if comma else ";", lineterminator="\r\n")
    writer.writerows([*row, *[""] * (wide - len(row))] for row in rows)
    return out.getvalue().encode("utf-8")


def _workbook(path: Path, rows: Iterable[Row]) -> None:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            page.write_string(at, column, value)
    book.close()


__all__ = ["Sheet", "replace", "write"]
