"""Holders follow from the accounts: their names, tax ids and bank accounts are gathered anew whenever one changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import Connection, and_, delete, exists, not_, select, update

from reconcile.names import name_key, name_prefix
from reconcile.steps.masters.fields import shown
from reconcile.store.bulk import any_of, insert_rows
from reconcile.store.tables import account, holder, holder_bank_account, holder_name, holder_tax_id
from reconcile.tabular import Problems

_CHUNK: Final = 10_000


class Said(NamedTuple):
    """What a file says of a holder, and where it says so first."""

    type: str
    line: int | None
    account_number: str


def ensure(connection: Connection, wanted: Mapping[str, tuple[str, str]]) -> None:
    """Holders (key: country, type) that are not on the books yet are put there."""
    known = set(connection.execute(select(holder.c.key).where(any_of(connection, holder.c.key, wanted))).scalars())
    rows = [(key, country, type_) for key, (country, type_) in wanted.items() if key not in known]
    insert_rows(connection, holder, ("key", "country", "type"), rows)


def settle(
    connection: Connection,
    touched: Iterable[str],
    said: Mapping[str, Said],
    seen: Mapping[str, int],
    problems: Problems,
) -> None:
    """Gather every touched holder anew; then refuse a type that contradicts an account outside the file, and a tax id
    that two holders of one country bear."""
    for keys in _chunks(sorted(touched)):
        _retype(connection, keys, said, seen, problems)
        _gather(connection, keys)
    for keys in _chunks(sorted(touched)):
        _refuse_shared(connection, keys, said, problems)


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _retype(
    connection: Connection, keys: Sequence[str], said: Mapping[str, Said], seen: Mapping[str, int], problems: Problems
) -> None:
    stored = connection.execute(select(holder.c.key, holder.c.type).where(any_of(connection, holder.c.key, keys)))
    differ = [row.key for row in stored if row.key in said and said[row.key].type != row.type]
    if not differ:
        return
    held = connection.execute(
        select(account.c.holder_key, account.c.number).where(any_of(connection, account.c.holder_key, differ))
    )
    for row in held:
        if row.number not in seen:
            new = said[row.holder_key]
            what = f"holder_type {new.type} differs from that of account {row.number} of the same holder"
            problems.add(what, "import all accounts of the holder with the new type", new.line)
    for key in differ:
        connection.execute(update(holder).where(holder.c.key == key).values(type=said[key].type))


def _gather(connection: Connection, keys: Sequence[str]) -> None:
    """Names, tax ids and bank accounts of these holders from all their accounts; one without accounts is gone."""
    for table in (holder_name, holder_tax_id, holder_bank_account):
        connection.execute(delete(table).where(any_of(connection, table.c.holder_key, keys)))
    query = (
        select(account.c.holder_key, account.c.holder_name, account.c.tax_ids, account.c.bank_accounts)
        .where(any_of(connection, account.c.holder_key, keys))
        .order_by(account.c.number)
    )
    names: dict[tuple[str, str], None] = {}
    tax_ids: dict[tuple[str, str], None] = {}
    bank_accounts: dict[tuple[str, str], None] = {}
    for key, name, ids, banks in connection.execute(query):
        names[key, name] = None
        tax_ids.update(((key, found), None) for found in ids)
        bank_accounts.update(((key, found), None) for found in banks)
    named = [(key, name, name_key(name), name_prefix(name)) for key, name in names]
    insert_rows(connection, holder_name, ("holder_key", "name", "name_key", "name_prefix"), named)
    insert_rows(connection, holder_tax_id, ("holder_key", "tax_id"), tax_ids)
    insert_rows(connection, holder_bank_account, ("holder_key", "bank_account"), bank_accounts)
    orphan = not_(exists().where(account.c.holder_key == holder.c.key))
    connection.execute(delete(holder).where(any_of(connection, holder.c.key, keys), orphan))


def _refuse_shared(connection: Connection, keys: Sequence[str], said: Mapping[str, Said], problems: Problems) -> None:
    mine, theirs, other = holder_tax_id, holder_tax_id.alias(), holder.alias()
    query = (
        select(mine.c.tax_id, holder.c.key, other.c.key.label("other"))
        .join(theirs, and_(theirs.c.tax_id == mine.c.tax_id, theirs.c.holder_key != mine.c.holder_key))
        .join(holder, holder.c.key == mine.c.holder_key)
        .join(other, and_(other.c.key == theirs.c.holder_key, other.c.country == holder.c.country))
        .where(any_of(connection, mine.c.holder_key, keys))
        .order_by(mine.c.tax_id, holder.c.key)
    )
    for row in connection.execute(query).all():
        if row.key in said:
            other = connection.execute(
                select(account.c.number).where(account.c.holder_key == row.other).order_by(account.c.number).limit(1)
            ).scalar_one()
            what = f"tax id {shown(row.tax_id)} already belongs to another holder, of account {other}"
            problems.add(what, "give both accounts the same tax_id, or remove it from one", said[row.key].line)
