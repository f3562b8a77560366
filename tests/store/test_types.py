"""Money comes out of both databases as whole numbers, sums of it too (PostgreSQL makes NUMERIC of those)."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from reconcile.store.tables import journal


def test_amounts_and_their_sums_are_whole_numbers(attempt: Connection) -> None:
    amounts = attempt.execute(select(journal.c.amount)).scalars().all()
    total, nothing = select(func.sum(journal.c.amount)), select(func.sum(journal.c.amount)).where(journal.c.amount < 0)
    found = [*amounts, attempt.execute(total).scalar(), attempt.execute(total).scalar()]
    assert {type(each) for each in found} == {int}
    assert found[-1] == sum(amounts) > 0
    assert attempt.execute(nothing).scalar() is None
