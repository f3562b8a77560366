"""What a person does to a payment: each act is in the books with its actor and reason, undone only by counter-entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.problem import Refusal
from reconcile.steps import masters, review
from reconcile.steps.acts import Person
from reconcile.steps.approving import approve
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from tests.steps.books import NOW, Line, one_c, open_books, policies, rows, upload

DAY = date(2026, 2, 3)
ACCOUNTS = """account_number,holder_name,holder_type,country,currency,tax_id,status
104582,ТОО Ромашка,legal_entity,KZ,KZT,180440021537,open
104583,ТОО Василёк,legal_entity,KZ,KZT,,open
104584,ТОО Лютик,legal_entity,KZ,KZT,,closed
204585,Acme Kenya Limited,legal_entity,KE,USD,,open
"""
INVOICES = """invoice_number,account_number,amount,currency,issued_on
4512,104582,1500.00,KZT,2026-02-01
4513,104582,700.00,KZT,2026-02-01
4514,104583,1500.00,KZT,2026-02-01
"""
ALIYA = Person("aliya", "asked the customer", NOW)
BORIS = Person("boris", "checked", NOW)


@dataclass
class Desk:
    """One payment that the machine could not place, and hands to work on it."""

    engine: Engine
    payment: str

    def status(self) -> tuple[object, ...]:
        return rows(self.engine, "SELECT status, reason, account_number FROM payment")[0]

    def balances(self) -> dict[object, object]:
        return dict(
            rows(
                self.engine,
                "SELECT account_number, after FROM balance_change b WHERE sequence = "
                "(SELECT max(sequence) FROM balance_change WHERE account_number = b.account_number)",
            )
        )

    def outstanding(self, invoice: str) -> int:
        found = rows(
            self.engine,
            f"SELECT after FROM allocation WHERE invoice_number = '{invoice}' ORDER BY sequence DESC LIMIT 1",
        )
        return int(found[0][0]) if found else -1  # type: ignore[call-overload]


def _desk(engine: Engine, folder: Path, minor: int) -> Desk:
    for name, content, load in (
        ("accounts.csv", ACCOUNTS, masters.import_accounts),
        ("invoices.csv", INVOICES, masters.import_invoices),
    ):
        path = folder / name
        path.write_text(content, encoding="utf-8")
        load(engine, path, actor="t", now=NOW)
    upload(engine, folder, "s.txt", one_c([Line(DAY, minor, purpose="Оплата", account="KZ1", tax_id="")], opening=0))
    run(engine, as_of=DAY, now=NOW, policies=policies())
    (payment,) = rows(engine, "SELECT id FROM payment")
    return Desk(engine, str(payment[0]))


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    engine = open_books(database_url)
    yield _desk(engine, tmp_path, 200_000)
    assert verify(engine) == []
    engine.dispose()


@pytest.fixture
def large(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A payment above the amount that one person may place alone."""
    engine = open_books(database_url)
    limit = policies().on(DAY).approval_above["KZT"]
    yield _desk(engine, tmp_path, limit + 1)
    assert verify(engine) == []
    engine.dispose()


def test_a_person_credits_and_the_invoices_are_allocated_in_order(desk: Desk) -> None:
    done = review.credit(desk.engine, policies(), desk.payment, "104582", ALIYA, ["4512", "4513"])
    assert (done.status, done.waiting) == ("credited", False)
    assert desk.status() == ("credited", None, "104582")
    assert desk.balances() == {"104582": 200_000}
    assert (desk.outstanding("4512"), desk.outstanding("4513")) == (0, 20_000)


def test_the_machine_never_overrules_a_person(desk: Desk) -> None:
    review.hold(desk.engine, policies(), desk.payment, ALIYA, date(2026, 3, 1))
    again = run(desk.engine, as_of=DAY, now=NOW, policies=policies())
    assert (again.changed, desk.status()[0]) == (0, "held")


