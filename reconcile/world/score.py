"""How far the payments of a run agree with what a world expects of them. The measure behind the accuracy benchmark.

Works on the rows of `expected.jsonl` and of `export payments`, so that any run of any version can be measured.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

Row = Mapping[str, object]
_PLAIN_FIELDS: Final = ("status", "reason", "account_number", "payer_relation")
_NAMES: Final = {"account_number": "account", "payer_relation": "relation"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One payment that came out otherwise: the fields that differ, and both rows."""

    fields: tuple[str, ...]
    expected: Row
    seen: Row | None

    @property
    def wrong_credit(self) -> bool:
        """Money on a balance on which it does not belong: the one thing that must never happen."""
        if self.seen is None or self.seen.get("status") != "credited":
            return False
        return self.expected["status"] not in ("credited", "returned") or bool(
            {"account_number", "splits"} & set(self.fields)
        )


@dataclass(slots=True)
class Score:
    """`agreed` of `total` payments came out as expected in every checked field. `surplus` are payments of which the
    world knows nothing: money taken twice, or an entry read that is none."""

    total: int = 0
    agreed: int = 0
    differences: list[Difference] = field(default_factory=list)
    surplus: list[Row] = field(default_factory=list)
    by_case: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def wrong_credits(self) -> list[Difference]:
        return [difference for difference in self.differences if difference.wrong_credit]


def score(expected: Iterable[Row], payments: Iterable[Row]) -> Score:
    """Pairs each expected payment with one that the run made, and compares them."""
    result, found = Score(), _by_key(payments)
    for row in expected:
        candidates = found.get(_key(row), [])
        seen = candidates.pop(0) if candidates else None
        _count(result, row, seen)
    result.surplus = [row for rows in found.values() for row in rows]
    return result


def _count(result: Score, row: Row, seen: Row | None) -> None:
    fields = tuple(_differing(row, seen))
    result.total += 1
    result.by_case[str(row["case"])]["differs" if fields else "agrees"] += 1
    if fields:
        result.differences.append(Difference(fields, row, seen))
    else:
        result.agreed += 1


def _key(row: Row) -> tuple[str, ...]:
    """What both sides know of an entry before anything is decided. Two honest equals share it, and are two rows."""
    plain = (row["bank_account"], row["booking_date"], row["bank_reference"] or "", row["amount"])
    return (*map(str, plain), " ".join(str(row["purpose"] or "").split()))


def _by_key(payments: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
    found: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in payments:
        found[_key(row)].append(row)
    return found


def _differing(row: Row, seen: Row | None) -> Iterator[str]:
    if row["status"] is None:
        if seen is not None and seen.get("status") is not None:
            yield "status"
        return
    if seen is None:
        yield "payment"
        return
    unchecked = set(_texts(row.get("unchecked")))
    for name in _PLAIN_FIELDS:
        checked = name != "payer_relation" or row.get(name) is not None
        if checked and _NAMES.get(name, name) not in unchecked and row.get(name) != seen.get(name):
            yield name
    if "flags" not in unchecked and set(_texts(row["flags"])) != set(_texts(seen.get("flags"))):
        yield "flags"
    for name, key in (("allocations", "invoice_number"), ("splits", "account_number")):
        if name not in unchecked and _parts(row, name, key) != _parts(seen, name, key):
            yield name


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _parts(row: Row, name: str, key: str) -> dict[str, str]:
    """Amount by invoice, or by account. A single split says no more than the account does."""
    value = row.get(name)
    parts = {str(part[key]): str(part["amount"]) for part in value} if isinstance(value, list) else {}
    return {} if name == "splits" and len(parts) < 2 else parts
