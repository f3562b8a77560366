"""`import gateway-payments`: the registry of a processing centre or mobile operator, all rows of a file or none.

A row is an event of its payment: importing the same registry again adds nothing, one with a later status adds what became
of the payment. A row whose personal account is not on the books is stored and waits, unmatched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from reconcile.gateway.judge import scheme_of
from reconcile.gateway.payers import card_key, mask_phone, phone_key
from reconcile.gateway.report import Door, Kind, Report
from reconcile.policy import Method, PolicyBook, load_policy
from reconcile.problem import Refusal
from reconcile.steps.gateway.judging import judge_payments
from reconcile.steps.gateway.recording import RETRIES, Recorded, record
from reconcile.steps.masters.fields import (
    Field,
    Given,
    column,
    country,
    currency,
    one_of,
    plain,
    positive,
    read_fields,
    reference,
)
from reconcile.store.alerts import audit
from reconcile.tabular import DEFAULT_LIMIT, Holds, Problems, Row, read_rows

STATUSES: Final = {
    "succeeded": Kind.PAID, "failed": Kind.FAILED, "refunded": Kind.REFUNDED, "charged_back": Kind.CHARGED_BACK,
}  # fmt: skip
_AHEAD: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RegistryResult:
    """`known`: rows that said something new of a payment on the books; `decided`: payments that were decided at once."""

    kind: str
    rows: int
    new: int
    changed: int
    unchanged: int
    decided: int


def moment(text: str) -> datetime:
    """ISO 8601 with its offset; a time without one could be of another day."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal.of(f"{text[:40]!r} is no moment", "write it as 2026-02-03T14:05:00+05:00") from None
    if read.tzinfo is None or len(text) < 16:
        raise Refusal.of(f"{text[:40]!r} has no time or no offset", "write it as 2026-02-03T14:05:00+05:00")
    return read


def short(limit: int) -> Any:
    def parse(text: str) -> str:
        if len(text) > limit:
            raise Refusal.of(f"{text[:40]!r}… is longer than {limit} characters", "give the name or number alone")
        return text

    return parse


def issuer(text: str) -> str:
    """ISO 3166-1, and XK, by which card schemes know Kosovo."""
    return text if text == "XK" else country(text)


FIELDS: Final = (
    Field(column("gateway_payment_id", Holds.IDENTIFIER), "payment_id", reference),
    Field(column("method"), "method", one_of([str(Method.CARD), str(Method.MOBILE_MONEY)])),
    Field(column("account_number", Holds.IDENTIFIER), "account", reference),
    Field(column("amount", Holds.AMOUNT), "amount", plain),
    Field(column("currency"), "currency", currency),
    Field(column("paid_at"), "at", moment),
    Field(column("status"), "kind", one_of(STATUSES)),
    Field(column("card_scheme", optional=True), "scheme", short(24), ""),
    Field(column("card_token", Holds.IDENTIFIER, optional=True), "card_token", plain, ""),
    Field(column("masked_pan", Holds.IDENTIFIER, optional=True), "masked_pan", short(32), ""),
    Field(column("issuer_country", optional=True), "issuer_country", issuer, ""),
    Field(column("msisdn", Holds.IDENTIFIER, optional=True), "msisdn", short(80), ""),
    Field(column("operator", optional=True), "operator", short(40), ""),
    Field(column("fee", Holds.AMOUNT, optional=True), "fee", plain),
    Field(column("settlement_id", Holds.IDENTIFIER, optional=True), "settlement_id", reference, ""),
    Field(column("provider", optional=True), "provider", short(64), ""),
    Field(column("merchant", Holds.IDENTIFIER, optional=True), "merchant", short(64), ""),
    Field(column("receipt", Holds.IDENTIFIER, optional=True), "receipt", reference, ""),
    Field(column("original_id", Holds.IDENTIFIER, optional=True), "original_id", reference, ""),
    Field(column("converted_amount", Holds.AMOUNT, optional=True), "converted_amount", plain),
    Field(column("converted_currency", optional=True), "converted_currency", currency),
)  # fmt: skip


def import_gateway_payments(
    engine: Engine,
    path: Path,
    *,
    actor: str,
    now: datetime,
    policies: PolicyBook | None = None,
    limit: int = DEFAULT_LIMIT,
) -> RegistryResult:
    """Store a registry, then credit at once what may be credited. Refuses the file whole, with up to a hundred
    problems: faulty cells, a payment on the books with another amount, a refund of a payment that is not there."""
    book = policies or load_policy()
    stored, rows = _stored(engine, path, actor, now, book, limit)
    _, decided = judge_payments(engine, now=now, policies=book, gateway_ids=list(stored.touched))
    return RegistryResult("gateway-payments", rows, stored.new, stored.known, stored.unchanged, decided)


