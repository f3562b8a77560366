"""Books for cards and mobile money, as tests write them: accounts, a registry's rows, a wallet's statement."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from reconcile.gateway.payers import card_key, phone_key
from reconcile.gateway.report import Door, Kind, Report
from reconcile.policy import Method
from reconcile.steps import masters
from reconcile.steps.gateway import RegistryResult, import_gateway_payments
from reconcile.steps.gateway.registry import FIELDS
from reconcile.steps.run import RunResult, run
from reconcile.steps.verify import verify
from tests.steps.books import open_books, policies, rows

NOW = datetime(2026, 2, 10, 3, 0, tzinfo=UTC)
DAY = date(2026, 2, 3)
KZ, UZ, KE, KE_USD = "1000001", "2000001", "3000001", "3000002"
WALLET = "600123"
HEADER = [each.column.name for each in FIELDS]
CARD = {
    "method": "card", "account_number": KZ, "amount": "1000.00", "currency": "KZT", "status": "succeeded",
    "paid_at": "2026-02-03T12:00:00+05:00", "card_scheme": "visa", "card_token": "tok-1", "issuer_country": "KZ",
    "masked_pan": "411111******1111", "provider": "centre", "merchant": "M-1",
}  # fmt: skip
MPESA = {
    "method": "mobile_money", "account_number": KE, "amount": "200000.00", "currency": "KES", "status": "succeeded",
    "paid_at": "2026-02-03T12:00:00+03:00", "msisdn": "254712345678", "operator": "M-Pesa", "provider": "safaricom",
    "merchant": WALLET, "receipt": "UB33AAAAA1",
}  # fmt: skip


def books(url: str, folder: Path) -> Engine:
    engine = open_books(url)
    table(folder / "accounts.csv", ["account_number", "holder_name", "holder_type", "country", "currency", "opened_on"], [
        [KZ, "ТОО Ромашка", "legal_entity", "KZ", "KZT", ""],
        [UZ, "Lola MChJ", "legal_entity", "UZ", "UZS", ""],
        [KE, "Acacia Ltd", "legal_entity", "KE", "KES", ""],
        [KE_USD, "Acacia Ltd", "legal_entity", "KE", "USD", ""],
    ])  # fmt: skip
    masters.import_accounts(engine, folder / "accounts.csv", actor="finance", now=NOW)
    table(folder / "own.csv", ["bank_account", "country", "currency", "legal_entity"], [
        [WALLET, "KE", "KES", "Cloud Ltd"], ["KZ687220000000000003", "KZ", "KZT", "ТОО Облако"],
    ])  # fmt: skip
    masters.import_bank_accounts(engine, folder / "own.csv", actor="finance", now=NOW)
    return engine


def table(path: Path, header: Sequence[str], lines: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *lines])
    return path


def registry(path: Path, given: Sequence[Mapping[str, str]]) -> Path:
    return table(path, HEADER, [[row.get(name, "") for name in HEADER] for row in given])


def load(engine: Engine, folder: Path, *given: Mapping[str, str], now: datetime = NOW) -> RegistryResult:
    path = registry(folder / "registry.csv", given)
    return import_gateway_payments(engine, path, actor="finance", now=now, policies=policies())


def settled(engine: Engine, as_of: date = date(2026, 3, 1)) -> RunResult:
    return run(engine, as_of=as_of, now=NOW, policies=policies())


def statuses(engine: Engine) -> dict[str, tuple[object, object]]:
    """Status and reason by the gateway's payment id, or by the receipt where there is none."""
    found = rows(
        engine,
        "SELECT coalesce(nullif(g.external_id, ''), g.receipt), p.status, p.reason FROM payment p "
        "JOIN gateway_payment g ON g.id = p.gateway_id",
    )
    return {str(name): (status, reason) for name, status, reason in found}


def balance(engine: Engine, number: str) -> int:
    found = rows(engine, f"SELECT coalesce(sum(change), 0) FROM balance_change WHERE account_number = '{number}'")
    return int(str(found[0][0]))


def ledger_of(engine: Engine, account: str) -> int:
    """Debits less credits."""
    query = "SELECT coalesce(sum(amount), 0) FROM journal WHERE {} = '{}'"
    sides = [int(str(rows(engine, query.format(side, account))[0][0])) for side in ("debit", "credit")]
    return sides[0] - sides[1]


def right(engine: Engine) -> None:
    assert verify(engine) == []


def callback(receipt: str = "UB33AAAAA1", amount: int = 200_000_00, account: str = KE, phone: str = "25471****678",
             kind: Kind = Kind.PAID, at: str = "2026-02-03T12:00:00+03:00") -> Report:  # fmt: skip
    return Report(
        kind=kind, door=Door.CALLBACK, method=Method.MOBILE_MONEY, amount=amount, currency="KES",
        at=datetime.fromisoformat(at), receipt=receipt, account=account, provider="safaricom", merchant=WALLET,
        payer_key=phone_key(phone, "KE"), phone=phone, operator="M-Pesa", source="callback",
    )  # fmt: skip


def webhook(
    payment_id: str, amount: int = 1000_00, kind: Kind = Kind.PAID, token: str = "tok-1", **other: Any
) -> Report:
    return Report(
        kind=kind, door=Door.WEBHOOK, method=Method.CARD, amount=amount, currency="KZT",
        at=datetime.fromisoformat("2026-02-03T12:00:00+05:00"), payment_id=payment_id, account=KZ, provider="centre",
        merchant="M-1", scheme="visa", issuer_country="KZ", payer_key=card_key(token), source="webhook", **other,
    )  # fmt: skip


def wallet(lines: Sequence[tuple[str, int, str]], opening: int = 0, day: str = "2026-02-03",
           reversal_of: Mapping[str, str] | None = None) -> str:  # fmt: skip
    """An organisation's statement: (receipt, shillings in or out, account number typed), oldest first."""
    header = (
        "Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,"
        "Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No."
    )
    page, balance_ = [], opening
    for number, (receipt, amount, typed) in enumerate(lines):
        balance_ += amount
        moment = f"{day} {9 + number // 60:02d}:{number % 60:02d}:00"
        original = (reversal_of or {}).get(receipt, "")
        what, why = (
            ("Pay Bill Online", "Pay Bill Online")
            if amount > 0
            else (f"Reversal of {original}", "Transaction Reversal")
        )
        money = (f"{amount}.00", "") if amount > 0 else ("", f"{amount}.00")
        page.append(
            f"{receipt},{moment},{moment},{what},Completed,{money[0]},{money[1]},{balance_}.00,true,{why},"
            f"25471****678 - JANE DOE,{original},{typed}"
        )
    return "\n".join([header, *reversed(page), ""])
