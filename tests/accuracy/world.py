"""A whole labelled world: scenes drawn until there are entries enough, cut into weekly statements of every format."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from reconcile.money import format_amount
from reconcile.statement import CreditDebit
from reconcile.world.model import World
from reconcile.world.writers import master
from tests.accuracy import files
from tests.accuracy.channels import FIRST_DAY, OPENING, Channel
from tests.accuracy.facts import Label
from tests.accuracy.scenes import SCENES, perform
from tests.accuracy.stage import Draft, Stage

AS_OF: Final = FIRST_DAY + timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One payment as it is looked for in the export, and what ought to become of it."""

    bank_account: str
    day: str
    amount: str
    kind: str
    language: str
    format: str
    payer: str
    purpose: str
    label: Label
    currency: str
    reference: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.bank_account, self.day, self.amount


@dataclass(frozen=True, slots=True)
class Written:
    """A world on disk: master data, statements in the order of ingest with the account of those that do not say it."""

    master: Path
    statements: tuple[tuple[Path, str], ...]
    labelled: tuple[Labelled, ...]


def draw(seed: int, entries: int, kinds: tuple[str, ...] = ()) -> Stage:
    """Every scene once, then by weight."""
    stage = Stage(Random(seed))
    scenes = [one for one in SCENES.values() if not kinds or one.name in kinds]
    for one in scenes:
        perform(stage, one)
    weights = [one.weight for one in scenes]
    while len(stage.drafts) < entries + stage.unlabelled:
        perform(stage, stage.rng.choices(scenes, weights)[0])
    return stage


def write(stage: Stage, root: Path) -> Written:
    folder = root / "statements"
    folder.mkdir(parents=True, exist_ok=True)
    _masters(stage, root / "master")
    sheets = sorted(_sheets(stage), key=lambda sheet: (sheet.end, sheet.channel.own.code, sheet.number))
    told = []
    for sheet in sheets:
        path = files.write(sheet, folder)
        told.append((path, sheet.channel.own.number if sheet.channel.layout == "mpesa" else ""))
    return Written(root / "master", tuple(told), tuple(_labelled(stage)))


def _sheets(stage: Stage) -> Iterator[files.Sheet]:
    by_channel: dict[str, list[Draft]] = defaultdict(list)
    for draft in stage.drafts:
        by_channel[draft.channel.own.code].append(draft)
    for channel in stage.channels:
        yield from _weekly(channel, by_channel[channel.own.code])


def _weekly(channel: Channel, drafts: list[Draft]) -> Iterator[files.Sheet]:
    """A statement a week, each beginning where the one before ended; and of some banks two weeks once more in one."""
    opening, before = OPENING, None
    for week in range(4):
        start = FIRST_DAY + timedelta(days=7 * week)
        end = start + timedelta(days=6)
        its = sorted((d for d in drafts if start <= d.entry.booking_date <= end), key=lambda d: d.entry.booking_date)
        if not its:
            continue
        sheet = files.Sheet(channel, str(week + 1), start, end, opening, tuple(d.entry for d in its), channel.fault)
        opening = sheet.closing
        yield sheet
        if channel.overlaps and before is not None:
            both = (*before.entries, *sheet.entries)
            yield files.Sheet(channel, f"{week + 1}-again", before.start, end, before.opening, both)
        before = sheet


def _masters(stage: Stage, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    own = [
        (
            c.own.number,
            c.own.country,
            c.own.currency,
            c.own.legal_entity,
            "Bank",
            FIRST_DAY,
            format_amount(OPENING, c.own.currency),
        )
        for c in stage.channels
    ]
    books = stage.books
    master.write_table(folder / "bank-accounts.csv", master.BANK_ACCOUNTS, own)
    master.write_table(folder / "accounts.csv", master.ACCOUNTS, map(master.account_row, books.accounts.values()))
    master.write_table(folder / "invoices.csv", master.INVOICES, map(master.invoice_row, books.invoices.values()))
    master.write_table(folder / "powers-of-attorney.csv", master.POWERS, map(master.power_row, stage.powers))


def _labelled(stage: Stage) -> Iterator[Labelled]:
    for draft in stage.drafts:
        entry = draft.entry
        if entry.credit_debit is not CreditDebit.CREDIT:
            continue
        for detail, label in zip(entry.details, draft.labels, strict=False):
            amount = detail.amount if detail.amount is not None else entry.amount
            yield Labelled(
                draft.channel.own.number, entry.booking_date.isoformat(), format_amount(amount, entry.currency), draft.kind,
                draft.language, draft.channel.layout, draft.payer, detail.purpose, label, entry.currency,
                entry.bank_reference,
            )  # fmt: skip


def as_json(one: Labelled) -> dict[str, Any]:
    label = one.label
    return {
        "bank_account": one.bank_account, "bank_reference": one.reference, "currency": one.currency,
        "booking_date": one.day, "amount": one.amount, "kind": one.kind,
        "language": one.language, "format": one.format, "payer": one.payer, "purpose": one.purpose,
        "status": label.status, "reason": label.reason, "account_number": label.account, "flags": sorted(label.flags),
        "allocations": [
            {"invoice_number": number, "amount": format_amount(part, one.currency)} for number, part in label.allocations
        ],
        "splits": [{"account_number": n, "amount": format_amount(part, one.currency)} for n, part in label.splits],
        "payer_relation": label.relation, "unchecked": sorted(label.unchecked),
    }  # fmt: skip


def write_labels(labelled: tuple[Labelled, ...], path: Path) -> None:
    with path.open("w", encoding="utf-8") as out:
        for one in labelled:
            out.write(json.dumps(as_json(one), ensure_ascii=False) + "\n")


__all__ = ["AS_OF", "Labelled", "World", "Written", "as_json", "date", "draw", "write", "write_labels"]
