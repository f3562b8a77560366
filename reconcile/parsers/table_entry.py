"""One row of a table as an entry: its side, its party, its references. A row that is not understood is refused, never
left out: only rows without a booked status, totals, and rows of balances alone are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from reconcile.identifiers.kz import restore_zeros
from reconcile.parsers.source import account_number, currency_code, words
from reconcile.parsers.table_cells import Written, amount_of, date_of, minor_of
from reconcile.parsers.table_rows import Number, Row
from reconcile.parsers.table_survey import LABEL, Table
from reconcile.problem import Refusal
from reconcile.statement import NOBODY, CreditDebit, Detail, Entry, Party, StructuredReference

CREDIT, DEBIT = CreditDebit.CREDIT, CreditDebit.DEBIT
_SIDES: Final = {
    **dict.fromkeys(
        words("c cr crdt credit k kt kredit h haben inflow in + к кт кредит приход поступление кирим kirim"), CREDIT
    ),
    **dict.fromkeys(
        words("d dr dbit debit dt debet s soll outflow out - д дт дебет расход списание чиқим chiqim"), DEBIT
    ),
}
_TOTAL: Final = re.compile(r"\b(?:totals?|итого|всего|обороты?|жиынтығы|барлығы|jami|жами)\b", re.IGNORECASE)
_BALANCE: Final = re.compile(
    r"(?:opening|closing|initial|final) balance|turnover|(?:balance )?(?:brought|carried) (?:forward|down)|b/f|c/f|"
    r"(?:входящий|исходящий) остаток|остаток на (?:начало|конец)(?: \w+)?|входящее сальдо|исходящее сальдо|обороты",
    re.IGNORECASE,
)
_DECIMALS: Final = re.compile(r"[.,][0-9]{2}\D*$")
_PENDING: Final = re.compile(r"pending|в обработке|ожидается|өңделуде|kutilmoqda", re.IGNORECASE)
_TIME: Final = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_AMOUNT_ROLES: Final = ("amount", "credit", "debit")
_TEXT_ROLES: Final = ("purpose", "details", "name", "party")


@dataclass(slots=True)
class Figures:
    """What the table itself says of its sums, as far as it does."""

    first: tuple[int, int] | None = None
    last: tuple[int, int] | None = None
    """(signed effect, balance behind it) of the first and the last entry that has a balance."""
    unbalanced: bool = False
    """An entry had no balance: what the others say is not of the whole statement."""
    totals: list[tuple[int, int]] | None = None


def _cut(what: str, row: Row) -> Refusal:
    return Refusal.of(f"{what}: the file is cut", "export it again whole", line=row.line)


class Reader:
    """The rows of one table in one currency, with what must stay the same over all of them."""

    def __init__(self, table: Table, currency: str, account: str) -> None:
        self.table = table
        self.currency = currency
        self.account = account
        wanted = (*table.layout.profile.required, *_AMOUNT_ROLES)
        self.needed = max(table.columns[role] for role in wanted if role in table.columns)
        """The last position that every entry has a cell for."""
        self.debits_negative: bool | None = None
        self.figures = Figures(totals=[])

    def entries(self) -> Iterator[Entry]:
        """The entries in the order of the file; a row without date and amounts goes on with the one before."""
        pending: Row | None = None
        for row in self.table.body():
            if not self.is_taken(row):
                continue
            if self.begins(row):
                if pending is not None:
                    yield self.entry(pending)
                pending = row
            elif pending is not None and self.goes_on(row):
                pending = self.joined(pending, row)
        if pending is not None:
            yield self.entry(pending)

    def is_taken(self, row: Row) -> bool:
        """Whether the row's status is one that is booked, and its currency the one of this statement."""
        taken = self.table.layout.profile.taken
        status = self.table.cell(row, "status").strip().casefold()
        if taken and status and status not in taken:
            return False
        if _PENDING.fullmatch(self.table.cell(row, "date").strip()):
            return False
        currency = self.table.cell(row, "currency").strip()
        return not currency or currency_code(currency) == self.currency

    def begins(self, row: Row) -> bool:
        """Whether the row is an entry. Refuses one that has half of what an entry needs."""
        cell = self.table.cell
        dated = any(char.isdigit() for char in cell(row, "date"))
        moved = [role for role in _AMOUNT_ROLES if cell(row, role).strip(" -–—")]
        if dated and moved:
            return not self.is_balance(row)
        if self.table.layout.profile.stacked and not moved and not LABEL.search(" ".join(row.cells)):
            return False
        text = " ".join(row.cells)
        if LABEL.search(text):
            self.take_totals(row, text)
            return False
        if dated or moved:
            raise Refusal.of(
                "the row has " + ("a date and no amount" if dated else "an amount and no date"),
                "correct the export, or say the columns in a profile",
                line=row.line,
            )
        return False

    def is_balance(self, row: Row) -> bool:
        """A row with date and amount whose whole text is that of a balance or a turnover, and which names nobody."""
        cell = self.table.cell
        texts = [text for role in _TEXT_ROLES if (text := cell(row, role).strip())]
        return len(texts) == 1 and _BALANCE.fullmatch(texts[0]) is not None and not cell(row, "party_account").strip()

    def goes_on(self, row: Row) -> bool:
        stacked = self.table.layout.profile.stacked
        return (stacked or any(self.table.cell(row, role).strip() for role in _TEXT_ROLES)) and not LABEL.search(
            " ".join(row.cells)
        )

    def joined(self, first: Row, second: Row) -> Row:
        if self.table.layout.profile.stacked:
            return self.stacked_up(first, second)
        cells = list(first.cells)
        for role in _TEXT_ROLES:
            position = self.table.columns.get(role, -1)
            if 0 <= position < min(len(cells), len(second.cells)) and second.cells[position].strip():
                cells[position] = f"{cells[position].rstrip()}\n{second.cells[position].strip()}"
        return Row(first.line, cells)

    def stacked_up(self, first: Row, second: Row) -> Row:
        """The first row below the figures gives the name, all others the purpose: kept behind the cells of the table."""
        text = " ".join(cell.strip() for cell in second.cells if cell.strip() and not _TIME.fullmatch(cell.strip()))
        width = len(self.table.layout.headings)
        cells = [*first.cells[:width], *[""] * (width - len(first.cells)), *first.cells[width:]]
        if len(cells) == width:
            cells += [text, ""]
            self.table.columns |= {"name": width, "purpose": width + 1}
        else:
            cells[width + 1] = f"{cells[width + 1]}\n{text}".strip()
        return Row(first.line, cells)

    def take_totals(self, row: Row, text: str) -> None:
        if "credit" not in self.table.columns or not _TOTAL.search(text) or self.figures.totals is None:
            return
        try:
            credit, debit = (amount_of(self.table.cell(row, role), row.line) for role in ("credit", "debit"))
            if credit is not None and debit is not None:
                self.figures.totals.append((self.minor(credit, row), self.minor(debit, row)))
        except Refusal:
            self.figures.totals = None  # words, not figures

    def minor(self, written: Written, row: Row) -> int:
        if written.currency and written.currency != self.currency:
            raise Refusal.of(
                f"the amount is in {written.currency}, the account in {self.currency}", "ask the bank", line=row.line
            )
        return minor_of(written, self.table.mark, self.currency, row.line)

    def entry(self, row: Row) -> Entry:
        table, cell = self.table, self.table.cell
        self.check_row(row)
        mark, amount = self.moved(row)
        effect = amount if mark is CREDIT else -amount
        if row.open_end:
            self.check_end(row, effect)
        self.follow_balance(row, effect)
        purpose = cell(row, "purpose").strip() or cell(row, "details").strip()
        value_date = cell(row, "value_date").strip()
        reversal = self.is_reversal(row)
        party, references = self.party(row)
        return Entry(
            row.line,
            date_of(cell(row, "date"), table.order, row.line),
            mark,
            amount,
            self.currency,
            (Detail(amount, party, NOBODY, purpose, references),),
            self.value_date(value_date, row),
            cell(row, "reference").strip(),
            reversal,
            cell(row, "linked").strip() if reversal else "",
            self.rest(row),
        )

    def value_date(self, text: str, row: Row) -> date | None:
        return date_of(self.table.cell(row, "value_date"), self.table.order, row.line) if text else None

    def check_row(self, row: Row) -> None:
        if len(row.cells) <= self.needed or (row.open_end and len(row.cells) < len(self.table.layout.headings)):
            raise _cut(f"the row has {len(row.cells)} cells, its headings {len(self.table.layout.headings)}", row)
        account = account_number(self.table.cell(row, "account"))
        if account and account != self.account and "account" in self.table.columns:
            raise Refusal.of(
                f"the row is of account {account}, the statement of {self.account}", "export one account", line=row.line
            )

    def moved(self, row: Row) -> tuple[CreditDebit, int]:
        """Side and amount: of two columns exactly one is filled; of one column the sign or the direction tells."""
        if "credit" in self.table.columns:
            return self.of_two(row)
        written = amount_of(self.table.cell(row, "amount"), row.line)
        assert written is not None, "a row begins an entry only with an amount"
        amount = self.minor(written, row)
        if "direction" not in self.table.columns and not written.side:
            return (DEBIT if written.negative else CREDIT), amount
        said = self.table.cell(row, "direction").strip().casefold().rstrip(".") or written.side.casefold()
        side = _SIDES.get(said)
        if side is None or (written.negative and side is CREDIT):
            raise Refusal.of(
                f"the direction {said[:20]!r} with amount {written.digits!r} tells neither money in nor out",
                "correct the row, or ask the bank",
                line=row.line,
            )
        return side, amount

    def of_two(self, row: Row) -> tuple[CreditDebit, int]:
        cell = self.table.cell
        credit, debit = amount_of(cell(row, "credit"), row.line), amount_of(cell(row, "debit"), row.line)
        came = self.minor(credit, row) if credit else 0
        went = self.minor(debit, row) if debit else 0
        if came and went:
            raise Refusal.of("credit and debit are both filled in one row", "ask the bank", line=row.line)
        if (came and credit and credit.negative) or (went and debit and self.turned(debit)):
            raise Refusal.of(
                "the sign of the amount contradicts its column or the rows before", "ask the bank", line=row.line
            )
        return (DEBIT, went) if went or (debit and not credit) else (CREDIT, came)

    def turned(self, debit: Written) -> bool:
        """Debits are written with a minus in all rows or in none."""
        if self.debits_negative is None:
            self.debits_negative = debit.negative
        return self.debits_negative != debit.negative

    def check_end(self, row: Row, effect: int) -> None:
        """A file that ends in a figure, without a line end, may have lost digits of it: two decimals, or a balance that
        follows from the one before, show that it has not."""
        position = len(row.cells) - 1
        last = {role for role in (*_AMOUNT_ROLES, "balance") if self.table.columns.get(role) == position}
        if not last or not row.cells[position].strip() or _DECIMALS.search(row.cells[position]):
            return
        before = self.figures.last
        self.follow_balance(row, effect)
        after, self.figures.last = self.figures.last, before
        follows = before and after and after[1] in (before[1] + effect, before[1] - before[0])
        if last == {"balance"} and follows:
            return
        raise _cut("the file ends in a figure, without a line end", row)

    def follow_balance(self, row: Row, effect: int) -> None:
        written = amount_of(self.table.cell(row, "balance"), row.line)
        if written is None:
            self.figures.unbalanced = True
            return
        balance = self.minor(written, row) * (-1 if written.negative or written.side == "DR" else 1)
        self.figures.first = self.figures.first or (effect, balance)
        self.figures.last = (effect, balance)

    def is_reversal(self, row: Row) -> bool:
        pattern = self.table.layout.profile.reversal
        texts = (self.table.cell(row, role) for role in ("reason", "details"))
        return pattern is not None and any(pattern.search(text) for text in texts)

    def party(self, row: Row) -> tuple[Party, tuple[StructuredReference, ...]]:
        cell, profile = self.table.cell, self.table.layout.profile
        found = profile.party.fullmatch(cell(row, "party").strip()) if profile.party else None
        parts = {name: (value or "").strip() for name, value in found.groupdict().items()} if found else {}
        tax_id = cell(row, "tax_id")
        tax_id = restore_zeros(tax_id) if isinstance(tax_id, Number) else tax_id.strip()
        party = Party(
            cell(row, "name").strip() or parts.get("name", "") or ("" if found else cell(row, "party").strip()),
            tax_id or parts.get("tax_id", ""),
            account_number(cell(row, "party_account") or parts.get("account", "")),
            cell(row, "party_bank").strip() or parts.get("bank", ""),
        )
        pairs = [(kind, cell(row, role).strip()) for role, kind in profile.references.items()]
        pairs += [("phone", parts.get("phone", ""))]
        references = tuple(StructuredReference(kind, value) for kind, value in pairs if value)
        return (party if party else NOBODY), references

    def rest(self, row: Row) -> dict[str, str]:
        """The cells that no field takes, under their headings."""
        used = {
            self.table.columns[role]
            for role in self.table.columns
            if role not in ("reason", "linked", "document", "status")
        }
        return {
            heading.strip() or str(position + 1): cell.strip()
            for position, (heading, cell) in enumerate(zip(self.table.layout.headings, row.cells, strict=False))
            if position not in used and cell.strip()
        }
