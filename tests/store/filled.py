"""Books that hold a little of everything: what the constraints and the nightly check are tried on."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from random import Random

from sqlalchemy import Engine, insert

from reconcile.steps import masters, review
from reconcile.steps.acts import Person
from reconcile.steps.run import run
from reconcile.store.gateway_tables import gateway_event, gateway_identity, gateway_payment, gateway_refund
from reconcile.world import identifiers
from tests.steps.books import NOW, OWN, Line, one_c, open_books, policies, rows, upload

DAY, NEXT = date(2026, 2, 3), date(2026, 2, 4)
FINANCE = Person("finance", "because it is so", NOW)


def fill(url: str, folder: Path) -> Engine:
    """Two statements; payments credited (one in two parts onto one invoice), held, unmatched, returned and ignored; an
    outgoing entry."""
    engine = open_books(url)
    rng = Random(3)
    ours, other = identifiers.kz_bin(rng), identifiers.kz_bin(rng)
    _table(folder / "accounts.csv", "account_number,holder_name,holder_type,country,currency,tax_id", [
        ("104582", "ТОО Ромашка", "legal_entity", "KZ", "KZT", ours),
        ("104599", "ТОО Василёк", "legal_entity", "KZ", "KZT", other),
    ])  # fmt: skip
    _table(folder / "invoices.csv", "invoice_number,account_number,amount,currency,issued_on", [
        ("INV-77001", "104582", "1500.00", "KZT", "2026-01-20"),
        ("INV-77002", "104582", "900.00", "KZT", "2026-01-20"),
        ("INV-77003", "104599", "700.00", "KZT", "2026-01-20"),
    ])  # fmt: skip
    masters.import_accounts(engine, folder / "accounts.csv", actor="finance", now=NOW)
    masters.import_invoices(engine, folder / "invoices.csv", actor="finance", now=NOW)
    first = [
        Line(DAY, 100_000, "1", "Оплата по счету INV-77001", tax_id=ours),
        Line(DAY, 30_000, "2", "Оплата по счету INV-77001", tax_id=ours),
        Line(DAY, 70_000, "3", "Оплата по счету INV-77003", tax_id=ours),
        Line(DAY, 1_000, "4", "Без назначения"),
        Line(DAY, 2_000, "5", "Прочее поступление"),
        Line(DAY, 3_000, "6", "Ошибка"),
        Line(DAY, -5_000, "7", "Аренда"),
    ]
    upload(engine, folder, "1.txt", one_c(first, opening=500_000))
    second = [Line(NEXT, 90_000, "8", "Оплата по счету INV-77002", tax_id=ours)]
    upload(engine, folder, "2.txt", one_c(second, opening=701_000))
    run(engine, as_of=date(2026, 3, 1), now=NOW, policies=policies())
    for amount, act in ((2_000, review.return_), (3_000, review.ignore)):
        ((payment_id,),) = rows(engine, f"SELECT id FROM payment WHERE amount = {amount}")
        act(engine, policies(), str(payment_id), FINANCE)
    _gateway(engine)
    return engine


def _gateway(engine: Engine) -> None:
    """A card payment that was never credited: what its door said, and that it failed."""
    with engine.begin() as connection:
        connection.execute(
            insert(gateway_payment).values(
                id="g1", method="card", clearing="card:centre:m1:KZT", provider="centre", merchant="m1", amount=50_000,
                external_id="P-1", receipt="", currency="KZT", paid_at=NOW, local_day=DAY, account_given="104582",
                scheme="visa", issuer_country="KZ", payer_key="", masked_pan="", phone="", operator="",
                settlement_id="", state="failed", confirmed=1, events=1, first_seen=NOW,
            )
        )  # fmt: skip
        connection.execute(insert(gateway_identity).values(kind="payment_id", scope="", value="P-1", gateway_id="g1"))
        connection.execute(
            insert(gateway_event).values(
                gateway_id="g1", no=1, kind="failed", door="registry", digest="d", amount=50_000, currency="KZT",
                happened_at=NOW, received_at=NOW, actor="finance", source="registry.csv:2", facts={},
            )
        )  # fmt: skip
        connection.execute(
            insert(gateway_refund).values(
                id="R-1", gateway_id="g1", kind="refunded", amount=1, settled_amount=1, at=NOW, settlement_id=""
            )
        )


def _table(path: Path, header: str, lines: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *lines])


__all__ = ["DAY", "FINANCE", "NEXT", "OWN", "fill"]
