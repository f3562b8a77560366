"""Decisions and what they move, as rows of their tables; the database is asked and told in `store.decisions`.

A run makes these for every payment that it credits, so nothing here knows SQL: the module is compiled with the core.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from reconcile import __version__, ledger
from reconcile.ledger import Transfer
from reconcile.outcome import Allocation, Conversion, Decision
from reconcile.store.decision_text import content, digest

Row = tuple[object, ...]
Positions = dict[str, tuple[int, int]]
"""The last link of each chain: its sequence, and what stands after it."""

DECISION_COLUMNS: Final = (
    "payment_id", "no", "status", "reason", "flags", "account_number", "rule", "payer_relation", "allocations", "splits",
    "candidates", "evidence", "program_version", "policy_version", "act", "actor", "note", "hold_until", "decided_at",
    "run_no", "digest", "credited_amount", "credited_currency", "fx_rate",
)  # fmt: skip
POINTER_COLUMNS: Final = ("decision_no", "status", "reason", "account_number", "by_person", "generation")
PLACEMENT_COLUMNS: Final = ("payment_id", "generation", "kind", "amount")
ALLOCATION_COLUMNS: Final = (
    "invoice_number", "sequence", "previous", "invoice_amount", "before", "amount", "after", "payment_id", "generation",
)  # fmt: skip
BALANCE_CHANGE_COLUMNS: Final = ("account_number", "sequence", "previous", "journal_key", "before", "change", "after")

_CUSTOMER: Final = ledger.customer("")


@dataclass(slots=True, init=False)
class Standing:
    """A payment as the books have it: what is needed to write its next decision. `refunded`: what of it has gone back
    through the gateway already."""

    payment_id: Final[str]
    own_account: Final[str]
    amount: Final[int]
    currency: Final[str]
    booking_date: Final[date]
    decision_no: Final[int | None]
    generation: Final[int]
    status: Final[str | None]
    refunded: Final[int]

    def __init__(
        self,
        payment_id: str,
        own_account: str,
        amount: int,
        currency: str,
        booking_date: date,
        decision_no: int | None,
        generation: int,
        status: str | None = None,
        refunded: int = 0,
    ) -> None:
        self.payment_id = payment_id
        self.own_account = own_account
        self.amount = amount
        self.currency = currency
        self.booking_date = booking_date
        self.decision_no = decision_no
        self.generation = generation
        self.status = status
        self.refunded = refunded

    @property
    def left(self) -> int:
        """What is there to be placed, in minor units of the payment's currency."""
        return self.amount - self.refunded


@dataclass(frozen=True, slots=True)
class Act:
    """Whose decision it is: the machine's in a run, or a person's with a reason."""

    actor: str
    at: datetime
    policy_version: str
    name: str = "decide"
    note: str = ""
    run_no: int | None = None
    hold_until: date | None = None
    leaves_it_to_the_machine: bool = False
    """A person's act after which runs go on deciding the payment."""

    @property
    def by_person(self) -> bool:
        return self.run_no is None and not self.leaves_it_to_the_machine


@dataclass(slots=True, init=False)
class Written:
    """A decision to be written, beside the payment that it is about; `said` and `mark` are its content and its digest,
    where the caller has them already."""

    standing: Final[Standing]
    decision: Final[Decision]
    act: Final[Act]
    said: Final[Row]
    mark: Final[str]

    def __init__(self, standing: Standing, decision: Decision, act: Act, said: Row = (), mark: str = "") -> None:
        self.standing = standing
        self.decision = decision
        self.act = act
        self.said = said or content(decision)
        self.mark = mark or digest(self.said)


def decision_rows(written: Sequence[Written]) -> tuple[list[Row], list[Row]]:
    """Each decision's own row, and what its payment is to say of it (`POINTER_COLUMNS`, then the payment's id)."""
    rows: list[Row] = []
    pointers: list[Row] = []
    for each in written:
        standing, made, act = each.standing, each.decision, each.act
        number = (standing.decision_no or 0) + 1
        key, credited = standing.payment_id, made.status == "credited"
        rows.append((key, number, *each.said, *_act_columns(act), act.run_no, each.mark, *_converted(made)))
        generation = standing.generation + 1 if credited else standing.generation
        pointers.append((number, made.status, made.reason, made.account_number, act.by_person, generation, key))
    return rows, pointers


