"""A labelled file: payments with what ought to become of them, and how far two sides agree with it.

A line is a JSON object in the words of `export payments`, so that finance can export, correct and hand back; or of a
made-up world's `expected.jsonl`. It names its payment by `payment_id`, or by own bank account, booking date, bank
reference, amount and purpose. What it does not say is not judged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconcile.money import read_amount
from reconcile.outcome import CREDITED
from reconcile.problem import Refusal
from reconcile.steps.backtest.outcome import Outcome

_MOST: Final = 256 * 1024 * 1024
_KEY: Final = ("bank_account", "booking_date", "amount", "currency", "purpose")
_JUDGED: Final = ("status", "reason", "account_number", "flags", "allocations", "splits")


@dataclass(frozen=True, slots=True)
class Label:
    """One line: its payment by id or key, and the fields that it states."""

    line: int
    payment_id: str
    key: tuple[str, ...]
    stated: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Labels:
    """The whole file."""

    rows: tuple[Label, ...]

    @property
    def keys(self) -> set[tuple[str, ...]]:
        return {row.key for row in self.rows if not row.payment_id}


@dataclass(frozen=True, slots=True)
class Wrong:
    """A labelled payment whose money one side puts where the label does not."""

    payment_id: str
    line: int
    side: str


@dataclass(frozen=True, slots=True)
class Judged:
    """Of `labelled` payments: how many come out as labelled, and which are credited wrongly, before and after."""

    labelled: int
    agreeing: tuple[int, int]
    wrong: tuple[Wrong, ...]


def read_labels(path: Path) -> Labels:
    """Refuses the file with its line where one is no label."""
    if not path.is_file():
        raise Refusal.of("there is no such file", "give a JSON Lines file of labelled payments", file=path.name)
    if path.stat().st_size > _MOST:
        raise Refusal.of("the file is larger than 256 MB", "hand in a part of it", file=path.name)
    rows = []
    with path.open(encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            if text.strip():
                rows.append(_label(path.name, number, text))
    if not rows:
        raise Refusal.of("the file has no labels", "give at least one line", file=path.name)
    return Labels(tuple(rows))


def _label(file: str, number: int, text: str) -> Label:
    try:
        row = json.loads(text)
    except ValueError:
        raise Refusal.of("no JSON object", "write one object a line", file=file, line=number) from None
    if not isinstance(row, dict) or "status" not in row:
        raise Refusal.of("no label: an object with at least `status`", "see docs/backtest.md", file=file, line=number)
    stated = {name: row[name] for name in _JUDGED if name in row and name not in (row.get("unchecked") or ())}
    payment_id = str(row.get("payment_id") or "")
    if payment_id:
        return Label(number, payment_id, (), stated)
    missing = [name for name in _KEY if not isinstance(row.get(name), str)]
    if missing:
        mend = "or give payment_id"
        raise Refusal.of(f"{', '.join(missing)} must tell which payment is meant", mend, file=file, line=number)
    try:
        amount = read_amount(row["amount"], row["currency"])
    except Refusal as refusal:
        raise Refusal.of(refusal.problems[0].what, refusal.problems[0].mend, file=file, line=number) from None
    key = (
        row["bank_account"],
        row["booking_date"],
        str(row.get("bank_reference") or ""),
        str(amount),
        " ".join(row["purpose"].split()),
    )
    return Label(number, "", key, stated)


def judge(
    labels: Labels,
    found: Mapping[tuple[str, ...], list[str]],
    before: Mapping[str, Outcome],
    after: Mapping[str, Outcome],
) -> tuple[Judged, tuple[str, ...]]:
    """How far both sides agree with the labels, and the lines that no compared payment answers to."""
    left = {key: list(ids) for key, ids in found.items()}
    agreeing, labelled, wrong, missing = [0, 0], 0, [], []
    for row in labels.rows:
        payment_id = row.payment_id or next(iter(left.get(row.key, ())), "")
        if not row.payment_id and payment_id:
            left[row.key].remove(payment_id)
        if payment_id not in before or payment_id not in after:
            missing.append(f"line {row.line}")
            continue
        labelled += 1
        for side, (name, outcomes) in enumerate((("before", before), ("after", after))):
            agreeing[side] += not _differing(row.stated, outcomes[payment_id])
            if _wrong_credit(row.stated, outcomes[payment_id]):
                wrong.append(Wrong(payment_id, row.line, name))
    return Judged(labelled, (agreeing[0], agreeing[1]), tuple(wrong)), tuple(missing)


def _differing(stated: Mapping[str, Any], outcome: Outcome) -> list[str]:
    return [name for name, value in stated.items() if _plain(name, value) != _seen(name, outcome)]


def _plain(name: str, value: Any) -> Any:
    if name == "flags":
        return sorted(value or ())
    if name == "allocations":
        return sorted(each["invoice_number"] for each in value or ())
    if name == "splits":
        accounts = [each["account_number"] for each in value or ()]
        return sorted(accounts) if len(accounts) > 1 else []
    return value


def _seen(name: str, outcome: Outcome) -> Any:
    if name == "flags":
        return sorted(outcome.flags)
    if name == "allocations":
        return sorted(number for number, _ in outcome.allocations)
    if name == "splits":
        return sorted(number for number, _ in outcome.parts) if len(outcome.parts) > 1 else []
    return getattr(outcome, name)


def _wrong_credit(stated: Mapping[str, Any], outcome: Outcome) -> bool:
    """Money on a balance on which, by the label, it does not belong."""
    if outcome.status != CREDITED:
        return False
    return stated["status"] not in (CREDITED, "returned") or bool(
        {"account_number", "splits"} & set(_differing(stated, outcome))
    )
