"""Decide and post everything outstanding.

A run goes through the open payments in one fixed order (booking date, then id, which is made of content), a chunk a
transaction: read the purposes, look the chunk's keys up once, decide each payment with the pure function, write all of it.
Since a credit changes what is outstanding, passes follow until one changes nothing: so a second run changes nothing. The
run's own row says how far it is; whatever dies, the next `run` goes on there, with the same chunks in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, func, insert, not_, or_, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError

from reconcile.decision import MAX_CANDIDATES, decide
from reconcile.payer import holders_by_id, own_holders, payer_of
from reconcile.policy import PolicyBook
from reconcile.proposal import Case, Found, Payment
from reconcile.purpose.reader import read_purpose
from reconcile.purpose.resolve import KnownNumbers, References, keys_wanted, resolve
from reconcile.statement import Party, PartyKind, StructuredReference
from reconcile.steps import reversals
from reconcile.store import journal
from reconcile.store.bulk import any_of
from reconcile.store.decisions import Act, Written, content, digest, digests_in_force, standing_of, write
from reconcile.store.engine import is_postgresql
from reconcile.store.lookup import Wanted, add_invoices_of, find
from reconcile.store.tables import (
    allocation,
    decision,
    entry,
    invoice,
    line_detail,
    own_bank_account,
    payment,
    statement,
    statement_line,
)
from reconcile.store.tables import run as run_table

CHUNK: Final = 5000
RETRIES: Final = 5
_START_LOCK: Final = 7_265_636_902
MACHINE: Final = "machine"
Progress = Callable[[int], None]
Keys = tuple[frozenset[str], frozenset[str]]
"""The exact and the zeroless keys of one purpose (`keys_wanted`)."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did: how many payments stand in each status now, and how many decisions it made."""

    no: int
    as_of: date
    decided: int
    changed: int
    statuses: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Tally:
    decided: int = 0
    changed: int = 0


def run(
    engine: Engine,
    *,
    as_of: date,
    now: datetime,
    policies: PolicyBook,
    actor: str = MACHINE,
    progress: Progress = lambda count: None,
) -> RunResult:
    """Finish a run that a crash left, then decide everything outstanding as of that day."""
    tally = _Tally()
    left = _open_run(engine)
    if left is not None:
        _finish(engine, left.no, left.as_of, left.high_water, now, policies, tally, progress)
    number, high_water = _start(engine, as_of, now, actor, policies)
    _finish(engine, number, as_of, high_water, now, policies, tally, progress)
    with engine.connect() as connection:
        statuses = connection.execute(
            select(payment.c.status, func.count()).where(payment.c.status.is_not(None)).group_by(payment.c.status)
        ).all()
    return RunResult(number, as_of, tally.decided, tally.changed, dict(sorted(map(tuple, statuses))))


# --- the run's own row -----------------------------------------------------------------------------------------------


def _open_run(engine: Engine) -> Any | None:
    with engine.connect() as connection:
        return connection.execute(select(run_table).where(run_table.c.open == 1)).first()


def _start(engine: Engine, as_of: date, now: datetime, actor: str, policies: PolicyBook) -> tuple[int, int]:
    with engine.begin() as connection:
        if is_postgresql(connection):  # two that begin at once: the second waits, then finds the first one's row
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _START_LOCK})
        standing = connection.execute(select(run_table).where(run_table.c.open == 1)).first()
        if standing is not None:  # somebody else began one just now: help with it
            return standing.no, standing.high_water
        number = int(connection.execute(select(func.coalesce(func.max(run_table.c.no), 0))).scalar_one()) + 1
        high_water = int(connection.execute(select(func.coalesce(func.max(statement.c.sequence), 0))).scalar_one())
        connection.execute(
            insert(run_table).values(
                no=number,
                as_of=as_of,
                high_water=high_water,
                pass_no=1,
                changed=False,
                started_at=now,
                actor=actor,
                open=1,
            )
        )
        reversals.tie(connection, f"run:{number}:reversals", high_water, as_of, now, policies)
        journal.seal(connection, f"run:{number}:reversals", now)
    return number, high_water


def _finish(
    engine: Engine,
    number: int,
    as_of: date,
    high_water: int,
    now: datetime,
    policies: PolicyBook,
    tally: _Tally,
    progress: Progress,
) -> None:
    taken_by_others = 0
    while True:
        try:
            done = _next_chunk(engine, number, as_of, high_water, now, policies, tally)
        except IntegrityError:  # a person acted on a payment of the chunk, or another worker took the same invoice
            taken_by_others += 1
            if taken_by_others > RETRIES:
                raise
            continue
        if done is None:
            return
        taken_by_others = 0
        progress(done)


