"""One payment through several doors: in every order, again, and at the same moment, it is credited once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.gateway.report import Kind
from reconcile.problem import Refusal
from reconcile.steps import masters, review
from reconcile.steps.acts import Person
from reconcile.steps.gateway import import_gateway_payments, take
from reconcile.steps.ingest import Table
from tests.gateway.books import (
    CARD,
    HEADER,
    KE,
    KZ,
    MPESA,
    NOW,
    WALLET,
    balance,
    books,
    callback,
    ledger_of,
    load,
    right,
    settled,
    statuses,
    table,
    wallet,
    webhook,
)
from tests.steps.books import policies, rows, upload

RECEIPT = "UB33AAAAA1"
TABLE = Table("mpesa", WALLET)


def by_callback(engine: Engine, folder: Path) -> None:
    take(engine, [callback()], actor="daraja", now=NOW, policies=policies())


def by_registry(engine: Engine, folder: Path) -> None:
    load(engine, folder, MPESA | {"gateway_payment_id": "MP-1"})


def by_statement(engine: Engine, folder: Path) -> None:
    upload(engine, folder, "wallet.csv", wallet([(RECEIPT, 200_000, KE)]), table=TABLE)
    settled(engine)


DOORS: dict[str, Callable[[Engine, Path], None]] = {
    "callback": by_callback, "registry": by_registry, "statement": by_statement,
}  # fmt: skip


def credited_once(engine: Engine) -> None:
    assert balance(engine, KE) == 200_000_00
    assert rows(engine, "SELECT count(*) FROM placement WHERE kind = 'credit'") == [(1,)]
    assert rows(engine, "SELECT count(*) FROM gateway_payment") == [(1,)]
    right(engine)


@pytest.mark.parametrize("order", list(permutations(DOORS)), ids=" then ".join)
def test_the_same_mpesa_payment_through_every_door_in_every_order_is_credited_once(
    database_url: str, tmp_path: Path, order: tuple[str, ...]
) -> None:
    engine = books(database_url, tmp_path)
    for door in (*order, *order):  # and each of them again
        DOORS[door](engine, tmp_path)
    settled(engine)
    credited_once(engine)
    doors = "SELECT DISTINCT door FROM gateway_event ORDER BY door"
    assert [door for (door,) in rows(engine, doors)] == ["callback", "registry", "statement"]
    assert rows(engine, "SELECT status FROM payment WHERE gateway_id IS NULL") == [("settlement",)]
    assert ledger_of(engine, f"bank:{WALLET}") == 200_000_00
    assert sum(ledger_of(engine, str(name)) for (name,) in rows(
        engine, "SELECT DISTINCT debit FROM journal WHERE debit LIKE 'gateway:%'")) == 0  # fmt: skip


@pytest.mark.parametrize("doors", [("callback", "registry"), ("callback", "callback"), ("registry", "statement"),
                                   ("callback", "registry", "statement")], ids="+".join)  # fmt: skip
def test_the_same_mpesa_payment_at_the_same_moment_is_credited_once(
    postgres_url: str, tmp_path: Path, doors: tuple[str, ...]
) -> None:
    engine = books(postgres_url, tmp_path)
    upload(engine, tmp_path, "wallet.csv", wallet([(RECEIPT, 200_000, KE)]), table=TABLE)
    together = threading.Barrier(len(doors) * 2)
    faults: list[BaseException] = []

    def one(number: int, door: str) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        together.wait(30)
        try:
            settled(engine) if door == "statement" else DOORS[door](engine, folder)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=one, args=(n, door)) for n, door in enumerate([*doors, *doors])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults, faults
    settled(engine)
    credited_once(engine)


def test_cards_of_one_token_at_the_same_moment_keep_the_limit_of_the_day(postgres_url: str, tmp_path: Path) -> None:
    engine = books(postgres_url, tmp_path)
    together = threading.Barrier(8)

    def one(number: int) -> None:
        together.wait(30)
        take(engine, [webhook(f"P-{number}")], actor="centre", now=NOW, policies=policies())

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    found = list(statuses(engine).values())
    assert found.count(("credited", None)) == 5
    assert found.count(("held", "limit_daily_count")) == 3
    right(engine)


def test_an_unsigned_callback_alone_waits(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    by_callback(engine, tmp_path)
    settled(engine)
    assert statuses(engine) == {RECEIPT: ("held", "awaiting_confirmation")}
    assert balance(engine, KE) == 0
    right(engine)


def test_where_the_policy_says_so_the_callback_is_enough(sqlite_url: str, tmp_path: Path) -> None:
    from reconcile.policy.loader import load_text

    engine = books(sqlite_url, tmp_path)
    book = load_text('name = "ours"\n[country.KE.mobile_money]\nsource = "ours"\ncallback_confirms = true\n')
    take(engine, [callback()], actor="daraja", now=NOW, policies=book)
    assert statuses(engine) == {RECEIPT: ("credited", None)}


def test_a_payment_whose_account_is_imported_later_is_credited_by_the_next_run(
    database_url: str, tmp_path: Path
) -> None:
    from reconcile.steps import masters
    from tests.gateway.books import table

    engine = books(database_url, tmp_path)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1", "account_number": "1009999"})
    assert statuses(engine) == {"P-1": ("unmatched", "unknown_reference")}
    right(engine)
    header = ["account_number", "holder_name", "holder_type", "country", "currency"]
    path = table(tmp_path / "more.csv", header, [["1009999", "ТОО Новое", "legal_entity", "KZ", "KZT"]])
    masters.import_accounts(engine, path, actor="finance", now=NOW)
    settled(engine)
    assert statuses(engine) == {"P-1": ("credited", None)}
    assert balance(engine, "1009999") == 1000_00
    right(engine)


@pytest.mark.parametrize(
    ("typed", "found"), [("3000001", True), (" 300-0001 ", True), ("3OOOOO1", True), ("300001", False), ("", False)]
)
def test_what_a_payer_types_at_the_paybill(sqlite_url: str, tmp_path: Path, typed: str, found: bool) -> None:
    engine = books(sqlite_url, tmp_path)
    take(engine, [callback(account=typed)], actor="daraja", now=NOW, policies=policies())
    by_statement_line(engine, tmp_path, typed.strip())
    status, reason = statuses(engine)[RECEIPT]
    assert status == ("credited" if found else "unmatched"), reason


def by_statement_line(engine: Engine, folder: Path, typed: str) -> None:
    upload(engine, folder, "wallet.csv", wallet([(RECEIPT, 200_000, typed)]), table=TABLE)
    settled(engine)


def test_the_registry_mends_what_the_payer_typed_wrongly(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    by_statement_line(engine, tmp_path, "my hosting")
    assert statuses(engine) == {RECEIPT: ("unmatched", "unknown_reference")}
    by_registry(engine, tmp_path)
    assert statuses(engine) == {"MP-1": ("credited", None)}
    right(engine)


def test_a_registry_that_names_another_account_moves_nothing_and_says_so(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    by_statement(engine, tmp_path)
    load(engine, tmp_path, MPESA | {"gateway_payment_id": "MP-1", "account_number": KZ})
    assert balance(engine, KE) == 200_000_00
    ((text,),) = rows(engine, "SELECT text FROM alert WHERE kind = 'gateway_conflict'")
    assert "it was credited to 3000001, and this report names 1000001" in str(text)
    right(engine)


def test_another_amount_under_the_same_receipt_moves_nothing(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    by_statement(engine, tmp_path)
    take(engine, [callback(amount=150_000_00)], actor="daraja", now=NOW, policies=policies())
    with pytest.raises(Refusal, match=r"registry\.csv:2: paid report of MP-1: another amount is on the books for it"):
        load(engine, tmp_path, MPESA | {"gateway_payment_id": "MP-1", "amount": "150000.00"})
    credited_once(engine)
    assert rows(engine, "SELECT count(*) FROM alert WHERE kind = 'gateway_conflict'") == [(1,)]


def test_a_statement_that_contradicts_the_callback_is_held_and_never_a_transfer(
    database_url: str, tmp_path: Path
) -> None:
    engine = books(database_url, tmp_path)
    take(engine, [callback(amount=150_000_00)], actor="daraja", now=NOW, policies=policies())
    by_statement(engine, tmp_path)
    settled(engine)
    query = "SELECT status, reason FROM payment WHERE gateway_id IS NULL"
    assert rows(engine, query) == [("held", "gateway_conflict")]
    assert balance(engine, KE) == 0
    right(engine)


def test_a_registry_without_the_receipt_beside_a_callback_with_it_is_held_as_its_twin(
    database_url: str, tmp_path: Path
) -> None:
    engine = books(database_url, tmp_path)
    by_statement(engine, tmp_path)
    load(engine, tmp_path, MPESA | {"gateway_payment_id": "MP-1", "receipt": ""})
    assert statuses(engine) == {RECEIPT: ("credited", None), "MP-1": ("held", "possible_duplicate")}
    assert balance(engine, KE) == 200_000_00
    right(engine)


def test_a_line_of_a_doubtful_statement_confirms_nothing(sqlite_url: str, tmp_path: Path) -> None:
    engine = books(sqlite_url, tmp_path)
    by_callback(engine, tmp_path)
    broken = wallet([("UB33AAAAA0", 100, KE), (RECEIPT, 200_000, KE)]).replace(",100.00,true", ",777.00,true")
    upload(engine, tmp_path, "wallet.csv", broken, table=TABLE)
    settled(engine)
    assert statuses(engine)[RECEIPT] == ("held", "awaiting_confirmation")


def test_a_reversal_on_the_wallet_gives_the_payment_back(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    by_callback(engine, tmp_path)
    lines = [("UB33AAAAA7", 300_000, KE), (RECEIPT, 200_000, KE), ("UB33AAAAA9", -200_000, "")]
    page = wallet(lines, reversal_of={"UB33AAAAA9": RECEIPT})
    upload(engine, tmp_path, "wallet.csv", page, table=TABLE)
    settled(engine)
    settled(engine)
    assert statuses(engine) == {RECEIPT: ("returned", "refunded"), "UB33AAAAA7": ("held", "limit_above_maximum")}
    assert balance(engine, KE) == 0
    assert ledger_of(engine, f"bank:{WALLET}") == 300_000_00
    assert ledger_of(engine, f"suspense:{WALLET}") == 0
    right(engine)


def test_failed_credits_nothing_and_success_after_it_credits(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1", "status": "failed"})
    assert statuses(engine) == {}
    assert balance(engine, KZ) == 0
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1"})
    assert statuses(engine) == {"P-1": ("credited", None)}
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1", "status": "failed", "fee": "1.00"})
    assert balance(engine, KZ) == 1000_00
    assert rows(engine, "SELECT count(*) FROM alert WHERE kind = 'gateway_conflict'") == [(1,)]
    right(engine)


def test_the_same_registry_again_changes_nothing(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    first = load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1"}, CARD | {"gateway_payment_id": "P-2"})
    again = load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1"}, CARD | {"gateway_payment_id": "P-2"})
    assert (first.new, first.decided) == (2, 2)
    assert (again.new, again.changed, again.unchanged, again.decided) == (0, 0, 2, 0)
    assert balance(engine, KZ) == 2000_00


def test_an_empty_cell_clears_what_is_stored_and_a_column_that_is_absent_keeps_it(
    database_url: str, tmp_path: Path
) -> None:
    engine = books(database_url, tmp_path)
    query = "SELECT coalesce(fee, -1), settlement_id, scheme, provider FROM gateway_payment"
    whole = CARD | {"gateway_payment_id": "P-1", "fee": "1.00", "settlement_id": "S-1", "account_number": "1009999"}
    load(engine, tmp_path, whole)
    without = [name for name in HEADER if name not in ("fee", "settlement_id", "card_scheme", "provider")]
    absent = table(tmp_path / "absent.csv", without, [[whole.get(name, "") for name in without]])
    import_gateway_payments(engine, absent, actor="finance", now=NOW, policies=policies())
    assert rows(engine, query) == [(100, "S-1", "visa", "centre")]
    load(engine, tmp_path, whole | {"fee": "", "settlement_id": "", "card_scheme": "", "provider": ""})
    assert rows(engine, query) == [(-1, "", "", "")]
    load(engine, tmp_path, whole | {"account_number": KZ, "fee": "2.00", "settlement_id": "S-2"})
    assert statuses(engine) == {"P-1": ("credited", None)}
    load(engine, tmp_path, whole | {"account_number": KZ, "fee": "", "settlement_id": "", "card_scheme": ""})
    assert rows(engine, query) == [(-1, "", "visa", "centre")]  # what the credit rests on is not taken from behind it
    right(engine)


# --- what goes back --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "reason"), [("refunded", "refunded"), ("charged_back", "charged_back")])
@pytest.mark.parametrize("own_number", [False, True])
def test_a_refund_or_chargeback_reverses_by_counter_posting(
    database_url: str, tmp_path: Path, status: str, reason: str, own_number: bool
) -> None:
    engine = books(database_url, tmp_path)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1"})
    back = {"status": status, "paid_at": "2026-02-05T12:00:00+05:00"}
    back |= {"gateway_payment_id": "R-1", "original_id": "P-1"} if own_number else {"gateway_payment_id": "P-1"}
    for _ in range(2):
        load(engine, tmp_path, CARD | back)
    assert statuses(engine) == {"P-1": ("returned", reason)}
    assert balance(engine, KZ) == 0
    assert ledger_of(engine, "gateway:card:centre:M-1:KZT") == 0
    right(engine)
    settled(engine)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1"})  # yesterday's registry once more
    assert balance(engine, KZ) == 0
    right(engine)


def test_a_refund_is_posted_on_the_day_of_the_accounts_country(database_url: str, tmp_path: Path) -> None:
    """Half past eight in the evening in Greenwich is the next day, month and year in Almaty."""
    engine = books(database_url, tmp_path)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1", "paid_at": "2025-12-31T20:00:00+05:00"})
    load(
        engine, tmp_path, CARD | {"gateway_payment_id": "P-1", "status": "refunded", "paid_at": "2025-12-31T20:30:00Z"}
    )
    days = rows(engine, "SELECT DISTINCT effective_date FROM journal WHERE key NOT LIKE 'receive:%' ORDER BY 1")
    assert [str(day) for (day,) in days] == ["2025-12-31", "2026-01-01"]
    right(engine)


def test_a_chargeback_finds_the_credit_where_a_person_has_moved_it(database_url: str, tmp_path: Path) -> None:
    """The centre names the account of the order, as ever: that contradicts nothing."""
    engine = books(database_url, tmp_path)
    header = ["account_number", "holder_name", "holder_type", "country", "currency"]
    second = table(tmp_path / "second.csv", header, [["1000002", "ТОО Василек", "legal_entity", "KZ", "KZT"]])
    masters.import_accounts(engine, second, actor="finance", now=NOW)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1"})
    ((payment,),) = rows(engine, "SELECT id FROM payment")
    review.reassign(engine, policies(), str(payment), "1000002", Person("aliya", "a letter of the holder", NOW))
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1", "fee": "1.00"})
    assert balance(engine, "1000002") > 0
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1", "status": "charged_back"})
    assert statuses(engine) == {"P-1": ("returned", "charged_back")}
    assert (balance(engine, KZ), balance(engine, "1000002")) == (0, 0)
    assert rows(engine, "SELECT count(*) FROM alert") == [(0,)]
    right(engine)


def test_a_payment_that_was_refunded_before_it_was_known_is_never_credited(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1", "status": "refunded"})
    assert statuses(engine) == {"P-1": ("returned", "refunded")}
    assert rows(engine, "SELECT count(*) FROM balance_change") == [(0,)]
    right(engine)


def test_a_refund_in_part_leaves_the_rest_credited(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1"})
    part = CARD | {"original_id": "P-1", "status": "refunded"}
    for _ in range(2):
        load(engine, tmp_path, part | {"gateway_payment_id": "R-1", "amount": "300.00"})
    assert (statuses(engine), balance(engine, KZ)) == ({"P-1": ("credited", None)}, 700_00)
    right(engine)
    with pytest.raises(Refusal, match="more is given back than is left of the payment"):
        load(engine, tmp_path, part | {"gateway_payment_id": "R-2", "amount": "700.01"})
    assert balance(engine, KZ) == 700_00
    load(engine, tmp_path, part | {"gateway_payment_id": "R-2", "amount": "700.00"})
    assert (statuses(engine), balance(engine, KZ)) == ({"P-1": ("returned", "refunded")}, 0)
    right(engine)


def test_a_refund_in_part_of_a_payment_that_waits_leaves_the_rest_waiting(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1", "account_number": "1009999"})
    load(
        engine,
        tmp_path,
        CARD | {"gateway_payment_id": "R-1", "original_id": "P-1", "status": "refunded", "amount": "300.00"},
    )
    assert statuses(engine) == {"P-1": ("unmatched", "unknown_reference")}
    assert ledger_of(engine, "unapplied:card:centre:M-1:KZT") == -700_00
    right(engine)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1"})
    assert balance(engine, KZ) == 700_00
    right(engine)


def test_the_refund_of_an_unknown_payment_refuses_the_file(sqlite_url: str, tmp_path: Path) -> None:
    engine = books(sqlite_url, tmp_path)
    with pytest.raises(Refusal, match=r"registry\.csv:3: .* the payment 'P-9' that it gives back is not on the books"):
        load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1"},
             CARD | {"gateway_payment_id": "R-1", "original_id": "P-9", "status": "refunded"})  # fmt: skip
    assert statuses(engine) == {}


def test_a_webhook_refund_is_taken_too(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    for kind in (Kind.PAID, Kind.REFUNDED, Kind.PAID):
        take(engine, [webhook("P-1", kind=kind)], actor="centre", now=NOW, policies=policies())
    assert (statuses(engine), balance(engine, KZ)) == ({"P-1": ("returned", "refunded")}, 0)
    right(engine)


def test_a_run_as_of_a_day_leaves_later_payments_alone(sqlite_url: str, tmp_path: Path) -> None:
    from tests.gateway.books import table

    engine = books(sqlite_url, tmp_path)
    load(engine, tmp_path, CARD | {"gateway_payment_id": "P-1", "account_number": "1009999"})
    header = ["account_number", "holder_name", "holder_type", "country", "currency"]
    path = table(tmp_path / "more.csv", header, [["1009999", "ТОО Новое", "legal_entity", "KZ", "KZT"]])
    from reconcile.steps import masters

    masters.import_accounts(engine, path, actor="finance", now=NOW)
    settled(engine, as_of=date(2026, 2, 2))
    assert statuses(engine) == {"P-1": ("unmatched", "unknown_reference")}
