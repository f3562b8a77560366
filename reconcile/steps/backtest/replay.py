"""History decided again in memory: every payment that a run may decide, in a run's order, from the invoices as they were
before the first of these payments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select, tuple_

from reconcile.books import InvoiceStatus
from reconcile.decision import decide
from reconcile.outcome import CREDITED
from reconcile.policy import PolicyBook
from reconcile.proposal import Found
from reconcile.steps.backtest.outcome import About, Outcome, outcome_of
from reconcile.steps.cases import cases_of, load
from reconcile.steps.run import CHUNK
from reconcile.store.bulk import any_of
from reconcile.store.tables import allocation, decision, entry, line_detail, payment, statement_line

_BY_RUNS: Final = ("credited", "held", "unmatched")
Key = tuple[str, ...]


@dataclass(slots=True)
class Replay:
    """The outcome of every payment by its id, and what each is about."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    about: dict[str, About] = field(default_factory=dict)


def _decided_by_runs(as_of: date) -> ColumnElement[bool]:
    """Bank transfers that no person decided and the bank did not take back, booked until that day."""
    voided = exists().where(entry.c.id == payment.c.entry_id, entry.c.voided)
    return and_(
        payment.c.channel == "bank_transfer",
        or_(payment.c.status.is_(None), payment.c.status.in_(_BY_RUNS)),
        not_(payment.c.by_person),
        payment.c.booking_date <= as_of,
        not_(voided),
    )


def replay(connection: Connection, policies: PolicyBook, as_of: date) -> Replay:
    """Decide all of it anew. As in a run, passes follow over what is not credited until one changes nothing."""
    result, spent = Replay(), Counter[str]()
    _pass(connection, policies, as_of, result, spent)
    while _pass(connection, policies, as_of, result, spent):
        pass
    return result


def _pass(connection: Connection, policies: PolicyBook, as_of: date, result: Replay, spent: Counter[str]) -> bool:
    """One look at everything that is not credited yet. True where an outcome changed after the first pass."""
    first, changed = not result.outcomes, False
    for rows in _chunks(connection, as_of):
        waiting = [row for row in rows if first or result.outcomes[row.id].status != CREDITED]
        if not waiting:
            continue
        cases = cases_of(connection, waiting, policies, settled_too=True)
        _as_before(connection, cases[0].found, as_of, spent)
        for row, case in zip(waiting, cases, strict=True):
            made = decide(case)
            for taken in made.allocations:
                case.found.outstanding[taken.invoice_number] -= taken.amount
                spent[taken.invoice_number] += taken.amount
            now = outcome_of(made)
            changed = changed or (not first and now != result.outcomes[row.id])
            result.outcomes[row.id] = now
            result.about[row.id] = About(row.amount, row.currency, row.booking_date, case.payer.name, row.purpose)
    return changed


def _chunks(connection: Connection, as_of: date) -> Iterator[Sequence[Any]]:
    after: tuple[date, str] | None = None
    while True:
        some = select(payment).where(_decided_by_runs(as_of))
        if after is not None:
            some = some.where(tuple_(payment.c.booking_date, payment.c.id) > tuple_(*after))
        some = some.order_by(payment.c.booking_date, payment.c.id).limit(CHUNK)
        rows = load(connection, some.subquery())
        if not rows:
            return
        yield rows
        after = (rows[-1].booking_date, rows[-1].id)


def _as_before(connection: Connection, found: Found, as_of: date, spent: Counter[str]) -> None:
    """What was outstanding before any of the replayed payments took anything, less what the replay has taken so far."""
    taken = (
        select(allocation.c.invoice_number, func.sum(allocation.c.amount).label("amount"))
        .join(payment, payment.c.id == allocation.c.payment_id)
        .where(any_of(connection, allocation.c.invoice_number, found.outstanding), _decided_by_runs(as_of))
        .group_by(allocation.c.invoice_number)
    )
    back = {row.invoice_number: int(row.amount) for row in connection.execute(taken)}
    for number, invoice in found.invoices.items():
        if invoice.status is not InvoiceStatus.PAID:
            found.outstanding[number] += back.get(number, 0) - spent[number]


def stored(connection: Connection, as_of: date, version: str = "") -> Replay:
    """The decisions in force on the books, of one program version or of all."""
    d = decision.c
    query = (
        select(
            payment.c.id, d.status, d.reason, d.flags, d.account_number, d.splits, d.allocations, d.rule, d.program_version
        )
        .join(decision, and_(d.payment_id == payment.c.id, d.no == payment.c.decision_no))
        .where(_decided_by_runs(as_of))
    )  # fmt: skip
    if version:
        query = query.where(d.program_version == version)
    outcomes = {
        row.id: Outcome(
            row.status, row.reason, tuple(sorted(row.flags)), row.account_number,
            tuple((each["account"], each["amount"]) for each in row.splits),
            tuple((each["invoice"], each["amount"]) for each in row.allocations), row.rule, row.program_version,
        )
        for row in connection.execute(query)
    }  # fmt: skip
    return Replay(outcomes)


def identities(connection: Connection, keys: Iterable[Key]) -> dict[Key, list[str]]:
    """Payment ids by what a label knows of them: own bank account, booking date, bank reference, amount, purpose."""
    wanted = set(keys)
    found: defaultdict[Key, list[str]] = defaultdict(list)
    if not wanted:
        return {}
    line, detail = statement_line.c, line_detail.c
    query = (
        select(
            payment.c.id, payment.c.own_account, payment.c.booking_date, payment.c.amount, line.bank_reference,
            detail.purpose,
        )
        .join(entry, entry.c.id == payment.c.entry_id)
        .join(statement_line, and_(line.statement_id == entry.c.statement_id, line.position == entry.c.position))
        .join(
            line_detail,
            and_(
                detail.statement_id == entry.c.statement_id, detail.position == entry.c.position,
                detail.detail_no == payment.c.detail_no,
            ),
        )
        .where(any_of(connection, payment.c.own_account, {key[0] for key in wanted}))
        .order_by(payment.c.id)
    )  # fmt: skip
    for row in connection.execute(query):
        key = (
            row.own_account, row.booking_date.isoformat(), row.bank_reference or "", str(row.amount),
            " ".join(row.purpose.split()),
        )  # fmt: skip
        if key in wanted:
            found[key].append(row.id)
    return dict(found)
