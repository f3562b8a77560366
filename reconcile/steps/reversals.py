"""Outgoing entries that belong to a payment: the bank's reversal of a credit, and a return that we owed.

A reversal is no payment; it undoes its original by counter-postings and releases its allocations. The original is
certain by the bank's own link, or as the only unreversed entry of that account, amount and counterparty within the
policy's window; else the entry stays in outgoing suspense with an alert (`docs/decision-table.md`, "Never twice").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, exists, literal_column, not_, select

from reconcile import ledger
from reconcile.explain.alerts import said
from reconcile.ledger import Transfer
from reconcile.money import format_amount
from reconcile.outcome import Decision
from reconcile.policy import PolicyBook
from reconcile.steps.gateway.reversed import gateway_of, give_back_through
from reconcile.store import journal
from reconcile.store.alerts import close_alert, raise_alert
from reconcile.store.decision_rows import Act, Standing, Written
from reconcile.store.decisions import place, standing_of, take_back, write
from reconcile.store.tables import alert, decision, entry, entry_tie, line_detail, payment, statement_line

AT_ONCE: Final = 500
"""So many outgoing entries share one look through the payments."""


@dataclass(slots=True)
class _Candidates:
    """The payments that some outgoing entries may undo or return, by own account and amount, in canonical order."""

    of: dict[tuple[str, int], list[Any]]
    tied: set[str] = field(default_factory=set)
    """Payments that were tied since they were looked up."""

    def like(self, row: Any) -> list[Any]:
        """Untied payments of that own account, amount, currency and counterparty."""
        return [
            each
            for each in self.of.get((row.own_account, row.amount), ())
            if each.currency == row.currency and each.id not in self.tied and _same_counterparty(each, row)
        ]


def tie(connection: Connection, link_id: str, high_water: int, as_of: date, now: datetime, policies: PolicyBook) -> int:
    """Tie what can be tied of the outgoing entries up to this statement and day. Returns how many were tied."""
    rows = _untied(connection, high_water, as_of)
    tied = 0
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        found = _candidates(connection, some, policies)
        for row in some:
            if row.reversal:
                tied += _tie_reversal(connection, link_id, row, found, now, policies)
            else:
                tied += _tie_return(connection, link_id, row, found, now)
    return tied


def _since(row: Any, policies: PolicyBook) -> date:
    """The first day on which the payment may have been booked that this reversal undoes."""
    day: date = row.booking_date
    return day - timedelta(policies.on(day).reversal_window_days)


def _candidates(connection: Connection, rows: Sequence[Any], policies: PolicyBook) -> _Candidates:
    """Of reversals that name no original the payments of their days, of returns those that wait to be returned."""
    found: defaultdict[tuple[str, int], list[Any]] = defaultdict(list)
    lonely = [row for row in rows if row.reversal and not row.reverses]
    returns = [row for row in rows if not row.reversal]
    asked: list[Any] = []
    if lonely:
        first, last = min(_since(row, policies) for row in lonely), max(row.booking_date for row in lonely)
        asked.append((lonely, entry.c.booking_date.between(first, last)))
    if returns:
        asked.append((returns, payment.c.status == literal_column("'returned'")))
    known: set[str] = set()
    for some, where in asked:
        for each in _payments_like(connection, some, where):
            if each.id not in known:
                known.add(each.id)
                found[each.own_account, each.amount].append(each)
    for its in found.values():
        its.sort(key=lambda each: (each.booking_date, each.id))
    return _Candidates(found)


def _untied(connection: Connection, high_water: int, as_of: date) -> Sequence[Any]:
    tied = exists().where(entry_tie.c.entry_id == entry.c.id)
    owed = exists().where(
        payment.c.status == literal_column("'returned'"),
        payment.c.own_account == entry.c.own_account,
        payment.c.amount == entry.c.amount,
    )
    detail = and_(
        line_detail.c.statement_id == entry.c.statement_id,
        line_detail.c.position == entry.c.position,
        line_detail.c.detail_no == 0,
    )
    line = and_(statement_line.c.statement_id == entry.c.statement_id, statement_line.c.position == entry.c.position)
    return connection.execute(
        select(
            entry,
            line_detail.c.name,
            line_detail.c.tax_id,
            line_detail.c.account,
            statement_line.c.reverses,
        )
        .join(line_detail, detail)
        .join(statement_line, line)
        .where(entry.c.credit_debit == literal_column("'debit'"), entry.c.amount > 0, not_(tied))
        .where(not_(entry.c.voided), not_(entry.c.before_books))
        .where(entry.c.sequence <= high_water, entry.c.booking_date <= as_of)
        .where(entry.c.reversal | owed)
        .order_by(entry.c.booking_date, entry.c.id)
    ).all()


def _tie_reversal(
    connection: Connection, link_id: str, row: Any, found: _Candidates, now: datetime, policies: PolicyBook
) -> bool:
    original = _linked(connection, row) if row.reverses else _only_one(connection, row, found, _since(row, policies))
    through = gateway_of(connection, original)
    if original is None or (original.status == "settlement" and through is None):
        amount = f"{format_amount(row.amount, row.currency)} {row.currency}"
        what = said("reversal_unmatched.found", amount=amount, account=row.own_account, day=row.booking_date)
        raise_alert(connection, what, row.id, now, own_account=row.own_account, entry_id=row.id)
        return False
    close_alert(connection, "reversal_unmatched", row.id, "machine", "the original is known now", now)
    connection.execute(entry_tie.insert().values(entry_id=row.id, kind="reversal", payment_id=original.id))
    found.tied.add(original.id)
    if through is not None:
        give_back_through(connection, link_id, through, row, now, policies)
        return True
    _return_payment(connection, link_id, original, row, now)
    _clear(connection, link_id, original, row, now)
    return True


def _tie_return(connection: Connection, link_id: str, row: Any, found: _Candidates, now: datetime) -> bool:
    """An outgoing entry to the payer of the one payment of that amount which a person marked as returned."""
    if row.possible_duplicate:
        return False  # an earlier statement may have shown it: it would be taken for the return of a second payment
    owed = [each for each in found.like(row) if each.status == "returned" and each.booking_date <= row.booking_date]
    if len(owed) != 1:
        return False
    connection.execute(entry_tie.insert().values(entry_id=row.id, kind="return", payment_id=owed[0].id))
    found.tied.add(owed[0].id)
    _clear(connection, link_id, owed[0], row, now)
    return True


def _payments_like(connection: Connection, rows: Sequence[Any], where: ColumnElement[bool]) -> Sequence[Any]:
    """Untied payments of the own accounts and amounts of these entries."""
    tied = exists().where(entry_tie.c.payment_id == payment.c.id)
    accounts, amounts = sorted({row.own_account for row in rows}), sorted({row.amount for row in rows})
    return connection.execute(
        select(payment, line_detail.c.name, line_detail.c.tax_id, line_detail.c.account)
        .join(entry, entry.c.id == payment.c.entry_id)
        .join(
            line_detail,
            and_(
                line_detail.c.statement_id == entry.c.statement_id,
                line_detail.c.position == entry.c.position,
                line_detail.c.detail_no == payment.c.detail_no,
            ),
        )
        .where(entry.c.own_account.in_(accounts), not_(entry.c.voided), where)
        .where(payment.c.own_account.in_(accounts), payment.c.amount.in_(amounts), not_(tied))
    ).all()


def _same_counterparty(one: Any, other: Any) -> bool:
    for left, right in ((one.account, other.account), (one.tax_id, other.tax_id)):
        if left and right:
            return bool(left == right)
    return bool(one.name) and " ".join(one.name.split()).upper() == " ".join(other.name.split()).upper()


def _only_one(connection: Connection, row: Any, found: _Candidates, since: date) -> Any | None:
    """The only payment in the window that it can undo, one that waits to be returned included. Where several can, the
    one that a person returned in answer to the alert, if there is exactly one; so too where the reversal itself may have
    been shown before and be another payment's."""
    fits = [each for each in found.like(row) if since <= each.booking_date <= row.booking_date]
    if len(fits) == 1 and not row.possible_duplicate:
        return fits[0]
    answered = [each for each in fits if each.status == "returned" and _answers(connection, each, row.id)]
    return answered[0] if len(answered) == 1 else None


