"""Several payments that fit one invoice: it is taken in one order, whatever the order of the files, chunks and workers."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from pathlib import Path
from random import Random
from shutil import copyfile

import pytest
from sqlalchemy import Engine

from reconcile.steps import masters
from reconcile.steps import run as running
from reconcile.steps.run import Worker, help_out, run
from reconcile.steps.verify import verify
from reconcile.store.engine import make_engine
from reconcile.world import identifiers
from tests.steps.books import NOW, Line, one_c, open_books, policies, rows, upload

DAY, NEXT = date(2026, 2, 3), date(2026, 2, 4)
HOLDERS = ("Ромашка", "Гром", "Василёк", "Лютик", "Вереск", "Ландыш")
STRANGER = identifiers.kz_bin(Random(99))


@dataclass(frozen=True)
class Scene:
    """Three payments of these days, amounts and purposes onto one invoice of 1,000.00, and what they come to together."""

    purpose: str
    outcomes: tuple[str, str, str]
    amount: int = 100_000
    own: bool = True
    days: tuple[date, date, date] = (DAY, DAY, DAY)


SCENES = {
    "by amount only": Scene("Оплата услуг", (
        "credited matched_by_payer", "unmatched no_reference", "unmatched no_reference",
    )),
    "by naming it": Scene("Оплата по счету {invoice}", (
        "credited", "credited invoice_already_paid", "credited invoice_already_paid",
    )),
    "by naming it, somebody else": Scene("счет {invoice} за ТОО {holder}, л/с {account}", (
        "credited third_party_payer",
        "held invoice_already_paid third_party_payer", "held invoice_already_paid third_party_payer",
    ), own=False),
    "with the same typing mistake": Scene("Оплата по счету {typo}", (
        "credited reference_corrected", "unmatched unknown_reference", "unmatched unknown_reference",
    )),
    "in parts that are too much together": Scene("Оплата по счету {invoice}", (
        "credited invoice_already_paid", "credited overpaid", "credited underpaid",
    ), amount=60_000),
    "on two days": Scene("Оплата услуг", (
        "credited matched_by_payer", "unmatched no_reference", "unmatched no_reference",
    ), days=(NEXT, DAY, NEXT)),
}  # fmt: skip


def _payers() -> dict[str, str]:
    return {name: identifiers.kz_bin(Random(n)) for n, name in enumerate(SCENES)}


def _lines() -> list[list[Line]]:
    """The first payments of all scenes, the second ones, the third ones."""
    payers = _payers()
    return [
        [
            Line(
                scene.days[which], scene.amount, f"{n}{which}",
                scene.purpose.format(invoice=f"{n}4512", typo=f"{n}4521", account=f"10458{n}", holder=HOLDERS[n])
                + f", часть {'АБВ'[which]}",
                name=f"ТОО {HOLDERS[n]}" if scene.own else "ТОО Тополь", tax_id=payers[name] if scene.own else STRANGER,
            )
            for n, (name, scene) in enumerate(SCENES.items())
        ]
        for which in range(3)
    ]  # fmt: skip


def _master_data(engine: Engine, folder: Path) -> Engine:
    accounts = ["account_number,holder_name,holder_type,country,currency,tax_id"]
    invoices = ["invoice_number,account_number,amount,currency,issued_on"]
    for n, tax_id in enumerate(_payers().values()):
        accounts.append(f"10458{n},ТОО {HOLDERS[n]},legal_entity,KZ,KZT,{tax_id}")
        invoices.append(f"{n}4512,10458{n},1000.00,KZT,2026-02-01")
    for name, lines, load in (
        ("accounts.csv", accounts, masters.import_accounts), ("invoices.csv", invoices, masters.import_invoices),
    ):  # fmt: skip
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
        load(engine, folder / name, actor="t", now=NOW)
    return engine


def _by_scene(engine: Engine) -> dict[str, list[tuple[str, str]]]:
    """Of each scene what its payments came to, beside their ids."""
    assert verify(engine) == []
    found = rows(engine, "SELECT l.tax_id, l.purpose, p.id, d.status, d.flags FROM payment p "
                         "JOIN decision d ON d.payment_id = p.id AND d.no = p.decision_no JOIN entry e ON e.id = p.entry_id "
                         "JOIN line_detail l ON l.statement_id = e.statement_id AND l.position = e.position "
                         "ORDER BY p.id")  # fmt: skip
    of_payer = {tax_id: name for name, tax_id in _payers().items()} | {STRANGER: "by naming it, somebody else"}
    told: dict[str, list[tuple[str, str]]] = {name: [] for name in SCENES}
    for tax_id, _, key, status, flags in found:
        words = str(flags).translate(str.maketrans("[]\"',", "     ")).split()
        told[of_payer[str(tax_id)]].append((" ".join([str(status), *sorted(words)]), str(key)))
    return told


def _check(told: dict[str, list[tuple[str, str]]]) -> None:
    outcomes = {name: sorted(outcome for outcome, _ in its) for name, its in told.items()}
    assert outcomes == {name: sorted(scene.outcomes) for name, scene in SCENES.items()}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books with master data, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    _master_data(open_books(f"sqlite:///{folder}/books.db"), folder).dispose()
    return folder / "books.db"


def _decided(template: Path, folder: Path, lines: list[Line]) -> dict[str, list[tuple[str, str]]]:
    folder.mkdir()
    copyfile(template, folder / "books.db")
    engine = make_engine(f"sqlite:///{folder}/books.db")
    upload(engine, folder, "s.txt", one_c(lines, opening=0))
    run(engine, as_of=NEXT, now=NOW, policies=policies())
    assert run(engine, as_of=NEXT, now=NOW, policies=policies()).changed == 0
    told = _by_scene(engine)
    engine.dispose()
    return told


def test_in_every_order_and_chunking_the_same_payment_takes_it(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = []
    for number, order in enumerate(permutations(_lines())):
        monkeypatch.setattr(running, "CHUNK", (1, 4, 5000)[number % 3])
        told = _decided(template, tmp_path / str(number), [line for some in order for line in some])
        _check(told)
        outcomes.append(told)
    assert all(each == outcomes[0] for each in outcomes)


def test_however_many_work_on_it_the_same_payment_takes_it(
    template: Path, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line for some in _lines() for line in some]
    alone = _decided(template, tmp_path / "alone", lines)
    monkeypatch.setattr(running, "CHUNK", 2)
    engine = _master_data(open_books(postgres_url), tmp_path)
    upload(engine, tmp_path, "s.txt", one_c(lines, opening=0))
    helpers: list[Future[int | None]] = []
    with ThreadPoolExecutor(3) as pool:
        worker = Worker(engine, NOW, policies())
        run(
            engine, as_of=NEXT, now=NOW, policies=policies(),
            nudge=lambda chunks: helpers.extend(pool.submit(help_out, worker) for _ in range(3)),
        )  # fmt: skip
    assert {each.exception() for each in helpers} == {None}
    assert _by_scene(engine) == alone
    engine.dispose()