def _stored(
    engine: Engine, path: Path, actor: str, now: datetime, policies: PolicyBook, limit: int
) -> tuple[Recorded, int]:
    for left in range(RETRIES, 0, -1):
        problems = Problems(path.name)
        try:
            reports = _reports(path, problems, now, limit)
            with engine.begin() as connection:
                done = record(connection, reports, actor=actor, now=now, policies=policies)
                problems.found += done.conflicts
                problems.settle()
                rows = done.new + done.known + done.unchanged
                if done.new or done.known:
                    details = {"rows": rows, "new": done.new, "changed": done.known, "unchanged": done.unchanged}
                    audit(connection, actor, "import", "gateway-payments", path.name, now, details)
            return done, rows
        except Refusal as refusal:
            raise refusal.at(path.name) from None
        except IntegrityError:  # another door stored one of these payments at this moment
            if left == 1:
                raise
    raise AssertionError("unreachable")


def _reports(path: Path, problems: Problems, now: datetime, limit: int) -> Iterator[Report]:
    """The rows as reports; refunds that name another payment come after the payments of their file."""
    seen: dict[str, int] = {}
    refunds = []
    for row in read_rows(path, [each.column for each in FIELDS], problems, limit=limit):
        report = _report(row, path.name, seen, problems, now)
        if report is None:
            continue
        if report.names_original:
            refunds.append(report)
        else:
            yield report
    problems.settle()
    yield from refunds


def _report(row: Row, file: str, seen: dict[str, int], problems: Problems, now: datetime) -> Report | None:
    try:
        given = read_fields(row, FIELDS)
        report = report_of(given, Door.REGISTRY, f"{file}:{row.line}", row.line)
    except Refusal as refusal:
        problems.take(refusal, row.line)
        return None
    if report.at > now + _AHEAD:
        problems.add(f"paid_at {report.at.isoformat()} lies ahead", "correct the moment", row.line)
        return None
    first = seen.setdefault(report.payment_id, row.line)
    if first != row.line:
        problems.add(
            f"gateway_payment_id {report.payment_id!r} stands twice, first on line {first}", "keep one", row.line
        )
        return None
    return report


def report_of(given: Given, door: Door, source: str, line: int | None = None) -> Report:
    """Read cells, in the registry's words, as a report. Refuses amounts that are none, and a fee above the amount."""
    money = given["currency"]
    amount = positive(given["amount"], money)
    converted, into = given.get("converted_amount"), given.get("converted_currency")
    if (converted is None) != (into is None):
        raise Refusal.of("converted_amount and converted_currency go together", "give both or neither")
    kind = STATUSES[given["kind"]]
    original = given.get("original_id") or ""
    if original and kind in (Kind.PAID, Kind.FAILED):
        raise Refusal.of("original_id belongs to a refund or chargeback", "leave it empty, or correct the status")
    phone = given.get("msisdn") or ""
    card = given["method"] == Method.CARD
    return Report(
        kind=kind, door=door, method=Method(given["method"]), amount=amount, currency=money, at=given["at"],
        payment_id=given["payment_id"], receipt=given.get("receipt") or "", original_id=original,
        account=given["account"], provider=given.get("provider") or "", merchant=given.get("merchant") or "",
        scheme=scheme_of(given.get("scheme") or ""), issuer_country=given.get("issuer_country") or "",
        payer_key=card_key(given.get("card_token") or "") if card else phone_key(phone, "KE"),
        masked_pan=given.get("masked_pan") or "", phone=mask_phone(phone), operator=given.get("operator") or "",
        fee=_fee(given.get("fee"), money, amount), settlement_id=given.get("settlement_id") or "",
        converted_amount=None if converted is None else positive(converted, str(into)), converted_currency=into,
        cleared=_cleared(given, card=card), source=source, line=line, facts=_facts(given),
    )  # fmt: skip


def _fee(text: str | None, money: str, amount: int) -> int | None:
    if text is None:
        return None
    fee = 0 if not text.strip("0.") else positive(text, money)
    if fee > amount:
        raise Refusal.of(f"the fee {text} is more than the amount", "correct either")
    return fee


_CLEARS: Final = {
    "scheme": ("scheme",), "masked_pan": ("masked_pan",), "issuer_country": ("issuer_country",), "fee": ("fee",),
    "settlement_id": ("settlement_id",), "provider": ("provider",), "merchant": ("merchant",),
    "converted_amount": ("converted_amount", "converted_currency"),
}  # fmt: skip


def _cleared(given: Given, *, card: bool) -> frozenset[str]:
    """What empty cells clear. Receipt, operator and original make the payment what it is: they are never taken away."""
    clears = _CLEARS | ({"card_token": ("payer_key",)} if card else {"msisdn": ("payer_key", "phone")})
    return frozenset(
        name for column, names in clears.items() if column in given and given[column] in (None, "") for name in names
    )


_NEVER_KEPT: Final = frozenset({"card_token", "msisdn"})


def _facts(given: Given) -> dict[str, object]:
    """As reported; of a card token and a phone only that they were there."""
    kept: dict[str, object] = {
        name: str(value) for name, value in given.items() if value not in (None, "") and name not in _NEVER_KEPT
    }
    return kept | {name: mask_phone(str(given[name])) for name in ("msisdn",) if given.get(name)}
