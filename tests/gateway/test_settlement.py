"""A month of card and mobile payments and the lump sums that pay them out: tied to the last minor unit, or told what is
missing on which side."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.steps import masters
from reconcile.steps.ingest import Table
from reconcile.steps.run import run
from tests.gateway.books import (
    CARD,
    KE,
    KZ,
    MPESA,
    WALLET,
    balance,
    books,
    ledger_of,
    load,
    right,
    settled,
    table,
    wallet,
)
from tests.steps.books import Line, money, one_c, policies, rows, upload

LATER = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
BANK_KE = "0100000000123"
CENTRE = "ТОО Процессинг кз"
Row = Mapping[str, str]


@dataclass
class Month:
    """Registry rows and the bank's lump sums. `net` of a row in minor units: what it adds to its lump."""

    cards: list[dict[str, str]] = field(default_factory=list)
    mobile: list[dict[str, str]] = field(default_factory=list)
    lumps_kz: list[Line] = field(default_factory=list)
    lumps_ke: list[tuple[date, int, str]] = field(default_factory=list)

    @property
    def registry(self) -> list[dict[str, str]]:
        return [*self.cards, *self.mobile]


def minor(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def net(row: Row) -> int:
    sign = 1 if row["status"] == "succeeded" else -1
    return sign * minor(row["amount"]) - minor(row.get("fee") or "0")


def card(number: int, day: date, amount: int, **other: str) -> dict[str, str]:
    fee = money((amount * 25 + 500) // 1000)  # 2.5 %, to the nearest tiyn
    at = f"{day.isoformat()}T{8 + number % 12:02d}:{number % 60:02d}:00+05:00"
    return CARD | {
        "gateway_payment_id": f"C-{number:04d}", "amount": money(amount), "fee": fee, "paid_at": at,
        "card_token": f"tok-{number}",
    } | other  # fmt: skip


def mobile(number: int, day: date, amount: int) -> dict[str, str]:
    return MPESA | {
        "gateway_payment_id": f"M-{number:04d}", "amount": money(amount), "fee": money((amount * 5 + 500) // 1000),
        "paid_at": f"{day.isoformat()}T10:{number % 60:02d}:00+03:00", "msisdn": f"2547{number:08d}",
        "receipt": f"UB{number:08d}", "provider": "Pesapal", "merchant": "PP-1",
    }  # fmt: skip


def month(seed: int = 6) -> Month:
    """February: a settlement a working day by number, of cards, fees netted, with refunds and a chargeback deducted; of
    mobile money one a week by merchant and days, without numbers."""
    chance, made, number = random.Random(seed), Month(), 0
    for day in (date(2026, 2, 2) + timedelta(n) for n in range(20)):
        if day.weekday() > 4:
            continue
        named = f"STL-{day:%m%d}"
        batch = []
        for _ in range(6):
            number += 1
            batch.append(card(number, day, chance.randrange(1000_00, 90_000_00), settlement_id=named))
        if day.day % 3 == 0:
            paid = batch[0]
            number += 1
            status = "refunded" if day.day % 2 else "charged_back"
            amount = money(minor(paid["amount"]) // 3) if status == "refunded" else paid["amount"]
            refund = paid | {"gateway_payment_id": f"R-{number:04d}", "original_id": paid["gateway_payment_id"]}
            batch.append(refund | {"status": status, "amount": amount, "fee": ""})
        made.cards += batch
        paid_out = day + timedelta(3 if day.weekday() > 2 else 1)
        purpose = f"Возмещение по эквайрингу, реестр {named}"
        made.lumps_kz.append(Line(paid_out, sum(net(row) for row in batch), named, purpose, CENTRE))
    for week in range(3):
        batch = []
        for n in range(7):
            number += 1
            day = date(2026, 2, 2) + timedelta(7 * week + n % 5)
            batch.append(mobile(number, day, chance.randrange(150_000_00, 250_000_00)))
        made.mobile += batch
        made.lumps_ke.append((date(2026, 2, 10) + timedelta(7 * week), sum(net(row) for row in batch), f"FT{week}"))
    return made


def ofx(lumps: Sequence[tuple[date, int, str]]) -> str:
    lines = "".join(
        f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{day:%Y%m%d}<TRNAMT>{money(amount)}<FITID>{number}<NAME>PESAPAL LIMITED"
        f"<MEMO>Merchant settlement</STMTTRN>"
        for day, amount, number in lumps
    )
    total = money(sum(amount for _, amount, _ in lumps))
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n"
        "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO"
        f"</STATUS><STMTRS><CURDEF>KES<BANKACCTFROM><BANKID>01<ACCTID>{BANK_KE}<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>20260201<DTEND>20260228{lines}</BANKTRANLIST><LEDGERBAL><BALAMT>{total}"
        "<DTASOF>20260228</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )


def open_month(url: str, folder: Path) -> Engine:
    engine = books(url, folder)
    path = table(folder / "ke.csv", ["bank_account", "country", "currency", "legal_entity"], [
        [BANK_KE, "KE", "KES", "Cloud Ltd"],
    ])  # fmt: skip
    masters.import_bank_accounts(engine, path, actor="finance", now=LATER)
    return engine


def bank(engine: Engine, folder: Path, lumps: Sequence[Line]) -> None:
    upload(engine, folder, "bank.txt", one_c(lumps, opening=0, last=date(2026, 2, 28)))


def import_all(engine: Engine, folder: Path, registry: Sequence[Row]) -> None:
    load(engine, folder, *registry, now=LATER)


def night(engine: Engine, as_of: date = date(2026, 2, 28)) -> None:
    run(engine, as_of=as_of, now=LATER, policies=policies())


def lumps(engine: Engine) -> dict[str, int]:
    state = "coalesce(status, '') || ':' || coalesce(reason, '')"
    query = f"SELECT {state}, count(*) FROM payment WHERE gateway_id IS NULL GROUP BY 1"
    return {str(name): int(str(count)) for name, count in rows(engine, query)}


def alerts(engine: Engine, kind: str = "settlement_difference") -> list[str]:
    query = f"SELECT text FROM alert WHERE kind = '{kind}' AND closed_at IS NULL ORDER BY text"
    return [str(text) for (text,) in rows(engine, query)]


def nobody_is_credited_by_a_lump(engine: Engine) -> None:
    query = (
        "SELECT count(*) FROM placement p JOIN payment y ON y.id = p.payment_id "
        "WHERE p.kind = 'credit' AND y.gateway_id IS NULL"
    )
    assert rows(engine, query) == [(0,)]


def snapshot(engine: Engine) -> list[object]:
    tables = ("journal", "settlement", "settlement_tie", "decision", "placement", "alert", "balance_change")
    return [rows(engine, f"SELECT count(*) FROM {name}") for name in tables]


def owed(engine: Engine) -> int:
    names = rows(engine, "SELECT debit FROM journal UNION SELECT credit FROM journal")
    return sum(ledger_of(engine, str(name)) for (name,) in names if str(name).startswith("gateway:"))


def test_a_month_ties_to_the_last_tiyn(database_url: str, tmp_path: Path) -> None:
    engine, made = open_month(database_url, tmp_path), month()
    import_all(engine, tmp_path, made.registry)
    before = (balance(engine, KZ), balance(engine, KE))
    bank(engine, tmp_path, made.lumps_kz)
    upload(engine, tmp_path, "bank.ofx", ofx(made.lumps_ke))
    night(engine)
    assert lumps(engine) == {"settlement:": len(made.lumps_kz) + len(made.lumps_ke)}
    assert (balance(engine, KZ), balance(engine, KE)) == before
    assert alerts(engine) == []
    assert alerts(engine, "settlement_overdue") == []
    assert owed(engine) == 0
    nobody_is_credited_by_a_lump(engine)
    fees = {row["currency"]: 0 for row in made.registry}
    for row in made.registry:
        fees[row["currency"]] += minor(row["fee"] or "0")
    found = rows(engine, "SELECT currency, sum(fees) FROM settlement GROUP BY currency")
    assert {str(code): int(str(total)) for code, total in found} == fees
    ways = rows(engine, "SELECT how, currency, count(*) FROM settlement GROUP BY how, currency ORDER BY how")
    assert ways == [("days", "KES", 3), ("settlement_id", "KZT", len(made.lumps_kz))]
    right(engine)
    books_now = snapshot(engine)
    night(engine)
    import_all(engine, tmp_path, made.registry)
    night(engine)
    assert snapshot(engine) == books_now
    right(engine)


def test_by_merchant_and_days_over_a_weekend_with_refunds_deducted(database_url: str, tmp_path: Path) -> None:
    engine = open_month(database_url, tmp_path)
    friday, monday = date(2026, 2, 6), date(2026, 2, 9)
    batch = [card(n, friday + timedelta(n % 3), 10_000_01 + n * 111_03) for n in range(15)]
    refund = batch[4] | {
        "gateway_payment_id": "R-1",
        "original_id": "C-0004",
        "status": "refunded",
        "amount": "1000.07",
    }
    batch.append(refund | {"fee": "", "paid_at": "2026-02-08T12:00:00+05:00"})
    other = [card(n, friday, 7_777_00 + n, merchant="M-2") for n in range(50, 60)]
    import_all(engine, tmp_path, [*batch, *other])
    bank(engine, tmp_path, [Line(monday, sum(map(net, batch)), "1", "Возмещение по эквайрингу", CENTRE),
                            Line(monday, sum(minor(row["amount"]) for row in other), "2", "Возмещение по эквайрингу",
                                 CENTRE)])  # fmt: skip
    night(engine)
    found = rows(engine, "SELECT how, fees_netted, difference FROM settlement ORDER BY fees_netted")
    assert found == [("days", 0, 0), ("days", 1, 0)]  # the second centre debits its fees apart
    assert lumps(engine) == {"settlement:": 2}
    assert owed(engine) == 0
    right(engine)


# --- planted faults --------------------------------------------------------------------------------------------------


def one_settlement() -> list[dict[str, str]]:
    return [card(n, date(2026, 2, 3), 11_000_00 + n * 1_234_57, settlement_id="STL-1") for n in range(1, 9)]


def settle_with(engine: Engine, folder: Path, registry: Sequence[Row], paid: int) -> str:
    import_all(engine, folder, registry)
    purpose = "Возмещение по эквайрингу, реестр STL-1"
    bank(engine, folder, [Line(date(2026, 2, 4), paid, "1", purpose, CENTRE)])
    night(engine)
    nobody_is_credited_by_a_lump(engine)
    right(engine)
    found = alerts(engine)
    assert len(found) == 1, found
    return found[0]


def test_a_row_missing_in_the_registry_is_named_and_taken_up_when_it_comes(database_url: str, tmp_path: Path) -> None:
    engine, batch = open_month(database_url, tmp_path), one_settlement()
    missing = batch.pop(3)
    paid = sum(map(net, batch)) + net(missing)
    words = settle_with(engine, tmp_path, batch, paid)
    assert "missing in the registry: payments of " + money_words(net(missing)) in words
    import_all(engine, tmp_path, [missing])
    night(engine)
    assert alerts(engine) == []
    assert rows(engine, "SELECT difference FROM settlement") == [(0,)]
    assert owed(engine) == 0
    right(engine)


def money_words(amount: int) -> str:
    from reconcile.money import format_amount

    return f"{format_amount(amount, 'KZT')} KZT"


def test_a_row_missing_in_the_settlement_is_named(database_url: str, tmp_path: Path) -> None:
    engine, batch = open_month(database_url, tmp_path), one_settlement()
    words = settle_with(engine, tmp_path, batch, sum(map(net, batch)) - net(batch[2]))
    assert f"missing in the settlement: C-0003 ({money_words(net(batch[2]))})" in words


def test_a_double_is_named_with_both_its_numbers(database_url: str, tmp_path: Path) -> None:
    engine, batch = open_month(database_url, tmp_path), one_settlement()
    twice = batch[5] | {"gateway_payment_id": "C-0006-again"}
    words = settle_with(engine, tmp_path, [*batch, twice], sum(map(net, batch)))
    assert "double in the registry: C-0006 and C-0006-again look the same" in words


def test_a_wrong_fee_is_named_and_corrected(database_url: str, tmp_path: Path) -> None:
    engine, batch = open_month(database_url, tmp_path), one_settlement()
    paid = sum(map(net, batch))
    true = batch[1]["fee"]
    wrong = [row | {"fee": money(minor(true) + 37)} if row is batch[1] else row for row in batch]
    words = settle_with(engine, tmp_path, wrong, paid)
    assert f"wrong fee in the registry: C-0002, at the others' rate it is {money_words(minor(true))}" in words
    import_all(engine, tmp_path, [batch[1]])
    night(engine)
    assert (alerts(engine), owed(engine)) == ([], 0)
    right(engine)


@pytest.mark.parametrize("status", ["refunded", "charged_back"])
def test_a_refund_that_the_registry_lacks_is_named_and_taken_up(database_url: str, tmp_path: Path, status: str) -> None:
    engine, batch = open_month(database_url, tmp_path), one_settlement()
    words = settle_with(engine, tmp_path, batch, sum(map(net, batch)) - minor(batch[6]["amount"]))
    assert f"a refund or chargeback of C-0007 ({money_words(minor(batch[6]['amount']))})" in words
    back = batch[6] | {"gateway_payment_id": "R-7", "original_id": "C-0007", "status": status, "fee": ""}
    import_all(engine, tmp_path, [back])
    night(engine)
    assert (alerts(engine), owed(engine)) == ([], 0)
    assert balance(engine, KZ) == sum(minor(row["amount"]) for row in batch) - minor(batch[6]["amount"])
    right(engine)


def test_a_refund_that_the_bank_did_not_deduct_is_named(database_url: str, tmp_path: Path) -> None:
    engine, batch = open_month(database_url, tmp_path), one_settlement()
    back = batch[6] | {"gateway_payment_id": "R-7", "original_id": "C-0007", "status": "refunded", "fee": ""}
    words = settle_with(engine, tmp_path, [*batch, back], sum(map(net, batch)))
    assert f"missing in the settlement: R-7 (refunded) ({money_words(minor(batch[6]['amount']))})" in words


def test_a_row_of_another_settlement_is_named(database_url: str, tmp_path: Path) -> None:
    engine, batch = open_month(database_url, tmp_path), one_settlement()
    astray = card(77, date(2026, 2, 3), 44_444_44, settlement_id="STL-2")
    words = settle_with(engine, tmp_path, [*batch, astray], sum(map(net, batch)) + net(astray))
    assert f"paid in this settlement, by the registry not in it: C-0077 ({money_words(net(astray))})" in words


def test_every_fault_planted_in_a_month_is_found_and_named(database_url: str, tmp_path: Path) -> None:
    engine, made = open_month(database_url, tmp_path), month()
    by_number = {row["gateway_payment_id"]: row for row in made.cards}
    registry = [row for row in made.registry if row["gateway_payment_id"] != "C-0002"]  # a missing row
    twice = by_number["C-0010"] | {"gateway_payment_id": "C-0010-again"}  # a double
    wrong = by_number["C-0015"] | {"fee": money(minor(by_number["C-0015"]["fee"]) + 41)}  # a wrong fee
    refund = next(row for row in made.cards if row["status"] == "charged_back")  # and a chargeback that is not told
    registry = [wrong if row["gateway_payment_id"] == "C-0015" else row for row in registry if row is not refund]
    import_all(engine, tmp_path, [*registry, twice])
    bank(engine, tmp_path, made.lumps_kz)
    upload(engine, tmp_path, "bank.ofx", ofx(made.lumps_ke))
    night(engine)
    found = alerts(engine)
    assert len(found) == 4, found
    told = "\n".join(found)
    assert f"missing in the registry: payments of {money_words(net(by_number['C-0002']))}" in told
    assert "C-0010 and C-0010-again look the same" in told
    assert "wrong fee in the registry: C-0015" in told
    assert f"a refund or chargeback of {refund['original_id']} " in told
    assert lumps(engine) == {"settlement:": len(made.lumps_kz) + len(made.lumps_ke)}
    nobody_is_credited_by_a_lump(engine)
    right(engine)


def test_days_that_do_not_make_the_sum_stay_unmatched_and_say_how_near_they_come(
    database_url: str, tmp_path: Path
) -> None:
    engine = open_month(database_url, tmp_path)
    batch = [card(n, date(2026, 2, 3), 11_000_00 + n * 1_234_57) for n in range(1, 15)]
    missing = batch.pop()
    import_all(engine, tmp_path, batch)
    bank(engine, tmp_path, [Line(date(2026, 2, 4), sum(map(net, batch)) + net(missing), "1",
                                 "Возмещение по эквайрингу", CENTRE)])  # fmt: skip
    night(engine)
    assert lumps(engine) == {"unmatched:settlement_unmatched": 1}
    (words,) = alerts(engine)
    assert f"missing in the registry: payments of {money_words(net(missing))}" in words
    right(engine)
    import_all(engine, tmp_path, [missing])  # it comes late
    night(engine)
    assert lumps(engine) == {"settlement:": 1}
    assert (alerts(engine), owed(engine)) == ([], 0)
    nobody_is_credited_by_a_lump(engine)
    right(engine)


def test_payments_that_no_sum_pays_out_are_told_after_the_window(database_url: str, tmp_path: Path) -> None:
    engine, batch = open_month(database_url, tmp_path), one_settlement()
    import_all(engine, tmp_path, batch)
    night(engine, date(2026, 2, 17))
    assert alerts(engine, "settlement_overdue") == []
    night(engine, date(2026, 2, 18))
    (words,) = alerts(engine, "settlement_overdue")
    assert "8 payments of" in words
    assert "settlements STL-1" in words
    bank(engine, tmp_path, [Line(date(2026, 2, 18), sum(map(net, batch)), "1", "Реестр STL-1, эквайринг", CENTRE)])
    night(engine, date(2026, 2, 19))
    assert alerts(engine, "settlement_overdue") == []
    right(engine)


def test_a_wallets_money_moved_to_the_bank_is_no_customers(database_url: str, tmp_path: Path) -> None:
    engine = open_month(database_url, tmp_path)
    lines = [("UB33AAAAA1", 200_000, KE), ("UB33AAAAA2", 150_000, KE), ("UB33AAAAA9", -350_000, "")]
    page = wallet(lines).replace("Reversal of ,", "Organization Settle to Bank,")
    page = page.replace("Transaction Reversal", "Withdraw Funds to Bank")
    upload(engine, tmp_path, "wallet.csv", page, table=Table("mpesa", WALLET))
    upload(
        engine,
        tmp_path,
        "bank.ofx",
        ofx([(date(2026, 2, 4), 350_000_00, "FT1")]).replace("PESAPAL LIMITED", "SAFARICOM PLC"),
    )
    settled(engine)
    assert lumps(engine) == {"settlement:": 3}
    assert ledger_of(engine, f"bank:{BANK_KE}") == 350_000_00
    assert ledger_of(engine, f"bank:{WALLET}") == 0
    nobody_is_credited_by_a_lump(engine)
    right(engine)
