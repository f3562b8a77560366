"""What a customer is told of every operation; who may ask over HTTP, and what."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from reconcile.problem import Refusal
from reconcile.settings import Settings
from reconcile.steps import history, tokens
from reconcile.web.app import create_app
from tests.gateway.books import CARD, KE, KZ, NOW, books, callback, load
from tests.steps.books import policies

SCOPES = ["transactions:read", "payments:read"]


@pytest.fixture
def engine(sqlite_url: str, tmp_path: Path) -> Engine:
    from reconcile.steps.gateway import take

    made = books(sqlite_url, tmp_path)
    load(
        made, tmp_path,
        CARD | {"gateway_payment_id": "P-1"},
        CARD | {"gateway_payment_id": "P-2", "amount": "200000.01", "paid_at": "2026-02-04T12:00:00+05:00"},
        CARD | {"gateway_payment_id": "P-3", "status": "failed", "paid_at": "2026-02-05T12:00:00+05:00"},
        CARD | {"gateway_payment_id": "P-4", "status": "refunded", "paid_at": "2026-02-06T12:00:00+05:00"},
    )  # fmt: skip
    take(made, [callback()], actor="daraja", now=NOW, policies=policies())
    return made


def test_every_operation_stands_in_the_history_in_words(engine: Engine) -> None:
    found = history.transactions(engine, KZ, policies())
    assert [(each["reference"], each["status"], each["status_text"]) for each in found] == [
        ("P-4", "returned", "Refunded"),
        ("P-3", "failed", "Failed; no money was taken"),
        ("P-2", "held", "Received; more than the largest payment that we accept at once, so we are checking it"),
        ("P-1", "credited", "Credited to your balance"),
    ]
    (mobile,) = history.transactions(engine, KE, policies())
    assert (mobile["method"], mobile["status_text"]) == (
        "mobile_money", "Received; waiting for the operator's confirmation")  # fmt: skip
    with pytest.raises(Refusal, match="there is no personal account 'nobody'"):
        history.transactions(engine, "nobody", policies())


def _client(engine: Engine, **kwargs: object) -> tuple[TestClient, dict[str, str]]:
    token = tokens.add(engine, "crm", SCOPES, actor="finance", now=NOW, **kwargs)  # type: ignore[arg-type]
    app = create_app(engine, policies(), Settings(), clock=lambda: NOW)
    return TestClient(app), {"authorization": f"Bearer {token}"}


def test_the_interface_answers_whoever_has_a_token(engine: Engine) -> None:
    client, head = _client(engine)
    page = client.get(f"/api/v1/accounts/{KZ}/transactions", headers=head)
    assert page.status_code == 200
    first = page.json()["transactions"][-1]
    assert (first["amount"], first["credited_amount"], first["paid_with"]) == ("1000.00", "1000.00", "411111******1111")
    again = client.get(f"/api/v1/payments/{first['payment_id']}", headers=head)
    assert again.json()["status_text"] == "Credited to your balance"
    assert client.get("/api/v1/accounts/nobody/transactions", headers=head).status_code == 404
    assert client.get("/api/v1/payments/nothing", headers=head).status_code == 404
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert set(paths) >= {"/api/v1/accounts/{number}/transactions", "/api/v1/payments/{payment_id}"}


@pytest.mark.parametrize("header", [None, "Bearer rct_wrong", "Bearer ", "Basic abc"])
def test_without_a_token_in_force_nothing_is_told(engine: Engine, header: str | None) -> None:
    client, _ = _client(engine)
    given = {} if header is None else {"authorization": header}
    assert client.get(f"/api/v1/accounts/{KZ}/transactions", headers=given).status_code == 401


def test_a_token_ends_when_it_is_revoked_or_runs_out(engine: Engine) -> None:
    client, head = _client(engine, expires_on=NOW.date() - timedelta(1))
    assert client.get(f"/api/v1/accounts/{KZ}/transactions", headers=head).status_code == 401
    token = tokens.add(engine, "other", SCOPES, actor="finance", now=NOW, expires_on=date(2027, 1, 1))
    other = {"authorization": f"Bearer {token}"}
    assert client.get(f"/api/v1/accounts/{KZ}/transactions", headers=other).status_code == 200
    tokens.revoke(engine, "other", actor="finance", now=NOW)
    assert client.get(f"/api/v1/accounts/{KZ}/transactions", headers=other).status_code == 401


def test_a_token_of_one_account_sees_no_other_and_a_scope_is_asked_for(engine: Engine) -> None:
    client, head = _client(engine, accounts=[KE])
    assert client.get(f"/api/v1/accounts/{KE}/transactions", headers=head).status_code == 200
    assert client.get(f"/api/v1/accounts/{KZ}/transactions", headers=head).status_code == 404
    token = tokens.add(engine, "narrow", ["payments:read"], actor="finance", now=NOW)
    narrow = {"authorization": f"Bearer {token}"}
    assert client.get(f"/api/v1/accounts/{KE}/transactions", headers=narrow).status_code == 403
