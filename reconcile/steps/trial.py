"""An act done on trial: what a step does in it can be looked at as a whole, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine, or_, select

from reconcile.decision import decide
from reconcile.policy import PolicyBook
from reconcile.steps.cases import cases_of, load
from reconcile.store.bulk import any_of
from reconcile.store.tables import payment

MOST: Final = 5000
"""So many payments are tried at most when an act's effect is asked for; beyond, the act waits in any case."""


class Bound:
    """An engine whose transactions all are this one connection's: what a step does in it can be rolled back."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect

    def begin(self) -> Any:
        return _Here(self.connection)

    connect = begin


class _Here:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def __enter__(self) -> Connection:
        return self.connection

    def __exit__(self, *_error: object) -> None:
        """The transaction is somebody else's to end."""


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Any]:
    """A `Bound` for the length of the block; whatever was done with it is undone."""
    with engine.connect() as connection, connection.begin() as trial:
        try:
            yield Bound(connection)
        finally:
            trial.rollback()


def credited(connection: Connection, policies: PolicyBook, which: Any) -> list[str]:
    """Which of these held payments the run would credit now."""
    machine_s = or_(payment.c.by_person.is_(False), payment.c.by_person.is_(None))
    some = select(payment).where(which, payment.c.status == "held", machine_s).limit(MOST).subquery()
    cases = cases_of(connection, load(connection, some), policies)
    return [case.payment.id for case in cases if decide(case).status == "credited"]


def sums(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """What these payments make, by currency."""
    found: dict[str, int] = {}
    for row in connection.execute(
        select(payment.c.amount, payment.c.currency).where(any_of(connection, payment.c.id, ids))
    ):
        found[row.currency] = found.get(row.currency, 0) + row.amount
    return found