def test_undo_takes_back_exactly_the_credit_by_counter_entries(desk: Desk) -> None:
    review.credit(desk.engine, policies(), desk.payment, "104582", ALIYA, ["4512"])
    review.undo(desk.engine, policies(), desk.payment, BORIS)
    assert desk.status() == ("held", "undone_by_person", "104582")
    assert desk.balances() == {"104582": 0}
    assert desk.outstanding("4512") == 150_000
    assert len(rows(desk.engine, "SELECT key FROM journal WHERE key LIKE 'reverse:credit:%'")) == 1
    review.credit(desk.engine, policies(), desk.payment, "104583", ALIYA)
    assert desk.balances() == {"104582": 0, "104583": 200_000}
    assert rows(desk.engine, "SELECT generation, taken_back_at IS NULL FROM placement ORDER BY generation") in (
        [(1, 0), (2, 1)],
        [(1, False), (2, True)],
    )


def test_reassign_moves_a_credit_in_one_step(desk: Desk) -> None:
    review.credit(desk.engine, policies(), desk.payment, "104582", ALIYA, ["4512"])
    review.reassign(desk.engine, policies(), desk.payment, "104583", BORIS, ["4514"])
    assert desk.balances() == {"104582": 0, "104583": 200_000}
    assert (desk.outstanding("4512"), desk.outstanding("4514")) == (150_000, 0)


def test_a_split_makes_exactly_the_payment(desk: Desk) -> None:
    with pytest.raises(Refusal, match=r"the shares make 1999\.99, the payment is 2000\.00 KZT"):
        review.split(desk.engine, policies(), desk.payment, [("104582", 100_000), ("104583", 99_999)], ALIYA)
    with pytest.raises(Refusal, match="an account stands twice among the shares"):
        review.split(desk.engine, policies(), desk.payment, [("104582", 100_000), ("104582", 100_000)], ALIYA)
    review.split(desk.engine, policies(), desk.payment, [("104582", 150_000), ("104583", 50_000)], ALIYA)
    assert desk.status() == ("credited", None, None)
    assert desk.balances() == {"104582": 150_000, "104583": 50_000}
    review.undo(desk.engine, policies(), desk.payment, BORIS)
    assert desk.balances() == {"104582": 0, "104583": 0}


def test_returned_and_ignored_money_stands_in_its_own_place(desk: Desk) -> None:
    review.return_(desk.engine, policies(), desk.payment, ALIYA)
    assert desk.status()[0] == "returned"
    review.undo(desk.engine, policies(), desk.payment, ALIYA)
    review.ignore(desk.engine, policies(), desk.payment, ALIYA)
    assert desk.status()[0] == "ignored"
    places = {row[0]: row[1] for row in rows(desk.engine, "SELECT credit, sum(amount) FROM journal GROUP BY credit")}
    assert any(str(name).startswith("ignored:") for name in places)


def test_a_return_is_cleared_by_the_outgoing_entry_to_the_same_payer(desk: Desk, tmp_path: Path) -> None:
    review.return_(desk.engine, policies(), desk.payment, ALIYA)
    back = Line(date(2026, 2, 5), -200_000, "9", purpose="Возврат", account="KZ1")
    upload(desk.engine, tmp_path, "back.txt", one_c([back], opening=200_000))
    run(desk.engine, as_of=date(2026, 2, 6), now=NOW, policies=policies())
    assert rows(desk.engine, "SELECT kind FROM entry_tie") == [("return",)]
    with pytest.raises(Refusal, match=r"has gone back to its payer .*; there is no money left to place"):
        review.credit(desk.engine, policies(), desk.payment, "104582", ALIYA)  # neither undo nor reassign would do
    with pytest.raises(Refusal, match="has gone back to its payer"):
        review.undo(desk.engine, policies(), desk.payment, ALIYA)


def test_above_the_amount_a_second_person_approves(large: Desk) -> None:
    waiting = review.credit(large.engine, policies(), large.payment, "104582", ALIYA, ["4512"])
    assert waiting.waiting
    assert large.balances() == {}
    with pytest.raises(Refusal, match="credit by aliya waits for approval"):
        review.credit(large.engine, policies(), large.payment, "104583", BORIS)
    with pytest.raises(Refusal, match="aliya proposed this act; somebody else must approve it"):
        approve(large.engine, policies(), large.payment, ALIYA)
    assert approve(large.engine, policies(), large.payment, BORIS).status == "credited"
    with pytest.raises(Refusal, match="waits for approval"):
        approve(large.engine, policies(), large.payment, BORIS)
    actors = [
        row[0]
        for row in rows(large.engine, "SELECT actor FROM audit_log WHERE act IN ('approve', 'credit') ORDER BY id")
    ]
    assert actors == ["boris", "aliya"]


