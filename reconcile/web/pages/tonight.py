"""Tonight: what came in and where it stands, the identity, runs, alerts, and three small charts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from reconcile.reports.model import AGES, STATUSES, IdentityLine, Report
from reconcile.steps import uploads
from reconcile.web.render import page
from reconcile.web.visit import Viewer

router = APIRouter()


@router.get("/")
def tonight(visit: Viewer, country: str = "") -> Response:
    known = visit.policies.editions[-1].policy.countries
    chosen = country if country in known else ""
    found = visit.request.app.state.kept.of(visit, chosen)
    report = found.report
    return page(
        visit, "tonight.html", r=report, statuses=STATUSES, countries=sorted(known), country=chosen, made_at=found.made_at,
        ages=[label for label, _ in AGES], bars=list(bars(report)), ageing=list(ageing(report)), stack=stack,
        runs=uploads.jobs(visit.engine, "run", 3),
    )  # fmt: skip


# --- shapes for the charts, in whole numbers; never money --------------------------------------------------------------


def bars(report: Report) -> Iterator[dict[str, Any]]:
    """A bar a day: how many payments came in, and how many of them were credited with nobody's hand."""
    highest = max((bar.received for bar in report.trend), default=1)
    width = 560 // max(len(report.trend), 1)
    for number, bar in enumerate(report.trend):
        tall, auto = (max(count * 110 // highest, 1 if count else 0) for count in (bar.received, bar.automatic))
        rate = bar.automatic * 100 // bar.received if bar.received else 0
        yield {
            "day": bar.day, "x": number * width + 4, "w": max(min(width - 8, 44), 3), "tall": tall, "auto": auto,
            "received": bar.received, "rate": rate, "line": f"{number * width + width // 2},{130 - rate * 110 // 100}",
        }  # fmt: skip


def ageing(report: Report) -> Iterator[dict[str, Any]]:
    """How many payments wait since when: held and unmatched, over all currencies."""
    steps = [{"held": 0, "unmatched": 0} for _ in AGES]
    for line in report.ageing:
        for step, money in zip(steps, line.steps, strict=True):
            step[line.status] += money.count
    highest = max((sum(step.values()) for step in steps), default=0) or 1
    for (label, _), step in zip(AGES, steps, strict=True):
        widths = {status: count * 400 // highest for status, count in step.items()}
        yield {"label": label, **step, "w_held": widths["held"], "w_unmatched": widths["unmatched"]}


def stack(line: IdentityLine) -> list[tuple[str, int, int]]:
    """An own account's money by status, as (status, left, width) in thousandths."""
    found, left = [], 0
    for status in STATUSES:
        amount = line.by_status[status].amount
        width = max(amount * 1000 // line.placed, 4) if amount > 0 and line.placed else 0
        if width:
            found.append((status, left, width))
        left += width
    return found
