"""Cases about whole statements, on an own account kept for them: equals, overlap, another format, gap, misfit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from reconcile.books import Account
from reconcile.statement import CreditDebit
from reconcile.world.bench import Bench, Client
from reconcile.world.model import FIRST_DAY, Format, OwnAccount, PlannedEntry, PlannedStatement

MakeBench = Callable[[date, str], Bench]


def _day(offset: int) -> date:
    return FIRST_DAY + timedelta(days=offset)


def _to_account(b: Bench, client: Client, account: Account, reason: str = "") -> PlannedEntry:
    """An own payer's entry that names only the account, so that its outcome hangs on no invoice."""
    purpose = b.talk.compose(b.talk.account(account.number), extras=False)
    label = b.held(account, reason, relation="own") if reason else b.credited(account)
    b.pay(b.own_payer(client), b.amount(), purpose, label)
    return b.drafts[-1].planned


def _ordinary(make: MakeBench, day: date, case: str, reason: str = "") -> PlannedEntry:
    b = make(day, case)
    client = b.client()
    return _to_account(b, client, b.account(client), reason)


def _known_already(planned: PlannedEntry) -> PlannedEntry:
    """The same line in another statement: no second payment, so no label."""
    return replace(planned, expected=())


def planted(make: MakeBench, own: OwnAccount) -> list[PlannedStatement]:
    """Five statements in the order of ingest; each says which alert it must raise."""
    week_one = [_ordinary(make, _day(offset), "ordinary") for offset in (0, 1, 3)]
    equal = _ordinary(make, _day(4), "two_honest_equals")
    week_one += [equal, equal]
    first = _cut(own, "1", _day(0), _day(4), own.opening, week_one)

    repeated = [_known_already(planned) for planned in week_one[2:]]
    fresh = [_ordinary(make, _day(7), "after_an_overlap"), _ordinary(make, _day(7), "after_an_overlap")]
    twice, reworded = _reworded(make, own, _day(8))
    opening = first.opening + sum(map(_effect, week_one[:2]))
    second = _cut(own, "2", _day(3), _day(8), opening, [*repeated, *fresh, *twice])

    at_day_eight = second.closing - sum(map(_effect, twice))
    camt = replace(own, format=Format.CAMT_08)
    third = replace(_cut(camt, "3", _day(8), _day(8), at_day_eight, reworded), own=own, format=Format.CAMT_08)

    later = [_ordinary(make, _day(offset), "after_a_gap") for offset in (14, 15)]
    fourth = replace(_cut(own, "4", _day(14), _day(16), second.closing + 1_250_000, later), planted="statement_gap")

    short = [
        _ordinary(make, _day(offset), "in_a_statement_that_does_not_add_up", "balance_mismatch") for offset in (17, 18)
    ]
    fifth = _cut(own, "5", _day(17), _day(18), fourth.closing, short)
    misfit = replace(fifth, closing=fifth.closing + 777_00, planted="balance_mismatch")
    return [first, second, third, fourth, misfit]


def _reworded(make: MakeBench, own: OwnAccount, day: date) -> tuple[list[PlannedEntry], list[PlannedEntry]]:
    """Two payments, and the same two as another of the bank's formats words them: other references, other purposes."""
    first: list[PlannedEntry] = []
    second: list[PlannedEntry] = []
    for _ in range(2):
        b = make(day, "possible_duplicate")
        client = b.client()
        account = b.account(client)
        first.append(_to_account(b, client, account))
        other = Bench(b.rng, b.world, replace(own, format=Format.CAMT_08), day, b.names, b.numbers, b.case)
        other.talk = other.talk_in("en")
        amount = first[-1].entry.amount
        other.pay(
            other.own_payer(client),
            amount,
            other.talk.compose(other.talk.account(account.number), extras=False),
            other.held(account, "possible_duplicate", relation="own"),
        )
        second.append(other.drafts[-1].planned)
    return first, second


def _effect(planned: PlannedEntry) -> int:
    return planned.entry.amount if planned.entry.credit_debit is CreditDebit.CREDIT else -planned.entry.amount


def _cut(
    own: OwnAccount, reference: str, start: date, end: date, opening: int, entries: Sequence[PlannedEntry]
) -> PlannedStatement:
    closing = opening + sum(map(_effect, entries))
    return PlannedStatement(own, own.format, own.encoding, reference, start, end, opening, closing, tuple(entries))
