"""One row of a table as an entry: its side, its party, its references, and what the table says of its own sums."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from reconcile.identifiers import restore_zeros
from reconcile.money import minor_digits
from reconcile.parsers.source import account_number
from reconcile.parsers.table_account import BOTH
from reconcile.parsers.table_cells import PLAIN, Written, amount_of, minor_of
from reconcile.parsers.table_days import date_of
from reconcile.parsers.table_line import Cells, Line, Lines
from reconcile.parsers.table_rows import Number, Row
from reconcile.parsers.table_survey import Table, proved_signs
from reconcile.parsers.table_words import TOTAL, side_of
from reconcile.problem import Refusal
from reconcile.statement import NOBODY, CreditDebit, Detail, Entry, Party, StructuredReference

CREDIT, DEBIT = CreditDebit.CREDIT, CreditDebit.DEBIT
_DECIMALS: Final = re.compile(r"[.,][0-9]{2}\D*$")
_AMOUNT_ROLES: Final = ("amount", "credit", "debit")
# Columns that a field of the entry takes only in part: kept beside it as they stand.
_KEPT: Final = frozenset({"reason", "linked", "document", "status", "maybe_account"})
_MOST_DAYS: Final = 20_000
_NO_PARTS: Final[dict[str, str]] = {}


@dataclass(slots=True)
class Figures:
    """What the table itself says of its sums, as far as it does."""

    first: tuple[int, int] | None = None
    last: tuple[int, int] | None = None
    """(signed effect, balance behind it) of the first and the last entry that has a balance."""
    unbalanced: bool = False
    """An entry had no balance: what the others say is not of the whole statement."""
    totals: list[tuple[int, int]] | None = field(default_factory=list)


def _cut(what: str, row: Row) -> Refusal:
    return Refusal.of(f"{what}: the file is cut", "export it again whole", line=row.line)


class Reader:
    """The entries of one table in one currency, with what must stay the same over all of them."""

    def __init__(self, table: Table, currency: str, account: str) -> None:
        self.table = table
        self.profile = table.layout.profile
        self.currency = currency
        self.account = account
        self.width = len(table.layout.headings)
        self.lines = Lines(table, account, currency, self.take_total)
        columns, headings = table.columns, table.layout.headings
        wanted = (*table.layout.profile.required, *_AMOUNT_ROLES)
        self.needed = max(columns[role] for role in wanted if role in columns)
        """The last position that every entry has a cell for."""
        used = {position for role, position in columns.items() if role not in _KEPT}
        self.kept = [
            (place, text.strip() or str(place + 1)) for place, text in enumerate(headings) if place not in used
        ]
        self.two_accounts = {"payer_account", "payee_account"} <= set(columns)
        self.both_sides = "payer_name" in columns or self.two_accounts
        self.days: dict[str, date] = {}
        self.balanced = "balance" in columns
        self.reversible = self.profile.reversal is not None
        self.special = bool(
            self.profile.internal or self.profile.party or self.profile.references or "party" in columns
        )
        self.plain = table.mark == "." and minor_digits(currency) == 2
        self.two_columns = "credit" in columns
        self.plain_credit = self.plain and self.two_columns
        self.directed = "direction" in columns
        self.debits_negative: bool | None = None
        self.figures = Figures(unbalanced=not self.balanced)

    def entries(self) -> Iterator[Entry]:
        """The entries in the order of the file."""
        for line in self.lines:
            yield self.entry(line)

    def entry(self, line: Line) -> Entry:
        row, cells = line
        number, written, open_end = row
        if len(written) <= self.needed or (open_end and len(written) < self.width):
            raise _cut(f"the row has {len(written)} cells, its headings {self.width}", row)
        came = cells.credit
        if self.plain_credit and not cells.debit and PLAIN(came):  # most rows of most files
            mark, amount = CREDIT, int(came.replace(".", ""))
        else:
            mark, amount = self.of_two(line) if self.two_columns else self.of_one(line)
        effect = amount if mark is CREDIT else -amount
        if open_end:
            self.check_end(line, effect)
        if self.balanced:
            self.follow_balance(line, effect)
        day = self.days.get(cells.date) or self.day(cells.date, number)
        value = cells.value_date
        reversal = self.reversible and self.is_reversal(cells)
        if self.both_sides:
            cells = self.other_side(line, mark)
        references: tuple[StructuredReference, ...] = ()
        if self.special:
            party, references = self.party(cells)
        else:
            party = self.plain_party(cells)
        return Entry(
            number,
            day,
            mark,
            amount,
            self.currency,
            (Detail(amount, party, NOBODY, cells.purpose.strip() or cells.details.strip(), references),),
            (self.days.get(value) or self.day(value, number)) if value and value.strip() else None,
            cells.reference.strip(),
            reversal,
            cells.linked.strip() if reversal else "",
            self.rest(row) if self.kept else {},
        )

    def day(self, cell: str, line: int) -> date:
        """A day of the calendar; the same text is looked at once."""
        found = date_of(cell, self.table.order, line)
        if self.table.until and found > self.table.until:
            raise Refusal.of(
                f"the day {found.isoformat()} lies behind the export of the file ({self.table.until.isoformat()})",
                "check the name of the file, or say date_order in the bank's profile",
                line=line,
            )
        if type(cell) is str and len(self.days) < _MOST_DAYS:
            self.days[cell] = found
        return found

    def minor(self, written: Written, line: int) -> int:
        if written.currency and written.currency != self.currency:
            raise Refusal.of(
                f"the amount is in {written.currency}, the account in {self.currency}", "ask the bank", line=line
            )
        return minor_of(written, self.table.mark, self.currency, line)

    def of_one(self, line: Line) -> tuple[CreditDebit, int]:
        """Of one column the sign tells the side, or the direction beside it."""
        number, cells = line.row.line, line.cells
        written = amount_of(cells.amount, number)
        assert written is not None, "a row begins an entry only with an amount"
        amount = self.minor(written, number)
        if self.two_accounts and not self.directed:
            return self.of_accounts(line, written), amount
        if not self.directed and not written.side:
            return (DEBIT if written.negative else CREDIT), amount
        said = cells.direction.strip() or written.side
        side = side_of(said)
        if side is not None and written.negative and side > 0 and (proved := proved_signs(self.table)):
            side = side if proved == "word" else -1
        elif side is not None and written.negative and side > 0:
            side = None
        if side is None:
            raise Refusal.of(
                f"the direction {said[:20].casefold()!r} with amount {written.digits!r} tells neither money in nor out",
                "correct the row, or ask the bank",
                line=number,
            )
        return (CREDIT if side > 0 else DEBIT), amount

    def of_accounts(self, line: Line, written: Written) -> CreditDebit:
        """Of an amount without a side the own account tells it: among the payers money out, among the payees money in."""
        payer, payee = (account_number(self.table.cell(line.row, role)) for role in BOTH)
        own = (payer == self.account, payee == self.account)
        if own == (True, False):
            return DEBIT
        if own == (False, True) and not written.negative:
            return CREDIT
        raise Refusal.of(
            f"the own account {self.account} is neither payer nor payee alone, or the sign contradicts it",
            "check the account, or ask the bank",
            line=line.row.line,
        )

    def of_two(self, line: Line) -> tuple[CreditDebit, int]:
        """Of two columns exactly one is filled."""
        number, cells = line.row.line, line.cells
        credit, debit = amount_of(cells.credit, number), amount_of(cells.debit, number)
        came = self.minor(credit, number) if credit else 0
        went = self.minor(debit, number) if debit else 0
        if came and went:
            raise Refusal.of("credit and debit are both filled in one row", "ask the bank", line=number)
        if (came and credit and credit.negative) or (went and debit and self.turned(debit)):
            proved = proved_signs(self.table)
            if proved == "sign":
                return (DEBIT if came else CREDIT), came or went
            if proved == "word":
                return (CREDIT, came) if came else (DEBIT, went)
            raise Refusal.of(
                "the sign of the amount contradicts its column or the rows before", "ask the bank", line=number
            )
        return (DEBIT, went) if went or (debit and not credit) else (CREDIT, came)

    def turned(self, debit: Written) -> bool:
        """Debits are written with a minus in all rows or in none."""
        if self.debits_negative is None:
            self.debits_negative = debit.negative
        return self.debits_negative != debit.negative

    def check_end(self, line: Line, effect: int) -> None:
        """A file that ends in a figure, without a line end, may have lost digits of it: two decimals, or a balance that
        follows from the one before, show that it has not."""
        cells = line.row.cells
        position = len(cells) - 1
        last = {role for role in (*_AMOUNT_ROLES, "balance") if self.table.columns.get(role) == position}
        if not last or not cells[position].strip() or _DECIMALS.search(cells[position]):
            return
        before = self.figures.last
        self.follow_balance(line, effect)
        after, self.figures.last = self.figures.last, before
        follows = before and after and after[1] in (before[1] + effect, before[1] - before[0])
        if last == {"balance"} and follows:
            return
        raise _cut("the file ends in a figure, without a line end", line.row)

    def follow_balance(self, line: Line, effect: int) -> None:
        text = line.cells.balance
        if self.plain and PLAIN(text):
            balance = int(text.replace(".", ""))
        else:
            written = amount_of(text, line.row.line)
            if written is None:
                self.figures.unbalanced = True
                return
            balance = self.minor(written, line.row.line) * (-1 if written.negative or written.side == "DR" else 1)
        self.figures.last = (effect, balance)
        if self.figures.first is None:
            self.figures.first = self.figures.last

    def take_total(self, line: Line) -> None:
        """A total below the columns. What of it is no figure is words."""
        if not self.two_columns or not TOTAL.search(" ".join(line.row.cells)) or self.figures.totals is None:
            return
        number, cells = line.row.line, line.cells
        try:
            credit, debit = amount_of(cells.credit, number), amount_of(cells.debit, number)
            if credit is not None and debit is not None:
                self.figures.totals.append((self.minor(credit, number), self.minor(debit, number)))
        except Refusal:
            self.figures.totals = None

    def is_reversal(self, cells: Cells) -> bool:
        pattern = self.profile.reversal
        return pattern is not None and bool(pattern.search(cells.reason) or pattern.search(cells.details))

    def other_side(self, line: Line, mark: CreditDebit) -> Cells:
        """Of a row that names both sides the other one: the payer of money in, the payee of money out."""
        side, row = ("payer" if mark is CREDIT else "payee"), line.row
        name, tax_id, account, bank = (
            self.table.cell(row, f"{side}_{part}") for part in ("name", "tax_id", "account", "bank")
        )
        return line.cells._replace(name=name, tax_id=tax_id, party_account=account, party_bank=bank)

    def plain_party(self, cells: Cells) -> Party:
        name, tax_id, account = cells.name.strip(), cells.tax_id, cells.party_account
        tax_id = restore_zeros(tax_id) if isinstance(tax_id, Number) else tax_id.strip()
        account = account_number(account) if account else ""
        if name or tax_id or account:
            return Party(name, tax_id, account, cells.party_bank.strip())
        return NOBODY

    def party(self, cells: Cells) -> tuple[Party, tuple[StructuredReference, ...]]:
        profile = self.profile
        parts, whole = _NO_PARTS, cells.party.strip()
        if profile.internal and (profile.internal.search(cells.reason) or profile.internal.search(cells.details)):
            return Party(whole, account=self.account), self.references(cells, parts)
        if profile.party and whole and (found := profile.party.fullmatch(whole)):
            parts, whole = {name: (value or "").strip() for name, value in found.groupdict().items()}, ""
        tax_id = restore_zeros(cells.tax_id) if isinstance(cells.tax_id, Number) else cells.tax_id.strip()
        account = cells.party_account or parts.get("account", "")
        party = Party(
            cells.name.strip() or parts.get("name", "") or parts.get("organisation", "") or whole,
            tax_id or parts.get("tax_id", ""),
            account_number(account) if account else "",
            cells.party_bank.strip() or parts.get("bank", ""),
        )
        return (party if party else NOBODY), self.references(cells, parts)

    def references(self, cells: Cells, parts: dict[str, str]) -> tuple[StructuredReference, ...]:
        if not self.profile.references and not parts:
            return ()
        pairs = [(kind, getattr(cells, role).strip()) for role, kind in self.profile.references.items()]
        pairs.append(("phone", parts.get("phone", "")))
        return tuple(StructuredReference(kind, value) for kind, value in pairs if value)

    def rest(self, row: Row) -> dict[str, str]:
        """The cells that no field takes, under their headings."""
        cells = row.cells
        width = len(cells)
        return {heading: text for place, heading in self.kept if place < width and (text := cells[place].strip())}
