"""The report as one HTML page: no script, nothing from the network, every text of a stranger escaped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from reconcile.purpose.reading import SpanKind
from reconcile.reports import shown
from reconcile.reports.model import AGES, STATUSES, AgeLine, IdentityLine, Item, Report
from reconcile.reports.words import said, say

READ: Final = {
    SpanKind.INVOICE: "invoice",
    SpanKind.ACCOUNT: "account",
    SpanKind.BARE: "bare",
    SpanKind.RANGE: "bare",
    SpanKind.BENEFICIARY: "beneficiary",
}
"""The colour of what may lead to an account; everything else that was read is a decoy, in grey."""


@dataclass(frozen=True, slots=True)
class Day:
    """What came in on the shown day, over all accounts: counts only, since currencies cannot be added."""

    received: int
    automatic: int


def write(report: Report, path: Path, language: str) -> None:
    """Write the page. The open payments that the report draws are all on it."""
    items = list(report.items)
    template = _environment(language).get_template("alert_report.html")
    stream = template.stream(
        r=report,
        items=items,
        language=language,
        statuses=STATUSES,
        ages=[step for step, _ in AGES],
        today=Day(sum(x.received.count for x in report.of_day), sum(x.automatic.count for x in report.of_day)),
        oldest=max((item.age for item in items), default=0),
        highest=max((bar.received for bar in report.trend), default=1),
    )
    with path.open("w", encoding="utf-8", newline="\n") as out:
        stream.enable_buffering(50)
        out.writelines(stream)


def _environment(language: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("reconcile.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "t": partial(say, language=language),
        "money": partial(shown.amount, language=language),
        "whole": partial(shown.whole, language=language),
        "percent": partial(shown.percent, language=language),
        "bars": bars,
        "share": share,
        "largest": largest,
        "read": READ,
        "difference_name": partial(_difference_name, language=language),
        "age": partial(_age, language=language),
        "exact": _exact,
        "sentence": _sentence,
    }
    environment.filters |= {
        "day": partial(shown.day, language=language),
        "moment": partial(shown.moment, language=language),
        "visible": shown.visible,
    }
    return environment


# --- what the small charts need: shapes, never money ------------------------------------------------------------------


def share(part: int, all_: int) -> str:
    """A width in per cent, for a bar. Something is never drawn as nothing."""
    if part <= 0 or all_ <= 0:
        return "0"
    return f"{max(part * 1000 // all_, 5) / 10:g}"


def bars(line: IdentityLine) -> list[tuple[str, str, str]]:
    """An own account's money by status, as (status, left, width) in per cent."""
    found = []
    left = 0
    for status in STATUSES:
        amount = line.by_status[status].amount
        if amount:
            found.append((status, share(left, line.placed), share(amount, line.placed)))
        left += amount
    return found


def largest(lines: tuple[AgeLine, ...], country: str, currency: str) -> int:
    """The largest step of one country and currency: its bars are drawn against it."""
    its_own = (line for line in lines if (line.country, line.currency) == (country, currency))
    return max(step.amount for line in its_own for step in line.steps)


def _sentence(told: str) -> str:
    """Clauses as a sentence."""
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _exact(item: Item, outstanding: int | None, currency: str) -> bool:
    return outstanding == item.amount and currency == item.currency


def _difference_name(kind: str, language: str) -> str:
    key = f"difference_{kind}"
    return say(key, language) if said(key, language) else kind.replace("_", " ")


def _age(days: int, language: str) -> str:
    if days == 0:
        return say("age_today", language)
    return say("age_word", language) if days == 1 else say("age_words", language, days=days)
