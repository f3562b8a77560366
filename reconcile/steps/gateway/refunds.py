"""Money that went back through the gateway: a refund or a chargeback, whole or in part, by counter-posting.

Whatever the payment's placement was is taken back; what went back is no longer owed by the processing centre; what is left
of a partly refunded payment is credited anew, to the account that had it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from reconcile import ledger
from reconcile.explain.alerts import Said, said
from reconcile.gateway.conversion import share
from reconcile.gateway.report import Report
from reconcile.ledger import PLACES, Transfer
from reconcile.outcome import Conversion, Decision
from reconcile.payer import Relation
from reconcile.proposal import Evidence
from reconcile.store import journal
from reconcile.store.decision_rows import Act, Standing, Written
from reconcile.store.decisions import standing_of, take_back, write
from reconcile.store.gateway_tables import gateway_refund
from reconcile.store.tables import decision, payment


def give_back(
    connection: Connection, link: str, row: dict[str, Any], report: Report, local_day: date, now: datetime
) -> Said | None:
    """Apply one refund, in the caller's transaction and journal link. Why not, where it cannot be; a refund that is
    known already is no news. `row` is the gateway payment; `local_day` the day of the refund where the account is."""
    number = report.payment_id if report.names_original else f"whole:{row['id']}"
    known = select(gateway_refund).where(gateway_refund.c.id == number)
    if found := connection.execute(known).first():
        same = (found.gateway_id, found.amount) == (row["id"], report.amount) or not report.names_original
        return None if same else said("part.refund_other_amount")
    paid = connection.execute(select(payment).where(payment.c.gateway_id == row["id"]).with_for_update()).one()
    standing = standing_of(paid._mapping)
    amount = report.amount if report.names_original else standing.left
    if amount == 0:
        return None
    if amount > standing.left:
        return said("part.refund_too_much")
    connection.execute(
        insert(gateway_refund).values(
            id=number, gateway_id=row["id"], kind=str(report.kind), amount=amount, at=report.at,
            settled_amount=_settled(row, amount), settlement_id=report.settlement_id if report.names_original else "",
        )
    )  # fmt: skip
    _move(connection, link, paid, standing, number, amount, report, max(local_day, paid.booking_date), now)
    return None


def _settled(row: dict[str, Any], amount: int) -> int:
    """In the currency in which the centre settles the payment."""
    if row["converted_amount"] is None:
        return amount
    return max(1, share(row["converted_amount"], amount, row["amount"]))


def _move(
    connection: Connection,
    link: str,
    paid: Any,
    standing: Standing,
    number: str,
    amount: int,
    report: Report,
    day: date,
    now: datetime,
) -> None:
    if paid.status in PLACES.values():
        first = journal.next_row(connection, link)
        take_back(connection, link, standing, now, report.kind.value.replace("_", " "), day, first)
    back = _back(standing, number, amount, day, report)
    journal.post(connection, link, [back], now, journal.next_row(connection, link))
    connection.execute(update(payment).where(payment.c.id == paid.id).values(refunded=standing.refunded + amount))
    rest = replace(standing, refunded=standing.refunded + amount)
    made = _outcome(connection, paid, rest, report)
    if made is not None:
        act = Act("machine", now, _policy(connection, paid), name=report.kind.value[:16], run_no=0)
        write(connection, link, [Written(rest, made, act)], journal.next_row(connection, link))


def _back(standing: Standing, number: str, amount: int, day: date, report: Report) -> Transfer:
    own = standing.own_account
    words = report.kind.value.replace("_", " ")
    sides = (ledger.unapplied(own), ledger.gateway(own))
    return Transfer(f"refund:{number}", *sides, amount, standing.currency, day, words, standing.payment_id)


def _policy(connection: Connection, paid: Any) -> str:
    found = select(decision.c.policy_version).where(decision.c.payment_id == paid.id, decision.c.no == paid.decision_no)
    return str(connection.execute(found).scalar() or "")


def _outcome(connection: Connection, paid: Any, rest: Standing, report: Report) -> Decision | None:
    """What the payment is now; None where it waits as before."""
    reason = report.kind.value
    evidence: tuple[Evidence, ...] = ((reason, {"number": report.name}),)
    if rest.left == 0:
        return Decision("returned", reason, (), reason, account_number=paid.account_number, evidence=evidence)
    if paid.status not in PLACES.values():
        return None
    in_force = connection.execute(
        select(decision).where(decision.c.payment_id == paid.id, decision.c.no == paid.decision_no)
    ).one()
    if paid.status != "credited" or len(in_force.splits) != 1:
        flags = ("partly_refunded",)
        return Decision("held", "partly_refunded", flags, reason, account_number=paid.account_number, evidence=evidence)
    conversion = _rest_of(in_force, paid, rest)
    amount = rest.left if conversion is None else conversion.amount
    return Decision(
        "credited", None, ("partly_refunded",), in_force.rule,
        account_number=paid.account_number, splits=((in_force.splits[0]["account"], amount),), evidence=evidence,
        relation=Relation(in_force.payer_relation) if in_force.payer_relation else None, conversion=conversion,
    )  # fmt: skip


def _rest_of(in_force: Any, paid: Any, rest: Standing) -> Conversion | None:
    """Of a converted payment the share that is left, at the rate that it was credited at."""
    if in_force.credited_amount is None:
        return None
    left_before = paid.amount - paid.refunded
    amount = share(in_force.credited_amount, rest.left, left_before)
    return Conversion(amount, in_force.credited_currency, in_force.fx_rate, "as credited before")