def _next_chunk(
    engine: Engine,
    number: int,
    as_of: date,
    high_water: int,
    now: datetime,
    policies: PolicyBook,
    tally: _Tally,
) -> int | None:
    """One chunk, or the end of a pass, in one transaction. How many payments were looked at; None: the run is over."""
    with engine.begin() as connection:
        state = connection.execute(select(run_table).where(run_table.c.no == number).with_for_update()).one()
        if state.open is None:
            return None
        rows = _chunk(connection, as_of, high_water, state.cursor_date, state.cursor_id)
        if not rows:
            _end_pass(connection, state, now)
            return 0
        link = f"run:{number}:{state.pass_no}:{rows[0].id}"
        again = rows if state.pass_no == 1 else _touched(connection, rows, number)
        changed = _decide_chunk(connection, again, link, number, now, policies) if again else 0
        connection.execute(
            update(run_table)
            .where(run_table.c.no == number)
            .values(cursor_date=rows[-1].booking_date, cursor_id=rows[-1].id, changed=state.changed or changed > 0)
        )
        journal.seal(connection, link, now)
    tally.decided += len(again)
    tally.changed += changed
    return len(rows)


def _touched(connection: Connection, rows: Sequence[Any], run_no: int) -> Sequence[Any]:
    """The payments that this run's own credits may have changed anything for: those with an account in their decision,
    or among its candidates, of which the run has allocated an invoice. A payment's candidates hold every account that a
    rule looked at, up to their number; where that is reached, the payment is decided again in any case."""
    moved = set(
        connection.execute(
            select(invoice.c.account_number)
            .join(allocation, allocation.c.invoice_number == invoice.c.number)
            .join(decision, decision.c.payment_id == allocation.c.payment_id)
            .where(decision.c.run_no == run_no)
            .distinct()
        ).scalars()
    )
    decided = connection.execute(
        select(payment.c.id, decision.c.account_number, decision.c.candidates)
        .join(decision, and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no))
        .where(any_of(connection, payment.c.id, [row.id for row in rows]))
    ).all()
    seen = {row.id: {row.account_number, *(each["account"] for each in row.candidates)} for row in decided}
    full = {row.id for row in decided if len(row.candidates) >= MAX_CANDIDATES}
    return [row for row in rows if row.id in full or row.id not in seen or not moved.isdisjoint(seen[row.id])]


def _end_pass(connection: Connection, state: Any, now: datetime) -> None:
    """Another pass where this one changed anything, else the end of the run."""
    again = {"pass_no": state.pass_no + 1, "cursor_date": None, "cursor_id": None, "changed": False}
    over = {"open": None, "finished_at": now}
    connection.execute(update(run_table).where(run_table.c.no == state.no).values(**(again if state.changed else over)))


# --- a chunk ---------------------------------------------------------------------------------------------------------


def _chunk(
    connection: Connection, as_of: date, high_water: int, after_date: date | None, after_id: str | None
) -> Sequence[Any]:
    """The next payments to decide, with what their line and statement say."""
    some = select(payment).where(
        or_(payment.c.status.is_(None), payment.c.status.in_(("held", "unmatched"))),
        not_(payment.c.by_person),
        payment.c.sequence <= high_water,
        payment.c.booking_date <= as_of,
    )
    if after_date is not None:
        some = some.where(tuple_(payment.c.booking_date, payment.c.id) > tuple_(after_date, after_id))
    return load(connection, some.order_by(payment.c.booking_date, payment.c.id).limit(CHUNK).subquery())


def load(connection: Connection, some: Any) -> Sequence[Any]:
    """Payments (a subquery of the payment table) with everything that deciding them needs, in canonical order."""
    c = some.c
    detail = line_detail.c
    query = (
        select(
            c.id, c.own_account, c.amount, c.currency, c.booking_date, c.decision_no, c.generation, c.status,
            entry.c.possible_duplicate, entry.c.amount.label("entry_amount"), entry.c.id.label("entry_id"),
            detail.amount.label("detail_amount"), detail.name, detail.tax_id, detail.account, detail.bank, detail.kind,
            detail.ultimate_name, detail.ultimate_tax_id, detail.ultimate_account, detail.ultimate_kind,
            detail.purpose, detail.references,
            statement.c.format, statement.c.arithmetic, statement.c.accepted_by,
            own_bank_account.c.country,
            _details_of_line().label("details"),
        )
        .select_from(some)
        .join(entry, entry.c.id == c.entry_id)
        .join(
            line_detail,
            and_(
                detail.statement_id == entry.c.statement_id,
                detail.position == entry.c.position,
                detail.detail_no == c.detail_no,
            ),
        )
        .join(statement, statement.c.id == entry.c.statement_id)
        .join(own_bank_account, own_bank_account.c.number == c.own_account)
        .order_by(c.booking_date, c.id)
    )  # fmt: skip
    return connection.execute(query).all()


def _details_of_line() -> Any:
    other = line_detail.alias("other")
    return (
        select(func.count())
        .select_from(other)
        .where(other.c.statement_id == entry.c.statement_id, other.c.position == entry.c.position)
        .scalar_subquery()
    )


