"""Personal accounts as finance looks them up: by number, holder, tax id or invoice; one with its balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, select, union

from reconcile.names import name_prefix
from reconcile.problem import Refusal
from reconcile.reference import number_key, zeroless_key
from reconcile.store.engine import reading
from reconcile.store.lookup import account_positions
from reconcile.store.tables import account, holder, holder_name, holder_tax_id, invoice

LIMIT: Final = 50


@dataclass(frozen=True, slots=True)
class Found:
    """An account as it stands: `balance` in minor units of `currency`; `type` as in `HolderType`."""

    number: str
    holder_name: str
    type: str
    country: str
    currency: str
    status: str
    tax_ids: tuple[str, ...]
    balance: int
    bank_accounts: tuple[str, ...] = ()


def search(engine: Engine, words: str, limit: int = LIMIT) -> list[Found]:
    """The accounts that fit: their number or an invoice's (with or without separators and leading zeros), a tax id of the
    holder, or every word of the holder's name in any script. Nothing where nothing is asked for."""
    words = " ".join(words.split())[:200]
    if not words:
        return []
    with reading(engine) as connection:
        return _found(connection, account.c.number.in_(union(*_fits(words))), limit)


def one(engine: Engine, number: str) -> Found:
    """Refuses a number that is not on the books."""
    with reading(engine) as connection:
        found = _found(connection, account.c.number == number, 1)
    if not found:
        raise Refusal.of(f"there is no personal account {number[:64]!r}", "check the number")
    return found[0]


def _found(connection: Connection, where: ColumnElement[bool], limit: int) -> list[Found]:
    query = (
        select(account, holder.c.type.label("holder_type"))
        .join(holder, holder.c.key == account.c.holder_key)
        .where(where)
        .order_by(account.c.number)
        .limit(limit)
    )
    rows: Sequence[Any] = connection.execute(query).all()
    stand = account_positions(connection, [row.number for row in rows])
    return [
        Found(
            row.number, row.holder_name, row.holder_type, row.country, row.currency, row.status, tuple(row.tax_ids),
            stand.get(row.number, (0, 0))[1], tuple(row.bank_accounts),
        )
        for row in rows
    ]  # fmt: skip


def _fits(words: str) -> list[Select[Any]]:
    """A look-up a kind, each by its own index."""
    number = select(account.c.number)
    fits = [
        number.join(holder_tax_id, holder_tax_id.c.holder_key == account.c.holder_key).where(
            holder_tax_id.c.tax_id == words
        )
    ]
    key = number_key(words)
    if key:
        bare = zeroless_key(key)
        fits.append(number.where(account.c.zeroless_key == bare))
        fits.append(select(invoice.c.account_number).where(invoice.c.zeroless_key == bare))
    its = [holder_name.c.name_prefix.contains(word, autoescape=True) for word in name_prefix(words).split()[:8]]
    if its:
        fits.append(number.join(holder_name, holder_name.c.holder_key == account.c.holder_key).where(and_(*its)))
    return fits
