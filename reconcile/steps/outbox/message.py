"""What a change of a balance says to other systems, and how it is signed. docs/outbox.md is the receiver's page.

The signature is that of Standard Webhooks (standardwebhooks.com, version 1): HMAC-SHA-256 over id, timestamp and body,
so that receivers can check it with a library of their language.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime
from typing import Final

from reconcile.ledger import content_id
from reconcile.money import format_amount
from reconcile.problem import Refusal
from reconcile.store.outbox import Change

SCHEMA: Final = 1
LEAST_SECRET: Final = 16
PREFIX: Final = "whsec_"


def message_id(change: Change) -> str:
    """The idempotency key: made of what the journal records, so the same fact has the same one for ever, also when it
    is told again after a crash or out of a restored backup."""
    return content_id("balance_change", change.journal_key)


def body(change: Change) -> bytes:
    """One JSON object, keys in a fixed order: the same change is the same bytes. No personal data."""
    said = {
        "schema": SCHEMA,
        "type": "balance.changed",
        "id": message_id(change),
        "account_number": change.account_number,
        "sequence": change.sequence,
        "currency": change.currency,
        "before": format_amount(change.before, change.currency),
        "change": format_amount(change.change, change.currency),
        "after": format_amount(change.after, change.currency),
        "kind": change.journal_key.partition(":")[0],
        "effective_date": change.effective_date.isoformat(),
        "posted_at": change.posted_at.isoformat(timespec="microseconds"),
        "payment_id": change.payment_id,
        "journal_key": change.journal_key,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def keys_of(secret: str) -> tuple[bytes, ...]:
    """The keys that sign: one, or two while the secret is changed. Text, or `whsec_` and base64.

    Refuses what is too short to keep anybody out.
    """
    found = tuple(_key(word) for word in secret.split())
    if not found or any(len(key) < LEAST_SECRET for key in found):
        raise Refusal.of(
            f"RECONCILE_OUTBOX_SECRET has no secret, or one of fewer than {LEAST_SECRET} bytes",
            "make one with `openssl rand -base64 32`, and give it to the receiver",
        )
    return found


def _key(word: str) -> bytes:
    if not word.startswith(PREFIX):
        return word.encode()
    try:
        return base64.b64decode(word.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise Refusal.of("RECONCILE_OUTBOX_SECRET begins with whsec_ and is no base64", "copy it whole") from None


def headers(change: Change, content: bytes, keys: tuple[bytes, ...], at: datetime) -> dict[str, str]:
    """Who says it, when, and the proof; a signature for each key."""
    name, moment = message_id(change), str(int(at.timestamp()))
    return {
        "Content-Type": "application/json",
        "Idempotency-Key": name,
        "webhook-id": name,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(signature(key, name, moment, content) for key in keys),
    }


def signature(key: bytes, name: str, moment: str, content: bytes) -> str:
    signed = hmac.new(key, b".".join((name.encode(), moment.encode(), content)), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"