def _decide_chunk(
    connection: Connection,
    rows: Sequence[Any],
    link: str,
    run_no: int,
    now: datetime,
    policies: PolicyBook,
) -> int:
    cases = cases_of(connection, rows, policies)
    before = digests_in_force(connection, [row.id for row in rows if row.decision_no is not None])
    written = []
    acts: dict[str, Act] = {}
    for row, case in zip(rows, cases, strict=True):
        made = decide(case)
        for taken in made.allocations:
            case.found.outstanding[taken.invoice_number] -= taken.amount
        said = content(made)
        if row.decision_no is None or before.get(row.id) != digest(said):
            version = case.policy.version
            act = acts.get(version) or acts.setdefault(version, Act(MACHINE, now, version, run_no=run_no))
            written.append(Written(standing_of(row._mapping), made, act, said))
    write(connection, link, written)
    return len(written)


def cases_of(connection: Connection, rows: Sequence[Any], policies: PolicyBook) -> list[Case]:
    """Each payment with all that the books hold about it; one `Found` for the whole chunk."""
    doubted = _in_doubt(connection, rows)
    payments = [payment_of(row, row.entry_id in doubted) for row in rows]
    half = []
    wanted = Wanted()
    for each in payments:
        policy = policies.on(each.booking_date)
        payer = payer_of(each.debtor, each.ultimate, policy)
        keys = keys_wanted(each.reading, each.references)
        half.append((each, payer, policy, keys))
        _want(wanted, each, payer, policy.name_limit(each.format), keys)
    found = find(connection, wanted)
    cases = [Case(each, payer, references_of(each, found, keys), found, policy) for each, payer, policy, keys in half]
    add_invoices_of(connection, found, {number for case in cases for number in _accounts_to_open(case)})
    return cases


def payment_of(row: Any, doubted: bool) -> Payment:
    return Payment(
        id=row.id,
        amount=row.amount,
        currency=row.currency,
        booking_date=row.booking_date,
        own_account=row.own_account,
        own_country=row.country,
        format=row.format,
        debtor=Party(row.name, row.tax_id, row.account, row.bank, PartyKind(row.kind)),
        ultimate=Party(row.ultimate_name, row.ultimate_tax_id, row.ultimate_account, "", PartyKind(row.ultimate_kind)),
        reading=read_purpose(row.purpose),
        references=tuple(StructuredReference(kind, value) for kind, value in row.references or ()),
        batch_without_amounts=row.details > 1 and row.amount == row.entry_amount and row.detail_amount != row.amount,
        balance_mismatch=doubted,
        possible_duplicate=row.possible_duplicate,
    )


def _in_doubt(connection: Connection, rows: Sequence[Any]) -> set[str]:
    """Entries whose statement does not add up and is not accepted, unless a sound statement shows them too."""
    suspects = [row.entry_id for row in rows if row.arithmetic == "mismatch" and row.accepted_by is None]
    if not suspects:
        return set()
    sound = connection.execute(
        select(statement_line.c.entry_id)
        .join(statement, statement.c.id == statement_line.c.statement_id)
        .where(statement_line.c.entry_id.in_(suspects), statement.c.state == "stored")
        .where(or_(statement.c.arithmetic != "mismatch", statement.c.accepted_by.is_not(None)))
    ).scalars()
    return set(suspects) - set(sound)


def _want(wanted: Wanted, each: Payment, payer: Party, limit: int | None, keys: Keys) -> None:
    wanted.zeroless |= keys[1]
    wanted.parties.add((payer, limit))
    if each.ultimate:
        wanted.parties.add((each.ultimate, limit))


def references_of(each: Payment, found: Found, keys: Keys) -> References:
    """The purpose's numbers against what was on the books on the booking date; later ones are candidates only."""
    exact, zeroless = keys
    day = each.booking_date

    def invoices(index: dict[str, tuple[str, ...]], keys: frozenset[str] | set[str]) -> dict[str, tuple[str, ...]]:
        return {
            key: numbers
            for key in keys
            if (numbers := tuple(n for n in index.get(key, ()) if found.invoices[n].issued_on <= day))
        }

    def accounts(index: dict[str, tuple[str, ...]], keys: frozenset[str] | set[str]) -> dict[str, tuple[str, ...]]:
        return {
            key: numbers for key in keys if (numbers := tuple(n for n in index.get(key, ()) if _opened(found, n, day)))
        }

    known = KnownNumbers(
        invoices(found.invoices_by_key, exact),
        accounts(found.accounts_by_key, exact),
        invoices(found.invoices_by_zeroless, zeroless),
        accounts(found.accounts_by_zeroless, zeroless),
    )
    return resolve(each.reading, known, each.references)


def _opened(found: Found, number: str, day: date) -> bool:
    opened = found.accounts[number].opened_on
    return opened is None or opened <= day


def _accounts_to_open(case: Case) -> set[str]:
    """The accounts whose open invoices a rule may ask for: a referenced account without an invoice beside it, and the
    payer's own where no reference was found."""
    refs = (*case.references.marked, *case.references.bare)
    numbers = {ref.number for ref in refs if ref.number in case.found.accounts}
    if case.references.marked:
        return numbers
    limit = case.policy.name_limit(case.payment.format)
    holders = (*holders_by_id(case.payer, case.found), *own_holders(case.payer, case.found, limit))
    return numbers | {account.number for holder in holders for account in case.accounts(holder)}