def test_what_a_person_decided_ranks_candidates_and_is_withdrawn_by_undo(desk: Desk) -> None:
    review.credit(desk.engine, policies(), desk.payment, "104582", ALIYA)
    assert rows(desk.engine, "SELECT payer_key, account_number FROM taught") == [("KZ1", "104582")]
    review.undo(desk.engine, policies(), desk.payment, BORIS)
    assert rows(desk.engine, "SELECT count(*) FROM taught WHERE withdrawn_at IS NULL") == [(0,)]


def test_what_a_person_decided_is_withdrawn_by_a_later_decision_that_contradicts_it(desk: Desk, tmp_path: Path) -> None:
    review.credit(desk.engine, policies(), desk.payment, "104582", ALIYA)
    line = Line(DAY, 70_000, purpose="Оплата ещё раз", account="KZ1", tax_id="")
    upload(desk.engine, tmp_path, "s2.txt", one_c([line], opening=200_000))
    run(desk.engine, as_of=DAY, now=NOW, policies=policies())
    (other,) = rows(desk.engine, f"SELECT id FROM payment WHERE id <> '{desk.payment}'")
    review.credit(desk.engine, policies(), str(other[0]), "104583", BORIS)
    assert rows(desk.engine, "SELECT account_number FROM taught WHERE withdrawn_at IS NULL") == [("104583",)]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda d: review.credit(d.engine, policies(), d.payment, "999", ALIYA), "there is no personal account '999'"),
        (
            lambda d: review.credit(d.engine, policies(), d.payment, "204585", ALIYA),
            "kept in USD, the payment is in KZT",
        ),
        (lambda d: review.credit(d.engine, policies(), d.payment, "104584", ALIYA), "account 104584 is closed"),
        (
            lambda d: review.credit(d.engine, policies(), d.payment, "104582", ALIYA, ["4514"]),
            "account 104582 has no invoice '4514'",
        ),
        (
            lambda d: review.credit(d.engine, policies(), d.payment, "104582", Person("aliya", " ", NOW)),
            "the act has no reason",
        ),
        (lambda d: review.undo(d.engine, policies(), d.payment, ALIYA), "there is nothing to undo"),
        (lambda d: approve(d.engine, policies(), d.payment, ALIYA), "no act on payment"),
        (lambda d: review.hold(d.engine, policies(), "ffffffffffff", ALIYA), "there is no payment 'ffffffffffff'"),
    ],
)
def test_what_cannot_be_done_is_refused_and_changes_nothing(desk: Desk, act: object, message: str) -> None:
    before = rows(desk.engine, "SELECT count(*) FROM decision")
    with pytest.raises(Refusal, match=message):
        act(desk)  # type: ignore[operator]
    assert rows(desk.engine, "SELECT count(*) FROM decision") == before
    assert desk.status() == ("unmatched", "no_reference", None)


def test_a_credited_payment_is_not_credited_again(desk: Desk) -> None:
    review.credit(desk.engine, policies(), desk.payment, "104582", ALIYA)
    with pytest.raises(Refusal, match="is credited already; undo that first, or reassign it"):
        review.credit(desk.engine, policies(), desk.payment, "104583", ALIYA)
    assert desk.balances() == {"104582": 200_000}


def test_nothing_outstanding_is_refused(desk: Desk) -> None:
    review.credit(desk.engine, policies(), desk.payment, "104582", ALIYA, ["4512"])
    review.reassign(desk.engine, policies(), desk.payment, "104583", ALIYA, ["4514"])
    with pytest.raises(Refusal, match="nothing is outstanding of invoice 4514"):
        review.reassign(desk.engine, policies(), desk.payment, "104583", ALIYA, ["4514"])


def test_an_act_that_waits_is_taken_back_by_undo_and_blocks_others_until_then(large: Desk) -> None:
    review.credit(large.engine, policies(), large.payment, "104582", ALIYA, ["4512"])
    with pytest.raises(Refusal, match="credit by aliya waits for approval"):
        review.hold(large.engine, policies(), large.payment, BORIS)
    review.undo(large.engine, policies(), large.payment, ALIYA)
    with pytest.raises(Refusal, match="no act on payment"):
        approve(large.engine, policies(), large.payment, BORIS)
    assert (large.status()[0], large.balances()) == ("unmatched", {})
