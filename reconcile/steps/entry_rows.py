"""An entry as the rows that are staged for it: its line, its details, each with the ids that its content makes.

Texts are cleaned here, before anything of them is stored: without NUL (no database takes it), card numbers masked
(docs/data-model.md, 14).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from reconcile.identifiers import mask_cards
from reconcile.ledger import content_id
from reconcile.statement import Detail, Entry, identity_key

Row = tuple[object, ...]

_LONG_DIGITS: Final = re.compile(r"\d(?:[ \-]?\d){12}")
_SHORTEST_CARD: Final = 13
# A bank account in one piece: longer than any card, or with the two letters of its country before the digits.
_ACCOUNT: Final = re.compile(r"[0-9]{20,34}|[A-Z]{2}[0-9]{14,32}")


def rows_of(statement_id: str, account: str, position: int, entry: Entry) -> tuple[Row, list[Row]]:
    """The line and the details of the entry at that place of a statement (columns: `store.staging`)."""
    identity = identity_key(account, entry)
    entry_id = content_id(account, identity, 1)
    line = (
        statement_id,
        position,
        entry.line,
        entry.booking_date,
        entry.value_date,
        entry.credit_debit.value,
        entry.amount,
        entry.currency,
        clean(entry.bank_reference),
        entry.reversal,
        clean(entry.reverses),
        identity,
        entry_id,
        {_clean_key(key): clean(value) for key, value in entry.extra.items()} or None,
        1,
        True,
        False,
    )
    if len(entry.details) == 1:  # nearly always
        return line, [_detail_row(statement_id, position, 0, entry.details[0], entry.amount, entry_id)]
    its_shares = shares(entry.amount, [detail.amount for detail in entry.details])
    return line, [
        _detail_row(statement_id, position, number, detail, share, entry_id)
        for number, (detail, share) in enumerate(zip(entry.details, its_shares, strict=True))
    ]


def shares(amount: int, details: Sequence[int | None]) -> list[int]:
    """What each detail brings in. A batch without (or not with all) detail amounts is one payment: the first detail
    stands for the whole entry, the others bring nothing."""
    given = [detail for detail in details if detail is not None]
    if len(details) > 1 and len(given) == len(details) and sum(given) == amount:
        return given
    return [amount, *[0] * (len(details) - 1)]


def _detail_row(statement_id: str, position: int, number: int, detail: Detail, share: int, entry_id: str) -> Row:
    party, ultimate = detail.counterparty, detail.ultimate
    return (
        statement_id,
        position,
        number,
        detail.amount,
        clean(party.name),
        clean(party.tax_id),
        clean(party.account),
        clean(party.bank),
        party.kind.value,
        clean(ultimate.name),
        clean(ultimate.tax_id),
        clean(ultimate.account),
        ultimate.kind.value,
        clean(detail.purpose),
        [[ref.kind, clean(ref.value)] for ref in detail.references] or None,
        content_id(entry_id, number),
        share,
    )


def clean(value: str) -> str:
    """A text as it is stored."""
    if "\x00" in value:
        value = value.replace("\x00", "")
    if len(value) < _SHORTEST_CARD or _LONG_DIGITS.search(value) is None or _ACCOUNT.fullmatch(value):
        return value
    return mask_cards(value)


@lru_cache(maxsize=4096)
def _clean_key(key: str) -> str:
    return clean(key)
