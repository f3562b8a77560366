"""The alert report as a letter: HTML that mail programs show (styles inline, tables, pictures), and its plain twin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import Connection

from reconcile.policy import PolicyBook
from reconcile.reports import news, pictures, shown
from reconcile.reports.alert_report import Asked, collect
from reconcile.reports.figures import own_accounts
from reconcile.reports.model import AGES, STATUSES
from reconcile.reports.words import say

SHOWN: Final = 15
"""How many open payments a letter names; the workbook beside it has all of them."""
ALERTS_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class ReportLetter:
    """`short` is what fits into a chat."""

    subject: str
    text: str
    html: str
    short: str
    images: tuple[tuple[str, bytes], ...]


def make(connection: Connection, asked: Asked, policies: PolicyBook, console: str = "") -> ReportLetter:
    """The letter of these books. `console`: the address under which people reach the console; empty: no links."""
    report = collect(connection, asked, policies)
    items = list(islice(report.items, SHOWN))
    images = {"trend": pictures.trend(report.trend), "ageing": pictures.ageing(report.ageing)}
    received = sum(line.received.count for line in report.of_day)
    automatic = sum(line.automatic.count for line in report.of_day)
    values: dict[str, Any] = {
        "r": report,
        "items": items,
        "language": asked.language,
        "statuses": STATUSES,
        "ages": [step for step, _ in AGES],
        "received": received,
        "automatic": automatic,
        "changes": news.changes(connection, own_accounts(connection, asked.country), asked.now),
        "powers": news.ending_powers(connection, asked.country, asked.day),
        "pictures": {name for name, picture in images.items() if picture},
        "alerts_shown": ALERTS_SHOWN,
        "console": console,
    }
    html = _environment(asked.language, True).get_template("letter.html").render(values)
    text = _environment(asked.language, False).get_template("letter.txt").render(values)
    say_ = partial(say, language=asked.language)
    place = asked.country or say_("every_country")
    verdict = say_("holds") if report.holds else say_("fails")
    counts = say_("letter_counts", waiting=report.waiting, alerts=report.alert_count)
    return ReportLetter(
        subject=f"{say_('title')} {place} {shown.day(report.day, asked.language)}: {counts}",
        text=text,
        html=html,
        short=f"{say_('title')} {place} {shown.day(report.day, asked.language)}\n{verdict}\n{counts}",
        images=tuple((name, picture) for name, picture in images.items() if picture),
    )


def _environment(language: str, escape: bool) -> Environment:
    """For HTML every text of a stranger is escaped; plain text has nothing to escape."""
    environment = Environment(
        loader=PackageLoader("reconcile.reports"),
        autoescape=escape,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "t": partial(say, language=language),
        "money": partial(shown.amount, language=language),
        "whole": partial(shown.whole, language=language),
        "percent": partial(shown.percent, language=language),
    }
    environment.filters |= {
        "day": partial(shown.day, language=language),
        "moment": partial(shown.moment, language=language),
        "visible": shown.visible,
        "one_line": lambda words: " ".join(shown.visible(words).split()),
    }
    return environment
