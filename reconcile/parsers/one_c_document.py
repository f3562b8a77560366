"""One document of a 1C file as an entry of one own account: its direction, its parties, its purpose.

Direction, in this order: `СуммаПриход` / `СуммаРасход` where the document has them (Kazakh banks; a `Сумма` beside
them is the same money and is never added); else the side on which the own account stands. `ДатаПоступило` and
`ДатаСписано` only date the entry. Where the own account stands on neither side (an export that masks numbers, or writes
a bank's internal account), the one of these two dates that is given tells, provided that the statement's totals agree
to the last unit once all documents are read; everything else is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from reconcile.parsers import one_c_keys as keys
from reconcile.parsers.amounts import read_date, unsigned_amount
from reconcile.parsers.one_c_text import Document, KeyTable
from reconcile.parsers.source import account_number, currency_code
from reconcile.problem import Refusal
from reconcile.statement import NOBODY, CreditDebit, Detail, Entry, Party, PartyKind

_SECTOR: Final = re.compile(r"[12]([0-9])")
_SECTOR_KIND: Final = {
    "9": PartyKind.PRIVATE,  # individuals and the self-employed
    "7": PartyKind.ORGANISATION,  # private companies
    "8": PartyKind.ORGANISATION,  # non-profit bodies
}
_PURPOSE_LINES: Final = tuple(keys.PURPOSE + str(part) for part in range(1, 7))
_ID_BEFORE_NAME: Final = re.compile(r"(?:ИНН|БИН|ИИН|СТИР)[ :]*([0-9]{9,14})(?:[ /,]+|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The own account whose entries are wanted, and the other own accounts of the file."""

    account: str
    currency: str
    own: Mapping[str, str]
    """Every own account of the file with its currency."""
    table: KeyTable
    by_date: list[int] = field(default_factory=list)
    """The line of the first document whose direction only its date told; empty where there was none."""


def entry_of(document: Document, ledger: Ledger) -> Entry | None:
    """The document as this account's entry; None where it belongs to another own account of the file alone."""
    fields = document.fields
    direction = _direction(document, ledger)
    if direction is None:
        return None
    side, text = direction
    _check_currency(document, ledger.currency)
    credit = side is keys.PAYEE
    other = keys.PAYER if credit else keys.PAYEE
    amount = unsigned_amount(text, ledger.currency, document.line)
    extra, ultimate = _rest(document, ledger.table, "payer" if credit else "payee")
    detail = Detail(amount, _party(fields, other), ultimate, _purpose(fields))
    value_date = fields.get(keys.VALUE_DATE)
    return Entry(
        document.line,
        read_date(_first(fields, (side.moved_on, *keys.DATES, other.moved_on)), document.line),
        CreditDebit.CREDIT if credit else CreditDebit.DEBIT,
        amount,
        ledger.currency,
        (detail,),
        read_date(value_date, document.line) if value_date else None,
        _first(fields, keys.NUMBER),
        extra=extra,
    )


def _first(fields: dict[str, str], wanted: tuple[str, ...]) -> str:
    for key in wanted:
        if value := fields.get(key):
            return value
    return ""


def _stands_on(fields: dict[str, str], side: keys.SideKeys, account: str) -> bool:
    for key in side.account:
        value = fields.get(key)
        if value and (value == account or account_number(value) == account):
            return True
    return False


def _direction(document: Document, ledger: Ledger) -> tuple[keys.SideKeys, str] | None:
    """The own side and the amount's text."""
    fields = document.fields
    came, went = fields.get(keys.PAYEE.mark), fields.get(keys.PAYER.mark)
    if came or went:
        return _by_mark(document, ledger, came or "", went or "")
    paid, received = _stands_on(fields, keys.PAYER, ledger.account), _stands_on(fields, keys.PAYEE, ledger.account)
    if paid != received:
        _refuse_exchange(document, ledger, keys.PAYEE if paid else keys.PAYER)
        return (keys.PAYER if paid else keys.PAYEE), fields.get(keys.AMOUNT, "")
    if paid:
        raise Refusal.of(
            f"the account {ledger.account} is payer and payee of one document", "ask the bank", line=document.line
        )
    if any(_stands_on(fields, side, own) for own in ledger.own for side in (keys.PAYER, keys.PAYEE)):
        return None
    return _by_date(document, ledger), fields.get(keys.AMOUNT, "")


def _by_date(document: Document, ledger: Ledger) -> keys.SideKeys:
    """Of a file with one own account: the side whose date is the only one given. The totals have yet to confirm it."""
    given = [side for side in (keys.PAYER, keys.PAYEE) if document.fields.get(side.moved_on)]
    if len(given) != 1 or len(ledger.own) > 1:
        raise _no_own_side(ledger, document.line)
    if not ledger.by_date:
        ledger.by_date.append(document.line)
    return given[0]


def confirm_dates(ledger: Ledger, sums: Mapping[CreditDebit, int], credit: int | None, debit: int | None) -> None:
    """Refuses what only dates told, unless `ВсегоПоступило` and `ВсегоСписано` are both exactly what was read."""
    if ledger.by_date and (credit, debit) != (sums[CreditDebit.CREDIT], sums[CreditDebit.DEBIT]):
        raise _no_own_side(ledger, ledger.by_date[0])