def _answers(connection: Connection, returned: Any, entry_id: str) -> bool:
    """Whether a person returned this payment after the alert about this reversal was raised."""
    raised = connection.execute(
        select(alert.c.raised_at).where(alert.c.key == f"reversal_unmatched:{entry_id}")
    ).scalar()
    decided = connection.execute(
        select(decision.c.decided_at).where(
            decision.c.payment_id == returned.id, decision.c.no == returned.decision_no, decision.c.act == "return"
        )
    ).scalar()
    return raised is not None and decided is not None and decided > raised


def _linked(connection: Connection, row: Any) -> Any | None:
    """The entry of the bank reference that the bank itself names, of the same amount, if there is exactly one."""
    tied = exists().where(entry_tie.c.payment_id == payment.c.id)
    found = connection.execute(
        select(payment)
        .join(entry, entry.c.id == payment.c.entry_id)
        .join(
            statement_line,
            and_(statement_line.c.statement_id == entry.c.statement_id, statement_line.c.position == entry.c.position),
        )
        .where(statement_line.c.bank_reference == row.reverses, entry.c.own_account == row.own_account)
        .where(payment.c.amount == row.amount, payment.c.currency == row.currency, not_(tied))
        .where(not_(entry.c.voided), payment.c.booking_date <= row.booking_date)
    ).all()
    return found[0] if len(found) == 1 else None


