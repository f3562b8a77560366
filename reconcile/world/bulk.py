"""A large night for benchmarks: one 1C file of many entries, books of many more open invoices, written as a stream.

Four entries of five pay a marked invoice by its holder; the others are drawn from the cases. Numbers of the stream have
nine digits and those of the cases fewer, so that neither can be a slip of the other.
"""

from __future__ import annotations

import csv
import json
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Final, TextIO

from reconcile.books import Account, Holder, HolderType, Invoice
from reconcile.statement import CreditDebit, Detail, Entry, Party, PartyKind
from reconcile.world import identifiers, words
from reconcile.world.bench import Bench
from reconcile.world.cases import REGISTRY, CaseKind
from reconcile.world.make import DAYS, own_accounts
from reconcile.world.model import Expected, PlannedEntry, PlannedStatement, World
from reconcile.world.names import NameBook
from reconcile.world.numbers import NumberBook
from reconcile.world.phrases import SPOKEN
from reconcile.world.talk import Talk
from reconcile.world.writers import master, one_c
from reconcile.world.writers.folder import label_row

OWN: Final = "KZ-1C"
_EVERYDAY_SHARE: Final = 0.8
_INVOICES_EACH: Final = 3
# A prime, so that consecutive customers get numbers far apart and none twice.
_STRIDE: Final = 7_368_787
_ISSUED: Final = tuple(DAYS[0] - timedelta(days=days) for days in range(1, 60))
_ROOM: Final = 99_999_989


@dataclass(frozen=True, slots=True)
class Bulk:
    """What was written, and how much of it."""

    statement: Path
    master: Path
    expected: Path
    entries: int
    invoices: int


class _Stream:
    """Open files, written to as the customers come."""

    def __init__(self, folder: Path, seed: int, stack: ExitStack) -> None:
        self.rng = Random(seed)  # noqa: S311  synthetic data, not a secret
        self.world = World(seed, own_accounts(self.rng))
        self.own = next(own for own in self.world.own_accounts if own.code == OWN)
        self.names, self.numbers = NameBook(self.rng), NumberBook(self.rng)
        self.folder = folder
        self.days = {day: _open(stack, folder / f".{day}.part") for day in DAYS}
        self.expected = _open(stack, folder / "expected.jsonl")
        self.accounts = csv.writer(_open(stack, folder / "master" / "accounts.csv"))
        self.invoices = csv.writer(_open(stack, folder / "master" / "invoices.csv"))
        self.accounts.writerow(master.ACCOUNTS)
        self.invoices.writerow(master.INVOICES)
        self.powers: list[master.Row] = []
        self.shell = PlannedStatement(self.own, self.own.format, "utf-8", "1", DAYS[0], DAYS[-1], 0, 0, ())
        self.talks = [self._talk(day, code) for day in DAYS for code in dict.fromkeys(SPOKEN["KZ"])]
        self.credit = self.debit = self.entries = self.invoiced = 0

    def _talk(self, day: date, code: str) -> Talk:
        return Talk(self.rng, "KZ", self.own.format.limit, self.numbers, day, code)

    def document(self, planned: PlannedEntry) -> None:
        entry = planned.entry
        self.days[entry.booking_date].write("\r\n".join(one_c.document_lines(self.shell, entry)) + "\r\n")
        self.entries += 1
        if entry.credit_debit is CreditDebit.CREDIT:
            self.credit += entry.amount
        else:
            self.debit += entry.amount
        for label in planned.expected:
            row = {"bank_reference": entry.bank_reference, "purpose": entry.details[0].purpose}
            self.expected.write(json.dumps({**row, **label_row(label, entry.currency)}, ensure_ascii=False) + "\n")

    def take(self, bench: Bench) -> None:
        """A case's master data and entries; the world is emptied, so that nothing piles up."""
        self.accounts.writerows(map(master.account_row, self.world.accounts))
        self.invoices.writerows(map(master.invoice_row, self.world.invoices))
        self.powers += map(master.power_row, self.world.powers)
        self.invoiced += len(self.world.invoices)
        for drawn in (self.world.accounts, self.world.invoices, self.world.powers):
            drawn.clear()
        for draft in bench.drafts:
            self.document(draft.planned)


def _open(stack: ExitStack, path: Path) -> TextIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return stack.enter_context(path.open("w", encoding="utf-8", newline=""))


