"""The rows of a table one by one: which is an entry, which goes on with the one before, which is a total, and which has
moved no money. A row that is only half understood is refused, never left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Final, NamedTuple

from reconcile.parsers.source import account_number, currency_code, words
from reconcile.parsers.table_account import several_accounts
from reconcile.parsers.table_rows import Row, new_tuple
from reconcile.parsers.table_survey import Table, proved_status
from reconcile.parsers.table_words import LABEL
from reconcile.problem import Refusal

_BALANCE: Final = re.compile(
    r"(?:opening|closing|initial|final) balance|turnover|(?:balance )?(?:brought|carried) (?:forward|down)|b/f|c/f|"
    r"(?:sākuma|beigu) atlikums|(?:algsaldo|loppsaldo)|(?:pradinis|galutinis) likutis|saldo (?:inicial|final|anterior)|"
    r"(?:anfangs|end)saldo|(?:входящий|исходящий) остаток|"
    r"остаток на (?:начало|конец)(?: \w+)?|входящее сальдо|исходящее сальдо|обороты",
    re.IGNORECASE,
)
_PENDING: Final = re.compile(r"pending|в обработке|ожидается|өңделуде|kutilmoqda", re.IGNORECASE)
_TIME: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_BOOKED: Final = words(
    """completed complete booked posted executed processed success successful settled ok paid исполнен исполнено
    genehmigt gebucht abgeschlossen geboekt completado contabilizado effectuee zrealizowano zrealizowana zuctovano
    исполнена проведен проведено проведён выполнен выполнено завершен завершено успешно орындалды bajarildi bajarilgan"""
)
_NOT_BOOKED: Final = words(
    """failed cancelled canceled declined expired rejected denied отклонен отклонён отклонено отменен отменён отменено
    ошибка қабылданбады rad bekor"""
)
# Not money yet, or no longer: some exports show them although the balance has moved. Only a profile can know.
_NOT_YET: Final = words("pending removed unclaimed placed reversed hold ожидает создан өңделуде kutilmoqda")
_FIGURES: Final = " -–—"
_PLAINLY: Final = frozenset("0123456789")
_ONE: Final = [""]
_MOST_SURE: Final = 100_000
_WORDS: Final = re.compile(r"[^\W\d_]{4,}(?:\s|$)")


class Cells(NamedTuple):
    """The cells of one row by their role; "" where the table has no such column."""

    date: str
    value_date: str
    amount: str
    credit: str
    debit: str
    direction: str
    balance: str
    currency: str
    account: str
    purpose: str
    details: str
    name: str
    tax_id: str
    party_account: str
    party_bank: str
    party: str
    reference: str
    status: str
    reason: str
    linked: str
    bill_reference: str


class Line(NamedTuple):
    row: Row
    cells: Cells


class Lines:
    """The entries of one table in one currency, each with all rows that belong to it."""

    def __init__(self, table: Table, account: str, currency: str, take_total: Callable[[Line], None]) -> None:
        self.table = table
        self.account = account
        self.currency = currency
        self.take_total = take_total
        self.profile = table.layout.profile
        self.others: dict[tuple[str, str | None], None] = {}
        """Every account and currency met, in the order of the file."""
        self.known: dict[tuple[str, str], bool] = {}
        width = len(table.layout.headings)
        columns = dict(table.columns)
        if self.profile.stacked:  # name and purpose stand in rows of their own: they are put behind the others
            columns |= {"name": width, "purpose": width + 1}
        self.width = max(columns.values()) + 1
        self.get = itemgetter(*(columns.get(role, -1) for role in Cells._fields))
        self.sure: set[tuple[str, str, str, str]] = set()
        """Dates, statuses, accounts and currencies, as written, that stood together in an entry of this statement."""

    def line(self, row: Row) -> Line:
        cells = row.cells + _ONE if len(row.cells) >= self.width else row.cells + [""] * (self.width - len(row.cells))
        return new_tuple(Line, (row, new_tuple(Cells, self.get(cells))))

    def __iter__(self) -> Iterator[Line]:
        pending: Line | None = None
        sure, make = self.sure, self.line
        for row in self.table.body():
            line = make(row)
            cells = line[1]
            key = (cells.date, cells.status, cells.account, cells.currency)
            # beyond doubt an entry: one of its kind is known, a figure is filled, and it names somebody, as no total does
            figure = cells.credit or cells.debit or cells.amount
            if key in sure and figure[:1] in _PLAINLY and (cells.name or cells.party_account):
                if pending is not None:
                    yield pending
                pending = line
                continue
            if not self.is_taken(line):
                continue
            if self.begins(line):
                if len(sure) < _MOST_SURE:
                    sure.add(key)
                if pending is not None:
                    yield pending
                pending = line
            elif pending is not None and self.goes_on(line):
                pending = self.joined(pending, line)
        if pending is not None:
            yield pending

    def is_taken(self, line: Line) -> bool:
        """Whether the row's status is one that is booked, and its currency the one of this statement."""
        cells = line.cells
        if cells.status and not self.is_booked(cells.status.strip().casefold(), line):
            return False
        if cells.date[:1].isalpha() and _PENDING.fullmatch(cells.date.strip()):
            return False
        key = (cells.account, cells.currency)
        taken = self.known.get(key)
        return self.is_own(key, line) if taken is None else taken

    def is_own(self, key: tuple[str, str], line: Line) -> bool:
        """Whether the row's account and currency are those of this statement. A row without figures goes on with the one
        before and is of no account by itself."""
        if not (key[0].strip() or key[1].strip()) or self.begun(line) == (False, False):
            return True
        account = account_number(key[0]) or self.account
        if account != self.account and not several_accounts(self.table):
            raise Refusal.of(
                f"the row is of account {account}, the statement of {self.account}",
                "export one account",
                line=line.row.line,
            )
        code = self.currency_of(key[1], line)
        self.others.setdefault((account, code))
        self.known[key] = account == self.account and code in (None, self.currency)
        return self.known[key]

    def is_booked(self, status: str, line: Line) -> bool:
        taken = self.profile.taken or _BOOKED
        if not status or status in taken:
            return True
        known = _NOT_BOOKED | _NOT_YET if self.profile.taken else _NOT_BOOKED
        if status in known or self.begun(line) == (False, False):
            return False
        if (proved := proved_status(self.table, status, taken)) is not None:
            return proved
        raise Refusal.of(
            f"the status {status[:20]!r} tells neither that money has moved nor that it has not",
            "say in the bank's profile which values of the status are booked (taken)",
            line=line.row.line,
        )

    def currency_of(self, written: str, line: Line) -> str | None:
        if not written.strip():
            return None
        code = currency_code(written)
        if code is None:
            raise Refusal.of(
                f"currency {written[:20]!r} is no known currency", "ask the bank to write KZT", line=line.row.line
            )
        return code

    def begun(self, line: Line) -> tuple[bool, bool]:
        """Whether there is a date, and a figure that moves money."""
        cells = line.cells
        dated = cells.date[:1].isdigit() or any(char.isdigit() for char in cells.date)
        moved = cells.amount.strip(_FIGURES) or cells.credit.strip(_FIGURES) or cells.debit.strip(_FIGURES)
        return dated, bool(moved)

    def is_text(self, line: Line) -> bool:
        """Words alone where date and amounts would be, as below some tables."""
        cells = line.cells
        filled = [cell for cell in (cells.date, cells.amount, cells.credit, cells.debit) if cell.strip(_FIGURES)]
        return all(_WORDS.match(cell.strip()) for cell in filled)

    def begins(self, line: Line) -> bool:
        """Whether the row is an entry. Refuses one that has half of what an entry needs."""
        dated, moved = self.begun(line)
        if dated and moved and not self.is_text(line):
            return not self.is_balance(line.cells)
        if LABEL.search(" ".join(line.row.cells)):
            self.take_total(line)
            return False
        if moved and self.is_text(line):
            return False
        if (dated and not self.profile.stacked) or moved:
            raise Refusal.of(
                "the row has " + ("an amount and no date" if moved else "a date and no amount"),
                "correct the export, or say the columns in a profile",
                line=line.row.line,
            )
        return False

    def is_balance(self, cells: Cells) -> bool:
        """A row with date and amount whose whole text is that of a balance or a turnover, and which names nobody."""
        text = cells.purpose or cells.details
        if not text or len(text) > 40 or cells.name.strip() or cells.party.strip() or cells.party_account.strip():
            return False
        return _BALANCE.fullmatch(text.strip()) is not None

    def goes_on(self, line: Line) -> bool:
        cells = line.cells
        if cells.date.strip() and not self.profile.stacked:
            return False
        texts = self.profile.stacked or cells.purpose.strip() or cells.details.strip() or cells.name.strip()
        return bool(texts or cells.party.strip()) and not LABEL.search(" ".join(line.row.cells))

    def joined(self, first: Line, second: Line) -> Line:
        if self.profile.stacked:
            return self.stacked_up(first, second)
        added = {
            role: f"{getattr(first.cells, role).rstrip()}\n{text}".lstrip()
            for role in ("purpose", "details", "name", "party")
            if (text := getattr(second.cells, role).strip())
        }
        return Line(first.row, first.cells._replace(**added))

    def stacked_up(self, first: Line, second: Line) -> Line:
        """The first row below the figures gives the name, all others the purpose."""
        cells, row = first.cells, second.row.cells
        text = " ".join(cell.strip() for cell in row if cell.strip() and not _TIME.fullmatch(cell.strip()))
        if not cells.name:
            return Line(first.row, cells._replace(name=text))
        return Line(first.row, cells._replace(purpose=f"{cells.purpose}\n{text}".lstrip()))
