"""A few of the cases from a bank's file to the export, so that the tables' books mean what the database's do."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest

from reconcile.policy import load_policy
from reconcile.statement import CreditDebit, Detail, Entry, StructuredReference
from reconcile.steps import masters
from reconcile.steps.export import export
from reconcile.steps.ingest import Origin, ingest
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from reconcile.store import schema
from reconcile.store.engine import make_engine
from reconcile.world.model import PowerRow
from reconcile.world.writers import master
from tests.accuracy import files
from tests.accuracy.channels import Channel, channels
from tests.pathological.bench import DAY, Given, Table, party, table

NOW: Final = datetime(2026, 2, 11, 3, 0, tzinfo=UTC)
PLAYED: Final = {
    # Cases of one table share its books, so none takes another's invoice.
    "numbers_ru": (
        "14 inside 1814", "14 alone", "contract number is somebody's account", "range", "two clients",
        "one holder, two accounts, exact", "fold inside", "zeros left out", "composite",
    ),
    "payers_kz": (
        "another company of the same word", "an exact name under another id", "a learned payer without a number",
        "full wording", "power revoked today", "power ends today", "cancelled invoice named", "closed account",
        "a name that two bear, with one's id", "nobody", "Uzbek account on a Kazakh bank account",
    ),
    "kazakh": ("personal account", "sole trader", "contract, short word"),
    "uzbek": ("-sonli", "contract after a date", "third party"),
    "kenya": ("provider's wording", "another company of the same word", "invoice field against the text"),
    "natures": ("refund", "no refund: not refundable", "lump sum by its sender"),
}  # fmt: skip


def _channel(country: str) -> Channel:
    """The country's bank that gives camt: it tells all of a payer."""
    code = {"KZ": "KZ-CAMT", "UZ": "UZ-CAMT", "KE": "KE-CAMT"}[country]
    return next(channel for channel in channels(Random(country)) if channel.own.code == code)


def _masters(made: Table, channel: Channel, folder: Path) -> None:
    own = channel.own
    row = (own.number, own.country, own.currency, own.legal_entity, "Bank", DAY, "0.00")
    powers = [
        PowerRow(
            power, next(a.number for a in made.accounts.values() if a.holder.key == power.holder_key), power.valid_from
        )
        for power in made.powers
    ]
    paid = {number: inv for number, inv in made.invoices.items() if inv.outstanding in (0, inv.amount)}
    master.write_table(folder / "bank-accounts.csv", master.BANK_ACCOUNTS, [row])
    master.write_table(folder / "accounts.csv", master.ACCOUNTS, map(master.account_row, made.accounts.values()))
    master.write_table(folder / "invoices.csv", master.INVOICES, map(master.invoice_row, paid.values()))
    master.write_table(folder / "powers-of-attorney.csv", master.POWERS, map(master.power_row, powers))


def _entry(made: Table, given: Given, number: int) -> Entry:
    fields = tuple(StructuredReference(kind, value) for kind, value in given.fields)
    payer, ultimate = party(made, given.by), party(made, given.on_behalf)
    detail = Detail(given.amount, payer, ultimate, given.purpose, fields)
    currency = given.currency or {"KZ": "KZT", "UZ": "UZS", "KE": "KES"}[made.country]
    return Entry(0, DAY, CreditDebit.CREDIT, given.amount, currency, (detail,), DAY, f"REF{number}")


def _exported(root: Path, name: str, cases: list[Given]) -> list[dict[str, Any]]:
    made, policies = table(name), load_policy(None)
    channel = _channel(made.country)
    _masters(made, channel, root)
    sheet = files.Sheet(channel, "1", DAY, DAY, 0, tuple(_entry(made, each, at) for at, each in enumerate(cases)))
    engine = make_engine(f"sqlite:///{root / 'books.db'}")
    schema.upgrade(engine)
    masters.import_bank_accounts(engine, root / "bank-accounts.csv", actor="t", now=NOW)
    masters.import_accounts(engine, root / "accounts.csv", actor="t", now=NOW)
    masters.import_invoices(engine, root / "invoices.csv", actor="t", now=NOW)
    if made.powers:
        masters.import_powers(engine, root / "powers-of-attorney.csv", actor="t", now=NOW)
    ingest(engine, files.write(sheet, root), origin=Origin("t"), now=NOW, policies=policies)
    run(engine, as_of=DAY, now=NOW, policies=policies)
    assert verify(engine) == []
    out = io.BytesIO()
    export(engine, "payments", out)
    engine.dispose()
    return [json.loads(line) for line in out.getvalue().decode().splitlines()]


def _words(row: dict[str, Any]) -> frozenset[str]:
    where = row["account_number"] or "+".join(sorted(part["account_number"] for part in row["splits"]))
    taken = [f"{each['invoice_number']}={each['amount'].removesuffix('.00')}" for each in row["allocations"]]
    return frozenset(each for each in (row["status"], where, *row["flags"], *taken) if each)


@pytest.mark.parametrize("name", PLAYED)
def test_from_the_bank_file_to_the_export(name: str, tmp_path: Path) -> None:
    by_name = {each.name: each for each in table(name).cases}
    cases = [by_name[wanted] for wanted in PLAYED[name]]
    seen = {row["bank_reference"]: _words(row) for row in _exported(tmp_path, name, cases)}
    assert {each.name: seen[f"REF{at}"] for at, each in enumerate(cases)} == {each.name: each.want for each in cases}
