"""How far the program's payments agree with their labels: wrong credits first, then what was missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any, Final

from tests.accuracy.world import Labelled, as_json

Row = Mapping[str, Any]
_FIELDS: Final = {
    "status": "status", "reason": "reason", "account_number": "account", "payer_relation": "relation",
    "flags": "flags", "allocations": "allocations", "splits": "splits",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Compared:
    """One payment: its label, what the program made of it, and the fields in which they differ."""

    expected: Labelled
    wanted: Row
    seen: Row | None
    fields: tuple[str, ...]

    @property
    def wrong_credit(self) -> bool:
        """Money on a balance on which it does not belong."""
        if self.seen is None or self.seen["status"] != "credited":
            return False
        return self.wanted["status"] != "credited" or bool({"account_number", "splits"} & set(self.fields))

    @property
    def to_credit(self) -> bool:
        return bool(self.wanted["status"] == "credited")

    @property
    def rightly_credited(self) -> bool:
        """Credited with the right account and invoices."""
        return self.to_credit and not {"payment", "status", "account_number", "splits", "allocations"} & set(
            self.fields
        )

    @property
    def flags_exact(self) -> bool:
        return not {"payment", "flags"} & set(self.fields)


@dataclass(slots=True)
class Share:
    """A row of a table."""

    total: int = 0
    to_credit: int = 0
    credited: int = 0
    flags: int = 0
    exact: int = 0
    wrong: int = 0

    def take(self, one: Compared) -> None:
        self.total += 1
        self.to_credit += one.to_credit
        self.credited += one.rightly_credited
        self.flags += one.flags_exact
        self.exact += not one.fields
        self.wrong += one.wrong_credit

    @property
    def recall(self) -> float:
        return self.credited / self.to_credit if self.to_credit else 1.0

    @property
    def agreeing(self) -> float:
        return self.exact / self.total if self.total else 1.0


@dataclass(slots=True)
class Result:
    compared: list[Compared] = field(default_factory=list)
    surplus: list[Row] = field(default_factory=list)
    """Payments of which the world knows nothing: taken twice, or read out of nothing."""

    @property
    def wrong(self) -> list[Compared]:
        return [one for one in self.compared if one.wrong_credit]

    @property
    def wrong_credits(self) -> int:
        return len(self.wrong) + sum(bool(row["status"] == "credited") for row in self.surplus)

    @property
    def credits_made(self) -> int:
        return sum(one.seen is not None and one.seen["status"] == "credited" for one in self.compared)

    def whole(self) -> Share:
        return self.by(lambda one: "all")["all"]

    def by(self, name: Callable[[Labelled], str]) -> dict[str, Share]:
        table: dict[str, Share] = defaultdict(Share)
        for one in self.compared:
            table[name(one.expected)].take(one)
        return dict(sorted(table.items()))


def compare(labelled: Iterable[Labelled], payments: Iterable[Row]) -> Result:
    result = Result()
    seen: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in _by_their_door(payments):
        seen[row["bank_account"], row["booking_date"], row["amount"]].append(row)
    groups: dict[tuple[str, str, str], list[Labelled]] = defaultdict(list)
    for one in labelled:
        groups[one.key].append(one)
    for key, its in groups.items():
        found = seen.pop(key, [])
        result.compared += _paired(its, found)
        result.surplus += found[len(its) :]
    result.surplus += [row for rows in seen.values() for row in rows]
    return result


def _by_their_door(payments: Iterable[Row]) -> list[Row]:
    """Mobile money is decided as a payment of the gateway, which the bank's own entry only settles: what was made of the
    payment stands in that entry's place."""
    rows = list(payments)
    gateway = {row["bank_reference"]: row for row in rows if row["channel"] == "mobile_money"}
    put: list[Row] = []
    for row in rows:
        paid = gateway.pop(row["bank_reference"], None) if row["status"] == "settlement" else None
        if paid is not None:
            put.append({**paid, **{name: row[name] for name in ("bank_account", "booking_date", "amount")}})
        elif row["channel"] != "mobile_money":
            put.append(row)
    return [*put, *gateway.values()]


def _paired(its: list[Labelled], found: list[Row]) -> list[Compared]:
    """Equal twins may stand in either order: the pairing that agrees best."""
    rows: list[Row | None] = [*found[: len(its)], *[None] * (len(its) - len(found))]
    if len(its) > 4:
        return [_compared(one, row) for one, row in zip(its, rows, strict=True)]
    ways = ([_compared(one, row) for one, row in zip(its, way, strict=True)] for way in permutations(rows))
    return min(ways, key=lambda way: sum(len(one.fields) for one in way))


def _compared(one: Labelled, row: Row | None) -> Compared:
    wanted = as_json(one)
    return Compared(one, wanted, row, tuple(_differing(one, wanted, row)))


def _differing(one: Labelled, wanted: Row, row: Row | None) -> Iterable[str]:
    if row is None:
        return ["payment"]
    return [
        name
        for name, key in _FIELDS.items()
        if key not in one.label.unchecked
        and not (name == "payer_relation" and wanted[name] is None)
        and _value(name, wanted[name]) != _value(name, row[name])
    ]


def _value(name: str, value: Any) -> Any:
    if name == "flags":
        return sorted(value)
    if name == "allocations":
        return {part["invoice_number"]: part["amount"] for part in value}
    if name == "splits":
        parts = {part["account_number"]: part["amount"] for part in value}
        return parts if len(parts) > 1 else {}
    return value


def upper_bound(errors: int, trials: int, level: float = 0.95) -> float:
    """Clopper-Pearson: the largest error rate under which so few errors are still as likely as 1 - level.

    For no error it is 1 - (1 - level) ** (1 / n), the exact form of the rule of three.

    >>> round(upper_bound(0, 1000), 5)
    0.00299
    """
    if trials == 0 or errors >= trials:
        return 1.0
    low, high = errors / trials, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if _at_most(errors, trials, middle) > 1 - level:
            low = middle
        else:
            high = middle
    return high


def _at_most(errors: int, trials: int, rate: float) -> float:
    """The binomial chance of at most so many errors."""
    term = total = (1 - rate) ** trials
    for k in range(1, errors + 1):
        term *= (trials - k + 1) / k * rate / (1 - rate)
        total += term
    return total
