"""Telling the receiver what is new: several accounts at a time, each in order, and one that fails blocks only itself.

An account's next change is told only after the one before was taken and that is recorded; so the receiver learns them
in order, whatever dies. What is in doubt (it was taken, and the record of that was lost) is told again with the same
id. Several workers may deliver at once: each takes accounts under a lease, reckoned by the database's clock. A lease that
ran out early costs only a second telling, never the order.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Lock
from time import monotonic
from typing import Final, Protocol

from sqlalchemy import Engine

from reconcile.steps.outbox.webhook import Fault
from reconcile.store import outbox
from reconcile.store.clock import database_now
from reconcile.store.engine import reading
from reconcile.store.outbox import Change, Turn

RECEIVER: Final = "webhook"
ACCOUNTS: Final = 64
"""How many accounts one look takes."""
AT_A_TIME: Final = 8
CHANGES: Final = 100
LEASE: Final = timedelta(minutes=2)
"""Longer than one request can take; renewed with every change that is taken."""
FIRST_PAUSE: Final = 5.0
LONGEST_PAUSE: Final = 3600.0
SILENCES: Final = 3
"""So often in a row nobody answers, then the receiver is away: nobody else is tried in this round."""


log: Final = logging.getLogger(__name__)


class Receiver(Protocol):
    def tell(self, change: Change, at: datetime) -> Fault | None: ...


@dataclass(slots=True)
class Delivered:
    """What a round did: changes taken, and the accounts whose next change was not, with why."""

    told: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    away: bool = False

    def words(self) -> str:
        """`12 told, 1 account waits, 1 given up`."""
        parts = [f"{self.told} told"]
        parts += [f"{len(self.failed)} accounts wait"] if self.failed else []
        parts += [f"{len(self.dead)} given up"] if self.dead else []
        return ", ".join([*parts, "the receiver is away"] if self.away else parts)


def pause(attempts: int, rng: Random, wish: int = 0) -> timedelta:
    """How long after failed attempt number `attempts` the next one may begin: 5 s doubled each time up to an hour, of
    which a random part between a half and the whole, so that many accounts do not come back in one moment; never
    sooner than the receiver asked."""
    whole = min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 30), LONGEST_PAUSE)
    return timedelta(seconds=max(whole * rng.uniform(0.5, 1.0), wish))


def deliver(
    engine: Engine, receiver: Receiver, *, give_up_after: timedelta, seconds: float, rng: Random | None = None
) -> Delivered:
    """Tell what is due until nothing is, or the time is over. An account whose next change has failed for longer than
    `give_up_after` is given up with an alert, until a person starts it again."""
    return _Round(engine, receiver, give_up_after, seconds, rng or Random()).work()  # noqa: S311  only jitter


class _Round:
    def __init__(
        self, engine: Engine, receiver: Receiver, give_up_after: timedelta, seconds: float, rng: Random
    ) -> None:
        self.engine, self.receiver, self.give_up_after, self.rng = engine, receiver, give_up_after, rng
        self.lease = secrets.token_hex(16)
        self.now = _clock(engine)
        self.end = monotonic() + seconds
        self.done = Delivered()
        self.silences = 0
        self.lock = Lock()

    def work(self) -> Delivered:
        try:
            while not self._over():
                self._collect()
                with self.engine.begin() as connection:
                    turns = outbox.claim(connection, self.lease, self.now(), LEASE, ACCOUNTS)
                if not turns:
                    break
                with ThreadPoolExecutor(AT_A_TIME, "outbox") as pool:
                    for _ in pool.map(self._account, turns):
                        pass
        finally:
            with self.engine.begin() as connection:
                outbox.let_go(connection, self.lease)
        return self.done

    def _collect(self) -> None:
        more = True
        while more and not self._over():
            with self.engine.begin() as connection:
                more = outbox.collect(connection, RECEIVER, self.now())

    def _over(self) -> bool:
        return self.done.away or monotonic() >= self.end

    def _account(self, turn: Turn) -> None:
        """One account's changes, in order, until one is not taken, the turn is lost, or the time is over."""
        with self.engine.begin() as connection:
            if not outbox.keep(connection, turn.account_number, self.lease, self.now(), LEASE):
                return
        last, first = turn.delivered, True
        while True:
            with reading(self.engine) as connection:
                changes = outbox.changes_after(connection, turn.account_number, last, CHANGES)
            for change in changes:
                if self._over():
                    return
                fault = self.receiver.tell(change, self.now())
                if fault is not None:
                    log.warning("change not taken", extra={"fault": fault.words, **_named(change)})
                    self._failed(turn if first else turn._replace(attempts=0, failing_since=None), fault)
                    return
                if not self._taken(change, first):
                    return
                log.debug("change told", extra=_named(change))
                last, first = change.sequence, False
            if len(changes) < CHANGES:
                return

    def _taken(self, change: Change, first: bool) -> bool:
        now = self.now()
        with self.engine.begin() as connection:
            mine = outbox.taken(connection, change, self.lease, now, LEASE)
            if mine and first:
                outbox.well_again(connection, change.account_number, now)
        with self.lock:
            self.done.told += 1
            self.silences = 0
        return mine

    def _failed(self, turn: Turn, fault: Fault) -> None:
        now = self.now()
        dead = now - (turn.failing_since or now) >= self.give_up_after
        with self.lock:
            again = now + pause(turn.attempts + 1, self.rng, fault.wait)
        with self.engine.begin() as connection:
            outbox.failed(connection, turn, self.lease, fault.words, now, again, dead=dead)
        with self.lock:
            self.done.failed[turn.account_number] = fault.words
            self.done.dead += [turn.account_number] if dead else []
            self.silences = self.silences + 1 if fault.away else 0
            self.done.away = self.done.away or self.silences >= SILENCES


def _named(change: Change) -> dict[str, object]:
    return {"account": change.account_number, "sequence": change.sequence, "payment": change.payment_id}


def _clock(engine: Engine) -> Callable[[], datetime]:
    """The database's clock, asked once and then reckoned on: a worker whose own clock is wrong tells the right time."""
    with reading(engine) as connection:
        asked, since = database_now(connection), monotonic()
    return lambda: asked + timedelta(seconds=monotonic() - since)
