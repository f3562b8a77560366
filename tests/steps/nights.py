"""A small night: one own bank account, one customer, one invoice, and a statement in the inbox that pays it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from reconcile.steps.masters import import_accounts, import_bank_accounts, import_invoices
from tests.steps.books import NOW, OWN, Line, one_c, rows

DAY = date(2026, 2, 3)
OPENING = 1_000_00
PAID = 150_000_00
BIN = "990140000007"


def prepare(engine: Engine, folder: Path) -> Path:
    """The master data of the night; returns its inbox, empty."""
    pages = {
        "banks.csv": "bank_account,country,currency,legal_entity,books_from,opening_balance\n"
        f"{OWN},KZ,KZT,ТОО Облако,{DAY},1000.00\n",
        "accounts.csv": "account_number,holder_name,holder_type,country,currency,tax_id\n"
        f"104582,ТОО Ромашка,legal_entity,KZ,KZT,{BIN}\n",
        "invoices.csv": "invoice_number,account_number,amount,currency,issued_on\n4512,104582,150000.00,KZT,2026-01-20\n",
    }
    for name, page in pages.items():
        (folder / name).write_text(page, encoding="utf-8")
    import_bank_accounts(engine, folder / "banks.csv", actor="tester", now=NOW)
    import_accounts(engine, folder / "accounts.csv", actor="tester", now=NOW)
    import_invoices(engine, folder / "invoices.csv", actor="tester", now=NOW)
    inbox = folder / "inbox"
    (inbox / "sftp").mkdir(parents=True)
    return inbox


def pay(inbox: Path) -> Path:
    """The statement that pays the invoice, and a second payment that names nothing."""
    lines = [
        Line(DAY, PAID, "1", "Оплата по счету на оплату № 4512", tax_id=BIN),
        Line(DAY, 500_00, "2", "Оплата", name="ТОО Незнакомец", tax_id="000140000012"),
    ]
    path = inbox / "sftp" / "kz-2026-02-03.txt"
    path.write_bytes(one_c(lines, opening=OPENING).encode())
    return path


def balances(engine: Engine) -> list[tuple[object, ...]]:
    """What stands on customers' balances, and how often each was touched."""
    return rows(
        engine, "SELECT account_number, sum(change), count(*) FROM balance_change GROUP BY account_number"
    )


PAID_ONCE = [("104582", PAID, 1)]
