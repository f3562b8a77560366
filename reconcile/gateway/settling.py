"""Which payments through a gateway a lump sum pays out, and what is missing where it does not fit. Pure.

A processing centre pays its sales less refunds, chargebacks and (where they are netted) fees: by a settlement number that
it names, else the days of one merchant, exactly, within the window that weekends and holidays open. Nothing is guessed:
two ways that fit are none. A difference is named to the last minor unit, with what alone would explain it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Final

MAX_RUNS: Final = 400
EXPLAINED_BY: Final = 2


@dataclass(frozen=True, slots=True)
class Item:
    """A payment (`paid`) or what was given back (`refund`) that no lump sum has settled yet, in minor units of the
    settlement's currency. `day` is the local day of the payment or refund; `alike` tells rows that look the same."""

    kind: str
    id: str
    name: str
    day: date
    amount: int
    fee: int
    settlement_id: str = ""
    merchant: str = ""
    alike: tuple[object, ...] = ()

    @property
    def gross(self) -> int:
        return self.amount if self.kind == "paid" else -self.amount

    @property
    def net(self) -> int:
        return self.gross - self.fee


@dataclass(frozen=True, slots=True)
class Match:
    """`difference`: what the bank paid beyond what the items make. `how`: by settlement_id or by days."""

    items: tuple[Item, ...]
    how: str
    settlement_id: str
    fees_netted: bool
    difference: int = 0


def match(amount: int, named: str, items: Sequence[Item], subset: int) -> Match | None:
    """The items that a sum of `amount` pays out; None where nothing fits, or more than one way does. `named` is the
    settlement that the statement's line names: what is named is certain even where the sum differs."""
    if named:
        its = tuple(item for item in items if item.settlement_id == named)
        if its:
            return _named(amount, named, its)
    free = [item for item in items if not named or not item.settlement_id]
    return _by_number(amount, free) or _by_days(amount, free, subset)


def _named(amount: int, named: str, its: tuple[Item, ...]) -> Match:
    net, gross = sum(item.net for item in its), sum(item.gross for item in its)
    netted = amount != gross
    return Match(its, "settlement_id", named, netted, amount - (net if netted else gross))


def _by_number(amount: int, items: Sequence[Item]) -> Match | None:
    """The rows of one settlement number that make exactly the sum, where the bank's line names none."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.settlement_id:
            groups[item.settlement_id].append(item)
    return _only(_exact(tuple(its), amount, "settlement_id", number) for number, its in sorted(groups.items()))


def _by_days(amount: int, items: Sequence[Item], subset: int) -> Match | None:
    """Whole days of one merchant, else of all; else, of a few payments, exactly one part of them."""
    free = [item for item in items if not item.settlement_id]
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in free:
        groups[item.merchant].append(item)
    choices = [*groups.values(), *([free] if len(groups) > 1 else [])]
    for its in choices:
        if found := _only(_exact(run, amount, "days", "") for run in runs(its)):
            return found
    if 0 < len(free) <= subset:
        parts = (part for size in range(1, len(free) + 1) for part in combinations(free, size))
        return _only(_exact(part, amount, "days", "") for part in parts)
    return None


def runs(items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """Every run of whole days, in which days without payments count for nothing."""
    days: dict[date, list[Item]] = defaultdict(list)
    for item in items:
        days[item.day].append(item)
    order = sorted(days)
    count = 0
    for first in range(len(order)):
        run: list[Item] = []
        for day in order[first:]:
            run += days[day]
            yield tuple(run)
            count += 1
            if count >= MAX_RUNS:
                return


def _exact(items: tuple[Item, ...], amount: int, how: str, number: str) -> Match | None:
    if sum(item.net for item in items) == amount:
        return Match(items, how, number, True)
    if sum(item.gross for item in items) == amount:
        return Match(items, how, number, False)
    return None


def _only(found: Iterator[Match | None]) -> Match | None:
    """The one that fits; None where several do, unless they are the same items."""
    one: Match | None = None
    for each in found:
        if each is None:
            continue
        if one is not None and set(one.items) != set(each.items):
            return None
        one = one or each
    return one


# --- what is missing on which side -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that alone explains a difference. `what`: `not_in_registry`, `not_in_settlement`, `double`,
    `wrong_fee`, `refund_not_in_registry`, `other_settlement`."""

    what: str
    names: tuple[str, ...]
    amount: int


def explain(difference: int, items: Sequence[Item], others: Sequence[Item]) -> tuple[Finding, ...]:
    """What alone would explain the difference (bank less rows), surest first. `others` are unsettled rows that are not
    of this settlement."""
    if difference == 0:
        return ()
    found = [*_fees(difference, items)]
    if difference < 0:
        found += _doubles(-difference, items)
        found += [Finding("not_in_settlement", (item.name,), -difference) for item in items if item.net == -difference]
        found += [
            Finding("refund_not_in_registry", (item.name,), -difference)
            for item in items
            if item.kind == "paid" and item.amount == -difference
        ]
    else:
        found += [Finding("other_settlement", (item.name,), difference) for item in others if item.net == difference]
        found += [Finding("not_in_settlement", (item.name,), difference) for item in items if item.net == -difference]
        if not found:
            found.append(Finding("not_in_registry", (), difference))
    return tuple(dict.fromkeys(found)) or tuple(_pairs(difference, items))


def _fees(difference: int, items: Sequence[Item]) -> Iterator[Finding]:
    """A fee that is not the rate that the others pay, where the right one would make the sum."""
    rates: Counter[int] = Counter()
    for item in items:
        if item.kind == "paid" and item.amount:
            rates[round(item.fee * 1_000_000 / item.amount, -2).__trunc__()] += 1
    if not rates or rates.most_common(1)[0][1] < 2:
        return
    usual = rates.most_common(1)[0][0]
    for item in items:
        if item.kind != "paid":
            continue
        expected = (2 * item.amount * usual + 1_000_000) // 2_000_000
        if abs(item.fee - expected) > 1 and item.fee - expected == difference:
            yield Finding("wrong_fee", (item.name,), expected)


def _doubles(missing: int, items: Sequence[Item]) -> Iterator[Finding]:
    """Rows that look the same under different numbers, where one of them would be too many."""
    seen: dict[tuple[object, ...], Item] = {}
    for item in items:
        key = (item.kind, item.amount, *item.alike)
        if item.alike and key in seen and item.net == missing:
            yield Finding("double", (seen[key].name, item.name), missing)
        seen.setdefault(key, item)


def _pairs(difference: int, items: Sequence[Item]) -> Iterator[Finding]:
    """Two rows together, where no single one explains it and they are few."""
    if difference < 0 and len(items) <= 200:
        fits = [pair for pair in combinations(items, EXPLAINED_BY) if sum(item.net for item in pair) == -difference]
        if len(fits) == 1:
            yield Finding("not_in_settlement", tuple(item.name for item in fits[0]), -difference)
