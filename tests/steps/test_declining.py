"""A person declines a candidate: from then on no run offers it and nobody credits it, until it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from reconcile.problem import Refusal
from reconcile.steps import declining, masters, review
from reconcile.steps.acts import Person
from reconcile.steps.approving import approve
from reconcile.steps.run import RunResult, run
from reconcile.steps.status import status
from reconcile.steps.verify import verify
from tests.gateway import books as gateway
from tests.steps.books import NOW, Line, one_c, open_books, policies, rows, upload

DAY = date(2026, 2, 3)
ACCOUNTS = """account_number,holder_name,holder_type,country,currency,tax_id,status
104582,ТОО Ромашка,legal_entity,KZ,KZT,180440021537,open
104583,ТОО Гром,legal_entity,KZ,KZT,030440003698,open
"""
INVOICES = """invoice_number,account_number,amount,currency,issued_on
4512,104582,1500.00,KZT,2026-02-01
4513,104582,700.00,KZT,2026-02-01
7001,104583,1500.00,KZT,2026-02-01
"""
POWER = (
    "reference,account_number,representative_name,representative_tax_id,issued_on,valid_from,valid_until\n"
    "P-1,104582,Иванов Иван,850412300125,2026-01-10,2026-01-10,2026-12-31\n"
)
ALIYA = Person("aliya", "the payer rang up", NOW)
BORIS = Person("boris", "a mistake of ours", NOW)


@dataclass
class Desk:
    """Books with payments that wait; `ids` in the order of the lines."""

    engine: Engine
    folder: Path
    ids: list[str]

    def run(self) -> RunResult:
        return run(self.engine, as_of=DAY, now=NOW, policies=policies())

    def stands(self, which: int = 0) -> tuple[object, ...]:
        return rows(self.engine, f"SELECT status, reason, account_number FROM payment WHERE id = '{self.ids[which]}'")[
            0
        ]

    def offered(self, which: int = 0) -> list[tuple[str, str | None]]:
        said = status(self.engine, self.ids[which])["candidates"]
        return [(each["account"], each["invoice"]) for each in said]

    def decline(self, account: str, person: Person = ALIYA, invoice: str | None = None, which: int = 0) -> str:
        return declining.decline(self.engine, policies(), self.ids[which], account, person, invoice).status

    def reconsider(self, account: str, person: Person = BORIS, invoice: str | None = None, which: int = 0) -> bool:
        return declining.reconsider(self.engine, policies(), self.ids[which], account, person, invoice).waiting

    def bring(self, name: str, content: str) -> None:
        load = {"power": masters.import_powers, "invoice": masters.import_invoices}[name]
        path = self.folder / f"{name}.csv"
        path.write_text(content, encoding="utf-8")
        load(self.engine, path, actor="t", now=NOW)


STRANGER = {"name": "Иванов Иван", "tax_id": "850412300125"}


def _desk(url: str, folder: Path, *lines: Line) -> Desk:
    engine = open_books(url)
    for name, content, load in (
        ("accounts.csv", ACCOUNTS, masters.import_accounts), ("invoices.csv", INVOICES, masters.import_invoices),
    ):  # fmt: skip
        (folder / name).write_text(content, encoding="utf-8")
        load(engine, folder / name, actor="t", now=NOW)
    upload(engine, folder, "s.txt", one_c(lines, opening=0))
    run(engine, as_of=DAY, now=NOW, policies=policies())
    return Desk(engine, folder, [str(row[0]) for row in rows(engine, "SELECT id FROM payment ORDER BY amount")])


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """A private person pays a company's invoice, without a power of attorney: held."""
    its = _desk(database_url, tmp_path, Line(DAY, 150_000, "1", "Оплата по счету 4512", **STRANGER))
    assert its.stands() == ("held", "power_of_attorney_missing", "104582")
    yield its
    assert verify(its.engine) == []
    its.engine.dispose()


def test_what_was_declined_is_gone_at_once_and_no_run_brings_it_back(desk: Desk) -> None:
    assert ("104582", "4512") in desk.offered()
    assert desk.decline("104582") == "unmatched"
    for _ in range(2):
        assert (desk.stands(), desk.offered()) == (("unmatched", "conflicting_references", None), [])
        assert desk.run().changed == 0


def test_new_evidence_does_not_credit_against_a_persons_word(desk: Desk) -> None:
    """The power of attorney came: without the person's word the next run would credit it."""
    desk.decline("104582")
    desk.bring("power", POWER)
    desk.run()
    assert desk.stands() == ("unmatched", "conflicting_references", None)
    said = status(desk.engine, desk.ids[0])["explanation"]
    assert "aliya said on 2026-02-10 that the payment is not for account 104582" in said
    assert "no rule credits against a person's word" in said
    assert "lead to different accounts" not in said


