"""What a chunk's payments are to be decided as: drafted beside other workers, revised when the chunk's turn has come.

A decision depends on what is outstanding of some invoices. Which ones is recorded while it is made (`Outstanding`). So
when the chunks before this one are written, exactly those drafts are made anew that have seen an invoice of which these
chunks have taken, and those that follow from them: the same as if the chunks had been decided one after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, and_, select

from reconcile import ledger
from reconcile.candidates import MAX_CANDIDATES
from reconcile.decision import decide
from reconcile.outcome import Decision
from reconcile.policy import PolicyBook
from reconcile.proposal import Case
from reconcile.steps.cases import cases_of, load
from reconcile.store import work
from reconcile.store.bulk import any_of
from reconcile.store.decision_rows import Act, Standing, Written
from reconcile.store.decision_text import content, digest
from reconcile.store.decisions import digests_in_force
from reconcile.store.declined import standing
from reconcile.store.lookup import invoice_positions
from reconcile.store.tables import decision, journal, payment
from reconcile.store.work import Chunk

MACHINE = "machine"


class Cut(Protocol):
    """Up to when a run decides."""

    @property
    def as_of(self) -> Any: ...
    @property
    def high_water(self) -> int: ...


class Outstanding(dict[str, int]):
    """What is outstanding of each invoice, in minor units; `seen` holds the invoices that were asked for."""

    __slots__ = ("seen",)

    def __init__(self, known: Iterable[tuple[str, int]] = ()) -> None:
        super().__init__(known)
        self.seen: set[str] = set()

    def __getitem__(self, number: str) -> int:
        self.seen.add(number)
        return super().__getitem__(number)

    def get(self, number: str, default: Any = None) -> Any:
        self.seen.add(number)
        return super().get(number, default)


@dataclass(slots=True)
class _Draft:
    """A payment's case, the decision on it, and the invoices which that has looked at."""

    row: Any
    case: Case
    made: Decision
    seen: set[str]


class Drafts:
    """The drafts of a chunk, in canonical order; `news` are those that say something new."""

    def __init__(
        self, rows: Sequence[Any], cases: Sequence[Case], before: dict[str, str], run_no: int, now: datetime
    ) -> None:
        self.rows = rows
        self._before = before
        self._acts: dict[str, Act] = {}
        self._run_no, self._now = run_no, now
        self._books = Outstanding()
        if cases:
            found = cases[0].found
            self._books = found.outstanding = Outstanding(found.outstanding.items())
        self._known = dict(self._books.items())
        self._drafts = [self._drafted(row, case) for row, case in zip(rows, cases, strict=True)]
        self._written = [self._news(each) for each in self._drafts]

    def _drafted(self, row: Any, case: Case) -> _Draft:
        seen: set[str] = set()
        self._books.seen = seen
        made = decide(case)
        self._take(made)
        return _Draft(row, case, made, seen)

    def _take(self, made: Decision) -> None:
        for taken in made.allocations:
            self._books[taken.invoice_number] -= taken.amount

    def _news(self, draft: _Draft) -> Written | None:
        """The decision as it is to be written; None where it says what the one in force says."""
        said = content(draft.made)
        marked = digest(said)
        row = draft.row
        if row.decision_no is not None and self._before.get(row.id) == marked:
            return None
        standing = Standing(
            row.id,
            row.own_account,
            row.amount,
            row.currency,
            row.booking_date,
            row.decision_no,
            row.generation,
            row.status,
        )
        version = draft.case.policy.version
        act = self._acts.get(version)
        if act is None:
            act = self._acts[version] = Act(MACHINE, self._now, version, run_no=self._run_no)
        return Written(standing, draft.made, act, said, marked)

    def news(self) -> list[Written]:
        return [each for each in self._written if each is not None]

    def revise(self, connection: Connection) -> int:
        """Decide anew what has seen an invoice of which less (or more) is outstanding by now; how many that were."""
        open_once = [number for number, left in self._known.items() if left]
        now = {number: left for number, (_, left) in invoice_positions(connection, open_once).items()}
        drift = {number for number, left in now.items() if left != self._known[number]}
        if not drift:
            return 0
        self._known |= {number: now[number] for number in drift}
        self._books.clear()
        self._books.update(self._known)
        count = 0
        for place, draft in enumerate(self._drafts):
            if drift.isdisjoint(draft.seen):
                self._take(draft.made)
                continue
            again = self._drafts[place] = self._drafted(draft.row, draft.case)
            self._written[place] = self._news(again)
            drift |= {number for number, _ in _allocated(again.made) ^ _allocated(draft.made)}
            count += 1
        return count


def _allocated(made: Decision) -> set[tuple[str, int]]:
    return {(each.invoice_number, each.amount) for each in made.allocations}


def draft(connection: Connection, chunk: Chunk, cut: Cut, policies: PolicyBook, now: datetime) -> Drafts:
    """Read the chunk's payments, look up what the books hold about them, decide."""
    where = and_(work.within(chunk), work.still_open(cut.as_of, cut.high_water))
    if chunk.pass_no > 1:
        where = any_of(connection, payment.c.id, _touched(connection, chunk, where))
    rows = load(connection, select(payment).where(where).subquery())
    cases = cases_of(connection, rows, policies)
    decided = [row.id for row in rows if row.decision_no is not None]
    before = digests_in_force(connection, decided) if decided else {}
    return Drafts(rows, cases, before, chunk.run_no, now)


def decided_before(cut: Cut) -> ColumnElement[bool]:
    """What a later pass may have to look at again."""
    return and_(work.still_open(cut.as_of, cut.high_water), payment.c.decision_no.is_not(None))


def _touched(connection: Connection, chunk: Chunk, where: ColumnElement[bool]) -> list[str]:
    """The payments for which the credits of the pass before may have changed anything: those with an account in their
    decision, or among its candidates, that was credited. A payment's candidates hold every account that a rule looked
    at, up to their number; where that is reached, or some were declined and so are not among them, the payment is
    decided again in any case."""
    in_force = and_(decision.c.payment_id == payment.c.id, decision.c.no == payment.c.decision_no)
    query = select(payment.c.id, decision.c.account_number, decision.c.candidates).join(decision, in_force).where(where)
    near: dict[str, set[str]] = {}
    touched: list[str] = []
    for key, number, candidates in connection.execute(query):
        near[key] = {number, *(each["account"] for each in candidates)} - {None}
        if len(candidates) >= MAX_CANDIDATES:
            touched.append(key)
    touched += standing(connection, near)
    credited = _credited(connection, chunk, {number for numbers in near.values() for number in numbers})
    return touched + [key for key, numbers in near.items() if not credited.isdisjoint(numbers)]


def _credited(connection: Connection, chunk: Chunk, numbers: Collection[str]) -> set[str]:
    """Which of these accounts the pass before has credited."""
    links = set(work.links_of(connection, chunk.run_no, chunk.pass_no - 1))
    names = [ledger.customer(number) for number in numbers]
    query = select(journal.c.credit, journal.c.link_id).where(any_of(connection, journal.c.credit, names)).distinct()
    prefix = ledger.customer("")
    return {name.removeprefix(prefix) for name, link in connection.execute(query) if link in links}