def write_bulk(folder: Path, seed: int, *, entries: int = 20_000, invoices: int = 200_000) -> Bulk:
    """`statements/001-bulk.txt`, `master/*.csv` and `expected.jsonl` under `folder`. Memory does not grow with
    `invoices`, and only by the drawn names with `entries`."""
    everyday = int(entries * _EVERYDAY_SHARE)
    with ExitStack() as stack:
        stream = _Stream(folder, seed, stack)
        _cases(stream, entries - everyday)
        _customers(stream, everyday, max(invoices - stream.invoiced, everyday))
    master.write_table(folder / "master" / "powers-of-attorney.csv", master.POWERS, stream.powers)
    banks = master.bank_accounts(stream.world)
    master.write_table(folder / "master" / "bank-accounts.csv", master.BANK_ACCOUNTS, banks)
    statement = _assembled(stream)
    return Bulk(statement, folder / "master", folder / "expected.jsonl", stream.entries, stream.invoiced)


def _cases(stream: _Stream, count: int) -> None:
    kinds = [kind for kind in REGISTRY.values() if kind.fits(stream.own) and kind.name != "marked_invoice"]
    weights = [kind.weight for kind in kinds]
    while stream.entries < count:
        kind: CaseKind = stream.rng.choices(kinds, weights)[0]
        day = stream.rng.choice(DAYS[: len(DAYS) - kind.days + 1])
        bench = Bench(stream.rng, stream.world, stream.own, day, stream.names, stream.numbers, kind.name)
        kind.build(bench)
        stream.take(bench)


def _customers(stream: _Stream, payments: int, invoices: int) -> None:
    """Customers with three open invoices each; evenly spread, so many of them pay one."""
    rng, due = stream.rng, 0
    for customer in range(-(-invoices // _INVOICES_EACH)):
        account = _account(rng, customer)
        stream.accounts.writerow(master.account_row(account))
        count = min(_INVOICES_EACH, invoices - customer * _INVOICES_EACH)
        issued = [_invoice(rng, account, customer * _INVOICES_EACH + place) for place in range(count)]
        stream.invoices.writerows(map(master.invoice_row, issued))
        stream.invoiced += count
        due += payments * count
        for invoice in issued:
            if due >= invoices:
                due -= invoices
                stream.document(_payment(stream, account, invoice))


def _account(rng: Random, customer: int) -> Account:
    first, second = rng.sample(words.COMPANY_WORDS["KZ"], 2)
    tax_id = identifiers.kz_bin(rng)
    name = f"ТОО «{first} {second} {rng.choice(words.TRADE_WORDS['KZ'])}»"
    holder = Holder(f"KZ:{tax_id}", "KZ", HolderType.LEGAL_ENTITY, (name,), (tax_id,))
    return Account(str(700_000_000 + customer * _STRIDE % _ROOM), holder, "KZ", "KZT", DAYS[0] - timedelta(days=400))


def _invoice(rng: Random, account: Account, index: int) -> Invoice:
    amount = int(1_500 + rng.random() * 900_000) * 100
    issued = _ISSUED[int(rng.random() * len(_ISSUED))]
    number = str(300_000_000 + index * _STRIDE % _ROOM)
    return Invoice(number, account.number, amount, "KZT", issued, outstanding=amount)


def _payment(stream: _Stream, account: Account, invoice: Invoice) -> PlannedEntry:
    rng, holder = stream.rng, account.holder
    talk = rng.choice(stream.talks)
    day = talk.day
    parts = [talk.invoice(invoice.number)]
    if rng.random() < 0.2:
        parts.append(talk.account(account.number))
    payer = Party(holder.names[0], holder.tax_ids[0], identifiers.kz_iban(rng), kind=PartyKind.ORGANISATION)
    detail = Detail(invoice.amount, payer, purpose=talk.compose(*parts))
    reference = str(10_000_000 + stream.entries)
    entry = Entry(0, day, CreditDebit.CREDIT, invoice.amount, "KZT", (detail,), day, reference)
    paid = ((invoice.number, invoice.amount),)
    language = talk.language.code
    label = Expected("marked_invoice", language, "credited", account=account.number, allocations=paid, relation="own")
    return PlannedEntry(entry, (label,))


def _assembled(stream: _Stream) -> Path:
    """Head, balances, and the days in their order. Balances stand before the entries, so the days were kept apart."""
    path = stream.folder / "statements" / "001-bulk.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        head = one_c.head_lines(stream.shell, stream.own.opening, stream.credit, stream.debit)
        out.write("".join(line + "\r\n" for line in head).encode())
        for day in stream.days:
            part = stream.folder / f".{day}.part"
            with part.open("rb") as piece:
                shutil.copyfileobj(piece, out)
            part.unlink()
        out.write("КонецФайла\r\n".encode())
    return path