def _no_own_side(ledger: Ledger, line: int) -> Refusal:
    return Refusal.of(
        "neither payer nor payee is an account of this statement (" + ", ".join(ledger.own) + "), and the totals do "
        "not confirm the side that ДатаСписано or ДатаПоступило tells",
        "export the statement of one account, with its own number in РасчСчет",
        line=line,
    )


def _refuse_exchange(document: Document, ledger: Ledger, other: keys.SideKeys) -> None:
    """Between two own accounts of different currencies one `Сумма` cannot be the amount of both."""
    if len(ledger.own) == 1:
        return
    for own, currency in ledger.own.items():
        if currency != ledger.currency and _stands_on(document.fields, other, own):
            raise Refusal.of(
                f"one amount for two own accounts, in {ledger.currency} and {currency}",
                "export each account into a file of its own",
                line=document.line,
            )


def _by_mark(document: Document, ledger: Ledger, came: str, went: str) -> tuple[keys.SideKeys, str] | None:
    """Kazakh dialect. With several own accounts in the file, a mark speaks for the account on its own side."""
    fields = document.fields
    if len(ledger.own) == 1:
        came_nothing, went_nothing = _is_nothing(came), _is_nothing(went)
        if not came_nothing and not went_nothing:
            raise Refusal.of(
                "СуммаПриход and СуммаРасход are both filled in one document", "ask the bank", line=document.line
            )
        return (keys.PAYER, went) if came_nothing and went else (keys.PAYEE, came)
    for side, text, other in ((keys.PAYEE, came, went), (keys.PAYER, went, came)):
        if not text or (_is_nothing(text) and not _is_nothing(other)):
            continue
        if _stands_on(fields, side, ledger.account):
            return side, text
        if not any(_stands_on(fields, side, own) for own in ledger.own):
            raise Refusal.of(
                "the document does not say on which account of this file it was booked",
                "export each account into a file of its own",
                line=document.line,
            )
    return None


def _is_nothing(text: str) -> bool:
    """An empty or zero amount: some banks fill both keys, one of them with 0.00."""
    return not text.strip("0.,")


def _check_currency(document: Document, currency: str) -> None:
    written = document.fields.get(keys.CURRENCY)
    if written and currency_code(written) != currency:
        raise Refusal.of(
            f"the document is in {written[:20]!r}, the account in {currency}",
            "ask the bank for amounts in the account's currency",
            line=document.line,
        )


def _party(fields: dict[str, str], side: keys.SideKeys) -> Party:
    tax_id = _first(fields, side.tax_id)
    return Party(
        _name(_first(fields, side.name) or _parts(fields, side.name_parts), tax_id),
        tax_id,
        account_number(_first(fields, side.account)),
        _first(fields, side.bank),
        _kind(_first(fields, side.sector)),
    )


def _parts(fields: dict[str, str], parts: tuple[str, ...]) -> str:
    """`Плательщик1…4`: the lines of the name. Where the second is an account, the rest are account, bank and city."""
    lines = [value for key in parts if (value := fields.get(key))]
    if len(lines) > 1 and account_number(lines[1]).isdigit():
        lines = lines[:1]
    return "\n".join(lines)


def _name(text: str, tax_id: str) -> str:
    """The name without the id that Russian-style exports write before it, where that very id has its own key."""
    found = _ID_BEFORE_NAME.match(text) if tax_id and tax_id in text else None
    return text[found.end() :] or text if found and found.group(1) == tax_id else text


def _kind(sector: str) -> PartyKind:
    """КБЕ / КОд: residency, then the sector of the economy."""
    if not sector:
        return PartyKind.UNSAID
    found = _SECTOR.fullmatch(sector)
    return _SECTOR_KIND.get(found.group(1), PartyKind.UNSAID) if found else PartyKind.UNSAID


def _purpose(fields: dict[str, str]) -> str:
    """The whole, else its physical lines."""
    whole = fields.get(keys.PURPOSE)
    return whole or "\n".join(line for key in _PURPOSE_LINES if (line := fields.get(key)))


def _rest(document: Document, table: KeyTable, ultimate_side: str) -> tuple[dict[str, str], Party]:
    """What no field takes, under the bank's own spelling, and the party on whose behalf was paid, if the bank says."""
    extra: dict[str, str] = {}
    ultimate: dict[str, str] = {}
    fields = document.fields
    for key, family in _not_taken(tuple(fields)):
        value = fields[key]
        if not value:
            continue
        if family is not None and family[0] == ultimate_side:
            ultimate.setdefault(family[1], value)
        else:
            extra[table.spelling.get(key, key)] = value
    if document.kind:
        extra.setdefault("СекцияДокумент", document.kind)
    return extra, _ultimate(ultimate) if ultimate else NOBODY


@lru_cache(maxsize=1024)
def _not_taken(names: tuple[str, ...]) -> list[tuple[str, tuple[str, str] | None]]:
    """Of the keys of a document (those of a file are nearly always the same) the ones that no field takes, and what each
    says of an ultimate party."""
    return [(key, keys.ultimate_field(key)) for key in names if key not in keys.TAKEN]


def _ultimate(fields: dict[str, str]) -> Party:
    tax_id = fields.get("tax_id", "")
    return Party(
        name=_name(fields.get("name", ""), tax_id),
        tax_id=tax_id,
        account=account_number(fields.get("account", "")),
        bank=fields.get("bank", ""),
        kind=_kind(fields.get("sector", "")),
    )
