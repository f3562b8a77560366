"""The report as a workbook: what the page says, to filter and to add up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import xlsxwriter

from reconcile.reports.model import AGES, STATUSES, Item, Money, Offer, Report
from reconcile.reports.words import say
from reconcile.reports.workbook import Amount, Book, Column, Value, put_headings, put_line, put_list


def write(report: Report, path: Path, language: str) -> None:
    """Write the workbook row by row: it needs little memory however many payments wait."""
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
    with closing(xlsxwriter.Workbook(str(path), options)) as workbook:
        book = Book(workbook)
        workbook.set_properties({"title": f"{say('title', language)} {report.day.isoformat()}"})
        _summary(book, report, language)
        _to_decide(book, report, language)
        _alerts(book, report, language)
        _statements(book, report, language)
        _differences(book, report, language)


def _summary(book: Book, report: Report, language: str) -> None:
    sheet = book.workbook.add_worksheet("Summary")
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 2, 10)
    sheet.set_column(3, 20, 18)
    sheet.freeze_panes(1, 0)
    title = f"{say('title', language)} {report.day.isoformat()} {report.country}".strip()
    sheet.write_string(0, 0, title, book.format("title", bold=True, font_size=14))
    row = 2
    for block in (_facts, _identity, _of_day, _ageing):
        row = _block(book, sheet, row, *block(report, language))


def _block(book: Book, sheet: Any, row: int, titles: Sequence[str], rows: Sequence[Sequence[Value]]) -> int:
    """A small table with its headings; returns the row after it and an empty one."""
    put_headings(book, sheet, row, titles)
    for values in rows:
        row += 1
        put_line(book, sheet, row, values)
    return row + 2


Block = tuple[Sequence[str], Sequence[Sequence[Value]]]


def _facts(report: Report, language: str) -> Block:
    verdict = "empty" if report.empty and not report.faults else "holds" if report.holds else "fails"
    facts: list[Sequence[Value]] = [
        (say(verdict, language), "", "", say(f"{verdict}_more", language)),
        (say("made_at", language, at="").strip() + " (UTC)", "", "", report.now),
        (say("to_decide", language), "", "", report.waiting),
        (say("not_decided", language), "", "", report.undecided),
        (say("alerts", language), "", "", report.alert_count),
        (say("policy", language, version="").strip(), "", "", report.policy_version),
        (say("chain", language), "", "", report.head),
    ]
    if report.faults is None:
        facts.append(("verify", "", "", say("not_checked", language)))
    facts += [("verify", "", "", line) for line in report.faults or ()]
    return (say("title", language), "", "", report.day.isoformat()), facts


def _identity(report: Report, language: str) -> Block:
    keys = ("account", "currency", "country", "received", *STATUSES, "not_decided", "difference")
    titles = [say(key, language) for key in keys]
    rows: list[Sequence[Value]] = [
        (
            line.own.number,
            line.own.currency,
            line.own.country,
            Amount(line.received, line.own.currency),
            *(Amount(line.by_status[status].amount, line.own.currency) for status in STATUSES),
            Amount(line.undecided.amount, line.own.currency),
            Amount(line.difference, line.own.currency),
        )
        for line in report.identity
    ]
    return titles, rows


def _of_day(report: Report, language: str) -> Block:
    keys = ("received", "by_machine", "by_person", "held", "unmatched", "other")
    when = report.shown_day.isoformat() if report.shown_day else say("nothing_came", language)
    titles = [when, say("currency", language), say("country", language)]
    titles += [f"{say(key, language)}{more}" for key in keys for more in (f", {say('count', language).lower()}", "")]
    rows: list[Sequence[Value]] = [
        (line.own.number, line.own.currency, line.own.country, *_both(line.own.currency, *sums))
        for line in report.of_day
        for sums in [(line.received, line.automatic, line.by_person, line.held, line.unmatched, line.other)]
    ]
    return titles, rows


def _ageing(report: Report, language: str) -> Block:
    titles = [say(key, language) for key in ("status", "currency", "country")]
    steps = [*(say("days", language, step=step) for step, _ in AGES), say("total", language)]
    titles += [f"{step}{more}" for step in steps for more in (f", {say('count', language).lower()}", "")]
    rows: list[Sequence[Value]] = [
        (say(line.status, language), line.currency, line.country, *_both(line.currency, *line.steps, line.total))
        for line in report.ageing
    ]
    return titles, rows


def _both(currency: str, *sums: Money) -> list[Value]:
    return [value for each in sums for value in (each.count, Amount(each.amount, currency))]


def _to_decide(book: Book, report: Report, language: str) -> None:
    columns = (
        ("payment", 26), ("booked", 11), ("age", 6), ("amount", 17), ("currency", 8), ("country", 8), ("account", 24),
        ("status", 12), ("reason", 26), ("why", 50), ("flags", 26), ("payer", 34), ("tax_id", 16), ("from_account", 24),
        ("on_behalf_of", 30), ("purpose", 60), ("read_as", 34), ("personal_account", 18), ("candidates", 46),
        ("next", 50), ("command", 60), ("file", 30), ("entries", 8),
    )  # fmt: skip
    put_list(book, "To decide", _columns(columns, language), (_item(item, language) for item in report.items))


def _item(item: Item, language: str) -> Sequence[Value]:
    read = (f"{say(f'kind_{piece.kind.value}', language)}: {piece.text}" for piece in item.pieces if piece.kind)
    why = [item.explanation]
    if item.waiting_act:
        act = say(f"act_{item.waiting_act}", language)
        why.append(say("waits_approval", language, act=act, actor=item.waiting_actor))
    if item.hold_until:
        why.append(say("held_until", language, day=item.hold_until.isoformat()))
    return (
        item.payment_id, item.booking_date, item.age, Amount(item.amount, item.currency), item.currency,
        item.own.country, item.own.number, say(item.status, language), item.reason_words, "; ".join(filter(None, why)),
        "; ".join(words for _, words in item.flags), item.payer_name, item.payer_tax_id, item.payer_account,
        item.ultimate_name, item.purpose, "; ".join(read), item.account_number, "\n".join(map(_offer, item.offers)),
        "\n".join(step.words for step in item.steps), "\n".join(step.command for step in item.steps if step.command),
        item.file_name, item.file_line,
    )  # fmt: skip


def _offer(offer: Offer) -> str:
    target = " ".join(filter(None, (offer.account_number, offer.invoice_number)))
    return f"{target}: {'; '.join(offer.evidence)} ({offer.score:.2f})"


def _alerts(book: Book, report: Report, language: str) -> None:
    columns = (
        ("kind", 30), ("raised", 16), ("account", 24), ("file", 30), ("what", 70), ("what_to_do", 70), ("command", 50),
    )  # fmt: skip
    rows = (
        (group.title, line.raised_at, line.own_account, line.file_name, line.words, group.what_to_do, line.command)
        for group in report.alerts
        for line in group.lines
    )
    put_list(book, "Alerts", _columns(columns, language), rows)


def _statements(book: Book, report: Report, language: str) -> None:
    columns = (
        ("statement", 26), ("file", 32), ("account", 24), ("currency", 8), ("country", 8), ("format", 18), ("from", 11),
        ("to", 11), ("entries", 9), ("opening", 18), ("closing", 18), ("state", 14), ("arithmetic", 16),
        ("continuity", 24), ("fault", 40), ("accepted_by", 16), ("arrived", 16),
    )  # fmt: skip
    rows = (
        (
            line.statement_id, line.file_name, line.own.number, line.own.currency, line.own.country, line.format,
            line.period_from, line.period_to, line.entries, Amount(line.opening, line.own.currency),
            Amount(line.closing, line.own.currency), say(f"state_{line.state}", language),
            say(f"arithmetic_{line.arithmetic}", language), say(f"continuity_{line.continuity}", language), line.fault,
            line.accepted_by, line.loaded_at,
        )
        for line in report.statements
    )  # fmt: skip
    put_list(book, "Statements", _columns(columns, language), rows)


def _differences(book: Book, report: Report, language: str) -> None:
    columns = (
        ("name", 46), ("account", 24), ("currency", 8), ("as_of", 14), ("amount", 18), ("statement", 26), ("why", 60),
    )  # fmt: skip
    rows = (
        (
            line.key, line.own.number, line.own.currency, line.as_of, Amount(line.amount, line.own.currency),
            line.statement_id, line.explanation,
        )
        for line in report.differences
    )  # fmt: skip
    put_list(book, "Differences", _columns(columns, language), rows)


def _columns(named: Sequence[tuple[str, int]], language: str) -> list[Column]:
    return [Column(_heading(key, language), width) for key, width in named]


def _heading(key: str, language: str) -> str:
    """The words of a key without the place of its value, such as «tax id {id}»."""
    return say(key, language, id="", account="", name="").strip().capitalize()
