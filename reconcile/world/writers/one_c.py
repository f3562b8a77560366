"""1CClientBankExchange as banks write it: the standard form, the Kazakh dialect, the Kazakh dialect in capitals.

Sources: the format's page 1.03 (v8.1c.ru/edi); excerpts of Kazakh banks' files as described in the domain notes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from reconcile.money import format_amount
from reconcile.statement import CreditDebit, Detail, Entry, Party, PartyKind
from reconcile.world.model import Format, PlannedEntry, PlannedStatement
from reconcile.world.writers.written import Page, Written

_SECTOR: Final = {PartyKind.PRIVATE: "19", PartyKind.ORGANISATION: "17", PartyKind.UNSAID: ""}
_ENCODING_NAME: Final = {"utf-8": "UTF-8", "cp1251": "Windows", "cp866": "DOS"}


def write(statement: PlannedStatement) -> Written:
    page = Page()
    page.add(*_head(statement))
    for section in _sections(statement):
        page.add(*(_upper(section) if statement.format is Format.ONE_C_KZ_UPPER else section))
    for planned in statement.entries:
        page.entry()
        page.add(*_document(statement, planned.entry))
    page.add("КонецФайла")
    return page.written(statement.encoding, "\r\n")


def document_lines(statement: PlannedStatement, entry: Entry) -> list[str]:
    """One document alone, for writing a long file piece by piece."""
    return _document(statement, entry)


def head_lines(statement: PlannedStatement, opening: int, credit: int, debit: int) -> list[str]:
    """Head and balance section of a file whose documents are written elsewhere."""
    amounts = (opening, credit, debit, opening + credit - debit)
    return _head(statement) + _balances(statement, statement.period_from, statement.period_to, amounts)


def _head(statement: PlannedStatement) -> list[str]:
    kazakh = statement.format is Format.ONE_C_KZ
    head = ["1CClientBankExchange"]
    if statement.format is not Format.ONE_C_KZ_UPPER:
        head += [f"ВерсияФормата={'2.0' if kazakh else '1.03'}", f"Кодировка={_ENCODING_NAME[statement.encoding]}"]
    start, end = _day(statement.period_from), _day(statement.period_to)
    return [
        *head,
        f"Отправитель={statement.own.bank_name}",
        "Получатель=1С",
        f"ДатаСоздания={end}",
        "ВремяСоздания=23:40:00",
        f"ДатаНачала={start}",
        f"ДатаКонца={end}",
        f"РасчСчет={statement.own.number}",
    ]


def _sections(statement: PlannedStatement) -> Iterator[list[str]]:
    """One balance section, or one a day with the balances of that day."""
    entries = statement.entries
    if statement.format is not Format.ONE_C_KZ_UPPER:
        yield _section(
            statement, statement.period_from, statement.period_to, statement.opening, statement.closing, entries
        )
        return
    opening, by_day = (
        statement.opening,
        {day: list(group) for day, group in groupby(entries, key=lambda planned: planned.entry.booking_date)},
    )
    for offset in range((statement.period_to - statement.period_from).days + 1):
        day = statement.period_from + timedelta(days=offset)
        of_day = by_day.get(day, [])
        closing = opening + _turnover(of_day, CreditDebit.CREDIT) - _turnover(of_day, CreditDebit.DEBIT)
        closing = statement.closing if day == statement.period_to else closing
        yield _section(statement, day, day, opening, closing, of_day)
        opening = closing


def _section(
    statement: PlannedStatement, start: date, end: date, opening: int, closing: int, entries: Sequence[PlannedEntry]
) -> list[str]:
    amounts = (opening, _turnover(entries, CreditDebit.CREDIT), _turnover(entries, CreditDebit.DEBIT), closing)
    return _balances(statement, start, end, amounts)


def _balances(statement: PlannedStatement, start: date, end: date, amounts: tuple[int, int, int, int]) -> list[str]:
    """Opening, turnovers and closing of the period."""
    money = statement.own.currency
    keys = ("НачальныйОстаток", "ВсегоПоступило", "ВсегоСписано", "КонечныйОстаток")
    balances = [f"{key}={format_amount(amount, money)}" for key, amount in zip(keys, amounts, strict=True)]
    return [
        "СекцияРасчСчет",
        f"ДатаНачала={_day(start)}",
        f"ДатаКонца={_day(end)}",
        f"РасчСчет={statement.own.number}",
        *([] if statement.format is Format.ONE_C else [f"Валюта={money}"]),
        *balances,
        "КонецРасчСчет",
    ]


def _turnover(entries: Sequence[PlannedEntry], side: CreditDebit) -> int:
    return sum(planned.entry.amount for planned in entries if planned.entry.credit_debit is side)


def _document(statement: PlannedStatement, entry: Entry) -> list[str]:
    if statement.format is Format.ONE_C:
        return _standard(statement, entry)
    lines = _kazakh(statement, entry)
    return _upper(lines) if statement.format is Format.ONE_C_KZ_UPPER else lines


def _standard(statement: PlannedStatement, entry: Entry) -> list[str]:
    own, detail = statement.own, entry.details[0]
    ours = Party(own.legal_entity, own.tax_id, own.number, own.bic)
    credit = entry.credit_debit is CreditDebit.CREDIT
    payer, payee = (detail.counterparty, ours) if credit else (ours, detail.counterparty)
    day = _day(entry.booking_date)
    return [
        "СекцияДокумент=Платежное поручение",
        f"Номер={entry.bank_reference}",
        f"Дата={day}",
        f"Сумма={format_amount(entry.amount, entry.currency)}",
        *_standard_party("Плательщик", payer),
        *([] if credit else [f"ДатаСписано={day}"]),
        *_standard_party("Получатель", payee),
        *([f"ДатаПоступило={day}"] if credit else []),
        "ВидПлатежа=Электронно",
        "ВидОплаты=01",
        "Очередность=5",
        *_purpose(detail),
        "КонецДокумента",
    ]


def _standard_party(side: str, party: Party) -> list[str]:
    """Name and account stand twice, as the standard has it."""
    return [
        f"{side}Счет={party.account}",
        f"{side}={party.name}",
        f"{side}ИНН={party.tax_id}",
        f"{side}1={party.name}",
        f"{side}РасчСчет={party.account}",
        f"{side}БИК={party.bank}",
    ]


def _purpose(detail: Detail) -> list[str]:
    return [f"НазначениеПлатежа={detail.purpose}"]


def _kazakh(statement: PlannedStatement, entry: Entry) -> list[str]:
    own, detail, credit = statement.own, entry.details[0], entry.credit_debit is CreditDebit.CREDIT
    ours = Party(own.legal_entity, own.tax_id, own.number, own.bic, PartyKind.ORGANISATION)
    payer, payee = (detail.counterparty, ours) if credit else (ours, detail.counterparty)
    amount, day = format_amount(entry.amount, entry.currency), _day(entry.booking_date)
    return [
        'СекцияДокумент="Выписка"',
        "ВидДокумента=ПлатежноеПоручение",
        f"НомерДокумента={entry.bank_reference}",
        f"ДатаДокумента={day}",
        f"ДатаОперации={day}",
        f"ДатаВалютирования={_day(entry.value_date or entry.booking_date)}",
        f"{'СуммаПриход' if credit else 'СуммаРасход'}={amount}",
        *([] if credit else [f"Сумма={amount}"]),
        f"Валюта={entry.currency}",
        *_kazakh_party("Плательщик", payer),
        *_kazakh_party("Получатель", payee),
        *(_kazakh_party("ФактическийПлательщик", detail.ultimate) if detail.ultimate else ()),
        "КодНазначенияПлатежа=859",
        *_purpose(detail),
        "КонецДокумента",
    ]


def _kazakh_party(side: str, party: Party) -> list[str]:
    return [
        f"{side}Наименование={party.name}",
        f"{side}БИН_ИИН={party.tax_id}",
        f"{side}КБЕ={_SECTOR[party.kind]}",
        f"{side}ИИК={party.account}",
        f"{side}БанкБИК={party.bank}",
    ]


def _upper(lines: list[str]) -> list[str]:
    """Most keys in capitals with a leading blank; the purpose's key is left, and its lines run on to the end."""
    return [line if line.startswith(("НазначениеПлатежа", "Всего")) else _upper_key(line) for line in lines]


def _upper_key(line: str) -> str:
    key, equals, value = line.partition("=")
    return f"{key.upper()}{equals}{value}"


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}"
