"""The alert report in the console: what needs a person today, what changed, what is missing, what ends soon; a workbook."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from reconcile.reports import alert_report
from reconcile.reports.model import AGES
from reconcile.steps import mail
from reconcile.web.render import page
from reconcile.web.visit import Viewer, Visit

router = APIRouter()
LETTERS: Final = 12
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/report")
def report(visit: Viewer, country: str = "") -> Response:
    chosen = _country(visit, country)
    found = visit.request.app.state.kept.of(visit, chosen)
    known = visit.policies.editions[-1].policy.countries
    its = (each for each in mail.letters(visit.engine) if each.kind == "report")
    return page(
        visit, "report.html", r=found.report, found=found, country=chosen, countries=sorted(known),
        ages=[label for label, _ in AGES], letters=list(islice(its, LETTERS)),
    )  # fmt: skip


@router.get("/report.xlsx")
def workbook(visit: Viewer, country: str = "") -> Response:
    """Everything that the report says, all open payments included, to filter and to add up."""
    chosen = _country(visit, country)
    with TemporaryDirectory() as folder:
        path = alert_report.write(
            visit.engine, Path(folder) / "report.xlsx", day=visit.today, now=visit.now, policies=visit.policies,
            country=chosen, language=visit.language,
        )  # fmt: skip
        content = path.read_bytes()
    name = f"report-{visit.today}{'-' + chosen if chosen else ''}.xlsx"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=WORKBOOK, headers=headers)


def _country(visit: Visit, country: str) -> str:
    return country if country in visit.policies.editions[-1].policy.countries else ""
