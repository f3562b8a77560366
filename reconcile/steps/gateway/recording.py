"""What the doors report, taken into the books: stored first, whatever becomes of it.

A report finds its payment by its numbers or begins a new one; the unique key of a number is what makes two doors that
speak at the same moment speak of one payment. What a later report may change of it is told in `merging`. A payment that
was made stands at once in unapplied cash, owed by its processing centre; what is then credited is judged apart
(`judging`). Nothing here credits anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.exc import IntegrityError

from reconcile import ledger
from reconcile.explain.alerts import Said, said
from reconcile.gateway.report import Door, Kind, Report
from reconcile.ledger import Transfer, content_id
from reconcile.policy import PolicyBook
from reconcile.problem import Problem
from reconcile.steps.gateway import merging
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
        row = merging.begun(report, gateway_id, self._day(report), self.now)
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
        made = gateway_id in self.paid or gateway_id in self.begun
        if conflict := merging.contradiction(report, row, made):
            self._event(report, row)
            self._conflict(report, gateway_id, conflict)
            return
        self.done.known += 1
        if doubt := merging.doubt(report, row, self._credited_to(gateway_id), self.leads):
            self._event(report, row)
            self._alert(report, gateway_id, doubt)
            return
        self._event(report, row)
        if report.names_original:
            self.refunds.append((gateway_id, report))
            self.done.touched[gateway_id] = None
            return
        self._identify(report, gateway_id)
        if merging.add(report, row, self._credited_to(gateway_id) is not None, self._is_account):
            self._touch(row)
        self._state(report, row)

    def _credited_to(self, gateway_id: str) -> str | None:
        status, account = self.paid.get(gateway_id, (None, None))
        return account or "" if status == "credited" else None

    def _is_account(self, number: str) -> bool:
        return number in self.leads or bool(accounts_of(self.connection, [number]))

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