def _return_payment(connection: Connection, link_id: str, original: Any, row: Any, now: datetime) -> None:
    """Whatever the payment's placement was is taken back; then it stands in returns payable, status `returned`."""
    standing = standing_of(original._mapping)
    if standing.status == "returned":
        return  # it stands in returns payable already
    if standing.status in ("credited", "ignored"):
        take_back(
            connection,
            link_id,
            standing,
            now,
            "reversed by the bank",
            row.booking_date,
            journal.next_row(connection, link_id),
        )
    made = Decision(
        "returned", "reversed_by_bank", (), "reversed_by_bank", evidence=(("reversed_by_bank", {"entry": row.id}),)
    )
    if standing.status == "credited":
        made = Decision(
            "returned",
            "reversed_by_bank",
            (),
            "reversed_by_bank",
            account_number=original.account_number,
            evidence=(("reversed_by_bank", {"entry": row.id}),),
        )
    act = Act("machine", now, "", name="reverse", run_no=0)
    write(connection, link_id, [Written(standing, made, act)])
    owe(connection, link_id, standing, row.booking_date, now)


def owe(connection: Connection, link_id: str, standing: Standing, effective: date, now: datetime) -> None:
    """Unapplied cash to returns payable: the payment's money is on its way back to its payer."""
    place(connection, [(standing, "return")])
    key = f"return:{standing.payment_id}:{standing.generation + 1}"
    row = Transfer(
        key,
        ledger.unapplied(standing.own_account),
        ledger.returns(standing.own_account),
        standing.amount,
        standing.currency,
        effective,
        "to be returned",
        standing.payment_id,
    )
    journal.post(connection, link_id, [row], now, journal.next_row(connection, link_id))


def _clear(connection: Connection, link_id: str, original: Any, row: Any, now: datetime) -> None:
    """Returns payable against outgoing suspense: the outgoing entry was this payment's way back."""
    transfer = Transfer(
        f"tie:{row.id}",
        ledger.returns(row.own_account),
        ledger.suspense(row.own_account),
        row.amount,
        row.currency,
        row.booking_date,
        "returned",
        original.id,
    )
    journal.post(connection, link_id, [transfer], now, journal.next_row(connection, link_id))
