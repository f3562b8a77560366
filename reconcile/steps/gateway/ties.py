"""A sum on the bank statement tied to the payments through gateways that it pays out: it settles what is owed for them.

The sum moves from unapplied cash to the gateway's clearing account, so it can be nobody's credit any more. Fees that the
centre kept back are booked apart; a refund that it deducted stands against it. Where a payment was converted, exchange
clearing takes the difference of currencies. Each movement is settled once: its key is unique.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert

from reconcile import ledger
from reconcile.ledger import Transfer
from reconcile.outcome import Decision
from reconcile.store import journal
from reconcile.store.bulk import insert_rows
from reconcile.store.decision_rows import Act, Written
from reconcile.store.decisions import place, standing_of, write
from reconcile.store.gateway_tables import settlement, settlement_tie
from reconcile.store.tables import entry_tie

RULE = "settlement"


@dataclass(frozen=True, slots=True)
class Movement:
    """A payment (`paid`) or what was given back (`refund`), as its centre settles it: `amount` and `fee` in the
    settlement's currency; `given` and `given_currency` where the customer paid in another."""

    kind: str
    id: str
    clearing: str
    amount: int
    currency: str
    fee: int
    name: str
    given: int | None = None
    given_currency: str | None = None


@dataclass(frozen=True, slots=True)
class Lump:
    """The payment of the bank statement, and how it was found to be these movements'. `difference` is what the bank
    paid beyond what they make."""

    payment: Any
    how: str
    settlement_id: str
    difference: int
    fees_netted: bool


def tie(
    connection: Connection, link: str, lump: Lump, movements: Sequence[Movement], now: datetime, policy_version: str
) -> None:
    """Tie, in the caller's transaction and open journal link: decision, placement, journal rows, one tie a movement."""
    row = lump.payment
    standing = standing_of(row._mapping)
    numbers = str(len(movements)) if len(movements) != 1 else movements[0].name
    code = "settles" if lump.settlement_id else "settles_unnumbered"
    evidence = ((code, {"number": lump.settlement_id, "payments": numbers}),)
    made = Decision("settlement", None, _flags(lump), RULE, evidence=evidence)
    write(connection, link, [Written(standing, made, Act("machine", now, policy_version, run_no=0))])
    place(connection, [(standing, "settle")])
    connection.execute(insert(settlement).values(**_record(lump, movements, now)))
    columns = ("kind", "movement_id", "payment_id", "amount", "fee")
    ties = [(each.kind, each.id, row.id, each.amount, each.fee) for each in movements]
    insert_rows(connection, settlement_tie, columns, ties)
    transfers = list(_transfers(lump, movements, standing.generation + 1))
    journal.post(connection, link, transfers, now, journal.next_row(connection, link))


def _flags(lump: Lump) -> tuple[str, ...]:
    return ("settlement_difference",) if lump.difference else ()


def _record(lump: Lump, movements: Sequence[Movement], now: datetime) -> dict[str, Any]:
    return {
        "payment_id": lump.payment.id, "how": lump.how, "settlement_id": lump.settlement_id[:80],
        "gross": sum(each.amount for each in movements if each.kind == "paid"),
        "refunds": sum(each.amount for each in movements if each.kind == "refund"),
        "fees": sum(each.fee for each in movements), "fees_netted": int(lump.fees_netted),
        "difference": lump.difference, "currency": lump.payment.currency, "at": now,
    }  # fmt: skip


def _transfers(lump: Lump, movements: Sequence[Movement], generation: int) -> Iterator[Transfer]:
    """Unapplied cash to one clearing account; from there to the others what is theirs. What does not fit stays on the
    first, where the next settlement or a person finds it."""
    row = lump.payment
    base = f"settle:{row.id}:{generation}"
    home = ledger.gateway(_home(movements, row.currency))
    sides = (ledger.unapplied(row.own_account), home)
    yield Transfer(base, *sides, row.amount, row.currency, row.booking_date, "settled", row.id)
    for number, each in enumerate(movements, 1):
        yield from _of_movement(f"{base}:{number}", row, home, each, lump.fees_netted, row.booking_date)


def late_transfers(
    row: Any, home: str, movements: Sequence[Movement], fees_netted: bool, now: datetime
) -> Iterator[Transfer]:
    """Of movements that a settlement of the past takes up; they are booked today."""
    for each in movements:
        yield from _of_movement(f"settle:{row.id}:{each.kind}:{each.id}", row, home, each, fees_netted, now.date())


def _of_movement(key: str, row: Any, home: str, each: Movement, fees_netted: bool, day: date) -> Iterator[Transfer]:
    def transfer(end: str, debit: str, credit: str, amount: int, currency: str, words: str) -> Transfer:
        return Transfer(f"{key}{end}", debit, credit, amount, currency, day, words, row.id)

    own, money = ledger.gateway(each.clearing), row.currency
    if fees_netted and each.fee:
        yield transfer(":fee", ledger.fees(home.removeprefix(ledger.gateway(""))), home, each.fee, money, "fee")
    if each.given_currency is not None and each.given is not None:
        taken = (home, ledger.exchange(each.clearing, money))
        given = (ledger.exchange(each.clearing, each.given_currency), own)
        if each.kind == "refund":
            taken, given = (taken[1], taken[0]), (given[1], given[0])
        yield transfer(":in", *taken, each.amount, money, "exchanged")
        yield transfer(":out", *given, each.given, each.given_currency, "exchanged")
    elif own != home:
        sides = (home, own) if each.kind == "paid" else (own, home)
        yield transfer("", *sides, each.amount, each.currency, "settled")


def tie_transfer(connection: Connection, link: str, row: Any, withdrawal: Any, now: datetime, policy: str) -> None:
    """Own money moved from a mobile wallet to the bank: the sum that came is what the wallet's withdrawal took out."""
    standing = standing_of(row._mapping)
    evidence = (("moved_from_wallet", {"account": withdrawal.own_account}),)
    made = Decision("settlement", None, (), RULE, evidence=evidence)
    write(connection, link, [Written(standing, made, Act("machine", now, policy, run_no=0))])
    place(connection, [(standing, "settle")])
    connection.execute(insert(entry_tie).values(entry_id=withdrawal.id, kind="transfer", payment_id=row.id))
    connection.execute(insert(settlement).values(
        payment_id=row.id, how="transfer", settlement_id="", gross=0, refunds=0, fees=0, fees_netted=0, difference=0,
        currency=row.currency, at=now,
    ))  # fmt: skip
    sides = (ledger.unapplied(row.own_account), ledger.suspense(withdrawal.own_account))
    key = f"settle:{row.id}:{standing.generation + 1}"
    moved = Transfer(key, *sides, row.amount, row.currency, row.booking_date, "moved from the wallet", row.id)
    journal.post(connection, link, [moved], now, journal.next_row(connection, link))


def _home(movements: Sequence[Movement], currency: str) -> str:
    """The clearing account that the sum comes to: of the payments that were made in its currency, else one of its own."""
    homes = sorted({each.clearing for each in movements if each.given_currency is None})
    if homes:
        return homes[0]
    named = sorted({each.clearing for each in movements})
    return f"{named[0].rpartition(':')[0]}:{currency}" if named else f"card:-:-:{currency}"
