"""Invoices are issued without gaps, never twice for one request, and never change; their purpose is credited."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from reconcile.invoicing.document import purpose, third_party_purpose
from reconcile.invoicing.language import language
from reconcile.invoicing.numbers import is_valid, issue
from reconcile.policy import PolicyBook
from reconcile.policy.loader import load_text
from reconcile.problem import Refusal
from reconcile.steps import masters
from reconcile.steps.invoices import Issued, Request, cancel_invoice, issue_invoice, issued, list_invoices
from reconcile.steps.run import run
from reconcile.steps.verify import verify
from tests.steps.books import NOW, OWN, Line, one_c, policies, rows, upload
from tests.steps.invoicing_books import books_with_customers

TODAY = date(2026, 2, 10)


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Engine:
    return books_with_customers(database_url, tmp_path)


def _issue(engine: Engine, account: str = "104582", amount: str = "150000.00", **more: object) -> Issued:
    given = {"policies": policies(), **{key: more.pop(key) for key in ("policies",) if key in more}}
    return issue_invoice(engine, Request(account, amount, **more), actor="anna", now=NOW, **given)  # type: ignore[arg-type]


def test_the_numbers_follow_each_other_and_carry_check_digits(engine: Engine) -> None:
    series = policies().on(TODAY).country("KZ").invoice_series
    assert series is not None
    numbers = [_issue(engine).invoice.number for _ in range(3)]
    assert numbers == [issue(series, serial) for serial in (1, 2, 3)]
    assert all(is_valid(series, number) for number in numbers)
    assert _issue(engine, "205002", "1000.00").invoice.number != numbers[0]


def test_a_number_that_something_on_the_books_bears_is_passed_over(engine: Engine, tmp_path: Path) -> None:
    series = policies().on(TODAY).country("KZ").invoice_series
    assert series is not None
    path = tmp_path / "invoices.csv"
    taken = issue(series, 1).replace("-", " ").lower()
    path.write_text(f"invoice_number,account_number,amount,currency,issued_on\n{taken},104582,1.00,KZT,2026-01-01\n")
    masters.import_invoices(engine, path, actor="tester", now=NOW)
    assert _issue(engine).invoice.number == issue(series, 2)


def test_an_invoice_says_what_the_books_and_the_policy_say(engine: Engine) -> None:
    made = _issue(engine)
    invoice = made.invoice
    assert (invoice.amount, invoice.currency, invoice.issued_on, invoice.expires_on) == (
        15_000_000, "KZT", TODAY, date(2026, 3, 12),
    )  # fmt: skip
    assert (invoice.recipient.name, invoice.recipient.bank_account) == ("ТОО «Облако»", OWN)
    assert (invoice.payer.name, invoice.payer.tax_id) == ("ТОО «Ромашка и партнёры»", "971240001315")
    assert (invoice.third_parties, invoice.powers) == (True, True)
    assert made.language == "ru"
    assert issued(engine, invoice.number) == Issued(invoice, "ru", new=False)
    uzbek = _issue(engine, "205002", "5000.00").invoice
    assert (uzbek.third_parties, uzbek.powers) == (False, False)


def test_the_language_is_asked_for_else_the_accounts_else_the_countrys(engine: Engine, tmp_path: Path) -> None:
    assert _issue(engine, language="en").language == "en"
    assert _issue(engine, "205002", "5000.00").language == "ru"
    assert _issue(engine, "104583", "5000.00").language == "kk"


def test_the_same_request_gives_the_same_invoice(engine: Engine) -> None:
    first, second = _issue(engine, key="order-77"), _issue(engine, key="order-77")
    assert (first.new, second.new) == (True, False)
    assert first.invoice == second.invoice
    with pytest.raises(Refusal, match=r"the request 'order-77' was for 150000\.00; give the new request a key"):
        _issue(engine, amount="150000.01", key="order-77")
    with pytest.raises(Refusal, match="on another account"):
        _issue(engine, "104583", key="order-77")


def test_many_at_once_leave_no_gap_and_no_number_twice(engine: Engine) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda at: _issue(engine, key=f"order-{at % 9}"), range(18)))
    assert len({each.invoice.number for each in made}) == 9
    assert rows(engine, "SELECT last FROM invoice_series WHERE prefix = 'BK'") == [(9,)]
    assert rows(engine, "SELECT count(*), max(serial) FROM issued_invoice") == [(9, 9)]


@pytest.mark.parametrize(
    ("account", "amount", "more", "said"),
    [
        ("999", "1.00", {}, "there is no personal account '999' on the books"),
        ("104584", "1.00", {}, "the personal account 104584 is closed"),
        ("104582", "0.00", {}, "an invoice over nothing"),
        ("104582", "1.005", {}, "1.005"),
        ("104582", "-5.00", {}, "-5.00"),
        ("205001", "1.00", {}, "a holder of the kind individual does not pay by bank transfer in UZ"),
        ("104582", "1.00", {"language": "de"}, "invoices are not written in 'de'"),
        ("104582", "1.00", {"expires_on": date(2026, 2, 9)}, "would expire on 2026-02-09, before its issue"),
    ],
)
def test_what_is_refused_leaves_nothing(
    engine: Engine, account: str, amount: str, more: dict[str, object], said: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        _issue(engine, account, amount, **more)
    assert said in str(refusal.value)
    assert rows(engine, "SELECT count(*) FROM invoice") == [(0,)]
    assert rows(engine, "SELECT count(*) FROM invoice_series") == [(0,)]


def test_of_several_bank_accounts_the_policy_names_the_one_for_invoices(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    second = "KZ947220000000000002"
    path.write_text(
        f"bank_account,country,currency,legal_entity,bank_name\n{second},KZ,KZT,ТОО «Облако»,АО «Другой»\n", "utf-8"
    )
    masters.import_bank_accounts(engine, path, actor="tester", now=NOW)
    with pytest.raises(Refusal, match="it cannot be told to which bank account a holder in KZ pays KZT") as refusal:
        _issue(engine)
    assert "[own_account.…] invoices = true" in str(refusal.value)
    own = _policy(f'number = "{second}"\nbic = "BANKKZKX"\ntax_id = "180440021537"\ninvoices = true')
    recipient = _issue(engine, policies=own).invoice.recipient
    assert (recipient.bank_account, recipient.bic, recipient.tax_id) == (second, "BANKKZKX", "180440021537")


def _policy(lines: str) -> PolicyBook:
    return load_text(f'[own_account.main]\nsource = "contract"\n{lines}\n')


def test_a_bank_account_stands_once_in_the_policy() -> None:
    twice = '[own_account.a]\nsource = "x"\nnumber = "KZ1"\ninvoices = true\n'
    with pytest.raises(Refusal, match="KZ1 stands twice"):
        load_text(twice + twice.replace(".a]", ".b]"))


def test_an_invoice_is_cancelled_with_a_reason_and_its_number_never_given_again(engine: Engine) -> None:
    number = _issue(engine).invoice.number
    with pytest.raises(Refusal, match="cancelled with a reason"):
        cancel_invoice(engine, number, actor="anna", now=NOW, reason="")
    assert cancel_invoice(engine, number, actor="anna", now=NOW, reason="customer asked")
    assert not cancel_invoice(engine, number, actor="anna", now=NOW, reason="again")
    assert _issue(engine).invoice.number != number
    assert [each.number for each in list_invoices(engine, open_only=True)] != [number]
    with pytest.raises(Refusal, match="no invoice 'X' on the books"):
        cancel_invoice(engine, "X", actor="anna", now=NOW, reason="x")


@pytest.mark.parametrize("code", ["en", "ru", "kk", "uz"])
def test_the_purpose_of_the_page_pasted_into_a_statement_is_credited(
    engine: Engine, tmp_path: Path, code: str
) -> None:
    words = language(code)
    own = _issue(engine, language=code).invoice
    other = _issue(engine, amount="7000.00", language=code).invoice
    lines = [
        Line(TODAY, own.amount, "1", purpose(own, words), own.payer.name, own.payer.tax_id),
        Line(TODAY, other.amount, "2", third_party_purpose(other, words), "ТОО Щедрый Друг", "180440021537"),
    ]
    upload(engine, tmp_path, "statement.txt", one_c(lines, opening=0))
    run(engine, as_of=TODAY, now=NOW, policies=policies())
    found = rows(engine, "SELECT status, account_number, amount FROM payment ORDER BY amount")
    assert found == [("credited", "104582", other.amount), ("credited", "104582", own.amount)]
    assert [each.outstanding for each in list_invoices(engine)] == [0, 0]
    assert verify(engine) == []
