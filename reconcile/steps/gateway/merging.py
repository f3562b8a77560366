"""What one more report says of a payment through a gateway: what contradicts it, what a person must look at, what it adds.

A row is that of `gateway_payment`, by its columns' names; `begun` makes it and `add` changes it in place. Nothing here
looks into the books, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from reconcile.explain.alerts import Said, said
from reconcile.gateway.report import Door, Kind, Report, clearing
from reconcile.reference import number_key
from reconcile.steps.gateway.accounts import Leads

_FILLED: Final = (
    "provider", "merchant", "external_id", "receipt", "scheme", "issuer_country", "masked_pan", "phone", "operator",
)  # fmt: skip
_NUMBERS: Final = ("external_id", "receipt")
_CORRECTED: Final = ("fee", "settlement_id")
_MAY_BE_NULL: Final = ("fee", "converted_amount", "converted_currency")


def begun(report: Report, gateway_id: str, local_day: date, now: datetime) -> dict[str, Any]:
    """The row of a payment that no door has spoken of before."""
    return {
        "id": gateway_id, "method": str(report.method), "amount": report.amount, "currency": report.currency,
        "clearing": clearing(report.method, report.provider, report.merchant, report.currency),
        "paid_at": report.at, "local_day": local_day, "account_given": report.account[:80],
        "payer_key": report.payer_key, "fee": report.fee, "settlement_id": report.settlement_id,
        "converted_amount": report.converted_amount, "converted_currency": report.converted_currency,
        "state": "failed", "confirmed": 0, "events": 0, "first_seen": now,
        **{name: _told(report, name) for name in _FILLED},
    }  # fmt: skip


def contradiction(report: Report, row: dict[str, Any], made: bool) -> Said | None:
    """Why the report cannot be of this payment; None where it can. `made`: it stands in the books as paid."""
    if _of_another_centre(report, row):
        return said("part.other_centre", provider=row["provider"])
    if report.names_original:
        if report.currency != row["currency"]:
            return said("part.other_currency", currency=report.currency, paid=row["currency"])
        return None if made else said("part.original_failed")
    if (report.amount, report.currency) != (row["amount"], row["currency"]):
        return said("part.other_amount")
    if str(report.method) != row["method"]:
        return said("part.other_method", method=row["method"])
    return None


def _of_another_centre(report: Report, row: dict[str, Any]) -> bool:
    """A centre may add to what another door told, and give back only what went through itself."""
    through = str(row["provider"]).casefold()
    signed = report.door is Door.WEBHOOK and report.kind is not Kind.PAID
    return signed and bool(through) and through != report.provider.casefold()


def doubt(report: Report, row: dict[str, Any], credited_to: str | None, leads: Leads) -> Said | None:
    """What a person must look at and no file is refused for; None where there is nothing. `leads`: the accounts that
    the number in the report leads to."""
    if report.names_original:
        return None
    if report.kind is Kind.FAILED and row["state"] == "paid":
        return said("part.paid_then_failed")
    if report.account and number_key(report.account) == number_key(row["account_given"]):
        return None  # what it said all along: a person may have moved the credit since
    named = {each.number for each in leads.get(report.account, ())}
    if credited_to and named and credited_to not in named:
        return said("part.credited_elsewhere", account=credited_to, named=report.account)
    return None


def add(report: Report, row: dict[str, Any], credited: bool, is_account: Callable[[str], bool]) -> bool:
    """What this door adds; False where nothing is new. Facts that a credit rests on are not rewritten behind it."""
    before = dict(row)
    for name in _FILLED:
        value = _told(report, name)
        if value and (not row[name] or not (credited or name in _NUMBERS)):
            row[name] = value
    for name in _CORRECTED:
        value = getattr(report, name)
        if value not in (None, ""):
            row[name] = value
    if report.converted_amount is not None and (row["converted_amount"] is None or not credited):
        row["converted_amount"], row["converted_currency"] = report.converted_amount, report.converted_currency
    if report.payer_key and (not row["payer_key"] or row["payer_key"].startswith("mask:")):
        row["payer_key"] = report.payer_key
    if report.account and not credited and _is_better(report, row, is_account):
        row["account_given"] = report.account[:80]
    for name in report.cleared:
        if not getattr(report, name) and (name in _CORRECTED or not credited):
            row[name] = None if name in _MAY_BE_NULL else ""
    return row != before


def _told(report: Report, column: str) -> Any:
    if column == "receipt":
        return report.receipt.upper()
    return getattr(report, "payment_id" if column == "external_id" else column)


def _is_better(report: Report, row: dict[str, Any], is_account: Callable[[str], bool]) -> bool:
    """A number that is on the books before one that is not; a registry or webhook before what a payer typed."""
    if report.door is Door.CALLBACK and row["account_given"]:
        return False
    if number_key(report.account) == number_key(row["account_given"]):
        return False
    return report.door in (Door.REGISTRY, Door.WEBHOOK) or not is_account(row["account_given"])