def test_taken_back_it_is_offered_again_and_credited_by_the_next_run(desk: Desk) -> None:
    desk.decline("104582")
    assert desk.reconsider("104582") is False
    assert desk.stands() == ("held", "power_of_attorney_missing", "104582")
    assert ("104582", "4512") in desk.offered()
    assert desk.run().changed == 0
    desk.decline("104582")
    desk.bring("power", POWER)
    desk.reconsider("104582")
    assert desk.stands()[0] == "unmatched", "only a run credits"
    desk.run()
    assert desk.stands() == ("credited", None, "104582")


def test_every_word_stands_in_the_trail_and_in_the_payments_history(desk: Desk) -> None:
    desk.decline("104582")
    assert [(each["account"], each["declined_by"], each["note"]) for each in status(desk.engine, desk.ids[0])["declined"]] \
        == [("104582", "aliya", "the payer rang up")]  # fmt: skip
    desk.reconsider("104582")
    trail = rows(
        desk.engine, "SELECT act, actor, reason FROM audit_log WHERE subject = (SELECT id FROM payment) ORDER BY id"
    )
    assert trail == [("decline", "aliya", "the payer rang up"), ("reconsider", "boris", "a mistake of ours")]
    history = status(desk.engine, desk.ids[0])["history"]
    assert [(each["act"], each["decided_by"]) for each in history] == [
        ("decide", "machine"), ("decline", "aliya"), ("reconsider", "boris"),
    ]  # fmt: skip


def test_nobody_credits_it_by_hand_before_it_is_taken_back(desk: Desk) -> None:
    desk.decline("104582")
    with pytest.raises(Refusal, match="aliya said that this payment is not for account 104582"):
        review.credit(desk.engine, policies(), desk.ids[0], "104582", BORIS)
    with pytest.raises(Refusal, match="aliya said that this payment is not for account 104582"):
        review.split(desk.engine, policies(), desk.ids[0], [("104582", 100_000), ("104583", 50_000)], BORIS)
    review.credit(desk.engine, policies(), desk.ids[0], "104583", BORIS)
    assert desk.stands() == ("credited", None, "104583")
    with pytest.raises(Refusal, match="not for account 104582"):
        review.reassign(desk.engine, policies(), desk.ids[0], "104582", BORIS)
    with pytest.raises(Refusal, match="is credited already"):
        desk.decline("104583")


def test_an_invoice_alone_may_be_declined(desk: Desk) -> None:
    assert desk.decline("104582", invoice="4512") == "held"
    assert desk.stands() == ("held", "power_of_attorney_missing", "104582")
    assert desk.offered() == [("104582", None)]
    desk.bring("power", POWER)
    desk.run()
    assert desk.stands() == ("unmatched", "conflicting_references", None)
    with pytest.raises(Refusal, match="not for invoice 4512"):
        review.credit(desk.engine, policies(), desk.ids[0], "104582", BORIS, ["4512"])
    review.credit(desk.engine, policies(), desk.ids[0], "104582", BORIS)
    assert desk.stands() == ("credited", None, "104582")


