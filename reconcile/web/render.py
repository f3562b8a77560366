"""How a page comes to be: templates, the words of the reader's language, amounts and days as people write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from babel.dates import format_timedelta
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from reconcile import __version__
from reconcile.explain import advice, flag_text, status_text
from reconcile.explain.problems import in_language
from reconcile.purpose.reading import SpanKind
from reconcile.reports import shown
from reconcile.reports.words import say as report_words
from reconcile.web.visit import Visit
from reconcile.web.words import say

_TEMPLATES: Final = Path(__file__).parent / "templates"
READ: Final = {
    SpanKind.INVOICE: "invoice",
    SpanKind.ACCOUNT: "account",
    SpanKind.BARE: "bare",
    SpanKind.RANGE: "bare",
    SpanKind.BENEFICIARY: "beneficiary",
}
"""The colour of what may lead to an account; everything else that was read is a decoy."""


@lru_cache(maxsize=4)
def environment(language: str) -> Environment:
    """The templates, speaking this language. A text of a stranger is escaped wherever it is shown."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "_": partial(say, language=language),
        "language": language,
        "t": partial(report_words, language=language),
        "version": __version__,
        "money": partial(shown.amount, language=language),
        "whole": partial(shown.whole, language=language),
        "percent": partial(shown.percent, language=language),
        "status_text": partial(_status, language=language),
        "flag_text": partial(flag_text, lang=language),
        "reason_short": partial(reason_short, language=language),
        "read": READ,
        "key": partial(token_hex, 12),
    }
    made.filters |= {
        "date": date.fromisoformat,
        "day": partial(shown.day, language=language),
        "moment": partial(shown.moment, language=language),
        "ago": partial(ago, language=language),
        "told": partial(in_language, language=language),
        "visible": shown.visible,
        "capital": _capital,
    }
    return made


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def reason_short(reason: str, language: str) -> str:
    """What a reason means, for a line of a list."""
    return advice(reason, language).meaning if reason else say("not decided yet", language)


def _status(status: str | None, language: str) -> str:
    return status_text(status, language) if status else say("not decided yet", language)


def ago(value: datetime, now: datetime, language: str) -> str:
    """How long since, in words."""
    past: timedelta = value - now
    return str(format_timedelta(past, add_direction=True, locale=language))


def page(visit: Visit, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page, or the part of one."""
    around = {
        "visit": visit,
        "user": visit.user,
        "here": visit.request.url.path,
        "today": visit.today,
        "now": visit.now,
        "csrf": partial(_csrf, visit),
        "nav": partial(navigation, visit),
    }
    text = environment(visit.language).get_template(template).render(**around, **values)
    return HTMLResponse(text, status)


def _csrf(visit: Visit) -> Markup:
    """The hidden field with the session's token, which every form that changes anything needs."""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(visit.user.csrf)


def navigation(visit: Visit) -> list[tuple[str, str, int]]:
    """Address, words and a count of what waits, for the bar; only where this person may go."""
    waiting = visit.counts
    entries = [
        ("/", "Tonight", 0),
        ("/report", "Report", 0),
        ("/queue", "Queue", waiting["todo"]),
        ("/approvals", "Second person", waiting["second"] + waiting["changes"]),
        ("/statements", "Statements", 0),
        ("/accounts", "Accounts", 0),
        ("/powers", "Powers", 0),
    ]
    if visit.may("manage"):
        entries += [("/users", "Users", 0), ("/audit", "Audit trail", 0)]
    return [(address, say(words, visit.language), count) for address, words, count in entries]


def iso(value: date | None) -> str:
    return value.isoformat() if value else ""
