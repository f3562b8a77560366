"""What is told, to the letter: receivers are written against it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from reconcile.problem import Refusal
from reconcile.steps.outbox.message import body, headers, keys_of, message_id, signature
from reconcile.steps.outbox.webhook import Webhook
from reconcile.store.outbox import Change
from tests.steps.outbox.billing import SECRET

CHANGE = Change(
    "104582", 2, "credit:0a1b2c:1", -5, 15_000_000, 14_999_995, "KZT", date(2026, 2, 3),
    datetime(2026, 2, 4, 0, 0, 1, tzinfo=UTC), "0a1b2c",
)  # fmt: skip


def test_the_body_is_these_bytes() -> None:
    assert body(CHANGE).decode() == (
        '{"schema":1,"type":"balance.changed","id":"' + message_id(CHANGE) + '","account_number":"104582","sequence":2,'
        '"currency":"KZT","before":"-0.05","change":"150000.00","after":"149999.95","kind":"credit",'
        '"effective_date":"2026-02-03","posted_at":"2026-02-04T00:00:01.000000+00:00","payment_id":"0a1b2c",'
        '"journal_key":"credit:0a1b2c:1"}'
    )


def test_the_id_is_of_the_fact_and_not_of_the_place_in_the_order() -> None:
    assert message_id(CHANGE) == message_id(CHANGE._replace(sequence=7)) == json.loads(body(CHANGE))["id"]
    assert message_id(CHANGE) != message_id(CHANGE._replace(journal_key="credit:0a1b2c:2"))


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification's own reference libraries."""
    (key,) = keys_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_the_secret_is_changed_both_sign() -> None:
    sent = headers(CHANGE, body(CHANGE), keys_of(f"{SECRET} {SECRET}-new"), CHANGE.posted_at)
    assert len(set(sent["webhook-signature"].split(" "))) == 2
    assert sent["Idempotency-Key"] == sent["webhook-id"] == message_id(CHANGE)
    assert sent["webhook-timestamp"] == "1770163201"


@pytest.mark.parametrize("secret", ["", "short", f"{SECRET} short", "whsec_c2hvcnQ=", "whsec_~~~"])
def test_a_secret_that_keeps_nobody_out_is_refused(secret: str) -> None:
    with pytest.raises(Refusal, match="RECONCILE_OUTBOX_SECRET"):
        keys_of(secret)


@pytest.mark.parametrize("url", ["ftp://host/x", "host/x", "https://", "http://[::1", "http://h:x/"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refusal, match=r"RECONCILE_OUTBOX_URL is no address of a web server; write it as https://HOST/PATH"):
        Webhook(url, SECRET)