@pytest.mark.parametrize(
    ("account", "invoice", "said"),
    [
        ("999", None, "there is no personal account '999'"), ("104583", "4512", "account 104583 has no invoice '4512'"),
        ("104582", "no such", "account 104582 has no invoice"),
    ],
)  # fmt: skip
def test_what_is_not_on_the_books_is_refused(desk: Desk, account: str, invoice: str | None, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        desk.decline(account, invoice=invoice)
    assert rows(desk.engine, "SELECT count(*) FROM declined_candidate") == [(0,)]


def test_twice_and_what_was_never_said_are_refused(desk: Desk) -> None:
    desk.decline("104582")
    with pytest.raises(Refusal, match="aliya declined this already"):
        desk.decline("104582", BORIS)
    with pytest.raises(Refusal, match="account 104583 is not declined"):
        desk.reconsider("104583")
    with pytest.raises(Refusal, match="the act has no reason"):
        desk.reconsider("104582", Person("boris", " ", NOW))


def test_a_payment_that_a_person_holds_stays_theirs(desk: Desk) -> None:
    review.hold(desk.engine, policies(), desk.ids[0], ALIYA)
    desk.decline("104582")
    assert desk.stands() == ("held", "held_by_person", None)
    desk.bring("power", POWER)
    assert desk.run().decided == 0
    desk.reconsider("104582")
    assert desk.run().decided == 0
    assert desk.stands()[:2] == ("held", "held_by_person")


def test_a_payment_that_no_run_has_decided_has_no_candidates_to_decline(database_url: str, tmp_path: Path) -> None:
    desk = _desk(database_url, tmp_path, Line(DAY, 150_000, "1", "Оплата по счету 4512", **STRANGER))
    upload(desk.engine, tmp_path, "t.txt", one_c([Line(date(2026, 2, 4), 700, "2", "Оплата")], opening=150_000))
    ((late,),) = rows(desk.engine, "SELECT id FROM payment WHERE status IS NULL")
    with pytest.raises(Refusal, match="no run has decided payment"):
        declining.decline(desk.engine, policies(), str(late), "104582", ALIYA)
    desk.engine.dispose()


def test_above_the_amount_a_second_person_lets_it_be_offered_again(database_url: str, tmp_path: Path) -> None:
    limit = policies().on(DAY).approval_above["KZT"]
    desk = _desk(database_url, tmp_path, Line(DAY, limit + 1, "1", "Оплата по счету 4512", **STRANGER))
    desk.decline("104582")
    assert desk.reconsider("104582") is True
    assert desk.stands()[0] == "unmatched"
    with pytest.raises(Refusal, match="reconsider by boris waits for approval"):
        desk.decline("104583")
    with pytest.raises(Refusal, match="somebody else must approve it"):
        approve(desk.engine, policies(), desk.ids[0], BORIS)
    approve(desk.engine, policies(), desk.ids[0], ALIYA)
    assert desk.stands() == ("held", "power_of_attorney_missing", "104582")
    assert rows(desk.engine, "SELECT taken_back_by, taken_back_reason FROM declined_candidate") == [
        ("boris", "a mistake of ours (approved by aliya)")
    ]
    assert verify(desk.engine) == []
    desk.engine.dispose()


def test_it_is_taken_back_by_a_clock_that_is_behind(desk: Desk) -> None:
    desk.decline("104583")
    desk.reconsider("104583", Person("boris", "a mistake of ours", NOW - timedelta(hours=1)))
    assert rows(desk.engine, "SELECT count(*) FROM declined_candidate WHERE taken_back_at = at") == [(1,)]


def test_what_a_run_has_credited_meanwhile_is_left_as_it_is(database_url: str, tmp_path: Path) -> None:
    """A second person's yes comes after a run has credited the payment, to another account than the declined one."""
    desk = _desk(database_url, tmp_path, Line(DAY, 300_000_000, "1", "Оплата по счету 4512", **STRANGER))
    desk.decline("104583")
    assert desk.reconsider("104583")
    desk.bring("power", POWER)
    desk.run()
    credited = desk.stands()
    assert credited == ("credited", None, "104582")
    before = rows(desk.engine, "SELECT count(*), max(no) FROM decision")
    assert approve(desk.engine, policies(), desk.ids[0], ALIYA).status == "credited"
    assert (desk.stands(), rows(desk.engine, "SELECT count(*), max(no) FROM decision")) == (credited, before)
    assert rows(desk.engine, "SELECT count(*) FROM declined_candidate WHERE taken_back_at IS NULL") == [(0,)]
    assert desk.run().changed == 0
    assert verify(desk.engine) == []
    desk.engine.dispose()


def test_a_credit_beside_it_still_wakes_a_payment_whose_candidate_was_declined(
    database_url: str, tmp_path: Path
) -> None:
    """What was declined is among no candidates, and yet what is outstanding there may bear on the decision: so a run ends
    only where another one would change nothing."""
    two = Line(DAY, 220_000, "1", "Оплата по счетам 4512 и 4513 и 7001", tax_id="180440021537")
    desk = _desk(database_url, tmp_path, two, Line(DAY, 10_000, "2", "Оплата", **STRANGER))
    assert desk.stands(1)[1] == "conflicting_references"
    desk.decline("104582", which=1)
    desk.decline("104583", which=1)
    assert desk.offered(1) == []
    upload(desk.engine, tmp_path, "t.txt", one_c(
        [Line(DAY, 70_000, "3", "счет 4513", tax_id="180440021537")], opening=230_000, first=DAY, last=DAY,
    ))  # fmt: skip
    desk.run()
    assert desk.run().changed == 0
    assert verify(desk.engine) == []
    desk.engine.dispose()


def test_a_card_payment_is_not_credited_against_a_persons_word(sqlite_url: str, tmp_path: Path) -> None:
    """Held while its account was closed; the account is open again, and the person said that it is not for it."""
    engine = gateway.books(sqlite_url, tmp_path)
    for state in ("closed", "open"):
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE account SET status = '{state}' WHERE number = '{gateway.KZ}'"))
        if state == "closed":
            gateway.load(engine, tmp_path, {**gateway.CARD, "gateway_payment_id": "P-1"})
            ((key, held),) = rows(engine, "SELECT id, status FROM payment")
            assert held == "held"
            declining.decline(engine, policies(), str(key), gateway.KZ, ALIYA)
    gateway.settled(engine)
    assert rows(engine, "SELECT status, account_number FROM payment") == [("unmatched", None)]
    declining.reconsider(engine, policies(), str(key), gateway.KZ, BORIS)
    gateway.settled(engine)
    assert rows(engine, "SELECT status, account_number FROM payment") == [("credited", gateway.KZ)]
    assert verify(engine) == []
    engine.dispose()
