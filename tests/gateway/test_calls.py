"""A processing centre's signed call and the operator's unsigned one, through the real application."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from reconcile import settings as settings_module
from reconcile.problem import Refusal
from reconcile.settings import Settings
from reconcile.steps.gateway.webhook import sign
from reconcile.web.app import create_app
from tests.gateway.books import (
    CARD,
    KE,
    KE_USD,
    KZ,
    NOW,
    WALLET,
    balance,
    books,
    load,
    right,
    settled,
    statuses,
)
from tests.gateway.test_doors import RECEIPT, TABLE, by_registry, by_statement, credited_once
from tests.steps.books import policies, rows, upload
from tests.web.console import Clock

SECRET, OLDER = b"a secret of the centre", b"the centre's older secret"
PATH = "only-safaricom-knows-this"
OPERATOR, STRANGER = ("196.201.214.200", 40000), ("203.0.113.9", 40000)
SETTINGS = Settings(
    webhook_secrets=(("centre", OLDER), ("centre", SECRET), ("other", b"another centre's secret")),
    mpesa_path_secret=PATH,
    mpesa_addresses=(ip_network("196.201.214.0/24"),),
)
PAID = CARD | {"gateway_payment_id": "P-1"}
CALL: Mapping[str, Any] = {
    "TransactionType": "Pay Bill", "TransID": RECEIPT, "TransTime": "20260203120000", "TransAmount": "200000.00",
    "BusinessShortCode": WALLET, "BillRefNumber": KE, "InvoiceNumber": "", "OrgAccountBalance": "",
    "ThirdPartyTransID": "", "MSISDN": "25471****678", "FirstName": "JANE", "MiddleName": "", "LastName": "DOE",
}  # fmt: skip


def client(engine: Engine, settings: Settings = SETTINGS, clock: Clock | None = None, **kwargs: Any) -> TestClient:
    return TestClient(create_app(engine, policies(), settings, clock=clock or Clock()), **kwargs)


def signed(body: bytes, key: bytes = SECRET, at: int | None = None) -> dict[str, str]:
    moment = str(int(NOW.timestamp()) if at is None else at)
    return {"x-timestamp": moment, "x-signature": sign(key, moment, body)}


def post(web: TestClient, rows_: object, provider: str = "centre", key: bytes = SECRET, at: int | None = None) -> Any:
    body = json.dumps(rows_).encode()
    return web.post(f"/api/v1/webhooks/{provider}", content=body, headers=signed(body, key, at))


# --- the processing centre -------------------------------------------------------------------------------------------


def test_a_signed_call_credits_at_once_and_says_what_became_of_each_row(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    web = client(engine)
    given = [PAID, PAID | {"gateway_payment_id": "P-2", "amount": "200000.01", "card_token": "tok-2"},
             PAID | {"gateway_payment_id": "P-3", "status": "failed"}]  # fmt: skip
    answer = post(web, given)
    assert answer.status_code == 200
    told = answer.json()["payments"]
    assert [(row["gateway_payment_id"], row["taken"], row["status"], row["reason"]) for row in told] == [
        ("P-1", True, "credited", None), ("P-2", True, "held", "limit_above_maximum"), ("P-3", True, "failed", None),
    ]  # fmt: skip
    assert balance(engine, KZ) == 1000_00
    back = post(web, PAID | {"status": "refunded", "paid_at": "2026-02-05T12:00:00+05:00"}, key=OLDER)
    assert back.json()["payments"][0]["status"] == "returned"
    assert balance(engine, KZ) == 0
    actors = rows(engine, "SELECT DISTINCT actor, door FROM gateway_event")
    assert actors == [("webhook:centre", "webhook")]
    right(engine)


def test_the_very_same_call_again_is_refused_and_a_new_one_of_the_same_payment_changes_nothing(
    database_url: str, tmp_path: Path
) -> None:
    engine = books(database_url, tmp_path)
    web = client(engine)
    assert [post(web, PAID).status_code for _ in range(3)] == [200, 409, 409]
    again = post(web, PAID, at=int(NOW.timestamp()) + 1)
    assert (again.status_code, again.json()["payments"][0]["status"]) == (200, "credited")
    assert balance(engine, KZ) == 1000_00
    assert rows(engine, "SELECT count(*) FROM gateway_event") == [(1,)]
    right(engine)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_call_of_another_time_is_refused(sqlite_url: str, tmp_path: Path, seconds: int) -> None:
    engine = books(sqlite_url, tmp_path)
    now = int(NOW.timestamp())
    assert post(client(engine), PAID, at=now + seconds).status_code == 401
    assert rows(engine, "SELECT count(*) FROM gateway_payment") == [(0,)]
    inside = now + seconds - (1 if seconds > 0 else -1)
    assert post(client(engine), PAID, at=inside).status_code == 200


def test_what_is_remembered_of_calls_is_forgotten_once_the_time_alone_refuses_them(
    sqlite_url: str, tmp_path: Path
) -> None:
    engine, clock = books(sqlite_url, tmp_path), Clock()
    web = client(engine, clock=clock)
    assert post(web, PAID).status_code == 200
    clock.on(hours=2)
    assert post(web, PAID).status_code == 401
    assert post(web, PAID, at=int(clock.now.timestamp())).status_code == 200
    assert rows(engine, "SELECT count(*) FROM webhook_delivery") == [(1,)]


@pytest.mark.parametrize(
    "what", ["nothing", "wrong key", "other body", "other time", "other centre", "nobody", "words"]
)
def test_a_call_that_is_not_signed_by_that_centre_is_refused(sqlite_url: str, tmp_path: Path, what: str) -> None:
    engine = books(sqlite_url, tmp_path)
    body, head, provider = json.dumps(PAID).encode(), signed(json.dumps(PAID).encode()), "centre"
    if what == "nothing":
        head = {}
    elif what == "wrong key":
        head = signed(body, b"not the secret of anybody")
    elif what == "other body":
        body = body.replace(b"1000.00", b"9000.00")
    elif what == "other time":
        head["x-timestamp"] = str(int(head["x-timestamp"]) + 1)
    elif what == "other centre":
        provider = "other"
    elif what == "nobody":
        provider = "nobody"
    else:
        head["x-timestamp"], head["x-signature"] = "now", "é".encode("latin-1").decode("latin-1")
        head = {name: value.encode("latin-1") for name, value in head.items()}  # type: ignore[misc]
    answer = client(engine).post(f"/api/v1/webhooks/{provider}", content=body, headers=head)
    assert answer.status_code == 401, answer.text
    assert rows(engine, "SELECT count(*) FROM gateway_payment") == [(0,)]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([PAID, PAID | {"amount": "1.001"}], "amount"),
        ([PAID | {"amount": "NaN"}], "amount"),
        ([PAID | {"paid_at": "2026-02-03"}], "no time or no offset"),
        ([PAID | {"paid_at": "2027-02-03T12:00:00+05:00"}], "lies ahead"),
        ([PAID | {"provider": "other"}], "another than the one that signs"),
        ([PAID | {"card_number": "1"}], "not known"),
        ([PAID | {"masked_pan": "4111111111111111"}], "card number"),
        ([{name: value for name, value in PAID.items() if name != "currency"}], "'currency' is missing"),
        ([PAID | {"account_number": 1000001}], "is a number"),
        ([], "no rows"), ("text", "neither one JSON object"), (["text"], "neither one JSON object"),
    ],
)  # fmt: skip
def test_a_faulty_row_refuses_the_whole_call_and_stores_nothing(
    sqlite_url: str, tmp_path: Path, given: object, why: str
) -> None:
    engine = books(sqlite_url, tmp_path)
    answer = post(client(engine), given)
    assert answer.status_code == 400, answer.text
    assert why in answer.text
    assert "4111111111111111" not in answer.text
    assert rows(engine, "SELECT count(*) FROM gateway_payment") == [(0,)]
    assert rows(engine, "SELECT count(*) FROM webhook_delivery") == [(0,)]


def test_a_call_that_is_no_json_or_too_large_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    engine = books(sqlite_url, tmp_path)
    for body in (b"{", b"\xff", b'{"a": NaN}', b"[" * 60_000):
        assert client(engine).post("/api/v1/webhooks/centre", content=body, headers=signed(body)).status_code == 400
    large = b" " * (64 * 1024 + 1)
    assert client(engine).post("/api/v1/webhooks/centre", content=large, headers=signed(large)).status_code == 413


def test_a_call_that_contradicts_the_books_moves_nothing_and_says_so(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    load(engine, tmp_path, PAID)
    answer = post(client(engine), [PAID | {"amount": "900.00"}, PAID | {"gateway_payment_id": "P-2"}])
    first, second = answer.json()["payments"]
    assert (first["taken"], second["status"]) == (False, "credited")
    assert "another amount is on the books" in first["why"]
    assert balance(engine, KZ) == 2000_00
    right(engine)


@pytest.mark.parametrize("own_number", [False, True])
def test_a_centre_gives_back_only_what_went_through_itself(database_url: str, tmp_path: Path, own_number: bool) -> None:
    engine = books(database_url, tmp_path)
    load(engine, tmp_path, PAID)
    back = {name: value for name, value in PAID.items() if name != "provider"} | {"status": "refunded"}
    back |= {"gateway_payment_id": "R-1", "original_id": "P-1"} if own_number else {}
    answer = post(client(engine), back, "other", b"another centre's secret")
    assert answer.json()["payments"][0]["taken"] is False
    assert balance(engine, KZ) == 1000_00
    right(engine)


def test_a_secret_is_read_strictly_and_never_shown() -> None:
    read = settings_module.load({"RECONCILE_WEBHOOK_SECRETS": "a=0123456789abcdef b=fedcba9876543210"}, Path("none"))
    assert read.webhook_secrets == (("a", b"0123456789abcdef"), ("b", b"fedcba9876543210"))
    assert "0123456789abcdef" not in repr(read)
    for wrong in ("nosignhere0123456789", "a=short", "a b=0123456789abcdef", "=0123456789abcdef"):
        with pytest.raises(Refusal, match="WEBHOOK_SECRETS") as caught:
            settings_module.load({"RECONCILE_WEBHOOK_SECRETS": wrong}, Path("none"))
        assert "0123456789" not in str(caught.value)
    for name, wrong in (("MPESA_PATH_SECRET", "short"), ("MPESA_PATH_SECRET", "with/slash/in/the/middle"),
                        ("MPESA_ADDRESSES", "196.201.214.1/24")):  # fmt: skip
        with pytest.raises(Refusal, match=name):
            settings_module.load({f"RECONCILE_{name}": wrong}, Path("none"))


# --- the mobile operator ---------------------------------------------------------------------------------------------


def call(web: TestClient, what: str = "confirmation", **changed: Any) -> Any:
    return web.post(f"/api/v1/mpesa/{PATH}/{what}", json=dict(CALL) | changed)


def test_a_confirmation_is_stored_and_the_credit_waits_for_the_statement(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    web = client(engine, client=OPERATOR)
    for _ in range(2):  # the operator repeats itself
        answer = call(web)
        assert (answer.status_code, answer.json()["ResultCode"]) == (200, 0)
    assert statuses(engine) == {RECEIPT: ("held", "awaiting_confirmation")}
    assert rows(engine, "SELECT count(*) FROM gateway_event") == [(1,)]
    assert balance(engine, KE) == 0
    by_statement(engine, tmp_path)
    credited_once(engine)
    assert call(web).json()["ResultCode"] == 0
    credited_once(engine)


def test_who_does_not_know_the_address_or_calls_from_elsewhere_is_turned_away(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = books(sqlite_url, tmp_path)
    with caplog.at_level(logging.DEBUG, "reconcile"):
        for what in ("validation", "confirmation"):
            known = client(engine, client=OPERATOR)
            assert known.post(f"/api/v1/mpesa/{'x' * 25}/{what}", json=dict(CALL)).status_code == 404
            assert call(client(engine, client=STRANGER), what).status_code == 403
            assert call(client(engine, replace(SETTINGS, mpesa_addresses=()), client=OPERATOR), what).status_code == 403
            closed = client(engine, replace(SETTINGS, mpesa_path_secret=""), client=OPERATOR)
            assert call(closed, what).status_code == 404
    assert PATH not in caplog.text
    assert "203.0.113.9" in caplog.text
    assert rows(engine, "SELECT count(*) FROM gateway_payment") == [(0,)]
    mapped = client(engine, client=("::ffff:196.201.214.7", 1))
    assert call(mapped).status_code == 200
    assert PATH not in client(engine).get("/api/v1/openapi.json").text


@pytest.mark.parametrize(
    ("changed", "phone", "payer", "key"),
    [
        ({"MSISDN": "25471****678"}, "25471****678", "JANE DOE", "mask:25471*678"),
        ({"MSISDN": "a1" * 32, "FirstName": ""}, "a1a1a1a1…", "DOE", f"phone:{'a1' * 20}"),
        ({"TransactionType": "Organization To Organization Transfer", "MSISDN": "", "FirstName": "ACACIA LIMITED",
          "LastName": "", "InvoiceNumber": "OK"}, "", "ACACIA LIMITED", ""),
        ({"MSISDN": None, "FirstName": None, "MiddleName": None, "LastName": None}, "", None, ""),
        ({"MSISDN": 254712345678}, "25471***678", "JANE DOE", None),
        ({"TransactionType": "Buy Goods", "BillRefNumber": None}, "25471****678", "JANE DOE", "mask:25471*678"),
    ],
)  # fmt: skip
def test_the_deviations_of_the_callback(
    sqlite_url: str, tmp_path: Path, changed: dict[str, Any], phone: str, payer: str | None, key: str | None
) -> None:
    engine = books(sqlite_url, tmp_path)
    assert call(client(engine, client=OPERATOR), **changed).json()["ResultCode"] == 0
    found = rows(engine, "SELECT phone, payer_key, local_day, receipt, merchant FROM gateway_payment")
    assert len(found) == 1
    assert (found[0][0], str(found[0][2]), *found[0][3:]) == (phone, "2026-02-03", RECEIPT, WALLET)
    assert key is None or found[0][1] == key
    ((facts,),) = rows(engine, "SELECT facts FROM gateway_event")
    told = json.loads(str(facts))
    assert told.get("payer_name") == payer
    assert "254712345678" not in str(facts)
    right(engine)


@pytest.mark.parametrize(("amount", "cents"), [("200000", 20000000), (233.8, 23380), ("233.80", 23380), (5, 500)])
def test_amounts_have_up_to_two_decimals(sqlite_url: str, tmp_path: Path, amount: object, cents: int) -> None:
    engine = books(sqlite_url, tmp_path)
    call(client(engine, client=OPERATOR), TransAmount=amount)
    assert rows(engine, "SELECT amount, currency FROM gateway_payment") == [(cents, "KES")]


def test_the_time_is_nairobis(sqlite_url: str, tmp_path: Path) -> None:
    engine = books(sqlite_url, tmp_path)
    call(client(engine, client=OPERATOR), TransTime="20260203003000")  # at 21:30 of the day before in London
    ((day, at),) = rows(engine, "SELECT local_day, paid_at FROM gateway_payment")
    assert (str(day), str(at)[:16]) == ("2026-02-03", "2026-02-02 21:30")


@pytest.mark.parametrize("typed", ["3OOOOO1", " 300-0001 ", "JANE DOE", "0712345678", ""])
def test_what_the_payer_typed_is_stored_whatever_it_is(sqlite_url: str, tmp_path: Path, typed: str) -> None:
    engine = books(sqlite_url, tmp_path)
    assert call(client(engine, client=OPERATOR), BillRefNumber=typed).json()["ResultCode"] == 0
    leads = typed in ("3OOOOO1", " 300-0001 ")
    assert statuses(engine)[RECEIPT][1] == (
        "awaiting_confirmation" if leads else "unknown_reference" if typed else "no_reference"
    )
    right(engine)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'"x"', b'{"TransID": ""}', b"\xff\xfe",
     *(json.dumps(dict(CALL) | wrong).encode() for wrong in (
         {"TransAmount": "-5"}, {"TransAmount": "1e5"}, {"TransAmount": 0}, {"TransTime": "20261303120000"}))],
)  # fmt: skip
def test_a_confirmation_that_is_not_understood_is_an_alert_and_answered_all_the_same(
    sqlite_url: str, tmp_path: Path, body: bytes
) -> None:
    engine = books(sqlite_url, tmp_path)
    web = client(engine, client=OPERATOR)
    answer = web.post(f"/api/v1/mpesa/{PATH}/confirmation", content=body)
    assert (answer.status_code, answer.json()["ResultCode"]) == (200, 0)
    ((text,),) = rows(engine, "SELECT text FROM alert")
    assert "was not understood" in str(text)
    assert "JANE" not in str(text)
    assert rows(engine, "SELECT count(*) FROM gateway_payment") == [(0,)]


def test_a_call_with_a_zero_byte_or_a_card_number_is_stored_without_it(database_url: str, tmp_path: Path) -> None:
    engine = books(database_url, tmp_path)
    answer = call(client(engine, client=OPERATOR), FirstName="J\x00ANE", BillRefNumber="4111111111111111")
    assert answer.json()["ResultCode"] == 0
    ((facts, given),) = rows(
        engine, "SELECT e.facts, g.account_given FROM gateway_event e JOIN gateway_payment g ON g.id = e.gateway_id"
    )
    assert "4111111111111111" not in f"{facts}{given}"
    right(engine)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, 0), ({"BillRefNumber": "3OOOOO1"}, 0), ({"TransAmount": "150000"}, 0), ({"TransAmount": "250000.00"}, 0),
        ({"TransAmount": "149999.99"}, "C2B00013"), ({"TransAmount": "250000.01"}, "C2B00013"),
        ({"TransAmount": "many"}, "C2B00013"), ({"BillRefNumber": "3009999"}, "C2B00012"),
        ({"BillRefNumber": ""}, "C2B00012"), ({"BillRefNumber": KZ}, "C2B00012"), ({"BillRefNumber": KE_USD}, "C2B00012"),
    ],
)  # fmt: skip
def test_validation_answers_and_stores_nothing(
    sqlite_url: str, tmp_path: Path, changed: dict[str, Any], code: object
) -> None:
    engine = books(sqlite_url, tmp_path)
    answer = call(client(engine, client=OPERATOR), "validation", **changed)
    assert (answer.status_code, answer.json()["ResultCode"]) == (200, code)
    assert rows(engine, "SELECT count(*) FROM gateway_payment") == [(0,)]


def test_the_same_mpesa_payment_by_http_statement_and_registry_at_the_same_moment_is_credited_once(
    postgres_url: str, tmp_path: Path
) -> None:
    from tests.gateway.books import wallet

    engine = books(postgres_url, tmp_path)
    upload(engine, tmp_path, "wallet.csv", wallet([(RECEIPT, 200_000, KE)]), table=TABLE)
    web = client(engine, client=OPERATOR)
    doors = ["callback", "registry", "statement"] * 2
    together, faults = threading.Barrier(len(doors)), list[object]()

    def one(number: int, door: str) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        together.wait(30)
        try:
            if door == "callback":
                answer = call(web)
                assert (answer.status_code, answer.json()["ResultCode"]) == (200, 0)
            elif door == "registry":
                by_registry(engine, folder)
            else:
                settled(engine)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=one, args=(n, door)) for n, door in enumerate(doors)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults, faults
    settled(engine)
    credited_once(engine)


def test_the_same_signed_call_at_the_same_moment_is_taken_once(postgres_url: str, tmp_path: Path) -> None:
    engine = books(postgres_url, tmp_path)
    web, together, answers = client(engine), threading.Barrier(6), list[int]()

    def one() -> None:
        together.wait(30)
        answers.append(post(web, PAID).status_code)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(answers) == [200, 409, 409, 409, 409, 409]
    assert balance(engine, KZ) == 1000_00
    right(engine)
