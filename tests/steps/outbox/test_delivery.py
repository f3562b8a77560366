"""A billing system learns each change of a balance once and in order, however it fails and whoever dies."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import Engine, select, text, update

from reconcile.problem import Refusal
from reconcile.steps import review
from reconcile.steps.outbox.delivery import Delivered, deliver, pause
from reconcile.steps.outbox.standing import failing, retry, standing
from reconcile.steps.outbox.webhook import Webhook
from reconcile.steps.verify import verify
from reconcile.store.ops_tables import outbox_account
from reconcile.store.tables import balance_change
from tests.steps.books import policies, rows
from tests.steps.outbox.billing import (
    BUSY,
    DIES,
    ELSEWHERE,
    HANGS,
    MOODS,
    OK,
    REFUSES,
    SECRET,
    TAKES_AND_DIES,
    TAKES_AND_FAILS,
    Billing,
)
from tests.store.filled import FINANCE

DAY = timedelta(days=1)


def tell(engine: Engine, billing: Billing, *, give_up_after: timedelta = DAY, answer: float = 5.0) -> Delivered:
    with Webhook(billing.url, SECRET, answer=answer) as receiver:
        return deliver(engine, receiver, give_up_after=give_up_after, seconds=30, rng=Random(1))


def pause_over(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(outbox_account).values(due_at=datetime(2026, 1, 1, tzinfo=UTC)))


def balances(engine: Engine) -> dict[str, Decimal]:
    query = "SELECT account_number, sum(change) FROM balance_change GROUP BY account_number"
    return {str(number): Decimal(str(total)) / 100 for number, total in rows(engine, query)}


def how_many(engine: Engine) -> int:
    return len(rows(engine, "SELECT 1 FROM balance_change"))


def alerts(engine: Engine) -> list[tuple[object, ...]]:
    return rows(engine, "SELECT key, closed_at IS NULL FROM alert WHERE kind = 'outbox_failed' ORDER BY key")


def payment(engine: Engine, amount: int) -> str:
    return str(rows(engine, f"SELECT id FROM payment WHERE amount = {amount}")[0][0])


def test_every_change_is_told_once_and_a_second_round_tells_nothing(books: Engine, billing: Billing) -> None:
    assert tell(books, billing) == Delivered(told=how_many(books))
    assert tell(books, billing) == Delivered()
    assert len(billing.asked) == how_many(books) > 2
    assert (billing.wrong, billing.balances()) == ([], balances(books))
    assert (standing(books, "webhook").pending, standing(books, "webhook").oldest) == (0, None)


def test_undo_reassignment_and_return_are_told_in_their_order(books: Engine, billing: Billing) -> None:
    tell(books, billing)
    review.undo(books, policies(), payment(books, 70_000), FINANCE)
    review.reassign(books, policies(), payment(books, 30_000), "104599", FINANCE)
    review.undo(books, policies(), payment(books, 90_000), FINANCE)
    review.return_(books, policies(), payment(books, 90_000), FINANCE)
    before = len(billing.asked)
    assert standing(books, "webhook").pending == 4
    assert tell(books, billing).told == 4
    assert len(billing.asked) == before + 4
    assert (billing.wrong, billing.balances()) == ([], balances(books))


@pytest.mark.parametrize("mood", MOODS)
def test_what_the_receiver_does_not_take_is_told_again_with_the_same_id(
    books: Engine, billing: Billing, mood: str
) -> None:
    failing_still = {"104599"}
    billing.mood = lambda said: mood if said["account_number"] in failing_still else OK
    done = tell(books, billing, answer=0.3 if mood == HANGS else 5.0)
    assert list(done.failed) == ["104599"]
    assert billing.balance["104582"] == balances(books)["104582"], "one that fails blocks only itself"
    assert tell(books, billing) == Delivered(), "its pause is not over"
    (fails,) = failing(books)
    assert (fails.account_number, fails.sequence, fails.attempts) == ("104599", 1, 1)
    failing_still.clear()
    pause_over(books)
    assert tell(books, billing).told == 1
    assert (billing.wrong, billing.balances()) == ([], balances(books))
    assert len(billing.known) == how_many(books)
    assert failing(books) == []


def test_what_is_in_doubt_is_told_twice_and_counts_once(books: Engine, billing: Billing) -> None:
    moods = iter([TAKES_AND_DIES, TAKES_AND_FAILS])
    billing.mood = lambda said: next(moods, OK) if said["account_number"] == "104599" else OK
    for _ in range(3):
        tell(books, billing)
        pause_over(books)
    assert billing.asked.count(("104599", 1)) == 3
    assert (billing.wrong, billing.balances()) == ([], balances(books))


def test_a_receiver_that_asks_for_time_gets_it(books: Engine, billing: Billing) -> None:
    billing.mood = lambda said: BUSY
    tell(books, billing)
    for each in failing(books):
        assert each.again_at is not None and each.since is not None
        assert each.again_at - each.since == timedelta(seconds=1800)
        assert each.fault == "HTTP 503"


def test_a_redirect_is_no_answer(books: Engine, billing: Billing) -> None:
    billing.mood = lambda said: ELSEWHERE
    assert set(tell(books, billing).failed.values()) == {"HTTP 302"}


def test_what_fails_for_too_long_is_given_up_with_an_alert_until_a_person_starts_it_again(
    books: Engine, billing: Billing
) -> None:
    billing.mood = lambda said: REFUSES if said["account_number"] == "104599" else OK
    assert tell(books, billing).dead == []
    with books.begin() as connection:
        connection.execute(update(outbox_account).values(failing_since=datetime(2026, 1, 1, tzinfo=UTC)))
    pause_over(books)
    assert tell(books, billing).dead == ["104599"]
    assert [(key, bool(open_)) for key, open_ in alerts(books)] == [("outbox_failed:104599", True)]
    pause_over(books)
    assert tell(books, billing) == Delivered(), "it is not tried again by itself"
    assert standing(books, "webhook").dead == 1
    assert retry(books, ["104582"], actor="ops", now=datetime.now(UTC)) == []
    assert retry(books, None, actor="ops", now=datetime.now(UTC)) == ["104599"]
    billing.mood = lambda said: OK
    assert tell(books, billing).told == 1
    assert not alerts(books)[0][1], "closed by itself"
    assert (billing.wrong, billing.balances()) == ([], balances(books))
    assert verify(books) == []


def test_an_alert_that_was_closed_stands_open_again(books: Engine, billing: Billing) -> None:
    for _ in range(2):
        billing.mood = lambda said: REFUSES if said["account_number"] == "104599" else OK
        tell(books, billing, give_up_after=timedelta(0))
        assert [bool(open_) for _, open_ in alerts(books)] == [True]
        retry(books, None, actor="ops", now=datetime.now(UTC))
        billing.mood = lambda said: OK
        tell(books, billing)
        assert [bool(open_) for _, open_ in alerts(books)] == [False]
        review.reassign(books, policies(), payment(books, 30_000), "104599", FINANCE)


def test_a_receiver_that_is_away_is_not_asked_for_every_account(books: Engine, billing: Billing) -> None:
    many_accounts(books, 40)
    billing.mood = lambda said: DIES
    done = tell(books, billing)
    assert done.away and done.told == 0
    assert len(billing.asked) <= 3 + 8, "three silences, and what was under way"
    billing.mood = lambda said: OK
    pause_over(books)
    tell(books, billing)
    assert (billing.wrong, billing.balances()) == ([], balances(books))


def many_accounts(engine: Engine, count: int) -> None:
    """Customers with a change each, written past the steps: only the outbox reads them."""
    statements = (
        "INSERT INTO account SELECT :name, :name, :name, holder_key, holder_name, country, currency, tax_ids, "
        "bank_accounts, email, opened_on, status, language FROM account WHERE number = '104582'",
        "INSERT INTO journal SELECT :key, 'many', :no, debit, 'customer:' || :name, 500, currency, "
        "effective_date, posted_at, NULL, 'credited' FROM journal WHERE credit = 'customer:104599'",
        "INSERT INTO balance_change VALUES (:name, 1, NULL, :key, 0, 500, 500)",
    )
    with engine.begin() as connection:
        for no in range(1, count + 1):
            for statement in statements:
                used = {"name": f"X{no:04}", "key": f"credit:{no}", "no": no}
                connection.execute(text(statement), {k: v for k, v in used.items() if f":{k}" in statement})
        link = "INSERT INTO journal_link SELECT max(no) + 1, 'many', :rows, 'x', 'y', max(at) FROM journal_link"
        connection.execute(text(link), {"rows": count})


def test_several_workers_at_once_tell_each_change_once(books: Engine, billing: Billing) -> None:
    many_accounts(books, 40)
    threads = [threading.Thread(target=tell, args=(books, billing)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (billing.wrong, billing.balances()) == ([], balances(books))
    assert len(billing.asked) == how_many(books), "nothing was told twice"


def test_a_turn_whose_lease_ran_out_is_lost_and_the_order_stands(books: Engine, billing: Billing) -> None:
    """A worker slower than its lease: the other one goes on, the slow one finds its turn gone and records nothing."""
    slow, entered, go_on = Webhook(billing.url, SECRET), threading.Barrier(3), threading.Event()
    really = slow.tell

    def slowly(change, at):  # type: ignore[no-untyped-def]
        if not go_on.is_set():
            entered.wait(30)
        go_on.wait(30)
        return really(change, at)

    slow.tell = slowly  # type: ignore[method-assign]
    thread = threading.Thread(target=deliver, args=(books, slow), kwargs={"give_up_after": DAY, "seconds": 30})
    thread.start()
    entered.wait(30)  # both accounts are being told
    with books.begin() as connection:
        connection.execute(update(outbox_account).values(leased_until=datetime(2026, 1, 1, tzinfo=UTC)))
    tell(books, billing)
    learned = list(billing.asked)
    go_on.set()
    thread.join(30)
    assert len(learned) == how_many(books)
    assert (billing.wrong, billing.balances()) == ([], balances(books))
    with books.connect() as connection:
        left = connection.execute(select(outbox_account)).all()
    assert all(row.delivered == row.newest and row.lease is None for row in left)


def test_the_pause_doubles_up_to_an_hour_and_is_never_the_same() -> None:
    rng = Random(7)
    for attempts, whole in ((1, 5), (2, 10), (5, 80), (11, 3600), (400, 3600)):
        drawn = {pause(attempts, rng).total_seconds() for _ in range(50)}
        assert len(drawn) == 50
        assert all(whole / 2 <= seconds <= whole for seconds in drawn)
    assert pause(1, rng, wish=900) == timedelta(seconds=900)


def test_the_moment_that_is_signed_is_the_databases(
    books: Engine, billing: Billing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receiver refuses what is older than some minutes; so a worker whose clock is an hour off must not sign by it."""
    there = datetime(2031, 5, 6, tzinfo=UTC)
    monkeypatch.setattr("reconcile.steps.outbox.delivery.database_now", lambda connection: there)
    tell(books, billing)
    assert billing.timestamps and all(0 <= moment - there.timestamp() < 60 for moment in billing.timestamps)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_done_and_whatever_fails_the_receiver_learns_each_change_once_and_in_order(
    books: Engine, billing: Billing, seed: int
) -> None:
    """Credits, undos, reassignments and returns by hand, told in between to a receiver that fails in every way."""
    rng = Random(seed)
    quick = [mood for mood in MOODS if mood != HANGS]
    billing.mood = lambda said: rng.choice(quick) if rng.random() < 0.4 else OK
    ids = [str(row[0]) for row in rows(books, "SELECT id FROM payment WHERE amount IN (100000, 30000, 70000, 90000, 1000)")]
    acts = (
        lambda each: review.undo(books, policies(), each, FINANCE),
        lambda each: review.return_(books, policies(), each, FINANCE),
        lambda each: review.ignore(books, policies(), each, FINANCE),
        lambda each: review.credit(books, policies(), each, "104599", FINANCE),
        lambda each: review.reassign(books, policies(), each, rng.choice(["104582", "104599"]), FINANCE),
    )
    for _ in range(12):
        for _ in range(rng.randint(0, 3)):
            with suppress(Refusal):
                rng.choice(acts)(rng.choice(ids))
        tell(books, billing)
        if rng.random() < 0.7:
            pause_over(books)
    billing.mood = lambda said: OK
    pause_over(books)
    tell(books, billing)
    assert (billing.wrong, billing.balances()) == ([], balances(books))
    with books.connect() as connection:
        told = connection.execute(select(balance_change.c.account_number, balance_change.c.sequence)).all()
    assert len(told) == len(billing.known) > 8
    assert verify(books) == []