def _act_columns(act: Act) -> Row:
    return (__version__, act.policy_version, act.name, act.actor, act.note, act.hold_until, act.at)


def _converted(made: Decision) -> Row:
    as_ = made.conversion
    return (None, None, None) if as_ is None else (as_.amount, as_.currency, as_.rate)


def placement_rows(placed: Sequence[tuple[Standing, str]]) -> list[Row]:
    """The next placement of each payment: "credit", "return" and so on (`ledger.PLACES`)."""
    return [(standing.payment_id, standing.generation + 1, kind, standing.left) for standing, kind in placed]


def transfers_of(credited: Sequence[Written]) -> list[Transfer]:
    """What these credits move, in their order."""
    rows: list[Transfer] = []
    for each in credited:
        rows += credit_transfers(each.standing, each.decision.splits, each.decision.conversion)
    return rows


def credit_transfers(
    standing: Standing, splits: Sequence[tuple[str, int]], conversion: Conversion | None = None
) -> list[Transfer]:
    """Unapplied cash to the customers, one row an account; together exactly what is left of the payment, or what it
    was converted into: then through exchange clearing, where the currency given and the currency taken meet."""
    total = standing.left if conversion is None else conversion.amount
    if sum([amount for _, amount in splits]) != total or any(amount <= 0 for _, amount in splits):
        raise ValueError(f"payment {standing.payment_id} of {total} cannot be credited as {splits}")
    base = f"credit:{standing.payment_id}:{standing.generation + 1}"
    own, currency, day, payment_id = standing.own_account, standing.currency, standing.booking_date, standing.payment_id
    source = ledger.unapplied(own)
    rows = []
    if conversion is not None:
        given = ledger.exchange(own, currency)
        row = Transfer(f"{base}:exchange", source, given, standing.left, currency, day, "exchanged", payment_id)
        rows.append(row)
        source, currency = ledger.exchange(own, conversion.currency), conversion.currency
    several = len(splits) > 1
    for leg, (number, amount) in enumerate(splits, 1):
        key = f"{base}:{leg}" if several else base
        rows.append(Transfer(key, source, ledger.customer(number), amount, currency, day, "credited", payment_id))
    return rows


def allocation_rows(
    wanted: Sequence[tuple[Standing, Sequence[Allocation]]], amounts: Mapping[str, int], positions: Positions
) -> list[Row]:
    """The next links of the invoices' chains, in the order given. `amounts` are the invoices' own; `positions` goes on
    with what is taken."""
    rows: list[Row] = []
    for standing, its in wanted:
        for each in its:
            number, total = each.invoice_number, amounts[each.invoice_number]
            last, before = positions.get(number, (0, total))
            rows.append(_link(number, each.amount, total, last, before, standing.payment_id, standing.generation + 1))
            positions[number] = (last + 1, before - each.amount)
    return rows


def released_rows(
    net: Mapping[str, int], amounts: Mapping[str, int], positions: Positions, payment_id: str, generation: int
) -> list[Row]:
    """Links of the other sign: what a placement has taken (`net`, by invoice) is given back."""
    return [
        _link(number, -taken, amounts[number], *positions[number], payment_id, generation)
        for number, taken in net.items()
        if taken
    ]


def _link(number: str, taken: int, total: int, last: int, before: int, payment_id: str, generation: int) -> Row:
    return (number, last + 1, last or None, total, before, taken, before - taken, payment_id, generation)


def changes_of(transfers: Sequence[Transfer]) -> list[tuple[str, str, int]]:
    """What these do to customers' balances: account number, key of the journal row, change in minor units."""
    changes: list[tuple[str, str, int]] = []
    for each in transfers:
        if each.credit.startswith(_CUSTOMER):
            changes.append((each.credit.removeprefix(_CUSTOMER), each.key, each.amount))
        if each.debit.startswith(_CUSTOMER):
            changes.append((each.debit.removeprefix(_CUSTOMER), each.key, -each.amount))
    return changes


def balance_rows(changes: Sequence[tuple[str, str, int]], positions: Positions) -> list[Row]:
    """The next links of the accounts' chains, in the order given."""
    rows: list[Row] = []
    for number, key, change in changes:
        last, before = positions.get(number, (0, 0))
        rows.append((number, last + 1, last or None, key, before, change, before + change))
        positions[number] = (last + 1, before + change)
    return rows
