"""What the doors report, taken into the books: stored first, whatever becomes of it.

A report finds its payment by its numbers or begins a new one; the unique key of a number is what makes two doors that
speak at the same moment speak of one payment. A payment that was made stands at once in unapplied cash, owed by its
processing centre; what is then credited is judged apart (`judging`). Nothing here credits anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from reconcile import ledger
from reconcile.explain.alerts import Said, said
from reconcile.gateway.report import Door, Kind, Report, clearing
from reconcile.ledger import Transfer, content_id
from reconcile.policy import PolicyBook
from reconcile.problem import Problem
from reconcile.reference import number_key
from reconcile.steps.gateway.accounts import Leads, accounts_of
from reconcile.steps.gateway.refunds import give_back
from reconcile.store import journal
from reconcile.store.alerts import raise_alert
from reconcile.store.bulk import any_of, insert_rows
from reconcile.store.gateway_tables import gateway_event, gateway_identity, gateway_payment
from reconcile.store.tables import payment

CHUNK: Final = 1000
RETRIES: Final = 8
Identity = tuple[str, str, str]
_FILLED: Final = (
    "provider", "merchant", "external_id", "receipt", "scheme", "issuer_country", "masked_pan", "phone", "operator",
)  # fmt: skip
_CORRECTED: Final = ("fee", "settlement_id")
_MAY_BE_NULL: Final = ("fee", "converted_amount", "converted_currency")


@dataclass(slots=True)
class Recorded:
    """`touched`: payments (their ids) about which something new was said, in the order in which they were first named."""

    new: int = 0
    known: int = 0
    unchanged: int = 0
    conflicts: list[Problem] = field(default_factory=list)
    touched: dict[str, None] = field(default_factory=dict)


def record(
    connection: Connection, reports: Iterable[Report], *, actor: str, now: datetime, policies: PolicyBook
) -> Recorded:
    """Take the reports into the books, in the caller's one transaction. What contradicts the books is among the
    `conflicts`, with an alert, and moves nothing; the caller decides whether it may be stored at all."""
    done = Recorded()
    some = iter(reports)
    while chunk := list(islice(some, CHUNK)):
        _Chunk(connection, chunk, actor, now, policies, done).take()
    return done


def recorded(
    engine: Engine,
    reports: Sequence[Report],
    *,
    actor: str,
    now: datetime,
    policies: PolicyBook,
    first: Callable[[Connection], None] | None = None,
) -> Recorded:
    """As `record`, in a transaction of its own; where another door stores the same payment at this moment, again.
    `first` is done before it in the same transaction, and may refuse it all."""
    for left in range(RETRIES, 0, -1):
        try:
            with engine.begin() as connection:
                if first is not None:
                    first(connection)
                return record(connection, reports, actor=actor, now=now, policies=policies)
        except IntegrityError:
            if left == 1:
                raise
    raise AssertionError("unreachable")


class _Chunk:
    """Some reports, with all that the books know of their numbers."""

    def __init__(
        self,
        connection: Connection,
        reports: Sequence[Report],
        actor: str,
        now: datetime,
        policies: PolicyBook,
        done: Recorded,
    ) -> None:
        self.connection, self.reports = connection, reports
        self.actor, self.now, self.policies, self.done = actor, now, policies, done
        self.leads: Leads = accounts_of(connection, {report.account for report in reports})
        self.of_identity = self._identities()
        self.rows = self._rows(set(self.of_identity.values()))
        self.paid = self._paid()
        self.said = self._said()
        self.fresh: list[str] = []
        self.changed: set[str] = set()
        self.identities: list[tuple[str, str, str, str]] = []
        self.events: list[tuple[object, ...]] = []
        self.begun: list[str] = []
        self.refunds: list[tuple[str, Report]] = []

    # --- what is known ---

    def _identities(self) -> dict[Identity, str]:
        wanted = {identity for report in self.reports for identity in report.identities}
        own = {("payment_id", "", report.payment_id) for report in self.reports if report.payment_id}
        c = gateway_identity.c
        values = {value for _, _, value in wanted | own}
        rows = self.connection.execute(select(gateway_identity).where(any_of(self.connection, c.value, values)))
        return {(row.kind, row.scope, row.value): row.gateway_id for row in rows}

    def _rows(self, ids: set[str]) -> dict[str, dict[str, Any]]:
        query = select(gateway_payment).where(any_of(self.connection, gateway_payment.c.id, ids))
        rows = self.connection.execute(query.order_by(gateway_payment.c.id).with_for_update())
        return {row.id: dict(row._mapping) for row in rows}

    def _paid(self) -> dict[str, tuple[str | None, str | None]]:
        """(status, account) of the payments that stand already."""
        query = select(payment.c.gateway_id, payment.c.status, payment.c.account_number)
        rows = self.connection.execute(query.where(any_of(self.connection, payment.c.gateway_id, self.rows)))
        return {row.gateway_id: (row.status, row.account_number) for row in rows}

    def _said(self) -> set[tuple[str, str]]:
        query = select(gateway_event.c.gateway_id, gateway_event.c.digest)
        rows = self.connection.execute(query.where(any_of(self.connection, gateway_event.c.gateway_id, self.rows)))
        return {(row.gateway_id, row.digest) for row in rows}

    # --- one report ---

    def take(self) -> None:
        for report in self.reports:
            self._take(report)
        self._write()

    def _take(self, report: Report) -> None:
        found = {self.of_identity[each] for each in report.identities if each in self.of_identity}
        if len(found) > 1:
            self._conflict(report, min(found), said("part.two_payments"))
        elif found:
            self._known(report, found.pop())
        elif report.names_original:
            self._conflict(report, "", said("part.original_unknown", number=repr(report.original_id)))
        else:
            self._begin(report)

    def _begin(self, report: Report) -> None:
        gateway_id = content_id("gateway", *report.identities[-1])
        row = {
            "id": gateway_id, "method": str(report.method), "amount": report.amount, "currency": report.currency,
            "clearing": clearing(report.method, report.provider, report.merchant, report.currency),
            "paid_at": report.at, "local_day": self._day(report), "account_given": report.account[:80],
            "payer_key": report.payer_key, "fee": report.fee, "settlement_id": report.settlement_id,
            "converted_amount": report.converted_amount, "converted_currency": report.converted_currency,
            "state": "failed", "confirmed": 0, "events": 0, "first_seen": self.now,
            **{name: getattr(report, "payment_id" if name == "external_id" else name) for name in _FILLED},
        }  # fmt: skip
        row["receipt"] = report.receipt.upper()
        self.rows[gateway_id] = row
        self.fresh.append(gateway_id)
        self._identify(report, gateway_id)
        self._event(report, row)
        self._state(report, row)
        self.done.new += 1

    def _known(self, report: Report, gateway_id: str) -> None:
        row = self.rows[gateway_id]
        if (gateway_id, report.digest) in self.said:
            self.done.unchanged += 1
            return
        if conflict := self._contradiction(report, row):
            self._event(report, row)
            self._conflict(report, gateway_id, conflict)
            return
        self.done.known += 1
        if doubt := self._doubt(report, row):
            self._event(report, row)
            self._alert(report, gateway_id, doubt)
            return
        self._event(report, row)
        if report.names_original:
            self.refunds.append((gateway_id, report))
            self.done.touched[gateway_id] = None
            return
        self._identify(report, gateway_id)
        self._fill(report, row)
        self._state(report, row)

    def _contradiction(self, report: Report, row: dict[str, Any]) -> Said | None:
        """Why the report cannot be of this payment; None where it can."""
        if self._of_another_centre(report, row):
            return said("part.other_centre", provider=row["provider"])
        if report.names_original:
            if report.currency != row["currency"]:
                return said("part.other_currency", currency=report.currency, paid=row["currency"])
            return None if row["id"] in self.paid or row["id"] in self.begun else said("part.original_failed")
        if (report.amount, report.currency) != (row["amount"], row["currency"]):
            return said("part.other_amount")
        if str(report.method) != row["method"]:
            return said("part.other_method", method=row["method"])
        return None

    @staticmethod
    def _of_another_centre(report: Report, row: dict[str, Any]) -> bool:
        """A centre may add to what another door told, and give back only what went through itself."""
        through = str(row["provider"]).casefold()
        signed = report.door is Door.WEBHOOK and report.kind is not Kind.PAID
        return signed and bool(through) and through != report.provider.casefold()

    def _doubt(self, report: Report, row: dict[str, Any]) -> Said | None:
        """What a person must look at and no file is refused for; None where there is nothing."""
        if report.names_original:
            return None
        if report.kind is Kind.FAILED and row["state"] == "paid":
            return said("part.paid_then_failed")
        if report.account and number_key(report.account) == number_key(row["account_given"]):
            return None  # what it said all along: a person may have moved the credit since
        status, account = self.paid.get(row["id"], (None, None))
        leads = self.leads.get(report.account, ())
        if status == "credited" and account and leads and account not in {each.number for each in leads}:
            return said("part.credited_elsewhere", account=account, named=report.account)
        return None

    def _fill(self, report: Report, row: dict[str, Any]) -> None:
        """What this door adds. Facts that a credit rests on are not rewritten behind it."""
        before = dict(row)
        credited = self.paid.get(row["id"], (None, None))[0] == "credited"
        for name in _FILLED:
            value = getattr(report, "payment_id" if name == "external_id" else name)
            if value and (not row[name] or not (credited or name in ("external_id", "receipt"))):
                row[name] = value.upper() if name == "receipt" else value
        for name in _CORRECTED:
            value = getattr(report, name)
            if value not in (None, ""):
                row[name] = value
        if report.converted_amount is not None and (row["converted_amount"] is None or not credited):
            row["converted_amount"], row["converted_currency"] = report.converted_amount, report.converted_currency
        if report.payer_key and (not row["payer_key"] or row["payer_key"].startswith("mask:")):
            row["payer_key"] = report.payer_key
        trusted = report.door is not Door.CALLBACK
        if report.account and not credited and (trusted or not row["account_given"]) and self._better(report, row):
            row["account_given"] = report.account[:80]
        for name in report.cleared:
            if not getattr(report, name) and (name in _CORRECTED or not credited):
                row[name] = None if name in _MAY_BE_NULL else ""
        if row != before:
            self.changed.add(row["id"])
            self.done.touched[row["id"]] = None

    def _better(self, report: Report, row: dict[str, Any]) -> bool:
        """A number that is on the books before one that is not; a registry or webhook before what a payer typed."""
        if number_key(report.account) == number_key(row["account_given"]):
            return False
        known = row["account_given"] in self.leads or bool(accounts_of(self.connection, [row["account_given"]]))
        return not known or report.door in (Door.REGISTRY, Door.WEBHOOK)

    def _state(self, report: Report, row: dict[str, Any]) -> None:
        if report.kind is not Kind.FAILED and row["state"] == "failed":
            row["state"] = "paid"
            self.begun.append(row["id"])
            self._touch(row)
        if report.kind is not Kind.FAILED and report.door is not Door.CALLBACK and not row["confirmed"]:
            row["confirmed"] = 1
            self._touch(row)
        if report.is_refund:
            self.refunds.append((row["id"], report))
            self._touch(row)

    def _touch(self, row: dict[str, Any]) -> None:
        self.changed.add(row["id"])
        self.done.touched[row["id"]] = None

    def _identify(self, report: Report, gateway_id: str) -> None:
        for identity in report.identities:
            if identity not in self.of_identity:
                self.of_identity[identity] = gateway_id
                self.identities.append((*identity, gateway_id))

    def _event(self, report: Report, row: dict[str, Any]) -> None:
        row["events"] += 1
        self.changed.add(row["id"])
        self.said.add((row["id"], report.digest))
        self.events.append(
            (row["id"], row["events"], str(report.kind), str(report.door), report.digest, report.amount,
             report.currency, report.at, self.now, self.actor, report.source, dict(report.facts))
        )  # fmt: skip

    def _conflict(self, report: Report, gateway_id: str, why: Said) -> None:
        what = f"{_named(report)}: {why}"
        self.done.conflicts.append(Problem(what, "nothing moved; ask the processing centre", report.line))
        self._alert(report, gateway_id, why)

    def _alert(self, report: Report, gateway_id: str, why: Said) -> None:
        door = said(f"part.door_{report.door}")
        what = said("gateway_conflict.report", door=door, report=_named(report), why=why)
        raise_alert(self.connection, what, f"{gateway_id}:{report.digest}", self.now)

    def _day(self, report: Report) -> date:
        """The local day where the account is, or where alone such payments are made; else as the moment is written."""
        policy = self.policies.on(report.at.date())
        countries = {each.country for each in self.leads.get(report.account, ())} & set(policy.countries)
        if not countries:
            countries = {code for code, its in policy.countries.items() if report.currency in its.currencies}
        return policy.countries[countries.pop()].local_day(report.at) if len(countries) == 1 else report.at.date()

    # --- into the books ---

    def _write(self) -> None:
        names = [column.name for column in gateway_payment.c]
        fresh = [self.rows[gateway_id] for gateway_id in self.fresh]
        insert_rows(self.connection, gateway_payment, names, [[row[name] for name in names] for row in fresh])
        for gateway_id in sorted(self.changed - set(self.fresh)):
            values = {name: value for name, value in self.rows[gateway_id].items() if name != "id"}
            self.connection.execute(update(gateway_payment).where(gateway_payment.c.id == gateway_id).values(**values))
        columns = ("kind", "scope", "value", "gateway_id")
        insert_rows(self.connection, gateway_identity, columns, self.identities)
        names = [column.name for column in gateway_event.c]
        insert_rows(self.connection, gateway_event, names, self.events)
        self._receive()

    def _receive(self) -> None:
        """A payment that was made stands in unapplied cash, owed by its processing centre."""
        if not self.begun and not self.refunds:
            return
        anchor = self.rows[(self.begun or [self.refunds[0][0]])[0]]
        link = f"gateway:{anchor['id']}:{anchor['events']}"
        transfers = []
        for gateway_id in self.begun:
            row = self.rows[gateway_id]
            self.connection.execute(payment.insert().values(**_payment(row)))
            transfers.append(_received(row))
        journal.post(self.connection, link, transfers, self.now)
        for gateway_id, report in self.refunds:
            why = give_back(self.connection, link, self.rows[gateway_id], report, self._day(report), self.now)
            if why is not None:
                self._conflict(report, gateway_id, why)
        journal.seal(self.connection, link, self.now)


def _named(report: Report) -> Said:
    return said(f"part.report_{report.kind}", name=report.name or said("part.without_number"))


def payment_id(gateway_id: str) -> str:
    return content_id("gateway payment", gateway_id)


def _payment(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": payment_id(row["id"]), "gateway_id": row["id"], "detail_no": 1, "channel": row["method"],
        "own_account": row["clearing"], "amount": row["amount"], "currency": row["currency"],
        "booking_date": row["local_day"], "sequence": 0, "by_person": False, "generation": 0, "refunded": 0,
    }  # fmt: skip


def _received(row: dict[str, Any]) -> Transfer:
    owed, unapplied = ledger.gateway(row["clearing"]), ledger.unapplied(row["clearing"])
    day, own = row["local_day"], payment_id(row["id"])
    return Transfer(f"receive:{own}", owed, unapplied, row["amount"], row["currency"], day, "received", own)


def open_ids(connection: Connection, gateway_ids: Iterable[str] | None = None) -> Iterator[str]:
    """Payments through gateways that no person decided and that wait: the oldest first, then by id."""
    query = (
        select(payment.c.id)
        .join(gateway_payment, gateway_payment.c.id == payment.c.gateway_id)
        .where(or_(payment.c.status.is_(None), payment.c.status.in_(("held", "unmatched"))))
        .where(and_(payment.c.by_person.is_(False), payment.c.refunded < payment.c.amount))
        .order_by(gateway_payment.c.paid_at, payment.c.id)
    )
    if gateway_ids is not None:
        query = query.where(any_of(connection, payment.c.gateway_id, gateway_ids))
    yield from connection.execute(query).scalars()
